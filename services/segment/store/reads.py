"""What is read for those who ask: members, memberships and the history of changes."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def profile_key(connection: Connection, workspace: str, id: UUID) -> int | None:
    """The living profile's number under this id, also when it is a former one."""
    found: int | None = await connection.fetchval(PROFILE_KEY, workspace, id)
    return found


async def profile_keys(connection: Connection, workspace: str, ids: Sequence[UUID]) -> dict[UUID, int]:
    return {row["id"]: row["key"] for row in await connection.fetch(PROFILE_KEYS, workspace, ids)}


async def profile_count(connection: Connection, workspace: str) -> int:
    found: int = await connection.fetchval(PROFILE_COUNT, workspace)
    return found


async def last_key(connection: Connection, workspace: str) -> int:
    """The highest number of a profile; 0 when there is none."""
    found: int = await connection.fetchval(LAST_KEY, workspace)
    return found


async def position(connection: Connection, workspace: str) -> int:
    """The last change that was told."""
    found: int | None = await connection.fetchval(POSITION, workspace)
    return found or 0


async def members(connection: Connection, workspace: str, segment: int, after: int, limit: int) -> Rows:
    """By the profile's number."""
    return await connection.fetch(MEMBERS, workspace, segment, after, limit)


async def everybody(connection: Connection, workspace: str, segment: int) -> Rows:
    return await connection.fetch(EVERYBODY, workspace, segment)


async def forget_members(connection: Connection, workspace: str, segment: int) -> None:
    await connection.execute("DELETE FROM member WHERE workspace = $1 AND segment = $2", workspace, segment)


async def memberships(
    connection: Connection, workspace: str, key: int, before: tuple[int, int], limit: int
) -> Rows:
    """The last entered first."""
    return await connection.fetch(MEMBERSHIPS, workspace, key, *before, limit)


async def changes(
    connection: Connection,
    workspace: str,
    *,
    segment: int | None,
    profile: int | None,
    times: tuple[int, int],
    kind: int,
    before: int,
    limit: int,
) -> Rows:
    """Of a segment or of a profile, newest first."""
    column, value = ("segment", segment) if segment is not None else ("profile_key", profile)
    sql = CHANGES.format(column=column)
    return await connection.fetch(sql, workspace, value, *times, kind, before, limit)


async def activities(
    connection: Connection, workspace: str, key: int, found: Sequence[tuple[int, UUID]]
) -> dict[str, asyncpg.Record]:
    """Activities of a profile by time and id, under their ids in hexadecimal."""
    times, ids = [time for time, _ in found], [id for _, id in found]
    rows = await connection.fetch(ACTIVITIES, workspace, key, times, ids)
    return {row["id"].hex: row for row in rows}


async def versions_at(connection: Connection, workspace: str, time_us: int) -> Rows:
    """The versions that were in force at an instant, with the slug of their segment."""
    return await connection.fetch(VERSIONS_AT, workspace, time_us)


PROFILE_KEY = "SELECT coalesce(merged_into, key) FROM profile WHERE workspace = $1 AND id = $2"
PROFILE_KEYS = """
SELECT id, coalesce(merged_into, key) AS key FROM profile WHERE workspace = $1 AND id = ANY ($2::uuid[])
"""
PROFILE_COUNT = "SELECT count(*) FROM profile WHERE workspace = $1 AND merged_into IS NULL"
LAST_KEY = "SELECT coalesce(max(key), 0) FROM profile WHERE workspace = $1"
POSITION = "SELECT sequence_number FROM numbering WHERE workspace = $1"
MEMBERS = """
SELECT m.*, p.id FROM member m
JOIN profile p ON p.workspace = $1 AND p.key = m.profile_key
WHERE m.workspace = $1 AND m.segment = $2 AND m.profile_key > $3
ORDER BY m.profile_key LIMIT $4
"""
EVERYBODY = """
SELECT m.profile_key, p.id FROM member m
JOIN profile p ON p.workspace = $1 AND p.key = m.profile_key
WHERE m.workspace = $1 AND m.segment = $2 ORDER BY m.profile_key
"""
MEMBERSHIPS = """
SELECT m.*, s.slug, s.display_name FROM member m
JOIN segment s ON s.workspace = $1 AND s.id = m.segment
WHERE m.workspace = $1 AND m.profile_key = $2 AND (m.since_us, m.segment) < ($3, $4)
ORDER BY m.since_us DESC, m.segment DESC LIMIT $5
"""
CHANGES = """
SELECT c.*, s.slug, p.id FROM change c
JOIN segment s ON s.workspace = $1 AND s.id = c.segment
JOIN profile p ON p.workspace = $1 AND p.key = c.profile_key
WHERE c.workspace = $1 AND c.{column} = $2 AND c.time_us >= $3 AND c.time_us < $4
  AND ($5 = 0 OR c.kind = $5) AND c.sequence_number < $6
ORDER BY c.sequence_number DESC LIMIT $7
"""
ACTIVITIES = """
SELECT a.*, o.profile_key FROM unnest($3::bigint[], $4::uuid[]) AS wanted (time_us, id)
JOIN anchor o ON o.workspace = $1 AND o.profile_key = $2
JOIN activity a ON a.workspace = $1 AND a.anchor = o.key AND a.time_us = wanted.time_us AND a.id = wanted.id
"""
VERSIONS_AT = """
SELECT DISTINCT ON (v.segment) v.*, s.slug FROM version v
JOIN segment s ON s.workspace = $1 AND s.id = v.segment
WHERE v.workspace = $1 AND v.effective_us IS NOT NULL AND v.create_us <= $2
ORDER BY v.segment, v.number DESC
"""
