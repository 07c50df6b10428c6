"""The rules, item by item, each by an example."""

from zoneinfo import ZoneInfo

import pytest

from conditions import compiler
from conditions.facts import Person
from conditions.reading import parse
from tests.conditions.making import DAY, HOUR, at, bought, did, has, holds, trait, verdict, viewed

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = "604800s"
NOON = at("2026-06-01T12:00:00")
TWICE = did(compare={"operator": "GTE", "value": 2}, window={"last": WEEK})


# 1. A pure function of events, traits, definition and instant


def test_the_order_of_arrival_changes_nothing():
    events = [viewed(NOON - DAY), viewed(NOON - 2 * DAY), viewed(NOON - 9 * DAY)]
    assert verdict(TWICE, *events, t=NOON) == verdict(TWICE, *reversed(events), t=NOON)


def test_an_event_that_comes_twice_counts_once():
    assert not holds(TWICE, viewed(NOON, "a"), viewed(NOON, "a"), t=NOON)


# 2. Windows are half-open


@pytest.mark.parametrize(("age", "inside"), [(0, True), (7 * DAY - 1, True), (7 * DAY, False), (-1, False)])
def test_an_event_is_in_the_last_week_from_its_time_up_to_a_week_later(age, inside):
    assert holds(did(window={"last": WEEK}), viewed(NOON - age), t=NOON) == inside


def test_it_leaves_exactly_when_its_week_is_over():
    assert verdict(did(window={"last": WEEK}), viewed(NOON - DAY), t=NOON) == (True, NOON + 6 * DAY)


def test_of_three_events_the_second_newest_decides_when_two_are_no_longer_there():
    events = [viewed(NOON - DAY), viewed(NOON - 2 * DAY), viewed(NOON - 3 * DAY)]
    assert verdict(TWICE, *events, t=NOON) == (True, NOON + 5 * DAY)


def test_a_window_may_end_some_time_ago():
    before = did(window={"last": WEEK, "ending_ago": "86400s"})
    assert verdict(before, viewed(NOON), t=NOON) == (False, NOON + DAY)
    assert verdict(before, viewed(NOON - DAY), t=NOON) == (True, NOON + 7 * DAY)


@pytest.mark.parametrize(("time", "inside"), [("01", True), ("02", False)])
def test_between_two_instants_includes_the_first_and_not_the_second(time, inside):
    bounds = {"start_time": "2026-05-01T00:00:00Z", "end_time": "2026-05-02T00:00:00Z"}
    assert holds(did(window={"between": bounds}), viewed(at(f"2026-05-{time}T00:00:00")), t=NOON) == inside


# 3. The calendar


def test_today_ends_at_the_midnight_of_the_zone():
    today = did(window={"calendar": {"period": "DAY"}})
    found = verdict(today, viewed(at("2026-06-01T00:30:00")), t=NOON, zone=BERLIN)
    assert found == (True, at("2026-06-01T22:00:00"))


def test_the_day_on_which_clocks_go_forward_has_23_hours():
    today = did(window={"calendar": {"period": "DAY"}})
    first = at("2026-03-28T23:00:00")
    assert verdict(today, viewed(first), t=first, zone=BERLIN) == (True, first + 23 * HOUR)


def test_the_day_on_which_clocks_go_back_has_25_hours():
    today = did(window={"calendar": {"period": "DAY"}})
    first = at("2026-10-24T22:00:00")
    assert verdict(today, viewed(first), t=first, zone=BERLIN) == (True, first + 25 * HOUR)


def test_the_calendar_may_be_her_own():
    today = did(window={"calendar": {"period": "DAY", "zone": "CUSTOMER"}})
    found = verdict(today, viewed(NOON), t=NOON, zone=BERLIN, own_zone=ZoneInfo("America/New_York"))
    assert found.until == at("2026-06-02T04:00:00")


def test_last_month_is_over_and_stays_until_the_next_month_begins():
    last_month = did(window={"calendar": {"period": "MONTH", "back": 1}})
    assert verdict(last_month, viewed(at("2026-05-31T12:00:00")), t=NOON) == (True, at("2026-07-01T00:00:00"))


def test_a_birthday_is_a_day_of_the_zone_every_year():
    birthday = has("traits.birthday", "ON", yearly=True)
    registers = {"traits.birthday": [(0, "1990-06-01")]}
    found = verdict(birthday, t=NOON, zone=BERLIN, registers=registers)
    assert found == (True, at("2026-06-01T22:00:00"))


def test_who_was_born_on_the_29th_of_february_celebrates_on_the_28th_in_other_years():
    birthday = has("traits.birthday", "ON", yearly=True)
    registers = {"traits.birthday": [(0, "2000-02-29")]}
    assert holds(birthday, t=at("2026-02-28T12:00:00"), registers=registers)
    assert not holds(birthday, t=at("2028-02-28T12:00:00"), registers=registers)


# 4. Not done


@pytest.mark.parametrize("seldom", [{"operator": "EQ", "value": 0}, {"operator": "LT", "value": 1}])
def test_who_never_did_anything_did_it_seldom(seldom):
    assert verdict(did(compare=seldom, window={"last": WEEK}), t=NOON) == (True, None)


def test_who_did_it_becomes_one_who_did_not_when_the_week_is_over():
    assert verdict({"not": did(window={"last": WEEK})}, viewed(NOON), t=NOON) == (False, NOON + 7 * DAY)


def test_known_for_at_least_waits_until_she_is_known_so_long():
    none = did(compare={"operator": "EQ", "value": 0}, known_for_at_least=WEEK)
    assert verdict(none, bought(NOON - DAY), t=NOON) == (False, NOON + 6 * DAY)
    assert verdict(none, bought(NOON - 7 * DAY), t=NOON) == (True, None)
    assert not holds(none, t=NOON)


# 5. Values


@pytest.mark.parametrize(
    ("value", "wanted", "equal"),
    [
        ("10", 10, True), (10, "10.0", True), ("0.10", 0.1, True), ("a", "A", False), ("007", 7, False),
        (True, "true", True), (True, 1, False), ("1e3", 1000, False), (None, "x", False), ("", "x", False),
    ],
)  # fmt: skip
def test_equal_means_as_numbers_when_both_look_numeric_and_otherwise_as_text(value, wanted, equal):
    assert trait(value, "EQ", wanted) == equal
    assert trait(value, "NE", wanted) != equal


@pytest.mark.parametrize("value", ["abc", None, "", [11], {"a": 11}, True])
def test_greater_compares_numbers_only(value):
    assert not trait(value, "GT", 10)
    assert trait(value, "GT", 10, negated=True)


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_and_an_empty_text_are_missing(value):
    assert not trait(value, "EXISTS")


def test_zero_false_and_an_empty_list_are_values():
    assert all(trait(value, "EXISTS") for value in (0, False, []))


def test_an_array_contains_elements_and_a_text_contains_texts():
    assert trait(["red", "10"], "CONTAINS", 10)
    assert not trait(["reddish"], "CONTAINS", "red")
    assert trait("reddish", "CONTAINS", "red")


def test_an_array_may_have_to_hold_all():
    assert trait(["a", "b", "c"], "HAS_ALL", ["c", "a"])
    assert not trait(["a"], "HAS_ALL", ["c", "a"])


def test_dates_without_an_offset_are_read_in_the_zone_of_the_workspace():
    before = has("traits.x", "BEFORE", "2026-06-01")
    registers = {"traits.x": [(0, "2026-05-31T22:30:00Z")]}
    assert holds(before, t=NOON, registers=registers)
    assert not holds(before, t=NOON, registers=registers, zone=BERLIN)


def test_within_the_next_week_begins_a_week_before_and_ends_at_the_instant():
    soon = has("traits.renewal", "WITHIN_NEXT", duration=WEEK)
    registers = {"traits.renewal": [(0, "2026-06-10T12:00:00Z")]}
    assert verdict(soon, t=NOON, registers=registers) == (False, NOON + 2 * DAY)
    assert verdict(soon, t=NOON + 2 * DAY, registers=registers) == (True, NOON + 9 * DAY)
    assert verdict(soon, t=NOON + 9 * DAY, registers=registers) == (False, None)


@pytest.mark.parametrize("function", ["MIN", "MAX", "AVG", "FIRST", "LAST"])
def test_without_any_event_these_make_the_condition_false(function):
    aggregate = {"function": function, "path": "properties.price"}
    for negated in (False, True):
        compare = {"operator": "LT", "value": 10, "negated": negated}
        assert not holds(did(aggregate=aggregate, compare=compare), t=NOON)


@pytest.mark.parametrize("function", ["SUM", "DISTINCT"])
def test_without_any_event_these_are_zero(function):
    aggregate = {"function": function, "path": "properties.price"}
    assert holds(did(aggregate=aggregate, compare={"operator": "EQ", "value": 0}), t=NOON)


def test_some_one_product_fulfils_the_whole_group():
    group = {
        "each": "properties.products",
        "all": [
            {"path": "category", "compare": {"operator": "EQ", "value": "coat"}},
            {"path": "price", "compare": {"operator": "GT", "value": 100}},
        ],
    }
    coat = did("Order Completed", events={"where": [group]})
    dear_hat = [{"category": "coat", "price": 50}, {"category": "hat", "price": 200}]
    assert not holds(coat, bought(NOON, products=dear_hat), t=NOON)
    assert holds(coat, bought(NOON, products=[*dear_hat, {"category": "coat", "price": "150"}]), t=NOON)


def test_cents_add_up_exactly():
    spent = did(
        aggregate={"function": "SUM", "path": "properties.price"}, compare={"operator": "EQ", "value": 0.3}
    )
    assert holds(spent, viewed(NOON - 1, price=0.1), viewed(NOON, price="0.2"), t=NOON)


# 6, 7. Late and early


def test_a_late_event_counts_by_its_own_time():
    condition = parse(TWICE)
    [measure] = compiler.compile(condition).measures
    state = measure.of([viewed(NOON)], NOON, BERLIN)
    state = measure.add(state, measure.point(viewed(NOON - 3 * DAY), BERLIN), NOON + DAY)
    facts = Person(states={measure.key: state})
    assert compiler.compile(condition).evaluate(facts, NOON + DAY) == (True, NOON + 4 * DAY)


def test_an_event_dated_in_the_future_counts_from_its_time_on():
    assert verdict(did(window={"last": WEEK}), viewed(NOON + DAY), t=NOON) == (False, NOON + DAY)
    assert holds(did(), viewed(NOON + DAY), t=NOON + DAY)


# 8. Merges


def test_two_customers_who_are_one_did_what_both_did_and_nothing_twice():
    [measure] = compiler.compile(parse(TWICE)).measures
    ada = measure.of([viewed(NOON, "a"), viewed(NOON - DAY, "b")], NOON, BERLIN)
    ghost = measure.of([viewed(NOON - DAY, "b"), viewed(NOON - 2 * DAY, "c")], NOON, BERLIN)
    everything = measure.of([viewed(NOON - n * DAY, "abc"[n]) for n in range(3)], NOON, BERLIN)
    assert measure.merge(ada, ghost, NOON) == measure.prune(everything, NOON)
