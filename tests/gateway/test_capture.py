"""The tracking API on a real bus: what is acknowledged is stored, and what is bad is told apart."""

import asyncio
import base64
import gzip
import json
import os
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import httpx
import nats
import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from rapport.capture.v1 import capture_pb2 as pb
from segment.analytics.client import Client

from deploy.local.nats import Nats, embedded_nats
from gateway.edge.capture import CALLS
from gateway.keys import workspace_of
from tests.eventually import eventually
from tests.gateway.conftest import NOON, House, bearer, reason, running_house

NOON_US = round(NOON.timestamp() * 1_000_000)
TRACK = {"userId": "ada", "event": "Product Viewed", "messageId": "m-1"}
TAKEN = {"success": True}


@pytest.fixture(autouse=True)
async def empty(nats_server: Nats) -> None:
    """Nothing is left on the stream of what an earlier test sent."""
    async with jetstream(nats_server.url) as js:
        with suppress(NotFoundError):
            await js.purge_stream("CAPTURE")


@pytest.fixture
async def key(house: House) -> str:
    """A write key of a new workspace."""
    return (await house.a_key(await house.open()))["key"]


@pytest.fixture
def house_on(state, postgres, clone):
    """A house on a bus of its own, for what breaks the bus."""
    return partial(running_house, state, postgres, clone=clone)


@asynccontextmanager
async def jetstream(url: str) -> AsyncIterator[JetStreamContext]:
    connection = await nats.connect(url)
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


async def messages(house: House) -> list[tuple[str, dict, pb.EventsCaptured]]:
    """Everything on the stream: subject, headers, content."""
    async with jetstream(house.settings.nats_url) as js:
        state = (await js.stream_info("CAPTURE")).state
        found = [await js.get_msg("CAPTURE", seq) for seq in range(state.first_seq, state.last_seq + 1)]
    return [(each.subject, each.headers, pb.EventsCaptured.FromString(each.data)) for each in found]


async def requests(house: House) -> list[pb.CapturedRequest]:
    return [request for _, _, message in await messages(house) for request in message.requests]


async def capture(house: House, call: str, body: object, key: str = "", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await house.http.post(f"/v1/{call}", content=content, headers=bearer(key) | named)


def basic(key: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{key}:{password}".encode()).decode()


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("slash", ["", "/"])
async def test_every_door_stores_what_it_takes(house: House, key: str, name: str, slash: str):
    event = TRACK | {"groupId": "g", "previousId": "p", "type": "track"}
    body = {"batch": [event]} if CALLS[name] in (pb.BATCH, pb.IMPORT) else event

    answer = await capture(house, name + slash, body, key)

    assert (200, TAKEN) == (answer.status_code, answer.json())
    [(subject, headers, message)] = await messages(house)
    assert f"rapport.capture.v1.EventsCaptured.{workspace_of(key)}" == subject
    assert headers["Nats-Msg-Id"]
    [request] = message.requests
    assert (CALLS[name], NOON_US, "127.0.0.1") == (request.call, request.receive_time_us, request.ip)
    assert body == json.loads(request.body)


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", ""]
)
async def test_any_content_type_is_read_as_json(house: House, key: str, kind: str):
    answer = await capture(house, "track", TRACK, key, content_type=kind)
    assert 200 == answer.status_code
    assert TRACK == json.loads((await requests(house))[0].body)


@pytest.mark.parametrize(
    "headers",
    [
        {"content_encoding": "gzip"},
        {"content_encoding": "GZIP", "content_type": "application/json"},
        {"content_type": "application/x-www-form-urlencoded"},
    ],
)
async def test_gzip_is_unpacked_whatever_the_headers_say(house: House, key: str, headers: dict):
    packed = gzip.compress(json.dumps(TRACK).encode())
    answer = await capture(house, "track", packed, key, **headers)
    assert 200 == answer.status_code
    assert TRACK == json.loads((await requests(house))[0].body)


async def test_gzip_in_several_parts_is_one_body(house: House, key: str):
    text = json.dumps(TRACK).encode()
    answer = await capture(house, "track", gzip.compress(text[:10]) + gzip.compress(text[10:]), key)
    assert 200 == answer.status_code


async def test_a_body_a_proxy_unpacked_is_read_as_it_is(house: House, key: str):
    assert 200 == (await capture(house, "track", TRACK, key, content_encoding="gzip")).status_code


async def test_broken_or_unknown_packing_is_refused(house: House, key: str):
    cut = gzip.compress(json.dumps(TRACK).encode())[:-9]
    broken = await capture(house, "track", cut, key)
    unknown = await capture(house, "track", TRACK, key, content_encoding="br")
    assert (400, "REQUEST_UNREADABLE") == (broken.status_code, reason(broken))
    assert (415, "MEDIA_TYPE_UNSUPPORTED") == (unknown.status_code, reason(unknown))


async def test_a_bomb_is_not_unpacked(house: House, key: str):
    bomb = gzip.compress(b" " * 200_000_000)
    answer = await capture(house, "batch", bomb, key)
    assert (413, "BODY_TOO_LARGE") == (answer.status_code, reason(answer))
    assert [] == await messages(house)


async def test_a_body_over_four_megabytes_is_too_large(house: House, key: str):
    answer = await capture(house, "batch", b" " * (4 * 1024 * 1024 + 1), key)
    many = await capture(house, "batch", {"batch": [1] * 5001}, key)
    assert [413, 413] == [answer.status_code, many.status_code]


async def test_the_largest_body_is_taken(house: House, key: str):
    event = TRACK | {"type": "track", "properties": {"text": os.urandom(14_000).hex()}}
    body = json.dumps({"batch": [event] * 140}).encode()
    assert 4_000_000 > len(body) > 3_900_000
    assert 200 == (await capture(house, "batch", body, key)).status_code


async def test_bad_events_go_along_and_are_told_to_the_sender(house: House, key: str):
    good = TRACK | {"type": "track"}
    batch = {"batch": [good, {"type": "track"}, good | {"messageId": "m-2"}, 7]}

    answer = await capture(house, "batch", batch, key)

    assert 200 == answer.status_code
    told = answer.json()
    assert told["success"]
    assert [(1, "event"), (3, "")] == [(each["index"], each["field"]) for each in told["rejected"]]
    assert all(each["reason"] for each in told["rejected"])
    assert batch == json.loads((await requests(house))[0].body)


async def test_an_empty_batch_is_taken_and_nothing_is_stored(house: House, key: str):
    assert 200 == (await capture(house, "batch", {"batch": []}, key)).status_code
    assert [] == await messages(house)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("track", b""),
        ("track", b"nonsense"),
        ("track", b"[1]"),
        ("track", b'{"a":'),
        ("track", b"\xff\xfe\x00"),
        ("batch", b"{}"),
        ("batch", b'{"batch":{"0":1}}'),
    ],
)
async def test_a_body_without_any_event_is_a_problem_that_names_the_field(
    house: House, key: str, call: str, body: bytes
):
    answer = await capture(house, call, body, key)
    assert (400, "REQUEST_UNREADABLE") == (answer.status_code, reason(answer))
    [violation] = answer.json()["violations"]
    assert ("batch" if call == "batch" else "body") == violation["field"]


async def test_a_key_may_stand_in_many_places(house: House, key: str):
    answers = [
        await house.http.post("/v1/track", json=TRACK, headers={"authorization": basic(key)}),
        await house.http.post("/v1/track", json=TRACK, headers=bearer(key)),
        await house.http.post("/v1/t", json=TRACK | {"writeKey": key}),
        await house.http.post("/v1/b", json={"batch": [TRACK], "writeKey": key}),
        await house.http.post("/v1/b", json={"batch": [TRACK | {"writeKey": key}, TRACK]}),
        await house.http.post(f"/v1/t?writeKey={key}", json=TRACK),
        # A header for somebody else on the way does not hide the key in the body.
        await house.http.post(
            "/v1/t", json=TRACK | {"writeKey": key}, headers={"authorization": basic("proxy", "password")}
        ),
    ]
    assert [200] * 7 == [answer.status_code for answer in answers]
    assert 7 == len(await requests(house))


@pytest.mark.parametrize(
    "body", [TRACK, TRACK | {"writeKey": "wk_acme_" + "x" * 43}, TRACK | {"writeKey": 7}, []]
)
async def test_without_a_key_that_somebody_has_nothing_is_taken(house: House, key: str, body: object):
    answer = await house.http.post("/v1/track", json=body)
    wrong = await capture(house, "track", body, key[:-1] + ("a" if key[-1] != "a" else "b"))
    assert [401, 401] == [answer.status_code, wrong.status_code]
    assert "API_KEY_INVALID" == reason(answer)
    assert [] == await messages(house)


async def test_a_secret_key_captures_when_its_scopes_say_so(house: House):
    first = await house.open()
    may, may_not = await house.a_key(first, "events.write"), await house.a_key(first, "profiles.read")
    assert 200 == (await capture(house, "import", {"batch": [TRACK]}, may["key"])).status_code
    answer = await capture(house, "import", {"batch": [TRACK]}, may_not["key"])
    assert (403, "SCOPE_MISSING") == (answer.status_code, reason(answer))


async def test_single_calls_travel_together_and_each_workspace_alone(house: House):
    keys = [(await house.a_key(await house.open()))["key"] for _ in range(2)]
    calls = [
        capture(house, "track", TRACK | {"messageId": f"m-{n}"}, each) for n in range(40) for each in keys
    ]
    answers = await asyncio.gather(*calls)
    assert {200} == {answer.status_code for answer in answers}
    found = await messages(house)
    assert len(found) < 60
    for name in map(workspace_of, keys):
        bodies = [
            json.loads(request.body)
            for subject, _, message in found
            if subject.endswith(f".{name}")
            for request in message.requests
        ]
        assert {f"m-{n}" for n in range(40)} == {body["messageId"] for body in bodies}
        assert 40 == len(bodies)


async def test_what_the_sender_says_of_itself_goes_along(house: House, key: str):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {
        "user_agent": "Mozilla/5.0 (X11)",
        "sec_gpc": "1",
        "traceparent": trace,
    }
    await capture(house, "track", TRACK, key, **headers)
    await capture(house, "track", TRACK, key, x_forwarded_for="203.0.113.7", traceparent=trace[:-1] + "0")
    (_, first, one), (_, second, other) = await messages(house)
    assert trace.split("-")[1] == first["traceparent"].split("-")[1]
    assert "traceparent" not in second
    assert one.requests[0].global_privacy_control
    assert one.requests[0].user_agent.startswith("Mozilla/5.0")
    assert "127.0.0.1" == other.requests[0].ip


async def test_a_trusted_proxy_tells_whose_request_it_is(make_house):
    house = await make_house(trusted_proxies="127.0.0.0/8, 10.0.0.0/8")
    key = (await house.a_key(await house.open()))["key"]
    told = ["203.0.113.7, 10.1.2.3", "6.6.6.6, 203.0.113.8:4711", "[2001:db8::7]:80", "nonsense", ""]
    for forwarded in told:
        await capture(house, "track", TRACK, key, x_forwarded_for=forwarded)
    expected = ["203.0.113.7", "203.0.113.8", "2001:db8::7", "127.0.0.1", "127.0.0.1"]
    assert expected == [request.ip for request in await requests(house)]


async def test_pages_of_any_origin_may_send(house: House, key: str):
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    preflight = await house.http.options("/v1/t", headers=asked)
    assert (204, "*") == (preflight.status_code, preflight.headers["access-control-allow-origin"])
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for call, shown in (("track", key), ("track", "")):
        answer = await capture(house, call, TRACK, shown, origin="https://shop.example")
        assert "*" == answer.headers["access-control-allow-origin"]


async def test_other_verbs_are_told_which_one_fits(house: House, key: str):
    for path, allowed in (("/v1/track", "POST, OPTIONS"), (f"/v1/projects/{key}/settings", "GET, OPTIONS")):
        answer = await house.http.put(path, json=TRACK)
        assert (405, "METHOD_NOT_ALLOWED") == (answer.status_code, reason(answer))
        assert allowed == answer.headers["allow"]


async def test_numbers_of_the_library_about_itself_are_taken_and_not_kept(house: House):
    answer = await house.http.post("/v1/m", json={"series": [{"type": "Counter"}]})
    assert (200, TAKEN) == (answer.status_code, answer.json())


async def test_a_library_learns_where_to_send(house: House, key: str):
    answer = await house.http.get(f"/v1/projects/{key}/settings", headers={"origin": "https://shop.example"})
    assert (200, "*") == (answer.status_code, answer.headers["access-control-allow-origin"])
    told = answer.json()
    assert ["Segment.io"] == list(told["integrations"])
    where = told["integrations"]["Segment.io"]
    assert (key, f"{house.app.address}/v1", "http") == (where["apiKey"], where["apiHost"], where["protocol"])
    unknown = await house.http.get(f"/v1/projects/{key[:-3]}abc/settings")
    secret = await house.http.get(f"/v1/projects/{await house.open()}/settings")
    assert [401, 401] == [unknown.status_code, secret.status_code]


async def test_over_the_limit_is_a_passing_fault(make_house):
    house = await make_house(capture_per_second=10, capture_burst=20)
    key = (await house.a_key(await house.open()))["key"]
    batch = {"batch": [TRACK | {"type": "track"}] * 20}
    assert 200 == (await capture(house, "batch", batch, key)).status_code
    answer = await capture(house, "batch", batch, key)
    assert (503, "RATE_LIMITED", "2") == (answer.status_code, reason(answer), answer.headers["retry-after"])
    house.ticks.forward(2)
    assert 200 == (await capture(house, "batch", batch, key)).status_code


async def test_while_the_bus_is_away_senders_are_asked_to_come_again(house_on, tmp_path):
    async with AsyncExitStack() as stack:
        async with embedded_nats(tmp_path) as server:
            port = int(server.url.rpartition(":")[2])
            house = await stack.enter_async_context(house_on(server.url))
            key = (await house.a_key(await house.open()))["key"]
            assert 200 == (await capture(house, "track", TRACK, key)).status_code
        await passing_fault(house, "track", TRACK, key)
        await passing_fault(house, "batch", {"batch": [TRACK | {"type": "track"}]}, key)

        async def status():
            return (await capture(house, "track", TRACK, key)).status_code

        async with embedded_nats(tmp_path, port=port):
            await eventually(200, status, seconds=20)
            assert 2 == len(await requests(house))


async def test_while_the_stream_is_full_senders_are_asked_to_come_again(house_on, tmp_path):
    async with embedded_nats(tmp_path) as server, house_on(server.url) as house:
        key = (await house.a_key(await house.open()))["key"]
        async with jetstream(server.url) as js:
            config = (await js.stream_info("CAPTURE")).config
            config.max_bytes = 2_000
            await js.update_stream(config)
        big = TRACK | {"type": "track", "properties": {"text": "x" * 3_000}}
        await passing_fault(house, "track", big, key)
        await passing_fault(house, "batch", {"batch": [big]}, key)
        assert 200 == (await capture(house, "track", TRACK, key)).status_code


async def test_without_its_stream_the_door_asks_to_come_again(house_on, tmp_path):
    async with embedded_nats(tmp_path) as server, house_on(server.url) as house:
        key = (await house.a_key(await house.open()))["key"]
        async with jetstream(server.url) as js:
            await js.delete_stream("CAPTURE")
        await passing_fault(house, "track", TRACK, key)


async def test_while_keys_cannot_be_looked_up_nobody_is_sent_away_for_good(make_house):
    house = await make_house()
    key = (await house.a_key(await house.open()))["key"]
    async with house.database_away():
        await passing_fault(house, "track", TRACK, key)
        await passing_fault(house, "track", TRACK | {"writeKey": key}, "")
    assert [] == await requests(house)


async def passing_fault(house: House, call: str, body: object, key: str) -> None:
    answer = await capture(house, call, body, key)
    assert 503 == answer.status_code, answer.text
    assert int(answer.headers["retry-after"]) >= 1
    assert reason(answer)


@pytest.mark.parametrize("packed", [False, True])
async def test_the_official_library_sends_here(house: House, key: str, packed: bool):
    faults = []
    await asyncio.to_thread(speak, f"http://{house.app.address}", key, packed, faults.append)
    assert [] == faults
    events = [event for request in await requests(house) for event in json.loads(request.body)["batch"]]
    assert {f"order-{n}" for n in range(250)} <= {event.get("userId") for event in events}
    assert {"identify", "track", "alias"} == {event["type"] for event in events}


def speak(host: str, key: str, packed: bool, faulty) -> None:
    client = Client(key, host=host, gzip=packed, on_error=lambda fault, _: faulty(fault), max_retries=0)
    client.identify("ada", {"email": "ada@shop.example"})
    client.alias("before", "ada")
    for number in range(250):
        client.track(f"order-{number}", "Order Completed", {"total": 12.5, "name": "Zoë"})
    client.shutdown()
    once = Client(key, host=host, sync_mode=True, max_retries=0)
    once.track("ada", "Product Viewed")
    assert threading.current_thread() is not threading.main_thread()
