"""Workspaces and their keys, asked over HTTP."""

import asyncio

import nats
from rapport.gateway.v1 import events_pb2 as events

from chassis import pages
from chassis.db import Database
from gateway import store
from gateway.keys import workspace_of
from tests.gateway.conftest import OPERATOR_KEY, House, a_name, reason


async def test_a_workspace_opens_with_a_key_that_may_do_everything_in_it(house: House):
    name = a_name()
    answer = await house.post("/v1/workspaces", OPERATOR_KEY, {"name": name, "display_name": "Acme"})
    key = answer.json()["api_key"]
    assert ["*"] == key["scopes"]
    assert name == f"workspaces/{workspace_of(key['key'])}"
    assert key["key"].startswith(key["hint"])
    assert "UTC EUR" == "{time_zone} {currency_code}".format(**answer.json()["workspace"])
    seen = await house.get("/v1/workspace", key["key"])
    assert answer.json()["workspace"] == seen.json()


async def test_a_workspace_is_opened_once_also_when_two_ask_at_the_same_time(house: House):
    wanted = {"name": a_name()}
    ask = lambda: house.post("/v1/workspaces", OPERATOR_KEY, wanted)  # noqa: E731
    first, second = sorted(await asyncio.gather(ask(), ask()), key=lambda answer: answer.status_code)
    assert (200, 409) == (first.status_code, second.status_code)
    assert "WORKSPACE_EXISTS" == reason(second)


async def test_a_workspace_needs_a_name(house: House):
    answer = await house.post("/v1/workspaces", OPERATOR_KEY, {"display_name": "Acme"})
    assert 400 == answer.status_code
    assert ["workspace.name"] == [each["field"] for each in answer.json()["violations"]]


async def test_only_the_operator_opens_workspaces_and_she_does_nothing_else(house: House):
    key = await house.open()
    answer = await house.post("/v1/workspaces", key, {"name": a_name()})
    assert (403, "SCOPE_MISSING") == (answer.status_code, reason(answer))
    answer = await house.get("/v1/workspace", OPERATOR_KEY)
    assert (403, "SCOPE_MISSING") == (answer.status_code, reason(answer))


async def test_settings_no_standard_knows_are_refused_all_at_once(house: House):
    wanted = {
        "name": a_name(),
        "time_zone": "Mars/Base",
        "currency_code": "XXQ",
        "region_code": "ZZ",
    }
    answer = await house.post("/v1/workspaces", OPERATOR_KEY, wanted)
    assert (400, "SETTING_INVALID") == (answer.status_code, reason(answer))
    fields = [each["field"] for each in answer.json()["violations"]]
    assert ["workspace.time_zone", "workspace.currency_code", "workspace.region_code"] == fields


async def test_settings_change_by_mask_and_a_stale_etag_is_refused(house: House):
    key = await house.open()
    before = (await house.get("/v1/workspace", key)).json()
    changed = {"time_zone": "Europe/Berlin", "currency_code": "USD", "etag": before["etag"]}
    after = await house.patch("/v1/workspace?update_mask=time_zone", key, changed)
    assert 200 == after.status_code, after.text
    assert ("Europe/Berlin", "EUR") == (after.json()["time_zone"], after.json()["currency_code"])
    stale = await house.patch("/v1/workspace", key, changed)
    assert (409, "WORKSPACE_CHANGED") == (stale.status_code, reason(stale))


async def test_an_emptied_setting_falls_back_to_its_default(house: House):
    key = await house.open()
    await house.patch("/v1/workspace", key, {"time_zone": "Europe/Berlin"})
    answer = await house.patch("/v1/workspace?update_mask=time_zone", key, {"time_zone": ""})
    assert "UTC" == answer.json()["time_zone"]


async def test_another_workspaces_name_in_an_update_is_a_mistake(house: House):
    key = await house.open()
    answer = await house.patch("/v1/workspace", key, {"name": "workspaces/rival", "display_name": "Mine"})
    assert 400 == answer.status_code
    assert ["workspace.name"] == [each["field"] for each in answer.json()["violations"]]


async def test_a_repeated_update_hears_the_first_answer(house: House):
    key = await house.open()
    ask = lambda name: house.patch(  # noqa: E731
        "/v1/workspace", key, {"display_name": name}, idempotency_key="once"
    )
    first, second, other = await ask("Acme"), await ask("Acme"), await ask("Other")
    assert first.json() == second.json()
    assert (400, "REQUEST_ID_REUSED") == (other.status_code, reason(other))


async def test_everybody_hears_of_a_workspace_and_its_changes(house: House):
    connection = await nats.connect(house.nats_url)
    try:
        key = await house.open()
        heard = await connection.jetstream().subscribe(
            f"rapport.gateway.v1.WorkspaceUpdated.{workspace_of(key)}",
            stream="GATEWAY",
            ordered_consumer=True,
        )
        await house.patch("/v1/workspace", key, {"region_code": "DE"})
        told = [events.WorkspaceUpdated.FromString((await heard.next_msg(5)).data) for _ in range(2)]
    finally:
        await connection.close()
    assert [(1, ""), (2, "DE")] == [(each.revision, each.workspace.region_code) for each in told]


async def test_a_request_id_makes_one_key_and_its_answer_is_not_shown_again(house: House):
    key = await house.open()
    wanted = {"kind": "SECRET", "scopes": ["profiles.read"]}
    first = await house.post("/v1/api_keys", key, wanted, idempotency_key="once")
    again = await house.post("/v1/api_keys", key, wanted, idempotency_key="once")
    assert 200 == first.status_code
    assert (409, "REQUEST_ID_USED") == (again.status_code, reason(again))
    listed = await house.get("/v1/api_keys", key)
    assert 2 == len(listed.json()["api_keys"])


async def test_a_request_id_opens_one_workspace(house: House):
    wanted = {"name": a_name()}
    ask = lambda: house.post(  # noqa: E731
        "/v1/workspaces", OPERATOR_KEY, wanted, idempotency_key="once"
    )
    await ask()
    again = await ask()
    assert (409, "REQUEST_ID_USED") == (again.status_code, reason(again))


async def test_keys_are_listed_newest_first_in_pages_and_never_shown(house: House):
    key = await house.open()
    made = [(await house.a_key(key, "profiles.read"))["name"] for _ in range(4)]
    first = (await house.get("/v1/api_keys?page_size=3", key)).json()
    second = (await house.get(f"/v1/api_keys?page_size=3&page_token={first['next_page_token']}", key)).json()
    listed = first["api_keys"] + second["api_keys"]
    assert made[::-1] == [each["name"] for each in listed[:4]]
    assert [""] * 5 == [each["key"] for each in listed]
    assert "" == second["next_page_token"]


async def test_a_token_of_another_list_leads_nowhere_in_this_one(house: House):
    token = pages.seal(["orders", 7])
    answer = await house.get(f"/v1/api_keys?page_token={token}", await house.open())
    assert (400, "PAGE_TOKEN_INVALID") == (answer.status_code, reason(answer))


async def test_scopes_that_make_no_sense_are_refused(house: House):
    key = await house.open()
    for wanted in (
        {"kind": "SECRET"},
        {"kind": "WRITE", "scopes": ["profiles.read"]},
        {"kind": "SECRET", "scopes": ["installation.write"]},
    ):
        answer = await house.post("/v1/api_keys", key, wanted)
        assert (400, "SCOPES_INVALID") == (answer.status_code, reason(answer))


async def test_nobody_gives_away_a_right_they_do_not_hold(house: House):
    key = await house.open()
    limited = (await house.a_key(key, "api_keys.write", "profiles.read"))["key"]
    assert (await house.a_key(limited, "profiles.read"))["key"].startswith("sk_shop-")
    for beyond in ("*", "profiles.write"):
        answer = await house.post("/v1/api_keys", limited, {"kind": "SECRET", "scopes": [beyond]})
        assert (403, "SCOPE_MISSING") == (answer.status_code, reason(answer))


async def test_another_workspaces_keys_are_invisible_and_cannot_be_ended(house: House):
    acme, rival = await house.open(), await house.open()
    theirs = await house.a_key(rival, "profiles.read")
    listed = (await house.get("/v1/api_keys", acme)).json()["api_keys"]
    assert 1 == len(listed)
    answer = await house.delete(f"/v1/{theirs['name']}", acme)
    assert (404, "API_KEY_NOT_FOUND") == (answer.status_code, reason(answer))


async def test_what_is_no_key_id_names_no_key(house: House):
    answer = await house.delete("/v1/api_keys/nonsense", await house.open())
    assert (404, "API_KEY_NOT_FOUND") == (answer.status_code, reason(answer))


async def test_the_key_itself_is_stored_nowhere(house: House):
    key = await house.open()
    async with Database.open(house.database.url) as db, db.begin(workspace_of(key)) as tx:
        [row] = await store.api_keys(tx, after=None, limit=2)
    assert key not in repr(row)
    assert 32 == len(row.digest)


async def test_without_a_workspace_no_key_is_found(house: House):
    await house.open()
    async with Database.open(house.database.url) as db, db.begin(()) as tx:
        connection = await tx.raw()
        assert 0 == await connection.fetchval("SELECT count(*) FROM api_key")
        assert 0 == await connection.fetchval("SELECT count(*) FROM workspace")
