"""Tickets: their numbers, their state and what was done to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.support.domain.tickets import State, Ticket

Rows = list[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a ticket's log."""

    field: str
    old: str
    new: str
    reason: str = ""


async def alone(connection: Connection, workspace: str) -> None:
    """From here to the end of the transaction nobody else opens tickets or joins them to people.

    Whoever opens one numbers it, and so waits for his rivals anyway; this way he also sees what they did.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"desk {workspace}")


async def next_number(connection: Connection, workspace: str) -> int:
    """From 1 in each workspace, without gaps: a rival waits until we are through."""
    return int(await connection.fetchval(NUMBER, workspace))


async def ticket(connection: Connection, workspace: str, number: int, *, lock: bool = False) -> Ticket | None:
    row = await connection.fetchrow(TICKET + (" FOR UPDATE" if lock else ""), workspace, number)
    return of(row) if row else None


async def locked(connection: Connection, workspace: str, numbers: Sequence[int]) -> dict[int, Ticket]:
    """Several tickets, locked in the order of their numbers."""
    rows = await connection.fetch(LOCKED, workspace, numbers)
    return {row["number"]: of(row) for row in rows}


async def by_id(connection: Connection, workspace: str, id: UUID) -> int | None:
    number: int | None = await connection.fetchval(
        "SELECT number FROM ticket WHERE workspace = $1 AND id = $2", workspace, id
    )
    return number


async def living(connection: Connection, workspace: str, number: int) -> int | None:
    """The ticket in which this one lives on: itself, unless it was merged."""
    found: int | None = await connection.fetchval(LIVING, workspace, number)
    return found


async def save(connection: Connection, workspace: str, ticket: Ticket) -> None:
    """Writes the whole ticket, new or old."""
    values = [getattr(ticket, name) for name in COLUMNS]
    await connection.execute(SAVE, workspace, *values)


async def derive(connection: Connection, workspace: str, ticket: Ticket) -> None:
    """What follows from the messages: how many, the last contact, since when the customer waits."""
    row = await connection.fetchrow(DERIVED, workspace, ticket.number)
    assert row is not None, "an aggregate has a row"
    ticket.message_count = row["message_count"]
    ticket.last_contact_time = row["last_contact_time"]
    ticket.waiting_since_time = row["waiting_since_time"] if ticket.state in TURN_IS_OURS else None


async def note_state(connection: Connection, workspace: str, number: int, state: State, at: datetime) -> None:
    await connection.execute(NOTE_STATE, workspace, number, state, at)


async def states(connection: Connection, workspace: str, number: int) -> Rows:
    """Every state it was ever in, oldest first."""
    return await connection.fetch(STATES, workspace, number)


async def note_changes(  # noqa: PLR0917 -- who did what, when
    connection: Connection,
    workspace: str,
    number: int,
    changes: Sequence[Change],
    actor: str,
    at: datetime,
) -> None:
    columns = [[getattr(each, name) for each in changes] for name in ("field", "old", "new", "reason")]
    await connection.execute(NOTE_CHANGES, workspace, number, actor, at, *columns)


async def changes(connection: Connection, workspace: str, number: int, before: int, limit: int) -> Rows:
    """Newest first."""
    return await connection.fetch(CHANGES, workspace, number, before, limit)


async def page(
    connection: Connection,
    workspace: str,
    filters: Mapping[str, Any],
    after: tuple[int, datetime, int] | None,
    limit: int,
) -> list[Ticket]:
    """Higher priority first, then the longest waiting. *filters* are clauses of `FILTERS` by name."""
    arguments: list[Any] = [workspace]
    clauses = []
    for name, value in filters.items():
        arguments.append(value)
        clauses.append(FILTERS[name].format(f"${len(arguments)}"))
    if after:
        arguments += after
        last = len(arguments)
        clauses.append(AFTER.format(f"${last - 2}", f"${last - 1}", f"${last}"))
    arguments.append(limit)
    where = "".join(f" AND {clause}" for clause in clauses)
    sql = f"SELECT * FROM ticket WHERE workspace = $1{where} {IN_ORDER} LIMIT ${len(arguments)}"  # noqa: S608 -- clauses of ours
    return [of(row) for row in await connection.fetch(sql, *arguments)]


async def several(connection: Connection, workspace: str, numbers: Sequence[int]) -> dict[int, Ticket]:
    rows = await connection.fetch(SEVERAL, workspace, numbers)
    return {row["number"]: of(row) for row in rows}


def of(row: asyncpg.Record) -> Ticket:
    return Ticket(**{name: row[name] for name in COLUMNS})


COLUMNS = tuple(Ticket.__dataclass_fields__)
TURN_IS_OURS = (State.NEW, State.OPEN)
NUMBER = """
INSERT INTO numbering (workspace, last_ticket) VALUES ($1, 1)
ON CONFLICT (workspace) DO UPDATE SET last_ticket = numbering.last_ticket + 1 RETURNING last_ticket
"""
TICKET = "SELECT * FROM ticket WHERE workspace = $1 AND number = $2"
LOCKED = (
    "SELECT * FROM ticket WHERE workspace = $1 AND number = ANY ($2::bigint[]) ORDER BY number FOR UPDATE"
)
SEVERAL = "SELECT * FROM ticket WHERE workspace = $1 AND number = ANY ($2::bigint[])"
LIVING = """
WITH RECURSIVE led AS (
  SELECT number, merged_into FROM ticket WHERE workspace = $1 AND number = $2
  UNION
  SELECT t.number, t.merged_into FROM led JOIN ticket t ON t.workspace = $1 AND t.number = led.merged_into
)
SELECT number FROM led WHERE merged_into IS NULL
"""
SAVE = f"""
INSERT INTO ticket (workspace, {", ".join(COLUMNS)})
VALUES ($1, {", ".join(f"${place}" for place in range(2, len(COLUMNS) + 2))})
ON CONFLICT (workspace, number) DO UPDATE SET
  {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in {"number", "id"})}
"""  # noqa: S608 -- names of columns
# Authors: the customer (1) and other participants (5) wait, an agent (2) answers. What was said before an
# answer, in the order in which we heard it, has its answer; since when she waits is told by her own clock.
DERIVED = """
SELECT count(*)::int AS message_count,
  max(event_time) FILTER (WHERE public AND NOT automatic AND author IN (1, 2, 5)) AS last_contact_time,
  min(event_time) FILTER (
    WHERE public AND NOT automatic AND author IN (1, 5) AND position > coalesce((
      SELECT max(position) FROM message WHERE workspace = $1 AND ticket = $2 AND public AND author = 2
    ), 0)
  ) AS waiting_since_time
FROM message WHERE workspace = $1 AND ticket = $2
"""
# Never before the last: a mail may have been written before what we did meanwhile.
NOTE_STATE = """
INSERT INTO ticket_state (workspace, ticket, state, event_time) VALUES ($1, $2, $3, greatest($4, (
  SELECT max(event_time) FROM ticket_state WHERE workspace = $1 AND ticket = $2
)))
"""
STATES = "SELECT * FROM ticket_state WHERE workspace = $1 AND ticket = $2 ORDER BY position"
NOTE_CHANGES = """
INSERT INTO ticket_change (workspace, ticket, actor, field, old_value, new_value, reason, event_time)
SELECT $1, $2, $3, field, old_value, new_value, reason, $4
FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) AS said (field, old_value, new_value, reason)
"""
CHANGES = """
SELECT * FROM ticket_change WHERE workspace = $1 AND ticket = $2 AND position < $3
ORDER BY position DESC LIMIT $4
"""
FILTERS = {
    "profile": "profile = {}",
    "states": "state = ANY ({}::smallint[])",
    "assignee": "assignee = {}",
    "unassigned": "(assignee IS NULL) = {}",
    "team": "team = {}",
    "tags": "tags @> {}::text[]",
    "due_before": "due_time < {}",
}
IN_ORDER = "ORDER BY priority DESC, queue_time, number"
AFTER = "(priority < {0} OR priority = {0} AND (queue_time, number) > ({1}, {2}))"
