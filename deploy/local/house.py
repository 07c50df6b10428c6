"""The whole house on this machine: servers, databases, services, gateway. Read this first."""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.nats.streams import declare, fitting

from .child import child
from .home import Home, Trouble
from .keeper import kept, pid_in, see_off
from .nats import Nats, embedded_nats
from .parts import DATABASES, PARTS, Databases, Mail, Surroundings, answers, part
from .postgres import Postgres, embedded_postgres
from .provision import app_role, owner_role


@dataclass(frozen=True, slots=True)
class House:
    """What a running house is reached by."""

    home: Home
    nats_url: str
    databases: Databases
    mail: Mail


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
        post = await stack.enter_async_context(mail(home))
        around = Surroundings(databases, nats_url, post)
        await together(stack.enter_async_context(supervised(home, name, around)) for name in DATABASES)
        await whole(home)
        yield House(home, nats_url, databases, post)


async def whole(home: Home) -> None:
    """Every part can be asked through the gateway. Who dies later is waited for by nobody."""
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            while not await asyncio.to_thread(answers, f"{home.url}/readyz"):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        raise Trouble(f"The house is not whole; {home.url}/readyz says what is missing.") from None


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


def supervised(home: Home, name: str, around: Surroundings) -> AbstractAsyncContextManager[Path]:
    return kept(name, lambda: part(home, name, around), pid_in)


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
async def mail(home: Home) -> AsyncIterator[Mail]:
    """The sink: whatever the house sends lies there, and goes nowhere."""
    post = Mail(smtp_port=free_port(), http_port=free_port(), desk_port=free_port())
    pid_file = home.pid_file("mail")

    @asynccontextmanager
    async def start() -> AsyncIterator[Path]:
        pid_file.unlink(missing_ok=True)
        async with child(
            *(sys.executable, "-m", "deploy.local.mail"),
            *("--smtp", f"127.0.0.1:{post.smtp_port}"),
            *("--http", f"127.0.0.1:{post.http_port}"),
            *("--folder", home.folder / "mail"),
            ready=lambda: pid_file.exists() and answers(post.url),
            log=home.log("mail"),
            pid_file=pid_file,
        ):
            yield pid_file

    async with kept("the mail sink", start, pid_in):
        yield post


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
WHOLE_SECONDS = 60.0
PAUSE_SECONDS = 0.01
