"""Two workspaces with the same customers see nothing of each other: by any method, by subject, by table."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import nats
import pytest
from aiosmtplib import SMTP
from google.protobuf import symbol_database
from nats.aio.msg import Msg

from gateway.routes import Route
from tests.doors.asked import ROUTES, Asked, asked, collections, operation_id, renewed
from tests.doors.conftest import TABLES, House, Shop, bearer, problem
from tests.doors.known import BROWSER, MARK, Known, all_told
from tests.doors.things import links, made
from tests.eventually import eventually
from tests.house.test_tables import OPEN
from tests.whole import SERVICES

# Where B is told of something, or changes it, although A's names are asked for, and why.
ALIKE = {
    "channels": "every workspace has the same channels, each with its own settings",
    "CreateBroadcast": "a draft may name templates that are not there",
    "CreateJourney": "a draft may name templates and segments that are not there",
    "SearchTickets": "who searches names nothing",
    "ListProfileAccounts": "loyalty keeps nothing of customers whom it has not enrolled",
}
# What B cannot do even to things of its own, and why.
REFUSED = {
    "MigrateRuns": "there is one version of the journey, and it is in force",
    "RejectLot": "it was accepted just before",
    "ResolveSend": "nothing about it waits for a person",
    "RollbackSegment": "there is no version to go back to",
}
# Tables that nothing of A is in, and why.
EMPTY = {
    "cap_use": "marketing keeps its distance from who has a ticket, unless it was faster than the ticket",
    "credit": "a mail that is opened as it comes was opened by a machine, which earns it nothing",
    "entrance": "changes of membership wait there until we have heard as much of the customer",
    "untold": "what is told in the next moment",
    "replan": "while targets are reckoned anew",
}
LISTS = [route for route in ROUTES if not route.template.variables and route.method.name.startswith("List")]
WRITES = [route for route in ROUTES if route.verb != "GET" and route.scope != "installation.write"]


@pytest.fixture(scope="module")
async def known(shops: House) -> Known:
    return await all_told(shops)


async def ask(shop: Shop, wanted: Asked, **headers: str) -> Any:
    sent = bearer(shop.secret) | {name.replace("_", "-"): value for name, value in headers.items()}
    return await shop.http.request(
        wanted.verb, wanted.path, params=wanted.query, json=wanted.body, headers=sent
    )


@pytest.mark.parametrize("route", ROUTES, ids=operation_id)
async def test_no_method_shows_b_anything_of_a(shops: House, known: Known, route: Route):
    for names in known.names():
        for identifier in (f"user_id:{MARK}", f"anonymous_id:tablet-{MARK}"):
            wanted = asked(route, names, identifier)
            answer = await ask(shops.b, wanted)
            assert set() == known.leaked(wanted, answer.text + str(answer.headers))
            named = route.template.variables or any(mark in wanted.told for mark in known.marks)
            if named and ALIKE.keys().isdisjoint({*collections(route), route.method.name}):
                assert 404 == answer.status_code, answer.text
                problem(answer)


@pytest.mark.parametrize("route", LISTS, ids=operation_id)
async def test_a_list_of_b_is_bs_alone(shops: House, known: Known, route: Route):
    path = route.template.path([])
    ours, theirs = await shops.b.listed(path), await shops.a.listed(path)
    assert set() == known.leaked(asked(route, {}), str(ours))
    assert known.leaked(asked(route, {}), str(theirs)), "the marks of A would be seen"
    if route.template.segments[-1] not in ALIKE:
        assert set() == {each["name"] for each in ours} & {
            each["name"] for each in theirs if MARK in str(each)
        }
    token = (await shops.a.get(path, page_size=1)).json()["next_page_token"]
    assert set() == known.leaked(asked(route, {}), (await shops.b.get(path, page_token=token)).text)


async def test_the_same_customers_are_others_in_the_other_workspace(shops: House, known: Known):
    ours, theirs = await people(shops.b), await people(shops.a)
    shared = ours.keys() & theirs.keys()
    assert len(shared) > 20
    assert set() == {ours[one]["name"] for one in shared} & {theirs[one]["name"] for one in shared}
    buyer = next(one for one in shared if one.startswith("user_id:") and ours[one]["computed"]["last_order"])
    assert (await shops.b.profile(buyer) or {})["name"] == ours[buyer]["name"]
    for part in ("orders", "activities", "carts", "consents"):
        listed = [
            await shop.listed(f"/v1/{found[buyer]['name']}/{part}")
            for shop, found in ((shops.a, theirs), (shops.b, ours))
        ]
        assert len(listed[0]) == len(listed[1])
        assert set() == known.leaked(Asked("", "", {}, None), str(listed[1]))
    order = ours[buyer]["computed"]["last_order"]
    assert ours[buyer]["name"] == (await shops.b.get(f"/v1/{order}")).json()["profile"]
    assert theirs[buyer]["name"] == (await shops.a.get(f"/v1/{order}")).json()["profile"]


async def people(shop: Shop) -> dict[str, dict[str, Any]]:
    """Every profile by each of its identifiers."""
    return {
        f"{each['kind']}:{each['value']}": one
        for one in await shop.listed("/v1/profiles")
        for each in one["identifiers"]
    }


async def test_what_b_writes_changes_nothing_of_a(shops: House, known: Known):
    """B asks for every change there is, in A's names and in its own, and captures A's customers anew."""
    before = await at_rest(shops)
    assert len(before["profile.activity"]) > 100
    for route in WRITES:
        for names in known.names():
            assert (await ask(shops.b, asked(route, names))).status_code < 500
    own = await shops.b.profile("user_id:customer-1")
    assert own
    key = await shops.b.ask("POST", "/v1/api_keys", {"kind": "WRITE"})
    things = await made(shops.b, "ours", own["name"].split("/")[1])
    ours = defaultdict(
        lambda: "nothing",
        {collection: found[0] for collection, found in things.items()},
        api_keys=key.json()["name"].split("/")[1],
    )
    refused: dict[str, str] = {}
    for route in WRITES:
        answer = await ask(shops.b, asked(route, await renewed(shops.b, route, ours)))
        if answer.status_code != 200:
            refused[route.method.name] = answer.json()["detail"]
    assert {} == {name: said for name, said in refused.items() if name not in REFUSED}
    count = await shops.taken(shops.b)
    events = [
        {"type": "identify", "userId": MARK, "anonymousId": f"tablet-{MARK}", "traits": {"secret": "B's"}},
        {"type": "alias", "userId": MARK, "previousId": "customer-1"},
        {"type": "track", "userId": MARK, "event": "Order Refunded", "properties": {"order_id": MARK}},
    ]
    await shops.b.capture("batch", {"batch": events})
    await eventually(count + 3, lambda: shops.taken(shops.b))
    after = await at_rest(shops)
    assert before.keys() == after.keys()
    assert [] == [table for table in before if before[table] != after[table]]


async def at_rest(shops: House) -> dict[str, list[str]]:
    """Everything of A, once nobody works on it any more."""
    await eventually(True, lambda: settled(shops), seconds=20)
    before = await shops.dump(shops.a)

    async def rests() -> bool:
        nonlocal before
        before, earlier = await shops.dump(shops.a), before
        return before == earlier

    await eventually(True, rests, seconds=20)
    return before


async def settled(house: House) -> bool:
    """Whether every service knows the newest settings of every workspace."""
    told = await house.rows("gateway", "SELECT workspace, revision FROM workspace")
    heard = [await house.rows(each, "SELECT workspace, revision FROM workspace_setting") for each in SERVICES]
    return all(set(map(tuple, told)) == set(map(tuple, each)) for each in heard)


async def test_a_request_id_means_nothing_in_another_workspace(shops: House):
    answers = [
        await shop.ask("PATCH", "/v1/workspace", {"display_name": "Shared"}, idempotency_key="shared")
        for shop in (shops.a, shops.a, shops.b, shops.b)
    ]
    assert [200] * 4 == [each.status_code for each in answers]
    names = [each.json()["name"] for each in answers]
    assert [f"workspaces/{shop.workspace}" for shop in (shops.a, shops.a, shops.b, shops.b)] == names


async def test_every_fact_is_told_under_the_workspace_it_is_of(shops: House, known: Known):
    told = await facts(shops)
    by_workspace: dict[str, list[Msg]] = {}
    for each in told:
        by_workspace.setdefault(each.subject.rpartition(".")[2], []).append(each)
    assert {shops.a.workspace, shops.b.workspace} == by_workspace.keys()
    for message in by_workspace[shops.b.workspace]:
        text = str(decoded(message))
        # B spoke of A's order and customer in a test before this one; A's own names it never heard.
        assert set() == {mark for mark in known.marks - {MARK} if mark in text}, message.subject
    theirs = {each["name"] for each in await shops.b.listed("/v1/profiles")}
    for message in by_workspace[shops.a.workspace]:
        text = str(decoded(message))
        assert set() == {name for name in theirs if name in text}, message.subject


def decoded(message: Msg) -> Any:
    """The fact, by the type that its subject names."""
    kind = symbol_database.Default().GetSymbol(message.subject.rpartition(".")[0])
    return kind.FromString(message.data)


async def facts(house: House) -> list[Msg]:
    """Everything that was told since the house stands."""
    async with connected(house) as connection:
        jetstream, found = connection.jetstream(), []
        for name in ("GATEWAY", *map(str.upper, SERVICES)):
            state = (await jetstream.stream_info(name)).state
            for seq in range(state.first_seq, state.last_seq + 1):
                raw = await jetstream.get_msg(name, seq)
                found.append(Msg(connection, subject=raw.subject or "", data=raw.data or b""))
        return found


@pytest.mark.parametrize("door", ["c", "o", "u", "p"])
async def test_a_link_is_about_its_own_workspace(shops: House, known: Known, door: str):
    """Even signed by us: what is A's is nothing under B's name, and the other way round B changes nothing."""
    [send] = known.ids["sends"]
    before = await at_rest(shops)
    token = links(shops.b, send)[door]
    for verb in ("GET", "POST") if door in "up" else ("GET",):
        answer = await shops.http.request(verb, f"/{door}/{token}", headers={"user-agent": BROWSER})
        # A pixel is one whatever it is asked for.
        assert (200 if door == "o" else 404) == answer.status_code, answer.text
        assert set() == known.leaked(Asked(verb, token, {}, None), answer.text + str(answer.headers))
    forged = "a" + links(shops.b, send)[door]
    assert (200 if door == "o" else 404) == (await shops.http.get(f"/{door}/{forged}")).status_code
    assert before == await at_rest(shops)


async def test_a_mail_is_its_mailboxes_own(shops: House, known: Known):
    """What is written to A's address, or in answer to A's mail, is nothing of B's: by SMTP and by the API."""
    before = await shops.dump(shops.b)
    host, port = shops.desk.split(":")
    [raw] = await shops.rows(
        "support", "SELECT raw FROM mail WHERE workspace = $1 AND threading > 0 LIMIT 1", shops.a.workspace
    )
    async with SMTP(hostname=host, port=int(port), use_tls=False, start_tls=False) as client:
        text = bytes(raw["raw"]).replace(b"Message-ID: <", b"Message-ID: <again-")
        await client.sendmail(f"writer@{MARK}.example", [f"desk@{MARK}.example"], text)
    query = "SELECT count(*) FROM mail WHERE workspace = $1 AND message_id LIKE '<again-%' AND taken"

    async def taken() -> int:
        return int((await shops.rows("support", query, shops.a.workspace))[0][0])

    await eventually(1, taken)
    assert before == await shops.dump(shops.b)


async def test_who_listens_to_b_hears_nothing_of_a(shops: House):
    heard: list[Msg] = []

    async def hear(message: Msg) -> None:
        heard.append(message)

    async with connected(shops) as connection:
        await connection.subscribe(f"rapport.*.*.*.{shops.b.workspace}", cb=hear)
        await connection.flush()
        for shop in (shops.a, shops.b):
            count = await shops.taken(shop)
            await shop.capture("track", {"userId": f"listened-{shop.workspace}", "event": "Heard"})
            await eventually(count + 1, lambda shop=shop, count=count: shops.taken(shop))
        await eventually(True, lambda: any(b"Heard" in each.data for each in heard))
    assert {shops.b.workspace} == {each.subject.rpartition(".")[2] for each in heard}
    assert not any(shops.a.workspace.encode() in each.data for each in heard)


@asynccontextmanager
async def connected(house: House) -> AsyncIterator[Any]:
    connection = await nats.connect(house.nats_url)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize("service", ["gateway", *SERVICES])
async def test_no_row_of_a_is_there_for_b(shops: House, known: Known, service: str):
    tables = {row[0] for row in await shops.rows(service, TABLES)} - OPEN.keys()
    connection = await asyncpg.connect(shops.databases[service].url)
    try:
        for context in (None, "", shops.b.workspace):
            if context is not None:
                await connection.execute("SELECT set_config('rapport.workspaces', $1, false)", context)
            for table in tables:
                count = f"SELECT count(*) FROM {table} WHERE workspace = $1"
                assert 0 == await connection.fetchval(count, shops.a.workspace), table
                ended = await connection.execute(
                    f"DELETE FROM {table} WHERE workspace = $1", shops.a.workspace
                )
                assert "DELETE 0" == ended
    finally:
        await connection.close()
    dump = await shops.dump(shops.a)
    empty = {table for table in tables if not dump[f"{service}.{table}"]}
    assert set() == empty - EMPTY.keys(), "nothing is proved there"
