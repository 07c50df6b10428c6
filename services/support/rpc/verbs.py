"""What the desk does to a ticket: assign, hold, resolve, reopen, merge, split; and the log of it."""

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database
from chassis.errors import Invalid, NotNow, Violation
from chassis.idempotency import answer, answered
from chassis.rpc import Context
from services.support.actions import changed
from services.support.actions.assign import assign
from services.support.actions.change import Case
from services.support.actions.open import reopened
from services.support.convert import tickets as convert
from services.support.convert.times import moment, timestamp
from services.support.domain import states
from services.support.domain.tickets import State
from services.support.rpc import common
from services.support.store import tickets


class Verbs:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def AssignTicket(self, request: pb.AssignTicketRequest, _: Context) -> tickets_pb2.Ticket:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            case = await common.case_of(tx, request.name, self._clock)
            common.insist_on_etag(request.etag, case.ticket)
            common.insist_on_state(states.ASSIGN, case.ticket)
            if request.WhichOneof("assignee") == "team":
                await assign(case, None, await common.team_slug(tx, request.team))
            else:
                await give(case, request.agent, force=request.force)
            if case.changes:
                await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, case.ticket))

    async def HoldTicket(self, request: pb.HoldTicketRequest, _: Context) -> tickets_pb2.Ticket:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            case = await common.case_of(tx, request.name, self._clock)
            common.insist_on_etag(request.etag, case.ticket)
            until = request.until_time if request.HasField("until_time") else None
            hold(case, State(request.state), until)
            await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, case.ticket))

    async def ResolveTicket(self, request: pb.ResolveTicketRequest, _: Context) -> tickets_pb2.Ticket:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            case = await common.case_of(tx, request.name, self._clock)
            common.insist_on_etag(request.etag, case.ticket)
            resolve(case, request.resolution)
            await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, case.ticket))

    async def ReopenTicket(self, request: pb.ReopenTicketRequest, _: Context) -> tickets_pb2.Ticket:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            case = await common.case_of(tx, request.name, self._clock)
            common.insist_on_state(states.REOPEN, case.ticket)
            states.reopen(case.ticket)
            case.log("reopen", "", "reopened", request.reason)
            await reopened(case, case.now, by_customer=False, reason=request.reason)
            await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, case.ticket))

    async def ListTicketChanges(
        self, request: pb.ListTicketChangesRequest, _: Context
    ) -> pb.ListTicketChangesResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int) or [FIRST]
        async with self._db.begin(caller().workspace) as tx:
            ticket = await common.ticket_of(tx, request.parent)
            rows = await tickets.changes(await tx.raw(), tx.workspace, ticket.number, before[0], limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["position"]])
        return pb.ListTicketChangesResponse(changes=map(convert.change_message, shown), next_page_token=token)


async def give(case: Case, name: str, *, force: bool) -> None:
    """To an agent who has room, whatever else is given to her at this moment."""
    agent = await common.agent_of(case.tx, name, lock=True)
    held = case.ticket.assignee == agent["id"]
    if not force and not held and agent["active_count"] >= agent["capacity"]:
        raise NotNow(
            "AGENT_AT_CAPACITY",
            f"{agent['display_name']} has {agent['active_count']} active tickets and takes no more; "
            "set force to give it all the same.",
            name=name,
        )
    await assign(case, agent["id"], case.ticket.team)


def hold(case: Case, state: State, until: Timestamp | None) -> None:
    common.insist_on_state(states.HOLD, case.ticket)
    if until is not None and moment(until) <= case.now:
        sentence = "must lie in the future"
        raise Invalid(
            "REQUEST_INVALID", f"until_time {sentence}.", violations=[Violation("until_time", sentence)]
        )
    states.hold(case.ticket, state, moment(until) if until is not None else None)


def resolve(case: Case, resolution: str = "", agent: str = "") -> None:
    common.insist_on_state(states.RESOLVE, case.ticket)
    states.resolve(case.ticket, case.now)
    case.log("resolve", "", "resolved", resolution)
    acting = caller().actor if caller().actor.startswith("agents/") else ""
    who = agent or acting or convert.agent_name(case.ticket.assignee)
    case.tell(
        events.TicketResolved(
            event_time=timestamp(case.now), ticket=case.ticket.name, agent=who, resolution=resolution
        )
    )


FIRST = (1 << 63) - 1
