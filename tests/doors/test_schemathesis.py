"""Every operation of the OpenAPI document, asked by a stranger's tool with what fits it and what does not."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from gateway.edge.documents import api_document, house_routes
from tests.doors.asked import body as example
from tests.doors.conftest import OPERATOR_KEY, SERVICES, House, bearer
from tests.doors.things import made
from tests.eventually import eventually

EXAMPLES = 24
SPARE = "spare"
DOCUMENT = api_document(house_routes())
OPERATIONS = [(verb, path) for path, verbs in DOCUMENT["paths"].items() for verb in verbs]
# What `positive_data_acceptance` asks for is no promise of ours: a text may fit the schema of a page token
# and not be one, and a body may have a field that we do not know.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
]
# What cannot succeed in a shop as the others leave it, and why.
SELDOM = {
    ("post", "/v1/segments/{segment}:rollback"): "there is no version to go back to",
    ("get", "/v1/segments/{segment}:compare"): "nothing waits to be compared",
}


@pytest.fixture(scope="module")
async def names(shops: House) -> dict[str, str]:
    """For every variable in a path, the id of something that is there."""
    key = await shops.a.ask("POST", "/v1/api_keys", {"kind": "WRITE"})
    profiles = await shops.a.listed("/v1/profiles")
    buyer = max(profiles, key=lambda one: int(one["computed"]["order_count"]))
    spare = await made(shops.a, SPARE, buyer["name"])
    things = await made(shops.a, "made", buyer["name"])
    return {
        **{f"spare {collection[:-1]}": ids[0] for collection, ids in spare.items()},
        **{collection[:-1]: ids[0] for collection, ids in things.items()},
        "version": "1",
        "member": buyer["name"].split("/")[1],
        "profile": buyer["name"].split("/")[1],
        "order": buyer["computed"]["last_order"].split("/")[1],
        "api_key": key.json()["name"].split("/")[1],
        "writeKey": shops.a.write,
        "identifier": "user_id:{value}".format(**buyer["identifiers"][0]),
    }


# Hypothesis sees that the house, which lives in this process, uses `random` while it draws.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize(("verb", "path"), OPERATIONS, ids=str)
async def test_a_door_keeps_to_the_document(shops: House, names: dict[str, str], verb: str, path: str):
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][verb.upper()]
    captures = "Capture" in DOCUMENT["paths"][path][verb]["tags"]
    key = OPERATOR_KEY if path == "/v1/workspaces" else shops.a.write if captures else shops.a.secret
    answers: set[int] = set()

    known_names = to_be_deleted(names) if verb == "delete" else names

    def validate(case: Case) -> None:
        url = f"http://{shops.address}"
        answer = case.call_and_validate(base_url=url, headers=bearer(key), checks=CHECKS, timeout=20)
        answers.add(answer.status_code)

    @given(case=st.one_of(*cases(operation, known_names)))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Case) -> None:
        validate(case)

    await asyncio.to_thread(ask)
    await asyncio.to_thread(validate, surely(operation, known_names))
    assert 200 in answers or (verb, path) in SELDOM, "nothing that was asked got as far as an answer"


def cases(operation: Any, names: dict[str, str]) -> Iterator[st.SearchStrategy[Case]]:
    """What fits and what does not; where something is named, also of what is there."""
    path, query = known(operation.path_parameters, names), known(operation.query, names)
    fixed: list[dict[str, Any]] = [{}, {"path_parameters": path, "query": query}] if path or query else [{}]
    others = bool(operation.body or operation.query or operation.headers)
    for each in fixed:
        yield operation.as_strategy(GenerationMode.POSITIVE, **each)
        if others:
            yield operation.as_strategy(GenerationMode.NEGATIVE, **each)


def surely(operation: Any, names: dict[str, str]) -> Case:
    """What fits, and is about what is there: of texts made by chance hardly any would do."""
    body = example(DOCUMENT["paths"][operation.path][operation.method], names["profile"])
    return operation.Case(
        path_parameters=known(operation.path_parameters, names) or {},
        query=known(operation.query, names) or {},
        **({"body": body, "media_type": "application/json"} if body is not None else {}),
    )


def known(parameters: Any, names: dict[str, str]) -> dict[str, str] | None:
    return {each.name: names[each.name] for each in parameters if each.name in names} or None


def to_be_deleted(names: dict[str, str]) -> dict[str, str]:
    """What is deleted is a thing nobody else asks for."""
    return names | {
        name.removeprefix("spare "): id for name, id in names.items() if name.startswith("spare ")
    }


async def test_whatever_was_captured_nothing_of_it_was_poison(shops: House):
    await eventually(0, shops.waiting, seconds=30)
    for service in ("gateway", *SERVICES):
        assert [] == await shops.rows(service, "SELECT reason FROM parked")
