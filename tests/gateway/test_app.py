"""The gateway's front over real HTTP: every no has its document, and every yes its headers."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from chassis.callers import Caller
from gateway.app import gateway_app
from gateway.asgi import BODY_BYTES
from gateway.keys import workspace_of
from tests.eventually import eventually
from tests.gateway.conftest import NOON, OPERATOR_KEY, PROFILE, House, reason


async def test_a_call_reaches_the_service_on_behalf_of_its_caller(house: House):
    key = await house.open()
    answer = await house.get(f"/v1/{PROFILE}", key, x_request_id="mine-1")
    assert 200 == answer.status_code, answer.text
    assert PROFILE == answer.json()["name"]
    seen = house.profiles.callers[-1]
    listed = (await house.get("/v1/api_keys", key)).json()["api_keys"]
    actor = listed[0]["name"].replace("api_keys/", "keys/")
    assert Caller(workspace_of(key), actor, frozenset({"*"}), "mine-1") == seen


async def test_a_services_refusal_arrives_in_its_own_words(house: House):
    answer = await house.get(f"/v1/{PROFILE[:-1]}2", await house.open())
    assert (404, "PROFILE_NOT_FOUND") == (answer.status_code, reason(answer))
    assert "profile.rapport" == answer.json()["domain"]


async def test_every_answer_says_its_request_id_and_forbids_guessing_its_type(house: House):
    key = await house.open()
    for path in ("/v1/workspace", "/v1/nothing"):
        answer = await house.get(path, key)
        assert 36 == len(answer.headers["x-request-id"])
        assert "nosniff" == answer.headers["x-content-type-options"]
    kept = await house.get("/v1/workspace", key, x_request_id="ticket/42")
    assert "ticket/42" == kept.headers["x-request-id"]
    unfit = await house.get("/v1/workspace", key, x_request_id="no good")
    assert 36 == len(unfit.headers["x-request-id"])


async def test_a_trace_goes_on_through_the_gateway_into_the_service(house: House):
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    await house.get(f"/v1/{PROFILE}", await house.open(), traceparent=f"00-{trace_id}-00f067aa0ba902b7-00")
    assert trace_id == house.profiles.traces[-1]


@pytest.mark.parametrize("shown", ["", "Bearer nonsense", f"Bearer sk_acme_{'r' * 43}", "Basic !"])
async def test_without_a_key_that_somebody_has_the_answer_is_401(house: House, shown: str):
    await house.open()
    answer = await house.http.get("/v1/workspace", headers={"authorization": shown})
    assert (401, "API_KEY_INVALID") == (answer.status_code, reason(answer))
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_basic_authorization_takes_the_key_as_user_name(house: House):
    answer = await house.http.get("/v1/workspace", auth=(await house.open(), ""))
    assert 200 == answer.status_code


async def test_a_missing_scope_is_named(house: House):
    key = (await house.a_key(await house.open(), "workspace.read"))["key"]
    assert 200 == (await house.get("/v1/workspace", key)).status_code
    answer = await house.get(f"/v1/{PROFILE}", key)
    assert (403, "SCOPE_MISSING") == (answer.status_code, reason(answer))
    assert "profiles.read" == answer.json()["metadata"]["scope"]


async def test_a_write_key_may_not_read(house: House):
    key = (await house.a_key(await house.open()))["key"]
    assert key.startswith("wk_shop-")
    answer = await house.get(f"/v1/{PROFILE}", key)
    assert (403, "WRITE_KEY_ONLY_CAPTURES") == (answer.status_code, reason(answer))


async def test_a_write_key_captures(house: House):
    key = (await house.a_key(await house.open()))["key"]
    answer = await house.http.post("/v1/track", json={"event": "Seen", "userId": "ada"}, auth=(key, ""))
    assert (200, {"success": True}) == (answer.status_code, answer.json())


async def test_a_deleted_key_is_refused_when_five_seconds_have_passed(house: House):
    root = await house.open()
    made = await house.a_key(root, "workspace.read")
    assert 200 == (await house.get("/v1/workspace", made["key"])).status_code
    ended = await house.delete(f"/v1/{made['name']}", root)
    assert (200, {}) == (ended.status_code, ended.json())
    house.ticks.forward(5)
    answer = await house.get("/v1/workspace", made["key"])
    assert (401, "API_KEY_INVALID") == (answer.status_code, reason(answer))


async def test_limits_are_said_on_every_answer_and_the_call_beyond_them_waits(make_house):
    house = await make_house(rate_per_second=1, rate_burst=2)
    key = await house.open()
    first = await house.get("/v1/workspace", key)
    assert ('"api";q=2;w=2', '"api";r=1;t=1') == (
        first.headers["ratelimit-policy"],
        first.headers["ratelimit"],
    )
    await house.get("/v1/workspace", key)
    refused = await house.get("/v1/workspace", key)
    assert (429, "RATE_LIMITED") == (refused.status_code, reason(refused))
    assert ("1", '"api";r=0;t=2') == (refused.headers["retry-after"], refused.headers["ratelimit"])
    house.ticks.forward(1)
    assert 200 == (await house.get("/v1/workspace", key)).status_code


async def test_nothing_is_at_an_unknown_path_whoever_asks(house: House):
    for path in ("/v1/nothing", "/", "/v1/profiles/a/b/c/d", "/v1/profiles/", "/v1//profiles", "/%00"):
        answer = await house.get(path)
        assert (404, "ROUTE_NOT_FOUND") == (answer.status_code, reason(answer)), path


async def test_the_verbs_a_path_has_are_listed_when_another_was_used(house: House):
    answer = await house.delete("/v1/workspace", await house.open())
    assert (405, "METHOD_NOT_ALLOWED") == (answer.status_code, reason(answer))
    assert "GET, PATCH" == answer.headers["allow"]


async def test_head_says_what_get_would_without_the_body(house: House):
    key = await house.open()
    said = await house.get("/v1/workspace", key)
    head = await house.http.head("/v1/workspace", headers={"authorization": f"Bearer {key}"})
    assert (200, b"") == (head.status_code, head.content)
    assert said.headers["content-length"] == head.headers["content-length"]


async def test_a_body_beyond_the_limit_is_refused_whether_announced_or_not(house: House):
    key = await house.open()

    async def drops():
        for _ in range(BODY_BYTES // 1000 + 1):
            yield b" " * 1000

    for content in (b" " * (BODY_BYTES + 1), drops()):
        answer = await house.http.post(
            "/v1/api_keys", content=content, headers={"authorization": f"Bearer {key}"}
        )
        assert (413, "BODY_TOO_LARGE") == (answer.status_code, reason(answer))


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_a_body_that_is_not_json_is_not_read_as_if_it_were(house: House, headers):
    answer = await house.http.post(
        "/v1/api_keys",
        content=b'{"kind": "WRITE"}',
        headers={"authorization": f"Bearer {await house.open()}", **headers},
    )
    assert (415, "MEDIA_TYPE_UNSUPPORTED") == (answer.status_code, reason(answer))


@pytest.mark.parametrize(
    "kind", ["", "application/json", "application/JSON; charset=utf-8", "application/merge+json"]
)
async def test_json_may_go_without_a_content_type(house: House, kind: str):
    answer = await house.http.post(
        "/v1/api_keys",
        content=b'{"kind": "WRITE"}',
        headers={"authorization": f"Bearer {await house.open()}"} | ({"content-type": kind} if kind else {}),
    )
    assert 200 == answer.status_code, answer.text


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"[]", b"null", b'{"kind": 7.5}', b'{"nonsense": 1}', b"[" * 90_000]
)
async def test_a_body_that_does_not_fit_is_told_where(house: House, body: bytes):
    answer = await house.http.post(
        "/v1/api_keys", content=body, headers={"authorization": f"Bearer {await house.open()}"}
    )
    assert 400 == answer.status_code
    assert answer.json()["violations"]


async def test_the_rules_of_the_protos_hold_for_the_gateways_own_methods(house: House):
    answer = await house.post(
        "/v1/api_keys", await house.open(), {"kind": "SECRET", "scopes": ["Everything"]}
    )
    assert 400 == answer.status_code
    assert ["api_key.scopes[0]"] == [each["field"] for each in answer.json()["violations"]]


async def test_an_idempotency_key_becomes_the_request_id(house: House):
    key, path = await house.open(), f"/v1/{PROFILE}"
    await house.patch(path, key, {}, idempotency_key="once")
    await house.patch(f"{path}?request_id=once", key, {}, idempotency_key="once")
    assert ["once", "once"] == house.profiles.request_ids[-2:]
    for query, given in (("?request_id=twice", "once"), ("", "x" * 256)):
        answer = await house.patch(path + query, key, {}, idempotency_key=given)
        assert 400 == answer.status_code
        assert ["request_id"] == [each["field"] for each in answer.json()["violations"]]


async def test_a_browser_of_any_origin_may_call_and_no_cookie_is_asked_for(house: House):
    asked = await house.http.options(
        "/v1/workspace",
        headers={
            "origin": "https://shop.example",
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "authorization, content-type",
        },
    )
    assert (204, "*") == (asked.status_code, asked.headers["access-control-allow-origin"])
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert "authorization, content-type" == asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    answer = await house.get("/v1/workspace", origin="https://shop.example")
    assert (401, "*") == (answer.status_code, answer.headers["access-control-allow-origin"])
    assert "ratelimit" in answer.headers["access-control-expose-headers"]


async def test_only_the_origins_in_the_settings_may_call(make_house):
    house = await make_house(cors_origins="https://a.example, https://b.example/")
    for origin, allowed in (("https://b.example", "https://b.example"), ("https://c.example", None)):
        asked = await house.http.options("/v1/workspace", headers={"origin": origin})
        answer = await house.get("/v1/workspace", origin=origin)
        for each in (asked, answer):
            assert allowed == each.headers.get("access-control-allow-origin")
            assert "Origin" == each.headers["vary"]


async def test_there_is_nothing_to_ask_before_where_nothing_is(house: House):
    answer = await house.http.options("/v1/nothing")
    assert (404, "ROUTE_NOT_FOUND") == (answer.status_code, reason(answer))


async def test_a_service_that_is_down_is_named_and_the_client_told_to_come_again(make_house):
    house = await make_house()
    key = await house.open()
    await house.neighbours.aclose()
    answer = await house.get(f"/v1/{PROFILE}", key)
    assert (503, "SERVICE_UNAVAILABLE") == (answer.status_code, reason(answer))
    assert "profile" == answer.json()["metadata"]["service"]
    assert int(answer.headers["retry-after"]) > 0


async def test_while_the_database_is_away_nobody_is_told_that_their_key_is_bad(make_house):
    house = await make_house()
    key = await house.open()
    other = (await house.a_key(key, "workspace.read"))["key"]
    assert 200 == (await house.get(f"/v1/{PROFILE}", key)).status_code
    async with house.database_away():
        unseen = await house.get("/v1/workspace", other)
        assert (503, "SERVICE_UNAVAILABLE") == (unseen.status_code, reason(unseen))
        assert unseen.headers["retry-after"]
        house.ticks.forward(59)
        assert 200 == (await house.get(f"/v1/{PROFILE}", key)).status_code
        own = await house.get("/v1/workspace", key)
        assert (503, "gateway") == (own.status_code, own.json()["metadata"]["service"])
        house.ticks.forward(1)
        assert 503 == (await house.get(f"/v1/{PROFILE}", key)).status_code
    assert 200 == (await house.get("/v1/workspace", other)).status_code


async def test_who_read_personal_data_is_logged(house: House, caplog):
    caplog.set_level("INFO", "gateway.asgi")
    await house.get(f"/v1/{PROFILE}", await house.open())
    [line] = [each for each in caplog.records if each.message == "personal data asked for"]
    assert line.actor.startswith("keys/")
    assert f"/v1/{PROFILE}" == line.path


async def test_a_workspace_in_a_key_that_is_not_its_own_opens_nothing(house: House):
    acme, rival = await house.open(), await house.open()
    forged = acme.replace(workspace_of(acme), workspace_of(rival))
    answer = await house.get("/v1/workspace", forged)
    assert (401, "API_KEY_INVALID") == (answer.status_code, reason(answer))


async def test_the_operators_key_may_not_stand_in_for_a_workspaces(house: House):
    answer = await house.get(f"/v1/{PROFILE}", OPERATOR_KEY)
    assert (403, "SCOPE_MISSING") == (answer.status_code, reason(answer))


async def test_a_call_in_hand_is_answered_before_the_gateway_stops(make_house):
    house = await make_house()
    key, profiles = await house.open(), house.profiles
    profiles.asked.clear()
    profiles.may_answer.clear()
    patient = house.settings.model_copy(update={"grace_seconds": 30})
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(gateway_app(patient, clock=lambda: NOON))
        url = f"http://{app.address}/v1/{PROFILE}"
        asking = asyncio.create_task(house.get(url, key))
        await profiles.asked.wait()
        stopping = asyncio.create_task(stack.aclose())

        async def open_to_new_calls() -> bool:
            try:
                await house.get(f"http://{app.address}/healthz")
            except httpx.TransportError:  # refused, or reset while it waited to be accepted
                return False
            return True

        await eventually(False, open_to_new_calls)
        assert not asking.done()
        profiles.may_answer.set()
        assert 200 == (await asking).status_code
        await stopping


async def test_a_taken_address_is_said_in_one_line(house: House):
    taken = house.settings.model_copy(update={"http_listen": house.app.address})
    with pytest.raises(OSError, match=f"HTTP cannot be served on {house.app.address}"):
        async with gateway_app(taken):
            pass


async def test_the_documents_describe_every_door(house: House):
    document = (await house.get("/openapi.json", origin="https://tools.example")).json()
    for path in ("/v1/profiles/{profile}", "/v1/api_keys", "/v1/track", "/readyz"):
        assert path in document["paths"]
    page = await house.get("/docs")
    assert "text/html; charset=utf-8" == page.headers["content-type"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    refused = await house.get("/v1/nothing")
    assert f'id="{reason(refused)}"' in (await house.get("/docs/errors")).text
    answer = await house.post("/docs", "", {})
    assert (405, "GET") == (answer.status_code, answer.headers["allow"])
