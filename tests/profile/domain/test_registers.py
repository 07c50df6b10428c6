"""What is known of somebody is what was said last, in whatever order it was heard."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.registers import (
    decide,
    decisions,
    dump,
    load,
    merged,
    values,
    write,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 1.5]) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
SAID = st.tuples(st.sampled_from(["name", "city", "vip"]), st.integers(0, 3), st.sampled_from("abc"), JSON)
DECIDED = st.tuples(
    st.sampled_from(["email", "sms"]),
    st.sampled_from(["marketing", "profiling"]),
    st.integers(0, 3),
    st.sampled_from("abc"),
    st.sampled_from(["granted", "denied"]),
)


def heard(said):
    registers = {}
    for key, time, id, value in said:
        write(registers, key, time, id, value)
    return registers


REGISTERS = st.lists(SAID, max_size=6).map(heard)


def test_the_newest_word_holds_whenever_it_is_heard():
    registers = {}
    assert write(registers, "city", 2, "a", "Graz")
    assert not write(registers, "city", 1, "b", "Linz")
    assert {"city": "Graz"} == values(registers)


def test_of_two_words_at_one_instant_the_higher_event_id_holds():
    assert {"city": "Linz"} == values(heard([("city", 1, "b", "Linz"), ("city", 1, "a", "Graz")]))


def test_null_removes_a_trait_and_stays_removed():
    registers = heard([("city", 1, "a", "Graz")])
    assert write(registers, "city", 3, "a", None)
    assert not write(registers, "city", 2, "a", "Linz")
    assert {} == values(registers)


def test_the_same_value_said_again_is_newer_and_changes_nothing():
    registers = heard([("city", 1, "a", "Graz")])
    assert not write(registers, "city", 2, "b", "Graz")
    assert {"city": (2, "b", "Graz")} == registers
    assert not write(registers, "town", 1, "a", None)


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), (1, 1.0), ([1], [True])])
def test_a_number_is_no_truth_value(before, after):
    assert write(heard([("vip", 1, "a", before)]), "vip", 2, "a", after)


def test_the_newest_decision_holds_and_of_two_at_one_instant_the_denial():
    registers = {}
    assert decide(registers, "email", "marketing", 1, "a", "denied")
    assert not decide(registers, "email", "marketing", 1, "b", "granted")
    assert decide(registers, "email", "marketing", 2, "a", "granted")
    assert {("email", "marketing"): "granted"} == decisions(registers)


def test_traits_and_consents_share_a_shelf_and_never_mix():
    registers = heard([("consent", 1, "a", "yes")])
    decide(registers, "sms", "marketing", 1, "a", "denied")
    assert {"consent": "yes"} == values(registers)
    assert {("sms", "marketing"): "denied"} == decisions(registers)


@given(st.lists(SAID, max_size=8), st.data())
def test_any_order_and_repetition_of_what_was_said_gives_the_same(said, data):
    again = data.draw(st.lists(st.sampled_from(said), max_size=3)) if said else []
    assert dump(heard(said)) == dump(heard(data.draw(st.permutations(said + again))))


@given(st.lists(DECIDED, max_size=8), st.data())
def test_any_order_of_decisions_gives_the_same_and_a_denial_is_never_outvoted(decided, data):
    one, other = {}, {}
    for decision in decided:
        decide(one, *decision)
    for decision in data.draw(st.permutations(decided)):
        decide(other, *decision)
    assert one == other
    for (channel, purpose), decision in decisions(one).items():
        last = max(time for *key, time, _, _ in decided if key == [channel, purpose])
        votes = {d for *key, time, _, d in decided if key == [channel, purpose] and time == last}
        assert decision == ("denied" if "denied" in votes else "granted")


@given(REGISTERS, REGISTERS, REGISTERS)
def test_registers_merge_in_any_order_in_any_grouping_and_however_often(a, b, c):
    assert dump(merged(a, b)) == dump(merged(b, a))
    assert dump(merged(merged(a, b), c)) == dump(merged(a, merged(b, c)))
    assert dump(merged(a, a)) == dump(a) == dump(merged(a))


@given(st.lists(st.lists(SAID, max_size=4), max_size=4))
def test_what_was_said_under_several_identifiers_is_what_one_would_have_heard(shelves):
    apart = merged(*(heard(said) for said in shelves))
    assert dump(apart) == dump(heard(reduce(lambda one, other: one + other, shelves, [])))


@given(REGISTERS)
def test_registers_survive_being_written_down(registers):
    assert dump(registers) == dump(load(dump(registers)))
    assert registers == load(dump(registers))


@given(REGISTERS, SAID)
def test_a_write_tells_whether_the_value_changed(registers, said):
    before = dump(dict.fromkeys(["value"], (0, "", values(registers).get(said[0]))))
    changed = write(registers, *said)
    after = dump(dict.fromkeys(["value"], (0, "", values(registers).get(said[0]))))
    assert changed == (before != after)
