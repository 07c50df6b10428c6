"""A request for every route, made from its descriptor and the OpenAPI document."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.edge.documents import api_document, house_routes
from gateway.examples import example
from gateway.routes import Route
from gateway.template import WILDCARD

DOCUMENT = api_document(house_routes())
ROUTES = house_routes().all
OPERATIONS = {one["operationId"]: one for verbs in DOCUMENT["paths"].values() for one in verbs.values()}
EXISTS = {"path": "traits.secret", "compare": {"operator": "EXISTS"}}
NOBODY = "018f0000-0000-7000-8000-000000000000"
# Where the example in the document is not what this workspace may ask.
BODIES: dict[str, Any] = {
    "GatewayService_UpdateWorkspace": {"display_name": "Renamed"},
    "GatewayService_CreateWorkspace": {"name": "workspaces/one-more"},
    "GatewayService_CreateApiKey": {"kind": "WRITE"},
    "SegmentService_PreviewCondition": {"condition": {"trait": EXISTS}},
    "SegmentService_CreateSegment": {"name": "segments/new", "condition": {"trait": EXISTS}},
    "SegmentService_UpdateSegment": {"display_name": "Renamed"},
    "SegmentService_CreateCustomerList": {"name": "lists/new"},
    "SegmentService_UpdateCustomerList": {"display_name": "Renamed"},
    "SegmentService_AddCustomers": {"profiles": ["profiles/{profile}"]},
    "SegmentService_RemoveCustomers": {"profiles": ["profiles/{profile}"]},
}


class Asked(NamedTuple):
    """What to send, but for the key."""

    verb: str
    path: str
    query: dict[str, str]
    body: Any

    @property
    def told(self) -> str:
        """Everything that an answer may only repeat."""
        return f"{self.path} {self.query} {self.body}"


def asked(route: Route, names: Mapping[str, str], identifier: str = "user_id:nobody") -> Asked:
    """*names* gives an id for every collection that stands in paths: `profiles`, `orders`."""
    segments = route.template.segments
    collections = [segments[at - 1] for at, segment in enumerate(segments) if segment == WILDCARD]
    ids = [names[collection] for collection in collections]
    operation = OPERATIONS[operation_id(route)]
    needed = {
        each["name"]
        for each in operation.get("parameters", ())
        if each["in"] == "query" and each.get("required")
    }
    assert needed <= {"identifier"}, f"say here what {needed} may be"
    named = body(operation, names.get("profiles", NOBODY))
    return Asked(route.verb, route.template.path(ids), dict.fromkeys(needed, identifier), named)


def operation_id(route: Route) -> str:
    """Its operationId."""
    return f"{route.service.rpartition('.')[2]}_{route.method.name}"


def body(operation: dict[str, Any], profile: str = NOBODY) -> Any:
    """What to send, about the customer of this id where it is about one."""
    if operation["operationId"] in BODIES:
        return json.loads(json.dumps(BODIES[operation["operationId"]]).replace("{profile}", profile))
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return example(schema, DOCUMENT["components"]["schemas"], sent=True)
