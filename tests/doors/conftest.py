"""The whole way in: the real gateway before the real profile service, two shops with the same past."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nats
import pytest

from deploy.local.mail.sink import Sink
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.provision import app_role
from tests.conftest import Clone, MakeTemplate
from tests.eventually import eventually
from tests.whole import OPERATOR_KEY, cloned, standing
from tracking.shop import Shop as Past

NUMBERS = itertools.count(1)
EVENTS = 300
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
    # Where mails to customers arrive, and where theirs to the desk are taken.
    sink: Sink
    desk: str

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

    async def holds(self, shop: Shop, table: str) -> bool:
        """Whether there is anything of a workspace in a table: `loyalty.earned`."""
        service, name = table.split(".")
        query = f"SELECT EXISTS (SELECT FROM {name} WHERE workspace = $1)"
        [row] = await self.rows(service, query, shop.workspace)
        return bool(row[0])

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
    async with (
        cloned(postgres, template) as clones,
        running(state, nats_server.url, clones) as house,
    ):
        yield house


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
async def running(state: Path, nats_url: str, clones: dict[str, Clone]) -> AsyncIterator[House]:
    async with (
        standing(state / f"d{next(NUMBERS)}", nats_url, clones) as whole,
        httpx.AsyncClient(base_url=f"http://{whole.address}", timeout=30) as http,
    ):
        number = next(NUMBERS)
        yield House(
            http,
            whole.address,
            await opened(http, f"alpha-{number}"),
            await opened(http, f"beta-{number}"),
            clones,
            {
                service: clone.url.replace(f"{app_role(service)}@", "postgres@")
                for service, clone in clones.items()
            },
            nats_url,
            whole.addresses["profile"],
            whole.sink,
            whole.desk,
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


async def emptied(nats_url: str) -> None:
    """The bus without the streams of earlier houses."""
    connection = await nats.connect(nats_url)
    try:
        jetstream = connection.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(stream.config.name or "")
    finally:
        await connection.close()
