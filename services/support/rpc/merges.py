"""Tickets that turn out to be one, and one that turns out to be two."""

from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound
from chassis.idempotency import answer, answered
from chassis.rpc import Context
from services.support.actions import changed
from services.support.actions.change import Case
from services.support.actions.merge import merge, split, unmerge
from services.support.domain import states
from services.support.rpc import common
from services.support.store import messages, tickets


class Merges:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def MergeTicket(self, request: pb.MergeTicketRequest, _: Context) -> tickets_pb2.Ticket:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            await tickets.alone(await tx.raw(), tx.workspace)
            survivor, absorbed = await self._pair(tx, request.name, request.other)
            for case in (survivor, absorbed):
                common.insist_on_state(states.MERGE, case.ticket)
            await merge(survivor, absorbed)
            await changed(tx, absorbed)
            await changed(tx, survivor)
            return await answer(tx, request, await common.shown(tx, survivor.ticket))

    async def UnmergeTicket(self, request: pb.UnmergeTicketRequest, _: Context) -> tickets_pb2.Ticket:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            connection = await tx.raw()
            await tickets.alone(connection, tx.workspace)
            numbers = [common.number_of(request.name), common.number_of(request.absorbed)]
            found = await tickets.locked(connection, tx.workspace, numbers)
            survivor, absorbed = (found.get(number) for number in numbers)
            if survivor is None:
                raise common.no_ticket(request.name)
            if absorbed is None or absorbed.merged_into != survivor.number:
                raise NotFound("MERGE_NOT_FOUND", f"{request.absorbed} is not merged into {request.name}.")
            pair = [
                Case(tx, each, caller().actor, self._clock(), each.state) for each in (survivor, absorbed)
            ]
            await unmerge(*pair)
            for case in pair:
                await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, survivor))

    async def SplitTicket(self, request: pb.SplitTicketRequest, _: Context) -> tickets_pb2.Ticket:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            connection = await tx.raw()
            await tickets.alone(connection, tx.workspace)
            case = await common.case_of(tx, request.name, self._clock)
            wanted = {common.uuid_of(name) for name in request.messages}
            ids = [id for id in wanted if id is not None]
            moved = await messages.some(connection, tx.workspace, case.ticket.number, ids)
            if len(moved) < len(wanted):
                raise NotFound("MESSAGE_NOT_FOUND", f"Not all of these are messages of {case.ticket.name}.")
            new = await split(case, moved, request.subject)
            await changed(tx, new)
            await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, new.ticket))

    async def _pair(self, tx: Tx, name: str, other: str) -> tuple[Case, Case]:
        """Both, as they live on, locked in the order of their numbers."""
        numbers = [(await common.ticket_of(tx, each)).number for each in (name, other)]
        if numbers[0] == numbers[1]:
            raise Invalid("MERGE_WITH_SELF", "A ticket cannot be merged with itself.", name=name)
        found = await tickets.locked(await tx.raw(), tx.workspace, numbers)
        one, two = (
            Case(tx, found[number], caller().actor, self._clock(), found[number].state) for number in numbers
        )
        return one, two
