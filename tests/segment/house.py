"""The segment service as it runs, on a database and a bus of the tests; these tell what profile would."""

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
from rapport.gateway.v1 import events_pb2 as gateway
from rapport.gateway.v1 import gateway_pb2
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2
from rapport.segment.v1 import segment_pb2 as pb
from rapport.segment.v1 import segment_pb2_grpc as stubs

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.ids import uuid7
from services.segment import app
from services.segment.settings import Settings
from tests.eventually import eventually
from tests.profile.house import Refused, refused
from tests.segment.world import condition

SECRET = "a secret of the house"
NUMBERS = itertools.count(1)


@dataclass(slots=True)
class House:
    """A running segment service, and who listens to it."""

    app: app.App
    clock: Callable[[], datetime]
    segments: stubs.SegmentServiceStub
    connection: "asyncpg.Connection[asyncpg.Record]"
    listener: Subscription
    told: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    async def until_taken(self, seq: int) -> None:
        await eventually(True, lambda: self._watermark_reached(seq), seconds=20)

    async def _watermark_reached(self, seq: int) -> bool:
        return bool(await self.connection.fetchval("SELECT seq >= $1 FROM hot_offset", seq))

    async def listen(self) -> None:
        """Until everything that was promised is told, and heard."""
        await eventually(0, lambda: self.connection.fetchval("SELECT count(*) FROM outbox"), seconds=20)
        await self.listener._conn.flush()
        while self.listener.pending_msgs:
            msg = await self.listener.next_msg()
            name, _, workspace = msg.subject.rpartition(".")
            fact = getattr(events, name.removeprefix("rapport.segment.v1."))
            self.told[workspace].append(fact.FromString(msg.data))


@dataclass(slots=True)
class Shop:
    """One workspace of a house: what is told of its customers, and what its staff asks."""

    house: House
    workspace: str = field(default_factory=lambda: f"shop-{next(NUMBERS)}")

    async def tell(self, *facts: Message) -> int:
        """Publishes facts as the profile service does; returns the number of the last in the stream."""
        for fact in facts:
            subject = f"{fact.DESCRIPTOR.full_name}.{self.workspace}"
            id = str(uuid7())
            headers = {"ce-id": id, "Nats-Msg-Id": id, "ce-time": self.house.clock().isoformat()}
            seq = (await self.house.app.bus.publish(subject, fact.SerializeToString(), headers)).seq
        return seq

    async def take(self, *facts: Message) -> None:
        """The same, and until the worker has taken it."""
        await self.house.until_taken(await self.tell(*facts))

    async def update_settings(self, *, revision: int = 1, **told: str) -> None:
        workspace = gateway_pb2.Workspace(name=f"workspaces/{self.workspace}", **told)
        fact = gateway.WorkspaceUpdated(workspace=workspace, revision=revision)
        subject = f"{fact.DESCRIPTOR.full_name}.{self.workspace}"
        await self.house.app.bus.publish(subject, fact.SerializeToString(), {"ce-id": str(uuid7())})

    async def ask(self, request: Message) -> Any:
        method = getattr(self.house.segments, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(self.workspace, "keys/ada", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.house.clock()))

    async def answer(self, request: Message) -> Any:
        """The reply, or how it was refused."""
        try:
            return await self.ask(request)
        except grpc.aio.AioRpcError as no:
            return refused(no)

    async def refusal(self, request: Message) -> Refused:
        answer = await self.answer(request)
        assert isinstance(answer, Refused), answer
        return answer

    async def create(self, slug: str, document: dict[str, Any], **more: Any) -> resources_pb2.Segment:
        return await self.ask(pb.CreateSegmentRequest(segment=segment(slug, document, **more)))

    async def publish(self, slug: str, document: dict[str, Any]) -> resources_pb2.Segment:
        """Makes or changes a segment, publishes it and waits until it is live."""
        if isinstance(await self.answer(pb.GetSegmentRequest(name=f"segments/{slug}")), Refused):
            await self.create(slug, document)
        else:
            await self.ask(pb.UpdateSegmentRequest(segment=segment(slug, document)))
        await self.ask(pb.PublishSegmentRequest(name=f"segments/{slug}"))
        return await self.live(slug)

    async def live(self, slug: str) -> resources_pb2.Segment:
        await eventually(resources_pb2.Segment.LIVE, lambda: self.state(slug))
        return await self.segment(slug)

    async def segment(self, slug: str) -> resources_pb2.Segment:
        return await self.ask(pb.GetSegmentRequest(name=f"segments/{slug}"))

    async def state(self, slug: str) -> int:
        return (await self.segment(slug)).state

    async def members(self, slug: str, **more: Any) -> set[int]:
        reply = await self.ask(pb.ListMembersRequest(parent=f"segments/{slug}", **more))
        return {member.profile_key for member in reply.members}

    async def pages(self, request: Message, items: str) -> list[list[Any]]:
        """Every page of a list."""
        found = []
        while True:
            reply = await self.ask(request)
            found.append(list(getattr(reply, items)))
            if not reply.next_page_token:
                return found
            request.page_token = reply.next_page_token

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


def segment(slug: str, document: dict[str, Any], **more: Any) -> resources_pb2.Segment:
    return resources_pb2.Segment(name=f"segments/{slug}", condition=condition(document), **more)


@asynccontextmanager
async def running_house(
    database_url: str, nats_url: str, clock: Callable[[], datetime]
) -> AsyncIterator[House]:
    settings = Settings(
        database_url=database_url,
        nats_url=nats_url,
        caller_secret=SECRET,
        listen="127.0.0.1:0",
        grace_seconds=0,
    )
    ears = await nats.connect(nats_url)
    connection = await asyncpg.connect(database_url)
    listener = await ears.subscribe("rapport.segment.v1.>")
    await ears.flush()
    try:
        async with (
            app.segment_app(settings, frozenset(("serve", "worker")), clock) as running,
            channel(running.address) as to,
        ):
            yield House(running, clock, stubs.SegmentServiceStub(to), connection, listener)
            assert not running.failed.done(), running.failed.result()
    finally:
        await connection.close()
        await ears.close()


__all__ = ["House", "Refused", "Shop", "running_house", "segment"]
