"""Equal leaves share a measure, and its state stays small and says the same."""

import json
from random import Random

import pytest

from conditions import compiler
from conditions.dispatch import Dispatch
from conditions.points import thawed
from conditions.reading import parse
from tests.conditions.making import DAY, HOUR, at, did, viewed
from tests.conditions.people import ZONES

NOW = at("2026-06-01T12:00:00")
WEEK = "604800s"
UTC = ZONES[0]


def measure(**rest):
    [found] = compiler.compile(parse(did(**rest))).measures
    return found


def of_price(function: str, **rest):
    compare = {"operator": "GTE", "value": 2}
    return measure(aggregate={"function": function, "path": "properties.price"}, compare=compare, **rest)


def price_is(value, **rest) -> dict:
    compare = {"path": "properties.price", "compare": {"operator": "EQ", "value": value, **rest}}
    return {"where": [{"all": [compare]}]}


def test_equal_leaves_share_a_measure_however_they_are_written():
    one = did(events=price_is(10), compare={"operator": "GTE", "value": 2}, window={"last": WEEK})
    other = did(events=price_is("10.0"), compare={"operator": "LT", "value": 2}, window={"last": WEEK})
    compiled = compiler.compile(parse({"all": {"of": [one, {"not": other}]}}))
    assert len(compiled.measures) == 1


def test_the_key_of_a_measure_never_changes():
    assert measure(window={"last": WEEK}).key == "750012c9e68e5e6c9ee71a74339e1449"


@pytest.mark.parametrize(
    "rest", [{"window": {"last": "1s"}}, {"events": price_is(1)}, {"compare": {"operator": "GT", "value": 1}}]
)
def test_other_leaves_have_other_measures(rest):
    assert measure(**rest).key != measure().key


def test_a_count_remembers_no_more_than_it_has_to_compare():
    counted = measure(compare={"operator": "GTE", "value": 3}, window={"last": WEEK})
    state = counted.of((viewed(NOW - n) for n in range(1000)), NOW, UTC)
    assert [point[0] for point in state] == [NOW - 2, NOW - 1, NOW]


@pytest.mark.parametrize("function", ["MIN", "MAX", "FIRST", "LAST", "DISTINCT"])
def test_over_all_time_one_point_or_as_many_as_are_compared_are_enough(function):
    state = of_price(function).of((viewed(NOW - n * HOUR, price=n) for n in range(500)), NOW, UTC)
    assert len(state) <= 2


@pytest.mark.parametrize("function", ["SUM", "AVG"])
def test_sums_over_all_time_stay_exact_and_small(function):
    events = [viewed(NOW - n * HOUR, price=n % 7) for n in range(3000)]
    state = of_price(function).of(Random(1).sample(events, 3000), NOW, UTC)
    total = sum(n % 7 for n in range(3000))
    assert len(state) <= 4000
    assert len(of_price(function).prune(state, NOW)) == 1001
    assert of_price(function).value(state, NOW, UTC)[0] == (total if function == "SUM" else total / 3000)


def test_sums_of_calendar_months_stay_exact_and_small():
    monthly = of_price("SUM", window={"calendar": {"period": "MONTH"}})
    first = at("2026-05-31T22:00:00")
    state = monthly.of((viewed(first + n * 1_000_000, price=1) for n in range(-5000, 5000)), NOW, UTC)
    assert len(state) <= 4000
    assert len(monthly.prune(state, NOW)) < 1100
    assert monthly.value(state, NOW, ZONES[1])[0] == 5000


def test_a_sum_over_the_last_week_errs_by_less_than_a_slot_when_very_much_happens():
    weekly = of_price("SUM", window={"last": WEEK})
    events = [viewed(NOW - n * 60_000_000, price=1) for n in range(8000)]
    state, later = weekly.of(events, NOW, UTC), NOW + 3 * DAY
    exact = sum(event.time > later - 7 * DAY for event in events)
    assert len(state) <= 4000
    assert len(weekly.prune(state, NOW)) < 2100
    assert exact <= weekly.value(state, later, UTC)[0] <= exact + 10


@pytest.mark.parametrize(("function", "wanted"), [("MAX", 5999), ("FIRST", 5999), ("MIN", 3000)])
def test_a_month_in_which_the_price_always_falls_keeps_its_extremes(function, wanted):
    monthly = of_price(function, window={"calendar": {"period": "MONTH"}})
    first = at("2026-05-31T22:00:00")
    events = [viewed(first + n * 1_000_000, price=6000 - n) for n in range(-50, 3001)]
    state = monthly.prune(monthly.of(events, NOW, UTC), NOW)
    assert len(state) < 1100
    assert monthly.value(state, NOW, ZONES[1])[0] == wanted + (function != "MIN")


def test_what_left_its_window_is_forgotten():
    weekly = measure(compare={"operator": "GTE", "value": 2}, window={"last": WEEK})
    state = weekly.of([viewed(NOW - 6 * DAY), viewed(NOW)], NOW, UTC)
    assert [point[0] for point in weekly.prune(state, NOW + 2 * DAY)] == [NOW]


def test_a_state_survives_as_json():
    summed = of_price("SUM", window={"last": WEEK})
    state = summed.of([viewed(NOW - 1, price=0.1), viewed(NOW, price="2")], NOW, UTC)
    back = thawed(json.loads(json.dumps(state)))
    assert back == state
    assert summed.value(back, NOW, UTC)[0] == 2.1


def test_a_measure_says_what_it_listens_to_and_reads():
    found = of_price("SUM", events=price_is(1))
    assert found.reads == {"properties.price"}
    assert found.listens[0].names == {"Product Viewed"}
    assert found.listens[0].types == {"track", "page", "screen"}


def test_an_event_touches_only_the_measures_that_name_it():
    by_name, by_prefix, other = (
        measure(),
        measure(events={"name_prefix": "Product"}),
        compiler.compile(parse(did("Cart"))).measures[0],
    )
    dispatch = Dispatch([by_name, by_prefix, other, by_name])
    assert dispatch.touched("track", "Product Viewed") == [by_name, by_prefix]
    assert dispatch.touched("track", "Product Added") == [by_prefix]
    assert dispatch.touched("identify", "") == []
