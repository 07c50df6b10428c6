"""The door where mail comes in: SMTP, with nobody asked who he is. 250 means it is on the disk."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

from .box import Box

log = logging.getLogger(__name__)
Moment = Literal["connecting", "before_storing", "after_storing"]


@dataclass(slots=True)
class Faults:
    """What shall go wrong, for tests: the connection drops, an answer waits, a command is refused."""

    drop: Moment | None = None
    # An answer waits at this moment until `resume` is set.
    pause: Moment | None = None
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    # By command, MAIL, RCPT or DATA: `{"RCPT": "550 5.1.1 There is nobody here"}`.
    refuse: dict[str, str] = field(default_factory=dict)
    # How many times `drop` happens; without an end, when None.
    times: int | None = None

    def drops(self, moment: Moment) -> bool:
        if self.drop != moment or self.times == 0:
            return False
        self.times = None if self.times is None else self.times - 1
        return True

    async def rest(self, moment: Moment) -> None:
        if self.pause == moment:
            await self.resume.wait()


class Postman:
    """What aiosmtpd calls, by the names it calls it."""

    def __init__(self, box: Box, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._box, self._faults, self._clock = box, faults, clock

    async def handle_MAIL(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._faults.refuse.get("MAIL"):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Go on"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: Any) -> str:
        if refusal := self._faults.refuse.get("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Go on"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        if refusal := self._faults.refuse.get("DATA"):
            return refusal
        await self._mishap(server, "before_storing")
        assert isinstance(envelope.content, bytes), "it is not decoded"
        to = tuple(filter(None, envelope.rcpt_tos))
        try:
            # `<>` is nobody: no machine answers a machine.
            sender = (envelope.mail_from or "").strip("<>")
            id = await self._box.put(sender, to, envelope.content, self._clock())
        except sqlite3.Error as failed:
            log.exception("A mail could not be kept.")
            return f"452 4.3.1 It could not be kept: {failed}"
        await self._mishap(server, "after_storing")
        return f"250 2.0.0 Kept as {id}"

    async def _mishap(self, server: SMTP, moment: Moment) -> None:
        await self._faults.rest(moment)
        if self._faults.drops(moment):
            assert server.transport is not None, "it is connected"
            server.transport.abort()  # type: ignore[attr-defined]
            await cancelled()


class Conversation(SMTP):
    """One connection, known to the house as long as it lasts."""

    def __init__(self, postman: Postman, faults: Faults, open: set["Conversation"]) -> None:
        super().__init__(
            postman,
            hostname="mail.localhost",
            ident="the mail sink",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._faults, self._open = faults, open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._faults.drops("connecting"):
            transport.abort()  # type: ignore[attr-defined]
        self._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open.discard(self)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        """As its parent does it, but in large pieces: line by line costs as much as all the rest."""
        assert self.envelope is not None, "it is connected"
        if arg or not self.envelope.rcpt_tos:
            # Who refuses it is the parent.
            await super().smtp_DATA(arg)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        if isinstance(content, str):
            await self.push(content)
            self.envelope = self._create_envelope()
            return
        self.envelope.content = self.envelope.original_content = content
        status = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        self.envelope = self._create_envelope()
        await self.push(status)

    async def _content(self) -> bytes | str:
        """All up to the dot that ends it; or why it is not taken. Nobody speaks on before he is answered."""
        data, found = bytearray(b"\r\n"), -1
        while found < 0:
            searched = max(0, len(data) - len(END))
            piece = await self._reader.read(PIECE_BYTES)
            if not piece:
                await cancelled()
            data += piece
            found = data.find(END, searched)
            if len(data) > MOST_BYTES and found < 0:
                # The end is all that is still looked for.
                data = bytearray(data[:MOST_BYTES] + data[-len(END) :])
        lines = bytes(data[:found] + b"\r\n")
        if found > MOST_BYTES - len(END):
            return "552 5.3.4 It is too large"
        if max(map(len, lines.split(b"\r\n"))) > LINE_BYTES:
            return "500 5.5.2 A line is too long"
        return lines.replace(b"\r\n.", b"\r\n").removeprefix(b"\r\n")


async def cancelled() -> None:
    """A conversation that is over is cancelled once its end is noticed."""
    await asyncio.Event().wait()


@asynccontextmanager
async def post(box: Box, port: int, faults: Faults, clock: Callable[[], datetime]) -> AsyncIterator[int]:
    """Takes mail on this machine's *port*, any free one for 0, as long as the block runs."""
    postman = Postman(box, faults, clock)
    open: set[Conversation] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(postman, faults, open), "127.0.0.1", port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for conversation in list(open):
            if conversation.transport:
                conversation.transport.abort()  # type: ignore[attr-defined]
        await server.wait_closed()


END = b"\r\n.\r\n"
PIECE_BYTES = 1 << 18
MOST_BYTES = 1 << 25
# With the dot that may be doubled.
LINE_BYTES = 999
