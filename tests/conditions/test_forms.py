"""The JSON form is the gateway's, and says what is wrong when it is no condition."""

import json

import orjson
import pytest
from rapport.conditions.v1 import conditions_pb2 as pb

from conditions.check import Known, check
from conditions.forms import UnreadableError, from_json, to_json
from conditions.reading import parse, read
from gateway.decode import Faults, fill
from gateway.encode import to_json as gateway_json
from tests.conditions.making import did, has

DOCUMENTS = [
    did(compare={"operator": "GTE", "value": 2}, window={"last": "3.5s", "ending_ago": "60s"}),
    did(window={"between": {"start_time": "2026-05-01T02:00:00.250+02:00"}}, known_for_at_least="86400s"),
    did(window={"calendar": {"period": "MONTH", "back": 1, "zone": "CUSTOMER"}}),
    has("traits.size", "IN", ["ä", 1.5, True], negated=True, has_been="60s"),
    {
        "sequence": {
            "steps": [{"events": {"type": "page"}}, {"events": {"name_prefix": "Order"}, "within": "1s"}]
        }
    },
    {
        "all": {
            "of": [
                {"not": {"segment": {"segment": "segments/a"}}},
                {"sample": {"basis_points": 5, "salt": "a"}},
            ]
        }
    },
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_json_is_read_as_the_gateway_reads_it(document):
    message, faults = pb.Condition(), Faults()
    fill(message, orjson.dumps(document), "", faults)
    assert faults.found == []
    assert parse(document) == read(message)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_json_is_written_as_the_gateway_writes_it(document):
    message = from_json(document, pb.Condition())
    assert to_json(message) == json.loads(gateway_json(message))
    assert from_json(to_json(message), pb.Condition()) == message


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], ""),
        ({"every": {}}, "every"),
        ({"all": {"of": [{"trait": {"path": 7}}]}}, "all.of[0].trait.path"),
        (has("traits.x", "LIKE", "a"), "trait.compare.operator"),
        (did(window={"last": "1 week"}), "event.window.last"),
        (did(window={"between": {"end_time": "yesterday"}}), "event.window.between.end_time"),
        ({"list": {"list": "lists/a"}, "segment": {"segment": "segments/a"}}, "segment"),
        ({"sample": {"basis_points": True}}, "sample.basis_points"),
    ],
)
def test_what_is_no_condition_is_refused_where_it_stands(document, path):
    with pytest.raises(UnreadableError) as refused:
        parse(document)
    assert [problem.path for problem in refused.value.problems] == [path]


def test_what_cannot_be_read_in_a_message_is_left_to_the_checks():
    broken = pb.Condition(
        trait=pb.TraitCondition(path="traits.x", compare=pb.Comparison(operator=99, value=b"{"))
    )
    assert [each.path for each in check(read(broken), Known())] == ["trait.compare.operator"]
