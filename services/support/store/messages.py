"""What is said in tickets, and the files with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.support.domain.tickets import Delivery, Said

Rows = list[asyncpg.Record]
Place = tuple[datetime, int]


async def add(connection: Connection, workspace: str, number: int, said: Said, now: datetime) -> None:
    values = [getattr(said, name) for name in COLUMNS]
    await connection.execute(ADD, workspace, number, now, *values)


async def message(connection: Connection, workspace: str, number: int, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(MESSAGE, workspace, number, id)


async def page(
    connection: Connection, workspace: str, number: int, after: Place, limit: int, *, public_only: bool
) -> Rows:
    """Oldest first, following the keyset *after*."""
    return await connection.fetch(PAGE, workspace, number, *after, public_only, limit)


async def some(connection: Connection, workspace: str, number: int, ids: Sequence[UUID]) -> Rows:
    """Those of *ids* that stand in this ticket, oldest first."""
    return await connection.fetch(SOME, workspace, number, ids)


async def last_inbound(connection: Connection, workspace: str, number: int) -> asyncpg.Record | None:
    """The customer's last mail that is no machine's: what an answer answers."""
    return await connection.fetchrow(LAST_INBOUND, workspace, number)


async def said_ids(connection: Connection, workspace: str, number: int) -> list[str]:
    """The Message-IDs of the public mail of a ticket, oldest first."""
    rows = await connection.fetch(SAID_IDS, workspace, number)
    return [row["message_id"] for row in rows]


async def by_message_id(connection: Connection, workspace: str, message_id: str) -> asyncpg.Record | None:
    """The message of ours that went out under this id."""
    return await connection.fetchrow(BY_MESSAGE_ID, workspace, message_id)


async def by_own_id(connection: Connection, workspace: str, message_id: str) -> asyncpg.Record | None:
    """The message of this id, whichever way it went: a mail to two of our addresses comes twice."""
    return await connection.fetchrow(BY_OWN_ID, workspace, message_id)


async def deliver(connection: Connection, workspace: str, id: UUID, delivery: Delivery) -> None:
    """How far it came. What came back does not become sent by news that arrive late."""
    await connection.execute(DELIVER, workspace, id, delivery)


async def attach(connection: Connection, workspace: str, message: UUID, files: Sequence[UUID]) -> int:
    """Gives files that no message carries to this one, in this order; how many there were to give."""
    return int(await connection.fetchval(ATTACH, workspace, message, files))


async def store_file(  # noqa: PLR0917 -- a row has so many
    connection: Connection,
    workspace: str,
    id: UUID,
    about: tuple[str, str, str, bytes],
    now: datetime,
    carried: tuple[UUID, int] | None = None,
) -> None:
    """A file by name, type, Content-ID and content; in its place in a message, or in none yet."""
    message, place = carried or (None, 0)
    await connection.execute(STORE_FILE, workspace, id, message, place, *about, now)


async def file(connection: Connection, workspace: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(FILE, workspace, id)


async def files(connection: Connection, workspace: str, messages: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Which files each message carries, in their order."""
    found: dict[UUID, list[UUID]] = {id: [] for id in messages}
    for row in await connection.fetch(FILES, workspace, messages):
        found[row["message"]].append(row["id"])
    return found


async def contents(connection: Connection, workspace: str, message: UUID) -> Rows:
    return await connection.fetch(CONTENTS, workspace, message)


async def drop_loose_file(connection: Connection, workspace: str, id: UUID) -> None:
    """Unless a message carries it."""
    await connection.execute(DROP_LOOSE_FILE, workspace, id)


# A file that no message carries.
LOOSE_FOR = timedelta(days=1)
COLUMNS = tuple(Said.__dataclass_fields__)
ADD = f"""
INSERT INTO message (workspace, ticket, origin, create_time, {", ".join(COLUMNS)})
VALUES ($1, $2, $2, $3, {", ".join(f"${place}" for place in range(4, len(COLUMNS) + 4))})
"""  # noqa: S608 -- names of columns
MESSAGE = "SELECT * FROM message WHERE workspace = $1 AND ticket = $2 AND id = $3"
PAGE = """
SELECT * FROM message WHERE workspace = $1 AND ticket = $2 AND (event_time, position) > ($3, $4)
  AND (public OR NOT $5)
ORDER BY event_time, position LIMIT $6
"""
SOME = """
SELECT * FROM message WHERE workspace = $1 AND ticket = $2 AND id = ANY ($3::uuid[])
ORDER BY event_time, position
"""
LAST_INBOUND = """
SELECT message_id, ancestors FROM message
WHERE workspace = $1 AND ticket = $2 AND public AND NOT automatic AND author IN (1, 5) AND message_id <> ''
ORDER BY position DESC LIMIT 1
"""
SAID_IDS = """
SELECT message_id FROM message WHERE workspace = $1 AND ticket = $2 AND public AND message_id <> ''
ORDER BY position
"""
BY_MESSAGE_ID = """
SELECT m.id, m.ticket, o.recipients, o.copies FROM outgoing o
JOIN message m ON m.workspace = o.workspace AND m.id = o.message
WHERE o.workspace = $1 AND o.message_id = $2
"""
BY_OWN_ID = """
SELECT m.id, m.ticket FROM reference r
JOIN message m ON m.workspace = $1 AND m.origin = r.ticket AND m.message_id = r.message_id
WHERE r.workspace = $1 AND r.message_id = $2 AND NOT r.seen_only
"""
DELIVER = """
UPDATE message SET delivery = $3 WHERE workspace = $1 AND id = $2 AND delivery <> 3
"""
ATTACH = """
WITH given AS (
  UPDATE attachment a SET message = $2, place = f.place
  FROM unnest($3::uuid[]) WITH ORDINALITY AS f (id, place)
  WHERE a.workspace = $1 AND a.id = f.id AND a.message IS NULL RETURNING 1
)
SELECT count(*) FROM given
"""
STORE_FILE = """
INSERT INTO attachment
  (workspace, id, message, place, file_name, content_type, content_id, content, create_time)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
FILE = """
SELECT a.*, m.public AS public FROM attachment a
LEFT JOIN message m ON m.workspace = a.workspace AND m.id = a.message
WHERE a.workspace = $1 AND a.id = $2
"""
FILES = """
SELECT message, id FROM attachment WHERE workspace = $1 AND message = ANY ($2::uuid[])
ORDER BY message, place
"""
CONTENTS = "SELECT * FROM attachment WHERE workspace = $1 AND message = $2 ORDER BY place"
DROP_LOOSE_FILE = "DELETE FROM attachment WHERE workspace = $1 AND id = $2 AND message IS NULL"
