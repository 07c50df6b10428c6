"""Worked cases of open time, as data: calendars in a few words, and what is due when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.support.domain.calendars import ALL_DAY, Calendar, Day, Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar(text: str, zone: str = "UTC", holidays: dict[str, str] | None = None) -> Calendar:
    """`mon-fri 09-12 13:30-17; sat all` in words."""
    week: list[list[Hours]] = [[] for _ in DAYS]
    for part in text.split(";"):
        days, _, hours = part.strip().partition(" ")
        first, _, last = days.partition("-")
        for place in range(DAYS.index(first), DAYS.index(last or first) + 1):
            week[place] += day(hours)
    known = {date.fromisoformat(on): day(hours) for on, hours in (holidays or {}).items()}
    return Calendar(ZoneInfo(zone), tuple(tuple(each) for each in week), known)


def day(text: str) -> Day:
    if text == "all":
        return ALL_DAY
    return tuple(Hours(*map(minutes, each.split("-"))) for each in text.split())


def minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute or 0)


def at(text: str, zone: str = "UTC") -> datetime:
    """A local time; `+` behind it is the second time the clock shows it."""
    local = datetime.fromisoformat(text.rstrip("+")).replace(tzinfo=ZoneInfo(zone), fold=text.endswith("+"))
    return local.astimezone(UTC)


def length(text: str) -> timedelta:
    return timedelta(**{UNITS[part[-1]]: float(part[:-1]) for part in text.split()})


UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
OFFICE, SPLIT, BERLIN, NEW_YORK = "mon-fri 09-17", "mon-fri 09-12 13-17", "Europe/Berlin", "America/New_York"
ALWAYS, NIGHTS = "mon-sun all", "mon-sun 00-06 22-24"
XMAS = {"2026-12-25": ""}
SHORT = {"2026-12-24": "09-12", "2026-12-25": "", "2026-12-28": "10-11 15-16"}

# 2026-11-20 is a Friday. Hours, zone, holidays, start, target, due; times are local.
DUE = [
    # The worked examples of the rules.
    (OFFICE, "UTC", {}, "2026-11-20T16:00", "2h", "2026-11-23T10:00"),
    # The rules have "Tuesday 09-20 only, Monday 16:00, 12 h, due Tuesday 20:00"; by their own definition that
    # holds for a day of twelve hours, and for one of eleven an hour is left for the next Tuesday.
    ("tue 08-20", "UTC", {}, "2026-11-23T16:00", "12h", "2026-11-24T20:00"),
    ("tue 09-20", "UTC", {}, "2026-11-23T16:00", "12h", "2026-12-01T10:00"),
    ("tue 09-20", "UTC", {}, "2026-11-23T16:00", "11h", "2026-11-24T20:00"),
    (OFFICE, "UTC", {}, "2026-11-20T16:30", "1h", "2026-11-23T09:30"),
    ("sat all", "UTC", {}, "2026-11-21T00:00", "24h", "2026-11-22T00:00"),
    # Used up exactly at closing time, at opening time, just after.
    (OFFICE, "UTC", {}, "2026-11-20T16:00", "1h", "2026-11-20T17:00"),
    (OFFICE, "UTC", {}, "2026-11-20T09:00", "8h", "2026-11-20T17:00"),
    (OFFICE, "UTC", {}, "2026-11-19T09:00", "16h", "2026-11-20T17:00"),
    (OFFICE, "UTC", {}, "2026-11-20T16:00", "1h 1s", "2026-11-23T09:00:01"),
    (OFFICE, "UTC", {}, "2026-11-20T17:00", "1h", "2026-11-23T10:00"),
    (OFFICE, "UTC", {}, "2026-11-21T12:00", "8h", "2026-11-23T17:00"),
    (OFFICE, "UTC", {}, "2026-11-20T08:59:59", "1s", "2026-11-20T09:00:01"),
    (OFFICE, "UTC", {}, "2026-11-16T03:00", "40h", "2026-11-20T17:00"),
    (OFFICE, "UTC", {}, "2026-11-16T03:00", "41h", "2026-11-23T10:00"),
    # Several intervals a day.
    (SPLIT, "UTC", {}, "2026-11-20T11:30", "30m", "2026-11-20T12:00"),
    (SPLIT, "UTC", {}, "2026-11-20T11:30", "31m", "2026-11-20T13:01"),
    (SPLIT, "UTC", {}, "2026-11-20T12:15", "4h", "2026-11-20T17:00"),
    (SPLIT, "UTC", {}, "2026-11-20T16:00", "4h", "2026-11-23T12:00"),
    (SPLIT, "UTC", {}, "2026-11-20T16:00", "4h 1m", "2026-11-23T13:01"),
    # Round the clock, over midnight, all day.
    (ALWAYS, "UTC", {}, "2026-11-20T16:00", "72h", "2026-11-23T16:00"),
    (NIGHTS, "UTC", {}, "2026-11-20T21:00", "3h", "2026-11-21T01:00"),
    (NIGHTS, "UTC", {}, "2026-11-20T23:00", "1h", "2026-11-21T00:00"),
    (NIGHTS, "UTC", {}, "2026-11-20T23:00", "7h", "2026-11-21T06:00"),
    ("sat-sun all", "UTC", {}, "2026-11-20T12:00", "48h", "2026-11-23T00:00"),
    ("sat-sun all", "UTC", {}, "2026-11-22T23:59", "2m", "2026-11-28T00:01"),
    ("mon 23:59-24", "UTC", {}, "2026-11-20T00:00", "2m", "2026-12-01T00:00"),
    # Holidays: closed, with reduced hours, several in a row, on a closed day.
    (OFFICE, "UTC", XMAS, "2026-12-24T16:00", "2h", "2026-12-28T10:00"),
    (OFFICE, "UTC", XMAS, "2026-12-25T10:00", "1h", "2026-12-28T10:00"),
    (OFFICE, "UTC", SHORT, "2026-12-24T09:00", "3h", "2026-12-24T12:00"),
    (OFFICE, "UTC", SHORT, "2026-12-24T11:00", "2h", "2026-12-28T11:00"),
    (OFFICE, "UTC", SHORT, "2026-12-24T11:00", "2h 30m", "2026-12-28T15:30"),
    (OFFICE, "UTC", SHORT, "2026-12-24T11:00", "4h", "2026-12-29T10:00"),
    (OFFICE, "UTC", {"2026-11-21": ""}, "2026-11-20T16:00", "2h", "2026-11-23T10:00"),
    (OFFICE, "UTC", {"2026-11-21": "10-11"}, "2026-11-20T16:00", "2h", "2026-11-21T11:00"),
    ("sat all", "UTC", {"2026-11-21": "all"}, "2026-11-21T00:00", "24h", "2026-11-22T00:00"),
    # A holiday is a date of the calendar's zone.
    (OFFICE, "Asia/Tokyo", {"2026-11-23": ""}, "2026-11-20T16:00", "2h", "2026-11-24T10:00"),
    # Local hours, resolved per date.
    (OFFICE, BERLIN, {}, "2026-07-03T16:00", "2h", "2026-07-06T10:00"),
    (OFFICE, BERLIN, {}, "2026-03-27T16:00", "2h", "2026-03-30T10:00"),
    (OFFICE, BERLIN, {}, "2026-10-23T16:00", "2h", "2026-10-26T10:00"),
    (OFFICE, NEW_YORK, {}, "2026-03-06T16:00", "2h", "2026-03-09T10:00"),
    (OFFICE, "Asia/Kathmandu", {}, "2026-11-20T16:00", "2h", "2026-11-23T10:00"),
    # The day the clock skips an hour has 23, the day it repeats one has 25.
    (ALWAYS, BERLIN, {}, "2026-03-29T00:00", "23h", "2026-03-30T00:00"),
    (ALWAYS, BERLIN, {}, "2026-10-25T00:00", "25h", "2026-10-26T00:00"),
    ("sun all", BERLIN, {}, "2026-03-29T00:00", "24h", "2026-04-05T01:00"),
    ("sun all", BERLIN, {}, "2026-10-25T00:00", "24h", "2026-10-25T23:00"),
    ("sun all", NEW_YORK, {}, "2026-11-01T00:00", "25h", "2026-11-02T00:00"),
    (ALWAYS, BERLIN, {}, "2026-03-29T01:30", "1h", "2026-03-29T03:30"),
    (ALWAYS, BERLIN, {}, "2026-10-25T02:30", "1h", "2026-10-25T02:30+"),
    ("sun 01-04", BERLIN, {}, "2026-03-29T00:00", "2h", "2026-03-29T04:00"),
    ("sun 01-04", BERLIN, {}, "2026-03-29T00:00", "2h 1m", "2026-04-05T01:01"),
    ("sun 01-04", BERLIN, {}, "2026-10-25T00:00", "4h", "2026-10-25T04:00"),
    # An hour that is not, and one that is twice.
    ("sun 02-03", BERLIN, {}, "2026-03-29T00:00", "1h", "2026-04-05T03:00"),
    ("sun 02-03", BERLIN, {}, "2026-10-25T00:00", "2h", "2026-10-25T03:00"),
    # Half an hour, in Australia; a date that never was, in Samoa; a clock set back at midnight, in Havana.
    (ALWAYS, "Australia/Lord_Howe", {}, "2026-10-04T00:00", "23h 30m", "2026-10-05T00:00"),
    (OFFICE, "Pacific/Apia", {}, "2011-12-29T16:00", "2h", "2012-01-02T10:00"),
    ("sun all", "America/Havana", {}, "2026-11-01T00:00", "25h", "2026-11-02T00:00"),
    # Years ahead.
    ("mon 09-10", "UTC", {}, "2026-11-23T09:00", "520h", "2036-11-03T10:00"),
]
