"""The hot path: one owner takes a stream in order, in batches, its watermark in the commit of the effects."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, Protocol, TypeVar

import nats.errors
from nats.aio.msg import Msg

from . import metrics
from .bus import Bus
from .db import Database, allowed, connect
from .faults import passing
from .feed import Feed, Gap
from .hottx import Connection, HotTx, StartOver, Watermark, begun
from .letters import Letter
from .replays import Replays
from .tracing import TRACEPARENT, Kind, span

log = logging.getLogger(__name__)


class Item(Protocol):
    """One thing out of a message, which can stand alone when it has to be parked."""

    def alone(self) -> Letter:
        """A message that holds this item only, as `opened` understands it."""


Taken = TypeVar("Taken", bound=Item)
Take = Callable[[HotTx, list[Taken]], Awaitable[None]]
Opened = Callable[[Letter], Sequence[Taken]]


@dataclass(frozen=True, slots=True)
class Hot:
    """What is taken. The *durable* also names the lock, the watermark and the parked rows: one per shard."""

    stream: str
    durable: str
    filter_subject: str
    items_max: int = 1000
    messages_max: int = 100
    # How often a standby asks for the lock, and the owner for parked items that somebody wants replayed.
    poll_seconds: float = 1.0


async def own(
    bus: Bus,
    db: Database,
    hot: Hot,
    take: Take[Taken],
    opened: Opened[Taken],
    *,
    forget: Callable[[], None] = lambda: None,
) -> None:
    """Takes everything in order, once, for as long as the service lives; waits while another process does.

    *opened* makes items of a message; *take* brings about their effects inside a transaction. When that
    fails, nothing of it happened: *forget* drops what was remembered, and the items are tried in ever
    smaller parts until those that are poison stand alone and are parked.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        began = monotonic()
        try:
            async with owned(db.url, hot) as connection:
                await Owner(bus, db, hot, connection, take, opened, forget).work()
        except Exception as fault:
            if isinstance(fault, nats.errors.ConnectionClosedError) or not starts_over(fault):
                raise
            if isinstance(fault, Gap):
                metrics.HOT_GAPS.labels(hot.durable).inc()
            log.warning("%s starts over: %s: %s", hot.durable, type(fault).__name__, fault)
        finally:
            forget()
        pause = FIRST_PAUSE_SECONDS if monotonic() - began > CALM_SECONDS else pause * 2
        await asyncio.sleep(min(pause, MOST_PAUSE_SECONDS))


def starts_over(fault: Exception) -> bool:
    return isinstance(fault, StartOver) or passing(fault)


@asynccontextmanager
async def owned(url: str, hot: Hot) -> AsyncIterator[Connection]:
    """A connection that holds the lock: who writes is the owner, and who loses the one loses the other."""
    ours = metrics.HOT_OWNER.labels(hot.durable)
    ours.set(0)
    connection = await connect(url)
    try:
        # Asked again and again: a statement that waits would hold back the vacuum.
        while not await connection.fetchval(LOCK, hot.durable):  # noqa: ASYNC110
            await asyncio.sleep(hot.poll_seconds)
        ours.set(1)
        log.info("%s is ours", hot.durable)
        yield connection
    finally:
        ours.set(0)
        await connection.close(timeout=CLOSE_SECONDS)


@dataclass(slots=True)
class Arrival(Generic[Taken]):
    msg: Msg
    letter: Letter
    items: list[Taken] = field(default_factory=list)
    # Why it could not be opened.
    failure: Exception | None = None


@dataclass(slots=True)
class Owner(Generic[Taken]):
    """One ownership, from the lock to its loss."""

    bus: Bus
    db: Database
    hot: Hot
    connection: Connection
    take: Take[Taken]
    opened: Opened[Taken]
    forget: Callable[[], None]
    watermark: Watermark = field(init=False)
    # The last message that arrived, and one that did not fit into the batch.
    received: int = 0
    held: Arrival[Taken] | None = None

    async def work(self) -> None:
        stream = await self.bus.js.stream_info(self.hot.stream)
        assert stream.created
        self.watermark = await Watermark.read(
            self.connection, self.hot.durable, stream.created, most=stream.state.last_seq
        )
        replays = Replays(self.db, self.connection, self.hot.durable, self.replayed, self.forget)
        async with Feed.open(
            self.bus.connection,
            stream,
            self.hot.durable,
            filter_subject=self.hot.filter_subject,
            after=self.watermark.seq,
            messages_max=self.hot.messages_max,
        ) as feed:
            while True:
                if batch := await self.batch(feed):
                    await self.land(batch)
                await replays.look(every_seconds=self.hot.poll_seconds)

    async def batch(self, feed: Feed) -> list[Arrival[Taken]]:
        """What is at hand, in whole messages, up to the most items; waits a moment for the first."""
        batch: list[Arrival[Taken]] = []
        count = 0
        arrival = self.held or await self.arrived(await feed.next(self.hot.poll_seconds))
        self.held = None
        while True:
            if arrival:
                if batch and count + len(arrival.items) > self.hot.items_max:
                    self.held = arrival
                    return batch
                batch.append(arrival)
                count += len(arrival.items)
            if (msg := feed.at_hand()) is None:
                return batch
            arrival = await self.arrived(msg)

    async def arrived(self, msg: Msg | None) -> Arrival[Taken] | None:
        """None for what we have already: committed when it is below the watermark, else in hand."""
        if msg is None:
            return None
        seq = msg.metadata.sequence.stream
        if seq <= self.watermark.seq:
            await msg.ack()
        if seq <= max(self.watermark.seq, self.received):
            return None
        self.received = seq
        arrival = Arrival[Taken](msg, Letter.of(msg))
        try:
            arrival.items = self.open(arrival.letter)
        except Exception as failure:
            log.exception("%s cannot read %s", self.hot.durable, seq)
            arrival.failure = failure
        return arrival

    def open(self, letter: Letter) -> list[Taken]:
        allowed((letter.workspace,))
        return list(self.opened(letter))

    async def land(self, batch: list[Arrival[Taken]]) -> None:
        """Effects, promises, poison and watermark in one commit; only then the bus may forget."""
        links = [link for each in batch if (link := each.letter.headers.get(TRACEPARENT))]
        with (
            metrics.HOT_BATCH_SECONDS.labels(self.hot.durable).time(),
            span(self.hot.durable, Kind.CONSUMER, {}, links=links[:MOST_LINKS]),
        ):
            try:
                await self.commit(batch, sifting=False)
            except Exception as failure:
                if starts_over(failure):
                    raise
                log.exception("%s: something in a batch is poison", self.hot.durable)
                self.forget()
                await self.commit(batch, sifting=True)
        for each in batch:
            await each.msg.ack()
        self.note(batch)

    async def commit(self, batch: list[Arrival[Taken]], *, sifting: bool) -> None:
        items = [item for each in batch for item in each.items]
        seq = batch[-1].msg.metadata.sequence.stream
        workspaces = {each.letter.workspace for each in batch if each.items}
        async with begun(self.connection, workspaces, self.db, position=seq) as tx:
            for each in batch:
                if each.failure:
                    tx.park(self.hot.durable, each.letter, each.failure)
            if sifting:
                for item, failure in await self.poison(tx, items):
                    tx.park(self.hot.durable, item.alone(), failure)
            elif items:
                await self.take(tx, items)
            await tx.move(self.watermark, seq)
        self.watermark.seq = seq

    async def poison(self, tx: HotTx, items: list[Taken]) -> list[tuple[Taken, Exception]]:
        """Takes the items that can be taken, in their order; the others, with the reason, are the answer."""
        savepoint = await tx.savepoint()
        try:
            await self.take(tx, items)
        except Exception as failure:
            if starts_over(failure):
                raise
            await tx.back_to(savepoint)
            self.forget()
            if len(items) == 1:
                log.warning("%s parks an item: %s", self.hot.durable, failure, exc_info=failure)
                return [(items[0], failure)]
        else:
            return []
        middle = len(items) // 2
        return await self.poison(tx, items[:middle]) + await self.poison(tx, items[middle:])

    async def replayed(self, tx: HotTx, letter: Letter) -> None:
        """A parked message, taken again; of several items those that are still poison are parked anew."""
        tx.position = self.watermark.seq
        items = self.open(letter)
        poison = await self.poison(tx, items)
        if len(items) == len(poison) == 1:
            raise poison[0][1]
        for item, failure in poison:
            tx.park(self.hot.durable, item.alone(), failure)

    def note(self, batch: list[Arrival[Taken]]) -> None:
        now, durable = self.db.clock(), self.hot.durable
        metrics.HOT_BATCH_ITEMS.labels(durable).observe(sum(len(each.items) for each in batch))
        for each in batch:
            lag = now - each.msg.metadata.timestamp
            metrics.HOT_LAG_SECONDS.labels(durable).observe(max(lag.total_seconds(), 0))


LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
CALM_SECONDS = 10
FIRST_PAUSE_SECONDS = 0.1
MOST_PAUSE_SECONDS = 5.0
CLOSE_SECONDS = 2
MOST_LINKS = 20
