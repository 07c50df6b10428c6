"""Lists kept by hand, and who is on them."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def create(
    connection: Connection, workspace: str, slug: str, names: tuple[str, str], now: datetime
) -> bool:
    """False when the name is taken."""
    return await connection.execute(CREATE, workspace, slug, *names, now) == "INSERT 0 1"


async def found(connection: Connection, workspace: str, slug: str) -> asyncpg.Record | None:
    return await connection.fetchrow(LIST, workspace, slug)


async def slugs(connection: Connection, workspace: str) -> list[str]:
    rows = await connection.fetch("SELECT slug FROM customer_list WHERE workspace = $1", workspace)
    return [row["slug"] for row in rows]


async def page(connection: Connection, workspace: str, after: str, limit: int) -> Rows:
    return await connection.fetch(PAGE, workspace, after, limit)


async def update(
    connection: Connection, workspace: str, slug: str, names: tuple[str, str], now: datetime
) -> None:
    await connection.execute(UPDATE, workspace, slug, *names, now)


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    await connection.execute("DELETE FROM listed WHERE workspace = $1 AND list = $2", workspace, slug)
    await connection.execute("DELETE FROM customer_list WHERE workspace = $1 AND slug = $2", workspace, slug)


async def add(connection: Connection, workspace: str, slug: str, keys: Sequence[int], now_us: int) -> None:
    """Who is on it already stays as she was put there."""
    await connection.execute(ADD, workspace, slug, keys, now_us)


async def remove(connection: Connection, workspace: str, slug: str, keys: Sequence[int]) -> None:
    """Under every number these profiles ever had."""
    await connection.execute(REMOVE, workspace, slug, keys)


async def customers(
    connection: Connection, workspace: str, slug: str, before: tuple[int, int], limit: int
) -> Rows:
    """The last added first."""
    return await connection.fetch(CUSTOMERS, workspace, slug, *before, limit)


CREATE = """
INSERT INTO customer_list (workspace, slug, display_name, description, revision, create_time, update_time)
VALUES ($1, $2, $3, $4, 1, $5, $5) ON CONFLICT DO NOTHING
"""
# Two numbers of one customer are one customer.
LISTS = """
SELECT l.*, (
  SELECT count(DISTINCT coalesce(p.merged_into, p.key)) FROM listed d
  JOIN profile p ON p.workspace = $1 AND p.key = d.profile_key
  WHERE d.workspace = $1 AND d.list = l.slug
) AS customer_count
FROM customer_list l WHERE l.workspace = $1
"""
LIST = f"{LISTS} AND l.slug = $2"
PAGE = f"{LISTS} AND l.slug > $2 ORDER BY l.slug LIMIT $3"
UPDATE = """
UPDATE customer_list SET display_name = $3, description = $4, revision = revision + 1, update_time = $5
WHERE workspace = $1 AND slug = $2
"""
ADD = """
INSERT INTO listed (workspace, list, profile_key, time_us)
SELECT $1, $2, key, $4 FROM unnest($3::bigint[]) AS key
WHERE NOT EXISTS (
  SELECT FROM listed l JOIN profile p ON p.workspace = $1 AND p.key = l.profile_key
  WHERE l.workspace = $1 AND l.list = $2 AND coalesce(p.merged_into, p.key) = key.key
)
ON CONFLICT DO NOTHING
"""
REMOVE = """
DELETE FROM listed l USING profile p
WHERE l.workspace = $1 AND l.list = $2 AND p.workspace = $1 AND p.key = l.profile_key
  AND coalesce(p.merged_into, p.key) = ANY ($3::bigint[])
"""
CUSTOMERS = """
SELECT l.time_us, p.key, p.id FROM (
  SELECT coalesce(q.merged_into, q.key) AS living, min(d.time_us) AS time_us FROM listed d
  JOIN profile q ON q.workspace = $1 AND q.key = d.profile_key
  WHERE d.workspace = $1 AND d.list = $2 GROUP BY 1
) l
JOIN profile p ON p.workspace = $1 AND p.key = l.living
WHERE (l.time_us, p.key) < ($3, $4)
ORDER BY l.time_us DESC, p.key DESC LIMIT $5
"""
