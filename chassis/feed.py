"""What a stream holds for its one owner: in order, without a gap, and some of it ahead of time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StreamInfo
from nats.js.errors import NotFoundError

from .hottx import StartOver
from .runtime import stopped


class Feed:
    """A consumer made anew by each owner. Its deliveries are numbered, so that a lost one shows."""

    def __init__(
        self, connection: Client, subscription: JetStreamContext.PullSubscription, messages_max: int
    ) -> None:
        self.connection, self.subscription, self.messages_max = connection, subscription, messages_max
        self.reconnects = connection.stats["reconnects"]
        self.delivered = 0
        self.queue: asyncio.Queue[Msg | Exception] = asyncio.Queue(messages_max)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        connection: Client,
        stream: StreamInfo,
        durable: str,
        *,
        filter_subject: str,
        after: int,
        messages_max: int,
    ) -> AsyncIterator["Feed"]:
        """Delivers what has come after sequence number *after*, and what comes."""
        js = connection.jetstream()
        assert stream.config.name
        with suppress(NotFoundError):
            await js.delete_consumer(stream.config.name, durable)
        await js.add_consumer(stream.config.name, consumer_config(stream, durable, filter_subject, after))
        subscription = await js.pull_subscribe_bind(durable, stream.config.name)
        feed = cls(connection, subscription, messages_max)
        filling = asyncio.create_task(feed.fill())
        try:
            yield feed
        finally:
            await stopped([filling])
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def fill(self) -> None:
        """Fetches the next messages while the last ones are worked on. Bounded by the queue."""
        try:
            while True:
                for msg in await self.fetched():
                    await self.queue.put(msg)
        except Exception as fault:  # noqa: BLE001 -- raised where the messages are taken
            await self.queue.put(fault)

    async def fetched(self) -> list[Msg]:
        try:
            messages = await self.subscription.fetch(self.messages_max, timeout=FETCH_SECONDS)
        except TimeoutError:
            messages = []
        if self.connection.stats["reconnects"] != self.reconnects:
            raise StartOver("the bus was away, and what it sent in between is lost")
        for msg in messages:
            self.delivered += 1
            if msg.metadata.sequence.consumer != self.delivered:
                raise Gap(f"delivery {msg.metadata.sequence.consumer} came for {self.delivered}")
        return messages

    async def next(self, within_seconds: float) -> Msg | None:
        try:
            async with asyncio.timeout(within_seconds):
                return unfailing(await self.queue.get())
        except TimeoutError:
            return None

    def at_hand(self) -> Msg | None:
        return None if self.queue.empty() else unfailing(self.queue.get_nowait())


class Gap(StartOver):
    """Something was delivered and did not arrive. To go on would move the watermark past it."""


def unfailing(got: Msg | Exception) -> Msg:
    if isinstance(got, Exception):
        raise got
    return got


def consumer_config(stream: StreamInfo, durable: str, filter_subject: str, after: int) -> ConsumerConfig:
    """A work queue holds what is not acknowledged and delivers it all; others are asked for the rest."""
    config = ConsumerConfig(
        name=durable,
        durable_name=durable,
        filter_subject=filter_subject,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_ack_pending=MOST_IN_HAND,
    )
    if stream.config.retention != RetentionPolicy.WORK_QUEUE:
        config.deliver_policy, config.opt_start_seq = DeliverPolicy.BY_START_SEQUENCE, after + 1
    return config


FETCH_SECONDS = 2.0
ACK_WAIT_SECONDS = 60
MOST_IN_HAND = 2000
