"""What several doors look up, and refuse, alike."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
from google.protobuf.message import Message
from rapport.support.v1 import tickets_pb2

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Tx
from chassis.errors import Changed, Invalid, NotFound, NotNow, Violation
from services.support.actions.change import Case, around, taken_up
from services.support.convert import tickets as convert
from services.support.domain import states
from services.support.domain.tickets import Ticket
from services.support.store import desk, people, tickets


async def case_of(tx: Tx, name: str, clock: Clock) -> Case:
    """The ticket, locked, to be changed by the caller; a merged one leads to its survivor."""
    number = number_of(name)
    case = await taken_up(tx, number, caller().actor, clock()) if number else None
    if case is None:
        raise no_ticket(name)
    return case


async def ticket_of(tx: Tx, name: str) -> Ticket:
    connection, number = await tx.raw(), number_of(name)
    living = await tickets.living(connection, tx.workspace, number) if number else None
    found = await tickets.ticket(connection, tx.workspace, living) if living else None
    if found is None:
        raise no_ticket(name)
    return found


async def shown(tx: Tx, ticket: Ticket) -> tickets_pb2.Ticket:
    (near,) = await around(tx, [ticket])
    return convert.ticket_message(ticket, near)


async def profile_of(tx: Tx, name: str) -> UUID:
    """The living profile, by its name or a former one."""
    id = uuid_of(name) if name.startswith("profiles/") else None
    living = await people.living(await tx.raw(), tx.workspace, id) if id else None
    if living is None:
        raise NotFound("PROFILE_NOT_FOUND", f"There is no profile {name}.", name=name)
    return living


async def agent_of(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    id = uuid_of(name) if name.startswith("agents/") else None
    row = await desk.agent(await tx.raw(), tx.workspace, id, lock=lock) if id else None
    if row is None:
        raise NotFound("AGENT_NOT_FOUND", f"There is no agent {name}.", name=name)
    return row


async def team_slug(tx: Tx, name: str) -> str:
    """The slug of a team there is; it stays there until the transaction ends. Empty for none."""
    slug = name.removeprefix("teams/")
    if slug and await desk.missing_teams(await tx.raw(), tx.workspace, [slug]):
        raise NotFound("TEAM_NOT_FOUND", f"There is no team {slug}.", name=name)
    return slug


def insist_on_etag(given: str, ticket: Ticket) -> None:
    if given not in {"", str(ticket.revision)}:
        raise Changed(
            "TICKET_CHANGED", "The ticket changed since you read it; read it again and give its new etag."
        )


def insist_on_revision(given: str, row: asyncpg.Record, what: str) -> None:
    if given not in {"", str(row["revision"])}:
        raise Changed(
            "RESOURCE_CHANGED", f"The {what} changed since you read it; read it again and give its new etag."
        )


def insist_on_state(verb: str, ticket: Ticket) -> None:
    if not states.allowed(verb, ticket.state):
        raise NotNow(
            "TICKET_STATE_FORBIDS",
            f"A ticket that is {ticket.state.name} cannot be changed so ({verb}).",
            state=ticket.state.name,
            name=ticket.name,
        )


def insist_on_text(request: Message) -> None:
    """Text, without what no database can keep."""
    for path, text in texts(request, ""):
        if "\0" in text:
            sentence = "must not contain the character NUL"
            raise Invalid("REQUEST_INVALID", f"{path} {sentence}.", violations=[Violation(path, sentence)])


def texts(message: Message, prefix: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        path = f"{prefix}{field.name}"
        values: Any = (
            value if isinstance(value, str | bytes | Message) or not hasattr(value, "__iter__") else [*value]
        )
        for place, each in enumerate(values if isinstance(values, list) else [values]):
            where = f"{path}[{place}]" if isinstance(values, list) else path
            if isinstance(each, str):
                yield where, each
            elif isinstance(each, Message):
                yield from texts(each, f"{where}.")


def no_ticket(name: str) -> NotFound:
    return NotFound("TICKET_NOT_FOUND", f"There is no ticket {name.removeprefix('tickets/')}.", name=name)


def number_of(name: str) -> int:
    """0 for what is no number."""
    found = NUMBERED.fullmatch(name.partition("/messages/")[0])
    return int(found[1]) if found else 0


def uuid_of(name: str) -> UUID | None:
    try:
        return UUID(name.rpartition("/")[2])
    except ValueError:
        return None


NUMBERED = re.compile(r"tickets/([1-9][0-9]{0,14})")
