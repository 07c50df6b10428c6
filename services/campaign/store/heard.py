"""What customers did, as far as a journey names it: kept while a run may ask for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import asyncpg

from chassis.hottx import Connection
from conditions.calendar import DAY
from conditions.grammar import ORDER
from services.campaign.store.numbers import NUMBERS


class Heard(NamedTuple):
    """Something she did, under the number under which it was told."""

    id: str
    profile_key: int
    # The identifier it was recorded under; none, for an order.
    anchor: int | None
    time_us: int
    told_us: int
    type: str
    name: str
    # Properties and context, as JSON.
    document: str


async def hear(connection: Connection, workspace: str, told: Iterable[Heard]) -> set[str]:
    """Keeps these; the ids of those that are new."""
    rows = [one for _, one in sorted({one.id: one for one in told}.items())]
    if not rows:
        return set()
    columns = map(list, zip(*rows, strict=True))
    return {row["id"] for row in await connection.fetch(HEAR, workspace, *columns)}


async def of(
    connection: Connection, workspace: str, keys: Sequence[int], most: int
) -> dict[int, list[asyncpg.Record]]:
    """The newest of each of these living customers, oldest first, by her number."""
    found: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(OF, workspace, keys, most) if keys else []:
        found[row["living"]].append(row)
    return found


async def move(connection: Connection, workspace: str, anchors: Sequence[int], key: int) -> None:
    """What was recorded under these identifiers is this customer's."""
    await connection.execute(MOVE, workspace, anchors, key)


async def forget(connection: Connection, workspace: str, before_us: int, limit: int) -> int:
    """Forgets what no stream can tell again and no run that is on its way can ask for."""
    return len(await connection.fetch(FORGET, workspace, before_us, limit))


ORDERS_KEPT_US = 400 * DAY
HEAR = """
INSERT INTO heard (workspace, id, profile_key, anchor, time_us, told_us, type, name, document)
SELECT $1, * FROM unnest(
  $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[]
)
ON CONFLICT (workspace, id) DO NOTHING
RETURNING id
"""
OF = f"""
SELECT h.*, number.living FROM ({NUMBERS}) AS number CROSS JOIN LATERAL (
  SELECT * FROM heard WHERE workspace = $1 AND profile_key = number.key ORDER BY time_us DESC LIMIT $3
) AS h
ORDER BY h.time_us, h.id
"""  # noqa: S608 -- of constants
MOVE = """
UPDATE heard SET profile_key = $3 WHERE workspace = $1 AND anchor = ANY ($2::bigint[]) AND profile_key <> $3
"""
# More becomes known of an order for long, and it must not begin anew what it began.
FORGET = f"""
DELETE FROM heard WHERE ctid = ANY (ARRAY(
  SELECT h.ctid FROM heard h
  WHERE h.workspace = $1 AND h.told_us < $2 AND (h.type <> '{ORDER}' OR h.told_us < $2 - {ORDERS_KEPT_US})
  AND NOT EXISTS (
    SELECT FROM contact c JOIN run r
    ON r.workspace = $1 AND r.profile_key = coalesce(c.merged_into, c.key) AND r.end_us IS NULL
    WHERE c.workspace = $1 AND c.key = h.profile_key AND r.started_us <= h.time_us
  )
  LIMIT $3
)) RETURNING 1
"""  # noqa: S608 -- constants
