"""The support service as it runs, on a database and a bus of the tests; asked as the gateway asks it, written
to by SMTP, and listened to."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import aiosmtplib
import asyncpg
import grpc
import nats
from google.protobuf.message import Message
from nats.aio.subscription import Subscription
from rapport.profile.v1 import events_pb2 as profile_events
from rapport.profile.v1 import profile_pb2
from rapport.support.v1 import desk_pb2, tickets_pb2
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import support_pb2_grpc as stubs

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.ids import uuid7
from services.support import app
from services.support.settings import Settings
from tests.eventually import eventually
from tests.profile.house import Hands, Refused, refused
from tests.support.sink import Sink

SECRET = "a secret of the house"
REPLY_SECRET = "a secret of replies"
NUMBERS = itertools.count(1)


@dataclass(slots=True)
class House:
    """A running support service, who listens to it, and the mail server its answers go out by."""

    app: app.App
    clock: Hands
    support: stubs.SupportServiceStub
    connection: "asyncpg.Connection[asyncpg.Record]"
    listener: Subscription
    sink: Sink
    told: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    async def listen(self) -> None:
        """Until everything that was promised is told, and heard."""
        await eventually(0, lambda: self.connection.fetchval("SELECT count(*) FROM outbox"), seconds=20)
        await self.listener._conn.flush()
        while self.listener.pending_msgs:
            msg = await self.listener.next_msg()
            name, _, workspace = msg.subject.rpartition(".")
            fact = getattr(events, name.removeprefix("rapport.support.v1."))
            self.told[workspace].append(fact.FromString(msg.data))

    async def send(self, raw: bytes, to: list[str], sender: str = "ada@example.com") -> None:
        """By SMTP, as any server of the world does."""
        host, port = self.app.smtp_address.rsplit(":", 1)
        client = aiosmtplib.SMTP(hostname=host, port=int(port), start_tls=False)
        async with client:
            await client.sendmail(sender, to, raw)


@dataclass(slots=True)
class Shop:
    """One workspace of a house: its mailbox, what its staff asks, what its customers write."""

    house: House
    workspace: str = field(default_factory=lambda: f"shop-{next(NUMBERS)}")

    @property
    def address(self) -> str:
        return f"help@{self.workspace}.example"

    async def ask(self, request: Message) -> Any:
        method = getattr(self.house.support, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(self.workspace, "keys/ada", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.house.clock()))

    async def answer(self, request: Message) -> Any:
        try:
            return await self.ask(request)
        except grpc.aio.AioRpcError as no:
            return refused(no)

    async def refusal(self, request: Message) -> Refused:
        answer = await self.answer(request)
        assert isinstance(answer, Refused), answer
        return answer

    async def mailbox(self, slug: str = "help", **more: Any) -> desk_pb2.Mailbox:
        said = {"address": self.address if slug == "help" else f"{slug}@{self.workspace}.example", **more}
        return await self.ask(
            pb.CreateMailboxRequest(mailbox=desk_pb2.Mailbox(name=f"mailboxes/{slug}", **said))
        )

    async def receive(self, raw: bytes, mailbox: str = "help", **more: Any) -> pb.ReceiveMailResponse:
        return await self.ask(pb.ReceiveMailRequest(name=f"mailboxes/{mailbox}", raw=raw, **more))

    async def write(self, subject: str = "My lamp", body: str = "It is broken.", **headers: str) -> Any:
        """The customer's mail to the mailbox, taken in at once."""
        return await self.receive(self.mail(subject, body, **headers))

    def mail(
        self, subject: str = "My lamp", body: str = "It is broken.", html: str = "", **headers: str
    ) -> bytes:
        made = EmailMessage()
        said = {
            "From": "Ada <ada@example.com>",
            "To": self.address,
            "Subject": subject,
            **underlined(headers),
        }
        said.setdefault("Message-ID", f"<{uuid4().hex}@example.com>")
        for name, value in said.items():
            made[name] = value
        made.set_content(body)
        if html:
            made.add_alternative(html, subtype="html")
        return made.as_bytes()

    async def until_taken_in(self) -> None:
        """Until no mail waits."""
        sql = "SELECT count(*) FROM due WHERE kind = 'mail' AND workspace = $1"
        await eventually(0, lambda: self.house.connection.fetchval(sql, self.workspace))

    async def ticket(self, name: str) -> tickets_pb2.Ticket:
        return await self.ask(pb.GetTicketRequest(name=name))

    async def tickets(self, **filters: Any) -> list[tickets_pb2.Ticket]:
        return list((await self.ask(pb.ListTicketsRequest(**filters))).tickets)

    async def messages(self, ticket: str, **more: Any) -> list[tickets_pb2.Message]:
        return list((await self.ask(pb.ListMessagesRequest(parent=ticket, **more))).messages)

    async def say(self, ticket: str, text: str = "We send a new one.", **more: Any) -> tickets_pb2.Message:
        flags = {name: more.pop(name) for name in ("resolve", "hold") if name in more}
        said = tickets_pb2.Message(**{"author": AGENT, "text": text, **more})
        return await self.ask(pb.CreateMessageRequest(parent=ticket, message=said, **flags))

    async def sent(self, count: int = 1, to: str = "ada@example.com") -> list[Any]:
        """The mails that went out to this address, once there are so many."""
        await eventually(count, lambda: len(self.mails_to(to)))
        return self.mails_to(to)

    def mails_to(self, address: str) -> list[Any]:
        return [
            sent
            for sent in self.house.sink.to(address)
            if f"{self.workspace}.example" in str(sent.mail["From"])
        ]

    async def tell(self, *facts: Message) -> None:
        """Publishes facts as the profile service does, and waits until they are heard."""
        for fact in facts:
            id = str(uuid7())
            subject = f"{fact.DESCRIPTOR.full_name}.{self.workspace}"
            await self.house.app.bus.publish(subject, fact.SerializeToString(), {"ce-id": id})
            await eventually(1, partial(self.house.connection.fetchval, HEARD, id))

    async def introduce(self, *addresses: str, profile: UUID | None = None, revision: int = 1) -> str:
        """The profile service tells whose these addresses are."""
        name = f"profiles/{profile or uuid7()}"
        identifiers = [profile_pb2.Identifier(kind="email", value=each) for each in addresses]
        told = profile_events.UpdatedProfile(profile=name, revision=revision, identifiers=identifiers)
        await self.tell(profile_events.ProfileUpdated(profiles=[told]))
        return name

    async def facts(self, *types: type[Message]) -> list[Any]:
        """What was told in this workspace, once everything promised is told."""
        await self.house.listen()
        return [fact for fact in self.house.told[self.workspace] if isinstance(fact, types)]

    async def story(self) -> list[str]:
        """The names of the facts customers can see, in their order."""
        return [
            fact.DESCRIPTOR.name
            for fact in await self.facts(Message)
            if not isinstance(fact, events.TicketChanged)
        ]

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self.house.connection.transaction():
            await self.house.connection.execute(
                f"SELECT set_config('rapport.workspaces', '{self.workspace}', true)"
            )
            return await self.house.connection.fetch(sql, *arguments)


def underlined(headers: dict[str, str]) -> dict[str, str]:
    """`In_Reply_To` is `In-Reply-To`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@asynccontextmanager
async def running_house(
    database_url: str,
    nats_url: str,
    clock: Callable[[], datetime],
    sink: Sink,
    *,
    roles: tuple[str, ...] = ("serve", "worker"),
    **told: Any,
) -> AsyncIterator[House]:
    settings = Settings(
        database_url=database_url,
        nats_url=nats_url,
        caller_secret=SECRET,
        listen="127.0.0.1:0",
        grace_seconds=0,
        reply_secret=REPLY_SECRET,
        **{"smtp_listen": "127.0.0.1:0", "smtp_url": sink.smtp_url, **told},
    )
    ears = await nats.connect(nats_url)
    connection = await asyncpg.connect(database_url)
    listener = await ears.subscribe("rapport.support.v1.>")
    await ears.flush()
    try:
        async with (
            app.support_app(settings, frozenset(roles), clock) as running,
            channel(running.address) as to,
        ):
            yield House(running, clock, stubs.SupportServiceStub(to), connection, listener, sink)
            assert not running.failed.done(), running.failed.result()
    finally:
        await connection.close()
        await ears.close()


HEARD = "SELECT count(*) FROM inbox WHERE event_id = $1"
AGENT, CUSTOMER = tickets_pb2.Message.AGENT, tickets_pb2.Message.CUSTOMER
__all__ = ["AGENT", "CUSTOMER", "Hands", "House", "Refused", "Shop", "running_house"]
