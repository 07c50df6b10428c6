"""What makes no sense is refused when it is saved, where it stands and with a way to mend it."""

import pytest
from hypothesis import given, settings

from conditions.check import Known, check, references
from conditions.reading import parse
from tests.conditions.making import did, has
from tests.conditions.people import conditions

KNOWN = Known(
    segments={"segments/one": frozenset(("segments/two",)), "segments/two": frozenset(("segments/three",))},
    lists=frozenset(("lists/vip",)),
    defines="segments/three",
)


def problems(document: dict) -> dict[str, str]:
    return dict(check(parse(document), KNOWN))


def paths(document: dict) -> list[str]:
    return list(problems(document))


def nested(depth: int) -> dict:
    return has("traits.x", "EXISTS") if depth == 1 else {"not": nested(depth - 1)}


def where(**compare) -> dict:
    return did(events={"where": [{"all": [{"path": "properties.price", "compare": compare}]}]})


SUM = {"function": "SUM", "path": "properties.price"}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, ""),
        ({"all": {"of": []}}, "all.of"),
        ({"any": {}}, "any.of"),
        ({"all": {"of": [did(), {"any": {"of": []}}]}}, "all.of[1].any.of"),
        (has("traits.x", "OPERATOR_UNSPECIFIED"), "trait.compare.operator"),
        (has("", "EXISTS"), "trait.path"),
        (has("shoe.size", "EXISTS"), "trait.path"),
        (has("traits..x", "EXISTS"), "trait.path"),
        (has("traits.x", "EQ"), "trait.compare.value"),
        (has("traits.x", "GT", "ten"), "trait.compare.value"),
        (has("traits.x", "IN", []), "trait.compare.value"),
        (has("traits.x", "EXISTS", 1), "trait.compare.value"),
        (has("traits.x", "BEFORE", "2026-02-30"), "trait.compare.value"),
        (has("traits.x", "ON", "2026-02-03T10:00:00"), "trait.compare.value"),
        (has("traits.x", "EQ", 1, yearly=True), "trait.compare.yearly"),
        (has("traits.x", "WITHIN_LAST"), "trait.compare.duration"),
        (has("traits.x", "WITHIN_LAST", duration="-1s"), "trait.compare.duration"),
        (has("traits.x", "WITHIN_LAST", duration="3600s", has_been="1s"), "trait.compare.operator"),
        (has("traits.x", "EXISTS", has_been="0s"), "trait.has_been"),
        (did(window={}), "event.window"),
        (did(window={"last": "0s"}), "event.window.last"),
        (did(window={"last": "1s", "ending_ago": "0s"}), "event.window.ending_ago"),
        (did(window={"calendar": {}}), "event.window.calendar.period"),
        (did(window={"calendar": {"period": "DAY"}, "ending_ago": "1s"}), "event.window.ending_ago"),
        (did(compare={"operator": "CONTAINS", "value": "a"}), "event.compare.operator"),
        (did(compare={"operator": "EQ", "value": "many"}), "event.compare.value"),
        (did(compare={"operator": "GTE", "value": 10_001}), "event.compare.value"),
        (did(aggregate={"function": "SUM"}, compare={"operator": "GT", "value": 1}), "event.aggregate.path"),
        (did(aggregate=SUM), "event.compare"),
        (where(operator="GT", value="a"), "event.events.where[0].all[0].compare.value"),
        (where(operator="EXISTS", zone="CUSTOMER"), "event.events.where[0].all[0].compare.zone"),
        (did(events={"where": [{"all": []}]}), "event.events.where[0].all"),
        ({"sequence": {"steps": [{"events": {}}]}}, "sequence.steps"),
        ({"regularly": {"events": {}, "at_least": 3, "of_last": 2, "period": "DAY"}}, "regularly.at_least"),
        ({"list": {"list": "lists/none"}}, "list.list"),
        ({"segment": {"segment": "segments/none"}}, "segment.segment"),
        ({"sample": {"basis_points": 10_001, "salt": "a"}}, "sample.basis_points"),
    ],
)
def test_nonsense_is_refused_where_it_stands(document, path):
    assert paths(document) == [path]


def test_a_circle_of_segments_is_refused_and_named():
    [sentence] = problems({"segment": {"segment": "segments/one"}}).values()
    assert sentence == "makes a circle: segments/three → segments/one → segments/two → segments/three"


def test_a_segment_that_refers_to_itself_is_refused():
    assert paths({"segment": {"segment": "segments/three"}}) == ["segment.segment"]


def test_eight_levels_are_allowed_and_nine_are_not():
    assert paths(nested(8)) == []
    assert paths(nested(9)) == ["not.not.not.not.not.not.not.not"]


def test_no_more_than_two_hundred_leaves_are_evaluated_together():
    many = {"any": {"of": [{"any": {"of": [did()] * 67}}] * 3}}
    assert paths(many) == [""]


def test_a_journey_may_look_at_what_started_it():
    known = Known(roots=KNOWN.roots | {"trigger", "entry"})
    assert check(parse(has("trigger.properties.order_id", "EXISTS")), known) == []


def test_what_a_condition_refers_to_is_found_wherever_it_stands():
    both = {
        "all": {"of": [{"not": {"segment": {"segment": "segments/one"}}}, {"list": {"list": "lists/vip"}}]}
    }
    assert references(parse(both)) == {"segments/one", "lists/vip"}


@settings(deadline=None, derandomize=True)
@given(conditions)
def test_conditions_that_make_sense_are_accepted(condition):
    known = Known(segments={"segments/one": frozenset()}, lists=frozenset(("lists/vip", "lists/press")))
    assert [each for each in check(condition, known) if "deep" not in each.sentence] == []


def test_the_sentences_say_how_to_mend_it():
    assert problems(has("traits.x", "OPERATOR_UNSPECIFIED"))["trait.compare.operator"].startswith(
        "is no operator; use one of AFTER, BEFORE"
    )
