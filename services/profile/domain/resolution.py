"""Which identifiers are one person: the fold of what was seen together, in the order in which it happened.

A claim says that some identifiers were seen together in one event. The step for one claim is greedy, the
strongest identifier first: each next one joins the group of the strongest, unless a limit forbids it; then
it stays where it is, and a conflict says so. Groups only ever grow in a fold, so what was joined stays joined
and what a limit forbade stays forbidden: the same claim folded twice changes nothing.

Three claims, one user id allowed per person (u1, u2: users, e1: an address, a1: a shared tablet):

    time  claim        groups after it           conflict
    1     u1 a1        {u1 a1}
    2     u2 e1 a1     {u1 a1} {u2 e1}           a1 dropped: two of user_id
    3     e1 a1        {u1 a1} {u2 e1}           a1 dropped: two of user_id
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.profile.domain.kinds import priority

# How many identifiers of a kind one person may have.
Limits = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Claim:
    """Identifiers seen together, strongest first, and the earliest event that showed them so."""

    identifiers: tuple[int, ...]
    time_us: int
    message: UUID


@dataclass(frozen=True, slots=True)
class Conflict:
    """An identifier that was seen with the others of its claim and could not join the strongest."""

    claim: Claim
    dropped: int
    exceeded_kind: str


@dataclass(frozen=True, slots=True)
class Former:
    """A profile as it stood: the identifier it was born under, and how it ranks when several become one."""

    profile_key: int
    birth: int
    # The rank of the strongest identifier it held; lower is stronger.
    strength: int
    # Lower is older.
    create_order: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """The profile a group inherits, None for a new one, and those that are absorbed into it."""

    group: frozenset[int]
    profile_key: int | None
    absorbed: tuple[int, ...] = ()


def fold(
    claims: Iterable[Claim], solo: Iterable[int], kind_of: Mapping[int, str], limits: Limits
) -> tuple["Partition", list[Conflict]]:
    """The partition that *claims* make, in whatever order they are given, and the conflicts on the way.

    An identifier in *solo* (it was seen alone) that no claim attached is a person of its own. A conflict of
    the same identifiers and the same one dropped is told once.
    """
    partition = Partition(kind_of, limits)
    conflicts: dict[tuple[frozenset[int], int], Conflict] = {}
    for claim in sorted(claims, key=when):
        for conflict in step(partition, claim):
            conflicts.setdefault((frozenset(claim.identifiers), conflict.dropped), conflict)
    for key in solo:
        partition.group(key)
    return partition, list(conflicts.values())


def step(partition: "Partition", claim: Claim) -> list[Conflict]:
    """Joins the identifiers of *claim* to the group of the strongest, as far as the limits allow."""
    strongest, *others = claim.identifiers
    group = partition.group(strongest)
    return [Conflict(claim, key, limit) for key in others if (limit := partition.join(group, key))]


def fits(keys: Iterable[int], kind_of: Mapping[int, str], limits: Limits) -> bool:
    """Whether all of *keys* may belong to one person. Then they do, in whatever order they were seen."""
    return all(count <= limits(kind) for kind, count in Counter(kind_of[key] for key in keys).items())


def when(claim: Claim) -> tuple[int, UUID]:
    """What claims are ordered by."""
    return claim.time_us, claim.message


def assign(groups: Sequence[frozenset[int]], former: Iterable[Former]) -> list[Assigned]:
    """Which former profile each group goes on as.

    A profile follows the identifier it was born under. Of several in one group the one with the strongest
    identifiers lives on, then the oldest; the others are absorbed into it.
    """
    home = {key: at for at, group in enumerate(groups) for key in group}
    followers: list[list[Former]] = [[] for _ in groups]
    for profile in former:
        assert profile.birth in home, "the identifier a profile was born under always belongs to somebody"
        followers[home[profile.birth]].append(profile)
    return [_inherited(group, heirs) for group, heirs in zip(groups, followers, strict=True)]


class Partition:
    """Which identifiers are one person, as far as it is known: the state of a step and of a fold.

    A group has a number: that of the *groups* given, and a negative one when it is new. An identifier that
    nobody owns is in no group.
    """

    def __init__(
        self, kind_of: Mapping[int, str], limits: Limits, groups: Mapping[int, Iterable[int]] | None = None
    ) -> None:
        self.kind_of = kind_of
        self.limits = limits
        self.members = {group: set(keys) for group, keys in (groups or {}).items()}
        self.group_of = {key: group for group, keys in self.members.items() for key in keys}
        self._kinds = {group: Counter(kind_of[key] for key in keys) for group, keys in self.members.items()}
        self._next = min((0, *self.members)) - 1

    def groups(self) -> list[frozenset[int]]:
        """Every group, by its least identifier."""
        return sorted((frozenset(keys) for keys in self.members.values()), key=min)

    def group(self, key: int) -> int:
        """The group of *key*, a new one when nobody owned it."""
        if key not in self.group_of:
            self.members[self._next] = {key}
            self._kinds[self._next] = Counter((self.kind_of[key],))
            self.group_of[key] = self._next
            self._next -= 1
        return self.group_of[key]

    def join(self, group: int, key: int) -> str | None:
        """Brings *key*, with all its owner has, into *group*; or changes nothing and names the limit."""
        other = self.group_of.get(key)
        if other == group:
            return None
        joining = {self.kind_of[key]: 1} if other is None else self._kinds[other]
        if exceeded := self._exceeded(self._kinds[group], joining):
            return exceeded
        other = self.group(key)
        self._kinds[group].update(self._kinds.pop(other))
        keys = self.members.pop(other)
        self.members[group] |= keys
        self.group_of.update(dict.fromkeys(keys, group))
        return None

    def _exceeded(self, held: Mapping[str, int], joining: Mapping[str, int]) -> str | None:
        """The strongest kind of which there would be too many, of those that would become more."""
        broken = [kind for kind, count in joining.items() if held.get(kind, 0) + count > self.limits(kind)]
        return min(broken, key=lambda kind: (priority(kind), kind), default=None)


def _inherited(group: frozenset[int], heirs: list[Former]) -> Assigned:
    if not heirs:
        return Assigned(group, None)
    survivor, *absorbed = sorted(heirs, key=lambda one: (one.strength, one.create_order, one.profile_key))
    return Assigned(group, survivor.profile_key, tuple(profile.profile_key for profile in absorbed))
