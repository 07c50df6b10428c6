"""Agents: people at the desk."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from google.protobuf.empty_pb2 import Empty
from rapport.support.v1 import desk_pb2
from rapport.support.v1 import support_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from chassis.ids import uuid7
from chassis.rpc import Context
from services.support.actions import changed
from services.support.actions.assign import assign
from services.support.convert import desk as convert
from services.support.rpc import common
from services.support.store import desk, due


class Agents:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateAgent(self, request: pb.CreateAgentRequest, _: Context) -> desk_pb2.Agent:
        common.insist_on_text(request)
        said, now = request.agent, self._clock()
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Agent):
                return reply
            insist_on_name(said.display_name)
            id, teams = uuid7(now), await slugs(tx, said.teams)
            values = (said.display_name, said.email, teams, list(said.skills), said.capacity)
            await desk.create_agent(await tx.raw(), tx.workspace, id, values, now)
            return await answer(tx, request, await shown(tx, f"agents/{id}"))

    async def GetAgent(self, request: pb.GetAgentRequest, _: Context) -> desk_pb2.Agent:
        async with self._db.begin(caller().workspace) as tx:
            return await shown(tx, request.name)

    async def ListAgents(self, request: pb.ListAgentsRequest, _: Context) -> pb.ListAgentsResponse:
        common.insist_on_text(request)
        limit, team = pages.clamp(request.page_size), request.team.removeprefix("teams/")
        after = pages.unseal(request.page_token, str, UUID) or ["", UUID(int=0)]
        async with self._db.begin(caller().workspace) as tx:
            place = (after[0], after[1])
            rows = await desk.agents(await tx.raw(), tx.workspace, team, place, limit + 1)
        page, token = pages.page(rows, limit, lambda row: [row["display_name"], UUID(row["id"].hex)])
        return pb.ListAgentsResponse(agents=map(convert.agent_message, page), next_page_token=token)

    async def UpdateAgent(self, request: pb.UpdateAgentRequest, _: Context) -> desk_pb2.Agent:
        common.insist_on_text(request)
        said = request.agent
        paths = masks.changed(request.update_mask, said, {*desk.AGENT_VALUES})
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Agent):
                return reply
            row = await common.agent_of(tx, said.name, lock=True)
            common.insist_on_revision(said.etag, row, "agent")
            values = {name: row[name] for name in desk.AGENT_VALUES}
            values |= {name: plain_value(getattr(said, name)) for name in paths}
            insist_on_name(values["display_name"])
            if "teams" in paths:
                values["teams"] = await slugs(tx, said.teams)
            if any(row[name] != value for name, value in values.items()):
                given = [*values.values()]
                connection, now = await tx.raw(), self._clock()
                await desk.update_agent(connection, tx.workspace, row["id"], given, now)
                await due.drain(connection, tx.workspace, uuid7(now), now)
            return await answer(tx, request, await shown(tx, said.name))

    async def SetAvailability(self, request: pb.SetAvailabilityRequest, _: Context) -> desk_pb2.Agent:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Agent):
                return reply
            row = await common.agent_of(tx, request.name, lock=True)
            connection, now = await tx.raw(), self._clock()
            await desk.set_available(connection, tx.workspace, row["id"], request.available, now)
            await due.drain(connection, tx.workspace, uuid7(now), now)
            return await answer(tx, request, await shown(tx, request.name))

    async def DeleteAgent(self, request: pb.DeleteAgentRequest, _: Context) -> Empty:
        """Tickets first, then her row: so locks are taken in the order in which assigning takes them."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            row, connection = await common.agent_of(tx, request.name), await tx.raw()
            for number in await desk.tickets_of(connection, tx.workspace, row["id"]):
                case = await common.case_of(tx, f"tickets/{number}", self._clock)
                if case.ticket.assignee == row["id"]:
                    await assign(case, None, case.ticket.team)
                    await changed(tx, case)
            await common.agent_of(tx, request.name, lock=True)
            await desk.delete_agent(connection, tx.workspace, row["id"])
        return Empty()


def insist_on_name(name: str) -> None:
    if not name.strip():
        sentence = "must say what she is called"
        violations = [Violation("agent.display_name", sentence)]
        raise Invalid("AGENT_INVALID", f"agent.display_name {sentence}.", violations=violations)


async def slugs(tx: Tx, names: Sequence[str]) -> list[str]:
    wanted = [name.removeprefix("teams/") for name in names]
    missing = await desk.missing_teams(await tx.raw(), tx.workspace, wanted)
    if missing:
        violations = [
            Violation(f"agent.teams[{wanted.index(slug)}]", "is no team's name") for slug in missing
        ]
        raise NotFound("TEAM_NOT_FOUND", f"There is no team {missing[0]}.", violations=violations)
    return wanted


async def shown(tx: Tx, name: str) -> desk_pb2.Agent:
    return convert.agent_message(await common.agent_of(tx, name))


def plain_value(value: Any) -> Any:
    return value if isinstance(value, str | int) else list(value)
