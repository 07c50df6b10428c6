"""Runs for those who ask: one with the steps it took, pages of them."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]
# When it began to be kept, and its id: runs stand in this order, newest first.
Place = tuple[int, UUID]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which runs of a journey; empty says nothing."""

    journey: str
    # RUNNING, WAITING, PAUSED or ENDED.
    state: str = ""
    step: str = ""


async def run(connection: Connection, workspace: str, journey: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(RUN, workspace, journey, id)


async def visits(connection: Connection, workspace: str, run: UUID) -> Rows:
    """The steps it took, oldest first."""
    return await connection.fetch(VISITS, workspace, run)


async def of_journey(
    connection: Connection, workspace: str, which: Filter, before: Place, limit: int
) -> Rows:
    asked = which.journey, which.state, which.step
    return await connection.fetch(OF_JOURNEY, workspace, *asked, *before, limit)


async def of_profile(connection: Connection, workspace: str, key: int, before: Place, limit: int) -> Rows:
    """Of a living customer."""
    return await connection.fetch(OF_PROFILE, workspace, key, *before, limit)


SHOWN = """
SELECT r.*, c.profile, j.state AS journey_state FROM run r
JOIN contact c ON c.workspace = $1 AND c.key = r.profile_key
JOIN journey j ON j.workspace = $1 AND j.slug = r.journey
WHERE r.workspace = $1
"""
RUN = f"{SHOWN} AND r.journey = $2 AND r.id = $3"
VISITS = "SELECT * FROM visit WHERE workspace = $1 AND run = $2 ORDER BY place"
OF_JOURNEY = f"""{SHOWN} AND r.journey = $2
AND ($3 = '' OR $3 = CASE
  WHEN r.end_us IS NOT NULL THEN 'ENDED' WHEN j.state = 'PAUSED' THEN 'PAUSED'
  WHEN r.wait_kind <> '' THEN 'WAITING' ELSE 'RUNNING' END)
AND ($4 = '' OR (r.step = $4 AND r.end_us IS NULL))
AND (r.create_us, r.id) < ($5, $6) ORDER BY r.create_us DESC, r.id DESC LIMIT $7
"""
OF_PROFILE = f"""{SHOWN} AND r.profile_key = $2
AND (r.create_us, r.id) < ($3, $4) ORDER BY r.create_us DESC, r.id DESC LIMIT $5
"""
