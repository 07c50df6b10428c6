"""The leaves that are no windows, and trees of leaves, each by an example."""

from conditions import compiler
from conditions.events import Event
from conditions.facts import Verdict
from conditions.reading import parse
from tests.conditions.making import DAY, HOUR, at, bought, did, has, holds, verdict, viewed

WEEK = "604800s"
NOON = at("2026-06-01T12:00:00")
TWICE = did(compare={"operator": "GTE", "value": 2}, window={"last": WEEK})


def has_been(*changes, t=NOON, **facts) -> Verdict:
    lasting = has("traits.plan", "EQ", "gold", has_been=WEEK)
    return verdict(lasting, t=t, registers={"traits.plan": list(changes)}, **facts)


def test_a_trait_has_been_so_for_a_week_when_it_was_so_without_interruption():
    assert has_been((NOON - 6 * DAY, "gold")) == (False, NOON + DAY)
    assert has_been((NOON - 7 * DAY, "gold")) == (True, None)


def test_hearing_it_again_does_not_start_the_time_anew():
    assert has_been((NOON - 9 * DAY, "gold"), (NOON - DAY, "gold")).holds


def test_an_interruption_does():
    changes = ((NOON - 9 * DAY, "gold"), (NOON - 2 * DAY, "blue"), (NOON - DAY, "gold"))
    assert has_been(*changes) == (False, NOON + 6 * DAY)


def test_what_was_never_said_is_missing_since_she_is_known():
    silent = has("traits.email", "EXISTS", negated=True, has_been=WEEK)
    assert verdict(silent, t=NOON, known_since=NOON - DAY) == (False, NOON + 6 * DAY)


LOOKED_AND_BOUGHT = {
    "sequence": {
        "steps": [
            {"events": {"names": ["Product Viewed"]}},
            {
                "events": {"names": ["Order Completed"]},
                "within": "86400s",
                "without": {"names": ["Product Removed"]},
            },
        ]
    }
}


def test_a_sequence_wants_the_second_strictly_later_and_in_time():
    assert not holds(LOOKED_AND_BOUGHT, viewed(NOON), bought(NOON), t=NOON)
    assert holds(LOOKED_AND_BOUGHT, viewed(NOON - DAY), bought(NOON), t=NOON)
    assert not holds(LOOKED_AND_BOUGHT, viewed(NOON - DAY - 1), bought(NOON), t=NOON)


def test_a_third_thing_in_between_spoils_it_and_at_either_instant_does_not():
    removed = [Event("r", NOON - hours * HOUR, "track", "Product Removed") for hours in (0, 1, 2)]
    pair = viewed(NOON - 2 * HOUR), bought(NOON)
    assert holds(LOOKED_AND_BOUGHT, *pair, removed[0], t=NOON)
    assert not holds(LOOKED_AND_BOUGHT, *pair, removed[1], t=NOON)
    assert holds(LOOKED_AND_BOUGHT, *pair, removed[2], t=NOON)


def test_one_event_plays_one_step():
    twice = {"sequence": {"steps": [{"events": {"names": ["Product Viewed"]}}] * 2}}
    assert not holds(twice, viewed(NOON), t=NOON)
    assert holds(twice, viewed(NOON - 1), viewed(NOON), t=NOON)


def test_regularly_counts_the_periods_in_which_it_happened():
    weekly = {
        "regularly": {
            "events": {"names": ["Order Completed"]}, "at_least": 2, "of_last": 3, "period": "WEEK",
        }
    }  # fmt: skip
    orders = bought(NOON - 14 * DAY), bought(NOON - 14 * DAY + 1), bought(NOON)
    assert verdict(weekly, *orders, t=NOON) == (True, at("2026-06-08T00:00:00"))
    assert not holds(weekly, *orders[:2], t=NOON)


def test_orders_are_net_of_refunds_from_when_they_happen_and_gone_when_cancelled():
    spent = {
        "event": {
            "events": {"type": "order"},
            "aggregate": {"function": "SUM", "path": "properties.value"},
            "compare": {"operator": "GTE", "value": 100},
        }
    }

    def order(value: int, since: int, revision: int, *, gone: bool = False) -> Event:
        return Event("o1", NOON - DAY, "order", "", {"properties": {"value": value}}, since, revision, gone)

    placed, refunded = order(120, NOON - DAY, 1), order(80, NOON + DAY, 2)
    assert verdict(spent, refunded, placed, t=NOON) == (True, NOON + DAY)
    assert not holds(spent, placed, order(120, NOON, 2, gone=True), t=NOON)


def test_a_sample_is_stable_grows_by_its_share_and_differs_by_its_salt():
    def members(share: int, salt: str) -> set[int]:
        sample = {"sample": {"basis_points": share, "salt": salt}}
        return {n for n in range(2000) if holds(sample, t=NOON, profile=f"profiles/{n}")}

    tenth, half = members(1000, "a"), members(5000, "a")
    assert tenth < half
    assert 140 < len(tenth) < 260
    assert tenth != members(1000, "b")


def test_lists_and_segments_are_what_the_facts_say():
    both = {"all": {"of": [{"list": {"list": "lists/vip"}}, {"segment": {"segment": "segments/new"}}]}}
    segments = {"segments/new": Verdict(True, NOON + DAY)}
    assert verdict(both, t=NOON, lists=frozenset(("lists/vip",)), segments=segments) == (True, NOON + DAY)


# Trees


def test_all_holds_until_the_first_of_them_may_fail():
    both = {"all": {"of": [did(window={"last": "86400s"}), did(window={"last": WEEK})]}}
    assert verdict(both, viewed(NOON), t=NOON) == (True, NOON + DAY)


def test_all_stays_false_as_long_as_any_one_of_them_surely_does():
    neither = {"all": {"of": [{"not": did(window={"last": "86400s"})}, {"not": did(window={"last": WEEK})}]}}
    assert verdict(neither, viewed(NOON), t=NOON) == (False, NOON + 7 * DAY)


def test_any_holds_as_long_as_any_one_of_them_surely_does():
    either = {"any": {"of": [did(window={"last": "86400s"}), did(window={"last": WEEK})]}}
    assert verdict(either, viewed(NOON), t=NOON) == (True, NOON + 7 * DAY)


def test_only_what_looks_at_the_clock_needs_time():
    assert not compiler.compile(parse(did())).needs_time
    assert compiler.compile(parse(did(window={"last": WEEK}))).needs_time


def test_a_customer_of_the_past_is_folded_anew():
    assert holds(TWICE, viewed(NOON - DAY), viewed(NOON - 2 * DAY), t=NOON - DAY)
