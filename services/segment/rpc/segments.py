"""Segments: drafts are written here, and nobody enters or leaves by that."""

from datetime import datetime
from typing import Any

from google.protobuf.empty_pb2 import Empty
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2
from rapport.segment.v1 import segment_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists
from chassis.idempotency import answer, answered
from services.segment import actions, convert
from services.segment.rpc import common
from services.segment.store import definitions, reads


class Segments:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def create(self, request: pb.CreateSegmentRequest) -> resources_pb2.Segment:
        said = request.segment
        slug = said.name.removeprefix("segments/")
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.Segment):
                return reply
            await actions.write_alone(tx)
            draft = await common.sensible(tx, said.condition, field="segment.condition", defines=said.name)
            new = definitions.NewSegment(slug, said.display_name, said.description, draft)
            if not await definitions.create(await tx.raw(), tx.workspace, new, self._clock()):
                raise AlreadyExists("SEGMENT_EXISTS", f"There is a segment {slug} already.", name=said.name)
            return await answer(tx, request, await message(tx, said.name))

    async def get(self, request: pb.GetSegmentRequest) -> resources_pb2.Segment:
        async with self._db.begin(caller().workspace) as tx:
            return await message(tx, request.name)

    async def page(self, request: pb.ListSegmentsRequest) -> pb.ListSegmentsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str)
        async with self._db.begin(caller().workspace) as tx:
            connection = await tx.raw()
            rows = await definitions.page(connection, tx.workspace, after[0] if after else "", limit + 1)
            last_key = await reads.last_key(connection, tx.workspace)
            if request.refers_to:
                everything = await definitions.page(connection, tx.workspace, after[0] if after else "", MOST)
                rows = [row for row in everything if request.refers_to in common.referred(row)][: limit + 1]
        shown, token = pages.page(rows, limit, lambda row: [row["slug"]])
        segments = [convert.segment_message(row, last_key) for row in shown]
        return pb.ListSegmentsResponse(segments=segments, next_page_token=token)

    async def update(self, request: pb.UpdateSegmentRequest) -> resources_pb2.Segment:
        said = request.segment
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources_pb2.Segment):
                return reply
            await actions.write_alone(tx)
            row = await common.segment(tx, said.name, lock=True)
            common.insist_on_etag(said.etag, row, "SEGMENT_CHANGED", "segment")
            values: dict[str, Any] = {name: getattr(said, name) for name in paths if name != "condition"}
            if "condition" in paths:
                values["draft"] = await common.sensible(
                    tx, said.condition, field="segment.condition", defines=said.name
                )
            if any(row[name] != value for name, value in values.items()):
                kept = tuple(values.get(name, row[name]) for name in ("display_name", "description", "draft"))
                await definitions.update(await tx.raw(), tx.workspace, row["id"], kept, self._clock())
            return await answer(tx, request, await message(tx, said.name))

    async def delete(self, request: pb.DeleteSegmentRequest) -> Empty:
        """Everybody leaves first; who refers to it keeps it from being deleted."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            await actions.write_alone(tx)
            row = await common.segment(tx, request.name, lock=True)
            await common.insist_on_no_references(tx, request.name, "SEGMENT_REFERENCED")
            await actions.empty(tx, row, now_us(self._clock()))
            await definitions.delete(await tx.raw(), tx.workspace, row["id"])
            await definitions.touch(await tx.raw(), tx.workspace, building=True)
            event_time = convert.timestamp(self._clock())
            tx.emit(events.SegmentDeleted(segment=request.name, event_time=event_time))
        return Empty()


async def message(tx: Tx, name: str) -> resources_pb2.Segment:
    row = await common.segment(tx, name)
    return convert.segment_message(row, await reads.last_key(await tx.raw(), tx.workspace))


def now_us(now: datetime) -> int:
    return round(now.timestamp() * 1_000_000)


WRITABLE = {"display_name", "description", "condition"}
# A workspace has hundreds of segments, not thousands.
MOST = 10_000
