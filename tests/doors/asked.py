"""A request for every route, made from its descriptor and the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.edge.documents import api_document, house_routes
from gateway.examples import example
from gateway.routes import Route
from gateway.template import WILDCARD

DOCUMENT = api_document(house_routes())
ROUTES = house_routes().all
OPERATIONS = {one["operationId"]: one for verbs in DOCUMENT["paths"].values() for one in verbs.values()}
# Where the example in the document is not what this workspace may ask.
BODIES: dict[str, Any] = {
    "GatewayService_UpdateWorkspace": {"display_name": "Renamed"},
    "GatewayService_CreateApiKey": {"kind": "WRITE"},
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
    return Asked(route.verb, route.template.path(ids), dict.fromkeys(needed, identifier), body(operation))


def operation_id(route: Route) -> str:
    """Its operationId."""
    return f"{route.service.rpartition('.')[2]}_{route.method.name}"


def body(operation: dict[str, Any]) -> Any:
    if operation["operationId"] in BODIES:
        return BODIES[operation["operationId"]]
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return example(schema, DOCUMENT["components"]["schemas"], sent=True)
