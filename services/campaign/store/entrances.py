"""Changes of membership that journeys begin by, waiting until we have heard of customers what led to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import asyncpg

from chassis.hottx import Connection


class Entrance(NamedTuple):
    """A customer came into a segment, or left it, and a journey begins by that."""

    shard: int
    # Its number in the workspace and shard.
    sequence: int
    profile_key: int
    # `segments/{slug}`.
    segment: str
    entered: bool
    time_us: int
    told_us: int
    # Because two customers became one.
    joined: bool
    # What she did to get in, as JSON.
    evidence: str
    traceparent: str

    @property
    def place(self) -> tuple[int, int]:
        return self.shard, self.sequence


async def wait(
    connection: Connection, workspace: str, entrances: Sequence[tuple[Entrance, int]], due_us: int
) -> None:
    """Keeps these until so much is heard of the stream PROFILE as stands with each."""
    if entrances:
        rows = [one for one, _ in entrances]
        await connection.execute(WAIT, workspace, *map(list, zip(*rows, strict=True)))
        due = [(*one.place, position, due_us) for one, position in entrances]
        await connection.execute(DUE, workspace, *map(list, zip(*due, strict=True)))


async def due_workspace(connection: Connection, position: int, now_us: int) -> str | None:
    """One in which somebody waits for no more than has been heard."""
    found: str | None = await connection.fetchval(DUE_WORKSPACE, position, now_us)
    return found


async def due(
    connection: Connection, workspace: str, position: int, now_us: int, limit: int
) -> list[asyncpg.Record]:
    """Shard, sequence and customer's number of those that wait for no more."""
    return await connection.fetch(DUE_ENTRANCES, workspace, position, now_us, limit)


async def take(connection: Connection, workspace: str, places: Iterable[tuple[int, int]]) -> list[Entrance]:
    """Those that are still there, which are there no more, in their order."""
    asked = sorted(places)
    if not asked:
        return []
    columns = list(map(list, zip(*asked, strict=True)))
    await connection.execute(NOT_DUE, workspace, *columns)
    rows = await connection.fetch(TAKE, workspace, *columns)
    return sorted(Entrance(*(row[name] for name in Entrance._fields)) for row in rows)


async def postpone(connection: Connection, workspace: str, due: Mapping[tuple[int, int], int]) -> None:
    rows = [(*place, due_us) for place, due_us in sorted(due.items())]
    if rows:
        await connection.execute(POSTPONE, workspace, *map(list, zip(*rows, strict=True)))


async def forget(connection: Connection, workspace: str, before_us: int, limit: int) -> int:
    """Gives up customers of whom nothing was heard for so long."""
    return len(await connection.fetch(FORGET, workspace, before_us, limit))


WAIT = """
INSERT INTO entrance (workspace, shard, sequence, profile_key, segment, entered, time_us, told_us, joined,
  evidence, traceparent)
SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[], $7::bigint[],
  $8::bigint[], $9::boolean[], $10::text[], $11::text[])
ON CONFLICT DO NOTHING
"""
DUE = """
INSERT INTO entrance_due (workspace, shard, sequence, position, due_us)
SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])
ON CONFLICT DO NOTHING
"""
DUE_WORKSPACE = """
SELECT workspace FROM entrance_due WHERE position <= $1 AND due_us <= $2 ORDER BY position LIMIT 1
"""
DUE_ENTRANCES = """
SELECT d.shard, d.sequence, e.profile_key, e.told_us FROM entrance_due d
JOIN entrance e ON e.workspace = $1 AND e.shard = d.shard AND e.sequence = d.sequence
WHERE d.workspace = $1 AND d.position <= $2 AND d.due_us <= $3 ORDER BY d.position, d.sequence LIMIT $4
"""
NOT_DUE = """
DELETE FROM entrance_due WHERE workspace = $1
AND (shard, sequence) IN (SELECT * FROM unnest($2::integer[], $3::bigint[]))
"""
TAKE = """
DELETE FROM entrance WHERE workspace = $1
AND (shard, sequence) IN (SELECT * FROM unnest($2::integer[], $3::bigint[])) RETURNING *
"""
POSTPONE = """
UPDATE entrance_due SET due_us = n.due_us
FROM unnest($2::integer[], $3::bigint[], $4::bigint[]) AS n (shard, sequence, due_us)
WHERE entrance_due.workspace = $1 AND entrance_due.shard = n.shard AND entrance_due.sequence = n.sequence
"""
FORGET = """
WITH old AS (
  DELETE FROM entrance WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM entrance WHERE workspace = $1 AND told_us < $2 LIMIT $3
  )) RETURNING shard, sequence
)
DELETE FROM entrance_due d USING old
WHERE d.workspace = $1 AND d.shard = old.shard AND d.sequence = old.sequence RETURNING 1
"""
