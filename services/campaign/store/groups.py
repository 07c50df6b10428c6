"""Topics customers can take or leave."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from chassis.hottx import Connection


async def create(
    connection: Connection, workspace: str, slug: str, values: Mapping[str, object], now: datetime
) -> bool:
    """False when the name is taken. *values* are the columns of `WRITABLE`."""
    given = (values[name] for name in WRITABLE)
    return await connection.execute(CREATE, workspace, slug, now, *given) == "INSERT 0 1"


async def found(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(f"{GROUP}{' FOR UPDATE' if lock else ''}", workspace, slug)


async def page(
    connection: Connection, workspace: str, after: tuple[int, str], limit: int
) -> list[asyncpg.Record]:
    """In the order in which the preference page shows them."""
    return await connection.fetch(PAGE, workspace, *after, limit)


async def defaults(connection: Connection, workspace: str) -> dict[str, bool]:
    """Every group, and whether who never decided takes it."""
    rows = await connection.fetch(DEFAULTS, workspace)
    return {row["slug"]: row["default_subscribed"] for row in rows}


async def update(
    connection: Connection, workspace: str, slug: str, values: Mapping[str, object], now: datetime
) -> None:
    await connection.execute(UPDATE, workspace, slug, now, *(values[name] for name in WRITABLE))


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    """What customers decided about it stays: who left it has left it, should it come back."""
    await connection.execute(
        "DELETE FROM subscription_group WHERE workspace = $1 AND slug = $2", workspace, slug
    )


async def users(connection: Connection, workspace: str, slug: str, limit: int) -> list[str]:
    """`templates/{slug}` that belong to it."""
    rows = await connection.fetch(USERS, workspace, slug, limit)
    return [f"templates/{row['slug']}" for row in rows]


WRITABLE = ("display_name", "description", "rank", "channels", "default_subscribed", "hidden")
# Before all ranks.
FIRST = (-(1 << 31), "")
CREATE = """
INSERT INTO subscription_group (workspace, slug, revision, create_time, update_time,
  display_name, description, rank, channels, default_subscribed, hidden)
VALUES ($1, $2, 1, $3, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
"""
GROUP = "SELECT * FROM subscription_group WHERE workspace = $1 AND slug = $2"
PAGE = """
SELECT * FROM subscription_group WHERE workspace = $1 AND (rank, slug) > ($2, $3) ORDER BY rank, slug LIMIT $4
"""
DEFAULTS = "SELECT slug, default_subscribed FROM subscription_group WHERE workspace = $1"
UPDATE = """
UPDATE subscription_group SET revision = revision + 1, update_time = $3, display_name = $4, description = $5,
  rank = $6, channels = $7, default_subscribed = $8, hidden = $9
WHERE workspace = $1 AND slug = $2
"""
USERS = """
SELECT slug FROM template WHERE workspace = $1
  AND subscription_group IN ($2, 'subscription_groups/' || $2) ORDER BY slug LIMIT $3
"""
