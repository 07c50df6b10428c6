"""The terms of a programme, as values."""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from services.loyalty.domain.expiry import Expiry
from services.loyalty.domain.tiers import Metric, Tier

RESERVATION_US = 15 * 60 * 1_000_000
GRACE_US = 30 * 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme says at a version of its own."""

    programme: str
    version: int = 1
    currencies: tuple[str, ...] = ("points",)
    zone: tzinfo = UTC
    expiry: Expiry | None = None
    first_in_first_out: bool = False
    # What cannot be clawed back is owed; otherwise it is let go.
    owe: bool = False
    reservation_us: int = RESERVATION_US
    # Points that come back last at least so long.
    grace_us: int = GRACE_US
    metric: Metric | None = None
    # The lowest first.
    tiers: tuple[Tier, ...] = ()
    closed: bool = False

    def currency(self, named: str) -> str | None:
        """The one that is meant; None when the programme does not count in it."""
        if not named:
            return self.currencies[0]
        return named if named in self.currencies else None
