"""The path of a batch: admit, load, identify, record, trade, compute, write, promise. Read this first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from chassis.clock import Clock
from chassis.hottx import Transaction
from chassis.workspaces import Workspaces
from services.profile.engine import commerce, facts
from services.profile.engine.effects import record
from services.profile.engine.handed import hand_on
from services.profile.engine.identity import identify
from services.profile.engine.items import Item, pack
from services.profile.engine.load import load
from services.profile.engine.state import Memory
from services.profile.engine.work import Work
from services.profile.engine.write import write_facts, write_identity
from services.profile.store import writes
from services.profile.store.hot import HotStore
from tracking.event import Event, Rejected


class Engine:
    """Takes events of any workspaces, in any order, each once. Holds in memory what it read and wrote."""

    def __init__(
        self, clock: Clock, workspaces: Workspaces, *, profiles_max: int = 50_000, owner: bool = True
    ) -> None:
        """*owner*: this one lives on and hears in `touched` of what others write; else it tells there."""
        self.clock = clock
        self.workspaces = workspaces
        self.memory = Memory(profiles_max)
        self.owner = owner

    async def take(self, tx: Transaction, items: Sequence[Item]) -> None:
        """Everything these items bring about, written in *tx*. When it fails, `forget` what is held."""
        self.memory.trim()
        await self.be_the_writer(tx)
        for workspace, group in by_workspace(items).items():
            work = Work(workspace, self.memory, HotStore(tx.connection, workspace), self.clock())
            await self.take_workspace(work, group)
            facts.promise(work, tx)
            if not self.owner:
                await work.store.write(writes.TOUCH, ((key,) for key in work.known_profiles()))

    def forget(self) -> None:
        self.memory.forget()

    async def be_the_writer(self, tx: Transaction) -> None:
        """One writer at a time; what another one wrote since is read again."""
        await tx.connection.execute(WRITER_LOCK)
        if self.owner and (touched := await tx.connection.fetch(TOUCHED)):
            # Of what was seen together, another one may have seen it earlier.
            self.memory.claims.clear()
            for workspace, key in touched:
                self.memory.evict(workspace, [key])

    async def take_workspace(self, work: Work, items: Sequence[Item]) -> None:
        await work.store.write(writes.QUARANTINE, (one for item in items if (one := quarantined(item))))
        admitted = await admit(work, [item for item in items if isinstance(item.event, Event)])
        if not admitted:
            return
        happened = [event for event, _ in admitted]
        await load(work, (one for event in happened for one in event.identifiers))
        await identify(work, happened)
        for event, item in admitted:
            record(work, item, event)
        await commerce.trade(work, happened, self.workspaces.of(work.workspace).currency_code)
        await commerce.compute(work)
        facts.revise(work)
        await write_identity(work)
        await write_facts(work)
        await hand_on(work)
        work.keep_in_memory()


def quarantined(item: Item) -> tuple[UUID, bytes, str, int] | None:
    """The row of what cannot be understood; the same bytes received again are the same row."""
    rejected = item.event
    if not isinstance(rejected, Rejected):
        return None
    name = UUID(bytes=blake2b(rejected.payload, digest_size=16).digest())
    return name, rejected.payload, rejected.reason, item.receive_time_us


async def admit(work: Work, items: Sequence[Item]) -> list[tuple[Event, Item]]:
    """Those seen for the first time whose time has come. What lies in the future is kept until then."""
    firsts: dict[object, tuple[Event, Item]] = {}
    for item in items:
        assert isinstance(item.event, Event), "what was rejected is quarantined"
        firsts.setdefault(item.event.id, (item.event, item))
    asked = [event.id for event, item in firsts.values() if not item.admitted]
    fresh = await work.store.first_seen(asked) if asked else set()
    new = [(event, item) for event, item in firsts.values() if item.admitted or event.id in fresh]
    horizon = microseconds(work.now) + TOLERANCE_US
    future = [event for event, _ in new if event.time_us > horizon]
    await work.store.write(writes.DEFER, ((event.id, event.time_us, pack(event)) for event in future))
    return [(event, item) for event, item in new if event.time_us <= horizon]


def by_workspace(items: Iterable[Item]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.workspace].append(item)
    return groups


def microseconds(moment: datetime) -> int:
    """Since 1970 UTC."""
    return round(moment.timestamp() * 1_000_000)


# How far ahead a client's clock may still be when its skew was corrected.
TOLERANCE_US = 5 * 60 * 1_000_000
WRITER_LOCK = "SELECT pg_advisory_xact_lock(hashtext('rapport.profile.writer'))"
TOUCHED = "DELETE FROM touched RETURNING workspace, profile_key"
