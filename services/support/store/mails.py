"""Mail as it came, kept whole, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from chassis.hottx import Connection


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message at our door. Without an envelope sender there was none; nothing is known of it, when None."""

    id: UUID
    mailbox: str
    message_id: str
    envelope_sender: str | None
    envelope_recipients: Sequence[str]
    raw: bytes


async def keep(connection: Connection, workspace: str, arrived: Arrived, now: datetime) -> UUID | None:
    """Its id; None when this mailbox has this message already."""
    id: UUID | None = await connection.fetchval(
        KEEP,
        workspace,
        arrived.id,
        arrived.mailbox,
        arrived.message_id,
        arrived.envelope_sender,
        list(arrived.envelope_recipients),
        arrived.raw,
        now,
    )
    return id


async def known(
    connection: Connection, workspace: str, mailbox: str, message_id: str
) -> asyncpg.Record | None:
    """What became of a message, locked: a rival who is taking it in is through."""
    return await connection.fetchrow(KNOWN, workspace, mailbox, message_id)


async def mail(connection: Connection, workspace: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(MAIL, workspace, id)


async def taken(
    connection: Connection,
    workspace: str,
    id: UUID,
    place: tuple[int | None, UUID | None, int, bool],
) -> None:
    """It was taken in: its ticket, its message there, why it went there, and whether a machine wrote it."""
    await connection.execute(TAKEN, workspace, id, *place)


async def failed(connection: Connection, workspace: str, id: UUID, failure: str) -> int:
    """Which try it was that failed."""
    return int(await connection.fetchval(FAILED, workspace, id, failure))


async def may_auto_reply(
    connection: Connection, workspace: str, mailbox: str, address: str, now: datetime
) -> bool:
    """Whether this sender was told nothing by this mailbox for a day; from now on she was."""
    return (
        await connection.fetchval(MAY_AUTO_REPLY, workspace, mailbox, address, now, now - A_DAY) is not None
    )


async def mark_dead(connection: Connection, workspace: str, address: str, reason: str, at: datetime) -> None:
    await connection.execute(MARK_DEAD, workspace, address, reason, at)


async def revive(connection: Connection, workspace: str, address: str) -> None:
    """Who writes to us is alive."""
    await connection.execute(
        "DELETE FROM dead_address WHERE workspace = $1 AND address = $2", workspace, address
    )


async def dead(connection: Connection, workspace: str, addresses: Sequence[str]) -> set[str]:
    rows = await connection.fetch(DEAD, workspace, addresses)
    return {row["address"] for row in rows}


A_DAY = timedelta(hours=24)
KEEP = """
INSERT INTO mail (
  workspace, id, mailbox, message_id, envelope_sender, envelope_recipients, raw, receive_time,
  taken, tries, failure, ticket, message, threading, automatic
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, false, 0, '', NULL, NULL, 0, false)
ON CONFLICT (workspace, mailbox, message_id) DO NOTHING RETURNING id
"""
KNOWN = "SELECT * FROM mail WHERE workspace = $1 AND mailbox = $2 AND message_id = $3 FOR UPDATE"
MAIL = "SELECT * FROM mail WHERE workspace = $1 AND id = $2 FOR UPDATE"
TAKEN = """
UPDATE mail SET taken = true, failure = '', ticket = $3, message = $4, threading = $5, automatic = $6
WHERE workspace = $1 AND id = $2
"""
FAILED = """
UPDATE mail SET tries = tries + 1, failure = $3 WHERE workspace = $1 AND id = $2 RETURNING tries
"""
MAY_AUTO_REPLY = """
INSERT INTO auto_reply (workspace, mailbox, address, send_time) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace, mailbox, address) DO UPDATE SET send_time = excluded.send_time
WHERE auto_reply.send_time <= $5 RETURNING true
"""
MARK_DEAD = """
INSERT INTO dead_address (workspace, address, reason, event_time) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace, address) DO UPDATE SET reason = excluded.reason, event_time = excluded.event_time
"""
DEAD = "SELECT address FROM dead_address WHERE workspace = $1 AND address = ANY ($2::text[])"
