"""Whatever comes in: a problem document that names the field, and a house that lives on."""

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest

from gateway import exchange
from gateway.edge.documents import api_document, house_routes
from tests.doors.conftest import House, bearer, problem
from tests.eventually import eventually
from tests.whole import SERVICES

DEEP = 100_000
MEGABYTE = 1024 * 1024
DOCUMENT = api_document(house_routes())
DOORS = list(DOCUMENT["paths"])
# In a body of UpdateProfile, and the field that is named.
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "profile"),
    "half a document": (b'{"traits": {', "profile"),
    "two documents": (b"{}{}", "profile"),
    "a comma too many": (b'{"traits": {},}', "profile"),
    "single quotes": (b"{'traits': {}}", "profile"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "profile"),
    "an array": (b"[]", "profile"),
    "a text": (b'"profile"', "profile"),
    "null": (b"null", "profile"),
    "NaN": (b'{"traits": {"n": NaN}}', "profile"),
    "Infinity": (b'{"traits": {"n": Infinity}}', "profile"),
    "1e400": (b'{"traits": {"n": 1e400}}', "profile"),
    "-1e400": (b'{"traits": {"n": -1e400}}', "profile"),
    "a number of 5,000 digits": (b'{"traits": {"n": %s}}' % (b"1" * 5000), "profile"),
    "100,000 objects": (b'{"traits": %s1%s}' % (b'{"a":' * DEEP, b"}" * DEEP), "profile"),
    "100,000 arrays": (b'{"traits": {"a": %s%s}}' % (b"[" * DEEP, b"]" * DEEP), "profile"),
    "100,000 brackets that never close": (b"[" * DEEP, "profile"),
    "70 arrays": (b'{"traits": {"a": %s%s}}' % (b"[" * 70, b"]" * 70), "profile.traits"),
    "33 arrays": (b'{"traits": {"a": %s%s}}' % (b"[" * 33, b"]" * 33), "profile.traits"),
    "Latin-1": ('{"traits": {"city": "Köln"}}'.encode("latin-1"), "profile"),
    "UTF-16": ('{"traits": {}}'.encode("utf-16"), "profile"),
    "a surrogate in UTF-8": (b'{"traits": {"a": "\xed\xa0\x80"}}', "profile"),
    "half a pair": (rb'{"traits": {"a": "\ud800"}}', "profile"),
    "a pair in disorder": (rb'{"traits": {"a": "\udc00\ud800"}}', "profile"),
    "half a pair in a name": (rb'{"traits": {"\ud800": 1}}', "profile"),
    "NUL": (b'{"traits": {"a": "\0"}}', "profile"),
    "an escaped NUL": (rb'{"traits": {"a": "\u0000"}}', "profile.traits"),
    "an escaped NUL in a name": (rb'{"traits": {"\u0000": 1}}', "profile.traits"),
    "an escaped NUL in a text": (rb'{"etag": "\u0000"}', "profile.etag"),
    "a field twice": (b'{"traits": {}, "traits": {}}', "profile.traits"),
    "an unknown field": (b'{"nonsense": 1}', "profile.nonsense"),
    "a field in another spelling": (b'{"updateTime": ""}', "profile.updateTime"),
    "an array for an object": (b'{"traits": [1]}', "profile.traits"),
    "a number for a text": (b'{"etag": 1}', "profile.etag"),
    "another name than the path's": (b'{"name": "profiles/other"}', "profile.name"),
    "a nameless trait": (b'{"traits": {"": 1}}', "profile.traits"),
    "a long name": (b'{"traits": {"%s": 1}}' % (b"n" * 100_000), "profile.traits"),
    "a long value": (b'{"traits": {"a": "%s"}}' % (b"v" * 900_000), "profile.traits"),
    "50,000 traits": (
        json.dumps({"traits": dict.fromkeys(map(str, range(50_000)))}).encode(),
        "profile.traits",
    ),
}
# In a query of ListActivities.
QUERIES = {
    "page_size=-1": "page_size",
    "page_size=1.5": "page_size",
    "page_size=99999999999": "page_size",
    "page_size=": "page_size",
    "page_size=%00": "page_size",
    "page_size=%zz": "page_size",
    "page_size=%EF%BC%91": "page_size",
    "page_size=1&page_size=1": "page_size",
    "page_token=nonsense": "page_token",
    "page_token=" + "A" * 20_000: "page_token",
    "type=" + "t" * 201: "type",
    "event=%00": "event",
    "event=%ED%A0%80": "query",
    "%FF=1": "query",
    "start_time=yesterday": "start_time",
    "start_time=2026-02-30T00:00:00Z": "start_time",
    "end_time=10000-01-01T00:00:00Z": "end_time",
    "nonsense=1": "nonsense",
    "parent=profiles/other": "parent",
    "&".join(f"n{i}=1" for i in range(300)): "query",
}
PATHS = {
    "//": 404,
    "/v1//profiles": 404,
    "/v1/profiles/": 404,
    "/v1/profiles/%00": 400,
    "/v1/profiles/%zz": 404,
    "/v1/profiles/%": 404,
    "/v1/profiles/%FF": 400,
    "/v1/profiles/%C0%80": 400,
    "/v1/profiles/..": 404,
    "/v1/profiles/%2E%2E%2F%2E%2E%2Fworkspace": 404,
    "/v1/../v1/workspace": 404,
    "/v1/profiles/" + "x" * 60_000: 400,
    "/v1/profiles/" + "%F0%9F%98%80" * 5_000: 400,
    "/v1" + "/x" * 5_000: 404,
    "/v1/profiles:lookup:lookup": 404,
    "/v1/profiles;a=b": 404,
    "/v1/orders/%00": 400,
    "/v1/orders/%2500": 404,
    "/v1/projects/%00/settings": 401,
    "/v1/projects/..%2F/settings": 404,
    "/V1/workspace": 404,
    "/docs/..%2Fopenapi.json": 404,
    "/v1/profiles/\xff": 400,
    "/v1/profiles/a b": 400,
    "v1/profiles": 400,
    "": 400,
    "?": 400,
    "http://other": 400,
}
GET = b"GET /v1/workspace HTTP/1.1\r\n"
POST = b"POST /v1/api_keys HTTP/1.1\r\n"
# After the lines in which the key is shown.
REQUESTS = {
    "a TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "an unknown verb": b"BREW /v1/workspace HTTP/1.1\r\n%s\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT other:443 HTTP/1.1\r\n%s\r\n",
    "a header without a colon": GET + b"%sX y\r\n\r\n",
    "a header with a NUL": GET + b"%sX: \0\r\n\r\n",
    "a header of a megabyte": GET + b"%sX: " + b"x" * MEGABYTE + b"\r\n\r\n",
    "a megabyte of headers": GET + b"%s" + b"X: y\r\n" * (MEGABYTE // 6) + b"\r\n",
    "a query of a megabyte": b"GET /v1/profiles?page_token=" + b"x" * MEGABYTE + b" HTTP/1.1\r\n%s\r\n",
    "a negative length": POST + b"%sContent-Length: -1\r\n\r\n",
    "an endless length": POST + b"%sContent-Length: " + b"9" * 30 + b"\r\n\r\n",
    "two lengths": POST + b"%sContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length beside chunks": POST + b"%sContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": POST + b"%sTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.fixture(scope="module")
async def name(shops: House) -> str:
    """Somebody who is there."""
    return str((await shops.a.listed("/v1/profiles"))[0]["name"])


@pytest.fixture(autouse=True)
async def lives(shops: House):
    """After every test the house answers as before."""
    yield
    assert 200 == (await shops.a.get("/v1/workspace")).status_code
    assert {"missing": [], "status": "ready"} == (await shops.http.get("/readyz")).json()


def fields(answer: httpx.Response) -> list[str]:
    told = problem(answer)
    assert 400 == answer.status_code
    assert all(each["description"] for each in told["violations"])
    return [each["field"] for each in told["violations"]]


@pytest.mark.parametrize("case", BODIES)
async def test_a_body_that_does_not_fit_is_told_where(shops: House, name: str, case: str):
    body, field = BODIES[case]
    answer = await shops.http.patch(f"/v1/{name}", content=body, headers=bearer(shops.a.secret))
    assert field in fields(answer)


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case[:40])
async def test_a_query_that_does_not_fit_is_told_where(shops: House, name: str, case: str):
    answer = await shops.http.get(f"/v1/{name}/activities?{case}", headers=bearer(shops.a.secret))
    assert QUERIES[case] in fields(answer) or case.startswith("nonsense")


async def test_a_token_of_another_list_is_refused(shops: House, name: str):
    lists = [path for path, verbs in DOCUMENT["paths"].items() if takes_a_token(verbs.get("get", {}))]
    of_profiles = (await shops.a.get("/v1/profiles", page_size=1)).json()["next_page_token"]
    for path in set(lists) - {"/v1/profiles", "/v1/api_keys"}:  # both are lists by id alone
        asked = {"query": "x"} if path == "/v1/tickets:search" else {}
        answer = await shops.a.get(path.replace("profiles/{profile}", name), page_token=of_profiles, **asked)
        assert ["page_token"] == fields(answer), path


def takes_a_token(operation: dict[str, Any]) -> bool:
    return any("page_token" == each["name"] for each in operation.get("parameters", ()))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
async def test_a_path_that_leads_nowhere(shops: House, path: str):
    key = f"Authorization: Bearer {shops.a.secret}\r\n"
    answer = await shops.spoken(f"GET {path} HTTP/1.1\r\n{key}\r\n".encode("latin-1"))
    problem(answer)
    assert PATHS[path] == answer.status_code


@pytest.mark.parametrize("case", REQUESTS)
async def test_what_is_no_request_is_told_so(shops: House, case: str):
    key = f"Authorization: Bearer {shops.a.secret}\r\n".encode()
    answer = await shops.spoken(REQUESTS[case].replace(b"%s", key, 1))
    assert (400, "REQUEST_UNREADABLE") == (answer.status_code, problem(answer)["reason"])
    assert "close" == answer.headers["connection"]


@pytest.mark.parametrize("path", DOORS)
async def test_a_door_says_which_verbs_it_has(shops: House, path: str):
    # Where no verb of its own fits, what follows a colon belongs to the name.
    stem, _, verb = path.rpartition(":")
    named = DOCUMENT["paths"].get(stem, {}) if verb and stem.endswith("}") else {}
    verbs = {each.upper() for each in (*DOCUMENT["paths"][path], *named)}
    filled = path.replace("{", "").replace("}", "")
    for verb in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - verbs:
        answer = await shops.http.request(verb, filled, headers=bearer(shops.a.secret))
        if verb == "HEAD" and "GET" in verbs:
            assert 405 != answer.status_code
            continue
        assert 405 == answer.status_code, verb
        assert verbs <= set(answer.headers["allow"].split(", "))
        assert verb == "HEAD" or "METHOD_NOT_ALLOWED" == problem(answer)["reason"]


@pytest.mark.parametrize(
    "header", ["idempotency-key", "x-request-id", "traceparent", "authorization", "origin"]
)
async def test_a_header_of_fifty_thousand_letters_harms_nobody(shops: House, name: str, header: str):
    headers = bearer(shops.a.secret) | {header: "x" * 50_000}
    for verb, path in (("PATCH", f"/v1/{name}"), ("POST", "/v1/track")):
        answer = await shops.http.request(verb, path, json={}, headers=headers)
        assert answer.status_code < 500
        assert len(answer.headers.get("x-request-id", "")) < 200
        assert answer.status_code == 200 or problem(answer)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/html", "/"]
)
async def test_the_api_takes_json_and_nothing_else(shops: House, name: str, kind: str):
    headers = bearer(shops.a.secret) | {"content-type": kind}
    answer = await shops.http.patch(f"/v1/{name}", content=b"{}", headers=headers)
    assert (415, "MEDIA_TYPE_UNSUPPORTED") == (answer.status_code, problem(answer)["reason"])


@pytest.mark.parametrize(("path", "limit"), [("/v1/api_keys", MEGABYTE), ("/v1/batch", 4 * MEGABYTE)])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_may_not_be_larger_than_its_door(shops: House, path: str, limit: int, announced: bool):
    async def pieces():
        for _ in range(limit // 65536 + 1):
            yield b" " * 65536

    body = b" " * (limit + 1) if announced else pieces()
    answer = await shops.http.post(path, content=body, headers=bearer(shops.a.secret))
    assert (413, "BODY_TOO_LARGE") == (answer.status_code, problem(answer)["reason"])
    assert str(limit) == problem(answer)["metadata"]["limit_bytes"]


@pytest.mark.parametrize(
    ("path", "length"), [("/v1/api_keys", 100), ("/v1/batch", 100), ("/v1/track", 4 * MEGABYTE)]
)
async def test_who_hangs_up_in_the_middle_of_a_body_leaves_nothing_behind(
    shops: House, path: str, length: int
):
    host, port = shops.address.split(":")
    key = f"Authorization: Bearer {shops.a.secret}\r\nContent-Length: {length}\r\n"
    for _ in range(5):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(f'POST {path} HTTP/1.1\r\n{key}\r\n{{"batch": ['.encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("path", ["/v1/api_keys", "/v1/track"])
async def test_who_falls_silent_in_the_middle_of_a_body_may_come_again(shops: House, path: str, monkeypatch):
    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.05)
    key = f"Authorization: Bearer {shops.a.secret}\r\nContent-Length: 100\r\n"
    answer = await shops.spoken(f"POST {path} HTTP/1.1\r\n{key}\r\n{{".encode())
    assert (503, "SERVICE_UNAVAILABLE") == (answer.status_code, problem(answer)["reason"])
    assert answer.headers["retry-after"]


BOMB = gzip.compress(b" " * 64 * MEGABYTE)
PACKED = {
    "a bomb": (BOMB, 413, "BODY_TOO_LARGE"),
    "a bomb in a bomb": (gzip.compress(BOMB), 400, "REQUEST_UNREADABLE"),
    "many small members": (gzip.compress(b" " * MEGABYTE) * 5, 413, "BODY_TOO_LARGE"),
    "half of it": (gzip.compress(b'{"batch": []}')[:-9], 400, "REQUEST_UNREADABLE"),
    "a head without a body": (b"\x1f\x8b", 400, "REQUEST_UNREADABLE"),
    "a wrong sum": (gzip.compress(b'{"batch": []}')[:-8] + b"12345678", 400, "REQUEST_UNREADABLE"),
    "not packed at all": (b"[1, 2]", 400, "REQUEST_UNREADABLE"),
}


@pytest.mark.parametrize("case", PACKED)
async def test_what_was_packed_is_unpacked_with_care(shops: House, case: str):
    body, status, reason = PACKED[case]
    answer = await shops.http.post(
        "/v1/batch", content=body, auth=(shops.a.write, ""), headers={"content-encoding": "gzip"}
    )
    assert (status, reason) == (answer.status_code, problem(answer)["reason"])


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
async def test_another_coding_is_refused(shops: House, coding: str):
    answer = await shops.http.post(
        "/v1/batch", content=b"\x00", auth=(shops.a.write, ""), headers={"content-encoding": coding}
    )
    assert (415, "MEDIA_TYPE_UNSUPPORTED") == (answer.status_code, problem(answer)["reason"])


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"7", b'"x"', b"[]", b'{"batch": 5}', b"\xff", b"[" * DEEP, b"{}" * 2, b"NaN"],
)
async def test_a_batch_in_which_nothing_can_be_found_is_refused(shops: House, body: bytes):
    answer = await shops.http.post("/v1/batch", content=body, auth=(shops.a.write, ""))
    assert (400, "REQUEST_UNREADABLE") == (answer.status_code, problem(answer)["reason"])
    assert ["batch"] == fields(answer)


def good(number: int) -> bytes:
    return b'{"type": "track", "event": "Survived", "userId": "survivor", "messageId": "good-%d"}' % number


TRACK = '{"type": "track", "event": "Bad", "userId": "survivor", '
# What may stand in a batch among good events, and the field that is blamed for it.
BAD = {
    "no object": ("7", ""),
    "null": ("null", ""),
    "an array": ("[]", ""),
    "nothing in it": ("{}", "type"),
    "an unknown type": ('{"type": "dance", "userId": "survivor"}', "type"),
    "nobody": ('{"type": "track", "event": "Bad"}', "userId"),
    "everybody": ('{"type": "track", "event": "Bad", "userId": "guest"}', "userId"),
    "no name": ('{"type": "track", "userId": "survivor"}', "event"),
    "a long name": ('{"type": "track", "userId": "survivor", "event": "%s"}' % ("n" * 201), "event"),
    "a NUL in its name": (r'{"type": "track", "userId": "survivor", "event": "a\u0000"}', "event"),
    "an object for an id": ('{"type": "track", "event": "Bad", "userId": {}}', "userId"),
    "a long id": ('{"type": "track", "event": "Bad", "userId": "%s"}' % ("i" * 501), "userId"),
    "a NUL in its id": (r'{"type": "track", "event": "Bad", "userId": "a\u0000"}', "userId"),
    "half a pair in its id": (r'{"type": "track", "event": "Bad", "userId": "a\ud800"}', "userId"),
    "an array for properties": (TRACK + '"properties": [1]}', "properties"),
    "a text for its context": (TRACK + '"context": "x"}', "context"),
    "no time": (TRACK + '"timestamp": "yesterday"}', "timestamp"),
    "a time in the year 9999": (TRACK + '"timestamp": "9999-12-31T00:00:00Z"}', "timestamp"),
    "a time before time": (TRACK + '"timestamp": -1e300}', "timestamp"),
    "a long message id": (TRACK + '"messageId": "%s"}' % ("m" * 201), "messageId"),
    "32 KB": (TRACK + '"properties": {"a": "%s"}}' % ("a" * 32_768), ""),
    "a byte that is no UTF-8": (TRACK + '"properties": {"a": "\udcff"}}', ""),
    "100,000 levels": (TRACK + '"properties": {"b": ' + "[" * DEEP + "]" * DEEP + "}}", ""),
    "100 levels": (TRACK + '"properties": {"a": ' + "[" * 100 + "]" * 100 + "}}", ""),
    "1e400": (TRACK + '"properties": {"a": 1e400}}', ""),
    "a number of 5,000 digits": (TRACK + '"properties": {"a": %s}}' % ("9" * 5000), ""),
}


# The door mends what no decoder follows, so that it does not sink its neighbours.
MENDED = {"half a pair in its id", "100 levels", "100,000 levels"}


async def test_a_bad_batch_is_taken_as_far_as_it_is_good(shops: House):
    """Good and bad in turns: the answer names the bad ones, quarantine shows them, the good ones count."""
    bad = {case: text.encode(errors="surrogateescape") for case, (text, _) in BAD.items()}
    events = [each for number, text in enumerate(bad.values()) for each in (good(number), text)]
    answer = await shops.http.post(
        "/v1/batch", content=b'{"batch": [%s]}' % b", ".join(events), auth=(shops.b.write, "")
    )
    assert 200 == answer.status_code, answer.text
    told = answer.json()["rejected"]
    wanted = {2 * number + 1: field for number, (_, field) in enumerate(BAD.values())}
    assert wanted == {each["index"]: each["field"] for each in told}
    await eventually(len(BAD), lambda: survived(shops))
    kept = await shops.b.listed("/v1/quarantined_events")
    assert sorted(each["reason"] for each in told) == sorted(each["reason"] for each in kept)
    payloads = {each["payload"] for each in kept}
    assert MENDED == {case for case, text in bad.items() if text.decode(errors="replace") not in payloads}


async def survived(shops: House) -> int:
    """How many of the good events are in the timeline."""
    found = await shops.b.profile("user_id:survivor")
    if not found:
        return 0
    return len(await shops.b.listed(f"/v1/{found['name']}/activities", event="Survived"))


async def test_after_all_of_it_nothing_waits_and_nothing_is_parked(shops: House):
    await eventually(0, shops.waiting)
    for service in ("gateway", *SERVICES):
        assert [] == await shops.rows(service, "SELECT reason FROM parked")
