"""The mail sink: an SMTP server that sends nothing on, and a place to see what came. Read this first."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from .box import Box, Mail
from .letters import Letter, read
from .post import Faults, post
from .web import Web


@dataclass(frozen=True, slots=True)
class Sink:
    """How a running sink is reached, and what has come to it."""

    smtp_url: str
    # Where people look.
    url: str
    # Followed by a Message-ID it says whether the mail is here.
    lookup_url: str
    faults: Faults
    _box: Box

    async def mails(self, to: str | None = None) -> list["Received"]:
        """In the order they came, to one address or to all, each with what is in it."""
        found = await self._box.mails(to=to or "", after=0, limit=MOST)
        return [received(await self._box.mail(mail.id)) for mail in found]

    async def message(self, message_id: str) -> "Received | None":
        """The first that came under this Message-ID; its `mail.copies` says how many did."""
        found = await self._box.message(message_id)
        return received(found) if found else None


@dataclass(frozen=True, slots=True)
class Received:
    mail: Mail
    letter: Letter


@asynccontextmanager
async def mail_sink(
    folder: Path,
    smtp_port: int = 0,
    http_port: int = 0,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[Sink]:
    """On this machine alone, at these ports or at any free ones; what came is kept in *folder*."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    faults = Faults()
    async with (
        Box.open(folder / "mail.db") as box,
        post(box, smtp_port, faults, clock) as smtp,
        served(Web(box), http_port) as http,
    ):
        url = f"http://127.0.0.1:{http}"
        yield Sink(f"smtp://127.0.0.1:{smtp}", url, f"{url}/api/messages/", faults, box)


@asynccontextmanager
async def served(application: Web, port: int) -> AsyncIterator[int]:
    """HTTP in this process, whose signals stay its own."""
    listening = socket.create_server(("127.0.0.1", port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        application, ws="none", lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=1
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    ticking = asyncio.create_task(server.main_loop(), name="mail pages")
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown(sockets=[listening])


def received(mail: Mail | None) -> Received:
    assert mail is not None, "it was in the list"
    return Received(mail, read(mail.raw))


MOST = 100_000
