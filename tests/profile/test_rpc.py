"""What the profile service answers, over real gRPC, on what was really captured."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.profile.v1 import events_pb2 as events
from rapport.profile.v1 import profile_pb2 as pb

from tests.eventually import eventually
from tests.profile.house import identify, order, said, time, track, updating
from tests.profile.world import NOON

NOBODY = "profiles/0192d3a4-0000-7000-8000-000000000001"
EVERYTHING = {
    "userId": "ada",
    "anonymousId": "a1",
    "traits": {"email": "Ada@Example.com ", "phone": "+49 30 901820"},
    "context": {
        "externalIds": [{"type": "shopify_customer_id", "id": 123, "collection": "users"}],
        "device": {"id": "phone-1", "token": "push-1"},
    },
}


def instant(seconds_before_noon):
    found = Timestamp()
    found.FromDatetime(NOON - timedelta(seconds=seconds_before_noon))
    return found


def granted(**more):
    return pb.Consent(**{"channel": "email", "purpose": "marketing", "decision": pb.GRANTED} | more)


def denied(**more):
    return granted(decision=pb.DENIED, **more)


def money(sum):
    return sum.currency_code, sum.units, sum.nanos


# Profiles.


async def test_a_profile_is_found_by_its_name(shop):
    await shop.take(
        identify(60, userId="ada", traits={"email": "ada@example.com", "name": "Ada"}),
        said("page", 30, userId="ada", name="Home"),
    )
    ada = await shop.profile("user_id:ada")

    assert ada == await shop.ask(pb.GetProfileRequest(name=ada.name))
    assert ["user_id:ada", "email:ada@example.com"] == [f"{one.kind}:{one.value}" for one in ada.identifiers]
    assert {"email": "ada@example.com", "name": "Ada"} == json.loads(ada.traits)
    assert 2 == ada.activity_count
    assert [NOON - timedelta(seconds=60), NOON - timedelta(seconds=30)] == [
        time(ada.first_seen_time),
        time(ada.last_seen_time),
    ]


async def test_a_former_name_leads_to_the_survivor_for_ever_and_everywhere(shop):
    await shop.take(said("page", 90, anonymousId="a1"), order("o1", 80, user="ada"))
    ghost, ada = await shop.name("anonymous_id:a1"), await shop.name("user_id:ada")
    assert ghost != ada
    await shop.take(identify(60, userId="ada", anonymousId="a1", traits={"consent": {"email": True}}))

    assert ada == (await shop.ask(pb.GetProfileRequest(name=ghost))).name
    for request in (pb.ListActivitiesRequest, pb.ListOrdersRequest, pb.ListConsentsRequest, pb.ListCartsRequest):
        assert await shop.ask(request(parent=ada)) == await shop.ask(request(parent=ghost))
    assert ada == (await shop.update(ghost, {"name": "Ada"})).name
    recorded = await shop.ask(pb.RecordConsentRequest(parent=ghost, consent=denied(purpose="profiling")))
    assert ada == recorded.profile


@pytest.mark.parametrize(
    "name", [NOBODY, "profiles/ada", "profiles/1", "profiles/%20", "profiles/ÄÖÜ ✓", "profiles/\0"]
)
async def test_who_is_not_there_is_not_found_by_any_method(shop, name):
    for request in (
        pb.GetProfileRequest(name=name),
        updating(name, {"name": "Ada"}),
        pb.ListActivitiesRequest(parent=name),
        pb.ListOrdersRequest(parent=name),
        pb.ListCartsRequest(parent=name),
        pb.ListConsentsRequest(parent=name),
        pb.RecordConsentRequest(parent=name, consent=granted()),
    ):
        refused = await shop.refusal(request)
        assert (grpc.StatusCode.NOT_FOUND, "PROFILE_NOT_FOUND") == (refused.code, refused.reason)
        assert refused.sentence.startswith(f"There is no {name}")


@pytest.mark.parametrize("request_type", [pb.GetProfileRequest, pb.GetOrderRequest])
async def test_what_is_no_name_at_all_never_reaches_the_method(shop, request_type):
    for name in ("", "ada", "profiles", "profiles/", "orders/", "profiles/a/b", "orders/a/b"):
        refused = await shop.refusal(request_type(name=name))
        assert ("REQUEST_INVALID", ["name"]) == (refused.reason, refused.fields)


@pytest.mark.parametrize(
    "identifier",
    [
        "user_id:ada",
        "user_id: ada ",
        "email:ADA@EXAMPLE.COM",
        "phone:+4930901820",
        "phone:+49 (30) 90-18-20",
        "external:shopify:123",
        "external:Shopify_customer_id:123",
        "device:phone-1",
        "device:push-1",
        "anonymous_id:a1",
    ],
)
async def test_a_profile_is_found_by_any_identifier_however_it_is_written(shop, identifier):
    await shop.take(identify(**EVERYTHING))
    assert 7 == len((await shop.profile("user_id:ada")).identifiers)
    assert await shop.profile("user_id:ada") == await shop.profile(identifier)


async def test_a_national_number_is_read_as_the_workspace_writes_it(shop, other):
    for each in (shop, other):
        await each.take(identify(userId="ada", traits={"phone": "+49 30 901820"}))
    await shop.update_settings(region_code="DE")
    await other.update_settings(region_code="AT")

    async def found(of):
        async with asyncio.timeout(10):
            return await of.ask(pb.LookupProfileRequest(identifier="phone:030 901820"))

    ada = await shop.profile("user_id:ada")
    await eventually(True, lambda: told(shop))
    assert ada == await found(shop)
    await eventually(True, lambda: told(other))
    assert "PROFILE_NOT_FOUND" == (await other.refusal(pb.LookupProfileRequest(identifier="phone:030 901820"))).reason


async def told(shop):
    """Whether the service knows the workspace's region by now."""
    try:
        await shop.profile("phone:030 1")
    except grpc.aio.AioRpcError as no:
        return no.code() is grpc.StatusCode.NOT_FOUND
    return True
