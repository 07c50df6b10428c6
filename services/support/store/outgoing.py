"""Answers on their way out. Only public messages can stand here: the table refuses any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.hottx import Connection


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where an answer goes, and what it follows."""

    message: UUID
    mailbox: str
    recipients: Sequence[str]
    copies: Sequence[str]
    message_id: str
    in_reply_to: str
    ancestors: Sequence[str]


async def put(connection: Connection, workspace: str, leaving: Leaving) -> None:
    await connection.execute(
        PUT,
        workspace,
        leaving.message,
        leaving.mailbox,
        list(leaving.recipients),
        list(leaving.copies),
        leaving.message_id,
        leaving.in_reply_to,
        list(leaving.ancestors),
    )


async def leaving(connection: Connection, workspace: str, message: UUID) -> asyncpg.Record | None:
    """An answer with everything that is needed to write it, locked."""
    return await connection.fetchrow(LEAVING, workspace, message)


async def hand_over(connection: Connection, workspace: str, message: UUID) -> None:
    """From now on it may be on its way, whatever becomes of us."""
    await connection.execute(
        "UPDATE outgoing SET handing_over = true, tries = tries + 1 WHERE workspace = $1 AND message = $2",
        workspace,
        message,
    )


async def back(connection: Connection, workspace: str, message: UUID, failure: str) -> None:
    """It surely did not go; it may be tried again."""
    await connection.execute(BACK, workspace, message, failure)


async def done(connection: Connection, workspace: str, message: UUID, failure: str = "") -> None:
    await connection.execute(DONE, workspace, message, failure)


PUT = """
INSERT INTO outgoing (
  workspace, message, public, mailbox, recipients, copies, message_id, in_reply_to, ancestors,
  handing_over, done, tries, failure
) VALUES ($1, $2, true, $3, $4, $5, $6, $7, $8, false, false, 0, '')
"""
LEAVING = """
SELECT o.*, m.body, m.html, m.author, m.automatic, m.event_time, m.ticket,
  t.id AS ticket_id, t.subject, b.display_name, b.address, b.signature
FROM outgoing o
JOIN message m ON m.workspace = o.workspace AND m.id = o.message AND m.public
JOIN ticket t ON t.workspace = m.workspace AND t.number = m.ticket
LEFT JOIN mailbox b ON b.workspace = o.workspace AND b.slug = o.mailbox
WHERE o.workspace = $1 AND o.message = $2 AND NOT o.done FOR UPDATE OF o
"""
BACK = """
UPDATE outgoing SET handing_over = false, failure = $3 WHERE workspace = $1 AND message = $2
"""
DONE = """
UPDATE outgoing SET handing_over = false, done = true, failure = $3 WHERE workspace = $1 AND message = $2
"""
