"""How a ticket changes: the verbs move it, and `changed` writes down what follows, once per transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message
from rapport.support.v1 import events_pb2 as events

from chassis.db import Tx
from chassis.ids import uuid7
from services.support.actions import targets
from services.support.convert import tickets as convert
from services.support.convert.times import timestamp
from services.support.domain.tickets import ACTIVE, State, Ticket
from services.support.store import due, people, threads, tickets, untold
from services.support.store.tickets import Change


@dataclass(slots=True)
class Case:
    """A ticket in somebody's hands, locked: as it was, as it is, and who does what to it when."""

    tx: Tx
    ticket: Ticket
    actor: str
    now: datetime
    was: State | None
    # When the state changed, by event time; now, when nobody says.
    state_time: datetime | None = None
    changes: list[Change] = field(default_factory=list)
    facts: list[Message] = field(default_factory=list)
    # Who had it when it was taken up.
    had: UUID | None = field(init=False)

    def __post_init__(self) -> None:
        self.had = self.ticket.assignee

    def log(self, name: str, old: str, new: str, reason: str = "") -> None:
        if old != new:
            self.changes.append(Change(name, old, new, reason))

    def tell(self, fact: Message) -> None:
        """A fact of this ticket's customer: its profile and ticket are filled in when it is written."""
        self.facts.append(fact)


async def taken_up(tx: Tx, number: int, actor: str, now: datetime) -> Case | None:
    """The ticket, locked, or the one it was merged into; None when there never was one."""
    connection = await tx.raw()
    living = await tickets.living(connection, tx.workspace, number)
    while living is not None:
        ticket = await tickets.ticket(connection, tx.workspace, living, lock=True)
        assert ticket is not None, "tickets are never deleted"
        if ticket.merged_into is None:
            return Case(tx, ticket, actor, now, ticket.state)
        # It was merged while we waited for it.
        living = await tickets.living(connection, tx.workspace, ticket.merged_into)
    return None


async def changed(tx: Tx, ticket: Ticket | Case) -> None:
    """Writes a ticket at the end of the transaction that changed it, with everything that follows from it.

    Here targets are computed anew: its states, messages, priority and team stand in the tables by then.
    """
    case = ticket if isinstance(ticket, Case) else Case(tx, ticket, SERVICE, tx.clock(), ticket.state)
    ticket, connection, workspace = case.ticket, await tx.raw(), tx.workspace
    await tickets.derive(connection, workspace, ticket)
    if ticket.state is not case.was:
        at = case.state_time or case.now
        await tickets.note_state(connection, workspace, ticket.number, ticket.state, at)
        if case.was is not None:
            case.log("state", case.was.name, ticket.state.name)
    await keep_waking(case)
    case.facts += await targets.recomputed(tx, ticket, case.now)
    if waits(ticket) or freed(case):
        await due.drain(connection, workspace, uuid7(case.now), case.now)
    ticket.revision += 1
    ticket.update_time = case.now
    await tickets.save(connection, workspace, ticket)
    if case.changes:
        await tickets.note_changes(connection, workspace, ticket.number, case.changes, case.actor, case.now)
    for fact in case.facts:
        if isinstance(fact, events.TicketResolved) and ticket.last_contact_time:
            fact.last_contact_time.CopyFrom(timestamp(ticket.last_contact_time))
        await tell(tx, ticket, fact)
    if ticket.profile:
        await tell(tx, ticket, await snapshot(tx, ticket, case.now))


def waits(ticket: Ticket) -> bool:
    """It stands in a queue."""
    return bool(ticket.team) and ticket.assignee is None and ticket.state in ACTIVE


def freed(case: Case) -> bool:
    """An agent has room for another."""
    held = case.had is not None and case.was in ACTIVE
    return held and (case.ticket.state not in ACTIVE or case.ticket.assignee != case.had)


async def keep_waking(case: Case) -> None:
    """While it is on hold until a time, it is due then; else it is not."""
    connection, workspace, ticket = await case.tx.raw(), case.tx.workspace, case.ticket
    if ticket.hold_until_time:
        await due.put(connection, workspace, due.WAKE, ticket.id, ticket.hold_until_time)
    else:
        await due.drop(connection, workspace, due.WAKE, [ticket.id])


async def tell(tx: Tx, ticket: Ticket, fact: Message) -> None:
    """Told with the customer's name; of a sender nobody knows it is kept until somebody does."""
    if ticket.profile:
        fact.profile = convert.profile_name(ticket.profile)  # type: ignore[attr-defined]
        if isinstance(fact, events.TargetBreached):
            targets.tell_once(tx, fact)
        else:
            tx.emit(fact)
    else:
        name = fact.DESCRIPTOR.name
        await untold.keep(await tx.raw(), tx.workspace, ticket.number, name, fact.SerializeToString())


async def identified(case: Case, profile: UUID) -> None:
    """Somebody knows whose ticket it is: what was not told of it is told now, as it happened."""
    case.ticket.profile = profile
    case.log("profile", "", convert.profile_name(profile))
    kept = await untold.take(await case.tx.raw(), case.tx.workspace, case.ticket.number)
    case.facts[:0] = [getattr(events, name).FromString(payload) for name, payload in kept]


async def profile_of(tx: Tx, address: str) -> UUID | None:
    return await people.of_address(await tx.raw(), tx.workspace, address) if address else None


async def around(tx: Tx, found: list[Ticket]) -> list[convert.Around]:
    """What stands around each of these tickets in other tables."""
    connection, workspace = await tx.raw(), tx.workspace
    numbers = [ticket.number for ticket in found]
    participants = await threads.participants(connection, workspace, numbers)
    links = await threads.links(connection, workspace, numbers)
    absorbed = await threads.absorbed(connection, workspace, numbers)
    return [convert.Around(participants[n], links[n], absorbed[n]) for n in numbers]


async def snapshot(tx: Tx, ticket: Ticket, now: datetime) -> events.TicketChanged:
    (near,) = await around(tx, [ticket])
    return events.TicketChanged(
        event_time=timestamp(now), ticket=convert.ticket_message(ticket, near), revision=ticket.revision
    )


SERVICE = "services/support"
