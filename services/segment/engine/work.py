"""One workspace's share of a transaction: what was read, what changes, what will be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from rapport.segment.v1 import resources_pb2 as pb

from conditions.explain import Evidence
from services.segment.engine.catalog import Acting, Catalog
from services.segment.engine.state import Memory, Profile
from services.segment.store.hot import HotStore

EVENT, DEADLINE, TRAIT, MERGE = pb.Cause.EVENT, pb.Cause.DEADLINE, pb.Cause.TRAIT, pb.Cause.MERGE
DEFINITION, IMPORT, SEGMENT = pb.Cause.DEFINITION, pb.Cause.IMPORT, pb.Cause.SEGMENT


@dataclass(frozen=True, slots=True)
class Why:
    """What brings a change about."""

    kind: int
    activity: str = ""
    other_profile: str = ""
    late: bool = False
    historical: bool = False
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody enters or leaves a segment."""

    profile: Profile
    acting: Acting
    entered: bool
    time_us: int
    why: Why
    # When she will leave if nothing happens, and what she did to get in.
    leaves_us: int | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(slots=True)
class Work:
    workspace: str
    memory: Memory
    store: HotStore
    catalog: Catalog
    zone: tzinfo
    currency: str
    now_us: int
    # Profiles of which something must be written.
    changed: dict[int, Profile] = field(default_factory=dict)
    # Profiles met for the first time.
    born: set[int] = field(default_factory=set)
    # Profiles to be counted anew, from all that is known -> since when, and why.
    renewed: dict[int, tuple[int, Why]] = field(default_factory=dict)
    # Anchors that came to another profile: from whom, to whom, which.
    moves: list[tuple[Profile, Profile, list[int]]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def living(self, key: int) -> int:
        """The number of the profile that lives on under this one."""
        return self.memory.aliases.get((self.workspace, key), key)

    def profile(self, key: int) -> Profile:
        return self.memory.profiles[self.workspace, self.living(key)]

    def held(self, keys: Iterable[int]) -> list[Profile]:
        return [
            self.memory.profiles[self.workspace, key] for key in sorted({self.living(key) for key in keys})
        ]

    def touch(self, profile: Profile) -> None:
        self.changed[profile.key] = profile


__all__: Sequence[str] = (
    "DEADLINE",
    "DEFINITION",
    "EVENT",
    "IMPORT",
    "MERGE",
    "SEGMENT",
    "TRAIT",
    "Change",
    "Why",
    "Work",
)
