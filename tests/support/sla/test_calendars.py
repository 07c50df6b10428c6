"""Open time, counted and looked ahead; against worked cases, and against a count minute by minute."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.support.domain.calendars import ROUND_THE_CLOCK, Calendar, Hours
from tests.support.sla.cases import DUE, OFFICE, at, calendar, length
from tests.thorough import examples

MICROSECOND, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)


@pytest.mark.parametrize("case", DUE, ids=str)
def test_it_is_due_when(case):
    hours, zone, holidays, start, target, due = case
    made = calendar(hours, zone, holidays)
    assert at(due, zone) == made.due(at(start, zone), length(target))
    assert length(target) == made.counted(at(start, zone), at(due, zone))


# Start, target, pauses, due: on Monday to Friday, nine to five.
PAUSED = [
    ("2026-11-20T09:00", "1h", [("2026-11-20T09:30", "2026-11-20T10:00")], "2026-11-20T10:30"),
    ("2026-11-20T16:00", "2h", [("2026-11-20T16:30", "2026-11-23T09:30")], "2026-11-23T11:00"),
    # While it is closed, nothing is lost by a pause.
    ("2026-11-20T16:00", "2h", [("2026-11-20T17:00", "2026-11-23T09:00")], "2026-11-23T10:00"),
    # Used up just as the pause begins.
    ("2026-11-20T16:00", "1h", [("2026-11-20T17:00", "2026-11-23T12:00")], "2026-11-20T17:00"),
    ("2026-11-20T10:00", "1h", [("2026-11-20T11:00", "2026-11-20T12:00")], "2026-11-20T11:00"),
    # It began while it paused; two pauses; pauses that overlap.
    ("2026-11-20T10:00", "1h", [("2026-11-20T08:00", "2026-11-20T11:00")], "2026-11-20T12:00"),
    (
        "2026-11-20T10:00",
        "1h",
        [("2026-11-20T10:30", "2026-11-20T11:00"), ("2026-11-20T11:15", "2026-11-20T12:15")],
        "2026-11-20T12:30",
    ),
    (
        "2026-11-20T10:00",
        "1h",
        [("2026-11-20T10:30", "2026-11-20T11:30"), ("2026-11-20T10:45", "2026-11-20T11:00")],
        "2026-11-20T12:00",
    ),
    # Of no length.
    ("2026-11-20T10:00", "1h", [("2026-11-20T10:30", "2026-11-20T10:30")], "2026-11-20T11:00"),
]


@pytest.mark.parametrize(("start", "target", "pauses", "due"), PAUSED)
def test_a_pause_does_not_count(start, target, pauses, due):
    stood = [(at(a), at(b)) for a, b in pauses]
    assert at(due) == calendar(OFFICE).due(at(start), length(target), stood)
    assert length(target) == calendar(OFFICE).counted(at(start), at(due), stood)


def test_what_is_counted_can_be_shown_piece_by_piece():
    made = calendar("mon-fri 09-12 13-17; sat-sun all", "UTC", {"2026-11-23": "10-11"})
    pauses = [(at("2026-11-20T16:00"), at("2026-11-20T16:30"))]

    shown = made.intervals(at("2026-11-20T15:00"), at("2026-11-23T10:30"), pauses)

    assert [
        (at("2026-11-20T15:00"), at("2026-11-20T16:00")),
        (at("2026-11-20T16:30"), at("2026-11-20T17:00")),
        (at("2026-11-21T00:00"), at("2026-11-23T00:00")),
        (at("2026-11-23T10:00"), at("2026-11-23T10:30")),
    ] == shown
    assert ["2026-11-23"] == [
        str(day) for day in made.differing(at("2026-11-20T15:00"), at("2026-11-23T00:00:01"))
    ]
    assert [] == made.differing(at("2026-11-20T15:00"), at("2026-11-23T00:00"))


def test_round_the_clock_every_microsecond_counts():
    start = datetime(2026, 3, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    assert start + timedelta(days=400, microseconds=3) == ROUND_THE_CLOCK.due(
        start, timedelta(days=400, microseconds=3)
    )


def test_tiny_targets_are_exact():
    assert at("2026-11-23T09:00") + MICROSECOND == calendar(OFFICE).due(at("2026-11-20T17:00"), MICROSECOND)
    assert at("2026-11-20T12:00") == calendar(OFFICE).due(at("2026-11-20T12:00"), timedelta())


def test_a_lifetime_away_is_never_and_soon_said():
    made = calendar("mon 09-10", "Europe/Berlin")
    began = time.perf_counter()
    assert made.due(at("2026-11-20T12:00"), timedelta(days=366)) is None
    assert time.perf_counter() - began < 2, "forty years are reckoned once, and quickly"
    began = time.perf_counter()
    assert made.due(at("2027-11-20T12:00"), timedelta(hours=1500)) is not None
    assert time.perf_counter() - began < 0.25


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
# Around clocks that are set, in one zone or another.
TURNS = ("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2011-12-30")


@st.composite
def days(draw) -> tuple[Hours, ...]:
    edges = draw(st.lists(st.integers(0, 48), unique=True, max_size=6).map(sorted))
    return tuple(Hours(30 * a, 30 * b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw) -> Calendar:
    week = draw(st.tuples(*[days()] * 7).filter(any))
    turn = datetime.fromisoformat(draw(st.sampled_from(TURNS))).date()
    near = st.integers(-8, 8).map(lambda by: turn + timedelta(days=by))
    holidays = draw(st.dictionaries(near, days(), max_size=4))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), week, holidays)


@st.composite
def instants(draw) -> datetime:
    turn = datetime.fromisoformat(draw(st.sampled_from(TURNS))).replace(tzinfo=UTC)
    return turn + timedelta(minutes=draw(st.integers(-6 * 1440, 6 * 1440)))


def pausing(start: datetime) -> st.SearchStrategy:
    pair = st.tuples(st.integers(-1440, 8640), st.integers(-60, 2880))
    return st.lists(pair.map(lambda p: (start + p[0] * MINUTE, start + (p[0] + p[1]) * MINUTE)), max_size=4)


def minute_is_open(made: Calendar, minute: datetime) -> bool:
    """What a clock on the wall shows, and nothing cleverer."""
    local = minute.astimezone(made.zone)
    hours = made.holidays.get(local.date(), made.week[local.weekday()])
    return any(each.opens <= local.hour * 60 + local.minute < each.closes for each in hours)


def oracle(made: Calendar, start: datetime, end: datetime, pauses) -> timedelta:
    minutes = range(max(0, (end - start) // MINUTE))
    return MINUTE * sum(
        minute_is_open(made, start + n * MINUTE) and not any(a <= start + n * MINUTE < b for a, b in pauses)
        for n in minutes
    )


@given(calendars(), instants(), st.integers(0, 9000), st.data())
@settings(max_examples=examples(150), deadline=None)
def test_it_counts_what_a_clock_on_the_wall_would(made, start, minutes, data):
    pauses, end = data.draw(pausing(start)), start + minutes * MINUTE
    assert oracle(made, start, end, pauses) == made.counted(start, end, pauses)
    assert made.counted(start, end, pauses) == sum(
        (b - a for a, b in made.intervals(start, end, pauses)), timedelta()
    )


@given(calendars(), instants(), st.integers(1, 5000), st.data())
@settings(max_examples=examples(300), deadline=None)
def test_due_is_the_first_instant_by_which_enough_was_counted(made, start, minutes, data):
    target, pauses = (
        minutes * MINUTE + data.draw(st.sampled_from((0, 1, -1))) * MICROSECOND,
        data.draw(pausing(start)),
    )
    due = made.due(start, target, pauses)
    assert due is not None
    assert target == made.counted(start, due, pauses)
    assert made.counted(start, due - MICROSECOND, pauses) < target


@given(calendars(), st.lists(instants(), min_size=3, max_size=3).map(sorted), st.data())
@settings(max_examples=examples(300), deadline=None)
def test_counted_adds_up_and_never_shrinks(made, three, data):
    first, middle, last = three
    pauses = data.draw(pausing(first))
    parts = made.counted(first, middle, pauses), made.counted(middle, last, pauses)
    assert sum(parts, timedelta()) == made.counted(first, last, pauses)
    assert timedelta() <= parts[0] <= middle - first
    assert timedelta() == made.counted(last, first, pauses)
