"""Quiet hours across midnight and across changes of clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.quiet import Quiet, begins, ends

VIENNA = ZoneInfo("Europe/Vienna")
NIGHT = Quiet(time(21), time(8))


def local(*parts, fold=0, zone=VIENNA):
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(20, 59, None), (21, 0, 22), (23, 30, 22), (0, 0, 21), (7, 59, 21), (8, 0, None), (12, 0, None)],
)
def test_a_night_goes_over_midnight_and_ends_at_its_end_exclusively(hour, minute, expected):
    found = ends(NIGHT, VIENNA, local(2026, 11, 21, hour, minute))
    assert found == (local(2026, 11, expected, 8) if expected else None)


def test_within_one_day_it_may_be_quiet_too_and_the_same_time_is_never():
    siesta = Quiet(time(13), time(15))
    assert local(2026, 11, 21, 15) == ends(siesta, VIENNA, local(2026, 11, 21, 14))
    assert ends(siesta, VIENNA, local(2026, 11, 21, 15)) is None
    assert local(2026, 11, 22, 13) == begins(siesta, VIENNA, local(2026, 11, 21, 15))
    never = Quiet(time(9), time(9))
    assert ends(never, VIENNA, local(2026, 11, 21, 9)) is None
    assert begins(never, VIENNA, local(2026, 11, 21, 9)) is None


def test_an_end_that_clocks_leave_out_is_the_first_instant_after_it():
    # On 29 March 2026 clocks in Vienna go from 2:00 to 3:00.
    quiet = Quiet(time(22), time(2, 30))
    assert datetime(2026, 3, 29, 1, tzinfo=UTC) == ends(quiet, VIENNA, local(2026, 3, 29, 1, 59))
    assert ends(quiet, VIENNA, local(2026, 3, 29, 3)) is None


def test_an_end_that_comes_twice_is_the_first_and_it_is_not_quiet_again():
    # On 25 October 2026 clocks go from 3:00 back to 2:00.
    quiet = Quiet(time(22), time(2, 30))
    first = local(2026, 10, 25, 2, 30)
    assert first == ends(quiet, VIENNA, local(2026, 10, 25, 2, 29))
    assert ends(quiet, VIENNA, first) is None
    assert ends(quiet, VIENNA, local(2026, 10, 25, 2, 10, fold=1)) is None


@given(
    start=st.times(),
    end=st.times(),
    hours=st.floats(0, 90_000),
    zone=st.sampled_from(["Europe/Vienna", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_when_it_ends_it_has_ended_and_a_moment_before_it_had_not(start, end, hours, zone):
    quiet, zone = Quiet(start, end), ZoneInfo(zone)
    now = datetime(2020, 1, 2, tzinfo=UTC) + timedelta(hours=hours)
    if until := ends(quiet, zone, now):
        assert now < until <= now + timedelta(hours=26)
        assert ends(quiet, zone, until) is None or start == end
        assert until == ends(quiet, zone, until - timedelta(microseconds=1))
    elif start != end:
        begin = begins(quiet, zone, now)
        assert begin is None or ends(quiet, zone, begin)
