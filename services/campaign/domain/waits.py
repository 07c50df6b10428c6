"""When a delay ends, by the customer's own clocks. Pure.

Clocks are set forward and back. A local time that is left out means the first instant after it, also where a
zone left out a whole day; one that comes twice means the first of the two. Both are one rule: a local time is
the first instant at which her clocks show it, or a later one.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from conditions.calendar import EARLIEST, LATEST, microseconds, moment
from conditions.dates import INSTANT, is_day
from conditions.facts import Facts
from services.campaign.domain.graph import DateOffset, For, TimeOfDay, Until, WeekdayTime


def ends(until: Until, since_us: int, facts: Facts, now_us: int) -> int:
    """When a delay that began at *since_us* ends: never before it began.

    In her own zone, in the workspace's while hers is not known. A date of hers is the one known at *now_us*.
    """
    zone = facts.own_zone or facts.zone
    match until:
        case For(length):
            return since_us + length
        case TimeOfDay(hour, minute):
            return next_time(since_us, time(hour, minute), zone)
        case WeekdayTime(weekday, hour, minute):
            return next_time(since_us, time(hour, minute), zone, weekday)
        case DateOffset(path, offset):
            found = beside(facts.trait(path, now_us)[0], offset, zone)
            return since_us if found is None else max(since_us, found)
    raise AssertionError(f"no such delay: {until!r}")


def next_time(since_us: int, at: time, zone: tzinfo, weekday: int | None = None) -> int:
    """The first time strictly after *since_us* that clocks show *at*, perhaps on one day of the week.

    Strictly: a way that leads back to the wait goes on the next day, not at the same instant again.
    """
    day = moment(since_us).astimezone(zone).date()
    for ahead in range(DAYS_AHEAD):
        there = day + timedelta(ahead)
        if weekday in {None, there.isoweekday()}:
            found = instant(datetime.combine(there, at), zone)
            if found > since_us:
                return found
    raise AssertionError(f"{zone} has no {at} within {DAYS_AHEAD} days of {day}")


def beside(value: object, offset_us: int, zone: tzinfo) -> int | None:
    """An offset beside a date; None when the value is none.

    A day begins at its midnight and is counted from by the calendar and the clock on the wall: seven days
    before a day is a midnight too. From an instant the offset is real time.
    """
    if not isinstance(value, str) or not (is_day(value) or INSTANT.fullmatch(value)):
        return None
    offset = timedelta(microseconds=offset_us)
    try:
        if is_day(value):
            return instant(datetime.combine(date.fromisoformat(value), time()) + offset, zone)
        when = datetime.fromisoformat(value)
        found = (microseconds(when) if when.tzinfo else instant(when, zone)) + offset_us
    except (ValueError, OverflowError):
        return None
    return min(max(found, EARLIEST), LATEST)


@lru_cache(maxsize=65_536)
def instant(local: datetime, zone: tzinfo) -> int:
    """The first instant at which clocks show *local* or a later time."""
    first, second = (microseconds(local.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if first <= second:
        return first
    # Left out: by the offset before the change it lies after it, by the one after the change before it.
    low, high = second, first
    while high - low > 1:
        middle = (low + high) // 2
        if shown(middle, zone) < local:
            low = middle
        else:
            high = middle
    return high


def shown(t: int, zone: tzinfo) -> datetime:
    """What clocks show at an instant."""
    return moment(t).astimezone(zone).replace(tzinfo=None)


# A week, and what a zone that left out a day, or lived one twice, takes of it.
DAYS_AHEAD = 17
