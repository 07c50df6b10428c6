"""Tickets: opened, read, listed, changed."""

from datetime import datetime
from typing import Any

import orjson
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, Violation
from chassis.idempotency import answer, answered
from chassis.rpc import Context
from services.support.actions import changed
from services.support.actions.assign import assign
from services.support.actions.change import Case, around
from services.support.actions.open import Opening, heard_from, opened, opening_fact
from services.support.convert import tickets as convert
from services.support.convert.times import moment
from services.support.domain.addresses import plain
from services.support.domain.tickets import Channel, Priority
from services.support.rpc import common, saying
from services.support.store import people, search, tickets


class Tickets:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateTicket(self, request: pb.CreateTicketRequest, _: Context) -> tickets_pb2.Ticket:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            await tickets.alone(await tx.raw(), tx.workspace)
            opening = await opening_of(tx, request, self._clock())
            case = await opened(tx, opening, caller().actor, self._clock())
            text = ""
            if request.HasField("message"):
                said = await saying.spoken(tx, request.message, case)
                await saying.add(case, request.message, said, first=True)
                text = "" if request.message.internal else said.reply_text
            case.facts.insert(0, opening_fact(case, text, ()))
            await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, case.ticket))

    async def GetTicket(self, request: pb.GetTicketRequest, _: Context) -> tickets_pb2.Ticket:
        async with self._db.begin(caller().workspace) as tx:
            return await common.shown(tx, await common.ticket_of(tx, request.name))

    async def ListTickets(self, request: pb.ListTicketsRequest, _: Context) -> pb.ListTicketsResponse:
        common.insist_on_text(request)
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, datetime, int)
        async with self._db.begin(caller().workspace) as tx:
            filters = await filters_of(tx, request)
            place = (after[0], after[1], after[2]) if after else None
            found = await tickets.page(await tx.raw(), tx.workspace, filters, place, limit + 1)
            page, token = pages.page(
                found, limit, lambda one: [int(one.priority), one.queue_time, one.number]
            )
            near = await around(tx, page)
        shown = [convert.ticket_message(*pair) for pair in zip(page, near, strict=True)]
        return pb.ListTicketsResponse(tickets=shown, next_page_token=token)

    async def UpdateTicket(self, request: pb.UpdateTicketRequest, _: Context) -> tickets_pb2.Ticket:
        common.insist_on_text(request)
        said = request.ticket
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Ticket):
                return reply
            case = await common.case_of(tx, said.name, self._clock)
            common.insist_on_etag(said.etag, case.ticket)
            await update(case, said, paths)
            if case.changes:
                await changed(tx, case)
            return await answer(tx, request, await common.shown(tx, case.ticket))


async def opening_of(tx: Tx, request: pb.CreateTicketRequest, now: datetime) -> Opening:
    said, message = request.ticket, request.message
    profile = await common.profile_of(tx, said.profile) if said.profile else None
    by_customer = request.HasField("message") and message.author == tickets_pb2.Message.CUSTOMER
    address = plain(message.author_name) if by_customer else ""
    participants = [address for each in said.participants if (address := plain(each))]
    connection = await tx.raw()
    if profile and not address:
        address = await people.address_of(connection, tx.workspace, profile)
    address = address or next(iter(participants), "")
    if not profile and not address:
        sentence = "say whose it is: a profile, or an address in participants or as the author's name"
        raise Invalid(
            "CUSTOMER_MISSING", f"Please {sentence}.", violations=[Violation("ticket.profile", sentence)]
        )
    if by_customer:
        await heard_from(tx, address)
    channel = Channel(said.channel or Channel.API)
    return Opening(
        subject=said.subject,
        channel=channel,
        event_time=saying.said_at(message, now),
        address=address,
        profile=profile,
        priority=Priority(said.priority or Priority.NORMAL),
        team=await common.team_slug(tx, said.team),
        tags=said.tags,
        custom_fields=document(said.custom_fields),
        orders=said.orders,
        participants=participants,
        by_customer=by_customer,
    )


async def filters_of(tx: Tx, request: pb.ListTicketsRequest) -> dict[str, Any]:
    """What is asked for, as the store names it."""
    filters: dict[str, Any] = {}
    if request.profile:
        filters["profile"] = await common.profile_of(tx, request.profile)
    if request.states:
        filters["states"] = [int(state) for state in request.states]
    if request.assignee == "-":
        filters["unassigned"] = True
    elif request.assignee:
        filters["assignee"] = (await common.agent_of(tx, request.assignee))["id"]
    if request.team:
        filters["team"] = await common.team_slug(tx, request.team)
    if request.tags:
        filters["tags"] = list(request.tags)
    if request.HasField("due_before_time"):
        filters["due_before"] = moment(request.due_before_time)
    return filters


async def update(case: Case, said: tickets_pb2.Ticket, paths: list[str]) -> None:
    ticket, connection, workspace = case.ticket, await case.tx.raw(), case.tx.workspace
    if "subject" in paths and said.subject != ticket.subject:
        case.log("subject", ticket.subject, said.subject)
        ticket.subject = said.subject
        await search.index(connection, workspace, ticket.id, ticket.subject)
    if "priority" in paths:
        priority = Priority(said.priority or Priority.NORMAL)
        case.log("priority", ticket.priority.name, priority.name)
        ticket.priority = priority
    if "tags" in paths:
        case.log("tags", ", ".join(ticket.tags), ", ".join(said.tags))
        ticket.tags = list(said.tags)
    if "custom_fields" in paths:
        fields = document(said.custom_fields)
        case.log("custom_fields", ticket.custom_fields, fields)
        ticket.custom_fields = fields
    if "team" in paths:
        await assign(case, ticket.assignee, await common.team_slug(case.tx, said.team))


def document(given: bytes) -> str:
    """A JSON object in one spelling; an empty one for nothing."""
    try:
        value = orjson.loads(given or b"{}")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        sentence = "must be a JSON object"
        raise Invalid(
            "REQUEST_INVALID",
            f"ticket.custom_fields {sentence}.",
            violations=[Violation("ticket.custom_fields", sentence)],
        )
    return orjson.dumps(value).decode()


WRITABLE = {"subject", "priority", "team", "tags", "custom_fields"}
