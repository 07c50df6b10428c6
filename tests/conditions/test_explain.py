"""Why she is in or out, condition by condition, and when that changes."""

from conditions import compiler
from conditions.explain import explain
from conditions.reading import parse
from tests.conditions.making import DAY, at, bought, did, has, person, viewed

NOW = at("2026-06-01T12:00:00")
LOOKED_TWICE_BOUGHT_NOTHING = {
    "all": {
        "of": [
            did(compare={"operator": "GTE", "value": 2}, window={"last": "604800s"}),
            {"not": did("Order Completed")},
            has("traits.city", "EQ", "Graz"),
        ]
    }
}


def reasons(*events, **facts):
    compiled = compiler.compile(parse(LOOKED_TWICE_BOUGHT_NOTHING))
    return explain(compiled, person(LOOKED_TWICE_BOUGHT_NOTHING, *events, now=NOW, **facts), NOW)


def test_each_condition_tells_what_was_found_and_until_when_it_holds():
    graz = {"traits.city": [(0, "Graz")]}
    whole = reasons(viewed(NOW - 2 * DAY, "a"), viewed(NOW - DAY, "b"), registers=graz)
    looked, not_bought, city = whole.of
    assert (whole.path, whole.holds, whole.until) == ("", True, NOW + 5 * DAY)
    assert (looked.path, looked.observed, looked.until) == ("all.of[0]", "2", NOW + 5 * DAY)
    assert [each.id for each in looked.evidence] == ["b", "a"]
    assert (not_bought.holds, not_bought.of[0].path, not_bought.of[0].observed) == (
        True,
        "all.of[1].not",
        "0",
    )
    assert (city.holds, city.observed) == (True, "Graz")


def test_what_keeps_her_out_is_told_too():
    whole = reasons(viewed(NOW, "a"), bought(NOW, "o"))
    assert [each.holds for each in whole.of] == [False, False, False]
    assert [each.id for each in whole.of[1].of[0].evidence] == ["o"]
    assert whole.of[2].observed == ""
