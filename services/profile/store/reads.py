"""What is asked of the profile service, read: one statement a question."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def key_by_id(connection: Connection, workspace: str, id: UUID) -> int | None:
    """The number of the living profile under this id, also when it is the former name of one."""
    found: int | None = await connection.fetchval(KEY_BY_ID, workspace, id)
    return found


async def key_by_identifier(connection: Connection, workspace: str, kind: str, value: str) -> int | None:
    found: int | None = await connection.fetchval(KEY_BY_IDENTIFIER, workspace, kind, value)
    return found


async def newest_keys(connection: Connection, workspace: str, before: UUID | None, limit: int) -> list[int]:
    """Numbers of living profiles, newest first, following the id *before*."""
    return [row["key"] for row in await connection.fetch(NEWEST, workspace, before, limit)]


async def profiles(connection: Connection, workspace: str, keys: Sequence[int]) -> dict[int, Rows]:
    """profile.*, identifier.* and anchor.* of each profile: a row for each of its anchors.

    Of one that was absorbed since its number was read, those of its survivor.
    """
    found: dict[int, Rows] = {key: [] for key in keys}
    for row in await connection.fetch(PROFILES, workspace, keys):
        found[row["asked"]].append(row)
    return found


async def activities(
    connection: Connection,
    workspace: str,
    key: int,
    *,
    kinds: tuple[str, str],
    times: tuple[int, int],
    before: tuple[int, UUID],
    limit: int,
) -> Rows:
    """A page of a timeline: the newest of each anchor, merged. *kinds*: type and event, empty for any."""
    return await connection.fetch(ACTIVITIES, workspace, key, *kinds, *times, *before, limit)


async def orders(
    connection: Connection, workspace: str, key: int, before: tuple[int, str], limit: int
) -> Rows:
    return await connection.fetch(ORDERS, workspace, key, *before, limit)


async def order(connection: Connection, workspace: str, order_id: str) -> asyncpg.Record | None:
    """purchase.* with the id of the profile it belongs to, when it was placed."""
    return await connection.fetchrow(ORDER, workspace, order_id)


async def carts(connection: Connection, workspace: str, key: int) -> Rows:
    return await connection.fetch(CARTS, workspace, key)


async def consents(
    connection: Connection, workspace: str, key: int, before: Sequence[Any], limit: int
) -> Rows:
    """Decisions newest first; `newest` marks the last of its kind for its channel and purpose."""
    return await connection.fetch(CONSENTS, workspace, key, *before, limit)


async def conflicts(connection: Connection, workspace: str, before: tuple[int, UUID], limit: int) -> Rows:
    """conflict.* with the message id of the event that showed it."""
    return await connection.fetch(CONFLICTS, workspace, *before, limit)


async def identifiers(connection: Connection, workspace: str, keys: Sequence[int]) -> Rows:
    """identifier.* with the id of its owner."""
    return await connection.fetch(IDENTIFIERS, workspace, keys)


async def quarantined(connection: Connection, workspace: str, before: tuple[int, UUID], limit: int) -> Rows:
    return await connection.fetch(QUARANTINED, workspace, *before, limit)


LAST_US = (1 << 63) - 1
LAST_ID = UUID(int=(1 << 128) - 1)

KEY_BY_ID = "SELECT coalesce(merged_into, key) FROM profile WHERE workspace = $1 AND id = $2"
KEY_BY_IDENTIFIER = "SELECT profile_key FROM identifier WHERE workspace = $1 AND kind = $2 AND value = $3"
NEWEST = """
SELECT key FROM profile
WHERE workspace = $1 AND merged_into IS NULL AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC LIMIT $3
"""
PROFILES = """
SELECT asked.key AS asked, p.key, p.id, p.revision, p.computed, p.create_time, p.update_time,
       i.kind, i.value, a.activity_count, a.first_us, a.last_us, a.registers
FROM profile asked
JOIN profile p ON p.workspace = $1 AND p.key = coalesce(asked.merged_into, asked.key)
JOIN identifier i ON i.workspace = $1 AND i.profile_key = p.key
LEFT JOIN anchor a ON a.workspace = $1 AND a.key = i.key
WHERE asked.workspace = $1 AND asked.key = ANY ($2::bigint[])
"""
ACTIVITIES = """
SELECT newest.*, i.kind, i.value
FROM identifier i
CROSS JOIN LATERAL (
  SELECT * FROM activity a
  WHERE a.workspace = $1 AND a.anchor = i.key
    AND ($3 = '' OR a.type = $3) AND ($4 = '' OR a.event = $4)
    AND a.time_us >= $5 AND a.time_us < $6 AND (a.time_us, a.id) < ($7, $8)
  ORDER BY a.time_us DESC, a.id DESC LIMIT $9
) newest
WHERE i.workspace = $1 AND i.profile_key = $2
ORDER BY newest.time_us DESC, newest.id DESC LIMIT $9
"""
ORDERS = """
SELECT o.* FROM purchase o
JOIN identifier i ON i.workspace = $1 AND i.key = o.anchor
WHERE o.workspace = $1 AND i.profile_key = $2
  AND o.placed_us IS NOT NULL AND (o.placed_us, o.order_id) < ($3, $4)
ORDER BY o.placed_us DESC, o.order_id DESC LIMIT $5
"""
ORDER = """
SELECT o.*, p.id AS profile_id FROM purchase o
JOIN identifier i ON i.workspace = $1 AND i.key = o.anchor
JOIN profile p ON p.workspace = $1 AND p.key = i.profile_key
WHERE o.workspace = $1 AND o.order_id = $2 AND o.placed_us IS NOT NULL
"""
CARTS = """
SELECT c.* FROM cart c
JOIN identifier i ON i.workspace = $1 AND i.key = c.anchor
WHERE c.workspace = $1 AND i.profile_key = $2
"""
CONSENTS = """
SELECT * FROM (
  SELECT c.*, row_number() OVER (
    PARTITION BY c.channel, c.purpose, c.granted ORDER BY c.time_us DESC, c.id DESC) = 1 AS newest
  FROM consent c
  JOIN identifier i ON i.workspace = $1 AND i.key = c.anchor
  WHERE c.workspace = $1 AND i.profile_key = $2
) told
WHERE (time_us, id, channel, purpose) < ($3, $4, $5, $6)
ORDER BY time_us DESC, id DESC, channel DESC, purpose DESC LIMIT $7
"""
CONFLICTS = """
SELECT c.*, a.message_id FROM conflict c
LEFT JOIN activity a
  ON a.workspace = $1 AND a.anchor = c.identifiers[1] AND a.time_us = c.time_us AND a.id = c.message
WHERE c.workspace = $1 AND (c.time_us, c.id) < ($2, $3)
ORDER BY c.time_us DESC, c.id DESC LIMIT $4
"""
IDENTIFIERS = """
SELECT i.*, p.id AS profile_id FROM identifier i
LEFT JOIN profile p ON p.workspace = $1 AND p.key = i.profile_key
WHERE i.workspace = $1 AND i.key = ANY ($2::bigint[])
"""
QUARANTINED = """
SELECT * FROM quarantined_event WHERE workspace = $1 AND (receive_us, id) < ($2, $3)
ORDER BY receive_us DESC, id DESC LIMIT $4
"""
