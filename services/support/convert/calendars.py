"""Calendars: as messages, as what is stored of them, and as what counts."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from rapport.support.v1 import desk_pb2 as pb

from services.support.convert.times import timestamp
from services.support.domain.calendars import Calendar, Day, Hours

Problem = tuple[str, str]


def calendar_message(row: asyncpg.Record) -> pb.Calendar:
    made = pb.Calendar.FromString(row["definition"])
    made.name = calendar_name(row["slug"])
    made.display_name = row["display_name"]
    made.version = row["version"]
    made.etag = str(row["revision"])
    made.create_time.CopyFrom(timestamp(row["create_time"]))
    made.update_time.CopyFrom(timestamp(row["update_time"]))
    return made


def definition(time_zone: str, open_hours: Iterable[pb.OpenHours], holidays: Iterable[pb.Holiday]) -> bytes:
    """What of a calendar decides: holidays in the order of time."""
    ordered = sorted(holidays, key=lambda each: each.date)
    made = pb.Calendar(time_zone=time_zone, open_hours=open_hours, holidays=ordered)
    return made.SerializeToString(deterministic=True)


@lru_cache(maxsize=256)
def counting(definition: bytes) -> Calendar:
    """The calendar of a definition that was found to have no problems."""
    said = pb.Calendar.FromString(definition)
    week: list[list[Hours]] = [[] for _ in range(7)]
    for each in said.open_hours:
        week[each.weekday - 1].append(hours(each))
    holidays = {
        date.fromisoformat(each.date): day(map(hours, each.open_hours))
        for each in said.holidays
        if not each.inactive
    }
    return Calendar(ZoneInfo(said.time_zone), tuple(day(each) for each in week), holidays)


def problems(said: pb.Calendar) -> Iterator[Problem]:
    """What keeps this from being a calendar: where, and a sentence."""
    if not is_zone(said.time_zone):
        yield "time_zone", "must be an IANA time zone, such as Europe/Berlin"
    if not said.open_hours:
        yield "open_hours", "must say when it is open: a calendar that never is could keep no promise"
    for place, each in enumerate(said.open_hours):
        if not each.weekday:
            yield f"open_hours[{place}].weekday", "must be a day of the week"
        yield from ending(f"open_hours[{place}]", each)
    seen: set[str] = set()
    for place, holiday in enumerate(said.holidays):
        if not is_date(holiday.date):
            yield f"holidays[{place}].date", "must be a date there is, as YYYY-MM-DD"
        if holiday.date in seen:
            yield f"holidays[{place}].date", "is a holiday already; put what is open into one of them"
        seen.add(holiday.date)
        for inner, each in enumerate(holiday.open_hours):
            yield from ending(f"holidays[{place}].open_hours[{inner}]", each)


def ending(path: str, said: pb.OpenHours) -> Iterator[Problem]:
    if minutes(said.opens) >= minutes(said.closes):
        yield f"{path}.closes", "must be later than it opens"


def hours(said: pb.OpenHours) -> Hours:
    return Hours(minutes(said.opens), minutes(said.closes))


def day(intervals: Iterable[Hours]) -> Day:
    return tuple(sorted(intervals, key=lambda each: (each.opens, each.closes)))


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def is_zone(name: str) -> bool:
    """A place's zone: not what the machine happens to be set to, nor a file of another kind."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name not in {"localtime", "Factory"}


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def calendar_name(slug: str) -> str:
    return f"calendars/{slug}" if slug else ""


YEARS = range(1900, 9000)
