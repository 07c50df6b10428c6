"""What waits for its time: events dated ahead, and the months to come."""

from collections.abc import Sequence
from datetime import date

from chassis.hottx import Connection


async def workspace(connection: Connection, now_us: int) -> str | None:
    """One in which something is due."""
    found: str | None = await connection.fetchval(DUE, now_us)
    return found


async def take(connection: Connection, workspace: str, now_us: int, limit: int) -> list[str]:
    """Takes events whose time has come off the list, oldest first."""
    return [row["event"] for row in await connection.fetch(TAKE, workspace, now_us, limit)]


async def set_aside(connection: Connection, workspace: str, now_us: int, reason: str) -> None:
    """The oldest that is due goes to quarantine instead."""
    await connection.execute(SET_ASIDE, workspace, now_us, reason)


async def prepare_months(connection: Connection, months: Sequence[date]) -> None:
    await connection.execute("SELECT activity_month(month) FROM unnest($1::date[]) AS month", months)


DUE = "SELECT workspace FROM deferred_event WHERE due_us <= $1 ORDER BY due_us LIMIT 1"
TAKE = """
DELETE FROM deferred_event d USING (
  SELECT id FROM deferred_event WHERE workspace = $1 AND due_us <= $2 ORDER BY due_us, id LIMIT $3
) due
WHERE d.workspace = $1 AND d.id = due.id RETURNING d.event
"""
SET_ASIDE = """
WITH aside AS (
  DELETE FROM deferred_event WHERE workspace = $1 AND id = (
    SELECT id FROM deferred_event WHERE workspace = $1 AND due_us <= $2 ORDER BY due_us, id LIMIT 1
  ) RETURNING id, event
)
INSERT INTO quarantined_event (workspace, id, payload, reason, receive_us)
SELECT $1, id, convert_to(event, 'UTF8'), $3, $2 FROM aside ON CONFLICT DO NOTHING
"""
