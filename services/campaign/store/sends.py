"""Sends as they are claimed, and as they are read by those who ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.campaign.store.numbers import NUMBERS as ALL_NUMBERS

Rows = list[asyncpg.Record]


async def insert(
    connection: Connection, workspace: str, claims: Sequence[Sequence[object]], now_us: int
) -> set[UUID]:
    """Each claim by the columns in `CLAIMED`; the ids that are new."""
    assert all(len(each) == CLAIMED.count(",") + 1 for each in claims), "a claim has all its columns"
    columns = [list(column) for column in zip(*claims, strict=True)]
    return {row["id"] for row in await connection.fetch(CLAIM, workspace, now_us, *columns)}


async def send(
    connection: Connection, workspace: str, id: UUID, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(SEND + (" FOR UPDATE" if lock else ""), workspace, id)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which sends; None and empty say nothing."""

    profile_key: int | None = None
    campaign: str = ""
    step: str = ""
    state: int = 0
    start_us: int = -(1 << 62)
    end_us: int = 1 << 62


async def page(
    connection: Connection, workspace: str, which: Filter, before: tuple[int, UUID], limit: int
) -> Rows:
    """Newest first, those before a place in that order. A customer's under whatever number of hers."""
    # Written out for each filter, so that each finds its index.
    conditions, values = ["workspace = $1", "(create_us, id) < ($2, $3)"], [workspace, *before]
    for column, comparison, value in (
        ("campaign", "=", which.campaign or None),
        ("step", "=", which.step or None),
        ("state", "=", which.state or None),
        ("create_us", ">=", which.start_us),
        ("create_us", "<", which.end_us),
    ):
        if value is not None:
            values.append(value)
            conditions.append(f"{column} {comparison} ${len(values)}")
    if which.profile_key is not None:
        values.append(which.profile_key)
        conditions.append(f"profile_key IN ({NUMBERS.format(len(values))})")
    sql = f"SELECT * FROM send WHERE {' AND '.join(conditions)} ORDER BY create_us DESC, id DESC"  # noqa: S608
    return await connection.fetch(f"{sql} LIMIT {limit:d}", *values)


async def decisions(connection: Connection, workspace: str, ids: Sequence[UUID]) -> dict[UUID, Rows]:
    """What was decided about each, oldest first."""
    found: dict[UUID, Rows] = {id: [] for id in ids}
    for row in await connection.fetch(DECISIONS, workspace, ids):
        found[row["send"]].append(row)
    return found


async def states(connection: Connection, workspace: str, ids: Sequence[UUID]) -> Rows:
    """`id`, `state` and since when it is so, of those that are known: what a run that waits has to know."""
    return await connection.fetch(STATES, workspace, ids)


async def names(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, str]:
    """`profiles/{uuid}` of the living by each of these numbers that is known."""
    rows = await connection.fetch(NAMES, workspace, sorted(set(keys)))
    return {row["key"]: f"profiles/{row['profile']}" for row in rows}


async def is_due(connection: Connection, workspace: str, id: UUID) -> bool:
    """Whether the sender is going to look at it; it waits for a person where it is not."""
    return await connection.fetchval(IS_DUE, workspace, id) is not None


async def resolve(connection: Connection, workspace: str, id: UUID, state: int, failure: str) -> None:
    """On a person's word; what went out did so with its attempt. The customer is locked by the caller."""
    await connection.execute(RESOLVE, workspace, id, state, failure)


async def let_go(connection: Connection, workspace: str, id: UUID, reason: str, now_us: int) -> None:
    """What was late goes out now, on a person's word. The customer is locked by the caller."""
    await connection.execute(LET_GO, workspace, id, reason, now_us)


async def came_in(connection: Connection, workspace: str, key: int, journey: str) -> asyncpg.Record | None:
    """The last run of hers through a journey, under whatever number: `step`, `end_us`, `end_reason`."""
    return await connection.fetchrow(CAME_IN, workspace, key, journey)


async def received(
    connection: Connection, workspace: str, pairs: Sequence[tuple[int, str]]
) -> set[tuple[int, str]]:
    """Which of these living customers got, or may have got, a message of which of these campaigns."""
    keys, campaigns = (sorted({pair[place] for pair in pairs}) for place in (0, 1))
    rows = await connection.fetch(RECEIVED, workspace, keys, campaigns) if pairs else []
    return {(row["living"], row["campaign"]) for row in rows} & {*pairs}


async def forget(connection: Connection, workspace: str, keys: Sequence[int]) -> None:
    """What was said to erased customers, and where, is gone; that something was sent stays.

    *keys* are all numbers they were known by.
    """
    await connection.execute(FORGET, workspace, keys)


CLAIMED = """
  id, profile_key, profile, template, channel, class, campaign, run, step, variant, data, traceparent,
  when_held_back, wait_until_us, exempt_from_support_quiet_period, holdout_basis_points, test, address, due_us
"""
CLAIM = f"""
WITH claimed AS (
  INSERT INTO send (workspace, create_us, {CLAIMED}, state, outcome, template_revision, attempt_count,
    decision_count, tries, subject, message_id, provider, provider_id, failure)
  SELECT $1, $2, claim.*, 1, '', 0, 0, 0, 0, '', '', '', '', ''
  FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[],
    $17::boolean[], $18::integer[], $19::boolean[], $20::text[], $21::bigint[]) AS claim
  ON CONFLICT DO NOTHING RETURNING id, channel, class, due_us
), due AS (
  INSERT INTO send_due (workspace, send, channel, rank, due_us)
  SELECT $1, id, channel, (class = 'marketing')::integer, due_us FROM claimed
)
SELECT id FROM claimed
"""  # noqa: S608 - all of it stands here
NUMBERS = "SELECT key FROM contact WHERE workspace = $1 AND (key = ${0} OR merged_into = ${0})"
NAMES = """
SELECT c.key, l.profile FROM contact c
JOIN contact l ON l.workspace = $1 AND l.key = coalesce(c.merged_into, c.key)
WHERE c.workspace = $1 AND c.key = ANY ($2::bigint[])
"""
IS_DUE = "SELECT 1 FROM send_due WHERE workspace = $1 AND send = $2"
RESOLVE = """
WITH tried AS (
  UPDATE attempt SET outcome = 'RESOLVED', description = $4
  WHERE workspace = $1 AND send = $2
    AND number = (SELECT attempt_count FROM send WHERE workspace = $1 AND id = $2)
  RETURNING start_us
)
UPDATE send SET state = $3::smallint, failure = CASE WHEN $3 = 4 THEN $4 ELSE '' END,
  provider_id = CASE WHEN $3 = 3 AND provider_id = '' THEN message_id ELSE provider_id END,
  send_us = CASE WHEN $3 = 3 THEN (SELECT start_us FROM tried) END
WHERE workspace = $1 AND id = $2
"""
LET_GO = """
WITH going AS (
  UPDATE send SET state = 1, due_us = $4, outcome = 'SEND', decision_count = decision_count + 1
  WHERE workspace = $1 AND id = $2 RETURNING id, channel, class, decision_count
), due AS (
  INSERT INTO send_due (workspace, send, channel, rank, due_us)
  SELECT $1, id, channel, (class = 'marketing')::integer, $4 FROM going
)
INSERT INTO decision (workspace, send, number, time_us, outcome, rule, description)
SELECT $1, id, decision_count, $4, 'SEND', '', $3 FROM going
"""
CAME_IN = f"""
SELECT step, end_us, end_reason FROM run
WHERE workspace = $1 AND journey = $3 AND profile_key IN ({NUMBERS.format(2)})
ORDER BY started_us DESC LIMIT 1
"""  # noqa: S608 - all of it stands here
SEND = "SELECT * FROM send WHERE workspace = $1 AND id = $2"
DECISIONS = """
SELECT * FROM decision WHERE workspace = $1 AND send = ANY ($2::uuid[]) ORDER BY send, number
"""
# What went out did so then; else the last attempt ended, or the last decision was made, whichever came last.
STATES = """
SELECT s.id, s.state, coalesce(CASE WHEN s.state IN (2, 3) THEN s.send_us END, greatest(
  s.create_us,
  (SELECT end_us FROM attempt WHERE workspace = $1 AND send = s.id AND number = s.attempt_count),
  (SELECT time_us FROM decision WHERE workspace = $1 AND send = s.id AND number = s.decision_count)
)) AS since_us
FROM send s WHERE s.workspace = $1 AND s.id = ANY ($2::uuid[])
"""
# By customer, and never by campaign: a broadcast has a million.
RECEIVED = f"""
SELECT DISTINCT number.living, s.campaign FROM ({ALL_NUMBERS}) AS number CROSS JOIN LATERAL (
  SELECT campaign, state, attempt, test FROM send WHERE workspace = $1 AND profile_key = number.key OFFSET 0
) AS s
WHERE s.campaign = ANY ($3::text[]) AND (s.state IN (2, 3, 5) OR s.attempt IS NOT NULL) AND NOT s.test
"""  # noqa: S608 -- of constants
FORGET = """
UPDATE send SET address = '', subject = '', data = '{}', failure = ''
WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])
"""
