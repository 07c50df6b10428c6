"""What the ledger says: statements, balances of the past, and whether everything agrees with it."""

from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def entries(
    connection: Connection,
    workspace: str,
    member: int,
    *,
    between: tuple[int, int],
    kind: int,
    before: tuple[int, int],
    limit: int,
) -> Rows:
    """Newest first, each with what she could spend after it."""
    return await connection.fetch(ENTRIES, workspace, member, *between, kind, *before, limit)


async def entry(connection: Connection, workspace: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(ENTRY, workspace, id)


async def postings(connection: Connection, workspace: str, entry: UUID) -> Rows:
    return await connection.fetch(POSTINGS, workspace, entry)


async def holdings(connection: Connection, workspace: str, member: int, before_us: int) -> Rows:
    """What lay where, and in which lot, by all that took effect before an instant."""
    return await connection.fetch(HOLDINGS, workspace, member, before_us)


async def lots(
    connection: Connection, workspace: str, member: int, *, fifo: bool, spent: bool, offset: int, limit: int
) -> Rows:
    """In spending order, the spent ones last."""
    return await connection.fetch(LOTS_FIFO if fifo else LOTS, workspace, member, spent, offset, limit)


async def lot(connection: Connection, workspace: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow("SELECT * FROM lot WHERE workspace = $1 AND id = $2", workspace, id)


async def reservation(connection: Connection, workspace: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(
        "SELECT * FROM reservation WHERE workspace = $1 AND id = $2", workspace, id
    )


async def reservations(
    connection: Connection, workspace: str, member: int, *, state: int, before: tuple[int, UUID], limit: int
) -> Rows:
    return await connection.fetch(RESERVATIONS, workspace, member, state, *before, limit)


async def tier_periods(connection: Connection, workspace: str, member: int, before: int, limit: int) -> Rows:
    return await connection.fetch(TIER_PERIODS, workspace, member, before, limit)


async def tier_at(connection: Connection, workspace: str, member: int, t: int) -> asyncpg.Record | None:
    return await connection.fetchrow(TIER_AT, workspace, member, t)


async def totals(connection: Connection, workspace: str, programme: str, start_us: int, end_us: int) -> Rows:
    """What the programme's side says up to an instant, and of that what came from *start_us* on."""
    return await connection.fetch(TOTALS, workspace, programme, start_us, end_us)


async def slices(connection: Connection, workspace: str, programme: str, end_us: int, zone: str) -> Rows:
    """Outstanding points by the month they were earned in, and the tier of who holds them."""
    return await connection.fetch(SLICES, workspace, programme, end_us, zone)


async def disagreements(connection: Connection, workspace: str, limit: int) -> Rows:
    """Balances and lots that are not the fold of their postings, and entries that do not sum to zero."""
    return await connection.fetch(DISAGREEMENTS, workspace, limit)


ENTRIES = """
WITH told AS (
  SELECT *, sum(points) OVER (PARTITION BY currency ORDER BY event_us, number)::bigint AS balance_after
  FROM entry WHERE workspace = $1 AND member = $2
)
SELECT * FROM told
WHERE event_us >= $3 AND event_us < $4 AND ($5 = 0 OR kind = $5) AND (event_us, number) < ($6, $7)
ORDER BY event_us DESC, number DESC LIMIT $8
"""
ENTRY = """
SELECT * FROM (
  SELECT e.*, (
    SELECT sum(o.points)::bigint FROM entry o WHERE o.workspace = $1 AND o.member = e.member
      AND o.currency = e.currency AND (o.event_us, o.number) <= (e.event_us, e.number)
  ) AS balance_after
  FROM entry e WHERE e.workspace = $1 AND e.id = $2
) x
"""
POSTINGS = "SELECT * FROM posting WHERE workspace = $1 AND entry = $2 ORDER BY number"
HOLDINGS = """
SELECT e.currency, p.place, p.lot, l.expires_us, sum(p.points)::bigint AS points
FROM entry e JOIN posting p ON p.workspace = $1 AND p.entry = e.id
LEFT JOIN lot l ON l.workspace = $1 AND l.id = p.lot
WHERE e.workspace = $1 AND e.member = $2 AND e.event_us < $3 AND p.place <= 4
GROUP BY e.currency, p.place, p.lot, l.expires_us HAVING sum(p.points) <> 0
"""
LOTS_OF = """
SELECT *, NOT open AS spent FROM lot
WHERE workspace = $1 AND member = $2 AND ($3 OR open)
ORDER BY spent, currency,
"""
LOTS = f"{LOTS_OF} expires_us NULLS LAST, earned_us, id OFFSET $4 LIMIT $5"
LOTS_FIFO = f"{LOTS_OF} earned_us, id OFFSET $4 LIMIT $5"
RESERVATIONS = """
SELECT * FROM reservation WHERE workspace = $1 AND member = $2 AND ($3 = 0 OR state = $3)
  AND (created_us, id) < ($4, $5)
ORDER BY created_us DESC, id DESC LIMIT $6
"""
TIER_PERIODS = """
SELECT * FROM tier_period WHERE workspace = $1 AND member = $2 AND number < $3 ORDER BY number DESC LIMIT $4
"""
TIER_AT = """
SELECT * FROM tier_period WHERE workspace = $1 AND member = $2 AND start_us <= $3
  AND (end_us IS NULL OR end_us > $3)
ORDER BY number DESC LIMIT 1
"""
TOTALS = """
SELECT e.currency, p.place, sum(p.points)::bigint AS points,
  coalesce(sum(p.points) FILTER (WHERE e.event_us >= $3), 0)::bigint AS since
FROM member m JOIN entry e ON e.workspace = $1 AND e.member = m.id
JOIN posting p ON p.workspace = $1 AND p.entry = e.id
WHERE m.workspace = $1 AND m.programme = $2 AND e.event_us < $4 AND p.place > 4
GROUP BY e.currency, p.place
"""
SLICES = """
SELECT e.currency, coalesce(t.tier, '') AS tier, coalesce(to_char(
    timezone($4, to_timestamp(l.earned_us / 1000000.0)), 'YYYY-MM'), '') AS month,
  sum(p.points)::bigint AS points
FROM member m JOIN entry e ON e.workspace = $1 AND e.member = m.id
JOIN posting p ON p.workspace = $1 AND p.entry = e.id
LEFT JOIN lot l ON l.workspace = $1 AND l.id = p.lot
LEFT JOIN tier_period t ON t.workspace = $1 AND t.member = m.id AND t.start_us < $3
  AND (t.end_us IS NULL OR t.end_us >= $3) AND t.end_us IS DISTINCT FROM t.start_us
WHERE m.workspace = $1 AND m.programme = $2 AND e.event_us < $3 AND p.place <= 4
GROUP BY 1, 2, 3 HAVING sum(p.points) <> 0 ORDER BY 1, 3, 2
"""
DISAGREEMENTS = """
WITH told AS (
  SELECT e.member, e.currency, p.place, p.lot, p.points, e.id AS entry FROM entry e
  JOIN posting p ON p.workspace = $1 AND p.entry = e.id WHERE e.workspace = $1
),
wallets AS (
  SELECT member, currency, coalesce(sum(points) FILTER (WHERE place = 1), 0) AS pending,
    coalesce(sum(points) FILTER (WHERE place = 2), 0) AS active,
    coalesce(sum(points) FILTER (WHERE place = 3), 0) AS reserved,
    -coalesce(sum(points) FILTER (WHERE place = 4), 0) AS debt
  FROM told GROUP BY member, currency
),
lots AS (
  SELECT lot, coalesce(sum(points) FILTER (WHERE place = 1), 0) AS pending,
    coalesce(sum(points) FILTER (WHERE place = 2), 0) AS active,
    coalesce(sum(points) FILTER (WHERE place = 3), 0) AS reserved
  FROM told WHERE lot IS NOT NULL GROUP BY lot
)
(SELECT 'wallet ' || coalesce(f.member, w.member) || ' ' || coalesce(f.currency, w.currency) AS what
  FROM wallets f FULL JOIN (SELECT * FROM wallet WHERE workspace = $1) w
    ON w.member = f.member AND w.currency = f.currency
  WHERE (coalesce(f.pending, 0), coalesce(f.active, 0), coalesce(f.reserved, 0), coalesce(f.debt, 0))
    IS DISTINCT FROM (w.pending::numeric, w.active::numeric, w.reserved::numeric, w.debt::numeric))
UNION ALL
(SELECT 'lot ' || coalesce(f.lot, l.id) FROM lots f
  FULL JOIN (SELECT * FROM lot WHERE workspace = $1) l ON l.id = f.lot
  WHERE (coalesce(f.pending, 0), coalesce(f.active, 0), coalesce(f.reserved, 0))
    IS DISTINCT FROM (l.pending::numeric, l.active::numeric, l.reserved::numeric))
UNION ALL
(SELECT 'entry ' || entry FROM told GROUP BY entry HAVING sum(points) <> 0 OR count(*) < 2)
UNION ALL
(SELECT 'entry ' || e.id FROM entry e WHERE e.workspace = $1
  AND NOT EXISTS (SELECT FROM posting p WHERE p.workspace = $1 AND p.entry = e.id))
UNION ALL
(SELECT 'wallet ' || w.member || ' ' || w.currency || ' against its lots' FROM wallet w LEFT JOIN (
    SELECT member, currency, sum(pending) AS pending, sum(active) AS active, sum(reserved) AS reserved
    FROM lot WHERE workspace = $1 GROUP BY member, currency
  ) l ON l.member = w.member AND l.currency = w.currency
  WHERE w.workspace = $1 AND (coalesce(l.pending, 0), coalesce(l.active, 0), coalesce(l.reserved, 0))
    IS DISTINCT FROM (w.pending::numeric, w.active::numeric, w.reserved::numeric))
LIMIT $2
"""
