"""What waits for its time, whosever it is."""

import asyncpg

from chassis.hottx import Connection


async def workspaces(connection: Connection, now_us: int, limit: int) -> list[str]:
    """Those in which something is due, the longest waiting first."""
    return [row["workspace"] for row in await connection.fetch(WORKSPACES, now_us, limit)]


async def members(connection: Connection, workspace: str, now_us: int, limit: int) -> list[int]:
    """Whose time has come, the longest waiting first; SWEEP stands for all members of a programme."""
    rows = await connection.fetch(MEMBERS, workspace, now_us, limit)
    return [row["member"] for row in rows]


async def postpone(connection: Connection, workspace: str, member: int, until_us: int) -> None:
    await connection.execute(
        "UPDATE due SET due_us = $3 WHERE workspace = $1 AND member = $2", workspace, member, until_us
    )


async def sweep(connection: Connection, workspace: str, now_us: int | None) -> None:
    """Members are to be looked at again, from *now_us* on; None when they were."""
    await connection.execute(
        NO_SWEEP if now_us is None else SWEEP_NOW, workspace, SWEEP, *filter(None, [now_us])
    )


async def known(connection: Connection) -> list[str]:
    """Every workspace we were told of, or in which something waits."""
    rows = await connection.fetch("SELECT workspace FROM workspace_setting UNION SELECT workspace FROM due")
    return sorted(row["workspace"] for row in rows)


async def sweeps(connection: Connection, workspace: str) -> list[asyncpg.Record]:
    """Programmes whose tiers changed, and how far their members were looked at since. None changes now."""
    return [row for row in await connection.fetch(SWEEPS, workspace) if row["swept"] is not None]


# No member has this number.
SWEEP = 0
SWEEP_NOW = """
INSERT INTO due (workspace, member, due_us) VALUES ($1, $2, $3)
ON CONFLICT (workspace, member) DO UPDATE SET due_us = excluded.due_us
"""
NO_SWEEP = "DELETE FROM due WHERE workspace = $1 AND member = $2"
WORKSPACES = """
SELECT workspace FROM due WHERE due_us <= $1 GROUP BY workspace ORDER BY min(due_us) LIMIT $2
"""
MEMBERS = """
SELECT member FROM due WHERE workspace = $1 AND due_us <= $2 ORDER BY due_us, member LIMIT $3
"""
# All are locked: whoever changes tiers now has either been seen, or asks for a sweep after us.
SWEEPS = "SELECT slug, swept FROM programme WHERE workspace = $1 ORDER BY slug FOR UPDATE"
