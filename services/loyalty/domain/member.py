"""A member of a programme: her points, and the tier she holds."""

from dataclasses import dataclass, field
from uuid import UUID

from services.loyalty.domain.ledger import Account
from services.loyalty.domain.moves import first_due
from services.loyalty.domain.tiers import Held, Reason


@dataclass(frozen=True, slots=True)
class TierChange:
    """From one tier to another."""

    at: int
    former: Held
    now: Held
    reason: Reason
    metric: int
    note: str = ""


@dataclass(slots=True)
class Member:
    id: int
    programme: str
    profile: UUID
    enrol_us: int
    account: Account
    held: Held = field(default_factory=Held)
    moved_to: int | None = None
    # How many tiers she ever held.
    periods: int = 0
    # The state of the programme's definitions she was read with.
    stamp: int = 0
    # When something was to happen by itself when she was read.
    due_us: int | None = None
    changes: list[TierChange] = field(default_factory=list)
    # The tier as she was read.
    known: Held = field(default_factory=Held)

    @property
    def name(self) -> str:
        return f"programmes/{self.programme}/accounts/{self.profile}"

    @property
    def profile_name(self) -> str:
        return f"profiles/{self.profile}"

    @property
    def next_due(self) -> int | None:
        times = [each for each in (first_due(self.account), self.held.review_us) if each is not None]
        return min(times, default=None) if self.moved_to is None else None

    @property
    def changed(self) -> bool:
        done = bool(self.account.entries or self.changes or self.account.changed_reservations)
        return done or self.held != self.known

    def wakes(self, now: int) -> bool:
        """Whether she must be woken at another time than was noted. Too early does no harm."""
        due, noted = self.next_due, self.due_us
        if noted is None or noted <= now or self.moved_to is not None:
            return due != noted
        return due is not None and due < noted

    def change_tier(self, held: Held, at: int, reason: Reason, metric: int, note: str = "") -> None:
        """A renewal changes dates only, and begins nothing."""
        if held.tier != self.held.tier or held.granted:
            self.changes.append(TierChange(at, self.held, held, reason, metric, note))
        self.held = held
