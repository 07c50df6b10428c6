"""What the engine holds in memory: what was counted of each profile, and where she belongs.

Exactly one process writes at a time (the writer lock), so what is held stays true until that process
changes it, or until another one says in `touched` that it did.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conditions.points import State, thawed

# When it was said, by which event, and what: None when it was removed.
Word = tuple[int, str, Any]


@dataclass(slots=True, eq=False)
class Profile:
    """One person, as far as conditions look at her."""

    key: int
    id: UUID
    create_us: int
    # The instant up to which everything about her was decided; it never goes back.
    clock_us: int = 0
    # By the key of the measure.
    states: dict[str, State] = field(default_factory=dict)
    # By register (`traits.city`), oldest first; what is asked as of now keeps what now and later hold.
    words: dict[str, list[Word]] = field(default_factory=dict)
    known_since: int | None = None
    # When the answer changes by itself, by segment.
    untils: dict[int, int] = field(default_factory=dict)
    # Since when she is a member, by segment.
    members: dict[int, int] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    # When she is next looked at, as the database has it.
    due_us: int | None = None
    anchors: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        return f"profiles/{self.id}"

    def next_us(self) -> int | None:
        """When the first of the answers changes by itself."""
        return min(self.untils.values(), default=None)


def dump(profile: Profile, numbers: Mapping[str, int]) -> str:
    """What is kept of a profile beside its row. Measures that nobody counts any more are left out."""
    kept: dict[str, Any] = {
        "m": {numbers[key]: state for key, state in profile.states.items() if state and key in numbers},
        "w": {name: words for name, words in profile.words.items() if words},
        "k": profile.known_since,
        "u": profile.untils,
    }
    return WRITE({name: value for name, value in kept.items() if value not in (None, {})})


def load(profile: Profile, text: str, keys: Mapping[int, str]) -> None:
    """What `dump` wrote, under the measures that are counted now."""
    kept = json.loads(text)
    profile.states = {
        keys[int(number)]: thawed(state) for number, state in kept.get("m", {}).items() if int(number) in keys
    }
    profile.words = {
        name: [(time, id, value) for time, id, value in words] for name, words in kept.get("w", {}).items()
    }
    profile.known_since = kept.get("k")
    profile.untils = {int(id): until for id, until in kept.get("u", {}).items()}


class Memory:
    """A bounded cache of profiles and whose anchors are whose; the least recently used go first."""

    def __init__(self, profiles_max: int) -> None:
        self.profiles_max = profiles_max
        self.profiles: dict[tuple[str, int], Profile] = {}
        self.owners: dict[tuple[str, int], int] = {}
        # A former number -> the living profile's.
        self.aliases: dict[tuple[str, int], int] = {}

    def forget(self) -> None:
        """Drops everything: after a transaction that did not commit, nothing held here is known to hold."""
        self.profiles.clear()
        self.owners.clear()
        self.aliases.clear()

    def hold(self, workspace: str, profile: Profile) -> None:
        self.profiles[workspace, profile.key] = profile

    def own(self, workspace: str, anchor: int, profile: Profile) -> None:
        self.owners[workspace, anchor] = profile.key
        profile.anchors.add(anchor)

    def evict(self, workspace: str, keys: Iterable[int]) -> None:
        for key in keys:
            if profile := self.profiles.pop((workspace, key), None):
                for anchor in profile.anchors:
                    self.owners.pop((workspace, anchor), None)

    def evict_between(self, workspace: str, first: int, last: int) -> None:
        if first == last:
            self.evict(workspace, (first,))
        else:
            held = [key for at, key in self.profiles if at == workspace and first <= key <= last]
            self.evict(workspace, held)

    def touch(self, workspace: str, profile: Profile) -> None:
        """Marks as used just now."""
        self.profiles.pop((workspace, profile.key), None)
        self.profiles[workspace, profile.key] = profile

    def trim(self) -> None:
        """Back within bounds. Between transactions only: what one of them works with must stay."""
        while len(self.profiles) > self.profiles_max:
            workspace, key = next(iter(self.profiles))
            self.evict(workspace, [key])
        if len(self.aliases) > 4 * self.profiles_max:
            self.aliases.clear()


WRITE = json.JSONEncoder(separators=(",", ":")).encode
