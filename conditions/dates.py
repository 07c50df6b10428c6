"""Dates in conditions: ISO 8601, each a day or an instant, and how they compare with others and with now."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache, partial

from .calendar import FOREVER, local_date, microseconds, running, start
from .grammar import Comparison, Operator, Period

# When a value begins, as an instant; None when it is no date.
Begin = Callable[[object, tzinfo], int | None]
# Whether a value compares so at t, and until when that stays if the value does.
Judge = Callable[[object, int, tzinfo], tuple[bool, int]]


@lru_cache(maxsize=65_536)
def span(text: str, zone: tzinfo) -> tuple[int, int] | None:
    """From when to when a date lasts, half-open: a day until the next midnight, an instant a microsecond."""
    try:
        if DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return midnight(day, zone), midnight(day + timedelta(1), zone)
        if not INSTANT.fullmatch(text):
            return None
        when = datetime.fromisoformat(text)
        began = microseconds(when if when.tzinfo else when.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None
    return began, began + 1


def midnight(day: date, zone: tzinfo) -> int:
    return microseconds(datetime.combine(day, time(), zone))


def is_day(value: object) -> bool:
    return isinstance(value, str) and bool(DATE.fullmatch(value))


def begin(value: object, zone: tzinfo) -> int | None:
    found = span(value, zone) if isinstance(value, str) else None
    return found[0] if found else None


def instant(value: object, _zone: tzinfo) -> int | None:
    """For values that are instants already, such as the time of an event."""
    return value if isinstance(value, int) else None


def dated(compare: Comparison, read: Begin = begin) -> Judge:
    """A comparison with a date, or with now, ready to judge values."""
    match compare.operator:
        case Operator.WITHIN_LAST | Operator.WITHIN_NEXT:
            judge = within(compare, read)
        case Operator.ON if compare.value is None:
            judge = partial(today, compare.yearly, read)
        case _ if compare.yearly:
            judge = fixed(yearly_holds(compare, read))
        case _:
            judge = fixed(date_holds(compare, read))
    return opposite(judge) if compare.negated else judge


def opposite(judge: Judge) -> Judge:
    def judged(value: object, t: int, zone: tzinfo) -> tuple[bool, int]:
        holds, until = judge(value, t, zone)
        return not holds, until

    return judged


def fixed(holds: Callable[[object, tzinfo], bool]) -> Judge:
    """A comparison that time alone does not change."""
    return lambda value, _, zone: (holds(value, zone), FOREVER)


def date_holds(compare: Comparison, read: Begin) -> Callable[[object, tzinfo], bool]:
    operator, wanted = compare.operator, str(compare.value)

    def holds(value: object, zone: tzinfo) -> bool:
        began, bounds = read(value, zone), span(wanted, zone)
        if began is None or bounds is None:
            return False
        if operator is Operator.BEFORE:
            return began < bounds[0]
        return began >= bounds[1] if operator is Operator.AFTER else bounds[0] <= began < bounds[1]

    return holds


def yearly_holds(compare: Comparison, read: Begin) -> Callable[[object, tzinfo], bool]:
    operator, wanted = compare.operator, str(compare.value)

    def holds(value: object, zone: tzinfo) -> bool:
        began, bounds = read(value, zone), span(wanted, zone)
        if began is None or bounds is None:
            return False
        mine, other = month_and_day(began, zone), month_and_day(bounds[0], zone)
        if operator is Operator.BEFORE:
            return mine < other
        return mine > other if operator is Operator.AFTER else mine == other

    return holds


def month_and_day(t: int, zone: tzinfo) -> tuple[int, int]:
    day = local_date(t, zone)
    return day.month, day.day


def today(yearly: bool, read: Begin, value: object, t: int, zone: tzinfo) -> tuple[bool, int]:
    """Whether the date is today, or today is its anniversary."""
    began = read(value, zone)
    if began is None:
        return False, FOREVER
    if yearly:
        year = local_date(t, zone).year
        days = [anniversary(began, each, zone).toordinal() for each in range(year - 1, year + 3)]
    else:
        days = [running(Period.DAY, began, zone)]
    for first, end in ((start(Period.DAY, day, zone), start(Period.DAY, day + 1, zone)) for day in days):
        if t < end:
            return (True, end) if t >= first else (False, first)
    return False, FOREVER


def within(compare: Comparison, read: Begin) -> Judge:
    """Whether `v ≤ t < v + d`, or `v - d ≤ t < v`: from an instant on, up to another."""
    length, last = compare.duration or 0, compare.operator is Operator.WITHIN_LAST
    ahead, behind = (0, length) if last else (length, 0)

    def judge(value: object, t: int, zone: tzinfo) -> tuple[bool, int]:
        began = read(value, zone)
        if began is None:
            return False, FOREVER
        if t < began - ahead:
            return False, began - ahead
        return (True, began + behind) if t < began + behind else (False, FOREVER)

    def judge_yearly(value: object, t: int, zone: tzinfo) -> tuple[bool, int]:
        began = read(value, zone)
        if began is None:
            return False, FOREVER
        year = local_date(t, zone).year
        turns = [midnight(anniversary(began, each, zone), zone) for each in range(year - 2, year + 4)]
        ends = [turn + behind for turn in turns if turn - ahead <= t < turn + behind]
        return (True, max(ends)) if ends else (False, min(turn - ahead for turn in turns if t < turn - ahead))

    return judge_yearly if compare.yearly else judge


def anniversary(began: int, year: int, zone: tzinfo) -> date:
    """The day of a year that has the month and day; the 28th where there is no 29th of February."""
    day = local_date(began, zone)
    if (day.month, day.day) == (2, 29) and not leap(year):
        return date(year, 2, 28)
    return date(year, day.month, day.day)


def leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?",
    re.IGNORECASE,
)
