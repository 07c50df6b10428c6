"""Broadcasts, how far they have come, and when a timer has to look at them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.campaign.store.numbers import NUMBERS

Rows = list[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Values:
    """What of a broadcast a person writes."""

    display_name: str
    audience: bytes
    variants: bytes
    # The names of what the variants send.
    templates: Sequence[str]
    send_us: int | None
    local_time: bool
    holdout_basis_points: int


async def create(connection: Connection, workspace: str, slug: str, values: Values, now_us: int) -> bool:
    """False when the name is taken."""
    made = await connection.fetchval(CREATE, workspace, slug, *columns(values), now_us)
    return made is not None


async def broadcast(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(BROADCAST + (" FOR UPDATE" if lock else ""), workspace, slug)


async def page(
    connection: Connection, workspace: str, state: str, before: tuple[int, str], limit: int
) -> Rows:
    """Newest first; in one state, or in any when it is empty."""
    return await connection.fetch(PAGE, workspace, state, *before, limit)


async def update(connection: Connection, workspace: str, slug: str, values: Values, now_us: int) -> None:
    await connection.execute(UPDATE, workspace, slug, *columns(values), now_us)


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    await connection.execute(DELETE, workspace, slug)
    await connection.execute(FORGET, workspace, slug)


async def be(
    connection: Connection, workspace: str, slug: str, state: str, now_us: int, *, held_reason: str = ""
) -> None:
    """The state from now on."""
    await connection.execute(BE, workspace, slug, state, held_reason, now_us)


async def schedule(connection: Connection, workspace: str, slug: str, start_us: int, now_us: int) -> None:
    """It begins at *start_us*."""
    await connection.execute(SCHEDULE, workspace, slug, start_us, now_us)
    await wake(connection, workspace, slug, start_us)


async def begin(connection: Connection, workspace: str, slug: str, now_us: int) -> None:
    """It goes out from now on, to whom there is by now."""
    await connection.execute(BEGIN, workspace, slug, now_us)


async def advance(
    connection: Connection, workspace: str, slug: str, after_key: int, *, audience: int, decided: int
) -> None:
    """It has come so far, and so many more were in the audience and decided on."""
    await connection.execute(ADVANCE, workspace, slug, after_key, audience, decided)


async def wake(connection: Connection, workspace: str, slug: str, due_us: int) -> None:
    """A timer looks at it then."""
    await connection.execute(WAKE, workspace, slug, due_us)


async def rest(connection: Connection, workspace: str, slug: str) -> None:
    """No timer looks at it."""
    await connection.execute(FORGET, workspace, slug)


async def due(connection: Connection, now_us: int, limit: int) -> list[tuple[str, str]]:
    """Workspace and slug of what has to be looked at, in all workspaces."""
    return [(row["workspace"], row["broadcast"]) for row in await connection.fetch(DUE, now_us, limit)]


async def take(connection: Connection, workspace: str, slug: str, now_us: int) -> asyncpg.Record | None:
    """Ours until the transaction ends. None when a rival has it, or it is no longer due."""
    return await connection.fetchrow(TAKE, workspace, slug, now_us)


async def backlog(connection: Connection, workspace: str, now_us: int, most: int) -> int:
    """How many sends of broadcasts and journeys are due already; no further than *most* is counted."""
    count: int = await connection.fetchval(BACKLOG, workspace, now_us, most)
    return count


async def former(connection: Connection, workspace: str, keys: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers under which these living customers were known before they became one, each with the living."""
    rows = await connection.fetch(FORMER, workspace, keys)
    return [(row["key"], row["living"]) for row in rows]


async def claimed(connection: Connection, workspace: str, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these sends that there are."""
    return {row["id"] for row in await connection.fetch(CLAIMED, workspace, ids)} if ids else set()


async def waits(connection: Connection, workspace: str, slug: str) -> bool:
    """Whether anything of it is still to be decided, or under way."""
    found: bool = await connection.fetchval(WAITS, workspace, f"broadcasts/{slug}")
    return found


async def stopped(connection: Connection, workspace: str, slugs: Iterable[str]) -> dict[str, str]:
    """Those of these that are paused or cancelled, each with its state."""
    rows = await connection.fetch(STOPPED, workspace, sorted(slugs))
    return {row["slug"]: row["state"] for row in rows}


async def stop(connection: Connection, workspace: str, slug: str, state: str) -> None:
    """What was claimed and is not under way stays where it is, or will not be sent.

    What a sender is at is passed over: he asks whether it is `stopped` before he goes on with it.
    """
    if state == "PAUSED":
        await connection.execute(HALT, workspace, f"broadcasts/{slug}", NEVER_US)
    else:
        await connection.execute(DROP, workspace, f"broadcasts/{slug}", "The broadcast was cancelled.")


async def release(connection: Connection, workspace: str, slug: str, now_us: int) -> None:
    """What was halted goes on: at its time, or at once when that is over."""
    await connection.execute(RELEASE, workspace, f"broadcasts/{slug}", NEVER_US, now_us)


async def senders(connection: Connection, workspace: str, template: str) -> list[str]:
    """The broadcasts, as `broadcasts/{slug}`, that send `templates/{slug}` and are not over."""
    rows = await connection.fetch(SENDERS, workspace, template, OVER)
    return [f"broadcasts/{row['slug']}" for row in rows]


def columns(values: Values) -> tuple[object, ...]:
    return (
        values.display_name,
        values.audience,
        values.variants,
        list(values.templates),
        values.send_us,
        values.local_time,
        values.holdout_basis_points,
    )


OVER = ["SENT", "CANCELLED"]
CREATE = """
INSERT INTO broadcast (workspace, slug, display_name, audience, variants, templates, send_us, local_time,
  holdout_basis_points, state, audience_count, decided_count, held_reason, after_key, until_key, revision,
  create_us, update_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'DRAFT', 0, 0, '', 0, 0, 1, $10, $10)
ON CONFLICT (workspace, slug) DO NOTHING RETURNING 1
"""
BROADCAST = "SELECT * FROM broadcast WHERE workspace = $1 AND slug = $2"
PAGE = """
SELECT * FROM broadcast WHERE workspace = $1 AND ($2 = '' OR state = $2) AND (create_us, slug) < ($3, $4)
ORDER BY create_us DESC, slug DESC LIMIT $5
"""
UPDATE = """
UPDATE broadcast SET display_name = $3, audience = $4, variants = $5, templates = $6, send_us = $7,
  local_time = $8, holdout_basis_points = $9, revision = revision + 1, update_us = $10
WHERE workspace = $1 AND slug = $2
"""
DELETE = "DELETE FROM broadcast WHERE workspace = $1 AND slug = $2"
BE = """
UPDATE broadcast SET state = $3, held_reason = $4, revision = revision + 1, update_us = $5
WHERE workspace = $1 AND slug = $2
"""
SCHEDULE = """
UPDATE broadcast SET state = 'SCHEDULED', held_reason = '', start_us = $3, revision = revision + 1,
  update_us = $4
WHERE workspace = $1 AND slug = $2
"""
BEGIN = """
UPDATE broadcast SET state = 'SENDING', begun_us = $3, update_us = $3, revision = revision + 1,
  until_key = coalesce((SELECT max(key) FROM contact WHERE workspace = $1), 0)
WHERE workspace = $1 AND slug = $2
"""
ADVANCE = """
UPDATE broadcast SET after_key = $3, audience_count = audience_count + $4, decided_count = decided_count + $5
WHERE workspace = $1 AND slug = $2
"""
WAKE = """
INSERT INTO broadcast_due (workspace, broadcast, due_us) VALUES ($1, $2, $3)
ON CONFLICT (workspace, broadcast) DO UPDATE SET due_us = excluded.due_us
"""
FORGET = "DELETE FROM broadcast_due WHERE workspace = $1 AND broadcast = $2"
DUE = "SELECT workspace, broadcast FROM broadcast_due WHERE due_us <= $1 ORDER BY due_us LIMIT $2"
TAKE = """
SELECT b.* FROM broadcast b
WHERE b.workspace = $1 AND b.slug = $2 AND b.state IN ('SCHEDULED', 'SENDING') AND EXISTS (
  SELECT 1 FROM broadcast_due d WHERE d.workspace = $1 AND d.broadcast = $2 AND d.due_us <= $3
)
FOR UPDATE OF b SKIP LOCKED
"""
BACKLOG = """
SELECT count(*) FROM (
  SELECT 1 FROM send_due WHERE workspace = $1 AND rank = 1 AND due_us <= $2 LIMIT $3
) due
"""
FORMER = f"SELECT key, living FROM ({NUMBERS}) AS number WHERE key <> living"  # noqa: S608 -- of constants
CLAIMED = "SELECT id FROM send WHERE workspace = $1 AND id = ANY ($2::uuid[])"
WAITS = """
SELECT EXISTS (
  SELECT FROM send_due d JOIN send s ON s.workspace = $1 AND s.id = d.send
  WHERE d.workspace = $1 AND s.campaign = $2
)
"""
STOPPED = """
SELECT slug, state FROM broadcast
WHERE workspace = $1 AND slug = ANY ($2::text[]) AND state IN ('PAUSED', 'CANCELLED')
"""
# Claimed, or made to wait by the policy, with no attempt under way.
IDLE = """
SELECT d.send FROM send s JOIN send_due d ON d.workspace = $1 AND d.send = s.id
WHERE s.workspace = $1 AND s.campaign = $2 AND s.state IN (1, 6) AND s.attempt IS NULL
"""
HALT = f"""
WITH idle AS ({IDLE} AND d.due_us <> $3 ORDER BY d.send FOR UPDATE OF d SKIP LOCKED)
UPDATE send_due d SET due_us = $3 FROM idle WHERE d.workspace = $1 AND d.send = idle.send
"""  # noqa: S608 -- a constant
RELEASE = f"""
WITH idle AS ({IDLE} AND d.due_us = $3 ORDER BY d.send FOR UPDATE OF d SKIP LOCKED)
UPDATE send_due d SET due_us = greatest(s.due_us, $4) FROM idle, send s
WHERE d.workspace = $1 AND d.send = idle.send AND s.workspace = $1 AND s.id = idle.send
"""  # noqa: S608 -- a constant
DROP = f"""
WITH idle AS ({IDLE} ORDER BY d.send FOR UPDATE OF d, s SKIP LOCKED), gone AS (
  DELETE FROM send_due d USING idle WHERE d.workspace = $1 AND d.send = idle.send
), used AS (
  DELETE FROM cap_use u USING idle WHERE u.workspace = $1 AND u.send = idle.send
)
UPDATE send s SET state = 4, failure = $3 FROM idle WHERE s.workspace = $1 AND s.id = idle.send
"""  # noqa: S608 -- a constant
# The year 9999: no send is planned so far ahead.
NEVER_US = 253_370_764_800_000_000
SENDERS = """
SELECT slug FROM broadcast WHERE workspace = $1 AND $2 = ANY (templates) AND state <> ALL ($3::text[])
ORDER BY slug
"""
