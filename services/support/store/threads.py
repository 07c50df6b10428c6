"""How mail finds its ticket: ids of messages, who takes part, which tickets follow which."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.hottx import Connection


async def known(connection: Connection, workspace: str, ids: Sequence[str]) -> dict[str, int]:
    """The tickets of messages by their ids, in both directions, also of those only seen referred to."""
    rows = await connection.fetch(KNOWN, workspace, ids)
    return {row["message_id"]: row["ticket"] for row in rows}


async def remember(
    connection: Connection, workspace: str, number: int, own: str, referred: Sequence[str]
) -> None:
    """A message of this ticket, and those it refers to, unless they are known to stand elsewhere."""
    if own:
        await connection.execute(REMEMBER_OWN, workspace, own, number)
    seen = sorted(set(referred) - {own})
    await connection.execute(REMEMBER_SEEN, workspace, seen, number)


async def move_ids(connection: Connection, workspace: str, ids: Sequence[str], number: int) -> None:
    await connection.execute(MOVE_IDS, workspace, ids, number)


async def takes_part(connection: Connection, workspace: str, number: int, address: str) -> bool:
    """Whether this address may write to the ticket, or to one that was merged into it."""
    return bool(await connection.fetchval(TAKES_PART, workspace, number, address))


async def participants(
    connection: Connection, workspace: str, numbers: Sequence[int]
) -> dict[int, list[str]]:
    """Who takes part in these tickets, with whoever took part in what was merged into them."""
    found: dict[int, list[str]] = {number: [] for number in numbers}
    for row in await connection.fetch(PARTICIPANTS, workspace, numbers):
        found[row["root"]].append(row["address"])
    return found


async def join(connection: Connection, workspace: str, number: int, addresses: Sequence[str]) -> None:
    await connection.execute(JOIN, workspace, number, sorted(set(addresses)))


async def link(connection: Connection, workspace: str, number: int, linked: int) -> None:
    await connection.execute(LINK, workspace, number, linked)


async def followers(connection: Connection, workspace: str, number: int, address: str) -> list[int]:
    """Tickets that follow this one and in which this address takes part, newest first."""
    rows = await connection.fetch(FOLLOWERS, workspace, number, address)
    return [row["ticket"] for row in rows]


async def links(connection: Connection, workspace: str, numbers: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {number: [] for number in numbers}
    for row in await connection.fetch(LINKS, workspace, numbers):
        found[row["ticket"]].append(row["linked"])
    return found


async def absorbed(connection: Connection, workspace: str, numbers: Sequence[int]) -> dict[int, list[int]]:
    """Tickets that were merged straight into each of these."""
    found: dict[int, list[int]] = {number: [] for number in numbers}
    for row in await connection.fetch(ABSORBED, workspace, numbers):
        found[row["merged_into"]].append(row["number"])
    return found


async def same_subject(  # noqa: PLR0917 -- what makes two mails alike
    connection: Connection, workspace: str, mailbox: str, address: str, subject: str, since: datetime
) -> int | None:
    """The newest ticket of this sender with this subject, in touch since then."""
    number: int | None = await connection.fetchval(SAME_SUBJECT, workspace, mailbox, address, subject, since)
    return number


async def fold(connection: Connection, workspace: str, number: int, into: int) -> None:
    """The messages of a ticket, and of what was merged into it, stand in another from now on."""
    await connection.execute(FOLD, workspace, number, into)


async def move(connection: Connection, workspace: str, messages: Sequence[UUID], number: int) -> None:
    """Messages that belong to another ticket from now on, for good."""
    await connection.execute(MOVE, workspace, messages, number)


KNOWN = "SELECT message_id, ticket FROM reference WHERE workspace = $1 AND message_id = ANY ($2::text[])"
REMEMBER_OWN = """
INSERT INTO reference (workspace, message_id, ticket, seen_only) VALUES ($1, $2, $3, false)
ON CONFLICT (workspace, message_id) DO UPDATE SET ticket = excluded.ticket, seen_only = false
WHERE reference.seen_only
"""
REMEMBER_SEEN = """
INSERT INTO reference (workspace, message_id, ticket, seen_only)
SELECT $1, id, $3, true FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING
"""
MOVE_IDS = "UPDATE reference SET ticket = $3 WHERE workspace = $1 AND message_id = ANY ($2::text[])"
FAMILY = """
WITH RECURSIVE family AS (
  SELECT number AS root, number FROM ticket WHERE workspace = $1 AND number = ANY ($2::bigint[])
  UNION
  SELECT f.root, t.number FROM family f JOIN ticket t ON t.workspace = $1 AND t.merged_into = f.number
)
"""
TAKES_PART = f"""{FAMILY.replace("ANY ($2::bigint[])", "$2")}
SELECT EXISTS (
  SELECT FROM family f JOIN participant p ON p.workspace = $1 AND p.ticket = f.number WHERE p.address = $3
) OR EXISTS (
  SELECT FROM family f JOIN ticket t ON t.workspace = $1 AND t.number = f.number
  JOIN person_address a ON a.workspace = $1 AND a.profile = t.profile WHERE a.address = $3
)
"""  # noqa: S608 -- constants
PARTICIPANTS = f"""{FAMILY}
SELECT DISTINCT f.root, p.address FROM family f JOIN participant p ON p.workspace = $1 AND p.ticket = f.number
ORDER BY f.root, p.address
"""  # noqa: S608 -- constants
JOIN = """
INSERT INTO participant (workspace, ticket, address)
SELECT $1, $2, address FROM unnest($3::text[]) AS address ON CONFLICT DO NOTHING
"""
LINK = """
INSERT INTO ticket_link (workspace, ticket, linked) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
FOLLOWERS = """
SELECT l.ticket FROM ticket_link l JOIN participant p ON p.workspace = $1 AND p.ticket = l.ticket
WHERE l.workspace = $1 AND l.linked = $2 AND p.address = $3 ORDER BY l.ticket DESC LIMIT 20
"""
LINKS = """
SELECT ticket, linked FROM ticket_link WHERE workspace = $1 AND ticket = ANY ($2::bigint[])
ORDER BY ticket, linked
"""
ABSORBED = """
SELECT merged_into, number FROM ticket WHERE workspace = $1 AND merged_into = ANY ($2::bigint[])
ORDER BY merged_into, number
"""
SAME_SUBJECT = """
SELECT number FROM ticket
WHERE workspace = $1 AND mailbox = $2 AND address = $3 AND lower(subject) = lower($4) AND update_time >= $5
ORDER BY number DESC LIMIT 1
"""
FOLD = f"""{FAMILY.replace("ANY ($2::bigint[])", "$2")}
UPDATE message SET ticket = $3 WHERE workspace = $1 AND origin IN (SELECT number FROM family)
"""  # noqa: S608 -- constants
MOVE = """
UPDATE message SET ticket = $3, origin = $3 WHERE workspace = $1 AND id = ANY ($2::uuid[])
"""
