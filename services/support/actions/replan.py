"""Tickets are looked at because it is time: one may be too late, or all open ones are planned anew."""

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from services.support.actions.change import SERVICE, Case, changed, tell
from services.support.actions.targets import recomputed
from services.support.domain.tickets import Ticket
from services.support.store import due, tickets
from services.support.store import targets as store


async def look(tx: Tx, id: UUID, now: datetime) -> None:
    """At one ticket, of which a target was due. The ticket comes first, as for everybody who changes one."""
    connection, workspace = await tx.raw(), tx.workspace
    number = await tickets.by_id(connection, workspace, id)
    ticket = await tickets.ticket(connection, workspace, number, lock=True) if number else None
    if ticket is None:
        await due.drop(connection, workspace, store.BREACH, [id])
    else:
        await look_at(tx, ticket, now)


async def replan(tx: Tx, now: datetime) -> None:
    """A slice of the open tickets, by what is promised since; the rest has its turn later."""
    connection, workspace = await tx.raw(), tx.workspace
    after = await store.replanned_up_to(connection, workspace)
    if after is None:
        await due.drop(connection, workspace, store.REPLAN, [store.REPLAN_ID])
        return
    numbers = await store.unresolved(connection, workspace, after, SLICE_TICKETS)
    for ticket in (await tickets.locked(connection, workspace, numbers)).values():
        await look_at(tx, ticket, now)
    await store.replanned(connection, workspace, numbers[-1] if len(numbers) == SLICE_TICKETS else None)


async def look_at(tx: Tx, ticket: Ticket, now: datetime) -> None:
    """The ticket itself changes, and is told, only when it is due at another time."""
    before = ticket.due_time
    for fact in await recomputed(tx, ticket, now):
        await tell(tx, ticket, fact)
    if ticket.due_time != before:
        await changed(tx, Case(tx, ticket, SERVICE, now, ticket.state))


# Small, so that who changes a ticket meanwhile does not wait long.
SLICE_TICKETS = 50
