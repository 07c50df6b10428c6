"""Addresses customers write to. Each is of one mailbox in the whole installation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection

Rows = list[asyncpg.Record]


async def create(
    connection: Connection, workspace: str, slug: str, values: Sequence[Any], now: datetime
) -> bool:
    """False when the name is taken. *values* are what `VALUES` names."""
    return await connection.execute(CREATE, workspace, slug, now, *values) == "INSERT 0 1"


async def claim(connection: Connection, workspace: str, slug: str, address: str) -> bool:
    """The address is this mailbox's from now on, in place of the one it had; False when it is another's."""
    await connection.execute(RELEASE, workspace, slug)
    return await connection.execute(CLAIM, workspace, address, slug) == "INSERT 0 1"


async def mailbox(
    connection: Connection, workspace: str, slug: str, *, lock: bool = False
) -> asyncpg.Record | None:
    return await connection.fetchrow(MAILBOX + (" FOR UPDATE" if lock else ""), workspace, slug)


async def page(connection: Connection, workspace: str, after: str, limit: int) -> Rows:
    return await connection.fetch(PAGE, workspace, after, limit)


async def first(connection: Connection, workspace: str, team: str) -> asyncpg.Record | None:
    """The one answers go out from when a ticket came to none: the team's, else any."""
    return await connection.fetchrow(FIRST, workspace, team)


async def addresses(connection: Connection, workspace: str) -> set[str]:
    """Every address of our own in this workspace."""
    rows = await connection.fetch("SELECT address FROM mailbox_address WHERE workspace = $1", workspace)
    return {row["address"] for row in rows}


async def update(
    connection: Connection, workspace: str, slug: str, values: Sequence[Any], now: datetime
) -> None:
    await connection.execute(UPDATE, workspace, slug, now, *values)


async def delete(connection: Connection, workspace: str, slug: str) -> None:
    await connection.execute(RELEASE, workspace, slug)
    await connection.execute(RELEASE_REPLIES, workspace, slug)
    await connection.execute("DELETE FROM mailbox WHERE workspace = $1 AND slug = $2", workspace, slug)


async def open_reply(connection: Connection, workspace: str, ticket: UUID, mailbox: str) -> None:
    """Mail to this ticket's own address comes to this mailbox."""
    await connection.execute(OPEN_REPLY, workspace, ticket, mailbox)


async def of_address(connection: Connection, address: str) -> tuple[str, str] | None:
    """The workspace and the mailbox of an address, whosever it is: the door asks before it knows."""
    row = await connection.fetchrow(OF_ADDRESS, address)
    return (row["workspace"], row["mailbox"]) if row else None


async def of_ticket(connection: Connection, ticket: UUID) -> tuple[str, str] | None:
    """The workspace and the mailbox that replies to this ticket come to."""
    row = await connection.fetchrow(OF_TICKET, ticket)
    return (row["workspace"], row["mailbox"]) if row else None


VALUES = (
    "display_name",
    "address",
    "team",
    "reopen_days",
    "same_subject_days",
    "auto_reply",
    "signature",
)
CREATE = """
INSERT INTO mailbox (
  workspace, slug, create_time, update_time, display_name, address, team, reopen_days, same_subject_days,
  auto_reply, signature, revision
) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT DO NOTHING
"""
RELEASE = "DELETE FROM mailbox_address WHERE workspace = $1 AND mailbox = $2"
CLAIM = """
INSERT INTO mailbox_address (workspace, address, mailbox) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
MAILBOX = "SELECT * FROM mailbox WHERE workspace = $1 AND slug = $2"
PAGE = "SELECT * FROM mailbox WHERE workspace = $1 AND slug > $2 ORDER BY slug LIMIT $3"
FIRST = """
SELECT * FROM mailbox WHERE workspace = $1 ORDER BY team <> $2, slug LIMIT 1
"""
UPDATE = """
UPDATE mailbox SET display_name = $4, address = $5, team = $6, reopen_days = $7, same_subject_days = $8,
  auto_reply = $9, signature = $10, revision = revision + 1, update_time = $3
WHERE workspace = $1 AND slug = $2
"""
RELEASE_REPLIES = "DELETE FROM reply_address WHERE workspace = $1 AND mailbox = $2"
OPEN_REPLY = """
INSERT INTO reply_address (workspace, ticket, mailbox) VALUES ($1, $2, $3)
ON CONFLICT (workspace, ticket) DO UPDATE SET mailbox = excluded.mailbox
"""
OF_ADDRESS = "SELECT workspace, mailbox FROM mailbox_address WHERE address = $1"
OF_TICKET = "SELECT workspace, mailbox FROM reply_address WHERE ticket = $1"
