"""Strangers that carry messages: real servers which can be told to misbehave, and remember what they have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from deploy.local.mail.sink import Sink
from services.campaign.channels.smtp import Smtp
from services.campaign.channels.smtp_settings import SmtpSettings
from services.campaign.channels.webhook import Webhooks, WebhookSettings
from services.campaign.domain.outgoing import HandedOver, Outgoing, Refused, Uncertain

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def mail(send: UUID | None = None, **changed: Any) -> Outgoing:
    send = send or uuid4()
    said = {
        "address": "ada@shop.example",
        "sender": "Nordlicht <news@nordlicht.example>",
        "message_id": f"<{send.hex}@nordlicht.example>",
        "subject": "Hello",
        "text": "Hello, Ada.",
        "html": "<p>Hello, Ada.</p>",
    }
    return Outgoing(send=send, workspace="demo", channel="email", **(said | changed))


def hook(send: UUID | None = None, **changed: Any) -> Outgoing:
    said = {"payload": orjson.dumps({"text": "Hello, Ada."})}
    return Outgoing(send=send or uuid4(), workspace="demo", channel="webhook", **(said | changed))


@dataclass
class Mailman:
    """A mail server: what it has is what its sink keeps."""

    sink: Sink
    settings: dict[str, Any] = field(default_factory=dict)

    def provider(self, seconds: float = 5) -> Smtp:
        host, _, port = self.sink.smtp_url.removeprefix("smtp://").partition(":")
        said = {
            "host": host,
            "port": int(port),
            "security": "none",
            "lookup_url": self.sink.lookup_url,
            "hello_name": "rapport.test",
        }
        return Smtp(SmtpSettings.model_validate(said | self.settings), clock=clock, seconds=seconds)

    def nobody(self, seconds: float) -> Smtp:
        return Smtp(
            SmtpSettings.model_validate(
                {"host": "127.0.0.1", "port": 1, "security": "none", "lookup_url": self.sink.lookup_url}
            ),
            clock=clock,
            seconds=seconds,
        )

    def message(self, send: UUID | None = None, text: str = "Hello, Ada.") -> Outgoing:
        return mail(send, subject=text, text=text, html="")

    def refuses_for_good(self) -> None:
        self.sink.faults.refuse["RCPT"] = "550 5.1.1 There is nobody of this name"

    def refuses_for_now(self) -> None:
        self.sink.faults.refuse["DATA"] = "451 4.3.0 Come back later"

    def dies_after_accepting(self) -> None:
        self.sink.faults.drop = "after_storing"

    def dies_before_accepting(self) -> None:
        self.sink.faults.drop = "before_storing"

    def sleeps(self) -> None:
        self.sink.faults.pause = "after_storing"

    def recovers(self) -> None:
        self.sink.faults.refuse.clear()
        self.sink.faults.drop = None
        self.sink.faults.resume.set()

    async def has(self) -> list[tuple[str, str]]:
        """By which key, and what it says."""
        return [(one.mail.message_id, one.letter.text.rstrip("\r\n")) for one in await self.sink.mails()]

    def key(self, message: Outgoing) -> str:
        return message.message_id


@dataclass
class Listener:
    """A small HTTP server: takes calls, answers after a mishap or none, and can be asked for a send."""

    url: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: str = "200 OK"
    headers: str = ""
    mishap: str = ""
    awake: asyncio.Event = field(default_factory=asyncio.Event)

    def provider(self, seconds: float = 5) -> Webhooks:
        said = {
            "url": f"{self.url}/in",
            "lookup_url": f"{self.url}/has/",
            "allow_private": True,
            "signing_secret": "whsec_bm9ib2R5IGtub3dzIGl0",
        }
        return Webhooks(WebhookSettings.model_validate(said | self.settings), clock=clock, seconds=seconds)

    def nobody(self, seconds: float) -> Webhooks:
        return Webhooks(
            WebhookSettings.model_validate({"url": "http://127.0.0.1:1/", "allow_private": True}),
            clock=clock,
            seconds=seconds,
        )

    def message(self, send: UUID | None = None, text: str = "Hello, Ada.") -> Outgoing:
        return hook(send, payload=orjson.dumps({"text": text}))

    def refuses_for_good(self) -> None:
        self.status = "410 Gone"

    def refuses_for_now(self) -> None:
        self.status = "503 Service Unavailable"

    def dies_after_accepting(self) -> None:
        self.mishap = "after"

    def dies_before_accepting(self) -> None:
        self.mishap = "before"

    def sleeps(self) -> None:
        self.mishap = "sleeps"

    def recovers(self) -> None:
        self.status, self.mishap = "200 OK", ""
        self.awake.set()

    async def has(self) -> list[tuple[str, str]]:
        return [(said["idempotency-key"], orjson.loads(body)["text"]) for _, said, body in self.calls]

    def key(self, message: Outgoing) -> str:
        return str(message.send)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *lines = head.strip().split("\r\n")
        said = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
        body = await reader.readexactly(int(said.get("content-length", 0)))
        method, path, _ = line.split()
        if path.startswith("/has/"):
            known = any(key == path.removeprefix("/has/") for key, _ in await self.has())
            await reply(writer, "200 OK" if known else "404 Not Found")
            return
        if self.mishap == "before":
            writer.transport.abort()
            return
        if method == "POST" and self.status.startswith("2"):
            self.calls.append((path, said, body))
        if self.mishap == "after":
            writer.transport.abort()
            return
        if self.mishap == "sleeps":
            await self.awake.wait()
        await reply(writer, self.status, self.headers)


async def reply(writer: asyncio.StreamWriter, status: str, headers: str = "") -> None:
    writer.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: 2\r\nConnection: close\r\n\r\nok".encode())
    await writer.drain()
    writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    stranger = Listener()
    server = await asyncio.start_server(stranger.answer, "127.0.0.1", 0)
    stranger.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield stranger
    finally:
        stranger.awake.set()
        server.close()
        await server.wait_closed()


@dataclass
class Stand:
    """A stranger without a network: for tests of what stands behind a provider."""

    handed: list[Outgoing] = field(default_factory=list)
    mood: str = ""
    awake: asyncio.Event = field(default_factory=asyncio.Event)

    def provider(self, seconds: float = 5) -> "Recording":
        return Recording(self, seconds)

    def nobody(self, seconds: float) -> "Recording":
        return Recording(Stand(mood="away"), seconds)

    def message(self, send: UUID | None = None, text: str = "Hello, Ada.") -> Outgoing:
        return mail(send, text=text)

    def refuses_for_good(self) -> None:
        self.mood = "never"

    def refuses_for_now(self) -> None:
        self.mood = "later"

    def dies_after_accepting(self) -> None:
        self.mood = "after"

    def dies_before_accepting(self) -> None:
        self.mood = "before"

    def sleeps(self) -> None:
        self.mood = "sleeps"

    def recovers(self) -> None:
        self.mood = ""
        self.awake.set()

    async def has(self) -> list[tuple[str, str]]:
        return [(each.message_id, each.text) for each in self.handed]

    def key(self, message: Outgoing) -> str:
        return message.message_id


@dataclass
class Recording:
    """The provider of a stand; as good as the others by the same suite."""

    stand: Stand
    seconds: float = 5
    closed: bool = False
    answerable: bool = True

    async def hand_over(self, message: Outgoing) -> HandedOver:
        mood = self.stand.mood
        if mood in {"never", "later", "away"}:
            raise Refused(f"It said {mood}.", permanent=mood == "never", code=mood)
        if mood == "before":
            raise Uncertain("It died.")
        self.stand.handed.append(message)
        if mood == "after":
            raise Uncertain("It died.")
        if mood == "sleeps":
            try:
                async with asyncio.timeout(self.seconds):
                    await self.stand.awake.wait()
            except TimeoutError:
                raise Uncertain("It sleeps.") from None
        return HandedOver(message.message_id)

    async def look_up(self, message: Outgoing) -> HandedOver | None:
        found = any(each.send == message.send for each in self.stand.handed)
        return HandedOver(message.message_id) if found else None

    async def check(self) -> str | None:
        return "It is away." if self.stand.mood == "away" else None

    async def close(self) -> None:
        self.closed = True
