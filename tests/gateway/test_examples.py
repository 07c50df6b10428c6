"""Examples for people fit what they are examples of."""

from typing import Any

import jsonschema
import pytest

from gateway.edge.documents import api_document, house_routes
from gateway.examples import example

DOCUMENT = api_document(house_routes())
SCHEMAS = DOCUMENT["components"]["schemas"]
# Whose operation and content type; the body of each, and how it is answered.
SENT = {
    operation["operationId"]: media["schema"]
    for verbs in DOCUMENT["paths"].values()
    for operation in verbs.values()
    for media in operation.get("requestBody", {}).get("content", {}).values()
}
# What no example shows: a mapping of steps, which are only known to who drew them.
UNSHOWN = {"CampaignService_MigrateRuns"}


@pytest.mark.parametrize("operation", SENT)
def test_an_example_of_a_request_may_be_sent(operation: str):
    faults = unfit(SENT[operation], example(SENT[operation], SCHEMAS, sent=True))
    assert ([] == faults) is (operation not in UNSHOWN), faults


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_example_of_an_answer_is_of_its_type(name: str):
    reference = {"$ref": f"#/components/schemas/{name}"}
    shown = example(reference, SCHEMAS)
    assert SCHEMAS[name].get("type") != "object" or isinstance(shown, dict)


def test_an_example_of_conditions_is_one_that_comes_to_an_end():
    shown = example({"$ref": "#/components/schemas/Condition"}, SCHEMAS, sent=True)
    assert {"trait"} == shown.keys()


def unfit(schema: dict[str, Any], shown: Any) -> list[str]:
    whole = {**schema, "components": {"schemas": SCHEMAS}}
    checked = jsonschema.Draft202012Validator(whole)
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in checked.iter_errors(shown)]
