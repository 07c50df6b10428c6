"""What subscribers read is what is told: the AsyncAPI document follows from the protos and fits the bus."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from google.protobuf import message_factory
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from rapport.profile.v1 import events_pb2, profile_pb2

from chassis import relay
from deploy.nats.streams import OWNERS
from gateway.encode import to_json
from tools import asyncapi

DESCRIPTORS = asyncapi.DESCRIPTORS.read_bytes()
TOLD = asyncapi.facts(DESCRIPTORS)
DOCUMENT = json.loads(asyncapi.DOCUMENT.read_text())


def test_the_derived_documents_are_fresh():
    stale = [
        path.name for path, text in asyncapi.derived(DESCRIPTORS).items() if not asyncapi.holds(path, text)
    ]
    assert stale == []


def test_every_reference_leads_somewhere():
    for reference in references(DOCUMENT):
        found = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@pytest.mark.parametrize("fact", TOLD, ids=lambda fact: fact.name)
def test_a_fact_has_a_channel_an_operation_and_an_address_that_is_its_name(fact):
    assert DOCUMENT["channels"][fact.name]["address"] == f"{fact.full_name}.{{workspace}}"
    assert DOCUMENT["channels"][fact.name]["x-jetstream-stream"].lower() in OWNERS
    assert DOCUMENT["operations"][f"hear{fact.name}"]["action"] == "receive"
    assert DOCUMENT["components"]["messages"][fact.name]["contentType"] == "application/protobuf"


def test_facts_of_services_that_do_not_stand_are_left_out():
    assert {fact.file.package for fact in TOLD} == {f"rapport.{owner}.v1" for owner in OWNERS}
    assert "RecordedActivity" not in DOCUMENT["channels"], "a part of a fact is no fact"


def test_the_headers_are_those_the_relay_writes():
    row = {
        "event_id": UUID(int=7),
        "subject": "rapport.profile.v1.ProfileMerged.demo",
        "promised_at": datetime(2026, 11, 27, 12, tzinfo=UTC),
        "headers": '{"ce-cause": "1", "traceparent": "00-1-2-01"}',
    }
    written = relay.headers(row)
    jsonschema.validate(written, asyncapi.HEADERS)
    assert set(written) == set(asyncapi.HEADERS["properties"])


@pytest.mark.parametrize("fact", TOLD, ids=lambda fact: fact.name)
def test_a_fact_that_says_nothing_fits_its_schema(fact):
    jsonschema.validate(json.loads(to_json(message_factory.GetMessageClass(fact)())), schema(fact.name))


def test_a_fact_that_says_much_fits_its_schema():
    order = profile_pb2.Order(
        name="orders/1042",
        profile="profiles/0192d3a4-0000-7000-8000-000000000001",
        state=profile_pb2.PLACED,
        total=Money(currency_code="EUR", units=129, nanos=900_000_000),
        lines=[profile_pb2.OrderLine(product_id="coat-1", quantity=2, price=Money(currency_code="EUR"))],
        order_time=Timestamp(seconds=1),
    )
    placed = events_pb2.OrderPlaced(order=order, profile_key=2**53 + 1, cause="0192")
    jsonschema.validate(json.loads(to_json(placed)), schema("OrderPlaced"))
    activity = events_pb2.RecordedActivity(
        type="track", event="Product Viewed", properties=b'{"price": 129.9}'
    )
    recorded = events_pb2.ActivityRecorded(activities=[activity])
    jsonschema.validate(json.loads(to_json(recorded)), schema("ActivityRecorded"))


def test_a_value_of_the_wrong_type_does_not_fit():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"profile": 1, "profile_key": "1"}, schema("ProfileCreated"))


def schema(fact: str) -> dict[str, Any]:
    return DOCUMENT["components"]["messages"][fact]["payload"] | {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "components": DOCUMENT["components"],
    }


def test_the_page_names_every_fact():
    page = Path(asyncapi.PAGE).read_text()
    assert [fact.name for fact in TOLD if f"`{fact.name}`" not in page] == []
