"""What has happened, handed to a handler: inbox row, effect and promises in one transaction, then the ack."""

import asyncio
import logging
from asyncio import Task
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import nats.errors
from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from . import metrics, parked
from .db import Database, Tx, first_time
from .faults import passing
from .letters import Letter
from .runtime import stopped
from .tracing import Kind, span

log = logging.getLogger(__name__)

Fact = TypeVar("Fact", bound=Message)


@dataclass(frozen=True, slots=True)
class On(Generic[Fact]):
    """A subscription: when *event* happens, *handle* it inside one transaction."""

    event: type[Fact]
    handle: Callable[[Tx, Fact], Awaitable[None]]

    @property
    def name(self) -> str:
        return str(self.event.DESCRIPTOR.full_name)

    @property
    def subject(self) -> str:
        return f"{self.name}.*"

    @property
    def stream(self) -> str:
        return self.name.split(".")[1].upper()

    def durable(self, service: str) -> str:
        """The consumer's name; messages that cannot be handled are parked under it."""
        return f"{service}-{self.name.replace('.', '_')}-{self.handle.__name__}"


@dataclass(frozen=True, slots=True)
class Patience:
    # How long a message that fails is left alone before each new try; then it is parked.
    retry_seconds: tuple[float, ...] = (1, 5, 30, 120, 600)
    # How often we look for parked messages that somebody wants replayed.
    replay_seconds: float = 5.0


class Consumer:
    """One subscription at work. Processes that run the same one share its messages."""

    def __init__(
        self, js: JetStreamContext, db: Database, service: str, on: On[Any], patience: Patience
    ) -> None:
        self.js, self.db, self.on, self.patience = js, db, on, patience
        self.durable = on.durable(service)

    async def run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await parked.note_count(self.db, self.durable)
                # One subscription for life: an abandoned one leaves a request open that swallows messages.
                subscription = await self._subscribed()
                try:
                    while True:
                        await self._turn(subscription)
                        pause = FIRST_PAUSE_SECONDS
                finally:
                    await subscription.unsubscribe()
            except Exception as fault:
                if isinstance(fault, nats.errors.ConnectionClosedError) or not passing(fault):
                    raise
                log.warning("%s starts again: %s", self.durable, fault)
            await asyncio.sleep(pause)
            pause = min(pause * 2, MOST_PAUSE_SECONDS)

    async def _subscribed(self) -> JetStreamContext.PullSubscription:
        config = ConsumerConfig(
            name=self.durable,
            durable_name=self.durable,
            filter_subject=self.on.subject,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
        )
        await self.js.add_consumer(self.on.stream, config)
        return await self.js.pull_subscribe_bind(self.durable, self.on.stream)

    async def _turn(self, subscription: JetStreamContext.PullSubscription) -> None:
        """What waits on the bus, or a short wait for it; then what somebody wants replayed."""
        try:
            messages = await subscription.fetch(FETCH_MESSAGES, timeout=self.patience.replay_seconds)
        except TimeoutError:
            messages = []
        if messages:
            await self._deliver_all(messages)
        await parked.replay_due(self.db, self.durable, self._take)

    async def _deliver_all(self, messages: list[Msg]) -> None:
        """Some at a time, each by itself: one that fails or takes long is no trouble for its neighbours."""
        room = asyncio.Semaphore(AT_ONCE)
        tasks = [asyncio.create_task(self._deliver(msg, room)) for msg in messages]
        try:
            remaining = set(tasks)
            while remaining:
                ended, remaining = await asyncio.wait(remaining, timeout=ACK_WAIT_SECONDS / 3)
                for task in ended:
                    task.result()
                for msg, task in zip(messages, tasks, strict=True):
                    if task in remaining:
                        await msg.in_progress()
        finally:
            await self._give_back(messages, tasks)

    async def _give_back(self, messages: list[Msg], tasks: list[Task[None]]) -> None:
        """We are stopping: what is not finished is another's, at once."""
        unfinished = [msg for msg, task in zip(messages, tasks, strict=True) if not task.done()]
        await stopped(tasks)
        for msg in unfinished:
            if not msg.is_acked:
                with suppress(nats.errors.Error):
                    await msg.nak()

    async def _deliver(self, msg: Msg, room: asyncio.Semaphore) -> None:
        async with room:
            letter = Letter.of(msg)
            try:
                with metrics.HANDLER_SECONDS.labels(self.durable).time():
                    async with self.db.begin(letter.workspace, cause=letter.event_id) as tx:
                        fresh = await self._take(tx, letter)
            except Exception as failure:
                log.exception("%s could not handle %s %s", self.durable, letter.subject, letter.event_id)
                await self._retry_or_park(msg, letter, failure)
            else:
                metrics.HANDLED.labels(self.durable, "done" if fresh else "repeated").inc()
                await msg.ack()

    async def _take(self, tx: Tx, letter: Letter) -> bool:
        """Whether it was the first time."""
        event = self.on.event.FromString(letter.data)
        if not await first_time(tx, self.durable, letter.event_id):
            return False
        with span(self.durable, Kind.CONSUMER, letter.headers):
            await self.on.handle(tx, event)
        return True

    async def _retry_or_park(self, msg: Msg, letter: Letter, failure: Exception) -> None:
        """A bare nak comes again at once, and the last one vanishes: we wait longer each time, then park."""
        tries, waits = msg.metadata.num_delivered, self.patience.retry_seconds
        if tries <= len(waits) and not isinstance(failure, DecodeError):
            return await self._retry(msg, waits[tries - 1])
        try:
            await parked.park(self.db, self.durable, letter, failure)
        except Exception:
            log.exception("%s could not park %s %s", self.durable, letter.subject, letter.event_id)
            return await self._retry(msg, waits[-1] if waits else MOST_PAUSE_SECONDS)
        metrics.HANDLED.labels(self.durable, "parked").inc()
        return await msg.term()

    async def _retry(self, msg: Msg, seconds: float) -> None:
        metrics.HANDLED.labels(self.durable, "retried").inc()
        await msg.nak(delay=seconds)


ACK_WAIT_SECONDS = 30
FETCH_MESSAGES = 50
# Fewer than the connections of the pool: others want to work too.
AT_ONCE = 4
FIRST_PAUSE_SECONDS = 0.1
MOST_PAUSE_SECONDS = 5.0
