"""Every route asks who is there, and whether they may: generated from the descriptors."""

from collections import defaultdict

import httpx
import pytest

from gateway.routes import Route
from tests.doors.asked import ROUTES, Asked, asked, operation_id
from tests.doors.conftest import House, bearer, problem
from tests.whole import OPERATOR_KEY

# Nothing of this name is anywhere: who may come in hears so, and all others hear that they may not.
IDS = defaultdict(lambda: "01a20155-0000-7000-8000-000000000001")
# In whose names, or under which, customers are found.
CUSTOMERS = {"profiles", "accounts", "customers", "members", "messages", "runs", "sends"}
SCOPES = {route.scope for route in ROUTES}
GIVEN = SCOPES - {"installation.write"}


@pytest.fixture(scope="module")
async def keys(house: House) -> dict[str, str]:
    """For every scope, a key that opens everything but that."""
    return {scope: await house.a.a_key(*sorted(GIVEN - {scope})) for scope in SCOPES}


@pytest.fixture(scope="module")
async def narrow(house: House) -> dict[str, str]:
    """For every scope, a key that opens nothing but that."""
    return {scope: await house.a.a_key(scope) for scope in GIVEN} | {"installation.write": OPERATOR_KEY}


async def sent(house: House, wanted: Asked, key: str = "") -> httpx.Response:
    return await house.http.request(
        wanted.verb, wanted.path, params=wanted.query, json=wanted.body, headers=bearer(key)
    )


@pytest.mark.parametrize("route", ROUTES, ids=operation_id)
async def test_nobody_comes_in_without_a_key(house: House, route: Route):
    for key in ("", "nonsense", house.a.secret[:-1], f"{house.a.secret}x"):
        answer = await sent(house, asked(route, IDS), key)
        assert (401, "API_KEY_INVALID") == (answer.status_code, problem(answer)["reason"])
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", ROUTES, ids=operation_id)
async def test_a_key_without_the_scope_is_refused(house: House, keys: dict[str, str], route: Route):
    answer = await sent(house, asked(route, IDS), keys[route.scope])
    told = problem(answer)
    assert (403, "SCOPE_MISSING") == (answer.status_code, told["reason"])
    assert {"scope": route.scope} == told["metadata"]


@pytest.mark.parametrize("route", ROUTES, ids=operation_id)
async def test_a_key_with_nothing_but_the_scope_comes_in(house: House, narrow: dict[str, str], route: Route):
    answer = await sent(house, asked(route, IDS), narrow[route.scope])
    assert answer.status_code not in {401, 403} or "CreateApiKey" == route.method.name, answer.text
    assert answer.status_code < 500


@pytest.mark.parametrize("route", ROUTES, ids=operation_id)
async def test_a_write_key_only_captures(house: House, route: Route):
    answer = await sent(house, asked(route, IDS), house.a.write)
    assert (403, "WRITE_KEY_ONLY_CAPTURES") == (answer.status_code, problem(answer)["reason"])


@pytest.mark.parametrize("route", ROUTES, ids=operation_id)
async def test_who_reads_personal_data_is_logged_and_nobody_else(house: House, route: Route, caplog):
    caplog.set_level("INFO", "gateway.asgi")
    wanted = asked(route, IDS)
    await sent(house, wanted, OPERATOR_KEY if route.scope == "installation.write" else house.a.secret)
    lines = [each for each in caplog.records if each.message == "personal data asked for"]
    assert ([wanted.path] if route.personal else []) == [line.path for line in lines]
    own = {each["name"].replace("api_keys/", "keys/") for each in await house.a.listed("/v1/api_keys")}
    assert {line.actor for line in lines} <= own


async def test_what_shows_customers_is_marked_as_personal():
    """Whatever the profile service says is about somebody, and so is all that is found under a customer."""
    assert {route.personal for route in ROUTES if ".profile." in route.service} == {True}
    assert {route.personal for route in ROUTES if CUSTOMERS & {*route.template.segments}} == {True}
    assert {route.personal for route in ROUTES if route.service.endswith("GatewayService")} == {False}


@pytest.mark.parametrize("call", ["identify", "batch", "import", "t"])
async def test_a_secret_key_captures_when_its_scope_says_so(house: House, keys: dict[str, str], call: str):
    body = {"batch": []} if call in {"batch", "import"} else {"userId": "ada", "event": "Seen"}
    refused = await house.http.post(f"/v1/{call}", json=body, auth=(house.b.secret, "x"))
    assert (401, "API_KEY_INVALID") == (refused.status_code, problem(refused)["reason"])
    allowed = await house.a.a_key("events.write")
    assert 200 == (await house.http.post(f"/v1/{call}", json=body, auth=(allowed, ""))).status_code
    other = await house.a.a_key("events.read")
    refused = await house.http.post(f"/v1/{call}", json=body, auth=(other, ""))
    assert (403, "SCOPE_MISSING") == (refused.status_code, problem(refused)["reason"])
    assert {"scope": "events.write"} == problem(refused)["metadata"]
