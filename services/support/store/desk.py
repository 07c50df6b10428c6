"""Teams and agents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Row = asyncpg.Record
Rows = list[asyncpg.Record]


async def create_team(
    connection: Connection, workspace: str, slug: str, values: Sequence[Any], now: datetime
) -> bool:
    """False when the name is taken. *values* are what `TEAM_VALUES` names."""
    return await connection.execute(CREATE_TEAM, workspace, slug, now, *values) == "INSERT 0 1"


async def team(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(TEAM + (" FOR UPDATE OF g" if lock else ""), workspace, slug)


async def teams(connection: Connection, workspace: str, after: str, limit: int) -> Rows:
    return await connection.fetch(TEAMS, workspace, after, limit)


async def missing_teams(connection: Connection, workspace: str, slugs: Sequence[str]) -> list[str]:
    """Which of these there are not. Those there are stay until the transaction ends."""
    rows = await connection.fetch(HELD_TEAMS, workspace, slugs)
    return sorted({*slugs} - {row["slug"] for row in rows})


async def update_team(
    connection: Connection, workspace: str, slug: str, values: Sequence[Any], now: datetime
) -> None:
    await connection.execute(UPDATE_TEAM, workspace, slug, now, *values)


async def team_in_use(connection: Connection, workspace: str, slug: str) -> bool:
    return bool(await connection.fetchval(TEAM_IN_USE, workspace, slug))


async def delete_team(connection: Connection, workspace: str, slug: str) -> None:
    """Agents leave it."""
    await connection.execute(LEAVE_TEAM, workspace, slug)
    await connection.execute("DELETE FROM team WHERE workspace = $1 AND slug = $2", workspace, slug)


async def create_agent(
    connection: Connection, workspace: str, id: UUID, values: Sequence[Any], now: datetime
) -> None:
    await connection.execute(CREATE_AGENT, workspace, id, now, *values)


async def agent(
    connection: Connection, workspace: str, id: UUID, *, lock: bool = False
) -> asyncpg.Record | None:
    """With how many active tickets she has."""
    if lock:
        await connection.execute(LOCK_AGENT, workspace, id)
    return await connection.fetchrow(AGENT, workspace, id)


async def agents(
    connection: Connection, workspace: str, team: str, after: tuple[str, UUID], limit: int
) -> Rows:
    """By what they are called."""
    return await connection.fetch(AGENTS, workspace, team, *after, limit)


async def update_agent(
    connection: Connection, workspace: str, id: UUID, values: Sequence[Any], now: datetime
) -> None:
    await connection.execute(UPDATE_AGENT, workspace, id, now, *values)


async def set_available(
    connection: Connection, workspace: str, id: UUID, available: bool, now: datetime
) -> None:
    await connection.execute(SET_AVAILABLE, workspace, id, available, now)


async def note_assignment(connection: Connection, workspace: str, id: UUID, now: datetime) -> None:
    """She was given something, later than anybody before: whose turn it is next stays clear."""
    await connection.execute(NOTE_ASSIGNMENT, workspace, id, now)


async def tickets_of(connection: Connection, workspace: str, agent: UUID) -> list[int]:
    """The numbers of the tickets she has that are not through."""
    rows = await connection.fetch(TICKETS_OF, workspace, agent)
    return [row["number"] for row in rows]


async def route_alone(connection: Connection, workspace: str) -> None:
    """To the end of the transaction nobody else gives out this workspace's queues."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"route {workspace}")


async def ready(connection: Connection, workspace: str) -> Rows:
    """Agents who take tickets now and had room a moment ago."""
    return await connection.fetch(READY, workspace)


async def queue(connection: Connection, workspace: str) -> Rows:
    """What waits for teams that are given their tickets, the first of it in its order."""
    return await connection.fetch(QUEUE, workspace)


async def delete_agent(connection: Connection, workspace: str, id: UUID) -> None:
    """What she resolved no longer leads back to her."""
    await connection.execute(FORGET_AGENT, workspace, id)
    await connection.execute("DELETE FROM agent WHERE workspace = $1 AND id = $2", workspace, id)


TEAM_VALUES = ("display_name", "routing", "calendar")
AGENT_VALUES = ("display_name", "email", "teams", "skills", "capacity")
CREATE_TEAM = """
INSERT INTO team (workspace, slug, create_time, update_time, display_name, routing, calendar, revision)
VALUES ($1, $2, $3, $3, $4, $5, $6, 1) ON CONFLICT DO NOTHING
"""
TEAM_SELECT = """
SELECT g.*, (
  SELECT count(*) FROM ticket t
  WHERE t.workspace = $1 AND t.team = g.slug AND t.assignee IS NULL AND t.state IN (1, 2)
)::int AS queued_count FROM team g WHERE g.workspace = $1
"""
TEAM = f"{TEAM_SELECT} AND g.slug = $2"
TEAMS = f"{TEAM_SELECT} AND g.slug > $2 ORDER BY g.slug LIMIT $3"
HELD_TEAMS = """
SELECT slug FROM team WHERE workspace = $1 AND slug = ANY ($2::text[]) ORDER BY slug FOR KEY SHARE
"""
UPDATE_TEAM = """
UPDATE team SET display_name = $4, routing = $5, calendar = $6, revision = revision + 1, update_time = $3
WHERE workspace = $1 AND slug = $2
"""
TEAM_IN_USE = """
SELECT EXISTS (SELECT FROM ticket WHERE workspace = $1 AND team = $2)
  OR EXISTS (SELECT FROM mailbox WHERE workspace = $1 AND team = $2)
"""
LEAVE_TEAM = """
UPDATE agent SET teams = array_remove(teams, $2) WHERE workspace = $1 AND $2 = ANY (teams)
"""
CREATE_AGENT = """
INSERT INTO agent (
  workspace, id, create_time, update_time, display_name, email, teams, skills, capacity,
  available, assign_time, revision
) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, false, NULL, 1)
"""
LOCK_AGENT = "SELECT FROM agent WHERE workspace = $1 AND id = $2 FOR UPDATE"
AGENT_SELECT = """
SELECT a.*, (
  SELECT count(*) FROM ticket t WHERE t.workspace = $1 AND t.assignee = a.id AND t.state IN (1, 2)
)::int AS active_count FROM agent a WHERE a.workspace = $1
"""
AGENT = f"{AGENT_SELECT} AND a.id = $2"
AGENTS = f"""{AGENT_SELECT} AND ($2 = '' OR $2 = ANY (a.teams)) AND (a.display_name, a.id) > ($3, $4)
ORDER BY a.display_name, a.id LIMIT $5"""
READY = f"""SELECT * FROM ({AGENT_SELECT} AND a.available) a WHERE active_count < capacity
ORDER BY id LIMIT 1000"""  # noqa: S608 -- constants
QUEUE = """
SELECT t.number, t.team, t.tags, g.routing FROM ticket t
JOIN team g ON g.workspace = $1 AND g.slug = t.team AND g.routing <> 3
WHERE t.workspace = $1 AND t.assignee IS NULL AND t.state IN (1, 2)
ORDER BY t.priority DESC, t.queue_time, t.number LIMIT 1000
"""
UPDATE_AGENT = """
UPDATE agent SET display_name = $4, email = $5, teams = $6, skills = $7, capacity = $8,
  revision = revision + 1, update_time = $3
WHERE workspace = $1 AND id = $2
"""
SET_AVAILABLE = """
UPDATE agent SET available = $3, revision = revision + 1, update_time = $4
WHERE workspace = $1 AND id = $2 AND available <> $3
"""
NOTE_ASSIGNMENT = """
UPDATE agent SET assign_time = greatest($3, (
  SELECT max(assign_time) + interval '1 microsecond' FROM agent WHERE workspace = $1
)) WHERE workspace = $1 AND id = $2
"""
TICKETS_OF = """
SELECT number FROM ticket WHERE workspace = $1 AND assignee = $2 AND state NOT IN (5, 6) ORDER BY number
"""
FORGET_AGENT = """
UPDATE ticket SET assignee = NULLIF(assignee, $2), former_assignee = NULLIF(former_assignee, $2)
WHERE workspace = $1 AND (assignee = $2 OR former_assignee = $2)
"""
