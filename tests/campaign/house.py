"""The campaign service as it runs, on a database and a bus of the tests; these tell what others would."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
import grpc
import nats
from google.protobuf.message import Message
from nats.aio.subscription import Subscription
from rapport.campaign.v1 import campaign_pb2_grpc as stubs
from rapport.campaign.v1 import events_pb2 as events

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.ids import uuid7
from services.campaign import app
from services.campaign.settings import Settings
from tests.eventually import eventually
from tests.profile.house import Refused, refused

SECRET = "a secret of the house"
LINK_SECRET = "a secret of the links"
NUMBERS = itertools.count(1)


@dataclass(slots=True)
class House:
    """A running campaign service, and who listens to it."""

    app: app.App
    clock: Callable[[], datetime]
    campaigns: stubs.CampaignServiceStub
    connection: "asyncpg.Connection[asyncpg.Record]"
    listener: Subscription
    told: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    async def until_taken(self, name: str, seq: int) -> None:
        """Until a hot consumer has come so far."""
        await eventually(True, lambda: self._reached(name, seq), seconds=20)

    async def _reached(self, name: str, seq: int) -> bool:
        return bool(
            await self.connection.fetchval("SELECT seq >= $2 FROM hot_offset WHERE name = $1", name, seq)
        )

    async def listen(self) -> None:
        """Until everything that was promised is told, and heard."""
        await eventually(0, lambda: self.connection.fetchval("SELECT count(*) FROM outbox"), seconds=20)
        await self.listener._conn.flush()
        while self.listener.pending_msgs:
            msg = await self.listener.next_msg()
            name, _, workspace = msg.subject.rpartition(".")
            fact = getattr(events, name.removeprefix("rapport.campaign.v1."))
            self.told[workspace].append(fact.FromString(msg.data))


@dataclass(slots=True)
class Shop:
    """One workspace of a house: what is told of its customers, and what its staff asks."""

    house: House
    workspace: str = field(default_factory=lambda: f"shop-{next(NUMBERS)}")

    async def tell(self, *facts: Message) -> int:
        """Publishes facts as their owners do; returns the number of the last in its stream."""
        for fact in facts:
            subject = f"{fact.DESCRIPTOR.full_name}.{self.workspace}"
            id = str(uuid7())
            headers = {"ce-id": id, "Nats-Msg-Id": id, "ce-time": self.house.clock().isoformat()}
            seq = (await self.house.app.bus.publish(subject, fact.SerializeToString(), headers)).seq
        return seq

    async def take(self, *facts: Message) -> int:
        """The same, of one stream, and until the worker has taken it."""
        stream = facts[0].DESCRIPTOR.full_name.split(".")[1]
        seq = await self.tell(*facts)
        await self.house.until_taken(f"campaign-{stream}", seq)
        return seq

    async def ask(self, request: Message) -> Any:
        method = getattr(self.house.campaigns, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(self.workspace, "keys/ada", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.house.clock()))

    async def refusal(self, request: Message) -> Refused:
        try:
            answer = await self.ask(request)
        except grpc.aio.AioRpcError as no:
            return refused(no)
        raise AssertionError(f"{answer!r} is no refusal")

    async def facts(self, type: type[Message]) -> list[Any]:
        """What was told in this workspace, once everything promised is told."""
        await self.house.listen()
        return [fact for fact in self.house.told[self.workspace] if isinstance(fact, type)]

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self.house.connection.transaction():
            await self.house.connection.execute(
                f"SELECT set_config('rapport.workspaces', '{self.workspace}', true)"
            )
            return await self.house.connection.fetch(sql, *arguments)


@asynccontextmanager
async def running_house(
    database_url: str, nats_url: str, clock: Callable[[], datetime], **settings: Any
) -> AsyncIterator[House]:
    """*settings*: `smtp_url` and the like, beside what every house is told."""
    told = Settings(
        database_url=database_url,
        nats_url=nats_url,
        caller_secret=SECRET,
        link_url="https://shop.example",
        link_secret=LINK_SECRET,
        listen="127.0.0.1:0",
        grace_seconds=0,
        **settings,
    )
    ears = await nats.connect(nats_url)
    connection = await asyncpg.connect(database_url)
    listener = await ears.subscribe("rapport.campaign.v1.>")
    await ears.flush()
    try:
        async with (
            app.campaign_app(told, frozenset(("serve", "worker")), clock) as running,
            channel(running.address) as to,
        ):
            yield House(running, clock, stubs.CampaignServiceStub(to), connection, listener)
            assert not running.failed.done(), running.failed.result()
    finally:
        await connection.close()
        await ears.close()
