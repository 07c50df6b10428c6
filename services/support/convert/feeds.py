"""Holidays out of an iCalendar feed, RFC 5545: whole days, those that come round included."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar
from rapport.support.v1 import desk_pb2 as pb


class Unreadable(ValueError):  # noqa: N818 -- a sentence for who sent it
    """With a sentence that says why."""


def holidays(text: str, year: int) -> list[pb.Holiday]:
    """One per date, in their order. What comes round is written out for the years around *year*."""
    found: dict[str, pb.Holiday] = {}
    for event in events(text):
        uid = str(event.get("uid", ""))
        name = " ".join(str(event.get("summary", "")).split())[:MOST_CHARACTERS]
        for day in days(event, year):
            made = pb.Holiday(date=day.isoformat(), display_name=name, feed_uid=uid[:MOST_CHARACTERS])
            known = found.get(made.date)
            if known is None or made.feed_uid < known.feed_uid:
                found[made.date] = made
            if len(found) > MOST_HOLIDAYS:
                raise Unreadable(f"has more than {MOST_HOLIDAYS} holidays")
    return [found[day] for day in sorted(found)]


def merged(old: Iterable[pb.Holiday], fed: Iterable[pb.Holiday]) -> list[pb.Holiday]:
    """The feed's in place of those it brought before. What the desk said itself of a day stays."""
    kept = {each.date: each for each in old if not each.feed_uid}
    before = {(each.date, each.feed_uid): each for each in old if each.feed_uid}
    for each in fed:
        if each.date in kept:
            continue
        known = before.get((each.date, each.feed_uid))
        if known is not None:
            each.inactive = known.inactive
            each.open_hours.extend(known.open_hours)
        kept[each.date] = each
    return [kept[day] for day in sorted(kept)]


def events(text: str) -> Iterator[Any]:
    try:
        found = [event for feed in Calendar.from_ical(text, multiple=True) for event in feed.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as broken:
        raise Unreadable(f"is no iCalendar feed: {broken}") from broken
    if len(found) > MOST_EVENTS:
        raise Unreadable(f"has more than {MOST_EVENTS} events")
    for event in found:
        if str(event.get("status", "")).upper() != "CANCELLED" and event.get("dtstart") is not None:
            yield event


def days(event: Any, year: int) -> Iterator[date]:
    """Every local date it takes as a whole."""
    try:
        start, length = span(event)
        begins = [start] if start and event.get("rrule") is None else rounds(event, start, year)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as broken:
        raise Unreadable(f"has an event that cannot be read ({event.get('uid')}): {broken}") from broken
    for begin in begins:
        for more in range(min(length, MOST_HOLIDAYS + 1)):
            day = begin + timedelta(days=more)
            if day.year in YEARS:
                yield day


def span(event: Any) -> tuple[date | None, int]:
    """The first day, and how many; none, when it is but a part of a day."""
    start, end = event.decoded("dtstart"), event.decoded("dtend", None)
    if end is None and (lasts := event.decoded("duration", None)) is not None:
        end = start + lasts
    if not isinstance(start, date):
        raise TypeError("it begins on no day")
    if isinstance(start, datetime):
        if not isinstance(end, datetime) or {start.time(), end.time()} != {time()}:
            return None, 0
        start, end = start.date(), end.date()
    return start, max((end - start).days, 1) if end is not None else 1


def rounds(event: Any, start: date | None, year: int) -> list[date]:
    """The days it begins on, of an event that comes round, in a window of years."""
    if start is None:
        return []
    first, last = datetime(year - YEARS_BACK, 1, 1), datetime(year + YEARS_ON, 12, 31)  # noqa: DTZ001 -- dates
    begin = datetime.combine(start, time())
    rules: Any = rruleset()  # type: ignore[no-untyped-call]
    for rule in listed(event.get("rrule")):
        if set(map(str, rule.get("FREQ", ()))) - COMES_ROUND:
            raise ValueError("a holiday comes round by the year, the month or the week")
        if "COUNT" not in rule:
            # A rule that never comes true would be tried for thousands of years.
            rule["UNTIL"] = [min([last.date(), *map(as_date, rule.get("UNTIL", ()))])]
        rules.rrule(rrulestr(rule.to_ical().decode(), dtstart=begin, ignoretz=True))
    for left_out in listed(event.get("exdate")):
        for each in left_out.dts:
            rules.exdate(datetime.combine(as_date(each.dt), time()))
    found = []
    for at in rules.xafter(first - timedelta(days=1), count=MOST_HOLIDAYS + 1):
        if at > last:
            break
        found.append(at.date())
    return found


def as_date(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day


def listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


COMES_ROUND = {"YEARLY", "MONTHLY", "WEEKLY"}
YEARS = range(1900, 9000)
# Wide enough to be imported once a year.
YEARS_BACK, YEARS_ON = 1, 10
MOST_HOLIDAYS = 1000
MOST_EVENTS = 2000
MOST_CHARACTERS = 200
