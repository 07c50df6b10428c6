"""The whole house on this machine: servers, databases, services, gateway. Read this first."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import urlopen

from chassis import migrations
from deploy.nats.streams import declare, fitting

from .child import child
from .home import Home, Trouble
from .keeper import kept, pid_in, see_off
from .nats import Nats, embedded_nats
from .postgres import Postgres, embedded_postgres
from .provision import app_role, owner_role, provision

SERVICES = ("profile", "segment")
DATABASES = (*SERVICES, "gateway")
PARTS = ("postgres", "nats", *DATABASES)


@dataclass(frozen=True, slots=True)
class House:
    """What a running house is reached by."""

    home: Home
    nats_url: str
    databases: "Databases"


@asynccontextmanager
async def house(home: Home) -> AsyncIterator[House]:
    """Everything runs inside the block; at its end everything is stopped, the servers last."""
    home.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(home.occupied())
        home.demo_env.unlink(missing_ok=True)
        await asyncio.to_thread(see_off, [home.pid_file(name) for name in PARTS])
        port_is_free(home.port)
        databases = await stack.enter_async_context(postgres(home))
        nats_url = await stack.enter_async_context(nats(home))
        await databases.prepare()
        await streams(home, nats_url)
        await together(
            stack.enter_async_context(supervised(home, name, databases, nats_url)) for name in DATABASES
        )
        yield House(home, nats_url, databases)


async def streams(home: Home, nats_url: str) -> None:
    """Every stream, as large as this machine can bear."""
    try:
        async with asyncio.timeout(BUS_SECONDS):
            await declare(nats_url, fitting(shutil.disk_usage(home.folder).free))
    except OSError:
        raise Trouble(f"The NATS server at {urlsplit(nats_url).hostname} does not answer.") from None


async def together(works: Iterable[Coroutine[Any, Any, object]]) -> None:
    """All of it; when one fails the others are told to end, and what it said is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def supervised(
    home: Home, name: str, databases: "Databases", nats_url: str
) -> AbstractAsyncContextManager[Path]:
    return kept(name, lambda: part(home, name, databases, nats_url), pid_in)


@dataclass(frozen=True, slots=True)
class Databases:
    """Where each service's database is, for the role that works and the one that owns."""

    admin_url: str
    passwords: dict[str, str]

    def url(self, service: str, role: str) -> str:
        parts = urlsplit(self.admin_url)
        password = f":{quote(self.passwords[role])}" if role in self.passwords else ""
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}{password}@{host}", path=f"/{service}"))

    def app_url(self, service: str) -> str:
        return self.url(service, app_role(service))

    def owner_url(self, service: str) -> str:
        return self.url(service, owner_role(service))

    async def prepare(self) -> None:
        """Databases and roles, then every service's tables."""
        try:
            await provision(self.admin_url, DATABASES, passwords=self.passwords)
        except OSError as refused:
            raise Trouble(f"The database server does not answer: {refused}") from None
        for name in DATABASES:
            await migrations.run(module_of(name), self.owner_url(name), app_role(name))


@asynccontextmanager
async def postgres(home: Home) -> AsyncIterator[Databases]:
    """The embedded server, or one that is there already."""
    if home.external_database_url:
        yield external(home, home.external_database_url)
        return

    @asynccontextmanager
    async def start() -> AsyncIterator[Postgres]:
        folder = home.postgres_folder()
        async with embedded_postgres(folder, home.sockets / "pg", log=home.log("postgres")) as server:
            home.pid_file("postgres").write_text(str(server.pid))
            yield server

    async with kept("PostgreSQL", start, lambda server: server.pid) as server:
        yield Databases(server.url(), {})


def external(home: Home, admin_url: str) -> Databases:
    """Databases on a server that asks for passwords: the house makes them up and keeps them."""
    roles = [role(name) for name in DATABASES for role in (app_role, owner_role)]
    return Databases(admin_url, {role: home.secret(role) for role in roles})


@asynccontextmanager
async def nats(home: Home) -> AsyncIterator[str]:
    if home.external_nats_url:
        yield home.external_nats_url
        return
    port = free_port()

    @asynccontextmanager
    async def start() -> AsyncIterator[Nats]:
        # Started again, it is found where it was.
        async with embedded_nats(home.folder / "nats", port=port, log=home.log("nats")) as server:
            home.pid_file("nats").write_text(str(server.pid))
            yield server

    async with kept("NATS", start, lambda server: server.pid) as server:
        yield server.url


@asynccontextmanager
async def part(home: Home, name: str, databases: Databases, nats_url: str) -> AsyncIterator[Path]:
    """One process of the house, ready to be asked."""
    role = "serve" if name == "gateway" else "all"
    pid_file = home.pid_file(name)
    pid_file.unlink(missing_ok=True)
    # What a killed process left behind would look ready.
    (home.sockets / f"{name}.sock").unlink(missing_ok=True)
    async with child(
        sys.executable,
        "-m",
        module_of(name),
        role,
        ready=lambda: pid_file.exists() and answers(home, name),
        log=home.log(name),
        pid_file=pid_file,
        environment=os.environ | environment(home, name, databases, nats_url),
    ):
        yield pid_file


def module_of(name: str) -> str:
    return name if name == "gateway" else f"services.{name}"


def environment(home: Home, name: str, databases: Databases, nats_url: str) -> dict[str, str]:
    """What a process is told."""
    prefix = name.upper()
    told = {
        f"{prefix}_DATABASE_URL": databases.app_url(name),
        f"{prefix}_NATS_URL": nats_url,
        f"{prefix}_CALLER_SECRET": home.secret("caller"),
        f"{prefix}_LISTEN": home.socket(name),
        f"{prefix}_GRACE_SECONDS": "5",
        f"{prefix}_LOG_FORMAT": "console",
    }
    if name == "gateway":
        told |= {
            "GATEWAY_HTTP_LISTEN": f"127.0.0.1:{home.port}",
            "GATEWAY_KEY_SECRET": home.secret("keys"),
            "GATEWAY_OPERATOR_KEY": home.secret("operator"),
        }
        told |= {f"GATEWAY_{service.upper()}_ADDRESS": home.socket(service) for service in SERVICES}
    return told


def answers(home: Home, name: str) -> bool:
    """Whether a part can be asked: the gateway says so itself, and for the services behind it."""
    if name != "gateway":
        return (home.sockets / f"{name}.sock").exists()
    try:
        with urlopen(f"{home.url}/readyz", timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Trouble(
                f"Port {port} is taken, perhaps by another house. Stop what holds it, or choose another:"
                " make run RAPPORT_PORT=8081"
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


BUS_SECONDS = 5.0
