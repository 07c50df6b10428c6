"""Journeys, their versions, and how often their definitions changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Values:
    """What of a journey a person writes."""

    display_name: str
    description: str
    draft: bytes


@dataclass(frozen=True, slots=True)
class NewVersion:
    graph: bytes
    # Every `templates/{slug}` it sends.
    templates: Sequence[str]
    publisher: str


@dataclass(frozen=True, slots=True)
class Going:
    """Runs that wait at one of these steps of a version: some of them, behind an id."""

    journey: str
    version: int
    steps: Sequence[str]
    after: UUID
    limit: int


async def create(connection: Connection, workspace: str, slug: str, values: Values, now: datetime) -> bool:
    """False when the name is taken."""
    made = await connection.fetchval(
        CREATE, workspace, slug, values.display_name, values.description, values.draft, now
    )
    return made is not None


async def journey(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    """With the graph in force, if any is, and how many runs are on their way."""
    return await connection.fetchrow(JOURNEY + (" FOR UPDATE OF j" if lock else ""), workspace, slug)


async def page(connection: Connection, workspace: str, after: str, state: str, limit: int) -> Rows:
    """By name; in one state, or in any when it is empty."""
    return await connection.fetch(PAGE, workspace, after, state, limit)


async def update(connection: Connection, workspace: str, slug: str, values: Values, now: datetime) -> None:
    await connection.execute(
        UPDATE, workspace, slug, values.display_name, values.description, values.draft, now
    )


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    """One that was never published: there is nothing else of it."""
    await connection.execute(DELETE, workspace, slug)


async def publish(connection: Connection, workspace: str, slug: str, new: NewVersion, now: datetime) -> int:
    """A new version, in force from now on; returns its number."""
    number: int = await connection.fetchval(
        PUBLISH, workspace, slug, new.graph, new.templates, new.publisher, now
    )
    return number


async def be(connection: Connection, workspace: str, slug: str, state: str, now: datetime) -> None:
    """The journey's state from now on."""
    await connection.execute(BE, workspace, slug, state, now)


async def version(connection: Connection, workspace: str, slug: str, number: int) -> asyncpg.Record | None:
    return await connection.fetchrow(VERSION, workspace, slug, number)


async def versions(connection: Connection, workspace: str, slug: str, below: int, limit: int) -> Rows:
    """Newest first."""
    return await connection.fetch(VERSIONS, workspace, slug, below, limit)


async def acting(connection: Connection, workspace: str) -> Rows:
    """What workers need: `journey`, `state`, `version`, `graph`, and whether it is the `newest`.

    Of journeys that take customers in or are held, the version in force; of each journey, archived ones too,
    the versions by which runs are on their way, and then the newest with them.
    """
    return await connection.fetch(ACTING, workspace)


async def senders(connection: Connection, workspace: str, template: str) -> list[str]:
    """The journeys, as `journeys/{slug}`, that send `templates/{slug}`, or whose runs still may."""
    rows = await connection.fetch(SENDERS, workspace, template)
    return [f"journeys/{row['journey']}" for row in rows]


async def resting(connection: Connection, workspace: str, slugs: Iterable[str]) -> set[str]:
    """Those of these journeys that nobody goes on in: they are held, or archived."""
    return {row["slug"] for row in await connection.fetch(RESTING, workspace, sorted(slugs))}


async def templates_among(connection: Connection, workspace: str, slugs: Sequence[str]) -> set[str]:
    """Those of these templates that there are."""
    return {row["slug"] for row in await connection.fetch(TEMPLATES, workspace, slugs)}


async def going(connection: Connection, workspace: str, which: Going) -> Rows:
    """Waiting runs of a version, in the order of their ids."""
    return await connection.fetch(
        GOING_RUNS, workspace, which.journey, which.version, which.steps, which.after, which.limit
    )


async def hold(connection: Connection, workspaces: Sequence[str]) -> None:
    """Until the transaction ends the definitions of these stay as they are: whoever changes them waits."""
    await connection.execute(HOLD, workspaces)


async def touch(connection: Connection, workspace: str) -> None:
    """Says that definitions changed: whoever holds them in memory reads them again.

    Nobody is at work by the former ones when this returns, and nobody begins until the transaction ends.
    """
    await connection.execute(HOLD_ALONE, workspace)
    await connection.execute(TOUCH, workspace)


async def revisions(connection: Connection, workspaces: Sequence[str]) -> dict[str, int]:
    """How often definitions changed; without the workspaces that never had any."""
    rows = await connection.fetch(REVISIONS, workspaces)
    return {row["workspace"]: row["revision"] for row in rows}


CREATE = """
INSERT INTO journey (workspace, slug, display_name, description, state, draft, version, revision, create_time,
  update_time)
VALUES ($1, $2, $3, $4, 'DRAFT', $5, 0, 1, $6, $6)
ON CONFLICT (workspace, slug) DO NOTHING RETURNING 1
"""
ALL = """
SELECT j.*, v.graph, (
  SELECT count(*) FROM run r WHERE r.workspace = $1 AND r.journey = j.slug AND r.end_us IS NULL
) AS active_count
FROM journey j
LEFT JOIN journey_version v ON v.workspace = $1 AND v.journey = j.slug AND v.number = j.version
WHERE j.workspace = $1
"""
JOURNEY = f"{ALL} AND j.slug = $2"
PAGE = f"{ALL} AND j.slug > $2 AND ($3 = '' OR j.state = $3) ORDER BY j.slug LIMIT $4"
UPDATE = """
UPDATE journey SET display_name = $3, description = $4, draft = $5, revision = revision + 1, update_time = $6
WHERE workspace = $1 AND slug = $2
"""
DELETE = "DELETE FROM journey WHERE workspace = $1 AND slug = $2"
PUBLISH = """
WITH numbered AS (
  UPDATE journey SET version = version + 1, revision = revision + 1, update_time = $6,
    state = CASE state WHEN 'DRAFT' THEN 'LIVE' ELSE state END
  WHERE workspace = $1 AND slug = $2 RETURNING version
)
INSERT INTO journey_version (workspace, journey, number, graph, templates, publisher, create_time)
SELECT $1, $2, version, $3, $4, $5, $6 FROM numbered RETURNING number
"""
BE = """
UPDATE journey SET state = $3, revision = revision + 1, update_time = $4 WHERE workspace = $1 AND slug = $2
"""
COUNTED = """
SELECT v.*, (
  SELECT count(*) FROM run r
  WHERE r.workspace = $1 AND r.journey = v.journey AND r.version = v.number AND r.end_us IS NULL
) AS active_count
FROM journey_version v WHERE v.workspace = $1 AND v.journey = $2
"""
VERSION = f"{COUNTED} AND v.number = $3"
VERSIONS = f"{COUNTED} AND v.number < $3 ORDER BY v.number DESC LIMIT $4"
# Index look-ups, not a list of runs: a version is named once, however many go by it.
GOING = """
EXISTS (
  SELECT 1 FROM run r
  WHERE r.workspace = $1 AND r.journey = v.journey AND r.version = v.number AND r.end_us IS NULL
)
"""
ACTING = f"""
WITH wanted AS (
  SELECT v.journey, v.number, v.graph, j.state, j.version AS in_force,
    j.state <> 'ARCHIVED' AND v.number = j.version OR {GOING} AS wanted
  FROM journey_version v JOIN journey j ON j.workspace = $1 AND j.slug = v.journey
  WHERE v.workspace = $1
)
SELECT journey, state, number AS version, graph, number = in_force AS newest FROM wanted w
WHERE wanted OR (number = in_force AND EXISTS (
  SELECT 1 FROM wanted o WHERE o.journey = w.journey AND o.wanted
))
ORDER BY journey, number
"""  # noqa: S608 -- constants
SENDERS = f"""
SELECT DISTINCT v.journey FROM journey_version v JOIN journey j ON j.workspace = $1 AND j.slug = v.journey
WHERE v.workspace = $1 AND $2 = ANY (v.templates)
  AND (j.state <> 'ARCHIVED' AND v.number = j.version OR {GOING})
ORDER BY v.journey
"""  # noqa: S608
RESTING = """
SELECT slug FROM journey WHERE workspace = $1 AND slug = ANY ($2::text[]) AND state IN ('PAUSED', 'ARCHIVED')
"""
TEMPLATES = "SELECT slug FROM template WHERE workspace = $1 AND slug = ANY ($2::text[])"
GOING_RUNS = """
SELECT * FROM run
WHERE workspace = $1 AND journey = $2 AND version = $3 AND end_us IS NULL AND step = ANY ($4::text[])
  AND wait_kind <> '' AND id > $5
ORDER BY id LIMIT $6
"""
# Locks that are waited for in turn: who publishes is not put off by works that overlap for ever.
HOLD = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('definitions/' || name, 0))
FROM unnest($1::text[]) AS name
"""
HOLD_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('definitions/' || $1::text, 0))"
TOUCH = """
INSERT INTO catalog (workspace, revision) VALUES ($1, 1)
ON CONFLICT (workspace) DO UPDATE SET revision = catalog.revision + 1
"""
REVISIONS = "SELECT workspace, revision FROM catalog WHERE workspace = ANY ($1::text[])"
