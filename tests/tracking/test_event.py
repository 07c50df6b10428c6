import json
import uuid
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.event import Request, read
from tracking.identifiers import Identifier

RECEIVED = 1_795_341_600_000_000  # 2026-11-22T10:00:00Z
SECOND = 1_000_000
GOOD = {"type": "track", "event": "Product Viewed", "userId": "ada", "messageId": "m-1"}


def events(*told, call="batch", around=None, region="", blocked=frozenset(), **request):
    body = {"batch": told, **(around or {})} if call in ("batch", "import") else told[0]
    return read(Request(call, json.dumps(body).encode(), RECEIVED, **request), region, blocked)


def one(told=None, /, **more):
    [event] = events(GOOD | (told or {}), **more)
    return event


def at(text):
    return {"timestamp": text}


def test_what_an_event_is():
    context = {
        "userAgent": "Mozilla/5.0",
        "ip": "203.0.113.7",
        "locale": "de-DE",
        "timezone": "Europe/Berlin",
        "campaign": {"source": "newsletter", "name": "autumn", "clicks": 3},
        "page": {"url": "https://shop.example/"},
    }
    event = one({"properties": {"price": 1.10}, "context": context, "integrations": {"All": True}})
    assert uuid.UUID(bytes=blake2b(b"m-1", digest_size=16).digest()) == event.id
    assert ("m-1", "track", "Product Viewed") == (event.message_id, event.type, event.name)
    assert (Identifier("user_id", "ada"),) == event.identifiers
    assert ("Mozilla/5.0", "203.0.113.7", "de-DE") == (event.user_agent, event.ip, event.locale)
    assert ("Europe/Berlin", "https://shop.example/") == (event.time_zone, event.page_url)
    assert {"source": "newsletter", "name": "autumn"} == event.campaign
    assert (b'{"price": 1.1}', b'{"All": true}') == (event.properties, event.integrations)
    assert context == json.loads(event.context)
    assert (None, False, "", ()) == (event.traits, event.historical, event.group_id, event.consents)


@pytest.mark.parametrize(
    ("told", "around", "seconds", "original_seconds"),
    [
        ({}, {}, 0, None),
        (at("2026-11-22T09:00:00Z"), {}, -3600, None),
        (at("2026-11-22T11:00:00+02:00"), {}, -3600, None),
        (at("2026-11-22T09:59:58"), {}, -2, None),
        # The client's clock is ten minutes ahead: it says so when it sends.
        (at("2026-11-22T10:09:00Z"), {"sentAt": "2026-11-22T10:10:00Z"}, -60, 540),
        (at("2026-11-22T10:09:00Z") | {"sentAt": "2026-11-22T10:10:00Z"}, {}, -60, 540),
        # The event's own sentAt is nearer to it than the batch's.
        (
            at("2026-11-22T10:09:00Z") | {"sentAt": "2026-11-22T10:10:00Z"},
            {"sentAt": "2026-11-22T10:00:00Z"},
            -60,
            540,
        ),
        (at("2026-11-22T10:00:00Z"), {"sentAt": "2026-11-22T10:00:00Z"}, 0, None),
        # A clock that stands still in 1970 is corrected like any other.
        (at("1970-01-01T00:00:05Z"), {"sentAt": "1970-01-01T00:00:15Z"}, -10, -1_795_341_595),
        # Nonsense around the events sinks none of them.
        (at("2026-11-22T09:59:00Z"), {"sentAt": {"a": 1}}, -60, None),
        (at("2026-11-22T09:59:00Z"), {"sentAt": "soon"}, -60, None),
        ({"originalTimestamp": "2026-11-22T09:59:00Z"}, {}, -60, None),
        (at("2026-11-22T09:59:00Z") | {"originalTimestamp": "2026-11-22T08:00:00Z"}, {}, -60, -7200),
        ({"sentAt": "2026-11-22T12:00:00Z"}, {}, 0, None),
        ({"timestamp": 1_795_341_599_500}, {}, -0.5, None),
    ],
)
def test_the_time_of_an_event_is_corrected_by_the_clock_that_told_it(told, around, seconds, original_seconds):
    event = one(told, around=around)
    assert seconds * SECOND == event.time_us - RECEIVED
    original = None if event.original_time_us is None else event.original_time_us - RECEIVED
    assert original == (None if original_seconds is None else original_seconds * SECOND)
    assert RECEIVED == event.receive_time_us


def test_an_event_without_an_id_is_the_same_event_when_it_is_sent_again():
    told = {"type": "track", "event": "x", "anonymousId": 7, "properties": {"b": 1, "a": [2]}}
    again = {"anonymousId": 7, "sentAt": "2026-11-22T10:00:00Z", **told, "properties": {"a": [2], "b": 1}}
    other = told | {"properties": {"b": 2, "a": [2]}}
    first, second, third = events(told, again, other)
    assert first.message_id.startswith("derived-")
    assert (first.id, first.message_id) == (second.id, second.message_id)
    assert first.id != third.id
    single = events(told, call="track")[0]
    assert first.id == single.id


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=200))
def test_message_ids_are_kept_as_they_are(text):
    [event] = events(GOOD | {"messageId": text})
    kept = text.replace("\0", "").strip()
    assert (kept == event.message_id) if kept else event.message_id.startswith("derived-")


def test_a_number_as_message_id_is_its_text():
    assert "17" == one({"messageId": 17}).message_id


def test_whom_an_event_names_strongest_first():
    context = {
        "traits": {"phone": "0171 3920000"},
        "externalIds": [
            {"id": 123, "type": "shopify_customer_id", "collection": "users"},
            {"id": "x", "type": "company", "collection": "accounts"},
            {"id": "tok", "type": "ios.push_token"},
        ],
        "device": {"id": "d-1", "token": "t-1", "advertisingId": "never"},
    }
    told = {"anonymousId": "a-1", "traits": {"email": " Ada@Shop.Example "}, "context": context}
    assert (
        Identifier("user_id", "ada"),
        Identifier("email", "ada@shop.example"),
        Identifier("phone", "+491713920000"),
        Identifier("external:shopify", "123"),
        Identifier("device", "d-1"),
        Identifier("device", "t-1"),
        Identifier("device", "tok"),
        Identifier("anonymous_id", "a-1"),
    ) == one(told, region="de").identifiers
    without_region = one(told).identifiers
    assert "phone" not in {kind for kind, _ in without_region}


def test_an_alias_joins_what_it_names_as_a_former_anonymous_id():
    event = one({"type": "alias", "previousId": "before"})
    assert (Identifier("user_id", "ada"), Identifier("anonymous_id", "before")) == event.identifiers


def test_the_traits_of_a_group_are_not_the_persons():
    event = one({"type": "group", "groupId": 9, "traits": {"email": "office@corp.example", "size": 3}})
    assert (None, "9") == (event.traits, event.group_id)
    assert {"email": "office@corp.example", "size": 3} == json.loads(event.properties)
    assert (Identifier("user_id", "ada"),) == event.identifiers


def test_traits_come_in_traits_or_in_the_context_and_the_nearer_wins():
    told = {"type": "identify", "traits": {"a": 1, "b": None}, "context": {"traits": {"a": 2, "c": 3}}}
    event = one(told)
    assert {"a": 1, "b": None, "c": 3} == event.traits
    assert {"a": 1, "b": None} == json.loads(event.properties)
    assert {"c": 3} == one({"context": {"traits": {"c": 3}}}).traits


def test_consent_is_no_trait():
    event = one({"type": "identify", "traits": {"consent": {"email": True}}}, gpc=True)
    assert event.traits is None
    assert [("email", "marketing", True), ("any", "sale", False)] == [each[:3] for each in event.consents]


def test_a_batch_lends_its_context_to_events_without_one():
    around = {"context": {"locale": "fr-FR"}, "integrations": {"All": False}}
    lent, own = events(GOOD, GOOD | {"messageId": "m-2", "context": {"timezone": "UTC"}}, around=around)
    assert ("fr-FR", {"locale": "fr-FR"}) == (lent.locale, json.loads(lent.context))
    assert ("", {"timezone": "UTC"}) == (own.locale, json.loads(own.context))
    assert {"All": False} == json.loads(own.integrations)


def test_the_address_and_agent_of_a_shops_own_server_are_nobodys():
    sender = {"ip": "198.51.100.4", "user_agent": "agent"}
    browser = one(**sender)
    server = one({"context": {"library": {"name": "analytics-python"}}}, **sender)
    assert ("198.51.100.4", "agent") == (browser.ip, browser.user_agent)
    assert ("", "") == (server.ip, server.user_agent)


def test_import_tells_of_the_past():
    assert one(call="import").historical


def test_pages_and_screens_have_names_of_their_own():
    assert "Viewed Product" == one({"type": "page", "name": "Viewed Product"}).name
    assert "" == one({"type": "screen"}).name


def test_nul_never_reaches_a_database():
    event = one({"properties": {"a\0": ["b\0"]}, "context": {"page": {"url": "\0x"}}})
    assert {"a": ["b"]} == json.loads(event.properties)
    assert "x" == event.page_url


def test_values_a_workspace_blocks_identify_nobody():
    [rejected] = events(GOOD | {"userId": "TEST@shop.example"}, blocked=frozenset({"test@shop.example"}))
    assert ("userId", 0) == (rejected.field, rejected.index)
    assert GOOD["messageId"] == json.loads(rejected.payload)["messageId"]


def test_a_body_that_is_nothing_is_one_rejected_event():
    [rejected] = read(Request("batch", b"nothing", RECEIVED), "", frozenset())
    assert (0, b"nothing") == (rejected.index, rejected.payload)
