"""The whole way in: the real gateway before the real profile service, two shops with the same past."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nats
import pytest

from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.provision import app_role, owner_role
from gateway import settings as gateway_settings
from gateway.app import gateway_app
from services.profile.app import profile_app
from services.profile.settings import Settings as ProfileSettings
from services.segment.app import segment_app
from services.segment.settings import Settings as SegmentSettings
from tests.conftest import Clone, MakeTemplate, execute
from tests.eventually import eventually
from tracking.shop import Shop as Past

NUMBERS = itertools.count(1)
CALLER_SECRET = "a secret of the house"
OPERATOR_KEY = "the key of the operator"
EVENTS = 300
# Every service behind the gateway: what it is told beside what all are, and how it is put together.
SERVICES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "profile": (ProfileSettings, profile_app, {}),
    "segment": (SegmentSettings, segment_app, {}),
}
# Those that hold rows of workspaces, but for what is on its way.
TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relname NOT IN ('outbox', 'touched') ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace, seen by who holds its first key (every right) and its write key (to capture)."""

    http: httpx.AsyncClient
    workspace: str
    secret: str
    write: str

    async def get(self, path: str, key: str = "", **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=bearer(key or self.secret))

    async def ask(self, verb: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(
            verb, path, headers=bearer(self.secret) | sent, json=body if body is not None else None
        )

    async def listed(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Everything in a list, page after page."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            answer = await self.get(path, page_token=token, page_size=200, **query)
            assert 200 == answer.status_code, answer.text
            page: dict[str, Any] = answer.json()
            token = page.pop("next_page_token")
            [items] = page.values()
            found += items
            if not token:
                return found

    async def profile(self, identifier: str) -> dict[str, Any] | None:
        answer = await self.get("/v1/profiles:lookup", identifier=identifier)
        return answer.json() if answer.status_code == 200 else None

    async def capture(self, call: str, body: object, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/v1/{call}", json=body, auth=(self.write, ""), headers=sent)

    async def a_key(self, *scopes: str) -> str:
        """A new secret key that opens these scopes only."""
        made = await self.ask("POST", "/v1/api_keys", {"kind": "SECRET", "scopes": scopes})
        assert 200 == made.status_code, made.text
        return str(made.json()["key"])


@dataclass(frozen=True, slots=True)
class House:
    """What stands, and how the administrator reaches it."""

    http: httpx.AsyncClient
    address: str
    a: Shop
    b: Shop
    # By service: its own database.
    databases: dict[str, Clone]
    administrator: dict[str, str]
    nats_url: str
    profile_address: str

    async def rows(self, service: str, query: str, *values: object) -> list[asyncpg.Record]:
        """Read as the administrator, whom no policy holds."""
        connection = await asyncpg.connect(self.administrator[service])
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()

    async def taken(self, shop: Shop) -> int:
        """How many different events lie in a workspace's timelines."""
        [row] = await self.rows(
            "profile", "SELECT count(*) FROM activity WHERE workspace = $1", shop.workspace
        )
        return int(row[0])

    async def spoken(self, request: bytes) -> httpx.Response:
        """The answer to bytes that no client of HTTP would send."""
        host, port = self.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            async with asyncio.timeout(10):
                line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
                headers = httpx.Headers([tuple(each.split(": ", 1)) for each in lines])
                body = await reader.readexactly(int(headers.get("content-length", "0")))
            return httpx.Response(int(line.split()[1]), headers=headers, content=body)
        finally:
            writer.close()

    async def dump(self, shop: Shop) -> dict[str, list[str]]:
        """Every row of a workspace, in every table of every service; what is still to be told is left out."""
        found: dict[str, list[str]] = {}
        for service in self.databases:
            for [table] in await self.rows(service, TABLES):
                rows = await self.rows(
                    service, f"SELECT t::text FROM {table} t WHERE workspace = $1 ORDER BY 1", shop.workspace
                )
                found[f"{service}.{table}"] = [row[0] for row in rows]
        return found

    async def waiting(self) -> int:
        """How many captured messages the profile service has not taken yet."""
        connection = await nats.connect(self.nats_url)
        try:
            return int((await connection.jetstream().stream_info("CAPTURE")).state.messages)
        finally:
            await connection.close()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal, which has its form whatever was refused."""
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code", "reason"} <= set(told), told
    assert answer.status_code == told["status"]
    assert told["type"] == f"/docs/errors#{told['reason']}"
    assert told["title"]
    assert told["detail"]
    return told


@pytest.fixture(scope="module")
async def house(
    state: Path, postgres: Postgres, nats_server: Nats, template: MakeTemplate
) -> AsyncIterator[House]:
    """A house of its own for each module, empty but for two workspaces."""
    await emptied(nats_server.url)
    async with AsyncExitStack() as stack:
        clones = {
            service: await stack.enter_async_context(cloned(postgres, template, service))
            for service in ("gateway", *SERVICES)
        }
        yield await stack.enter_async_context(running(state, postgres, nats_server, clones))


@pytest.fixture(scope="module")
async def shops(house: House) -> House:
    """The same house, and both shops have the same past: the same events, to the letter."""
    past = list(Past(seed=7, customers=25, days=20, now=datetime.now(UTC)).events(EVENTS))
    expected = len({event["messageId"] for event in past})
    for shop in (house.a, house.b):
        await imported(shop, past)
    for shop in (house.a, house.b):
        await eventually(expected, lambda shop=shop: house.taken(shop), seconds=30)
    return house


async def imported(shop: Shop, events: Iterable[dict[str, Any]]) -> None:
    answer = await shop.capture("import", {"batch": list(events)})
    assert (200, {"success": True}) == (answer.status_code, answer.json())


@asynccontextmanager
async def running(
    state: Path, postgres: Postgres, nats_server: Nats, clones: dict[str, Clone]
) -> AsyncIterator[House]:
    folder = state / f"d{next(NUMBERS)}"
    folder.mkdir()
    addresses = {service: f"unix:{folder}/{service}" for service in SERVICES}
    common = {"nats_url": nats_server.url, "caller_secret": CALLER_SECRET, "grace_seconds": 0}
    front = gateway_settings.Settings(
        **common,
        database_url=clones["gateway"].url,
        http_listen="127.0.0.1:0",
        key_secret="pepper and salt and more",
        operator_key=OPERATOR_KEY,
        rate_per_second=1_000_000,
        rate_burst=1_000_000,
        **{f"{service}_address": address for service, address in addresses.items()},
    )
    async with AsyncExitStack() as stack:
        for service, (settings, app, more) in SERVICES.items():
            url, address = clones[service].url, addresses[service]
            told = settings(**common, **more, database_url=url, listen=address)
            await stack.enter_async_context(app(told, frozenset({"serve", "worker"})))
        app = await stack.enter_async_context(gateway_app(front))
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://{app.address}", timeout=30)
        )
        number = next(NUMBERS)
        yield House(
            http,
            app.address,
            await opened(http, f"alpha-{number}"),
            await opened(http, f"beta-{number}"),
            clones,
            {
                service: clone.url.replace(f"{app_role(service)}@", "postgres@")
                for service, clone in clones.items()
            },
            nats_server.url,
            addresses["profile"],
        )


async def opened(http: httpx.AsyncClient, workspace: str) -> Shop:
    """A new workspace with both its keys."""
    made = await http.post(
        "/v1/workspaces",
        json={"name": f"workspaces/{workspace}"},
        headers=bearer(OPERATOR_KEY),
    )
    assert 200 == made.status_code, made.text
    secret = made.json()["api_key"]["key"]
    write = await http.post("/v1/api_keys", json={"kind": "WRITE"}, headers=bearer(secret))
    assert 200 == write.status_code, write.text
    return Shop(http, workspace, secret, write.json()["key"])


@asynccontextmanager
async def cloned(postgres: Postgres, template: MakeTemplate, service: str) -> AsyncIterator[Clone]:
    await template(service)
    name, owner = f"{service}_doors_{next(NUMBERS)}", owner_role(service)
    await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE {service} OWNER {owner}")
    yield Clone(postgres.url(name, app_role(service)), postgres.url(name, owner))
    await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


async def emptied(nats_url: str) -> None:
    """The bus without the streams of earlier houses."""
    connection = await nats.connect(nats_url)
    try:
        jetstream = connection.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(stream.config.name or "")
    finally:
        await connection.close()
