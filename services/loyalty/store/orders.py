"""Orders as they were told, what was earned on them, and who became whom."""

from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def person(connection: Connection, workspace: str, profile: UUID) -> UUID:
    """The living profile of this name. From here to the end of the transaction she stays it."""
    await connection.execute(KNOW, workspace, [profile])
    moved: UUID | None = await connection.fetchval(PERSON, workspace, profile)
    if moved is None:
        return profile
    return await person(connection, workspace, moved)


async def join(connection: Connection, workspace: str, survivor: UUID, absorbed: UUID) -> tuple[UUID, UUID]:
    """The living profiles of both names, alone with them: whoever asks for one of them waits for us."""
    known = {survivor, absorbed}
    while True:
        await connection.execute(KNOW, workspace, sorted(known))
        rows = await connection.fetch(PEOPLE, workspace, sorted(known))
        moved = {row["profile"]: row["moved_to"] for row in rows}
        more = {each for each in moved.values() if each is not None} - known
        if not more:
            return living(moved, survivor), living(moved, absorbed)
        known |= more


def living(moved: dict[UUID, UUID | None], name: UUID) -> UUID:
    while (onward := moved[name]) is not None:
        name = onward
    return name


async def absorb(connection: Connection, workspace: str, survivor: UUID, absorbed: UUID) -> None:
    await connection.execute(ABSORB, workspace, survivor, absorbed)
    await connection.execute(MOVE_PURCHASES, workspace, survivor, absorbed)


async def purchase(connection: Connection, workspace: str, name: str) -> asyncpg.Record | None:
    """The order, locked."""
    return await connection.fetchrow(PURCHASE, workspace, name)


async def begin(
    connection: Connection, workspace: str, name: str, profile: UUID, order_us: int
) -> asyncpg.Record:
    """The order, locked; an empty row when nothing was told of it before."""
    await connection.execute(BEGIN, workspace, name, profile, order_us)
    row = await purchase(connection, workspace, name)
    assert row is not None, "it was just made"
    return row


async def keep(connection: Connection, workspace: str, name: str, **known: Any) -> None:
    values = [known[each] for each in KEPT]
    await connection.execute(KEEP, workspace, name, *values)


async def decide(connection: Connection, workspace: str, name: str, programme: str) -> None:
    """Whatever rules come later: in this programme the order has earned what it earns."""
    await connection.execute(DECIDE, workspace, name, programme)


async def of_profile(connection: Connection, workspace: str, profile: UUID) -> Rows:
    return await connection.fetch(OF_PROFILE, workspace, profile)


async def earned_on(connection: Connection, workspace: str, source: str) -> Rows:
    """What rules gave for an order, with how much of it was clawed back."""
    return await connection.fetch(EARNED_ON, workspace, source)


async def earned_once(
    connection: Connection, workspace: str, programme: str, rule: str, source: str
) -> asyncpg.Record | None:
    return await connection.fetchrow(EARNED_ONCE, workspace, programme, rule, source)


async def earned_by_reference(
    connection: Connection, workspace: str, member: int, reference: str
) -> asyncpg.Record | None:
    """What a reference earned on this account, or on one that became it."""
    return await connection.fetchrow(BY_REFERENCE, workspace, member, reference)


async def earned_that_day(connection: Connection, workspace: str, member: int, rule: str, day: int) -> int:
    found: int = await connection.fetchval(THAT_DAY, workspace, member, rule, day)
    return found


async def earn(connection: Connection, workspace: str, **known: Any) -> None:
    await connection.execute(EARN, workspace, *[known[each] for each in EARNED])


async def claw(
    connection: Connection,
    workspace: str,
    key: tuple[str, str, str],
    revision: int,
    points: int,
    *,
    event_us: int,
    refund_id: str,
) -> None:
    await connection.execute(CLAW, workspace, *key, revision, points, event_us, refund_id)


async def rejected(connection: Connection, workspace: str, lot: UUID, event_us: int) -> None:
    """All of it is taken back: a refund finds nothing left to take."""
    await connection.execute(REJECTED, workspace, lot, event_us)


async def merits(connection: Connection, workspace: str, member: int, currency: str) -> Rows:
    """What was earned, each with when how much of it was clawed back."""
    return await connection.fetch(MERITS, workspace, member, currency)


async def spent_on(connection: Connection, workspace: str, order: str) -> Rows:
    """Confirmed reservations that paid for an order and have not come back."""
    return await connection.fetch(SPENT_ON, workspace, order)


KEPT = (
    "profile",
    "revision",
    "placed",
    "historical",
    "refund_id",
    "original",
    "present",
    "steps",
    "order_us",
)
EARNED = (
    "programme",
    "rule",
    "source",
    "member",
    "currency",
    "lot",
    "entry",
    "version",
    "factor",
    "most",
    "points",
    "event_us",
    "day",
)
KNOW = """
INSERT INTO person (workspace, profile) SELECT $1, each FROM unnest($2::uuid[]) AS each
ON CONFLICT DO NOTHING
"""
PERSON = "SELECT moved_to FROM person WHERE workspace = $1 AND profile = $2 FOR SHARE"
PEOPLE = """
SELECT profile, moved_to FROM person WHERE workspace = $1 AND profile = ANY ($2) ORDER BY profile FOR UPDATE
"""
ABSORB = "UPDATE person SET moved_to = $2 WHERE workspace = $1 AND (profile = $3 OR moved_to = $3)"
MOVE_PURCHASES = "UPDATE purchase SET profile = $2 WHERE workspace = $1 AND profile = $3"
PURCHASE = "SELECT * FROM purchase WHERE workspace = $1 AND name = $2 FOR UPDATE"
BEGIN = """
INSERT INTO purchase (workspace, name, profile, order_us, revision, placed, historical, refund_id, original,
  present, steps, decided)
VALUES ($1, $2, $3, $4, 0, false, false, '', '', '', '[]', '{}') ON CONFLICT DO NOTHING
"""
KEEP = """
UPDATE purchase SET profile = $3, revision = $4, placed = $5, historical = $6, refund_id = $7, original = $8,
  present = $9, steps = $10, order_us = $11
WHERE workspace = $1 AND name = $2
"""
DECIDE = """
UPDATE purchase SET decided = array_append(decided, $3)
WHERE workspace = $1 AND name = $2 AND NOT $3 = ANY (decided)
"""
OF_PROFILE = "SELECT * FROM purchase WHERE workspace = $1 AND profile = $2 ORDER BY order_us, name"
EARNED_ON = """
SELECT * FROM earned WHERE workspace = $1 AND source = $2 AND rule <> '' ORDER BY programme, rule
"""
EARNED_ONCE = "SELECT * FROM earned WHERE workspace = $1 AND programme = $2 AND rule = $3 AND source = $4"
BY_REFERENCE = """
SELECT * FROM earned WHERE workspace = $1 AND member = $2 AND rule = ''
  AND substr(source, strpos(source, '/') + 1) = $3
LIMIT 1
"""
THAT_DAY = """
SELECT coalesce(sum(points), 0)::bigint FROM earned
WHERE workspace = $1 AND member = $2 AND rule = $3 AND day = $4
"""
EARN = """
INSERT INTO earned (workspace, programme, rule, source, member, currency, lot, entry, version, factor, most,
  points, clawed, event_us, day)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14)
"""
CLAW = """
WITH clawed AS (
  UPDATE earned SET clawed = clawed + $6
  WHERE workspace = $1 AND programme = $2 AND rule = $3 AND source = $4
)
INSERT INTO clawback (workspace, programme, rule, source, revision, points, event_us, refund_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
REJECTED = """
WITH left_over AS (
  SELECT * FROM earned WHERE workspace = $1 AND lot = $2 AND clawed < points
),
taken AS (
  UPDATE earned e SET clawed = e.points FROM left_over l
  WHERE e.workspace = $1 AND e.programme = l.programme AND e.rule = l.rule AND e.source = l.source
)
INSERT INTO clawback (workspace, programme, rule, source, revision, points, event_us, refund_id)
SELECT $1, programme, rule, source, -1, points - clawed, $3, '' FROM left_over
"""
MERITS = """
SELECT e.event_us, e.points, coalesce(c.times, '{}') AS times, coalesce(c.clawed, '{}') AS clawed
FROM earned e LEFT JOIN LATERAL (
  SELECT array_agg(c.event_us ORDER BY c.event_us, c.revision) AS times,
    array_agg(c.points ORDER BY c.event_us, c.revision) AS clawed
  FROM clawback c
  WHERE c.workspace = $1 AND c.programme = e.programme AND c.rule = e.rule AND c.source = e.source
) c ON true
WHERE e.workspace = $1 AND e.member = $2 AND e.currency = $3
"""
SPENT_ON = """
SELECT * FROM reservation
WHERE workspace = $1 AND order_name = $2 AND order_name <> '' AND state = 2 AND NOT returned
ORDER BY id
"""
