"""Who carries messages, with what each has to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import orjson

from chassis.hottx import Connection

Row = asyncpg.Record


@dataclass(frozen=True, slots=True)
class Kept:
    """What is written of a provider, besides its name."""

    display_name: str
    channel: str
    adapter: str
    # JSON.
    settings: str
    secrets: Mapping[str, str]
    rank: int
    rate_per_second: float
    enabled: bool


async def create(connection: Connection, workspace: str, slug: str, kept: Kept, now: datetime) -> bool:
    """False when the name is taken."""
    return await connection.execute(CREATE, workspace, slug, now, *columns(kept)) == "INSERT 0 1"


async def count(connection: Connection, workspace: str) -> int:
    """Of all there are; a rival who counts waits for us to end."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"provider {workspace}")
    found: int = await connection.fetchval("SELECT count(*) FROM provider WHERE workspace = $1", workspace)
    return found


async def found(connection: Connection, workspace: str, slug: str, *, lock: bool = False) -> Row | None:
    return await connection.fetchrow(FOUND_AND_LOCKED if lock else FOUND, workspace, slug)


async def all_of(connection: Connection, workspace: str) -> list[Row]:
    """By channel, then rank; there are few."""
    return await connection.fetch(ALL, workspace)


async def page(
    connection: Connection, workspace: str, channel: str, after: tuple[str, int, str], limit: int
) -> list[Row]:
    """By channel, then rank, then name; of one channel, unless it is empty."""
    return await connection.fetch(PAGE, workspace, channel, *after, limit)


async def update(connection: Connection, workspace: str, slug: str, kept: Kept, now: datetime) -> None:
    await connection.execute(UPDATE, workspace, slug, now, *columns(kept))


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    await connection.execute("DELETE FROM provider WHERE workspace = $1 AND slug = $2", workspace, slug)


def secrets_of(row: Row) -> dict[str, str]:
    kept: dict[str, str] = orjson.loads(row["secrets"])
    return kept


def columns(kept: Kept) -> list[object]:
    secrets = orjson.dumps(dict(kept.secrets), option=orjson.OPT_SORT_KEYS).decode()
    return [
        kept.display_name,
        kept.channel,
        kept.adapter,
        kept.settings,
        secrets,
        kept.rank,
        kept.rate_per_second,
        kept.enabled,
    ]


CREATE = """
INSERT INTO provider (
  workspace, slug, create_time, update_time,
  display_name, channel, adapter, settings, secrets, rank, rate_per_second, enabled, revision
) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING
"""
FOUND = "SELECT * FROM provider WHERE workspace = $1 AND slug = $2"
FOUND_AND_LOCKED = f"{FOUND} FOR UPDATE"
ALL = "SELECT * FROM provider WHERE workspace = $1 ORDER BY channel, rank, slug"
PAGE = """
SELECT * FROM provider
WHERE workspace = $1 AND ($2 = '' OR channel = $2) AND (channel, rank, slug) > ($3, $4, $5)
ORDER BY channel, rank, slug LIMIT $6
"""
UPDATE = """
UPDATE provider SET
  update_time = $3, display_name = $4, channel = $5, adapter = $6, settings = $7, secrets = $8,
  rank = $9, rate_per_second = $10, enabled = $11, revision = revision + 1
WHERE workspace = $1 AND slug = $2
"""
