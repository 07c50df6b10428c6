"""Targets of tickets, what they are computed from, and how far a new plan has come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.support.domain.clocks import Metric
from services.support.domain.targets import Key, Standing, Target
from services.support.store import due

Rows = list[asyncpg.Record]
Place = tuple[int, datetime, int, int]


async def hold_terms(connection: Connection, workspace: str) -> None:
    """Policies and calendars stay as they are until the transaction ends.

    So whoever changes them sees, once he is through, every ticket that was computed by the old ones.
    """
    await connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 1))", workspace)


async def change_terms(connection: Connection, workspace: str, now: datetime) -> None:
    """From here to the end of the transaction nobody computes targets; then open tickets are planned anew."""
    # In this order: who plans anew has the first row, then tickets, and holds the terms at last.
    await connection.execute(START_REPLAN, workspace, REPLAN_ID)
    await due.put(connection, workspace, REPLAN, REPLAN_ID, now)
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", workspace)


async def of_ticket(connection: Connection, workspace: str, number: int) -> Rows:
    return await connection.fetch(OF_TICKET, workspace, number)


async def target(connection: Connection, workspace: str, number: int, key: Key) -> asyncpg.Record | None:
    return await connection.fetchrow(TARGET, workspace, number, *key)


async def page(connection: Connection, workspace: str, number: int, after: Place, limit: int) -> Rows:
    """The next due first, then those that pause, then those that ended."""
    return await connection.fetch(PAGE, workspace, number, *after, limit)


async def spoken(connection: Connection, workspace: str, number: int) -> Rows:
    """The messages that can count for a clock, oldest first."""
    return await connection.fetch(SPOKEN, workspace, number)


async def write(connection: Connection, workspace: str, number: int, targets: Sequence[Target]) -> None:
    """New or old."""
    await connection.executemany(WRITE, [(workspace, number, *values(each)) for each in targets])


async def clear(connection: Connection, workspace: str, number: int, keys: Sequence[Key]) -> None:
    metrics, cycles = [metric for metric, _ in keys], [cycle for _, cycle in keys]
    await connection.execute(CLEAR, workspace, number, metrics, cycles, Standing.CLEARED)


async def told(
    connection: Connection, workspace: str, number: int, keys: Sequence[Key], now: datetime
) -> None:
    metrics, cycles = [metric for metric, _ in keys], [cycle for _, cycle in keys]
    await connection.execute(TOLD, workspace, number, metrics, cycles, now)


async def replanned_up_to(connection: Connection, workspace: str) -> int | None:
    """Ours until the transaction ends; None when there is nothing to plan."""
    number: int | None = await connection.fetchval(PLACE, workspace, REPLAN_ID)
    return number


async def replanned(connection: Connection, workspace: str, number: int | None) -> None:
    """So far; None when all are through."""
    if number is None:
        await connection.execute("DELETE FROM replan WHERE workspace = $1 AND id = $2", workspace, REPLAN_ID)
        await due.drop(connection, workspace, REPLAN, [REPLAN_ID])
    else:
        await connection.execute(GO_ON, workspace, REPLAN_ID, number)


async def unresolved(connection: Connection, workspace: str, after: int, limit: int) -> list[int]:
    rows = await connection.fetch(UNRESOLVED, workspace, after, limit)
    return [row["number"] for row in rows]


def values(target: Target) -> tuple[Any, ...]:
    """A row of it, in the order of `COLUMNS`."""
    terms = target.terms
    return (
        target.metric,
        target.cycle,
        target.standing,
        target.start,
        # As long as it stands still it moves with the hour.
        None if target.standing is Standing.PAUSED else target.due,
        target.stop,
        terms.duration // timedelta(microseconds=1),
        # Grows while the clock runs; it is kept where it stands still.
        0 if target.pending else target.counted // timedelta(microseconds=1),
        terms.first_only,
        terms.policy,
        terms.policy_version,
        terms.reason,
        terms.calendar,
        terms.calendar_version,
    )


def key(row: asyncpg.Record) -> Key:
    return Metric(row["metric"]), row["cycle"]


# Kinds of due rows: a target that may be breached, and a workspace whose open tickets are planned anew.
BREACH, REPLAN = "breach", "replan"
REPLAN_ID = UUID("00000000-0000-7000-8000-000000000001")
COLUMNS = (
    "metric",
    "cycle",
    "standing",
    "start_time",
    "due_time",
    "stop_time",
    "duration",
    "counted",
    "first_only",
    "policy",
    "policy_version",
    "reason",
    "calendar",
    "calendar_version",
)
START_REPLAN = """
INSERT INTO replan (workspace, id, after) VALUES ($1, $2, 0)
ON CONFLICT (workspace, id) DO UPDATE SET after = 0
"""
OF_TICKET = "SELECT * FROM target WHERE workspace = $1 AND ticket = $2 ORDER BY metric, cycle"
TARGET = "SELECT * FROM target WHERE workspace = $1 AND ticket = $2 AND metric = $3 AND cycle = $4"
PAGE = """
SELECT * FROM (
  SELECT *, coalesce(due_time, '9999-01-01Z') AS due_order,
    CASE WHEN standing = 5 OR stop_time IS NOT NULL THEN 2 WHEN standing = 2 THEN 1 ELSE 0 END AS ended
  FROM target WHERE workspace = $1 AND ticket = $2
) AS ordered
WHERE (ended, due_order, metric::integer, cycle) > ($3, $4, $5, $6)
ORDER BY ended, due_order, metric, cycle LIMIT $7
"""
SPOKEN = """
SELECT event_time, author FROM message
WHERE workspace = $1 AND ticket = $2 AND public AND NOT automatic AND author IN (1, 2)
ORDER BY event_time, position
"""
WRITE = f"""
INSERT INTO target (workspace, ticket, {", ".join(COLUMNS)})
VALUES ($1, $2, {", ".join(f"${place}" for place in range(3, len(COLUMNS) + 3))})
ON CONFLICT (workspace, ticket, metric, cycle) DO UPDATE SET
  {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:])}
"""  # noqa: S608 -- names of columns
KEYED = """
FROM unnest($3::smallint[], $4::integer[]) AS said (metric, cycle)
WHERE t.workspace = $1 AND t.ticket = $2 AND t.metric = said.metric AND t.cycle = said.cycle
"""
CLEAR = f"UPDATE target t SET standing = $5 {KEYED}"  # noqa: S608 -- a constant
TOLD = f"UPDATE target t SET told_time = $5 {KEYED}"  # noqa: S608 -- a constant
PLACE = "SELECT after FROM replan WHERE workspace = $1 AND id = $2 FOR UPDATE"
GO_ON = "UPDATE replan SET after = $3 WHERE workspace = $1 AND id = $2"
UNRESOLVED = """
SELECT number FROM ticket WHERE workspace = $1 AND number > $2 AND state < 5 ORDER BY number LIMIT $3
"""
