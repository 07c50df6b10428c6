"""Templates as they are kept, and who uses them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from chassis.hottx import Connection
from services.campaign.store import broadcasts, journeys

Rows = list[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Values:
    """What of a template can be written; the rest is counted or found out."""

    display_name: str
    message_class: int
    # The message Template with its contents, and nothing else of it.
    contents: bytes
    subscription_group: str
    tracking: bool | None
    traits: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


async def create(
    connection: Connection, workspace: str, slug: str, values: Values, now: datetime, *, channel: int
) -> bool:
    """False when the name is taken."""
    made = await connection.fetchval(CREATE, workspace, slug, channel, *columns(values), now)
    return made is not None


async def template(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(TEMPLATE + (" FOR UPDATE" if lock else ""), workspace, slug)


async def templates(
    connection: Connection, workspace: str, slugs: Iterable[str]
) -> dict[str, asyncpg.Record]:
    """Those of these names that there are: what a batch of sends is filled from."""
    rows = await connection.fetch(TEMPLATES, workspace, sorted({*slugs}))
    return {row["slug"]: row for row in rows}


async def kinds(connection: Connection, workspace: str, slugs: Iterable[str]) -> Rows:
    """Slug, channel and class of those of these names that there are."""
    return await connection.fetch(KINDS, workspace, sorted({*slugs}))


async def missing(connection: Connection, workspace: str, slugs: Iterable[str]) -> list[str]:
    """Which of these there are not. Those there are stay until the transaction ends.

    Whoever is about to name a template in what goes live asks here first; nobody deletes it in between.
    """
    asked = sorted({*slugs})
    rows = await connection.fetch(HOLD, workspace, asked)
    return sorted({*asked} - {row["slug"] for row in rows})


async def page(connection: Connection, workspace: str, after: str, channel: int, limit: int) -> Rows:
    """Names and sizes, by name; of one channel, or of every one when it is 0."""
    return await connection.fetch(PAGE, workspace, after, channel, limit)


async def update(
    connection: Connection, workspace: str, slug: str, values: Values, now: datetime, *, said_anew: bool
) -> None:
    """*said_anew* when the contents are others than before: that is a new revision."""
    await connection.execute(UPDATE, workspace, slug, *columns(values), now, said_anew)


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    await connection.execute(DELETE, workspace, slug)


async def users(connection: Connection, workspace: str, slug: str) -> list[str]:
    """Journeys whose version in force sends it, or whose runs still may, and broadcasts that are not over."""
    name = f"templates/{slug}"
    going = await journeys.senders(connection, workspace, name)
    return [*going, *await broadcasts.senders(connection, workspace, name)]


def columns(values: Values) -> tuple[object, ...]:
    return (
        values.display_name,
        values.message_class,
        values.contents,
        values.subscription_group,
        values.tracking,
        list(values.traits),
        list(values.warnings),
    )


CREATE = """
INSERT INTO template (workspace, slug, channel, display_name, class, contents, subscription_group, tracking,
  traits, warnings, revision, change, create_time, update_time)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 1, $11, $11)
ON CONFLICT (workspace, slug) DO NOTHING RETURNING 1
"""
TEMPLATE = "SELECT * FROM template WHERE workspace = $1 AND slug = $2"
TEMPLATES = "SELECT * FROM template WHERE workspace = $1 AND slug = ANY ($2::text[])"
KINDS = "SELECT slug, channel, class FROM template WHERE workspace = $1 AND slug = ANY ($2::text[])"
HOLD = """
SELECT slug FROM template WHERE workspace = $1 AND slug = ANY ($2::text[]) ORDER BY slug FOR KEY SHARE
"""
PAGE = """
SELECT slug, octet_length(contents) AS bytes FROM template
WHERE workspace = $1 AND slug > $2 AND ($3::int = 0 OR channel = $3)
ORDER BY slug LIMIT $4
"""
UPDATE = """
UPDATE template SET display_name = $3, class = $4, contents = $5, subscription_group = $6, tracking = $7,
  traits = $8, warnings = $9, update_time = $10, change = change + 1, revision = revision + $11::boolean::int
WHERE workspace = $1 AND slug = $2
"""
DELETE = "DELETE FROM template WHERE workspace = $1 AND slug = $2"
