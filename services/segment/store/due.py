"""What waits for its time: profiles to be asked again, and the months to come."""

from collections.abc import Sequence
from datetime import date

from chassis.hottx import Connection


async def workspace(connection: Connection, now_us: int) -> str | None:
    """One in which somebody is due."""
    found: str | None = await connection.fetchval(DUE, now_us)
    return found


async def profiles(connection: Connection, workspace: str, now_us: int, limit: int) -> list[int]:
    """Whose time has come, the longest waiting first."""
    return [row["profile_key"] for row in await connection.fetch(PROFILES, workspace, now_us, limit)]


async def prepare_months(connection: Connection, months: Sequence[date]) -> None:
    await connection.execute("SELECT activity_month(month) FROM unnest($1::date[]) AS month", months)


DUE = "SELECT workspace FROM due WHERE due_us <= $1 ORDER BY due_us LIMIT 1"
PROFILES = """
SELECT profile_key FROM due WHERE workspace = $1 AND due_us <= $2 ORDER BY due_us, profile_key LIMIT $3
"""
