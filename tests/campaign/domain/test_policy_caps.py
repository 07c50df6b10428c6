"""Frequency caps: at most so many in any stretch of time, whatever is counted together."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.caps import Cap, Use, full

HOUR_US = 3_600_000_000
DAY = timedelta(days=1)


def uses(*hours, channel="email", message_class="marketing"):
    return [Use(hour * HOUR_US, channel, message_class) for hour in hours]


def test_a_cap_leaves_room_again_when_the_oldest_that_counts_is_out_of_its_window():
    cap = Cap(2, DAY)
    assert full([cap], uses(0), "email", "marketing", HOUR_US) is None
    assert (cap, 24 * HOUR_US) == full([cap], uses(0, 1), "email", "marketing", 2 * HOUR_US)
    assert (cap, 24 * HOUR_US) == full([cap], uses(0, 1), "email", "marketing", 24 * HOUR_US - 1)
    assert full([cap], uses(0, 1), "email", "marketing", 24 * HOUR_US) is None
    # Three in a cap of two, such as after it was tightened: two of them have to be out of it.
    assert (cap, 25 * HOUR_US) == full([cap], uses(0, 1, 2), "email", "marketing", 3 * HOUR_US)


def test_of_several_caps_the_one_that_stays_full_longest_counts():
    short, long = Cap(1, DAY), Cap(2, 7 * DAY)
    assert (long, 168 * HOUR_US) == full([short, long], uses(0, 30), "email", "marketing", 31 * HOUR_US)


def test_a_cap_counts_its_class_and_its_channel_only():
    other = uses(0, channel="sms") + uses(0, message_class="operational")
    assert full([Cap(1, DAY, channel="email")], other, "email", "marketing", 1) is None
    assert full([Cap(1, DAY)], other, "email", "marketing", 1)
    assert full([Cap(1, DAY, channel="email")], uses(0), "sms", "marketing", 1) is None
    assert full([Cap(1, DAY)], uses(0), "email", "transactional", 1) is None


@given(
    st.integers(1, 4),
    st.integers(1, 50),
    st.lists(st.integers(0, 200), min_size=1, max_size=60).map(sorted),
)
def test_whoever_keeps_to_a_cap_never_gets_more_than_it_allows_in_any_window(count, window, asked):
    cap = Cap(count, timedelta(microseconds=window))
    got = []
    for now in asked:
        held = full([cap], got, "email", "marketing", now)
        if held is None:
            got.append(Use(now, "email", "marketing"))
        else:
            assert full([cap], got, "email", "marketing", held[1] - 1), "it said when it has room again"
            assert full([cap], got, "email", "marketing", held[1]) is None
    for first in got:
        assert sum(first.time_us <= each.time_us < first.time_us + window for each in got) <= count
