"""The path of a batch: meet, record, renew, happen, finish. Read this first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from chassis.clock import Clock
from chassis.hottx import Transaction
from chassis.workspaces import Workspaces
from services.segment.engine import past
from services.segment.engine.catalog import Catalog, View, catalog
from services.segment.engine.finish import finish
from services.segment.engine.happenings import Happening
from services.segment.engine.items import Item
from services.segment.engine.judge import Case, advance, happen, instant, judge
from services.segment.engine.meet import meet, renew
from services.segment.engine.record import record
from services.segment.engine.state import Memory, Profile
from services.segment.engine.words import is_late
from services.segment.engine.work import TRAIT, Why, Work
from services.segment.store import definitions
from services.segment.store.hot import HotStore


class Engine:
    """Takes facts of any workspaces, each once. Holds in memory what it read and wrote."""

    def __init__(
        self, clock: Clock, workspaces: Workspaces, *, profiles_max: int = 50_000, owner: bool = True
    ) -> None:
        """*owner*: this one lives on and hears in `touched` of what others write; else it is one of those."""
        self.clock, self.workspaces = clock, workspaces
        self.memory = Memory(profiles_max)
        self.catalogs: dict[str, Catalog] = {}
        self.owner = owner

    async def take(self, tx: Transaction, items: Sequence[Item]) -> None:
        """Everything these items bring about, written in *tx*. When it fails, `forget` what is held."""
        self.memory.trim()
        groups = by_workspace(items)
        await self.be_the_writer(tx)
        await self.read_catalogs(tx, groups)
        for workspace, group in groups.items():
            work = self.work(tx, workspace)
            await take_workspace(work, group)
            await finish(work, tx, owner=self.owner)
            self.keep(work)

    def forget(self) -> None:
        self.memory.forget()
        self.catalogs.clear()

    async def be_the_writer(self, tx: Transaction) -> None:
        """One writer at a time; what another one wrote since is read again."""
        await tx.connection.execute(WRITER_LOCK)
        if self.owner:
            for workspace, first, last in await tx.connection.fetch(TOUCHED):
                self.memory.evict_between(workspace, first, last)

    async def read_catalogs(self, tx: Transaction, workspaces: Iterable[str]) -> None:
        """The definitions as they stand: read again where they changed."""
        names = list(workspaces)
        revisions = await definitions.revisions(tx.connection, names)
        for name in names:
            held = self.catalogs.get(name)
            if held is None or held.revision != revisions.get(name, 0):
                self.catalogs[name] = await read_catalog(tx, name, revisions.get(name, 0))

    def work(self, tx: Transaction, workspace: str) -> Work:
        told = self.workspaces.of(workspace)
        return Work(
            workspace,
            self.memory,
            HotStore(tx.connection, workspace),
            self.catalogs[workspace],
            told.zone,
            told.currency_code,
            round(self.clock().timestamp() * 1_000_000),
        )

    def keep(self, work: Work) -> None:
        """Who did something just now is likely to do more; who was absorbed is not."""
        for profile in work.changed.values():
            if work.living(profile.key) == profile.key:
                self.memory.touch(work.workspace, profile)
            else:
                self.memory.evict(work.workspace, [profile.key])


async def read_catalog(tx: Transaction, workspace: str, revision: int) -> Catalog:
    rows = await definitions.acting(tx.connection, workspace)
    return catalog(revision, rows, await definitions.measures(tx.connection, workspace))


async def take_workspace(work: Work, items: Sequence[Item]) -> None:
    await meet(work, items)
    happened = await record(work, items)
    for key, happenings in happened.items():
        note_late_words(work, key, happenings)
    await relive(work, happened)
    for key, happenings in happened.items():
        if key in work.renewed:
            continue
        profile = work.profile(key)
        for one in sorted(happenings, key=lambda one: (one.time_us, one.cause)):
            happen(Case.of(work, profile), one)


def note_late_words(work: Work, key: int, happenings: Iterable[Happening]) -> None:
    """How long something has been so can only be told from the whole past, when a word of it came late."""
    profile, remembered = work.profile(key), work.catalog.view(key).remembered
    for one in happenings:
        if any(name in remembered and is_late(profile, name, word) for name, word in one.words):
            renew(
                work,
                profile,
                instant(profile, one),
                Why(TRAIT, one.cause, late=True, historical=one.historical),
            )


async def relive(work: Work, happened: dict[int, list[Happening]]) -> None:
    """Counts anew whom this batch made another, from all that is known; it knows this batch already."""
    groups: dict[View, list[Profile]] = defaultdict(list)
    for profile in work.held(work.renewed):
        groups[work.catalog.view(profile.key)].append(profile)
    for view, profiles in groups.items():
        wanted = past.Wanted.everything(view)
        pasts = await past.read(work.store, [profile.key for profile in profiles], wanted)
        for profile in profiles:
            since_us, why = work.renewed[profile.key]
            t = max(
                [
                    since_us,
                    profile.clock_us,
                    *(instant(profile, one) for one in happened.get(profile.key, ())),
                ]
            )
            case = Case(work, profile, view)
            advance(case, t)
            profile.clock_us = t
            past.relive(work, profile, pasts.get(profile.key) or past.Past(), wanted, t)
            work.touch(profile)
            judge(case, view.acting, t, why)


def by_workspace(items: Iterable[Item]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.workspace].append(item)
    return groups


WRITER_LOCK = "SELECT pg_advisory_xact_lock(hashtext('rapport.segment.writer'))"
TOUCHED = "DELETE FROM touched RETURNING workspace, first_key, last_key"
