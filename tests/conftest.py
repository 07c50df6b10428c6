"""Real servers, started privately for this run: one PostgreSQL, one NATS, nothing shared with the machine."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import nats
import pytest

from chassis import migrations
from chassis.db import Database
from deploy.local.nats import Nats, embedded_nats
from deploy.local.postgres import Postgres, embedded_postgres
from deploy.local.provision import app_role, owner_role, provision


@dataclass(frozen=True, slots=True)
class Clone:
    """A fresh database of one service: how the service itself reaches it, and how its owner does."""

    url: str
    owner_url: str


MakeTemplate = Callable[[str], Awaitable[None]]
MakeClone = Callable[[str], Awaitable[Clone]]


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """A folder for the servers: short, because sockets live in it, and open to the server's own user."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def postgres(state: Path) -> AsyncIterator[Postgres]:
    async with embedded_postgres(state / "postgres", state / "s", throw_away=True) as server:
        yield server


@pytest.fixture(scope="session")
async def nats_server(state: Path) -> AsyncIterator[Nats]:
    async with embedded_nats(state / "nats") as server:
        yield server


@pytest.fixture
async def nats_url(nats_server: Nats) -> str:
    """The bus, empty: no stream of an earlier test is left."""
    connection = await nats.connect(nats_server.url)
    try:
        jetstream = connection.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(stream.config.name or "")
    finally:
        await connection.close()
    return nats_server.url


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> MakeTemplate:
    """Migrates a service once per run; each test that asks for its database then gets a copy."""
    made: set[str] = set()

    async def make(service: str) -> None:
        if service not in made:
            await provision(postgres.url(), [service])
            package = PACKAGES.get(service, f"services.{service}")
            await migrations.run(package, postgres.url(service, owner_role(service)), app_role(service))
            made.add(service)

    return make


@pytest.fixture
async def database(postgres: Postgres, template: MakeTemplate) -> AsyncIterator[MakeClone]:
    """`await database("profile")` makes a fresh database of that service; it is gone after the test."""
    made: list[str] = []

    async def make(service: str) -> Clone:
        await template(service)
        name = f"{service}_{next(NUMBERS)}"
        await execute(
            postgres.url(), f"CREATE DATABASE {name} TEMPLATE {service} OWNER {owner_role(service)}"
        )
        made.append(name)
        return Clone(postgres.url(name, app_role(service)), postgres.url(name, owner_role(service)))

    yield make
    for name in made:
        await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db(database: MakeClone) -> AsyncIterator[Database]:
    """The open database of the demo service: the tables of the chassis and notes."""
    async with Database.open((await database("demo")).url) as opened:
        yield opened


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


PACKAGES = {"demo": "tests.chassis.demo", "gateway": "gateway"}
NUMBERS = itertools.count(1)
