"""Windows as arithmetic: which events lie in one at an instant, and when that changes by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

from .calendar import DAY, FOREVER, NEVER, SECOND, running, start
from .grammar import Between, Calendar, Last, Window

# `low < e ≤ high` lie in it, and at `turn` both jump.
Frame = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A window made ready.

    An event enters *lag* after its time. In a window that slides it leaves *stay* after its time; otherwise
    *stay* is None, and it leaves at a turn or never.
    """

    frame: Callable[[int, tzinfo], Frame]
    # At an instant and ever after: events up to the first no longer matter, and every window that still
    # comes ends at the second or later.
    horizon: Callable[[int], tuple[int, int]]
    lag: int = 0
    stay: int | None = None
    # Events within one slot of this length may be added up when they are many; all may, when it is None.
    slot: int | None = None
    # Only events from the first and before the second are ever in it.
    start: int = NEVER
    end: int = FOREVER
    customer_zone: bool = False
    # It lies elsewhere on another day, so that time alone changes what is in it.
    moves: bool = False


def bounds(window: Window | None) -> Bounds:
    match window and window.bounds:
        case Last(length):
            return last(length, (window.ending_ago if window else None) or 0)
        case Between(first, end):
            return between(NEVER if first is None else first, FOREVER if end is None else end)
        case Calendar() as periods:
            return calendar(periods)
    return between(NEVER, FOREVER)


def last(length: int, ago: int) -> Bounds:
    stay = ago + length
    return Bounds(
        lambda t, _: (t - stay, t - ago, FOREVER),
        lambda now: (now - stay, now - ago),
        lag=ago,
        stay=stay,
        slot=max(SECOND, length // SLOTS),
        moves=True,
    )


def between(first: int, end: int) -> Bounds:
    low, high = first - 1, end - 1
    return Bounds(lambda t, _: (low, min(t, high), FOREVER), lambda now: (NEVER, now), start=first, end=end)


def calendar(periods: Calendar) -> Bounds:
    period, count, back = periods.period, periods.count, periods.back

    def frame(t: int, zone: tzinfo) -> Frame:
        end = running(period, t, zone) - back + 1
        turn = start(period, end + back, zone)
        high = t if back == 0 else start(period, end, zone) - 1
        return start(period, end - count, zone) - 1, high, turn

    def horizon(now: int) -> tuple[int, int]:
        # Two days make it true in every zone, also of a customer who moves to another.
        low, high, _ = frame(now - 2 * DAY, UTC)
        return low - 2 * DAY, high - 2 * DAY if back else now

    return Bounds(frame, horizon, slot=QUARTER_HOUR, customer_zone=periods.customer_zone, moves=True)


SLOTS = 1024
# Midnights of every zone lie on one.
QUARTER_HOUR = 900 * SECOND
