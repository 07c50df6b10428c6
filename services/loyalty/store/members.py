"""Members: read whole, written whole, by one statement each."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg
import orjson

from chassis.hottx import Connection
from services.loyalty.domain.member import Member
from services.loyalty.store.documents import member, written


async def held_account(
    connection: Connection, workspace: str, programme: str, profile: UUID
) -> Member | None:
    """The member of this profile or of its survivor, locked; None when nobody is enrolled."""
    text = await connection.fetchval("SELECT held_account($1, $2, $3)::text", workspace, programme, profile)
    return member(text) if text else None


async def held(
    connection: Connection, workspace: str, ids: Iterable[int], *, passing: bool = False
) -> list[Member]:
    """Members, locked in the order of their ids; with *passing*, those nobody else holds."""
    rows = await connection.fetch("SELECT held_members($1, $2, $3)::text", workspace, sorted(ids), passing)
    return [member(row[0]) for row in rows]


async def seen(connection: Connection, workspace: str, ids: Sequence[int]) -> list[Member]:
    """Members as they are, for who only looks; in the order they were asked for."""
    rows = await connection.fetch("SELECT seen_members($1, $2)::text", workspace, list(ids))
    found = {each.id: each for each in (member(row[0]) for row in rows)}
    return [found[id] for id in ids]


async def id_of(connection: Connection, workspace: str, programme: str, profile: UUID) -> int | None:
    found: int | None = await connection.fetchval(ID_OF, workspace, programme, profile)
    return found


async def ids_of(
    connection: Connection, workspace: str, names: Sequence[tuple[str, UUID]]
) -> dict[tuple[str, UUID], int]:
    """Members by programme and profile, the survivor's where a profile was absorbed."""
    programmes, profiles = [name for name, _ in names], [profile for _, profile in names]
    rows = await connection.fetch(IDS_OF, workspace, programmes, profiles)
    return {(row["programme"], row["profile"]): row["id"] for row in rows}


async def of_profiles(
    connection: Connection, workspace: str, profiles: Sequence[UUID]
) -> list[asyncpg.Record]:
    """The ids of living profiles' members, with their programmes."""
    return await connection.fetch(OF_PROFILES, workspace, profiles)


async def of_name(connection: Connection, workspace: str, profile: UUID) -> list[asyncpg.Record]:
    """The same by a name that may be a former one."""
    return await connection.fetch(OF_NAME, workspace, profile)


async def enrol(
    connection: Connection, workspace: str, programme: str, profile: UUID, now_us: int
) -> int | None:
    """The new member's id; None when she is one already."""
    found: int | None = await connection.fetchval(ENROL, workspace, programme, profile, now_us)
    return found


async def page(
    connection: Connection, workspace: str, programme: str, *, tier: str, before: tuple[int, int], limit: int
) -> list[asyncpg.Record]:
    """Ids, the last enrolled first; all tiers when none is named."""
    return await connection.fetch(PAGE, workspace, programme, tier, *before, limit)


async def after(connection: Connection, workspace: str, programme: str, id: int, limit: int) -> list[int]:
    rows = await connection.fetch(AFTER, workspace, programme, id, limit)
    return [row["id"] for row in rows]


async def move(connection: Connection, workspace: str, absorbed: int, survivor: int) -> None:
    """What was earned and spent follows; the absorbed account's entries stay where they were written."""
    await connection.execute(MOVE, workspace, absorbed, survivor)
    for table in ("reservation", "earned", "lot"):
        await connection.execute(
            f"UPDATE {table} SET member = $3 WHERE workspace = $1 AND member = $2",  # noqa: S608 - ours
            workspace,
            absorbed,
            survivor,
        )


async def rename(connection: Connection, workspace: str, id: int, profile: UUID) -> None:
    await connection.execute(
        "UPDATE member SET profile = $3 WHERE workspace = $1 AND id = $2", workspace, id, profile
    )


async def write(connection: Connection, workspace: str, given: Sequence[Member], now_us: int) -> None:
    """Everything these members went through in this transaction."""
    members = [each for each in given if each.changed or each.wakes(now_us)]
    if not members:
        return
    document = orjson.dumps(written(members, now_us), default=str).decode()
    await connection.execute(WRITE, workspace, document)
    if any(each.changes for each in members):
        await connection.execute(WRITE_TIERS, workspace, document)
    for each in members:
        each.account.entries.clear()
        each.account.told = 0
        each.account.changed_lots.clear()
        each.account.changed_reservations.clear()
        each.changes.clear()
        each.known = each.held
        if each.wakes(now_us):
            each.due_us = each.next_due


ID_OF = """
SELECT coalesce(m.moved_to, m.id) FROM member m
WHERE m.workspace = $1 AND m.programme = $2 AND m.profile = coalesce(
  (SELECT p.moved_to FROM person p WHERE p.workspace = $1 AND p.profile = $3), $3
)
"""
IDS_OF = """
SELECT asked.programme, asked.profile, coalesce(m.moved_to, m.id) AS id
FROM unnest($2::text[], $3::uuid[]) AS asked (programme, profile)
LEFT JOIN person p ON p.workspace = $1 AND p.profile = asked.profile
JOIN member m ON m.workspace = $1 AND m.programme = asked.programme
  AND m.profile = coalesce(p.moved_to, asked.profile)
"""
OF_PROFILES = """
SELECT id, programme, profile, enrol_us FROM member
WHERE workspace = $1 AND profile = ANY ($2) AND moved_to IS NULL ORDER BY id
"""
OF_NAME = """
SELECT m.id, m.programme, m.enrol_us FROM member m
WHERE m.workspace = $1 AND m.moved_to IS NULL AND m.profile = coalesce(
  (SELECT p.moved_to FROM person p WHERE p.workspace = $1 AND p.profile = $2), $2
)
ORDER BY m.enrol_us DESC, m.id DESC
"""
ENROL = """
INSERT INTO member (workspace, id, programme, profile, enrol_us, number, periods, tier, tier_since_us,
  tier_granted)
VALUES ($1, nextval('member_id_seq'), $2, $3, $4, 0, 0, '', $4, false)
ON CONFLICT (workspace, profile, programme) DO NOTHING RETURNING id
"""
PAGE = """
SELECT id, enrol_us FROM member
WHERE workspace = $1 AND programme = $2 AND ($3 = '' OR tier = $3) AND moved_to IS NULL
  AND (enrol_us, id) < ($4, $5)
ORDER BY enrol_us DESC, id DESC LIMIT $6
"""
AFTER = """
SELECT id FROM member WHERE workspace = $1 AND programme = $2 AND id > $3 AND moved_to IS NULL
ORDER BY id LIMIT $4
"""
MOVE = """
UPDATE member SET moved_to = $3 WHERE workspace = $1 AND (id = $2 OR moved_to = $2)
"""
WRITE = """
WITH said AS (SELECT $2::jsonb AS d),
members AS (
  UPDATE member m SET number = x.number, periods = x.periods, tier = x.tier,
    tier_since_us = x.tier_since_us, tier_until_us = x.tier_until_us, tier_grace_us = x.tier_grace_us,
    tier_granted = x.tier_granted
  FROM said, jsonb_to_recordset(d -> 'members') AS x (id bigint, number bigint, periods bigint, tier text,
    tier_since_us bigint, tier_until_us bigint, tier_grace_us bigint, tier_granted boolean)
  WHERE m.workspace = $1 AND m.id = x.id
),
wallets AS (
  INSERT INTO wallet AS w (workspace, member, currency, pending, active, reserved, debt, debt_us)
  SELECT $1, x.* FROM said, jsonb_to_recordset(d -> 'wallets') AS x (member bigint, currency text,
    pending bigint, active bigint, reserved bigint, debt bigint, debt_us bigint)
  ON CONFLICT (workspace, member, currency) DO UPDATE SET pending = excluded.pending,
    active = excluded.active, reserved = excluded.reserved, debt = excluded.debt, debt_us = excluded.debt_us
),
lots AS (
  INSERT INTO lot (workspace, id, member, currency, points, earned_us, available_us, expires_us, source,
    rule, version, pending, active, reserved, ending, open)
  SELECT $1, x.* FROM said, jsonb_to_recordset(d -> 'lots') AS x (id uuid, member bigint, currency text,
    points bigint, earned_us bigint, available_us bigint, expires_us bigint, source text, rule text,
    version integer, pending bigint, active bigint, reserved bigint, ending smallint, open boolean)
  ON CONFLICT (workspace, id) DO UPDATE SET member = excluded.member, available_us = excluded.available_us,
    pending = excluded.pending, active = excluded.active, reserved = excluded.reserved,
    ending = excluded.ending, open = excluded.open
),
reservations AS (
  INSERT INTO reservation (workspace, id, member, currency, points, pins, expires_us, created_us, reward,
    reference, state, confirmed, order_name, ended_us, returned)
  SELECT $1, x.* FROM said, jsonb_to_recordset(d -> 'reservations') AS x (id uuid, member bigint,
    currency text, points bigint, pins text, expires_us bigint, created_us bigint, reward text,
    reference text, state smallint, confirmed bigint, order_name text, ended_us bigint, returned boolean)
  ON CONFLICT (workspace, id) DO UPDATE SET member = excluded.member, pins = excluded.pins,
    state = excluded.state, confirmed = excluded.confirmed, order_name = excluded.order_name,
    ended_us = excluded.ended_us, returned = excluded.returned
),
entries AS (
  INSERT INTO entry (workspace, id, member, number, kind, currency, points, event_us, record_us, source,
    description, rule, version, actor)
  SELECT $1, x.* FROM said, jsonb_to_recordset(d -> 'entries') AS x (id uuid, member bigint,
    number bigint, kind smallint, currency text, points bigint, event_us bigint, record_us bigint,
    source text, description text, rule text, version integer, actor text)
),
postings AS (
  INSERT INTO posting (workspace, entry, number, place, points, lot)
  SELECT $1, x.* FROM said, jsonb_to_recordset(d -> 'postings') AS x (entry uuid, number integer,
    place smallint, points bigint, lot uuid)
),
idle AS (
  DELETE FROM due USING said
  WHERE workspace = $1 AND member IN (SELECT jsonb_array_elements_text(d -> 'idle')::bigint)
)
INSERT INTO due (workspace, member, due_us)
SELECT $1, x.* FROM said, jsonb_to_recordset(d -> 'due') AS x (member bigint, due_us bigint)
ON CONFLICT (workspace, member) DO UPDATE SET due_us = excluded.due_us
"""
# A period ends where the next begins. What began at the same instant, such as two changes at one review,
# lasted no time.
WRITE_TIERS = """
WITH said AS (SELECT x.* FROM jsonb_to_recordset($2::jsonb -> 'changes') AS x (member bigint, number bigint,
  tier text, start_us bigint, reason smallint, metric bigint, note text)),
ended AS (
  UPDATE tier_period p SET end_us = x.start_us FROM said x
  WHERE p.workspace = $1 AND p.member = x.member AND p.number = x.number - 1
)
INSERT INTO tier_period (workspace, member, number, tier, start_us, end_us, reason, metric, note)
SELECT $1, x.member, x.number, x.tier, x.start_us, (
  SELECT next.start_us FROM said next WHERE next.member = x.member AND next.number = x.number + 1
), x.reason, x.metric, x.note
FROM said x
"""
