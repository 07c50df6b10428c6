"""When a delay ends, whatever clocks and calendars do."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conditions.calendar import microseconds, moment
from conditions.facts import Person
from services.campaign.domain.graph import DateOffset, For, TimeOfDay, WeekdayTime
from services.campaign.domain.waits import ends, instant, shown
from tests.thorough import examples

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
QUARTER = HOUR // 4
FRIDAY = 5
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "America/St_Johns",
    "Asia/Beirut",
    "Pacific/Chatham",
    "Pacific/Kwajalein",
    "UTC",
)


def at(text: str) -> int:
    """An instant, by RFC 3339."""
    return microseconds(datetime.fromisoformat(text))


def person(zone: str | None, workspace: str = "UTC", **traits: object) -> Person:
    return Person(
        zone=ZoneInfo(workspace),
        own_zone=ZoneInfo(zone) if zone else None,
        registers={f"traits.{name}": [(0, value)] for name, value in traits.items()},
    )


def clocks(until, since: str, zone: str) -> str:
    """What her clocks show when the delay ends, with their offset."""
    found = ends(until, at(since), person(zone), at(since))
    return moment(found).astimezone(ZoneInfo(zone)).isoformat()


def test_a_length_is_real_time_whatever_the_clocks_do():
    assert "2026-03-29T12:00:00+02:00" == clocks(For(DAY), "2026-03-28T11:00:00+01:00", "Europe/Berlin")
    assert "2026-10-25T11:00:00+01:00" == clocks(For(DAY), "2026-10-24T12:00:00+02:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("since", "zone", "end"),
    [
        ("2026-06-01T08:59:59+02:00", "Europe/Berlin", "2026-06-01T09:00:00+02:00"),
        ("2026-06-01T09:00:01+02:00", "Europe/Berlin", "2026-06-02T09:00:00+02:00"),
        # She lives where it is another day already.
        ("2026-06-01T20:00:00Z", "Asia/Kathmandu", "2026-06-02T09:00:00+05:45"),
        ("2026-06-02T02:00:00Z", "Asia/Kathmandu", "2026-06-02T09:00:00+05:45"),
        ("2026-03-07T15:00:00Z", "America/New_York", "2026-03-08T09:00:00-04:00"),
    ],
)
def test_a_time_of_day_is_the_next_time_her_clocks_show_it(since, zone, end):
    assert end == clocks(TimeOfDay(9, 0), since, zone)


def test_a_time_of_day_that_it_is_right_now_means_tomorrow():
    since = "2026-06-01T09:00:00+02:00"
    assert "2026-06-02T09:00:00+02:00" == clocks(TimeOfDay(9, 0), since, "Europe/Berlin")


@pytest.mark.parametrize(
    ("since", "clock", "zone", "end"),
    [
        ("2026-03-29T00:00:00+01:00", (2, 30), "Europe/Berlin", "2026-03-29T03:00:00+02:00"),
        ("2026-03-29T00:00:00+01:00", (2, 0), "Europe/Berlin", "2026-03-29T03:00:00+02:00"),
        ("2026-03-29T00:00:00+01:00", (3, 0), "Europe/Berlin", "2026-03-29T03:00:00+02:00"),
        ("2026-03-08T00:00:00-05:00", (2, 30), "America/New_York", "2026-03-08T03:00:00-04:00"),
        # Half an hour is left out.
        ("2026-10-04T00:00:00+10:30", (2, 15), "Australia/Lord_Howe", "2026-10-04T02:30:00+11:00"),
        # Midnight itself is left out.
        ("2018-11-03T12:00:00-03:00", (0, 0), "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"),
        # A whole day is left out.
        ("2011-12-29T12:00:00-10:00", (9, 0), "Pacific/Apia", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_time_that_is_left_out_is_the_first_instant_after_it(since, clock, zone, end):
    assert end == clocks(TimeOfDay(*clock), since, zone)


@pytest.mark.parametrize(
    ("since", "clock", "zone", "end"),
    [
        ("2026-10-25T00:00:00+02:00", (2, 30), "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T00:00:00+02:00", (3, 0), "Europe/Berlin", "2026-10-25T03:00:00+01:00"),
        ("2026-11-01T00:00:00-04:00", (1, 30), "America/New_York", "2026-11-01T01:30:00-04:00"),
        ("2026-04-05T00:00:00+11:00", (1, 45), "Australia/Lord_Howe", "2026-04-05T01:45:00+11:00"),
    ],
)
def test_of_a_time_that_comes_twice_the_first_is_meant(since, clock, zone, end):
    assert end == clocks(TimeOfDay(*clock), since, zone)


def test_the_second_time_of_two_is_not_waited_for():
    since = "2026-10-25T02:45:00+02:00"
    assert "2026-10-26T02:30:00+01:00" == clocks(TimeOfDay(2, 30), since, "Europe/Berlin")


@pytest.mark.parametrize(
    ("since", "zone", "end"),
    [
        ("2026-11-22T12:00:00Z", "Europe/Berlin", "2026-11-27T09:00:00+01:00"),
        ("2026-11-27T08:59:00+01:00", "Europe/Berlin", "2026-11-27T09:00:00+01:00"),
        ("2026-11-27T09:00:00+01:00", "Europe/Berlin", "2026-12-04T09:00:00+01:00"),
        # It is Thursday in the workspace, and Friday where she lives.
        ("2026-11-26T19:00:00Z", "Pacific/Chatham", "2026-11-27T09:45:00+13:45"),
        # This Friday never was in Samoa.
        ("2011-12-28T12:00:00-10:00", "Pacific/Apia", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_weekday_is_the_next_one_on_her_calendar(since, zone, end):
    minute = 45 if zone == "Pacific/Chatham" else 0
    assert end == clocks(WeekdayTime(FRIDAY, 9, minute), since, zone)


def test_while_her_zone_is_unknown_the_workspaces_counts():
    since = at("2026-06-01T00:00:00Z")
    found = ends(TimeOfDay(9, 0), since, person(None, "Asia/Kathmandu"), since)
    assert at("2026-06-01T09:00:00+05:45") == found


@pytest.mark.parametrize(
    ("value", "offset", "end"),
    [
        ("2026-12-24", 0, "2026-12-24T00:00:00+01:00"),
        ("2026-12-24", -7 * DAY, "2026-12-17T00:00:00+01:00"),
        ("2026-12-24", 9 * HOUR, "2026-12-24T09:00:00+01:00"),
        # Days and hours beside a day are those of the calendar and of the clock on the wall.
        ("2027-04-01", -7 * DAY, "2027-03-25T00:00:00+01:00"),
        ("2027-03-28", 9 * HOUR, "2027-03-28T09:00:00+02:00"),
        ("2027-03-28", 2 * HOUR + HOUR // 2, "2027-03-28T03:00:00+02:00"),
        # Beside an instant they are real time.
        ("2027-03-27T12:00:00Z", DAY, "2027-03-28T14:00:00+02:00"),
        ("2026-12-24T18:00:00", -HOUR, "2026-12-24T17:00:00+01:00"),
        ("2026-12-24T18:00:00-05:00", 0, "2026-12-25T00:00:00+01:00"),
    ],
)
def test_a_date_of_hers_begins_at_midnight_in_her_zone_give_or_take(value, offset, end):
    since = at("2026-11-22T12:00:00Z")
    found = ends(DateOffset("traits.day", offset), since, person("Europe/Berlin", day=value), since)
    assert at(end) == found


@pytest.mark.parametrize("value", [None, "", "soon", "2026-02-30", 20261224, ["2026-12-24"], "2026-11-01"])
def test_a_date_that_is_missing_or_past_is_not_waited_for(value):
    since = at("2026-11-22T12:00:00Z")
    assert since == ends(DateOffset("traits.day", 0), since, person("Europe/Berlin", day=value), since)


def test_a_date_at_the_end_of_all_calendars_does_no_harm():
    since = at("2026-11-22T12:00:00Z")
    for day in ("9999-12-31", "9999-12-31T23:59:59-11:00", "0001-01-01", "0001-01-01T00:00:00+14:00"):
        for offset in (-3660 * DAY, 0, 3660 * DAY):
            assert since <= ends(
                DateOffset("traits.day", offset), since, person("Pacific/Apia", day=day), since
            )


SINCES = st.integers(at("1985-01-01T00:00:00Z") // SECOND, at("2045-01-01T00:00:00Z") // SECOND)


def changes(zone: ZoneInfo, start: int, end: int) -> list[int]:
    """Every instant at which clocks are set: found by looking at each quarter of an hour, where they were."""
    first, step = start - start % QUARTER, 24 * QUARTER
    spans = [
        t for t in range(first, end, step) if offset(t - QUARTER, zone) != offset(t + step - QUARTER, zone)
    ]
    looked_at = (t for span in spans for t in range(span, min(span + step, end), QUARTER))
    return [t for t in looked_at if offset(t, zone) != offset(t - QUARTER, zone)]


def offset(t: int, zone: ZoneInfo) -> timedelta | None:
    return moment(t).astimezone(zone).utcoffset()


def brute_force(local: datetime, zone: ZoneInfo, start: int, end: int) -> int:
    """The first instant from *start* on at which clocks show *local* or later, stretch by stretch."""
    for first in [start, *changes(zone, start, end)]:
        there = shown(first, zone)
        if there >= local:
            return first
        meant = first + (local - there) // timedelta(microseconds=1)
        if offset(meant, zone) == offset(first, zone):
            return meant
    raise AssertionError("it is not within the days looked at")


@settings(max_examples=examples(300), deadline=None)
@given(SINCES, st.sampled_from(ZONES), st.times())
def test_a_local_time_is_the_first_instant_that_shows_it_or_a_later_one(since, name, clock):
    zone = ZoneInfo(name)
    day = shown(since * SECOND, zone).date()
    local = datetime.combine(day, clock)
    early = since * SECOND - 3 * DAY
    assert brute_force(local, zone, early, early + 7 * DAY) == instant(local, zone)


# Around every change of clocks there is, where mistakes are made.
CHANGES = {
    name: [
        t
        for year in (1993, 2011, 2026, 2027)
        for t in changes(ZoneInfo(name), at(f"{year}-01-01T00:00:00Z"), at(f"{year + 1}-01-01T00:00:00Z"))
    ]
    for name in ZONES
}


@settings(max_examples=examples(300), deadline=None)
@given(
    st.sampled_from([(name, t) for name, found in CHANGES.items() for t in found]),
    st.integers(-26 * 60, 26 * 60),
    st.integers(0, 23),
    st.integers(0, 59),
    st.one_of(st.none(), st.integers(1, 7)),
)
def test_a_wait_ends_at_the_first_of_all_days_that_lies_ahead(change, minutes, hour, minute, weekday):
    name, t = change
    zone, since = ZoneInfo(name), t + minutes * 60 * SECOND
    until = TimeOfDay(hour, minute) if weekday is None else WeekdayTime(weekday, hour, minute)
    found = ends(until, since, person(name), since)
    days = [shown(since, zone).date() + timedelta(ahead) for ahead in range(-3, 15)]
    possible = [
        brute_force(datetime.combine(day, time(hour, minute)), zone, since - 6 * DAY, since + 20 * DAY)
        for day in days
        if weekday in {None, day.isoweekday()}
    ]
    assert min(each for each in possible if each > since) == found


def test_changes_of_clocks_were_looked_at():
    assert {name for name, found in CHANGES.items() if found} == {*ZONES} - {"UTC", "Asia/Kathmandu"}
    assert date(2011, 12, 30) not in {
        shown(at("2011-12-29T12:00:00Z") + h * HOUR, ZoneInfo("Pacific/Apia")).date() for h in range(72)
    }
