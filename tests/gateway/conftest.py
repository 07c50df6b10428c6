"""The gateway on a real PostgreSQL and NATS, asked over real HTTP; only its neighbour is a stand-in."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from rapport.profile.v1 import profile_pb2 as pb
from rapport.profile.v1 import profile_pb2_grpc as stubs

from chassis.callers import Caller, caller
from chassis.errors import NotFound
from chassis.health import serve_health
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.tracing import current_trace
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.provision import app_role, owner_role
from gateway.app import App, gateway_app
from gateway.settings import Settings
from tests.conftest import Clone, MakeTemplate, execute

NUMBERS = itertools.count(1)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
CALLER_SECRET = "a secret of the house"
TURN_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'rapport_gateway'
"""
OPERATOR_KEY = "the key of the operator"
PROFILE = "profiles/0192d3a4-0000-7000-8000-000000000001"


@dataclass
class Ticks:
    """A clock that goes forward when it is told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


class Profiles(stubs.ProfileServiceServicer):
    """A neighbour who knows one profile, and remembers who asked for it."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []
        self.traces: list[str] = []
        self.request_ids: list[str] = []
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()

    async def GetProfile(self, request, _):
        trace = current_trace()
        assert trace
        self.traces.append(trace.trace_id)
        self.callers.append(caller())
        self.asked.set()
        await self.may_answer.wait()
        if request.name != PROFILE:
            raise NotFound("PROFILE_NOT_FOUND", f"There is no {request.name}.", name=request.name)
        return pb.Profile(name=PROFILE)

    async def UpdateProfile(self, request, _):
        self.request_ids.append(request.request_id)
        return pb.Profile(name=request.profile.name)


@dataclass
class House:
    """A running gateway and what stands around it."""

    app: App
    http: httpx.AsyncClient
    ticks: Ticks
    profiles: Profiles
    database: Clone
    nats_url: str
    neighbours: AsyncExitStack
    settings: Settings
    administrator_url: str
    way_to_database: Path

    @asynccontextmanager
    async def database_away(self) -> AsyncIterator[None]:
        """The way to the database is gone, and whoever was there is turned out."""
        server = self.way_to_database.readlink()
        self.way_to_database.unlink()
        await execute(self.administrator_url, TURN_OUT)
        yield
        self.way_to_database.symlink_to(server)

    async def open(self) -> str:
        """The first secret key of a new workspace."""
        answer = await self.post("/v1/workspaces", OPERATOR_KEY, {"name": a_name()})
        assert 200 == answer.status_code, answer.text
        return answer.json()["api_key"]["key"]

    async def a_key(self, by: str, *scopes: str) -> dict:
        """A new key with these scopes; a write key when there are none."""
        wanted = {"kind": "SECRET", "scopes": scopes} if scopes else {"kind": "WRITE"}
        answer = await self.post("/v1/api_keys", by, wanted)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    async def get(self, path: str, key: str = "", **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=bearer(key) | named(headers))

    async def post(self, path: str, key: str, body: object, **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers=bearer(key) | named(headers))

    async def patch(self, path: str, key: str, body: object, **headers: str) -> httpx.Response:
        return await self.http.patch(path, json=body, headers=bearer(key) | named(headers))

    async def delete(self, path: str, key: str) -> httpx.Response:
        return await self.http.delete(path, headers=bearer(key))


def a_name() -> str:
    """The name of a workspace that does not exist yet."""
    return f"workspaces/shop-{next(NUMBERS)}"


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def reason(answer: httpx.Response) -> str:
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    return answer.json()["reason"]


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@asynccontextmanager
async def profile_service(profiles: Profiles, address: str) -> AsyncIterator[None]:
    server, _ = rpc_server("profile.rapport", address, CALLER_SECRET, clock=lambda: NOON)
    stubs.add_ProfileServiceServicer_to_server(profiles, server)
    health = serve_health(server, ["rapport.profile.v1.ProfileService"])
    async with running(server, grace_seconds=0, health=health):
        yield


MakeHouse = Callable[..., Awaitable["House"]]


@pytest.fixture(scope="module")
async def clone(postgres: Postgres, template: MakeTemplate) -> AsyncIterator[Clone]:
    """One database for all houses of a module: each test opens workspaces of its own in it."""
    await template("gateway")
    name, owner = f"gateway_house_{next(NUMBERS)}", owner_role("gateway")
    await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE gateway OWNER {owner}")
    yield Clone(postgres.url(name, app_role("gateway")), postgres.url(name, owner))
    await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def running_house(
    state: Path, postgres: Postgres, nats_url: str, clone: Clone, **changed: object
) -> AsyncIterator[House]:
    profiles, ticks = Profiles(), Ticks()
    folder = state / f"g{next(NUMBERS)}"
    folder.mkdir()
    address, way = f"unix:{folder}/s", folder / "d"
    way.symlink_to(postgres.socket_dir)
    url = clone.url.replace(str(postgres.socket_dir), str(way))
    settings = Settings(**usual(url, nats_url, address) | changed)
    administrator = clone.url.replace("rapport_gateway@", "postgres@")
    async with (
        # First in, last out: the gateway stops before its neighbours, as in the real house.
        AsyncExitStack() as neighbours,
        gateway_app(settings, clock=lambda: NOON, monotonic=ticks) as app,
        httpx.AsyncClient(base_url=f"http://{app.address}") as http,
    ):
        await neighbours.enter_async_context(profile_service(profiles, address))
        yield House(app, http, ticks, profiles, clone, nats_url, neighbours, settings, administrator, way)


@pytest.fixture(scope="module")
async def house(state: Path, postgres: Postgres, nats_server: Nats, clone: Clone) -> AsyncIterator[House]:
    async with running_house(state, postgres, nats_server.url, clone) as running:
        yield running


@pytest.fixture
async def make_house(
    state: Path, postgres: Postgres, nats_server: Nats, clone: Clone
) -> AsyncIterator[MakeHouse]:
    """`await make_house(rate_burst=3)`: a house of its own, for a test that changes or breaks something."""
    async with AsyncExitStack() as stack:

        async def make(**changed: object) -> House:
            return await stack.enter_async_context(
                running_house(state, postgres, nats_server.url, clone, **changed)
            )

        yield make


def usual(database_url: str, nats_url: str, profile_address: str) -> dict[str, object]:
    return {
        "database_url": database_url,
        "nats_url": nats_url,
        "caller_secret": CALLER_SECRET,
        "grace_seconds": 0,
        "http_listen": "127.0.0.1:0",
        "profile_address": profile_address,
        "segment_address": profile_address,
        "campaign_address": profile_address,
        "support_address": profile_address,
        "loyalty_address": profile_address,
        "key_secret": "pepper and salt and more",
        "link_secret": "what links are signed with",
        "operator_key": OPERATOR_KEY,
        "rate_per_second": 1000,
        "rate_burst": 1000,
    }
