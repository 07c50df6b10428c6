"""What the profile service answers, over real gRPC, on what was really captured."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.capture.v1 import capture_pb2 as door
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
    for request in (
        pb.ListActivitiesRequest,
        pb.ListOrdersRequest,
        pb.ListConsentsRequest,
        pb.ListCartsRequest,
    ):
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
    asked = pb.LookupProfileRequest(identifier="phone:030 901820")
    for each in (shop, other):
        await each.take(identify(userId="ada", traits={"phone": "+49 30 901820"}))
        assert "IDENTIFIER_INVALID" == (await each.refusal(asked)).reason
    await shop.update_settings(region_code="DE")
    await other.update_settings(region_code="IT")

    await eventually(await shop.profile("user_id:ada"), lambda: shop.answer(asked))
    await eventually("PROFILE_NOT_FOUND", lambda: reason(other, asked))


async def reason(shop, request):
    return (await shop.answer(request)).reason


@pytest.mark.parametrize(
    "identifier",
    [
        "ada",
        "email:ada",
        "user_id:",
        "user_id:null",
        "anonymous_id:000-000",
        "user_id:a\0",
        "name:Ada",
        "profile:0192d3a4-0000-7000-8000-000000000001",
        "external:shopify",
        "phone:030 901820",
    ],
)
async def test_what_can_never_identify_is_refused(shop, identifier):
    refused = await shop.refusal(pb.LookupProfileRequest(identifier=identifier))

    assert (grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_INVALID") == (refused.code, refused.reason)
    assert ["identifier"] == refused.fields


async def test_an_identifier_nobody_was_seen_under_is_not_found(shop):
    await shop.take(identify(userId="ada", traits={"email": "ada@example.com"}))

    refused = await shop.refusal(pb.LookupProfileRequest(identifier="email:Bob@example.com"))

    assert (grpc.StatusCode.NOT_FOUND, "PROFILE_NOT_FOUND") == (refused.code, refused.reason)
    assert "Nobody was ever seen as email:bob@example.com." == refused.sentence


async def test_an_identifier_that_a_limit_kept_out_leads_to_nobody(shop):
    addresses = [f"ada{number}@example.com" for number in range(6)]
    await shop.take(
        *(identify(60 - at, userId="ada", traits={"email": each}) for at, each in enumerate(addresses))
    )

    assert await shop.profile("user_id:ada") == await shop.profile(f"email:{addresses[4]}")
    refused = await shop.refusal(pb.LookupProfileRequest(identifier=f"email:{addresses[5]}"))
    assert "PROFILE_NOT_FOUND" == refused.reason


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 8, 5000])
async def test_profiles_are_listed_newest_first_in_pages_of_any_size(shop, page_size):
    await shop.take(*(identify(60 - number, userId=f"u{number}") for number in range(7)))
    pages = await shop.pages(pb.ListProfilesRequest(page_size=page_size), "profiles")

    assert all(len(page) == page_size for page in pages[:-1])
    assert 0 < len(pages[-1]) <= page_size
    assert [f"u{number}" for number in reversed(range(7))] == [
        one.identifiers[0].value for page in pages for one in page
    ]


async def test_who_arrives_while_we_turn_pages_neither_repeats_nor_hides_anybody(shop):
    await shop.take(*(identify(userId=f"u{number}") for number in range(5)))
    request = pb.ListProfilesRequest(page_size=2)
    first = await shop.ask(request)
    shop.house.clock.forward(seconds=1)
    await shop.take(*(identify(userId=f"late{number}") for number in range(3)))
    request.page_token = first.next_page_token
    rest = await shop.pages(request, "profiles")

    listed = [*first.profiles, *(one for page in rest for one in page)]
    assert {f"u{number}" for number in range(5)} == {one.identifiers[0].value for one in listed}
    assert 5 == len(listed)


async def test_who_is_absorbed_while_we_turn_pages_is_passed_over(shop):
    await shop.take(*(said("page", 9 - number, anonymousId=f"a{number}") for number in range(4)))
    request = pb.ListProfilesRequest(page_size=2)
    first = await shop.ask(request)
    await shop.take(identify(2, anonymousId="a2", userId="ada"), identify(1, anonymousId="a1", userId="ada"))
    request.page_token = first.next_page_token

    rest = (await shop.ask(request)).profiles
    assert [["a3"], ["a2"], ["a0"]] == [
        [i.value for i in one.identifiers] for one in (*first.profiles, *rest)
    ]


async def test_a_token_of_another_list_is_refused(shop):
    await shop.take(
        identify(userId="ada", traits={"consent": {"email": True, "sms": True}}),
        identify(userId="bob"),
        *(order(f"o{number}", at=number) for number in range(2)),
    )
    ada = await shop.name("user_id:ada")
    lists = [
        pb.ListProfilesRequest(page_size=1),
        pb.ListActivitiesRequest(page_size=1, parent=ada),
        pb.ListOrdersRequest(page_size=1, parent=ada),
        pb.ListConsentsRequest(page_size=1, parent=ada),
    ]
    tokens = [(await shop.ask(each)).next_page_token for each in lists]
    assert all(tokens)
    for each in lists:
        for token in tokens:
            request = type(each)()
            request.CopyFrom(each)
            request.page_token = token
            answer = await shop.answer(request)
            own = token == tokens[lists.index(each)]
            assert own or ("PAGE_TOKEN_INVALID", ["page_token"]) == (answer.reason, answer.fields), each


@pytest.mark.parametrize(
    "request_type",
    [
        pb.ListProfilesRequest,
        pb.ListActivitiesRequest,
        pb.ListOrdersRequest,
        pb.ListCartsRequest,
        pb.ListConsentsRequest,
        pb.ListConflictsRequest,
        pb.ListQuarantinedEventsRequest,
    ],
)
async def test_every_list_refuses_a_broken_token_and_a_negative_size(shop, request_type):
    await shop.take(identify(userId="ada"))
    has_parent = "parent" in request_type.DESCRIPTOR.fields_by_name
    parent = {"parent": await shop.name("user_id:ada")} if has_parent else {}

    assert "PAGE_TOKEN_INVALID" == await reason(shop, request_type(page_token="nonsense", **parent))
    assert "REQUEST_INVALID" == await reason(shop, request_type(page_size=-1, **parent))


# Traits.


async def test_traits_are_replaced_by_name_and_null_removes_one(shop):
    await shop.take(identify(60, userId="ada", traits={"name": "Ada", "city": "London", "age": 36}))
    ada = await shop.profile("user_id:ada")

    updated = await shop.update(ada.name, {"city": None, "age": 37, "tags": ["vip", {"since": 1843}]})

    assert {"name": "Ada", "age": 37, "tags": ["vip", {"since": 1843}]} == json.loads(updated.traits)
    assert updated == await shop.ask(pb.GetProfileRequest(name=ada.name))
    assert updated.etag != ada.etag
    [activity] = (await shop.ask(pb.ListActivitiesRequest(parent=ada.name, page_size=1))).activities
    assert ("identify", {"city": None, "age": 37, "tags": ["vip", {"since": 1843}]}) == (
        activity.type,
        json.loads(activity.properties),
    )


async def test_what_staff_says_now_wins_over_what_she_said_before_and_not_over_what_she_says_later(shop):
    await shop.take(identify(60, userId="ada", traits={"city": "London"}))
    await shop.update(ada := await shop.name("user_id:ada"), {"city": "Paris"})
    await shop.take(identify(30, userId="ada", traits={"city": "Rome"}))
    assert {"city": "Paris"} == json.loads((await shop.profile("user_id:ada")).traits)
    shop.house.clock.forward(seconds=1)
    await shop.take({"type": "identify", "userId": "ada", "traits": {"city": "Oslo"}})

    assert {"city": "Oslo"} == json.loads((await shop.ask(pb.GetProfileRequest(name=ada))).traits)


async def test_an_update_of_what_has_changed_since_it_was_read_is_aborted(shop):
    await shop.take(identify(60, userId="ada", traits={"city": "London"}))
    ada = await shop.profile("user_id:ada")
    await shop.update(ada.name, {"city": "Paris"}, etag=ada.etag)

    refused = await shop.refusal(updating(ada.name, {"city": "Rome"}, etag=ada.etag))

    assert (grpc.StatusCode.ABORTED, "PROFILE_CHANGED") == (refused.code, refused.reason)
    now = await shop.profile("user_id:ada")
    assert ({"city": "Paris"}, 2) == (json.loads(now.traits), now.activity_count)


async def test_of_two_who_update_what_they_read_at_once_one_wins(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.profile("user_id:ada")

    answers = await asyncio.gather(
        *(
            shop.answer(updating(ada.name, {"city": city}, etag=ada.etag))
            for city in ("Paris", "Rome", "Oslo")
        )
    )

    won = [answer for answer in answers if isinstance(answer, pb.Profile)]
    assert 1 == len(won)
    assert {"PROFILE_CHANGED"} == {answer.reason for answer in answers if answer not in won}
    assert won[0] == await shop.profile("user_id:ada")


async def test_seeing_her_again_changes_no_etag(shop):
    await shop.take(identify(60, userId="ada", traits={"city": "London"}))
    before = await shop.profile("user_id:ada")
    await shop.take(said("page", 30, userId="ada"), track("Something Done", 20, userId="ada"))

    assert before.etag == (await shop.profile("user_id:ada")).etag


async def test_only_traits_can_be_written(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")

    for path in ("identifiers", "etag", "computed.locale", "nonsense"):
        refused = await shop.refusal(updating(ada, {"a": 1}, update_mask=FieldMask(paths=["traits", path])))
        assert ("FIELD_NOT_WRITABLE", [f"update_mask.{path}"]) == (refused.reason, refused.fields)
    for mask in (["traits"], ["*"]):
        updated = await shop.update(ada, {"mask": mask}, update_mask=FieldMask(paths=mask))
        assert {"mask": mask} == json.loads(updated.traits)


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b"[1]",
        b'"text"',
        b"1",
        b"null",
        b"nonsense",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b'{"":1}',
        b'{"$consent/email/marketing":"granted"}',
        b'{"' + b"x" * 201 + b'":1}',
        json.dumps({f"t{number}": 1 for number in range(501)}).encode(),
        json.dumps({"long": "x" * 33_000}).encode(),
        b'{"deep":' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda document: document[:20].decode(errors="replace"),
)
async def test_traits_that_cannot_be_kept_are_refused_with_the_reason(shop, document):
    await shop.take(identify(60, userId="ada", traits={"city": "London"}))
    ada = await shop.profile("user_id:ada")

    refused = await shop.refusal(updating(ada.name, document))

    assert (grpc.StatusCode.INVALID_ARGUMENT, "TRAITS_INVALID") == (refused.code, refused.reason)
    assert (["profile.traits"], True) == (refused.fields, bool(refused.sentence))
    assert ada == await shop.profile("user_id:ada")


async def test_a_repeated_request_gets_its_first_answer_and_counts_once(shop, other):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")
    request = updating(ada, {"city": "Paris"}, request_id="r1")

    answers = await asyncio.gather(*(shop.ask(request) for _ in range(4)))
    await shop.update(ada, {"city": "Rome"})

    assert [answers[0]] * 4 == answers
    assert answers[0] == await shop.ask(request)
    assert 3 == (await shop.profile("user_id:ada")).activity_count
    refused = await shop.refusal(updating(ada, {"city": "Oslo"}, request_id="r1"))
    assert (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED") == (refused.code, refused.reason)
    await other.take(identify(60, userId="ada"))
    assert (
        b'{"city":"Oslo"}'
        == (await other.update(await other.name("user_id:ada"), {"city": "Oslo"}, request_id="r1")).traits
    )


async def test_an_address_that_staff_knows_identifies_her_from_now_on(shop):
    await shop.take(said("page", 60, anonymousId="a1"))
    ada = await shop.name("anonymous_id:a1")
    updated = await shop.update(ada, {"email": " Ada@Example.com"})
    assert ["email:ada@example.com", "anonymous_id:a1"] == [
        f"{i.kind}:{i.value}" for i in updated.identifiers
    ]

    await shop.take(
        track("Order Completed", 30, userId="u1", context={"traits": {"email": "ada@example.com"}})
    )

    assert ada == await shop.name("user_id:u1") == await shop.name("email:ada@example.com")
    assert 3 == (await shop.profile("user_id:u1")).activity_count


async def test_an_address_of_somebody_else_makes_them_one(shop):
    await shop.take(
        said("page", 60, anonymousId="a1"), identify(50, userId="ada", traits={"email": "a@example.com"})
    )
    ghost, ada = await shop.name("anonymous_id:a1"), await shop.name("user_id:ada")

    updated = await shop.update(ghost, {"email": "a@example.com"})

    assert {ghost, ada} >= {updated.name}
    assert updated == await shop.profile("user_id:ada") == await shop.profile("anonymous_id:a1")
    assert 3 == updated.activity_count
    [merged] = await shop.facts(events.ProfileMerged)
    assert {merged.survivor, merged.absorbed} == {ghost, ada}
    assert updated.name == merged.survivor


async def test_a_number_that_staff_knows_is_read_as_the_workspace_writes_it(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")
    await shop.update_settings(region_code="DE")
    await eventually(
        "PROFILE_NOT_FOUND", lambda: reason(shop, pb.LookupProfileRequest(identifier="phone:030 901820"))
    )

    await shop.update(ada, {"phone": "030 901820"})

    assert ada == await shop.name("phone:+4930901820")


# The timeline.


async def test_a_timeline_is_filtered_by_type_event_and_time(shop):
    await shop.take(
        identify(100, userId="ada", traits={"name": "Ada"}),
        said("page", 90, userId="ada", name="Home"),
        track("Product Viewed", 80, userId="ada", properties={"sku": "coat"}),
        track("Viewed Product", 70, userId="ada", properties={"sku": "hat"}),
        said("screen", 60, userId="ada", name="Home"),
    )
    ada = await shop.name("user_id:ada")

    async def seen(**filters):
        found = await shop.ask(pb.ListActivitiesRequest(parent=ada, **filters))
        return [int((NOON - time(one.event_time)).total_seconds()) for one in found.activities]

    assert [60, 70, 80, 90, 100] == await seen()
    assert [70, 80] == await seen(type="track")
    assert [70, 80] == await seen(event="Product Viewed"), "the older spelling is the same event"
    assert [60, 90] == await seen(event="Home")
    assert [60] == await seen(type="screen", event="Home")
    assert [] == await seen(type="track", event="Home")
    assert [60, 70, 80] == await seen(start_time=instant(80))
    assert [90, 100] == await seen(end_time=instant(80)), "until is not included"
    assert [80] == await seen(start_time=instant(80), end_time=instant(70), type="track")
    assert [] == await seen(start_time=instant(70), end_time=instant(80))


async def test_an_activity_says_all_that_was_sent(shop):
    await shop.take(
        {
            "type": "track",
            "event": "Something Done",
            "userId": "ada",
            "messageId": "m1",
            "timestamp": "2026-11-22T11:58:00Z",
            "originalTimestamp": "2026-11-22T11:57:30Z",
            "properties": {"a": [1, None, {"b": "ü"}]},
            "context": {"page": {"url": "https://example.com"}},
            "integrations": {"All": False},
        },
        call=door.IMPORT,
    )
    ada = await shop.name("user_id:ada")
    [found] = (await shop.ask(pb.ListActivitiesRequest(parent=ada))).activities

    assert found.name.startswith(f"{ada}/activities/")
    assert ("track", "Something Done", "m1", True) == (
        found.type,
        found.event,
        found.message_id,
        found.historical,
    )
    assert {"a": [1, None, {"b": "ü"}]} == json.loads(found.properties)
    assert {"page": {"url": "https://example.com"}} == json.loads(found.context)
    assert {"All": False} == json.loads(found.integrations)
    assert ("user_id", "ada") == (found.recorded_under.kind, found.recorded_under.value)
    assert [120, 150] == [
        (NOON - time(each)).total_seconds() for each in (found.event_time, found.original_time)
    ]
    assert shop.house.clock() == time(found.receive_time)


@pytest.mark.parametrize("page_size", [1, 2, 3, 4, 50])
async def test_a_timeline_over_several_identifiers_is_one_list_even_where_times_are_equal(shop, page_size):
    """What each identifier brought lies apart; the pages are of all of it."""
    await shop.take(
        *(
            track(f"{who} {number}", at, messageId=f"{who}{number}{at}", **{kind: who})
            for kind, who in (("userId", "ada"), ("anonymousId", "a1"), ("anonymousId", "a2"))
            for at in (10, 20)
            for number in range(2)
        ),
        *(identify(30, userId="ada", anonymousId=each, messageId=each) for each in ("a1", "a2")),
    )
    ada = await shop.name("user_id:ada")
    pages = await shop.pages(pb.ListActivitiesRequest(parent=ada, page_size=page_size), "activities")
    listed = [one for page in pages for one in page]

    assert 14 == len({one.name for one in listed}) == len(listed)
    assert all(len(page) == page_size for page in pages[:-1])
    assert sorted((time(one.event_time) for one in listed), reverse=True) == [
        time(one.event_time) for one in listed
    ]


async def test_what_arrives_while_we_turn_pages_of_a_timeline_repeats_nothing(shop):
    await shop.take(*(track(f"Done {number}", at=number, userId="ada") for number in range(10, 15)))
    request = pb.ListActivitiesRequest(parent=await shop.name("user_id:ada"), page_size=2)
    first = await shop.ask(request)
    await shop.take(track("New", 1, userId="ada"), track("Late", 12.5, userId="ada"))
    request.page_token = first.next_page_token

    rest = [one.event for page in await shop.pages(request, "activities") for one in page]
    assert ["Done 10", "Done 11"] == [one.event for one in first.activities]
    assert ["Done 12", "Late", "Done 13", "Done 14"] == rest


# Orders and carts.


@pytest.mark.parametrize(
    "id", ["1", "2026/77", "/", "100%", "100%25", "%2F", "Ö-№ 1 ✓", "a b?c#d&e", "o:1", "%00"]
)
async def test_an_order_is_found_by_its_name_whatever_the_shop_calls_it(shop, id):
    await shop.take(order(id, total=10), order("another", 10, total=20))
    ada = await shop.name("user_id:ada")
    newest, _ = (await shop.ask(pb.ListOrdersRequest(parent=ada))).orders

    assert newest.name.isascii()
    assert 1 == newest.name.count("/")
    assert newest == await shop.ask(pb.GetOrderRequest(name=newest.name))
    assert (ada, ("EUR", 10, 0)) == (newest.profile, money(newest.total))
    assert newest.name == (await shop.profile("user_id:ada")).computed.last_order


@pytest.mark.parametrize("name", ["orders/o2", "orders/O1", "orders/%00", "orders/%FF", "orders/%"])
async def test_an_order_nobody_reported_is_not_found(shop, name):
    await shop.take(order("o1"))

    refused = await shop.refusal(pb.GetOrderRequest(name=name))

    assert (grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND") == (refused.code, refused.reason)
    assert refused.sentence.startswith("There is no order ")


async def test_an_order_shows_its_lines_and_refunds(shop):
    products = [{"product_id": "p1", "name": "Coat", "price": 40, "quantity": 2, "category": "coats"}]
    await shop.take(
        order("o1", 60, total=90, currency="USD", products=products, coupon="NEW", affiliation="Shop"),
        order("o1", 50, name="Order Refunded", total=30, refund_id="r1", reason="too small"),
        order("o1", 40, name="Order Refunded", total=100, refund_id="r2"),
    )
    found = await shop.ask(pb.GetOrderRequest(name="orders/o1"))

    assert (pb.REFUNDED, ("USD", 90, 0), ("USD", 90, 0)) == (
        found.state,
        money(found.total),
        money(found.refunded),
    )
    assert ("NEW", "Shop") == (found.coupon, found.affiliation)
    assert [("p1", "Coat", "coats", 2, ("USD", 40, 0))] == [
        (one.product_id, one.product_name, one.category, one.quantity, money(one.price))
        for one in found.lines
    ]
    assert [("r1", ("USD", 30, 0), "too small"), ("r2", ("USD", 100, 0), "")] == [
        (one.refund_id, money(one.amount), one.reason) for one in found.refunds
    ]
    assert [60, 40] == [(NOON - time(each)).total_seconds() for each in (found.order_time, found.update_time)]
    [worth] = (await shop.profile("user_id:ada")).computed.lifetime_values
    assert ("USD", 0, 0) == money(worth)


async def test_an_order_stands_where_its_reports_say(shop):
    await shop.take(
        order("placed", 60, total=10),
        order("partly", 50, total=10),
        order("partly", 49, name="Order Refunded", total=1.5),
        order("back", 40, total=10),
        order("back", 39, name="Order Refunded"),
        order("off", 30, total=10),
        order("off", 29, name="Order Cancelled"),
        order("waits", 20, name="Order Refunded", total=5),
    )
    ada = await shop.profile("user_id:ada")
    listed = (await shop.ask(pb.ListOrdersRequest(parent=ada.name))).orders

    assert [
        ("orders/off", pb.CANCELLED),
        ("orders/back", pb.REFUNDED),
        ("orders/partly", pb.PARTIALLY_REFUNDED),
        ("orders/placed", pb.PLACED),
    ] == [(one.name, one.state) for one in listed]
    assert (3, ("EUR", 18, 500_000_000)) == (ada.computed.order_count, money(ada.computed.lifetime_values[0]))
    assert "ORDER_NOT_FOUND" == await reason(shop, pb.GetOrderRequest(name="orders/waits"))


@pytest.mark.parametrize("page_size", [1, 2, 5])
async def test_orders_are_listed_newest_first_in_pages_even_where_times_are_equal(shop, page_size):
    await shop.take(
        *(order(f"o/{number}", at=number // 2) for number in range(5)),
        identify(50, userId="ada", anonymousId="a1"),
        track("Order Completed", 1, anonymousId="a1", properties={"orderId": "a"}),
    )
    ada = await shop.name("user_id:ada")
    pages = await shop.pages(pb.ListOrdersRequest(parent=ada, page_size=page_size), "orders")

    assert ["o%2F1", "o%2F0", "o%2F3", "o%2F2", "a", "o%2F4"] == [
        one.name.removeprefix("orders/") for page in pages for one in page
    ]


async def test_carts_that_hold_something_are_listed_the_last_changed_first(shop):
    def added(cart, at, sku, price, quantity=1, **more):
        told = {"cart_id": cart, "sku": sku, "price": price, "quantity": quantity, **more}
        return track("Product Added", at, userId="ada", properties=told)

    await shop.take(
        added("first", 60, "coat", 40.5, 2),
        added("second/2", 50, "hat", 10, currency="USD"),
        added("first", 40, "hat", 9.5),
        added("emptied", 30, "hat", 9.5),
        track("Product Removed", 20, userId="ada", properties={"cart_id": "emptied", "sku": "hat"}),
        added("bought", 10, "hat", 9.5),
        order("o1", 5, cart_id="bought"),
    )
    ada = await shop.name("user_id:ada")
    [[first], [second]] = await shop.pages(pb.ListCartsRequest(parent=ada, page_size=1), "carts")

    assert [f"{ada}/carts/first", f"{ada}/carts/second%2F2"] == [first.name, second.name]
    assert [("EUR", 90, 500_000_000)] == [money(each) for each in first.totals]
    assert [("USD", 10, 0)] == [money(each) for each in second.totals]
    assert [("coat", 2), ("hat", 1)] == [(line.sku, line.quantity) for line in first.lines]
    assert instant(40) == first.update_time


# Consents.


async def test_decisions_are_kept_with_their_evidence_and_the_newest_holds(shop):
    await shop.take(identify(60, userId="ada", traits={"consent": {"email": True}}))
    ada, clock = await shop.name("user_id:ada"), shop.house.clock
    told = denied(source="unsubscribe", evidence="Stop! ✓", scope="newsletter")

    recorded = await shop.ask(pb.RecordConsentRequest(parent=ada, consent=told))

    assert (ada, pb.DENIED, "unsubscribe", "Stop! ✓", "newsletter", True) == (
        recorded.profile,
        recorded.decision,
        recorded.source,
        recorded.evidence,
        recorded.scope,
        recorded.current,
    )
    assert clock() == time(recorded.decision_time)
    newest, oldest = (await shop.ask(pb.ListConsentsRequest(parent=ada))).consents
    assert recorded == newest
    assert (pb.GRANTED, "traits.consent", False) == (oldest.decision, oldest.source, oldest.current)
    assert [newest] == list((await shop.ask(pb.ListConsentsRequest(parent=ada, current_only=True))).consents)


async def test_each_channel_and_purpose_is_decided_by_itself(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")
    for channel, purpose in (("email", "marketing"), ("sms", "marketing"), ("email", "profiling")):
        shop.house.clock.forward(seconds=1)
        consent = granted(channel=channel, purpose=purpose)
        assert "api" == (await shop.ask(pb.RecordConsentRequest(parent=ada, consent=consent))).source

    pages = await shop.pages(pb.ListConsentsRequest(parent=ada, page_size=1, current_only=True), "consents")
    assert [("email", "profiling"), ("sms", "marketing"), ("email", "marketing")] == [
        (one.channel, one.purpose) for page in pages for one in page
    ]


@pytest.mark.parametrize("decisions", [(granted, denied), (denied, granted)])
async def test_of_two_decisions_at_one_instant_the_denial_holds(shop, decisions):
    await shop.take(identify(60, userId="ada"))
    ada, when = await shop.name("user_id:ada"), instant(30)
    for decision in decisions:
        await shop.ask(pb.RecordConsentRequest(parent=ada, consent=decision(decision_time=when)))

    found = (await shop.ask(pb.ListConsentsRequest(parent=ada))).consents
    assert {pb.DENIED: True, pb.GRANTED: False} == {one.decision: one.current for one in found}


async def test_a_decision_counts_from_when_it_was_made(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")
    await shop.ask(pb.RecordConsentRequest(parent=ada, consent=denied(decision_time=instant(20))))
    late = await shop.ask(pb.RecordConsentRequest(parent=ada, consent=granted(decision_time=instant(40))))

    assert (instant(40), False) == (late.decision_time, late.current)
    assert [(instant(20), True), (instant(40), False)] == [
        (one.decision_time, one.current)
        for one in (await shop.ask(pb.ListConsentsRequest(parent=ada))).consents
    ]


async def test_a_decision_that_is_still_to_come_is_refused(shop):
    await shop.take(identify(60, userId="ada"))
    ada, tomorrow = await shop.name("user_id:ada"), Timestamp()
    tomorrow.FromDatetime(shop.house.clock() + timedelta(days=1))

    refused = await shop.refusal(
        pb.RecordConsentRequest(parent=ada, consent=granted(decision_time=tomorrow), request_id="r1")
    )

    assert ("DECISION_IN_FUTURE", ["consent.decision_time"]) == (refused.reason, refused.fields)
    assert [] == list((await shop.ask(pb.ListConsentsRequest(parent=ada))).consents)


async def test_a_grant_ends_by_itself(shop):
    await shop.take(identify(60, userId="ada"))
    ada, clock, end = await shop.name("user_id:ada"), shop.house.clock, Timestamp()
    end.FromDatetime(clock() + timedelta(minutes=5))
    recorded = await shop.ask(pb.RecordConsentRequest(parent=ada, consent=granted(expire_time=end)))
    assert (True, end) == (recorded.current, recorded.expire_time)

    clock.forward(minutes=5)

    assert [False] == [one.current for one in (await shop.ask(pb.ListConsentsRequest(parent=ada))).consents]
    assert [] == list((await shop.ask(pb.ListConsentsRequest(parent=ada, current_only=True))).consents)


async def test_a_repeated_decision_is_recorded_once(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")
    request = pb.RecordConsentRequest(parent=ada, consent=granted(), request_id="r1")

    answers = [await shop.ask(request) for _ in range(3)]

    assert answers == [answers[0]] * 3
    assert answers[:1] == list((await shop.ask(pb.ListConsentsRequest(parent=ada))).consents)
    again = pb.RecordConsentRequest(parent=ada, consent=denied(), request_id="r1")
    assert "REQUEST_ID_REUSED" == await reason(shop, again)


@pytest.mark.parametrize(
    ("consent", "field"),
    [
        (granted(channel="E-Mail"), "consent.channel"),
        (granted(purpose=""), "consent.purpose"),
        (granted(decision=pb.CONSENT_DECISION_UNSPECIFIED), "consent.decision"),
        (granted(evidence="x" * 4001), "consent.evidence"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_decision_that_says_nothing_clear_is_refused(shop, consent, field):
    await shop.take(identify(60, userId="ada"))
    refused = await shop.refusal(
        pb.RecordConsentRequest(parent=await shop.name("user_id:ada"), consent=consent)
    )

    assert ("REQUEST_INVALID", [field]) == (refused.reason, refused.fields)


# What waits for a person.


async def test_a_shared_tablet_is_a_conflict_to_look_at(shop):
    await shop.take(identify(60, userId="ada", anonymousId="tablet", messageId="first"))
    await shop.take(identify(40, userId="bob", anonymousId="tablet", messageId="second"))
    await shop.take(identify(20, userId="bob", anonymousId="tablet", messageId="third"))
    ada, bob = await shop.name("user_id:ada"), await shop.name("user_id:bob")

    [found] = (await shop.ask(pb.ListConflictsRequest())).conflicts

    assert ["user_id:bob", "anonymous_id:tablet"] == [f"{one.kind}:{one.value}" for one in found.identifiers]
    assert ("anonymous_id:tablet", "user_id") == (
        f"{found.dropped.kind}:{found.dropped.value}",
        found.exceeded_kind,
    )
    assert (bob, ada) == (found.profile, found.other_profile)
    assert ("second", instant(40)) == (found.message_id, found.event_time)


async def test_conflicts_are_listed_newest_first_in_pages(shop):
    await shop.take(*(identify(60 - at, userId=f"u{at}", anonymousId="tablet") for at in range(5)))
    pages = await shop.pages(pb.ListConflictsRequest(page_size=2), "conflicts")

    assert [2, 2] == [len(page) for page in pages]
    assert ["u4", "u3", "u2", "u1"] == [one.identifiers[0].value for page in pages for one in page]


async def test_what_was_not_understood_is_shown_as_it_came(shop):
    body = '{"batch": [{"type": "nonsense", "userId": "ada"}, 7, {"type": "track", "userId": "ada"}]}'
    await shop.house.until_taken(await shop.capture_requests(shop.request(body)))
    shop.house.clock.forward(seconds=1)
    await shop.house.until_taken(await shop.capture_requests(shop.request(b"\xff{")))
    pages = await shop.pages(pb.ListQuarantinedEventsRequest(page_size=1), "quarantined_events")

    found = {one.payload: one for page in pages for one in page}
    assert {
        "\ufffd{",
        '{"type": "nonsense", "userId": "ada"}',
        "7",
        '{"type": "track", "userId": "ada"}',
    } == set(found)
    assert "\ufffd{" == pages[0][0].payload, "newest first"
    assert "`event` is missing" in found['{"type": "track", "userId": "ada"}'].reason
    assert all(one.reason and one.name.startswith("quarantined_events/") for one in found.values())
    assert shop.house.clock() == time(pages[0][0].receive_time)


async def test_traits_that_cannot_be_kept_are_shown_with_their_event(shop):
    bad = identify(userId="ada", messageId="m1", traits={f"t{number}": number for number in range(501)})
    await shop.take(bad, identify(userId="bob"))

    [found] = (await shop.ask(pb.ListQuarantinedEventsRequest())).quarantined_events

    assert "There are 501 traits; at most 500 can be kept." == found.reason
    assert bad == json.loads(found.payload)
    assert "PROFILE_NOT_FOUND" == await reason(shop, pb.LookupProfileRequest(identifier="user_id:ada"))


@pytest.mark.parametrize("page_size", [0, 1, 3])
async def test_an_empty_list_is_one_empty_page(shop, page_size):
    for request, items in (
        (pb.ListProfilesRequest, "profiles"),
        (pb.ListConflictsRequest, "conflicts"),
        (pb.ListQuarantinedEventsRequest, "quarantined_events"),
    ):
        assert [[]] == await shop.pages(request(page_size=page_size), items)


async def test_a_request_without_a_profile_of_its_own_is_told_so(shop):
    refused = await shop.refusal(updating(f"profiles/{uuid4()}", {}))
    assert "PROFILE_NOT_FOUND" == refused.reason
