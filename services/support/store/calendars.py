"""Calendars, every version of them, and who counts on them."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def create(  # noqa: PLR0917 -- a row has so many
    connection: Connection, workspace: str, slug: str, display_name: str, definition: bytes, now: datetime
) -> bool:
    """False when the name is taken. A name that comes back goes on counting its versions."""
    return await connection.execute(CREATE, workspace, slug, display_name, definition, now) == "INSERT 0 1"


async def calendar(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(CALENDAR + (" FOR UPDATE OF c" if lock else ""), workspace, slug)


async def page(connection: Connection, workspace: str, after: str, limit: int) -> Rows:
    return await connection.fetch(PAGE, workspace, after, limit)


async def hold(connection: Connection, workspace: str, slug: str) -> bool:
    """Whether there is one; it stays until the transaction ends."""
    return await connection.fetchval(HOLD, workspace, slug) is not None


async def rename(connection: Connection, workspace: str, slug: str, display_name: str, now: datetime) -> None:
    await connection.execute(RENAME, workspace, slug, display_name, now)


async def redefine(connection: Connection, workspace: str, slug: str, definition: bytes) -> None:
    """A version of its own."""
    await connection.execute(REDEFINE, workspace, slug, definition)


async def in_use(connection: Connection, workspace: str, slug: str) -> bool:
    """By a policy or a team."""
    return bool(await connection.fetchval(IN_USE, workspace, slug, f"calendars/{slug}"))


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    """Its versions stay, for what they have judged."""
    await connection.execute("DELETE FROM calendar WHERE workspace = $1 AND slug = $2", workspace, slug)


async def of_teams(connection: Connection, workspace: str, team: str) -> str:
    """The slug of a team's calendar; empty when it has none."""
    name: str | None = await connection.fetchval(OF_TEAM, workspace, team)
    return (name or "").removeprefix("calendars/")


async def versions(
    connection: Connection, workspace: str, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], bytes]:
    """Definitions by slug and version."""
    slugs, numbers = [slug for slug, _ in wanted], [number for _, number in wanted]
    rows = await connection.fetch(VERSIONS, workspace, slugs, numbers)
    return {(row["slug"], row["version"]): row["definition"] for row in rows}


async def time_zone(connection: Connection, workspace: str) -> str:
    """The workspace's, as far as we were told."""
    zone: str | None = await connection.fetchval(
        "SELECT time_zone FROM workspace_setting WHERE workspace = $1", workspace
    )
    return zone or "UTC"


CREATE = """
WITH made AS (
  INSERT INTO calendar (workspace, slug, display_name, version, revision, create_time, update_time)
  SELECT $1, $2, $3, coalesce(max(version), 0) + 1, 1, $5, $5
  FROM calendar_version WHERE workspace = $1 AND slug = $2
  ON CONFLICT DO NOTHING RETURNING version
)
INSERT INTO calendar_version (workspace, slug, version, definition) SELECT $1, $2, version, $4 FROM made
"""
SELECT = """
SELECT c.*, v.definition FROM calendar c
JOIN calendar_version v ON v.workspace = $1 AND v.slug = c.slug AND v.version = c.version
WHERE c.workspace = $1
"""
CALENDAR = f"{SELECT} AND c.slug = $2"
PAGE = f"{SELECT} AND c.slug > $2 ORDER BY c.slug LIMIT $3"
HOLD = "SELECT 1 FROM calendar WHERE workspace = $1 AND slug = $2 FOR KEY SHARE"
RENAME = """
UPDATE calendar SET display_name = $3, revision = revision + 1, update_time = $4
WHERE workspace = $1 AND slug = $2
"""
REDEFINE = """
WITH now AS (
  UPDATE calendar SET version = version + 1 WHERE workspace = $1 AND slug = $2 RETURNING version
)
INSERT INTO calendar_version (workspace, slug, version, definition) SELECT $1, $2, version, $3 FROM now
"""
IN_USE = """
SELECT EXISTS (SELECT FROM policy WHERE workspace = $1 AND calendar = $2)
  OR EXISTS (SELECT FROM team WHERE workspace = $1 AND calendar = $3)
"""
OF_TEAM = "SELECT calendar FROM team WHERE workspace = $1 AND slug = $2"
VERSIONS = """
SELECT v.slug, v.version, v.definition FROM calendar_version v
JOIN unnest($2::text[], $3::integer[]) AS wanted (slug, version) USING (slug, version)
WHERE v.workspace = $1
"""
