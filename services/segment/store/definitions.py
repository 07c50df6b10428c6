"""Segments, their versions and the measures they count by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class NewSegment:
    slug: str
    display_name: str
    description: str
    draft: bytes


async def create(connection: Connection, workspace: str, new: NewSegment, now: datetime) -> bool:
    """False when the name is taken."""
    made = await connection.fetchval(
        CREATE, workspace, new.slug, new.display_name, new.description, new.draft, now
    )
    return made is not None


async def segment(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(SEGMENT + (" FOR UPDATE OF s" if lock else ""), workspace, slug)


async def segments(connection: Connection, workspace: str) -> Rows:
    """All of them: definitions are few, and they refer to one another."""
    return await connection.fetch(SEGMENTS, workspace)


async def page(connection: Connection, workspace: str, after: str, limit: int) -> Rows:
    return await connection.fetch(PAGE, workspace, after, limit)


async def update(
    connection: Connection, workspace: str, id: int, values: tuple[str, str, bytes], now: datetime
) -> None:
    await connection.execute(UPDATE, workspace, id, *values, now)


async def delete(connection: Connection, workspace: str, id: int) -> None:
    """With its versions and its history; who is in it must have left before."""
    for table in ("change", "version"):
        await connection.execute(f"DELETE FROM {table} WHERE workspace = $1 AND segment = $2", workspace, id)  # noqa: S608
    await connection.execute("DELETE FROM segment WHERE workspace = $1 AND id = $2", workspace, id)


async def publish(
    connection: Connection, workspace: str, id: int, condition: bytes, *, publisher: str, now_us: int
) -> int:
    """A new version, which waits to be built; returns its number."""
    number: int = await connection.fetchval(PUBLISH, workspace, id, condition, publisher, now_us)
    return number


async def version(connection: Connection, workspace: str, id: int, number: int) -> asyncpg.Record | None:
    return await connection.fetchrow(VERSION, workspace, id, number)


async def versions(connection: Connection, workspace: str, id: int, below: int, limit: int) -> Rows:
    """Newest first."""
    return await connection.fetch(VERSIONS_OF, workspace, id, below, limit)


async def acting(connection: Connection, workspace: str) -> Rows:
    """Versions in force and those being built, with the slug of their segment; the oldest first."""
    return await connection.fetch(ACTING, workspace)


async def reach(connection: Connection, workspace: str, id: int, number: int, key: int | None) -> None:
    await connection.execute(REACH, workspace, id, number, key)


async def take_effect(connection: Connection, workspace: str, id: int, number: int, now_us: int) -> None:
    """From now on this version is in force, for everybody."""
    await connection.execute(EFFECTIVE, workspace, id, number, now_us)
    await connection.execute(IN_FORCE, workspace, id, number)


async def count_cut(
    connection: Connection, workspace: str, id: int, number: int, *, entered: int, exited: int
) -> None:
    """How many came and went because this version took effect."""
    await connection.execute(COUNT_CUT, workspace, id, number, entered, exited)


async def touch(connection: Connection, workspace: str, *, building: bool) -> None:
    """Says that definitions changed: whoever holds them in memory reads them again."""
    await connection.execute(TOUCH, workspace, building)


async def revisions(connection: Connection, workspaces: Sequence[str]) -> dict[str, int]:
    rows = await connection.fetch(REVISIONS, workspaces)
    return {row["workspace"]: row["revision"] for row in rows}


async def building(connection: Connection) -> list[str]:
    """Workspaces in which something waits to be built, whosever it is."""
    return [row["workspace"] for row in await connection.fetch(BUILDING)]


async def measures(connection: Connection, workspace: str) -> dict[str, int]:
    """The numbers of the measures that are counted, by what they mean."""
    rows = await connection.fetch("SELECT digest, id FROM measure WHERE workspace = $1", workspace)
    return {row["digest"].hex: row["id"] for row in rows}


async def add_measures(connection: Connection, workspace: str, keys: Sequence[str]) -> None:
    await connection.execute(ADD_MEASURES, workspace, [UUID(key) for key in keys])


async def keep_measures(connection: Connection, workspace: str, keys: Sequence[str]) -> None:
    """Forgets all others: a state under a forgotten number means nothing any more."""
    await connection.execute(KEEP_MEASURES, workspace, [UUID(key) for key in keys])


CREATE = """
INSERT INTO segment (workspace, id, slug, display_name, description, draft, revision, version, last_version,
  member_count, create_time, update_time)
VALUES ($1, nextval('segment_id_seq'), $2, $3, $4, $5, 1, 0, 0, 0, $6, $6)
ON CONFLICT (workspace, slug) DO NOTHING RETURNING id
"""
# With what is in force and whether something is being built.
SEGMENTS = """
SELECT s.*, v.condition, b.reached_key, b.condition AS waiting
FROM segment s
LEFT JOIN version v ON v.workspace = s.workspace AND v.segment = s.id AND v.number = s.version
LEFT JOIN version b ON b.workspace = s.workspace AND b.segment = s.id AND b.number = s.last_version
  AND b.reached_key IS NOT NULL
WHERE s.workspace = $1
"""
SEGMENT = f"{SEGMENTS} AND s.slug = $2"
PAGE = f"{SEGMENTS} AND s.slug > $2 ORDER BY s.slug LIMIT $3"
UPDATE = """
UPDATE segment SET display_name = $3, description = $4, draft = $5, revision = revision + 1, update_time = $6
WHERE workspace = $1 AND id = $2
"""
PUBLISH = """
WITH numbered AS (
  UPDATE segment SET last_version = last_version + 1, revision = revision + 1
  WHERE workspace = $1 AND id = $2 RETURNING last_version
)
INSERT INTO version (workspace, segment, number, condition, publisher, entered_count, exited_count,
  reached_key, create_us)
SELECT $1, $2, last_version, $3, $4, 0, 0, -1, $5 FROM numbered RETURNING number
"""
VERSION = "SELECT * FROM version WHERE workspace = $1 AND segment = $2 AND number = $3"
VERSIONS_OF = """
SELECT * FROM version WHERE workspace = $1 AND segment = $2 AND number < $3 ORDER BY number DESC LIMIT $4
"""
ACTING = """
SELECT v.*, s.slug, s.version AS in_force FROM version v
JOIN segment s ON s.workspace = $1 AND s.id = v.segment
WHERE v.workspace = $1 AND (v.number = s.version OR v.reached_key IS NOT NULL)
ORDER BY v.create_us, v.segment
"""
REACH = "UPDATE version SET reached_key = $4 WHERE workspace = $1 AND segment = $2 AND number = $3"
EFFECTIVE = """
UPDATE version SET reached_key = NULL, effective_us = $4
WHERE workspace = $1 AND segment = $2 AND number = $3
"""
IN_FORCE = "UPDATE segment SET version = $3 WHERE workspace = $1 AND id = $2"
COUNT_CUT = """
UPDATE version SET entered_count = entered_count + $4, exited_count = exited_count + $5
WHERE workspace = $1 AND segment = $2 AND number = $3
"""
TOUCH = """
INSERT INTO catalog (workspace, revision, building) VALUES ($1, 1, $2)
ON CONFLICT (workspace) DO UPDATE SET revision = catalog.revision + 1, building = $2
"""
REVISIONS = "SELECT workspace, revision FROM catalog WHERE workspace = ANY ($1::text[])"
BUILDING = "SELECT workspace FROM catalog WHERE building ORDER BY workspace"
ADD_MEASURES = """
INSERT INTO measure (workspace, id, digest)
SELECT $1, nextval('measure_id_seq'), * FROM unnest($2::uuid[]) ON CONFLICT DO NOTHING
"""
KEEP_MEASURES = "DELETE FROM measure WHERE workspace = $1 AND digest <> ALL ($2::uuid[])"
