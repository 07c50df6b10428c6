"""The ledger as the sender writes it: what is due, what was decided, what an attempt came to. All in batches.

Rows are locked in this order: due (never waited for), customers, sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


class Lane(NamedTuple):
    """What waits apart from all else: what customers wait for comes first, as rank 0."""

    workspace: str
    channel: str
    rank: int


async def lanes(connection: Connection, now_us: int) -> list[Lane]:
    """Those in which something is due, in all workspaces; what customers wait for first."""
    rows = await connection.fetch(LANES, now_us)
    return [Lane(row["workspace"], row["channel"], row["rank"]) for row in rows]


async def take(connection: Connection, lane: Lane, now_us: int, until_us: int, limit: int) -> Rows:
    """Sends whose time has come, the oldest first. Until *until_us* nobody else takes them."""
    return await connection.fetch(TAKE, *lane, now_us, until_us, limit)


async def held(connection: Connection, workspace: str, ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """These sends as they stand, locked. Their customers are locked already."""
    return {row["id"]: row for row in await connection.fetch(HELD, workspace, sorted(ids))}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided about a send."""

    id: UUID
    state: int
    # Which of the decisions about it, in the proto's words; no rule where none spoke against it.
    number: int
    outcome: str
    rule: str
    description: str
    retry_us: int | None
    # For when it is planned; and when the sender looks at it again, None: never.
    due_us: int
    wake_us: int | None


async def decide(connection: Connection, workspace: str, rulings: Sequence[Ruling], now_us: int) -> None:
    if rulings:
        await connection.execute(DECIDE, workspace, *columns(rulings))
        await connection.execute(DECISIONS, workspace, now_us, *columns(rulings, DECISION))
        await look_again(connection, workspace, [(one.id, one.wake_us) for one in rulings])


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt: it begins with the commit, before a stranger is called."""

    id: UUID
    # Its number, and until when nobody else settles it.
    attempt: int
    lease_us: int
    provider: str
    template_revision: int
    address: str
    subject: str
    message_id: str


async def begin(connection: Connection, workspace: str, begun: Sequence[Begun], now_us: int) -> set[UUID]:
    """Those that may be handed over; without what somebody else has taken on, or stopped, meanwhile."""
    rows = await connection.fetch(BEGIN, workspace, now_us, *columns(begun)) if begun else []
    return {row["send"] for row in rows}


async def begun(connection: Connection, workspace: str, ids: Sequence[UUID]) -> dict[UUID, int]:
    """When the attempts that are under way began."""
    return {row["send"]: row["start_us"] for row in await connection.fetch(BEGUN, workspace, ids)}


@dataclass(frozen=True, slots=True)
class Ended:
    """What an attempt came to; or a send for which none began, since it cannot be sent at all."""

    id: UUID
    attempt: int | None
    state: int
    # It is still in doubt.
    open: bool
    counts: bool
    bound: bool
    due_us: int | None
    wake_us: int | None
    provider_id: str
    failure: str
    send_us: int | None
    outcome: str


async def end(connection: Connection, workspace: str, ended: Sequence[Ended], now_us: int) -> Rows:
    """The sends these attempts belong to, as they are now; without those that somebody else has settled."""
    rows = await connection.fetch(END, workspace, *columns(ended)) if ended else []
    settled = {row["id"] for row in rows}
    mine = [one for one in ended if one.id in settled]
    if mine:
        await connection.execute(ENDINGS, workspace, now_us, *columns(mine, ENDING))
        await look_again(connection, workspace, [(one.id, one.wake_us) for one in mine])
    return rows


async def withdraw(
    connection: Connection, workspace: str, ids: Sequence[UUID], reason: str, now_us: int
) -> Rows:
    """Takes back those that nobody has begun to hand over, as they are then. Their customers are locked.

    Who has taken one and not begun it finds out: `begin` and `end` pass over what is taken back.
    """
    return await connection.fetch(WITHDRAW, workspace, sorted(ids), reason, now_us) if ids else []


async def look_again(
    connection: Connection, workspace: str, wakes: Sequence[tuple[UUID, int | None]]
) -> None:
    """When the sender looks at these sends again; None: never."""
    later = [(id, wake) for id, wake in wakes if wake is not None]
    if later:
        ids, times = [id for id, _ in later], [time for _, time in later]
        await connection.execute(LOOK_AGAIN, workspace, ids, times)
    if never := [id for id, wake in wakes if wake is None]:
        await connection.execute(NEVER_AGAIN, workspace, never)


def columns(rows: Sequence[Any], names: Sequence[str] = ()) -> list[list[Any]]:
    """All fields in their order, or those named."""
    names = names or [field.name for field in fields(rows[0])]
    return [[getattr(row, name) for row in rows] for name in names]


# A walk along the index, lane by lane: what waits in a lane is not counted.
LANES = """
WITH RECURSIVE lane AS (
  (SELECT workspace, channel, rank FROM send_due ORDER BY workspace, channel, rank LIMIT 1)
  UNION ALL
  SELECT following.* FROM lane l CROSS JOIN LATERAL (
    SELECT d.workspace, d.channel, d.rank FROM send_due d
    WHERE (d.workspace, d.channel, d.rank) > (l.workspace, l.channel, l.rank)
    ORDER BY d.workspace, d.channel, d.rank LIMIT 1
  ) following
)
SELECT * FROM lane l WHERE EXISTS (
  SELECT FROM send_due d WHERE d.workspace = l.workspace AND d.channel = l.channel AND d.rank = l.rank
    AND d.due_us <= $1
) ORDER BY rank, workspace, channel
"""
TAKE = """
WITH taken AS (
  SELECT send, due_us FROM send_due WHERE workspace = $1 AND channel = $2 AND rank = $3 AND due_us <= $4
  ORDER BY due_us LIMIT $6 FOR UPDATE SKIP LOCKED
), ours AS (
  UPDATE send_due d SET due_us = $5 FROM taken WHERE d.workspace = $1 AND d.send = taken.send
  RETURNING d.send, taken.due_us AS wake_us
)
SELECT s.* FROM ours JOIN send s ON s.workspace = $1 AND s.id = ours.send ORDER BY ours.wake_us, s.id
"""
HELD = "SELECT * FROM send WHERE workspace = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE"
DECIDE = """
UPDATE send s SET state = u.state, decision_count = u.number, outcome = u.outcome, due_us = u.due_us
FROM unnest($2::uuid[], $3::smallint[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[],
  $9::bigint[], $10::bigint[])
  AS u (id, state, number, outcome, rule, description, retry_us, due_us, wake_us)
WHERE s.workspace = $1 AND s.id = u.id
"""
DECISION = ("id", "number", "outcome", "rule", "description", "retry_us")
DECISIONS = """
INSERT INTO decision (workspace, time_us, send, number, outcome, rule, description, retry_us)
SELECT $1, $2, * FROM unnest($3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[])
"""
BEGIN = """
WITH begun AS (
  SELECT * FROM unnest($3::uuid[], $4::integer[], $5::bigint[], $6::text[], $7::integer[], $8::text[],
    $9::text[], $10::text[])
    AS u (id, number, lease_us, provider, template_revision, address, subject, message_id)
), ours AS (
  UPDATE send s SET attempt = u.number, attempt_count = u.number, provider = u.provider, failure = '',
    template_revision = u.template_revision, address = u.address, subject = u.subject,
    message_id = u.message_id
  FROM begun u
  WHERE s.workspace = $1 AND s.id = u.id AND s.state = 1 AND s.attempt IS NULL
    AND s.attempt_count = u.number - 1 AND NOT EXISTS (
      SELECT FROM broadcast b WHERE b.workspace = $1 AND s.campaign = 'broadcasts/' || b.slug
        AND b.slug = substr(s.campaign, 12) AND b.state IN ('PAUSED', 'CANCELLED')
    )
  RETURNING s.id
), due AS (
  UPDATE send_due d SET due_us = u.lease_us FROM begun u JOIN ours ON ours.id = u.id
  WHERE d.workspace = $1 AND d.send = u.id
)
INSERT INTO attempt (workspace, start_us, send, number, provider, lease_us, outcome, description)
SELECT $1, $2, u.id, u.number, u.provider, u.lease_us, '', '' FROM begun u JOIN ours ON ours.id = u.id
RETURNING send
"""
BEGUN = """
SELECT a.send, a.start_us FROM send s
JOIN attempt a ON a.workspace = $1 AND a.send = s.id AND a.number = s.attempt
WHERE s.workspace = $1 AND s.id = ANY ($2::uuid[])
"""
END = """
UPDATE send s SET state = u.state, attempt = CASE WHEN u.open THEN s.attempt END,
  tries = s.tries + u.counts::integer, provider = CASE WHEN u.bound THEN s.provider ELSE '' END,
  due_us = coalesce(u.due_us, s.due_us), provider_id = u.provider_id, failure = u.failure,
  send_us = coalesce(u.send_us, s.send_us)
FROM unnest($2::uuid[], $3::integer[], $4::smallint[], $5::boolean[], $6::boolean[], $7::boolean[],
  $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::text[])
  AS u (id, number, state, open, counts, bound, due_us, wake_us, provider_id, failure, send_us, outcome)
WHERE s.workspace = $1 AND s.id = u.id AND s.attempt IS NOT DISTINCT FROM u.number AND s.state = 1
RETURNING s.*
"""
ENDING = ("id", "attempt", "open", "outcome", "failure")
ENDINGS = """
UPDATE attempt a SET end_us = CASE WHEN u.open THEN NULL ELSE $2::bigint END, outcome = u.outcome,
  description = u.description
FROM unnest($3::uuid[], $4::integer[], $5::boolean[], $6::text[], $7::text[])
  AS u (send, number, open, outcome, description)
WHERE a.workspace = $1 AND a.send = u.send AND a.number = u.number
"""
# 1 and 6 are CLAIMED and WAITING, 7 is SUPPRESSED.
WITHDRAW = """
WITH held AS (
  SELECT id FROM send WHERE workspace = $1 AND id = ANY ($2::uuid[]) AND state IN (1, 6) AND attempt IS NULL
  ORDER BY id FOR UPDATE
), gone AS (
  UPDATE send s SET state = 7, outcome = 'SKIP', decision_count = decision_count + 1
  FROM held WHERE s.workspace = $1 AND s.id = held.id RETURNING s.*
), due AS (
  DELETE FROM send_due d USING gone WHERE d.workspace = $1 AND d.send = gone.id
), used AS (
  DELETE FROM cap_use u USING gone WHERE u.workspace = $1 AND u.send = gone.id
), decided AS (
  INSERT INTO decision (workspace, send, number, time_us, outcome, rule, description)
  SELECT $1, id, decision_count, $4, 'SKIP', '', $3 FROM gone
)
SELECT * FROM gone ORDER BY id
"""
LOOK_AGAIN = """
UPDATE send_due d SET due_us = u.due_us FROM unnest($2::uuid[], $3::bigint[]) AS u (send, due_us)
WHERE d.workspace = $1 AND d.send = u.send
"""
NEVER_AGAIN = "DELETE FROM send_due WHERE workspace = $1 AND send = ANY ($2::uuid[])"
