"""Policies in their order, and every version of them."""

from datetime import datetime

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]
Place = tuple[int, datetime, str]


async def create(  # noqa: PLR0917 -- a row has so many
    connection: Connection,
    workspace: str,
    slug: str,
    values: tuple[str, int, str],
    definition: bytes,
    now: datetime,
) -> bool:
    """False when the name is taken. *values* are what `VALUES` names; a name that comes back counts on."""
    return await connection.execute(CREATE, workspace, slug, now, definition, *values) == "INSERT 0 1"


async def policy(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(POLICY + (" FOR UPDATE OF p" if lock else ""), workspace, slug)


async def page(connection: Connection, workspace: str, after: Place, limit: int) -> Rows:
    """In the order in which they are tried."""
    return await connection.fetch(PAGE, workspace, *after, limit)


async def count(connection: Connection, workspace: str) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM policy WHERE workspace = $1", workspace))


async def update(
    connection: Connection, workspace: str, slug: str, values: tuple[str, int, str], now: datetime
) -> None:
    await connection.execute(UPDATE, workspace, slug, now, *values)


async def redefine(connection: Connection, workspace: str, slug: str, definition: bytes) -> None:
    """A version of its own."""
    await connection.execute(REDEFINE, workspace, slug, definition)


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    """Its versions stay, for what they have judged."""
    await connection.execute("DELETE FROM policy WHERE workspace = $1 AND slug = $2", workspace, slug)


VALUES = ("display_name", "rank", "calendar")
CREATE = """
WITH made AS (
  INSERT INTO policy
    (workspace, slug, display_name, rank, calendar, version, revision, create_time, update_time)
  SELECT $1, $2, $5, $6, $7, coalesce(max(version), 0) + 1, 1, $3, $3
  FROM policy_version WHERE workspace = $1 AND slug = $2
  ON CONFLICT DO NOTHING RETURNING version
)
INSERT INTO policy_version (workspace, slug, version, definition) SELECT $1, $2, version, $4 FROM made
"""
SELECT = """
SELECT p.*, v.definition FROM policy p
JOIN policy_version v ON v.workspace = $1 AND v.slug = p.slug AND v.version = p.version
WHERE p.workspace = $1
"""
POLICY = f"{SELECT} AND p.slug = $2"
PAGE = f"""{SELECT} AND (p.rank, p.create_time, p.slug) > ($2, $3, $4)
ORDER BY p.rank, p.create_time, p.slug LIMIT $5"""
UPDATE = """
UPDATE policy SET display_name = $4, rank = $5, calendar = $6, revision = revision + 1, update_time = $3
WHERE workspace = $1 AND slug = $2
"""
REDEFINE = """
WITH now AS (
  UPDATE policy SET version = version + 1 WHERE workspace = $1 AND slug = $2 RETURNING version
)
INSERT INTO policy_version (workspace, slug, version, definition) SELECT $1, $2, version, $3 FROM now
"""
