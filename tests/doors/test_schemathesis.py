"""Every operation of the OpenAPI document, asked by a stranger's tool with what fits it and what does not."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from gateway.examples import example, leads_to
from gateway.routes import Route
from tests.doors.asked import DOCUMENT, ROUTES, asked, renewed
from tests.doors.conftest import House, bearer
from tests.doors.things import links, made
from tests.eventually import eventually
from tests.whole import OPERATOR_KEY, SERVICES

EXAMPLES = 8
# Of those in which conditions stand: they hold conditions without end, and it takes long to draw them.
CONDITIONS = 3
LOT = "/v1/programmes/{programme}/accounts/{account}/lots/{lot}"
OPERATIONS = [(verb, path) for path, verbs in DOCUMENT["paths"].items() for verb in verbs]
SCHEMAS = DOCUMENT["components"]["schemas"]
BY_PLACE = {
    (route.verb, route.template.path(["*"] * len(route.template.segments))): route for route in ROUTES
}
# A variable in a path, and with what it is an id of.
PARAMETER = re.compile(r"/\{\w+\}")
NAMED = re.compile(r"(\w+)/\{(\w+)\}")


def rejected(context: CheckContext, response: Any, case: Case) -> bool | None:
    """Whoever posts at a link leaves, whatever the form says; and what is too large is not looked at."""
    if case.operation.path in {"/u/{token}", "/p/{token}"} or response.status_code == 413:
        return None
    return checks.negative_data_rejection(context, response, case)


# What `positive_data_acceptance` asks for is no promise of ours: a text may fit the schema of a page token
# and not be one, and a body may have a field that we do not know.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    rejected,
    checks.missing_required_header,
    checks.unsupported_method,
]
# What cannot succeed in a shop as the others leave it, and why.
SELDOM = {
    ("post", "/v1/segments/{segment}:rollback"): "there is no version to go back to",
    ("get", "/v1/segments/{segment}:compare"): "nothing waits to be compared",
    ("post", "/v1/journeys/{journey}:migrate"): "there is one version, and it is in force",
    ("post", "/v1/sends/{send}:resolve"): "nothing about it waits for a person",
    ("post", f"{LOT}:reject"): "it was accepted before",
}


@pytest.fixture(scope="module")
async def names(shops: House) -> dict[str, str]:
    """For every variable in a path, the id of something that is there."""
    key = await shops.a.ask("POST", "/v1/api_keys", {"kind": "WRITE"})
    profiles = await shops.a.listed("/v1/profiles")
    buyer = max(profiles, key=lambda one: int(one["computed"]["order_count"]))
    things = await made(shops.a, "made", buyer["name"].split("/")[1])
    return {
        **{collection: ids[0] for collection, ids in things.items()},
        "versions": "1",
        "members": buyer["name"].split("/")[1],
        "orders": buyer["computed"]["last_order"].split("/")[1],
        "api_keys": key.json()["name"].split("/")[1],
        "mark": "made",
        "projects": shops.a.write,
        **links(shops.a, things["sends"][0]),
        "identifier": "user_id:{value}".format(**buyer["identifiers"][0]),
    }


# Hypothesis sees that the house, which lives in this process, uses `random` while it draws.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize(("verb", "path"), OPERATIONS, ids=str)
async def test_a_door_keeps_to_the_document(shops: House, names: dict[str, str], verb: str, path: str):
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][verb.upper()]
    captures = "Capture" in DOCUMENT["paths"][path][verb]["tags"]
    key = OPERATOR_KEY if path == "/v1/workspaces" else shops.a.write if captures else shops.a.secret
    route = BY_PLACE.get((verb.upper(), PARAMETER.sub("/*", path)))
    own = await renewed(shops.a, route, names) if route else names
    answers: set[int] = set()

    def validate(case: Case) -> None:
        url = f"http://{shops.address}"
        answer = case.call_and_validate(base_url=url, headers=bearer(key), checks=CHECKS, timeout=20)
        answers.add(answer.status_code)

    body = DOCUMENT["paths"][path][verb].get("requestBody")
    sure = surely(operation, route, own)

    @given(case=st.one_of(*cases(operation, sure)))
    @settings(
        max_examples=CONDITIONS if body and leads_to({"Condition"}, body, SCHEMAS) else EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Case) -> None:
        validate(case)

    await asyncio.to_thread(validate, sure)
    assert answers <= {200, 302} or (verb, path) in SELDOM, "what surely fits got no answer"
    await asyncio.to_thread(ask)


def cases(operation: Any, sure: Case) -> Iterator[st.SearchStrategy[Case]]:
    """What fits and what does not; where something is named, also of what is there."""
    path, query = dict(sure.path_parameters or {}), dict(sure.query or {})
    fixed: list[dict[str, Any]] = [{}]
    if path or query:
        fixed.append({"path_parameters": path or None, "query": query or None})
    others = bool(operation.body or operation.query or operation.headers)
    for each in fixed:
        yield operation.as_strategy(GenerationMode.POSITIVE, **each)
        if others:
            yield operation.as_strategy(GenerationMode.NEGATIVE, **each)


def surely(operation: Any, route: Route | None, names: Mapping[str, str]) -> Case:
    """What fits, and is about what is there: of texts made by chance hardly any would do."""
    wanted = asked(route, names, names["identifier"]) if route else None
    described = DOCUMENT["paths"][operation.path][operation.method].get("requestBody", {}).get("content", {})
    media = next(iter(described), "application/json")
    body = wanted.body if wanted else example(described[media]["schema"], SCHEMAS) if described else None
    return operation.Case(
        path_parameters={name: names[each] for each, name in NAMED.findall(operation.path)},
        query=wanted.query if wanted else {},
        **({"body": body, "media_type": media} if body is not None else {}),
    )


async def test_whatever_was_captured_nothing_of_it_was_poison(shops: House):
    await eventually(0, shops.waiting, seconds=30)
    for service in ("gateway", *SERVICES):
        assert [] == await shops.rows(service, "SELECT reason FROM parked")
