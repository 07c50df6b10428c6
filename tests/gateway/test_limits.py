"""How many calls a key may make."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import Limits
from tests.gateway.conftest import Ticks


def limits(ticks: Ticks, **changed) -> Limits:
    return Limits("api", monotonic=ticks, **({"per_second": 10, "burst": 20} | changed))


def test_a_key_may_spend_its_burst_at_once_and_then_waits(ticks):
    bucket = limits(ticks)
    assert [0] * 20 == [bucket.take("ada").retry_after_seconds for _ in range(20)]
    assert 1 == bucket.take("ada").retry_after_seconds
    ticks.forward(0.1)
    assert 0 == bucket.take("ada").retry_after_seconds
    assert 1 == bucket.take("ada").retry_after_seconds


def test_what_is_refused_costs_nothing(ticks):
    bucket = limits(ticks, burst=1)
    bucket.take("ada")
    for _ in range(100):
        bucket.take("ada")
    ticks.forward(0.1)
    assert 0 == bucket.take("ada").retry_after_seconds


def test_keys_do_not_spend_each_others_calls(ticks):
    bucket = limits(ticks, burst=1)
    bucket.take("ada")
    assert 0 == bucket.take("eve").retry_after_seconds


def test_a_cost_beyond_the_bucket_passes_once_and_leaves_a_debt(ticks):
    bucket = limits(ticks)
    assert 0 == bucket.take("ada", 50).retry_after_seconds
    assert 4 == bucket.take("ada").retry_after_seconds  # 30 owed and 1 wanted, at 10 a second
    ticks.forward(3.1)
    assert 0 == bucket.take("ada").retry_after_seconds


def test_the_headers_say_the_policy_and_what_is_left(ticks):
    bucket = limits(ticks)
    headers = dict(bucket.take("ada").headers)
    assert {b"ratelimit-policy": b'"api";q=20;w=2', b"ratelimit": b'"api";r=19;t=1'} == headers


def test_the_longest_unused_key_is_forgotten_when_there_are_too_many(ticks):
    bucket = limits(ticks, burst=1, keys=2)
    for key in ("ada", "eve", "ada", "joe"):
        bucket.take(key)
    assert 1 == bucket.take("ada").retry_after_seconds
    assert 0 == bucket.take("eve").retry_after_seconds


@given(
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 30)), min_size=1, max_size=60),
    st.integers(1, 100),
    st.integers(1, 50),
)
def test_no_key_ever_gets_more_than_rate_and_burst_allow(calls, per_second, burst):
    ticks = Ticks()
    bucket = limits(ticks, per_second=per_second, burst=burst)
    passed, largest = 0, 0
    for pause, cost in calls:
        ticks.forward(pause)
        if not bucket.take("ada", cost).retry_after_seconds:
            passed, largest = passed + cost, max(largest, cost)
    # The last one may leave a debt, never larger than itself.
    assert passed <= burst + ticks.seconds * per_second + largest + 1e-6


@given(st.integers(1, 30), st.integers(1, 100), st.integers(1, 50))
def test_waiting_as_long_as_told_is_enough(cost, per_second, burst):
    ticks = Ticks()
    bucket = limits(ticks, per_second=per_second, burst=burst)
    while not (wait := bucket.take("ada", cost).retry_after_seconds):
        pass
    ticks.forward(wait)
    assert 0 == bucket.take("ada", cost).retry_after_seconds
