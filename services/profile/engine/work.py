"""One workspace's share of a batch, for one transaction: what was read, what changes, what will be told."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from google.protobuf.message import Message
from rapport.profile.v1 import events_pb2 as events

from chassis.ids import uuid7
from services.profile.domain import resolution
from services.profile.domain.carts import Operations
from services.profile.domain.purchases import Purchase
from services.profile.engine.state import Anchor, Memory, Profile
from services.profile.store.hot import HotStore
from tracking.consent import Consent
from tracking.event import Event

# Of a profile, by channel and purpose.
Decisions = dict[tuple[str, str], str]
CONFLICTS = UUID("5b0fbb0a-3f8e-4c0e-9a0b-1f6a9d0c7a11")


@dataclass(frozen=True, slots=True)
class Merge:
    survivor: Profile
    absorbed: Profile
    cause: UUID


@dataclass(frozen=True, slots=True)
class Move:
    source: Profile
    destination: Profile
    anchors: tuple[int, ...]
    cause: UUID


@dataclass(frozen=True, slots=True)
class FoundConflict:
    id: UUID
    conflict: resolution.Conflict
    message_id: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A consent decision, and whether it is another than held before."""

    anchor: Anchor
    profile: Profile
    event: Event
    consent: Consent
    changes: bool


@dataclass(slots=True)
class Inherited:
    """A decision that a merge or late evidence made the one that holds; None when none does any more."""

    profile: Profile
    channel: str
    purpose: str
    time_us: int
    decision: str | None
    expire_time_us: int | None = None


@dataclass(slots=True)
class Held:
    """All that was reported under one order id, and what was told of it."""

    order_id: str
    purchase: Purchase
    told: bool = False
    revision: int = 0

    @property
    def anchor(self) -> int | None:
        return self.purchase.claimant.anchor if self.purchase.claimant else None


@dataclass(slots=True)
class Work:
    workspace: str
    memory: Memory
    store: HotStore
    now: datetime
    anchors: dict[int, Anchor] = field(default_factory=dict)
    new_anchors: dict[int, Anchor] = field(default_factory=dict)
    moved_anchors: dict[int, Anchor] = field(default_factory=dict)
    used_anchors: dict[int, Anchor] = field(default_factory=dict)
    # Anchors whose registers changed, not only their counts.
    told_anchors: set[int] = field(default_factory=set)
    new_profiles: dict[int, Profile] = field(default_factory=dict)
    # Profiles whose told state changed -> the event that did it.
    changed_profiles: dict[int, tuple[Profile, UUID]] = field(default_factory=dict)
    # Those of them that the last write inserted, with all that was known by then.
    written_profiles: set[int] = field(default_factory=set)
    retired_profiles: dict[int, Profile] = field(default_factory=dict)
    revived_profiles: dict[int, Profile] = field(default_factory=dict)
    # Profiles whose anchors or orders changed, and those that were only used: what is computed may be stale.
    recounted: dict[int, tuple[Profile, UUID]] = field(default_factory=dict)
    refreshed: dict[int, tuple[Profile, UUID]] = field(default_factory=dict)
    new_claims: dict[tuple[int, ...], resolution.Claim] = field(default_factory=dict)
    conflicts: dict[UUID, FoundConflict] = field(default_factory=dict)
    # Who came to life, who was absorbed and what moved, in the order in which it must be told.
    story: list[Profile | Merge | Move] = field(default_factory=list)
    # Rows of the timeline, and the same as they will be told.
    activities: list[tuple[Any, ...]] = field(default_factory=list)
    told: list[events.RecordedActivity] = field(default_factory=list)
    consents: list[Decided] = field(default_factory=list)
    # What profiles had decided before anchors came or went.
    decided_before: dict[int, tuple[Profile, Decisions]] = field(default_factory=dict)
    inherited: list[Inherited] = field(default_factory=list)
    # Orders and carts as they stand now, by their keys, and what will be told of them.
    purchases: dict[str, Held] = field(default_factory=dict)
    carts: dict[tuple[int, str], Operations] = field(default_factory=dict)
    traded: list[Message] = field(default_factory=list)

    def anchor(self, kind: str, value: str) -> Anchor:
        """The anchor of an identifier, new when it was never seen."""
        found = self.memory.anchors.get((self.workspace, kind, value))
        if found is None:
            found = Anchor(self.memory.anchor_keys.pop(), kind, value)
            self.memory.hold(self.workspace, found)
            self.new_anchors[found.key] = found
        self.anchors[found.key] = found
        return found

    def own(self, anchor: Anchor, profile: Profile) -> None:
        """Gives *anchor*, with all recorded under it, to *profile*."""
        if anchor.profile is not None:
            anchor.profile.anchors.pop(anchor.key, None)
        anchor.profile = profile
        profile.anchors[anchor.key] = anchor
        self.anchors[anchor.key] = self.moved_anchors[anchor.key] = anchor

    def disown(self, anchor: Anchor) -> None:
        """Leaves *anchor* to nobody: whoever it was seen with has enough of its kind."""
        assert anchor.profile is not None
        anchor.profile.anchors.pop(anchor.key)
        anchor.profile = None
        self.moved_anchors[anchor.key] = anchor
        self.memory.hold(self.workspace, anchor)

    def open_profile(self, birth: Anchor) -> Profile:
        profile = Profile(
            key=self.memory.profile_keys.pop(),
            id=uuid7(self.now),
            birth=birth.key,
            revision=1,
            create_time=self.now,
            update_time=self.now,
        )
        self.new_profiles[profile.key] = profile
        self.story.append(profile)
        self.memory.profiles[self.workspace, profile.key] = profile
        return profile

    def keep_in_memory(self) -> None:
        """Who did something just now is likely to do more."""
        for anchor in self.used_anchors.values():
            if anchor.profile:
                self.memory.touch(self.workspace, anchor.profile)

    def known_profiles(self) -> list[int]:
        """Numbers of all that this work may have changed, and more."""
        living = [key for workspace, key in self.memory.profiles if workspace == self.workspace]
        return [*living, *self.retired_profiles]

    def profile(self, key: int) -> Profile:
        """A profile this work knows, living or absorbed."""
        return self.retired_profiles.get(key) or self.memory.profiles[self.workspace, key]

    def revive(self, profile: Profile) -> None:
        """An absorbed profile lives on by itself: the evidence that joined it did not hold."""
        profile.merged_into = None
        self.retired_profiles.pop(profile.key)
        self.revived_profiles[profile.key] = profile
        self.story.append(profile)
        self.memory.profiles[self.workspace, profile.key] = profile

    def retire(self, absorbed: Profile, survivor: Profile) -> None:
        absorbed.merged_into = survivor.key
        self.revived_profiles.pop(absorbed.key, None)
        self.memory.profiles.pop((self.workspace, absorbed.key), None)
        for earlier in self.retired_profiles.values():
            if earlier.merged_into == absorbed.key:
                earlier.merged_into = survivor.key
        self.retired_profiles[absorbed.key] = absorbed
        self.changed_profiles.pop(absorbed.key, None)
        self.decided_before.pop(absorbed.key, None)

    def changed(self, profile: Profile, cause: UUID) -> None:
        self.changed_profiles[profile.key] = (profile, cause)

    def recount(self, profile: Profile, cause: UUID) -> None:
        """Her orders are others than before."""
        self.recounted[profile.key] = (profile, cause)

    def refresh(self, profile: Profile, cause: UUID) -> None:
        """She used something."""
        self.refreshed[profile.key] = (profile, cause)

    def conflict(self, found: resolution.Conflict) -> None:
        """Records it once, however often the same identifiers are seen together."""
        told = f"{self.workspace} {sorted(found.claim.identifiers)} {found.dropped}"
        self.conflicts.setdefault(
            id := uuid5(CONFLICTS, told), FoundConflict(id, found, str(found.claim.message))
        )
