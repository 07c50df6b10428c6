"""The definitions of a workspace made ready: which of them decide for whom, and what an event can touch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache

import asyncpg
from rapport.conditions.v1 import conditions_pb2

from conditions import compiler
from conditions.compiler import Compiled
from conditions.dispatch import Dispatch
from conditions.facts import Person, register
from conditions.grammar import Condition, Did, Has, Sampled
from conditions.measures import Measure
from conditions.reading import read


@dataclass(frozen=True, slots=True, eq=False)
class Acting:
    """A version that decides who is in its segment."""

    id: int
    slug: str
    number: int
    compiled: Compiled
    # When it was published: it takes effect from that instant on.
    since_us: int

    @property
    def name(self) -> str:
        return f"segments/{self.slug}"

    @property
    def version(self) -> str:
        return f"segments/{self.slug}/versions/{self.number}"


class View:
    """Versions that decide together. An event touches what listens to it, and nothing else is looked at."""

    def __init__(self, acting: Iterable[Acting]) -> None:
        self.acting = {one.id: one for one in acting}
        self.by_name = {one.name: one for one in self.acting.values()}
        self.measures: dict[str, Measure] = {}
        self.users: dict[str, set[int]] = defaultdict(set)
        # By the register that is replaced when a trait changes.
        self.readers: dict[str, set[int]] = defaultdict(set)
        self.remembered: set[str] = set()
        self.lists: dict[str, set[int]] = defaultdict(set)
        # Segments that look at how long she is known.
        self.aged: set[int] = set()
        for one in self.acting.values():
            self._index(one)
        self._dispatch = Dispatch(self.measures.values())
        self.reads_traits = any(name.startswith("traits.") for name in self.readers)
        self._referring = self._closed()
        # Who belongs, or may do so one day, without having done anything.
        self.at_birth = {one.id for one in self.acting.values() if self._minds_birth(one)}

    def hearing(self, type: str, name: str) -> list[Measure]:
        """The measures an event may concern."""
        return self._dispatch.touched(type, name)

    def with_dependents(self, ids: Iterable[int]) -> set[int]:
        """These segments, and all that refer to them."""
        return {dependent for id in ids for dependent in self._referring.get(id, (id,))}

    def _index(self, one: Acting) -> None:
        for measure in one.compiled.measures:
            self.measures[measure.key] = measure
            self.users[measure.key].add(one.id)
        for path in one.compiled.traits:
            self.readers[register(path)[0]].add(one.id)
        self.remembered.update(register(path)[0] for path in one.compiled.histories)
        for name in one.compiled.lists:
            self.lists[name].add(one.id)
        for part in parts(one.compiled.root.rule):
            if asks_age(part):
                self.aged.add(one.id)
            if getattr(part, "customer_zone", False):
                self.readers[TIME_ZONE].add(one.id)

    def _closed(self) -> dict[int, frozenset[int]]:
        direct: dict[int, set[int]] = defaultdict(set)
        for one in self.acting.values():
            for name in one.compiled.segments:
                if referred := self.by_name.get(name):
                    direct[referred.id].add(one.id)
        return {id: frozenset(reached(id, direct)) for id in direct}

    def _minds_birth(self, one: Acting) -> bool:
        if any(isinstance(part, Sampled) for part in parts(one.compiled.root.rule)):
            return True
        # Nobody in particular: what is true of her is true of everybody new.
        holds, until = one.compiled.evaluate(Person(), 0)
        return holds or until is not None


@dataclass(frozen=True, slots=True)
class Catalog:
    """What decides in a workspace. While a version is built, profiles up to `reached` are on it already."""

    revision: int = 0
    before: View = field(default_factory=lambda: View(()))
    after: View = field(default_factory=lambda: View(()))
    reached: int = -1
    # The version being built, and the segment's version before.
    building: Acting | None = None
    # The numbers under which states of measures are kept.
    numbers: dict[str, int] = field(default_factory=dict)

    def view(self, profile_key: int) -> View:
        return self.after if profile_key <= self.reached else self.before


def catalog(revision: int, rows: Iterable[asyncpg.Record], numbers: dict[str, int]) -> Catalog:
    """From the versions in force and those that wait to be built; the first of these is."""
    rows = list(rows)
    in_force = [acting(row) for row in rows if row["number"] == row["in_force"]]
    # What was begun comes first, and it is one at a time.
    waiting = sorted(
        (row for row in rows if row["reached_key"] is not None), key=lambda row: row["reached_key"] < 0
    )
    before = View(in_force)
    if not waiting:
        return Catalog(revision, before, before, -1, None, numbers)
    building = acting(waiting[0])
    after = View([one for one in in_force if one.id != building.id] + [building])
    return Catalog(revision, before, after, waiting[0]["reached_key"], building, numbers)


def in_force_at(rows: Iterable[asyncpg.Record]) -> list[Acting]:
    return [acting(row) for row in rows]


def acting(row: asyncpg.Record) -> Acting:
    return Acting(row["segment"], row["slug"], row["number"], compiled(row["condition"]), row["create_us"])


@lru_cache(maxsize=4096)
def compiled(condition: bytes) -> Compiled:
    """A stored condition made ready, once however many refer to it."""
    return compiler.compile(read(conditions_pb2.Condition.FromString(condition)))


def parts(value: object) -> Iterator[object]:
    """A rule and every value within it."""
    yield value
    if is_dataclass(value):
        for each in fields(value):
            yield from parts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from parts(one)


def asks_age(part: object) -> bool:
    match part:
        case Did(known_for_at_least=age):
            return age is not None
        case Has(has_been=length):
            return length is not None
    return False


def reached(start: int, direct: dict[int, set[int]]) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        new = direct.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


__all__ = ["Acting", "Catalog", "Condition", "View", "acting", "catalog", "compiled"]
# Where a customer's own zone stands.
TIME_ZONE = "computed.time_zone"
