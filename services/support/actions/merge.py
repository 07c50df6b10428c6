"""Two tickets become one, and can become two again; some messages become a ticket of their own."""

from collections.abc import Sequence

import asyncpg
from rapport.support.v1 import events_pb2 as events

from services.support.actions.change import Case, identified
from services.support.actions.open import Opening, opened, opening_fact
from services.support.convert import tickets as convert
from services.support.convert.times import timestamp
from services.support.domain.tickets import Author, State
from services.support.store import threads, tickets


async def merge(survivor: Case, absorbed: Case) -> None:
    """Both histories stand in the survivor, in the order of time. Each message remembers where it came."""
    connection, workspace = await survivor.tx.raw(), survivor.tx.workspace
    gone, lives = absorbed.ticket, survivor.ticket
    gone.state, gone.merged_into, gone.hold_until_time = State.MERGED, lives.number, None
    await threads.fold(connection, workspace, gone.number, lives.number)
    survivor.log("merge", "", gone.name)
    absorbed.log("merge", "", lives.name)
    if lives.profile is None and gone.profile is not None:
        await identified(survivor, gone.profile)
    survivor.tell(
        events.TicketMerged(
            event_time=timestamp(survivor.now),
            survivor=lives.name,
            absorbed=gone.name,
            absorbed_profile=convert.profile_name(gone.profile),
        )
    )


async def unmerge(survivor: Case, absorbed: Case) -> None:
    """Each has its own messages again, and the absorbed one the state it had."""
    connection, workspace = await survivor.tx.raw(), survivor.tx.workspace
    back = absorbed.ticket
    back.merged_into = None
    before = [row["state"] for row in await tickets.states(connection, workspace, back.number)]
    earlier = [state for state in before if state != State.MERGED]
    back.state = State(earlier[-1]) if earlier else State.OPEN
    await tickets.save(connection, workspace, back)
    await threads.fold(connection, workspace, back.number, back.number)
    survivor.log("unmerge", back.name, "")
    absorbed.log("unmerge", survivor.ticket.name, "")


async def split(case: Case, moved: Sequence[asyncpg.Record], subject: str) -> Case:
    """A new ticket of these messages: they keep their authors, and it keeps a link back."""
    connection, workspace, old = await case.tx.raw(), case.tx.workspace, case.ticket
    first = moved[0]
    opening = Opening(
        subject=subject or old.subject,
        channel=old.channel,
        event_time=first["event_time"],
        address=old.address,
        reply_to=old.reply_to,
        profile=old.profile,
        priority=old.priority,
        mailbox=old.mailbox,
        team=old.team,
        tags=old.tags,
        custom_fields=old.custom_fields,
        orders=old.orders,
        participants=(await threads.participants(connection, workspace, [old.number]))[old.number],
        linked=[old.number],
        by_customer=first["author"] == Author.CUSTOMER and not first["automatic"],
    )
    new = await opened(case.tx, opening, case.actor, case.now)
    await threads.move(connection, workspace, [row["id"] for row in moved], new.ticket.number)
    ids = [row["message_id"] for row in moved if row["message_id"]]
    await threads.move_ids(connection, workspace, ids, new.ticket.number)
    if any(row["public"] and row["author"] == Author.AGENT for row in moved):
        new.ticket.state = State.OPEN
    new.tell(opening_fact(new, first["reply_text"] or first["body"], [old.number]))
    case.log("split", "", new.ticket.name)
    new.log("split", old.name, "")
    return new
