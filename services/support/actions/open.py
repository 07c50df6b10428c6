"""How a ticket begins, and how something is said in one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from rapport.support.v1 import events_pb2 as events

from chassis.db import Tx
from chassis.ids import uuid7
from services.support.actions.assign import back_to_agent
from services.support.actions.change import Case, profile_of
from services.support.convert import tickets as convert
from services.support.convert.times import timestamp
from services.support.domain import states
from services.support.domain.tickets import Author, Channel, Priority, Said, State, Ticket
from services.support.store import mails, messages, search, threads, tickets


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a ticket that is to be."""

    subject: str
    channel: Channel
    event_time: datetime
    address: str = ""
    reply_to: str = ""
    profile: UUID | None = None
    priority: Priority = Priority.NORMAL
    mailbox: str = ""
    team: str = ""
    tags: Sequence[str] = ()
    custom_fields: str = "{}"
    orders: Sequence[str] = ()
    participants: Sequence[str] = ()
    linked: Sequence[int] = field(default=())
    by_customer: bool = False


async def opened(tx: Tx, opening: Opening, actor: str, now: datetime) -> Case:
    """A new ticket with the next number. `tickets.alone` comes before, and `changed` at the end."""
    connection = await tx.raw()
    ticket = Ticket(
        number=await tickets.next_number(connection, tx.workspace),
        id=uuid7(now),
        profile=opening.profile or await profile_of(tx, opening.address),
        address=opening.address,
        reply_to=opening.reply_to,
        subject=opening.subject,
        state=State.NEW,
        priority=opening.priority,
        channel=opening.channel,
        mailbox=opening.mailbox,
        assignee=None,
        former_assignee=None,
        team=opening.team,
        tags=list(opening.tags),
        custom_fields=opening.custom_fields,
        orders=list(opening.orders),
        by_customer=opening.by_customer,
        merged_into=None,
        hold_until_time=None,
        waiting_since_time=None,
        queue_time=now,
        due_time=None,
        last_contact_time=None,
        resolve_time=None,
        event_time=opening.event_time,
        message_count=0,
        revision=0,
        create_time=now,
        update_time=now,
    )
    await tickets.save(connection, tx.workspace, ticket)
    taking_part = (opening.address, opening.reply_to, *opening.participants)
    addresses = [address for address in taking_part if address]
    await threads.join(connection, tx.workspace, ticket.number, addresses)
    for number in opening.linked:
        await threads.link(connection, tx.workspace, ticket.number, number)
    await search.index(connection, tx.workspace, ticket.id, ticket.subject)
    return Case(tx, ticket, actor, now, None, state_time=opening.event_time)


def opening_fact(case: Case, text: str, linked: Sequence[int]) -> events.TicketOpened:
    ticket = case.ticket
    return events.TicketOpened(
        event_time=timestamp(ticket.event_time),
        ticket=ticket.name,
        subject=ticket.subject,
        channel=ticket.channel,  # type: ignore[arg-type]  # the numbers are the protos'
        priority=ticket.priority,  # type: ignore[arg-type]
        team=convert.team_name(ticket.team),
        by_customer=ticket.by_customer,
        text=text[:MOST_TOLD],
        linked_tickets=[convert.ticket_name(number) for number in linked],
        tags=ticket.tags,
    )


async def say(case: Case, said: Said, *, first: bool = False) -> None:
    """Adds a message; the state follows. Facts are told of what customer and desk hear of each other."""
    connection, workspace, ticket = await case.tx.raw(), case.tx.workspace, case.ticket
    await messages.add(connection, workspace, ticket.number, said, case.now)
    await search.index(connection, workspace, said.id, said.body)
    before = ticket.state
    states.said(ticket, said.author, public=said.public, automatic=said.automatic)
    if ticket.state is not before:
        case.state_time = said.event_time
    if first:
        return
    if before is State.RESOLVED and ticket.state is State.OPEN:
        await reopened(case, said.event_time, by_customer=said.author is Author.CUSTOMER)
    if said.public and not said.automatic:
        tell_of(case, said)


async def reopened(case: Case, at: datetime, *, by_customer: bool, reason: str = "") -> None:
    """Back to who had it, if there is room; else into the queue at its old place."""
    await back_to_agent(case)
    case.tell(
        events.TicketReopened(
            event_time=timestamp(at), ticket=case.ticket.name, by_customer=by_customer, reason=reason
        )
    )


def tell_of(case: Case, said: Said) -> None:
    name = f"{case.ticket.name}/messages/{said.id}"
    when, text = timestamp(said.event_time), (said.reply_text or said.body)[:MOST_TOLD]
    if said.author is Author.CUSTOMER:
        case.tell(
            events.CustomerReplied(
                event_time=when,
                ticket=case.ticket.name,
                message=name,
                channel=said.channel,  # type: ignore[arg-type]
                text=text,
            )
        )
    elif said.author in {Author.AGENT, Author.BOT}:
        case.tell(
            events.TicketReplied(
                event_time=when,
                ticket=case.ticket.name,
                message=name,
                author=said.author,  # type: ignore[arg-type]
                agent=said.author_name if said.author_name.startswith("agents/") else "",
                channel=said.channel,  # type: ignore[arg-type]
                text=text,
            )
        )


async def heard_from(tx: Tx, address: str) -> None:
    """Who writes to us can be written to."""
    if address:
        await mails.revive(await tx.raw(), tx.workspace, address)


MOST_TOLD = 2000
