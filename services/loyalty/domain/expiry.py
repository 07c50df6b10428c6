"""When points expire: the first instant at which they cannot be used, in the programme's zone."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from conditions.calendar import microseconds, moment, running, start
from conditions.dates import midnight
from conditions.grammar import Period


@dataclass(frozen=True, slots=True)
class Expiry:
    """One of the first three, then perhaps moved to the end of a period."""

    days: int = 0
    months: int = 0
    # At its end.
    day: date | None = None
    round_up_to: Period = Period.NONE


def expires(rule: Expiry | None, earned_us: int, zone: tzinfo) -> int | None:
    """When points earned at *earned_us* expire; None for never."""
    if rule is None:
        return None
    if rule.day is not None:
        found = midnight(rule.day + timedelta(1), zone)
    elif rule.months:
        found = months_later(earned_us, rule.months, zone)
    else:
        found = days_later(earned_us, rule.days, zone)
    if rule.round_up_to is Period.NONE:
        return found
    # The last instant they can be used decides in which period they end.
    return start(rule.round_up_to, running(rule.round_up_to, found - 1, zone) + 1, zone)


def days_later(t: int, days: int, zone: tzinfo) -> int:
    """The same time on the clock so many days later."""
    local = moment(t).astimezone(zone)
    return at_clock(local, date.fromordinal(min(local.toordinal() + days, LAST_DAY)), zone)


def months_later(t: int, months: int, zone: tzinfo) -> int:
    """The same day and time on the clock so many months later; the last day where the month is shorter."""
    local = moment(t).astimezone(zone)
    return at_clock(local, same_day(local.date(), months), zone)


def same_day(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(min(max(place, FIRST_MONTH), LAST_MONTH), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_midnight(t: int, zone: tzinfo) -> int:
    """*t* where it is a midnight, else the midnight that follows."""
    day = running(Period.DAY, t, zone)
    first = start(Period.DAY, day, zone)
    return first if first == t else start(Period.DAY, day + 1, zone)


def at_clock(local: datetime, day: date, zone: tzinfo) -> int:
    return microseconds(datetime.combine(day, local.timetz().replace(tzinfo=None), zone))


# Within the years that calendars know.
LAST_DAY = date(9998, 12, 31).toordinal()
FIRST_MONTH, LAST_MONTH = 2 * 12, 9998 * 12 + 11
