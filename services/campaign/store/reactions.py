"""What became of messages: each thing once, however often it is told."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.campaign.store import attribution


class Reaction(NamedTuple):
    send: UUID
    # In lower case, as the proto names it: `delivered`, `opened`, `clicked`, `bounced_hard`, `bounced_soft`,
    # `complained`, `unsubscribed`.
    kind: str
    time_us: int
    # Who opened or clicked: `human`, `machine` or `uncertain`; empty for all else.
    origin: str = ""
    # Which link was clicked.
    link: int = 0
    # What the other side said.
    description: str = ""


async def record(connection: Connection, workspace: str, reactions: Sequence[Reaction]) -> list[Reaction]:
    """Keeps each once per message, kind, origin and link; returns those that are new. A rival waits."""
    if not reactions:
        return []
    columns = [list(column) for column in zip(*sorted(set(reactions)), strict=True)]
    rows = await connection.fetch(RECORD, workspace, *columns)
    new = {(row["send"], row["kind"], row["origin"], row["link"]) for row in rows}
    found: list[Reaction] = []
    for each in reactions:
        key = (each.send, each.kind, each.origin, each.link)
        if key in new:
            new.discard(key)
            found.append(each)
    # Orders placed since may be to the credit of these messages.
    if touched := [(each.send, each.time_us) for each in found if is_touch(each)]:
        await attribution.wake_touched(connection, workspace, touched)
    return found


def is_touch(reaction: Reaction) -> bool:
    """Somebody looked at it; machines do not count."""
    return reaction.kind in {"opened", "clicked"} and reaction.origin != "machine"


async def of(connection: Connection, workspace: str, send: UUID) -> list[asyncpg.Record]:
    """What became of one message, oldest first: kind, origin, url, description, time_us."""
    return await connection.fetch(OF, workspace, send)


class Click(NamedTuple):
    """A link that was followed, and what its own request looked like."""

    send: UUID
    link: int
    origin: str
    time_us: int


async def await_company(connection: Connection, workspace: str, click: Click, due_us: int) -> None:
    """Until *due_us* other links of the same message may be followed, and tell a scanner."""
    await connection.execute(AWAIT, workspace, *click, due_us)


async def due(connection: Connection, now_us: int) -> str | None:
    """A workspace in which a click can be settled."""
    found: str | None = await connection.fetchval(DUE, now_us)
    return found


async def take_due(
    connection: Connection, workspace: str, now_us: int, limit: int
) -> tuple[list[Click], list[Click]]:
    """Clicks to be settled, taken out; and beside them every click on the same messages that is known of."""
    taken = [click(row) for row in await connection.fetch(TAKE, workspace, now_us, limit)]
    sends = sorted({each.send for each in taken})
    others = [click(row) for row in await connection.fetch(OTHERS, workspace, sends)] if sends else []
    return taken, others


def click(row: asyncpg.Record) -> Click:
    return Click(row["send"], row["link"], row["origin"], row["time_us"])


async def forget(connection: Connection, workspace: str, sends: Sequence[UUID]) -> None:
    """Nothing is left of what became of these messages, nor of their links."""
    for statement in FORGET:
        await connection.execute(statement, workspace, sends)


RECORD = """
INSERT INTO reaction (workspace, send, kind, time_us, origin, link, description)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::integer[], $7::text[])
ON CONFLICT DO NOTHING RETURNING send, kind, origin, link
"""
OF = """
SELECT r.kind, r.origin, r.time_us, r.description, coalesce(l.urls[r.link + 1], '') AS url FROM reaction r
LEFT JOIN link l ON r.kind = 'clicked' AND l.workspace = $1 AND l.send = $2
WHERE r.workspace = $1 AND r.send = $2 ORDER BY r.time_us, r.kind, r.origin, r.link
"""
AWAIT = """
INSERT INTO click_due (workspace, send, link, origin, time_us, due_us) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
DUE = "SELECT workspace FROM click_due WHERE due_us <= $1 ORDER BY due_us LIMIT 1"
TAKE = """
DELETE FROM click_due WHERE (workspace, send, link) IN (
  SELECT workspace, send, link FROM click_due WHERE workspace = $1 AND due_us <= $2
  ORDER BY due_us, send, link LIMIT $3 FOR UPDATE SKIP LOCKED
)
RETURNING send, link, origin, time_us
"""
OTHERS = """
SELECT send, link, origin, time_us FROM click_due WHERE workspace = $1 AND send = ANY ($2::uuid[])
UNION ALL
SELECT send, link, origin, time_us FROM reaction
WHERE workspace = $1 AND send = ANY ($2::uuid[]) AND kind = 'clicked'
"""
FORGET = (
    "DELETE FROM click_due WHERE workspace = $1 AND send = ANY ($2::uuid[])",
    "DELETE FROM reaction WHERE workspace = $1 AND send = ANY ($2::uuid[])",
    "DELETE FROM link WHERE workspace = $1 AND send = ANY ($2::uuid[])",
)
