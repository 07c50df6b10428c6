"""Broadcasts: one message to everybody in an audience."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Invalid, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from chassis.workspaces import Workspaces
from conditions.calendar import microseconds
from services.campaign.convert import broadcasts as convert
from services.campaign.engine.broadcasts import start_us
from services.campaign.rpc import common
from services.campaign.store import broadcasts as store
from services.campaign.store import templates

Context = grpc.aio.ServicerContext[Any, Any]
Verb = (
    pb.SendBroadcastRequest | pb.PauseBroadcastRequest | pb.ResumeBroadcastRequest | pb.CancelBroadcastRequest
)


class Broadcasts:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def CreateBroadcast(self, request: pb.CreateBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        said = request.broadcast
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Broadcast):
                return reply
            values, slug = await values_of(tx, said), common.slug_of(said.name)
            if not await store.create(await tx.raw(), tx.workspace, slug, values, self._now_us()):
                raise AlreadyExists("NAME_TAKEN", f"There is a broadcast {slug} already.", name=said.name)
            return await answer(tx, request, convert.broadcast(await broadcast(tx, said.name)))

    async def GetBroadcast(self, request: pb.GetBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        async with self._db.begin(caller().workspace) as tx:
            return convert.broadcast(await broadcast(tx, request.name))

    async def ListBroadcasts(
        self, request: pb.ListBroadcastsRequest, _: Context
    ) -> pb.ListBroadcastsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int, str) or [LAST, ""]
        state = content_pb2.Broadcast.State.Name(request.state) if request.state else ""
        async with self._db.begin(caller().workspace) as tx:
            place = (before[0], before[1])
            rows = await store.page(await tx.raw(), tx.workspace, state, place, limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["create_us"], row["slug"]])
        return pb.ListBroadcastsResponse(broadcasts=map(convert.broadcast, shown), next_page_token=token)

    async def UpdateBroadcast(self, request: pb.UpdateBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        said = request.broadcast
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Broadcast):
                return reply
            row = await broadcast(tx, said.name, lock=True)
            common.insist_on_etag(said.etag, row["revision"], "broadcast")
            kept = convert.broadcast(row)
            after = merged(kept, said, paths)
            if after != kept:
                insist_on_state(row, NOT_BEGUN, "changed")
                values, connection = await values_of(tx, after), await tx.raw()
                await store.update(connection, tx.workspace, row["slug"], values, self._now_us())
                if row["state"] == "SCHEDULED":
                    await self._schedule(tx, await broadcast(tx, said.name))
            return await answer(tx, request, convert.broadcast(await broadcast(tx, said.name)))

    async def DeleteBroadcast(self, request: pb.DeleteBroadcastRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            row = await broadcast(tx, request.name, lock=True)
            insist_on_state(row, {"DRAFT"}, "deleted")
            await store.delete(await tx.raw(), tx.workspace, row["slug"])
        return Empty()

    async def SendBroadcast(self, request: pb.SendBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        """A held one goes at once: that it is late was what it waited for."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Broadcast):
                return reply
            row = await broadcast(tx, request.name, lock=True)
            common.insist_on_etag(request.etag, row["revision"], "broadcast")
            if row["state"] not in {"SCHEDULED", "SENDING"}:
                insist_on_state(row, {"DRAFT", "HELD"}, "sent")
                await self._schedule(tx, row)
            return await answer(tx, request, convert.broadcast(await broadcast(tx, request.name)))

    async def PauseBroadcast(self, request: pb.PauseBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        """What is handed to a provider at this moment still goes out."""
        return await self._turn(request, {"SCHEDULED", "SENDING"}, "PAUSED")

    async def ResumeBroadcast(self, request: pb.ResumeBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Broadcast):
                return reply
            row = await broadcast(tx, request.name, lock=True)
            if row["state"] not in {"SCHEDULED", "SENDING"}:
                insist_on_state(row, {"PAUSED"}, "resumed")
                await self._go_on(tx, row)
            return await answer(tx, request, convert.broadcast(await broadcast(tx, request.name)))

    async def CancelBroadcast(self, request: pb.CancelBroadcastRequest, _: Context) -> content_pb2.Broadcast:
        return await self._turn(request, {"SCHEDULED", "HELD", "SENDING", "PAUSED"}, "CANCELLED")

    async def _turn(self, request: Verb, before: set[str], after: str) -> content_pb2.Broadcast:
        """Stops it, for now or for good; once more changes nothing."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, content_pb2.Broadcast):
                return reply
            row = await broadcast(tx, request.name, lock=True)
            if row["state"] != after:
                insist_on_state(row, before, after.lower())
                connection, slug = await tx.raw(), row["slug"]
                await store.be(connection, tx.workspace, slug, after, self._now_us())
                await store.rest(connection, tx.workspace, slug)
                await store.stop(connection, tx.workspace, slug, after)
            return await answer(tx, request, convert.broadcast(await broadcast(tx, request.name)))

    async def _go_on(self, tx: Tx, row: asyncpg.Record) -> None:
        if row["begun_us"] is None:
            await self._schedule(tx, row)
            return
        connection, slug, now_us = await tx.raw(), row["slug"], self._now_us()
        await store.be(connection, tx.workspace, slug, "SENDING", now_us)
        await store.wake(connection, tx.workspace, slug, now_us)
        await store.release(connection, tx.workspace, slug, now_us)

    async def _schedule(self, tx: Tx, row: asyncpg.Record) -> None:
        await insist_on_complete(tx, row)
        now, zone = self._clock(), self._workspaces.of(tx.workspace).zone
        start = start_us(row["send_us"], now, local_time=row["local_time"], zone=zone)
        await store.schedule(await tx.raw(), tx.workspace, row["slug"], start, self._now_us())

    def _now_us(self) -> int:
        return microseconds(self._clock())


async def broadcast(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    slug = common.slug_of(name)
    row = await store.broadcast(await tx.raw(), tx.workspace, slug, lock=lock) if slug else None
    if row is None:
        raise NotFound("BROADCAST_NOT_FOUND", f"There is no broadcast {slug}.", name=name)
    return row


async def values_of(tx: Tx, said: content_pb2.Broadcast) -> store.Values:
    """As it is kept; refused when the audience makes no sense or a variant's name stands twice."""
    ids = [variant.id for variant in said.variants]
    if twice := [index for index, id in enumerate(ids) if id in ids[:index]]:
        field = f"broadcast.variants[{twice[0]}].id"
        raise Invalid(
            "BROADCAST_INCOMPLETE",
            f"Two variants are called {ids[twice[0]]}; give each a name of its own.",
            violations=[Violation(field, "is there already")],
        )
    audience = b""
    if said.audience.ByteSize():
        audience = await common.sensible(tx, said.audience, field="broadcast.audience")
    return store.Values(
        display_name=said.display_name,
        audience=audience,
        variants=convert.variants(said),
        templates=sorted({variant.template for variant in said.variants}),
        send_us=said.send_time.ToMicroseconds() if said.HasField("send_time") else None,
        local_time=said.local_time,
        holdout_basis_points=said.holdout_basis_points,
    )


async def insist_on_complete(tx: Tx, row: asyncpg.Record) -> None:
    """An audience, something to say, all of it on one channel. Its templates stay from here on."""
    lacking = [] if row["audience"] else [Violation("audience", "say who gets it")]
    if not row["templates"]:
        lacking.append(Violation("variants", "say what is sent"))
    if row["local_time"] and row["send_us"] is None:
        lacking.append(Violation("send_time", "say at which time of her day"))
    slugs = [name.removeprefix("templates/") for name in row["templates"]]
    connection = await tx.raw()
    missing = (
        await templates.missing(connection, tx.workspace, slugs)
        if not any("\0" in each for each in slugs)
        else slugs
    )
    lacking += [Violation("variants", f"there is no template {slug}") for slug in missing]
    found = {} if missing else await templates.templates(connection, tx.workspace, slugs)
    if len({template["channel"] for template in found.values()}) > 1:
        lacking.append(Violation("variants", "all have to go out on one channel"))
    lacks = [Violation("variants", each) for each in {*(await common.lacking(tx, found.values())).values()}]
    if lacking + lacks:
        first = (lacking + lacks)[0]
        raise NotNow(
            "BROADCAST_INCOMPLETE",
            f"The broadcast is not complete: {first.field}: {first.description.removesuffix('.')}.",
            violations=lacking + lacks,
        )


def insist_on_state(row: asyncpg.Record, states: set[str], verb: str) -> None:
    begun = row["state"] == "PAUSED" and row["begun_us"] is not None and states is NOT_BEGUN
    if row["state"] not in states or begun:
        raise NotNow(
            "BROADCAST_STATE_FORBIDS",
            f"It is {row['state'].lower()}; it can be {verb} when it is {', '.join(sorted(states)).lower()}.",
            state=row["state"],
        )


def merged(
    kept: content_pb2.Broadcast, said: content_pb2.Broadcast, paths: Sequence[str]
) -> content_pb2.Broadcast:
    """What is kept, with these fields as they are said."""
    after = content_pb2.Broadcast()
    after.CopyFrom(kept)
    FieldMask(paths=paths).MergeMessage(said, after, replace_message_field=True, replace_repeated_field=True)
    return after


WRITABLE = {"display_name", "audience", "variants", "send_time", "local_time", "holdout_basis_points"}
NOT_BEGUN = {"DRAFT", "SCHEDULED", "HELD", "PAUSED"}
LAST = (1 << 63) - 1
