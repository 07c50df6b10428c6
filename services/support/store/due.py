"""What waits for its time, in all workspaces: mail to take in, replies to send, tickets to take up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.hottx import Connection


@dataclass(frozen=True, slots=True)
class Due:
    workspace: str
    id: UUID


async def waiting(connection: Connection, kind: str, now: datetime, limit: int) -> list[Due]:
    """Whose time has come, the longest waiting first. Whoever works on one locks what it is about."""
    rows = await connection.fetch(WAITING, kind, now, limit)
    return [Due(row["workspace"], row["id"]) for row in rows]


async def take(connection: Connection, workspace: str, kind: str, id: UUID, now: datetime) -> bool:
    """Ours until the transaction ends; False when it is not due any more, or a rival has it."""
    return await connection.fetchval(TAKE, workspace, kind, id, now) is not None


async def put(connection: Connection, workspace: str, kind: str, id: UUID, at: datetime) -> None:
    """Once per kind and id; the last time that was said holds."""
    await connection.execute(PUT, workspace, kind, id, at)


async def drain(connection: Connection, workspace: str, id: UUID, now: datetime) -> None:
    """The queues of this workspace are looked at anew. Each time by an id of its own: nobody waits."""
    await put(connection, workspace, DRAIN, id, now)


async def drop(connection: Connection, workspace: str, kind: str, ids: Sequence[UUID]) -> None:
    await connection.execute(DROP, workspace, kind, ids)


WAITING = "SELECT workspace, id FROM due WHERE kind = $1 AND due_time <= $2 ORDER BY due_time, id LIMIT $3"
TAKE = """
SELECT id FROM due WHERE workspace = $1 AND kind = $2 AND id = $3 AND due_time <= $4
FOR UPDATE SKIP LOCKED
"""
PUT = """
INSERT INTO due (workspace, kind, id, due_time) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace, kind, id) DO UPDATE SET due_time = excluded.due_time
"""
DROP = "DELETE FROM due WHERE workspace = $1 AND kind = $2 AND id = ANY ($3::uuid[])"
# A mail that was taken at the door; a reply to hand over; a ticket on hold; a file no message carries; a
# queue that may be given out.
MAIL, SEND, WAKE, EXPIRE, DRAIN = "mail", "send", "wake", "expire", "drain"
