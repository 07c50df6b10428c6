"""A mail server for our answers: it keeps what it gets, and can refuse, be silent or be asked what it has."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote

from aiosmtpd.smtp import SMTP


@dataclass(slots=True)
class Sent:
    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        return self.mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


@dataclass(slots=True)
class Sink:
    taken: list[Sent] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    # What it says to the next messages instead of 250; "hang" says nothing after it took one.
    says: list[str] = field(default_factory=list)
    before_answer: Callable[[], None] | None = None
    smtp_url: str = ""
    lookup_url: str = ""

    def to(self, address: str) -> list[Sent]:
        return [sent for sent in self.taken if address in sent.recipients]

    async def handle_DATA(self, server, session, envelope) -> str:
        answer = self.says.pop(0) if self.says else "250 OK"
        if answer.startswith(("250", "hang")):
            self.taken.append(
                Sent((envelope.mail_from or "").strip("<>"), envelope.rcpt_tos, envelope.content)
            )
        if answer == "hang":
            await asyncio.Event().wait()
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 Nobody"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def lookup(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        id = unquote(path.removeprefix("/"))
        self.asked.append(id)
        has = any(str(sent.mail["Message-ID"]) == id for sent in self.taken)
        writer.write(f"HTTP/1.1 {200 if has else 404} x\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def running_sink() -> AsyncIterator[Sink]:
    sink = Sink()
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(sink, hostname="sink", enable_SMTPUTF8=True, loop=loop))
        return sessions[-1]

    mail = await loop.create_server(session, "127.0.0.1", 0)
    web = await asyncio.start_server(sink.lookup, "127.0.0.1", 0)
    sink.smtp_url = f"smtp://127.0.0.1:{mail.sockets[0].getsockname()[1]}"
    sink.lookup_url = f"http://127.0.0.1:{web.sockets[0].getsockname()[1]}/"
    try:
        yield sink
    finally:
        for server in (mail, web):
            server.close()
        for each in sessions:
            if each.transport:
                each.transport.close()
