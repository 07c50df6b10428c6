"""What a condition is evaluated over: one customer as of an instant, whoever keeps her facts."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import NamedTuple, Protocol

from .calendar import FOREVER
from .points import EMPTY, State
from .values import at, steps

# Since when, and what it became then; None when it was removed.
Change = tuple[int, object]


class Verdict(NamedTuple):
    """The answer, and until when it holds if nothing happens: not at that instant itself. None: for ever."""

    holds: bool
    until: int | None


class Facts(Protocol):
    """One customer. All methods answer from memory: nothing is fetched while a condition is evaluated."""

    @property
    def profile(self) -> str:
        """`profiles/{uuid}`: what samples are drawn by."""

    @property
    def known_since(self) -> int | None:
        """When her first event happened."""

    @property
    def zone(self) -> tzinfo:
        """The workspace's time zone."""

    @property
    def own_zone(self) -> tzinfo | None:
        """Her own, when it is known."""

    def trait(self, path: str, t: int) -> tuple[object, int]:
        """The value as of *t*, and until when it stays: FOREVER, unless a change is dated in the future."""

    def history(self, path: str) -> Sequence[Change]:
        """Every change of the value, oldest first, those dated in the future too; for `has_been`."""

    def points(self, measure: str) -> State:
        """The state of the measure of this key; empty when there is none."""

    def listed(self, list: str, t: int) -> bool:
        """Whether she is on `lists/{slug}` as of *t*."""

    def member(self, segment: str, t: int) -> Verdict:
        """Whether she is in `segments/{slug}` at *t*, and until when if nothing happens."""


@dataclass(frozen=True, slots=True)
class Person:
    """Facts that lie in memory: for journeys, previews and tests."""

    profile: str = ""
    known_since: int | None = None
    zone: tzinfo = UTC
    own_zone: tzinfo | None = None
    # By the first two steps of their paths, as they are replaced: `traits.address`, `lifecycle.stage`.
    registers: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    segments: Mapping[str, Verdict] = field(default_factory=dict)
    # What a path of another root leads to, such as `trigger.properties.order_id`.
    others: Callable[[str], object] = lambda _: None

    def trait(self, path: str, t: int) -> tuple[object, int]:
        name, inner = register(path)
        changes = self.registers.get(name)
        if changes is None:
            return self.others(path), FOREVER
        place = bisect_right(changes, t, key=since)
        value = at(changes[place - 1][1], inner) if place else None
        return value, changes[place][0] if place < len(changes) else FOREVER

    def history(self, path: str) -> Sequence[Change]:
        name, inner = register(path)
        changes = self.registers.get(name, ())
        return [(since, at(value, inner)) for since, value in changes] if inner else changes

    def points(self, measure: str) -> State:
        return self.states.get(measure, EMPTY)

    def listed(self, list: str, t: int) -> bool:  # noqa: ARG002 - she is as she was when this was made
        return list in self.lists

    def member(self, segment: str, t: int) -> Verdict:  # noqa: ARG002
        return self.segments.get(segment, Verdict(False, None))


def register(path: str) -> tuple[str, tuple[str, ...]]:
    """What is replaced as a whole when something at the path changes, and the way on from there."""
    root, _, rest = path.partition(".")
    name, _, inner = rest.partition(".")
    return f"{root}.{name}", steps(inner)


def since(change: Change) -> int:
    return change[0]
