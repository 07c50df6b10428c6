"""How an answer gets out of the house: written with the message it carries, sent later, once."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from chassis.errors import NotNow
from services.support.actions.change import Case
from services.support.domain.tickets import Delivery, Said
from services.support.mail.compose import ancestry, message_id
from services.support.store import due, mailboxes, mails, messages, outgoing, people, threads


@dataclass(frozen=True, slots=True)
class WayOut:
    """From which mailbox an answer goes to whom, and what it follows."""

    mailbox: asyncpg.Record
    recipients: Sequence[str]
    copies: Sequence[str]
    in_reply_to: str
    ancestors: Sequence[str]


async def way_out(case: Case) -> WayOut:
    """To the customer, with whoever else takes part in copy. Refused when she cannot be reached."""
    connection, workspace, ticket = await case.tx.raw(), case.tx.workspace, case.ticket
    mailbox = await mailboxes.mailbox(connection, workspace, ticket.mailbox) if ticket.mailbox else None
    mailbox = mailbox or await mailboxes.first(connection, workspace, ticket.team)
    if mailbox is None:
        raise unreachable("There is no mailbox to answer from; add one first.")
    to = ticket.reply_to or ticket.address
    if not to and ticket.profile:
        to = await people.address_of(connection, workspace, ticket.profile)
    part = (await threads.participants(connection, workspace, [ticket.number]))[ticket.number]
    ours = await mailboxes.addresses(connection, workspace)
    others = [address for address in part if address not in {to, ticket.address, ticket.reply_to, *ours}]
    dead = await mails.dead(connection, workspace, [to, *others])
    if not to or to in dead or to in ours or not to.isascii():
        raise unreachable(
            "Mail to the customer's address came back; ask for another address."
            if to
            else "No address of the customer is known; say on which channel she is answered."
        )
    copies = [address for address in others if address not in dead and address.isascii()]
    return await following(case, mailbox, [to], copies)


async def following(case: Case, mailbox: asyncpg.Record, to: Sequence[str], copies: Sequence[str]) -> WayOut:
    """In answer to the customer's last mail; to ours, while she sent none."""
    connection, workspace, number = await case.tx.raw(), case.tx.workspace, case.ticket.number
    parent = await messages.last_inbound(connection, workspace, number)
    if parent is None:
        before = await messages.said_ids(connection, workspace, number)
        return WayOut(mailbox, to, copies, "", ancestry(before, ""))
    line = ancestry(parent["ancestors"], parent["message_id"])
    return WayOut(mailbox, to, copies, parent["message_id"], line)


def addressed(said: Said, way: WayOut) -> Said:
    """The message as it will be known to mail programs. Notes have no such name."""
    assert said.public, "a note never leaves the house"
    said.message_id = message_id(said.id, way.mailbox["address"])
    said.delivery = Delivery.PENDING
    return said


async def leave(case: Case, said: Said, way: WayOut) -> None:
    """It is due now. The message was added before."""
    connection, workspace = await case.tx.raw(), case.tx.workspace
    slug = way.mailbox["slug"]
    await outgoing.put(
        connection,
        workspace,
        outgoing.Leaving(
            said.id, slug, way.recipients, way.copies, said.message_id, way.in_reply_to, way.ancestors
        ),
    )
    await due.put(connection, workspace, due.SEND, said.id, case.now)
    await threads.remember(connection, workspace, case.ticket.number, said.message_id, ())
    await mailboxes.open_reply(connection, workspace, case.ticket.id, slug)


def unreachable(sentence: str) -> NotNow:
    return NotNow("CUSTOMER_UNREACHABLE", sentence)
