import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import wire
from tracking.check import check
from tracking.event import Event, Rejected, Request, read
from tracking.wire import MOST_EVENTS, TooMany, Unreadable

GOOD = {"type": "track", "event": "Product Viewed", "userId": "ada"}
# Halves of surrogate pairs among them: json.dumps writes them as escapes.
TEXT = st.text(st.characters(), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(wire.Call.__struct_fields__)
LIKELY = (
    st.sampled_from(
        ["track", "identify", "alias", "group", "ada", "guest", "0", "2026-11-22T10:00:00Z", "\0"]
    )
    | st.fixed_dictionaries({"email": st.text() | st.just("a@b.de")})
    | JSON
)
EVENTS = st.dictionaries(FIELDS, LIKELY, max_size=10)
CALLS = st.sampled_from(["batch", "import", "track", "identify", "page", "screen", "group", "alias"])


def the_faults(*events, call="batch"):
    """What is wrong with these events: (index, field) of each."""
    body = json.dumps({"batch": events} if call in ("batch", "import") else events[0]).encode()
    return [(one.index, one.field) for one in check(call, body).rejected]


def fault(**changed):
    """The one fault of a good event with these changes."""
    body = json.dumps({"batch": [GOOD | changed]}).encode()
    return check("batch", body).rejected[0]


def test_a_batch_of_good_events_has_nothing_to_reject():
    bodies = [GOOD, {"type": "identify", "anonymousId": 12, "traits": None}, {"type": "page", "userId": "a"}]
    checked = check("batch", json.dumps({"batch": bodies, "sentAt": "nonsense"}).encode())
    assert (3, []) == (checked.count, checked.rejected)


def test_bad_events_are_told_apart_from_the_good_ones_around_them():
    assert [(1, "userId"), (3, "event")] == the_faults(
        GOOD, {"type": "page"}, GOOD, {"type": "track", "userId": "a"}
    )


@pytest.mark.parametrize(
    ("changed", "field", "word"),
    [
        ({"type": "dance"}, "type", "one of alias"),
        ({"type": None}, "type", "one of"),
        ({"type": 3}, "type", "must be text; this is a number"),
        ({"userId": None}, "userId", "names nobody"),
        ({"userId": " "}, "userId", "names nobody"),
        ({"userId": "guest"}, "userId", "shared by many"),
        ({"userId": 0}, "userId", "shared by many"),
        ({"userId": "000-00"}, "userId", "shared by many"),
        ({"userId": True}, "userId", "text or a number; this is true or false"),
        ({"userId": {"id": 1}}, "userId", "this is an object"),
        ({"userId": "a\tb"}, "userId", "control characters"),
        ({"anonymousId": "\x7f"}, "anonymousId", "control characters"),
        ({"userId": "u" * 501}, "userId", "500 characters"),
        ({"event": ""}, "event", "missing"),
        ({"event": "  "}, "event", "missing"),
        ({"event": "e" * 201}, "event", "200 characters"),
        ({"event": "a\0b"}, "event", "NUL"),
        ({"event": 7}, "event", "must be text"),
        ({"messageId": "m" * 201}, "messageId", "200 characters"),
        ({"messageId": []}, "messageId", "text or a number"),
        ({"properties": []}, "properties", "must be an object; this is an array"),
        ({"context": "web"}, "context", "must be an object; this is text"),
        ({"traits": 1.5}, "traits", "must be an object; this is a number"),
        ({"integrations": True}, "integrations", "must be an object"),
        ({"timestamp": "yesterday"}, "timestamp", "ISO 8601"),
        ({"timestamp": "0001-01-01T00:00:00Z"}, "timestamp", "between 1970 and 2200"),
        ({"timestamp": 1_795_000_000}, "timestamp", "milliseconds"),
        ({"timestamp": 1e300}, "timestamp", "between 1970 and 2200"),
        ({"originalTimestamp": []}, "originalTimestamp", "text or a number"),
        ({"sentAt": "nope"}, "sentAt", "ISO 8601"),
        ({"type": "alias"}, "previousId", "missing"),
        ({"type": "alias", "previousId": "x", "userId": None}, "userId", "missing"),
        ({"type": "group"}, "groupId", "missing"),
        ({"type": "group", "groupId": ""}, "groupId", "missing"),
        ({"properties": {"text": "x" * 33_000}}, "", "32768"),
    ],
)
def test_a_fault_names_its_field_and_says_what_to_do(changed, field, word):
    found = fault(**changed)
    assert field == found.field
    assert word in found.reason
    assert found.reason.endswith(".")


def test_what_is_no_object_is_no_event():
    assert [(0, ""), (1, ""), (2, "")] == the_faults("text", 7, ["nested"])


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T10:00:00.000Z",
        "2026-11-22T10:00:00+00:00",
        "2026-11-22T10:00:00.123456789+02:00",
        "2026-11-22T10:00:00",
        "2026-11-22 10:00:00.1",
        "2026-11-22",
        " 2026-11-22T10:00:00Z ",
        1_795_341_600_000,
        1_795_341_600_000.5,
        None,
    ],
)
def test_times_are_read_in_every_way_clients_write_them(value):
    assert [] == the_faults(GOOD | {"timestamp": value, "sentAt": value, "originalTimestamp": value})


def test_a_guest_may_come_with_an_anonymous_id_or_an_address():
    guest = {"type": "identify", "userId": "guest"}
    assert [] == the_faults(guest | {"anonymousId": "a-1"}, guest | {"traits": {"email": "a@b.de"}})
    assert [(0, "userId")] == the_faults(guest | {"traits": {"email": "nobody"}})


def test_the_path_of_a_single_call_says_its_type():
    assert [] == the_faults({"userId": "ada", "type": "dance"}, call="identify")
    assert [(0, "event")] == the_faults({"userId": "ada"}, call="track")


def test_what_nests_too_deep_is_refused_however_deep():
    def deep(levels):
        return b'{"type":"track","event":"e","userId":"a","properties":' + nested(levels) + b"}"

    def nested(levels):
        return b'{"a":' * levels + b"1" + b"}" * levels

    body = b'{"batch":[%s,%s,%s,%s]}' % (deep(31), deep(32), deep(1_000), deep(5_000))
    checked = check("batch", body)
    assert [1, 2, 3] == [one.index for one in checked.rejected]
    assert all("32 levels" in one.reason or "32768" in one.reason for one in checked.rejected)


def test_brackets_in_texts_do_not_nest():
    assert [] == the_faults(GOOD | {"properties": {"smile": "[{" * 50 + '\\"', "a": [[1], [2]] * 20}})


def test_text_that_is_no_text_is_refused():
    good = json.dumps(GOOD).encode()
    latin = '{"type":"track","event":"é","userId":"a"}'.encode("latin-1")
    huge = b'{"type":"track","event":"e","userId":"a","properties":{"x":1e999}}'
    long = b'{"type":"track","event":"e","userId":"a","properties":{"x":' + b"9" * 5000 + b"}}"
    rejected = check("batch", b'{"batch":[%s,%s,%s,%s,%s]}' % (good, latin, huge, good, long)).rejected
    assert [1, 2, 4] == [one.index for one in rejected]
    assert "UTF-8" in rejected[0].reason


def test_half_an_emoji_is_mended_in_a_text_and_refused_in_a_name():
    half = '{"type":"track","event":"%s","userId":"%s","properties":{"x":"%s"}}'
    cut = "\\ud83d"
    events = [
        half % each for each in (("e", "a", cut), (cut, "a", ""), ("e", cut, ""), ("e", "a", "\\\\ud83d"))
    ]
    body = ('{"batch":[' + ",".join(events) + "]}").encode()
    assert [(1, "event"), (2, "userId")] == [(one.index, one.field) for one in check("batch", body).rejected]
    first, *_, last = read(Request("batch", body, 0), "", frozenset())
    assert {"x": "\ufffd"} == json.loads(first.properties)
    assert {"x": "\\ud83d"} == json.loads(last.properties)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("batch", b""),
        ("batch", b"nonsense"),
        ("batch", b"[]"),
        ("batch", b"{}"),
        ("batch", b'{"batch":{}}'),
        ("batch", b'{"batch":null}'),
        ("batch", b'{"batch":[1,]}'),
        ("track", b"[]"),
        ("track", b'"text"'),
        ("track", b"\xff\xfe"),
        ("track", b"\x1f\x8b\x08"),
        ("track", b'{"event":'),
    ],
)
def test_a_body_without_events_cannot_be_read_at_all(call, body):
    with pytest.raises(Unreadable, match=r"must be"):
        check(call, body)


def test_a_batch_has_an_end():
    event = json.dumps(GOOD).encode()
    most = b'{"batch":[' + b",".join([event] * MOST_EVENTS) + b"]}"
    assert MOST_EVENTS == check("batch", most).count
    with pytest.raises(TooMany, match="5001"):
        check("batch", most.replace(b"[", b"[1,", 1))


@given(CALLS, st.binary(max_size=200))
def test_no_bytes_make_it_raise_anything_else(call, body):
    agree(call, body)


@given(CALLS, JSON)
def test_no_json_makes_it_raise_anything_else(call, document):
    agree(call, json.dumps(document).encode())


@given(CALLS, st.lists(EVENTS | JSON, max_size=6), JSON)
def test_the_door_rejects_exactly_what_cannot_be_read_later(call, events, around):
    if call in ("batch", "import"):
        document = {"batch": events, "sentAt": around, "context": around, "integrations": around}
    else:
        document = events[0] if events else {}
    agree(call, json.dumps(document).encode())


def agree(call, body):
    """Both readings of a request find the same faults, every time."""
    result = read(Request(call, body, 1_795_000_000_000_000), "DE", frozenset())
    try:
        checked = check(call, body)
    except (Unreadable, TooMany):
        assert [Rejected] == [type(one) for one in result]
        return
    assert checked == check(call, body)
    assert checked.count == len(result)
    found = [(one.index, one.field, one.reason) for one in result if isinstance(one, Rejected)]
    assert [(one.index, one.field, one.reason) for one in checked.rejected] == found
    for one in result:
        assert isinstance(one, Rejected) or is_sound(one)


def is_sound(event: Event) -> bool:
    stored = (event.properties, event.context, event.integrations)
    assert all(isinstance(json.loads(part), dict) for part in stored)
    assert b"\\u0000" not in b"".join(stored)
    assert event.identifiers
    return 0 <= event.time_us < 7_300_000_000_000_000
