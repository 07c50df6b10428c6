"""Names the machine gives: UUIDv7, which sort by the time of their making."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from .clock import utc_now


def uuid7(now: datetime | None = None) -> UUID:
    """A new id, larger than those this process gave earlier in the same millisecond."""
    millisecond = ((now or utc_now()) - EPOCH) // timedelta(milliseconds=1)
    counter = _sequence.following(millisecond)
    # RFC 9562: 48 bits of time, version, 12 bits, variant, 62 bits; the counter fills 12 + 30 of them.
    high, low = counter >> 30, counter & 0x3FFF_FFFF
    upper = millisecond << 16 | 0x7000 | high
    lower = 0b10 << 62 | low << 32 | secrets.randbits(32)
    return UUID(int=upper << 64 | lower)


class _Sequence:
    """Counts up within a millisecond from a random start; a clock that is set back starts anew."""

    def __init__(self) -> None:
        self.millisecond, self.counter = -1, 0

    def following(self, millisecond: int) -> int:
        if millisecond == self.millisecond:
            self.counter += 1
        else:
            # The topmost bit stays free: room for two billion ids before the counter could run over.
            self.millisecond, self.counter = millisecond, secrets.randbits(41)
        return self.counter


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_sequence = _Sequence()
