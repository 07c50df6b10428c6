"""Two workspaces with the same customers see nothing of each other: by any method, by subject, by table."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import nats
import pytest
from google.protobuf import symbol_database
from nats.aio.msg import Msg

from gateway.routes import Route
from tests.doors.asked import ROUTES, Asked, asked, operation_id
from tests.doors.conftest import SERVICES, TABLES, House, Shop, bearer, problem
from tests.doors.things import made
from tests.eventually import eventually

# Stands in everything that only A is told.
MARK = "only-alpha-knows"
# Read by loops that serve all workspaces alike, never on behalf of a caller.
OPEN = {
    *("outbox", "inbox", "parked", "hot_offset", "touched", "workspace_setting"),
    *("deferred_event", "due", "catalog"),
}
# Whose every change of B's own succeeds as the document's example says it.
SURE = {"rapport.gateway.v1.GatewayService", "rapport.profile.v1.ProfileService"}
# How many of A's ids are tried.
TURNS = 3
LISTS = [route for route in ROUTES if not route.template.variables and route.method.name.startswith("List")]
WRITES = [route for route in ROUTES if route.verb != "GET" and route.scope != "installation.write"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is A's alone: ids by collection, and every text by which A could be recognised."""

    ids: dict[str, list[str]]
    marks: frozenset[str]

    def names(self) -> Iterator[dict[str, str]]:
        """An id of each collection, in several turns."""
        for turn in range(TURNS):
            yield defaultdict(
                lambda: "nothing",
                {collection: ids[turn % len(ids)] for collection, ids in self.ids.items()},
            )

    def leaked(self, wanted: Asked, text: str) -> set[str]:
        """What of A's stands in an answer, but for what was in the question."""
        return {mark for mark in self.marks if mark in text and mark not in wanted.told}


@pytest.fixture(scope="module")
async def known(shops: House) -> Known:
    """A is told things that B is not, of every kind there is; then all of its names are read."""
    a = shops.a
    await tell(shops)
    profiles = await a.listed("/v1/profiles")
    orders = [each["name"] for one in profiles for each in await a.listed(f"/v1/{one['name']}/orders")]
    keys = await a.listed("/v1/api_keys")
    conflicts = await a.listed("/v1/conflicts")
    quarantined = await a.listed("/v1/quarantined_events")
    assert all(MARK in str(each) for each in (profiles, orders, keys, conflicts, quarantined))
    things = await made(a, MARK, profiles[0]["name"])
    texts = {each["name"].split("/")[1] for each in (*profiles, *keys, *conflicts)}
    return Known(
        {
            "profiles": ids(each["name"] for each in profiles),
            "orders": ids(name for name in orders if MARK in name),
            "api_keys": ids(each["name"] for each in keys),
            "versions": ["1"],
            **things,
        },
        frozenset(texts | {MARK, a.workspace, a.secret, a.write, *(each["hint"] for each in keys)}),
    )


async def tell(shops: House) -> None:
    """Everything that can be told: through every door, and only to A."""
    a, before = shops.a, await shops.taken(shops.a)
    await a.ask("PATCH", "/v1/workspace", {"display_name": MARK}, idempotency_key=MARK)
    await a.ask("POST", "/v1/api_keys", {"kind": "WRITE", "display_name": MARK})
    product = {"product_id": MARK, "name": MARK, "price": 10, "quantity": 1, "category": MARK}
    events = [
        {"type": "identify", "userId": MARK, "anonymousId": f"tablet-{MARK}", "traits": {"secret": MARK}},
        {"type": "identify", "userId": f"{MARK}-2", "anonymousId": f"tablet-{MARK}"},
        {
            "type": "track",
            "userId": MARK,
            "event": "Product Added",
            "properties": {"cart_id": MARK, **product},
        },
        {
            "type": "track",
            "userId": MARK,
            "event": "Order Completed",
            "properties": {"order_id": MARK, "total": 10, "currency": "EUR", "products": [product]},
        },
        {"type": "dance", "userId": MARK},
    ]
    answer = await a.capture("batch", {"batch": events})
    assert [4] == [each["index"] for each in answer.json()["rejected"]]
    await eventually(before + 4, lambda: shops.taken(a))
    found = await a.profile(f"user_id:{MARK}")
    assert found
    consent = {"channel": "email", "purpose": "news", "decision": "GRANTED", "evidence": MARK}
    told = await a.ask("POST", f"/v1/{found['name']}/consents", consent, idempotency_key=MARK)
    assert 200 == told.status_code, told.text


def ids(names: Any) -> list[str]:
    return [name.split("/", 1)[1] for name in names]


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
            if route.template.variables or wanted.query:
                assert 404 == answer.status_code, answer.text
                problem(answer)


@pytest.mark.parametrize("route", LISTS, ids=operation_id)
async def test_a_list_of_b_is_bs_alone(shops: House, known: Known, route: Route):
    path = route.template.path([])
    ours, theirs = await shops.b.listed(path), await shops.a.listed(path)
    assert set() == known.leaked(asked(route, {}), str(ours))
    assert known.leaked(asked(route, {}), str(theirs)), "the marks of A would be seen"
    assert set() == {each["name"] for each in ours} & {each["name"] for each in theirs if MARK in str(each)}
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
    await eventually(True, lambda: settled(shops))
    before = await shops.dump(shops.a)
    assert len(before["profile.activity"]) > 100
    own = await shops.b.profile("user_id:customer-1")
    assert own
    key = await shops.b.ask("POST", "/v1/api_keys", {"kind": "WRITE"})
    ours = defaultdict(
        lambda: "nothing",
        {"profiles": own["name"].split("/")[1], "api_keys": key.json()["name"].split("/")[1]},
    )
    for route in WRITES:
        for names in known.names():
            assert (await ask(shops.b, asked(route, names))).status_code < 500
        answer = await ask(shops.b, asked(route, ours))
        assert answer.status_code < 500, answer.text
        assert answer.status_code == 200 or route.service not in SURE, answer.text
    count = await shops.taken(shops.b)
    events = [
        {"type": "identify", "userId": MARK, "anonymousId": f"tablet-{MARK}", "traits": {"secret": "B's"}},
        {"type": "alias", "userId": MARK, "previousId": "customer-1"},
        {"type": "track", "userId": MARK, "event": "Order Refunded", "properties": {"order_id": MARK}},
    ]
    await shops.b.capture("batch", {"batch": events})
    await eventually(count + 3, lambda: shops.taken(shops.b))
    assert before == await shops.dump(shops.a)


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
    tables = {row[0] for row in await shops.rows(service, TABLES)} - OPEN
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
    assert set() == {table for table in tables if not dump[f"{service}.{table}"]}, "nothing is proved there"
