"""Versions: what is published takes effect; what is not can be tried out before."""

import asyncpg
from rapport.conditions.v1 import conditions_pb2
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2
from rapport.segment.v1 import segment_pb2 as pb

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import NotFound, NotNow
from chassis.idempotency import answer, answered
from chassis.workspaces import Workspaces
from services.segment import actions, convert
from services.segment.engine.ask import DRAFT, Asking, draft
from services.segment.rpc import common
from services.segment.rpc.segments import message, now_us
from services.segment.store import definitions


class Versions:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def publish(self, request: pb.PublishSegmentRequest) -> resources_pb2.Segment:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.Segment):
                return reply
            await actions.write_alone(tx)
            row = await common.segment(tx, request.name, lock=True)
            common.insist_on_etag(request.etag, row, "SEGMENT_CHANGED", "segment")
            await self._put_in_force(tx, row, row["draft"], field="condition")
            return await answer(tx, request, await message(tx, request.name))

    async def rollback(self, request: pb.RollbackSegmentRequest) -> resources_pb2.Segment:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.Segment):
                return reply
            await actions.write_alone(tx)
            row = await common.segment(tx, request.name, lock=True)
            former = await version(tx, row, request.version)
            kept = (row["display_name"], row["description"], former["condition"])
            await definitions.update(await tx.raw(), tx.workspace, row["id"], kept, self._clock())
            await self._put_in_force(tx, row, former["condition"], field="version")
            return await answer(tx, request, await message(tx, request.name))

    async def _put_in_force(self, tx: Tx, row: asyncpg.Record, condition: bytes, *, field: str) -> None:
        """A new version from *condition*, unless that is in force already."""
        if row["reached_key"] is not None:
            raise NotNow(
                "SEGMENT_BUILDING",
                "The version before is still taking effect; publish again when the segment is LIVE.",
                retry_after_seconds=1,
            )
        if row["condition"] == condition:
            return
        said = common.parsed(condition)
        await common.sensible(tx, said, field=field, defines=f"segments/{row['slug']}")
        connection = await tx.raw()
        time_us = now_us(self._clock())
        number = await definitions.publish(
            connection, tx.workspace, row["id"], condition, publisher=caller().actor, now_us=time_us
        )
        await definitions.touch(connection, tx.workspace, building=True)
        tx.emit(published(row, number, said, time_us))

    async def get(self, request: pb.GetSegmentVersionRequest) -> resources_pb2.SegmentVersion:
        async with self._db.begin(caller().workspace) as tx:
            row = await common.segment(tx, request.name)
            return convert.version_message(row["slug"], await version(tx, row, request.name))

    async def page(self, request: pb.ListSegmentVersionsRequest) -> pb.ListSegmentVersionsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int) or [FIRST]
        async with self._db.begin(caller().workspace) as tx:
            row = await common.segment(tx, request.parent)
            rows = await definitions.versions(await tx.raw(), tx.workspace, row["id"], before[0], limit + 1)
        shown, token = pages.page(rows, limit, lambda one: [one["number"]])
        versions = [convert.version_message(row["slug"], one) for one in shown]
        return pb.ListSegmentVersionsResponse(versions=versions, next_page_token=token)

    async def preview(self, request: pb.PreviewConditionRequest) -> pb.PreviewConditionResponse:
        """Asks the evaluator that decides membership, of everybody."""
        now = self._clock()
        async with self._db.begin(caller().workspace) as tx:
            condition = draft(await common.sensible(tx, request.condition, field="condition"))
            asking = await self._asking(tx)
            if request.HasField("as_of_time"):
                question = await asking.then(common.instant(request.as_of_time, now), condition)
            else:
                question = asking.now(condition)
            reply = pb.PreviewConditionResponse(evaluation_time=convert.instant(question.t))
            async for profile, holds in asking.holding(question, DRAFT):
                reply.profile_count += 1
                reply.member_count += holds
                if holds and len(reply.members) < SHOWN:
                    reply.members.append(profile.name)
        return reply

    async def compare(self, request: pb.CompareSegmentRequest) -> pb.CompareSegmentResponse:
        async with self._db.begin(caller().workspace) as tx:
            row = await common.segment(tx, request.name)
            asking = await self._asking(tx)
            question = asking.now(draft(row["draft"]))
            reply = pb.CompareSegmentResponse(evaluation_time=convert.instant(question.t))
            async for profile, holds in asking.holding(question, DRAFT):
                known = asking.known(question, profile)
                is_in = row["id"] in question.view.acting and known.verdict(row["id"], question.t).holds
                note(reply, profile.name, was=is_in, will=holds)
        return reply

    async def _asking(self, tx: Tx) -> Asking:
        told = self._workspaces.of(tx.workspace)
        return await Asking.begin(await tx.raw(), tx.workspace, told, now_us(self._clock()))


async def version(tx: Tx, row: asyncpg.Record, name: str) -> asyncpg.Record:
    slug, _, number = name.removeprefix("segments/").partition("/versions/")
    found = None
    if slug == row["slug"] and number.isdecimal() and int(number) <= row["last_version"]:
        found = await definitions.version(await tx.raw(), tx.workspace, row["id"], int(number))
    if found is None:
        raise NotFound("VERSION_NOT_FOUND", f"{row['slug']} never had a version {number}.", name=name)
    return found


def published(
    row: asyncpg.Record, number: int, condition: conditions_pb2.Condition, time_us: int
) -> events.SegmentPublished:
    return events.SegmentPublished(
        segment=f"segments/{row['slug']}",
        version=convert.version_name(row["slug"], number),
        display_name=row["display_name"],
        condition=condition,
        event_time=convert.instant(time_us),
    )


def note(reply: pb.CompareSegmentResponse, profile: str, *, was: bool, will: bool) -> None:
    reply.staying_count += was and will
    reply.entering_count += will and not was
    reply.leaving_count += was and not will
    if was != will and len(some := reply.entering if will else reply.leaving) < SHOWN:
        some.append(profile)


SHOWN = 20
# Above every number of a version.
FIRST = (1 << 31) - 1
