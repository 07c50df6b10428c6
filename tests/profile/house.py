"""The profile service as it runs, on a database and a bus of the tests, asked as the gateway asks it."""

import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import grpc
import nats
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from nats.aio.subscription import Subscription
from rapport.capture.v1 import capture_pb2 as door
from rapport.gateway.v1 import events_pb2 as gateway
from rapport.gateway.v1 import gateway_pb2
from rapport.profile.v1 import events_pb2 as events
from rapport.profile.v1 import profile_pb2 as pb
from rapport.profile.v1 import profile_pb2_grpc as stubs

from chassis.callers import Caller, metadata
from chassis.channels import channel
from services.profile import app
from services.profile.settings import Settings
from services.profile.told import OWNERS
from tests.eventually import eventually
from tests.profile.world import NOON
from tracking.instant import iso

SECRET = "a secret of the house"
NUMBERS = itertools.count(1)
REACHED = "SELECT EXISTS (SELECT FROM hot_offset WHERE name = $1 AND seq >= $2)"
Fact = TypeVar("Fact", bound=Message)


@dataclass(slots=True)
class Hands:
    """A clock that is moved by hand, and forward only."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(slots=True)
class House:
    """A running profile service, and who listens to it."""

    app: app.App
    clock: Hands
    profiles: stubs.ProfileServiceStub
    connection: "asyncpg.Connection[asyncpg.Record]"
    listener: Subscription
    # What the service told, by workspace, in the order in which it was told.
    told: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    # Of what we told as others do: whose stream it is in, and where.
    sequences: dict[str, tuple[str, int]] = field(default_factory=dict)

    async def until_taken(self, seq: int) -> None:
        """Until the worker has committed the captured message of this number."""
        await eventually(True, lambda: self._watermark_reached(seq), seconds=20)

    async def _watermark_reached(self, seq: int) -> bool:
        return bool(await self.connection.fetchval(REACHED, "profile-capture", seq))

    async def until_heard(self, fact_id: str) -> None:
        """Until a handler has taken the fact of this id to heart."""
        owner, seq = self.sequences[fact_id]
        if owner in OWNERS:
            await eventually(True, lambda: self.connection.fetchval(REACHED, f"profile-{owner}", seq))
        else:
            query = "SELECT EXISTS (SELECT FROM inbox WHERE event_id = $1)"
            await eventually(True, lambda: self.connection.fetchval(query, fact_id))

    async def listen(self) -> None:
        """Until everything that was promised is told, and heard."""
        await eventually(0, lambda: self.connection.fetchval("SELECT count(*) FROM outbox"), seconds=20)
        await self.listener._conn.flush()
        while self.listener.pending_msgs:
            msg = await self.listener.next_msg()
            name, _, workspace = msg.subject.rpartition(".")
            fact = getattr(events, name.removeprefix("rapport.profile.v1."))
            self.told[workspace].append(fact.FromString(msg.data))

    async def rows(self, workspace: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self.connection.transaction():
            await self.connection.execute(f"SELECT set_config('rapport.workspaces', '{workspace}', true)")
            return await self.connection.fetch(sql, *arguments)


@dataclass(slots=True)
class Shop:
    """One workspace of a house: what its customers do, and what its staff asks."""

    house: House
    workspace: str = field(default_factory=lambda: f"house-{next(NUMBERS)}")

    async def capture(
        self, *said: dict[str, Any], call: int = door.BATCH, headers: dict | None = None, **around: Any
    ) -> int:
        """Publishes a batch as the gateway's door does; returns its number in the stream."""
        return await self.capture_requests(
            self.request(json.dumps({"batch": said} | around), call=call), headers=headers
        )

    def request(self, body: str | bytes, call: int = door.BATCH, **more: Any) -> door.CapturedRequest:
        body = body.encode() if isinstance(body, str) else body
        now_us = round(self.house.clock().timestamp() * 1_000_000)
        return door.CapturedRequest(call=call, body=body, receive_time_us=now_us, **more)

    async def capture_requests(
        self, *requests: door.CapturedRequest, headers: dict[str, str] | None = None
    ) -> int:
        data = door.EventsCaptured(requests=requests).SerializeToString()
        subject = f"{door.EventsCaptured.DESCRIPTOR.full_name}.{self.workspace}"
        headers = headers or {"Nats-Msg-Id": str(uuid4())}
        return (await self.house.app.bus.publish(subject, data, headers)).seq

    async def take(self, *said: dict[str, Any], **around: Any) -> None:
        """The same, and until the worker has taken it."""
        await self.house.until_taken(await self.capture(*said, **around))

    async def update_settings(self, *, revision: int = 1, **told: str) -> None:
        """Tells the workspace's settings as the gateway does; returns when they are heard."""
        workspace = gateway_pb2.Workspace(name=f"workspaces/{self.workspace}", **told)
        fact = gateway.WorkspaceUpdated(workspace=workspace, revision=revision)
        await self.house.until_heard(await self.tell(fact))

    async def tell(self, fact: Message, id: str = "") -> str:
        """Publishes a fact of another service, as its relay does; returns its id."""
        id = id or str(uuid4())
        subject = f"{fact.DESCRIPTOR.full_name}.{self.workspace}"
        ack = await self.house.app.bus.publish(subject, fact.SerializeToString(), {"ce-id": id})
        self.house.sequences[id] = (subject.split(".")[1], ack.seq)
        return id

    async def ask(self, request: Message) -> Any:
        """Calls the method whose request this is."""
        method = getattr(self.house.profiles, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(self.workspace, "keys/ada", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.house.clock()))

    async def answer(self, request: Message) -> Any:
        """The reply, or how it was refused."""
        try:
            return await self.ask(request)
        except grpc.aio.AioRpcError as no:
            return refused(no)

    async def refusal(self, request: Message) -> "Refused":
        answer = await self.answer(request)
        assert isinstance(answer, Refused), answer
        return answer

    async def profile(self, identifier: str) -> pb.Profile:
        return await self.ask(pb.LookupProfileRequest(identifier=identifier))

    async def name(self, identifier: str) -> str:
        return (await self.profile(identifier)).name

    async def update(self, name: str, traits: dict[str, Any] | bytes, **more: Any) -> pb.Profile:
        return await self.ask(updating(name, traits, **more))

    async def pages(self, request: Message, items: str) -> list[list[Any]]:
        """Every page of a list."""
        found = []
        while True:
            reply = await self.ask(request)
            found.append(list(getattr(reply, items)))
            if not reply.next_page_token:
                return found
            request.page_token = reply.next_page_token

    async def facts(self, type: type[Fact]) -> list[Fact]:
        """What was told in this workspace, once everything promised is told."""
        await self.house.listen()
        return [fact for fact in self.house.told[self.workspace] if isinstance(fact, type)]

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        return await self.house.rows(self.workspace, sql, *arguments)


@dataclass(frozen=True, slots=True)
class Refused:
    code: grpc.StatusCode
    reason: str
    sentence: str
    fields: Sequence[str] = ()


def refused(no: grpc.aio.AioRpcError) -> Refused:
    trailers = dict(no.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        for known in (info, bad):
            detail.Unpack(known)
    return Refused(no.code(), info.reason, status.message, [each.field for each in bad.field_violations])


def updating(name: str, traits: dict[str, Any] | bytes, *, etag: str = "", **more: Any) -> Message:
    document = traits if isinstance(traits, bytes) else json.dumps(traits).encode()
    return pb.UpdateProfileRequest(profile=pb.Profile(name=name, traits=document, etag=etag), **more)


def ago(seconds: float) -> str:
    """So many seconds before noon, as clients write times."""
    return iso(round((NOON - timedelta(seconds=seconds)).timestamp() * 1_000_000))


def time(message: Any) -> datetime:
    return message.ToDatetime(tzinfo=UTC)


def said(type: str, at: float = 0, **fields: Any) -> dict[str, Any]:
    """An event as a client sends it, *at* seconds before noon."""
    return {"type": type, "timestamp": ago(at), **fields}


def track(name: str, at: float = 0, **fields: Any) -> dict[str, Any]:
    return said("track", at, event=name, **fields)


def identify(at: float = 0, **fields: Any) -> dict[str, Any]:
    return said("identify", at, **fields)


def order(id: str, at: float = 0, *, user: str = "ada", name: str = "Order Completed", **told: Any) -> dict:
    return track(name, at, userId=user, properties={"order_id": id, **told})


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
    listener = await ears.subscribe("rapport.profile.v1.>")
    await ears.flush()
    try:
        async with (
            app.profile_app(settings, frozenset(("serve", "worker")), clock) as running,
            channel(running.address) as to,
        ):
            yield House(running, clock, stubs.ProfileServiceStub(to), connection, listener)
            assert not running.failed.done(), running.failed.result()
    finally:
        await connection.close()
        await ears.close()


async def cleared(nats_url: str) -> str:
    """The bus, empty: no stream of an earlier test is left."""
    connection = await nats.connect(nats_url)
    try:
        jetstream = connection.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(stream.config.name or "")
    finally:
        await connection.close()
    return nats_url
