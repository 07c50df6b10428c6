"""Teams: people who share a queue."""

import asyncpg
from google.protobuf.empty_pb2 import Empty
from rapport.support.v1 import desk_pb2
from rapport.support.v1 import support_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, NotFound, NotNow
from chassis.idempotency import answer, answered
from chassis.ids import uuid7
from chassis.rpc import Context
from services.support.convert import desk as convert
from services.support.rpc import common
from services.support.rpc.calendars import hold_calendar
from services.support.store import desk, due, targets


class Teams:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateTeam(self, request: pb.CreateTeamRequest, _: Context) -> desk_pb2.Team:
        common.insist_on_text(request)
        said, slug = request.team, request.team.name.removeprefix("teams/")
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Team):
                return reply
            await hold_calendar(tx, said.calendar, "team.calendar")
            values = (said.display_name, said.routing or desk_pb2.Team.LEAST_LOADED, said.calendar)
            if not await desk.create_team(await tx.raw(), tx.workspace, slug, values, self._clock()):
                raise AlreadyExists("NAME_TAKEN", f"There is a team {slug} already.", name=said.name)
            return await answer(tx, request, await shown(tx, said.name))

    async def GetTeam(self, request: pb.GetTeamRequest, _: Context) -> desk_pb2.Team:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace) as tx:
            return await shown(tx, request.name)

    async def ListTeams(self, request: pb.ListTeamsRequest, _: Context) -> pb.ListTeamsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        async with self._db.begin(caller().workspace) as tx:
            rows = await desk.teams(await tx.raw(), tx.workspace, after[0], limit + 1)
        page, token = pages.page(rows, limit, lambda row: [row["slug"]])
        return pb.ListTeamsResponse(teams=map(convert.team_message, page), next_page_token=token)

    async def UpdateTeam(self, request: pb.UpdateTeamRequest, _: Context) -> desk_pb2.Team:
        common.insist_on_text(request)
        said = request.team
        paths = masks.changed(request.update_mask, said, {*desk.TEAM_VALUES})
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Team):
                return reply
            row = await team(tx, said.name, lock=True)
            common.insist_on_revision(said.etag, row, "team")
            values = {name: getattr(said, name) if name in paths else row[name] for name in desk.TEAM_VALUES}
            values["routing"] = values["routing"] or desk_pb2.Team.LEAST_LOADED
            if any(row[name] != value for name, value in values.items()):
                given = [*values.values()]
                connection, now = await tx.raw(), self._clock()
                if row["calendar"] != values["calendar"]:
                    await hold_calendar(tx, said.calendar, "team.calendar")
                    await targets.change_terms(connection, tx.workspace, now)
                await desk.update_team(connection, tx.workspace, row["slug"], given, now)
                await due.drain(connection, tx.workspace, uuid7(now), now)
            return await answer(tx, request, await shown(tx, said.name))

    async def DeleteTeam(self, request: pb.DeleteTeamRequest, _: Context) -> Empty:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            connection, slug = await tx.raw(), (await team(tx, request.name, lock=True))["slug"]
            if await desk.team_in_use(connection, tx.workspace, slug):
                raise NotNow(
                    "TEAM_IN_USE",
                    f"Tickets or mailboxes belong to {slug}; give them to another team first.",
                    name=request.name,
                )
            await desk.delete_team(connection, tx.workspace, slug)
        return Empty()


async def team(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    slug = name.removeprefix("teams/")
    row = await desk.team(await tx.raw(), tx.workspace, slug, lock=lock)
    if row is None:
        raise NotFound("TEAM_NOT_FOUND", f"There is no team {slug}.", name=name)
    return row


async def shown(tx: Tx, name: str) -> desk_pb2.Team:
    return convert.team_message(await team(tx, name))
