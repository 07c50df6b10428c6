"""A request for every route: its path by names, and a body that fits and is about what is named."""

import itertools
from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.edge.documents import api_document, house_routes
from gateway.examples import example
from gateway.routes import Route
from gateway.template import WILDCARD
from tests.doors.conftest import Shop
from tests.doors.things import EXISTS, Thing, replaced, things

DOCUMENT = api_document(house_routes())
ROUTES = house_routes().all
OPERATIONS = {one["operationId"]: one for verbs in DOCUMENT["paths"].values() for one in verbs.values()}
NUMBERS = itertools.count(1)
# What must be in a query.
QUERIES = {
    "SupportService_SearchTickets": {"query": "{mark}"},
    "CampaignService_ExplainSend": {
        "profile": "profiles/{profiles}",
        "campaign": "journeys/{journeys}",
    },
}
RENAMED = {"display_name": "Renamed"}
HOLIDAYS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//shop//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20261224\r\nSUMMARY:Eve\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
# What neither a thing nor the example in the document says.
BODIES: dict[str, Any] = {
    "GatewayService_CreateWorkspace": {"name": "workspaces/one-more"},
    "GatewayService_CreateApiKey": {"kind": "WRITE"},
    "SegmentService_PreviewCondition": {"condition": EXISTS},
    "SegmentService_RemoveCustomers": {"profiles": ["profiles/{profiles}"]},
    "CampaignService_RenderTemplate": {"profile": "profiles/{profiles}"},
    "CampaignService_TestTemplate": {"recipients": ["me@shop.example"], "profile": "profiles/{profiles}"},
    "CampaignService_MigrateRuns": {
        "version": "journeys/{journeys}/versions/1",
        "steps": {"hello": "hello"},
        "dry_run": True,
    },
    "CampaignService_ResolveSend": {"state": "CONFIRMED", "reason": "The provider says so."},
    "LoyaltyService_PreviewEarning": {
        "profile": "profiles/{profiles}",
        "lines": [{"product_id": "1001", "amount": {"currency_code": "EUR", "units": "12"}}],
    },
    "LoyaltyService_AdjustPoints": {"points": "1", "reason": "A gesture."},
    "LoyaltyService_RejectLot": {"reason": "It was returned."},
    "LoyaltyService_ConfirmReservation": {},
    "SupportService_UpdateTicket": {"subject": "Renamed"},
    "SupportService_AssignTicket": {"agent": "agents/{agents}"},
    "SupportService_HoldTicket": {"state": "WAITING"},
    "SupportService_MergeTicket": {"other": "tickets/{other}"},
    "SupportService_UnmergeTicket": {"absorbed": "tickets/{absorbed}"},
    "SupportService_SplitTicket": {"messages": ["tickets/{tickets}/messages/{moved}"]},
    "SupportService_ImportHolidays": {"icalendar": HOLIDAYS},
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
    ids = [names[collection] for collection in collections(route)]
    operation = OPERATIONS[operation_id(route)]
    needed = {
        each["name"]
        for each in operation.get("parameters", ())
        if each["in"] == "query" and each.get("required")
    }
    query = {"identifier": identifier} | QUERIES.get(operation["operationId"], {})
    assert needed <= query.keys(), f"say here what {needed} may be"
    assert len(ids) == segments.count(WILDCARD)
    told = {name: replaced(query[name], names) for name in sorted(needed)}
    return Asked(route.verb, route.template.path(ids), told, body(route, names))


def collections(route: Route) -> list[str]:
    """Those that stand in its path with an id after them."""
    segments = route.template.segments
    return [segments[at - 1] for at, segment in enumerate(segments) if segment == WILDCARD]


def operation_id(route: Route) -> str:
    """Its operationId."""
    return f"{route.service.rpartition('.')[2]}_{route.method.name}"


def body(route: Route, names: Mapping[str, str]) -> Any:
    """What to send: always a new thing where one is made."""
    operation = OPERATIONS[operation_id(route)]
    if operation["operationId"] in BODIES:
        return replaced(BODIES[operation["operationId"]], names)
    if route.verb not in {"POST", "PATCH"}:
        return None
    place = route.verb, route.template.path([f"{{{each}}}" for each in collections(route)])
    for thing in things(f"another-{next(NUMBERS)}"):
        if place == standing(thing):
            return replaced(thing.body, names)
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    if "display_name" in properties(schema) and route.verb == "PATCH":
        return RENAMED
    return example(schema, DOCUMENT["components"]["schemas"], sent=True)


def standing(thing: Thing) -> tuple[str, str]:
    """Its verb and its path, as those of routes."""
    own = {"/v1/channels/email": "/v1/channels/{channels}"}
    path = thing.path.replace("subscriptions/{subscription_groups}", "subscriptions/{subscriptions}")
    return thing.verb, own.get(path, path)


def properties(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = (DOCUMENT["components"]["schemas"][name] if name else schema)["properties"]
    return found


CREATING = {
    route.template.segments: route
    for route in ROUTES
    if route.method.name.startswith("Create") and "name" in route.response.DESCRIPTOR.fields_by_name
}
# After these there is nothing more to ask of a thing; and what is done to a new one before.
ENDING: dict[str, tuple[str, ...]] = {
    "archive": ("publish",),
    "cancel": ("send",),
    "close": (),
    "confirm": (),
    "end": (),
    "release": (),
    "reopen": ("resolve",),
    "merge": (),
}


async def renewed(shop: Shop, route: Route, names: Mapping[str, str]) -> Mapping[str, str]:
    """The names, but what is to be deleted or ended is new, so that the others still find theirs."""
    creating = CREATING.get(route.template.segments[:-1])
    ends = route.verb == "DELETE" or route.template.verb in ENDING
    if not ends or creating is None or route.template.segments[-1] != WILDCARD:
        return names
    wanted = asked(creating, names)
    answer = await shop.ask(wanted.verb, wanted.path, wanted.body)
    assert 200 == answer.status_code, (wanted, answer.text)
    name = answer.json()["name"]
    for verb in ENDING.get(route.template.verb, ()):
        answer = await shop.ask("POST", f"/v1/{name}:{verb}", {})
        assert 200 == answer.status_code, (name, verb, answer.text)
    return {**names, collections(route)[-1]: name.rpartition("/")[2]}
