"""Periods of the calendar in a zone: every instant lies in exactly one, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from .grammar import Period

# Later than everything, earlier than everything.
FOREVER = 1 << 62
NEVER = -FOREVER


def running(period: Period, t: int, zone: tzinfo) -> int:
    """The number of the period *t* lies in; numbers follow one another without gaps."""
    found = numbered(period, local_date(t, zone))
    # Where clocks are set back across midnight the date goes back as well: the period does not.
    if t >= start(period, found + 1, zone):
        return found + 1
    return found - 1 if t < start(period, found, zone) else found


@lru_cache(maxsize=65_536)
def start(period: Period, number: int, zone: tzinfo) -> int:
    """The first instant of a period: its midnight, or what the clocks show instead."""
    day = first_day(period, number)
    if day is None:
        return NEVER
    return microseconds(datetime.combine(day, time(), zone))


def numbered(period: Period, day: date) -> int:
    match period:
        case Period.DAY:
            return day.toordinal()
        case Period.WEEK:
            return (day.toordinal() - 1) // 7
        case Period.MONTH:
            return day.year * 12 + day.month - 1
        case Period.QUARTER:
            return day.year * 4 + (day.month - 1) // 3
    return day.year


def first_day(period: Period, number: int) -> date | None:
    """The first day of a period; None before the years that calendars know."""
    try:
        match period:
            case Period.DAY:
                day = date.fromordinal(number)
            case Period.WEEK:
                day = date.fromordinal(number * 7 + 1)
            case Period.MONTH:
                day = date(number // 12, number % 12 + 1, 1)
            case Period.QUARTER:
                day = date(number // 4, number % 4 * 3 + 1, 1)
            case _:
                day = date(number, 1, 1)
    except (ValueError, OverflowError):
        return None
    return day if day.year > 1 else None


def local_date(t: int, zone: tzinfo) -> date:
    return moment(t).astimezone(zone).date()


def moment(t: int) -> datetime:
    """The instant in UTC, held within the years that calendars know."""
    return EPOCH + timedelta(microseconds=min(max(t, EARLIEST), LATEST))


def microseconds(when: datetime) -> int:
    return (when - EPOCH) // MICROSECOND


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = 86_400 * SECOND
EARLIEST = microseconds(datetime(2, 1, 2, tzinfo=UTC))
LATEST = microseconds(datetime(9998, 12, 30, tzinfo=UTC))
