"""Every door of the OpenAPI document, with what fits it and what does not: no 500, nothing undocumented."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    missing_required_header,
    unsupported_method,
)

from gateway.edge.documents import api_document, house_routes
from tests.doors.conftest import House, bearer

DOCUMENT = api_document(house_routes())
OPERATIONS = [
    (verb.upper(), path) for path, verbs in DOCUMENT["paths"].items() for verb in verbs
]
import os
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
if os.environ.get("ALLC"):
    CHECKS += [negative_data_rejection, positive_data_acceptance, missing_required_header, unsupported_method]

N = int(os.environ.get("N", "20"))

@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize(("verb", "path"), OPERATIONS, ids=lambda each: each)
async def test_a_door_keeps_to_the_document(shops: House, verb: str, path: str):
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][verb]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=N,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def asked(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=f"http://{shops.address}", headers=bearer(shops.a.secret), checks=CHECKS, timeout=20
        )

    await asyncio.to_thread(asked)
