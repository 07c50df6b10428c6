"""What the engine holds in memory: identifiers and the profiles they make up, as the database has them.

Exactly one process writes at a time (the writer lock), so what is held stays true until that process
changes it, or until another one says in `touched` that it did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.profile.domain.registers import Registers

ClaimKey = tuple[str, tuple[int, ...]]  # workspace, identifiers strongest first


@dataclass(slots=True, eq=False)
class Anchor:
    """An identifier, and what was recorded under it."""

    key: int
    kind: str
    value: str
    profile: "Profile | None" = None
    component: int | None = None
    solo: bool = False
    activity_count: int = 0
    first_us: int = 0
    last_us: int = 0
    # What she told of herself: traits and consents, by time and event.
    registers: Registers = field(default_factory=dict)
    # What moves with use: the client, its locale and zone.
    recent: Registers = field(default_factory=dict)
    # Category -> products viewed.
    categories: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Profile:
    """One person: a set of anchors, and the fold of what was recorded under them."""

    key: int
    id: UUID
    birth: int
    revision: int
    create_time: datetime
    update_time: datetime
    # What follows from her orders and use, as last computed.
    computed: dict[str, Any] = field(default_factory=dict)
    anchors: dict[int, Anchor] = field(default_factory=dict)
    registers: Registers = field(default_factory=dict)
    recent: Registers = field(default_factory=dict)
    merged_into: int | None = None

    @property
    def name(self) -> str:
        return f"profiles/{self.id}"


class Memory:
    """A bounded cache of profiles with their anchors, across workspaces; the least recently used go first."""

    def __init__(self, profiles_max: int) -> None:
        self.profiles_max = profiles_max
        self.profiles: dict[tuple[str, int], Profile] = {}
        self.anchors: dict[tuple[str, str, str], Anchor] = {}
        # Known, and nobody's: read again each time, since another process may give them away.
        self.strays: list[tuple[str, str, str]] = []
        # When each set of identifiers was first seen together: (time, event).
        self.claims: dict[ClaimKey, tuple[int, UUID]] = {}
        self.profile_keys: list[int] = []
        self.anchor_keys: list[int] = []

    def forget(self) -> None:
        """Drops everything: after a transaction that did not commit, nothing held here is known to hold."""
        self.profiles.clear()
        self.anchors.clear()
        self.claims.clear()

    def hold(self, workspace: str, anchor: Anchor) -> None:
        name = (workspace, anchor.kind, anchor.value)
        self.anchors[name] = anchor
        if anchor.profile is None:
            self.strays.append(name)

    def evict(self, workspace: str, keys: Iterable[int]) -> None:
        for key in keys:
            if profile := self.profiles.pop((workspace, key), None):
                for anchor in profile.anchors.values():
                    self.anchors.pop((workspace, anchor.kind, anchor.value), None)

    def touch(self, workspace: str, profile: Profile) -> None:
        """Marks as used just now."""
        self.profiles.pop((workspace, profile.key), None)
        self.profiles[workspace, profile.key] = profile

    def trim(self) -> None:
        """Back within bounds. Between transactions only: what one of them works with must stay."""
        for stray in self.strays:
            if (anchor := self.anchors.get(stray)) and anchor.profile is None:
                del self.anchors[stray]
        self.strays.clear()
        while len(self.profiles) > self.profiles_max:
            workspace, key = next(iter(self.profiles))
            self.evict(workspace, [key])
        for claim in list(self.claims)[: max(0, len(self.claims) - 4 * self.profiles_max)]:
            del self.claims[claim]
