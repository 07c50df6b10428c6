"""Targets: what was promised for a ticket, and why."""

from datetime import datetime

from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database
from chassis.errors import NotFound
from chassis.rpc import Context
from services.support.actions.targets import calendars_of, named
from services.support.convert import targets as convert
from services.support.domain.clocks import closed, during, pauses
from services.support.rpc import common
from services.support.store import targets as store
from services.support.store import tickets


class Targets:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def ListTargets(self, request: pb.ListTargetsRequest, _: Context) -> pb.ListTargetsResponse:
        limit, now = pages.clamp(request.page_size), self._clock()
        after = pages.unseal(request.page_token, int, datetime, int, int)
        place = (after[0], after[1], after[2], after[3]) if after else BEFORE_ALL
        async with self._db.begin(caller().workspace) as tx:
            connection, ticket = await tx.raw(), await common.ticket_of(tx, request.parent)
            rows = await store.page(connection, tx.workspace, ticket.number, place, limit + 1)
            page, token = pages.page(
                rows, limit, lambda row: [row["ended"], row["due_order"], row["metric"], row["cycle"]]
            )
            hours = await calendars_of(connection, tx.workspace, page)
        found = [convert.stored(row, hours[named(row)], now) for row in page]
        return pb.ListTargetsResponse(
            targets=[convert.target_message(ticket.number, each) for each in found], next_page_token=token
        )

    async def ExplainTarget(
        self, request: pb.ExplainTargetRequest, _: Context
    ) -> tickets_pb2.TargetExplanation:
        async with self._db.begin(caller().workspace) as tx:
            connection, workspace = await tx.raw(), tx.workspace
            ticket = await common.ticket_of(tx, request.name.partition("/targets/")[0])
            key = convert.target_key(request.name)
            row = await store.target(connection, workspace, ticket.number, key) if key else None
            if row is None:
                raise NotFound("TARGET_NOT_FOUND", f"There is no {request.name}.", name=request.name)
            hours = (await calendars_of(connection, workspace, [row]))[named(row)]
            history = convert.history(ticket, (), await tickets.states(connection, workspace, ticket.number))
        now = self._clock()
        found, end = convert.stored(row, hours, now), row["stop_time"] or now
        stood = during(pauses(history, now), found.start, end)
        spans = closed(stood, end)
        return convert.explanation(
            convert.target_message(ticket.number, found),
            row["reason"],
            hours.intervals(found.start, end, spans),
            [each for each in stood if each.start < end],
            hours.differing(found.start, end),
            hours.counted(found.start, end, spans),
        )


BEFORE_ALL: store.Place = (-1, datetime.fromisoformat("0001-01-01T00:00:00Z"), 0, 0)
