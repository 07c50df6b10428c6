"""What is asked without changing anything: who would belong by a condition, now or in the past."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from chassis.hottx import Connection
from chassis.workspaces import Workspace
from services.segment.engine import past
from services.segment.engine.catalog import Acting, View, catalog, compiled, in_force_at
from services.segment.engine.known import Known
from services.segment.engine.load import hold_profiles
from services.segment.engine.state import Memory, Profile
from services.segment.engine.work import Work
from services.segment.store import definitions, reads
from services.segment.store.hot import HotStore


@dataclass(frozen=True, slots=True)
class Question:
    """An instant, the definitions by which it is asked, and how much of the past must be read for that."""

    view: View
    wanted: past.Wanted
    t: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Reads as the engine does, into a memory of its own, and writes nothing."""

    work: Work

    @classmethod
    async def begin(cls, connection: Connection, workspace: str, told: Workspace, now_us: int) -> "Asking":
        rows = await definitions.acting(connection, workspace)
        found = catalog(0, rows, await definitions.measures(connection, workspace))
        store = HotStore(connection, workspace)
        return cls(Work(workspace, Memory(0), store, found, told.zone, told.currency_code, now_us))

    def here(self, key: int) -> Question:
        """By what decides for this profile just now; everything is at hand."""
        view = self.work.catalog.view(key)
        return Question(view, past.Wanted.new(view, view), self.work.now_us)

    def now(self, *more: Acting) -> Question:
        """By the versions in force, and *more*: their measures are read from the past, others are at hand."""
        before = self.work.catalog.before
        replaced = {one.id for one in more}
        view = View([*(one for id, one in before.acting.items() if id not in replaced), *more])
        return Question(view, past.Wanted.new(view, before), self.work.now_us)

    async def then(self, t: int, *more: Acting) -> Question:
        """By the versions that were in force at *t*, and *more*; everything is read from the past."""
        rows = await reads.versions_at(self.work.store.connection, self.work.workspace, t)
        replaced = {one.id for one in more}
        view = View([*(one for one in in_force_at(rows) if one.id not in replaced), *more])
        return Question(view, past.Wanted.everything(view), t)

    async def one(self, question: Question, key: int) -> Profile:
        """A profile, as the question wants to know her."""
        return (await self.some(question, [key]))[0]

    async def some(self, question: Question, keys: Sequence[int]) -> list[Profile]:
        await hold_profiles(self.work, keys)
        profiles = self.work.held(keys)
        wanted, t = question.wanted, question.t
        if wanted.nothing:
            return profiles
        pasts = await past.read(self.work.store, [one.key for one in profiles], wanted)
        for profile in profiles:
            past.relive(self.work, profile, pasts.get(profile.key) or past.Past(), wanted, t)
        return profiles

    async def holding(
        self, question: Question, id: int, after: int = 0
    ) -> AsyncIterator[tuple[Profile, bool]]:
        """Everybody known at the instant in the order of their numbers, and whether she belongs."""
        while keys := await self.work.store.slice(after, SLICE_PROFILES):
            for profile in await self.some(question, keys):
                if profile.create_us <= question.t or is_known(profile, question.t):
                    yield profile, self.known(question, profile).verdict(id, question.t).holds
            after = keys[-1]
            self.work.memory.forget()

    def known(self, question: Question, profile: Profile) -> Known:
        return Known(profile, question.view, self.work.zone)


def is_known(profile: Profile, t: int) -> bool:
    """An import of the past may tell of what she did before we met."""
    return profile.known_since is not None and profile.known_since <= t


def draft(condition: bytes, slug: str = "") -> Acting:
    """A condition that is not in force, made ready."""
    return Acting(DRAFT, slug, 0, compiled(condition), 0)


# No segment has this number.
DRAFT = -1
SLICE_PROFILES = 1000
