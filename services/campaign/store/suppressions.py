"""Addresses nothing is sent to, compared by digest: of who was erased nothing else is kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.campaign.domain.policy import Suppressed

Rows = list[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class New:
    id: UUID
    channel: str
    # `domain.addresses.digest`, and the address itself unless its owner was erased.
    digest: bytes
    address: str
    # The proto's word.
    reason: str
    marketing_only: bool
    description: str = ""
    # The send that brought it about.
    send: UUID | None = None


async def insert(connection: Connection, workspace: str, new: Sequence[New], now_us: int) -> set[UUID]:
    """The ids that are new: an address is suppressed for each reason once."""
    if not new:
        return set()
    columns = [
        (
            one.id,
            one.channel,
            one.digest,
            one.address,
            one.reason,
            one.description,
            one.marketing_only,
            one.send,
        )
        for one in new
    ]
    rows = await connection.fetch(
        INSERT, workspace, now_us, *(list(column) for column in zip(*columns, strict=True))
    )
    return {row["id"] for row in rows}


async def of(
    connection: Connection, workspace: str, channel: str, digests: Sequence[bytes]
) -> dict[bytes, tuple[Suppressed, ...]]:
    """What holds for these addresses; without those that are free."""
    found: dict[bytes, list[Suppressed]] = defaultdict(list)
    for row in await connection.fetch(OF, workspace, channel, digests) if digests else []:
        found[row["digest"]].append(Suppressed(row["reason"], row["marketing_only"]))
    return {digest: tuple(each) for digest, each in found.items()}


async def one(connection: Connection, workspace: str, id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(ONE, workspace, id)


async def same(
    connection: Connection, workspace: str, channel: str, digest: bytes, reason: str
) -> asyncpg.Record | None:
    return await connection.fetchrow(SAME, workspace, channel, digest, reason)


async def page(
    connection: Connection,
    workspace: str,
    *,
    channel: str,
    digests: Sequence[bytes] | None,
    before: tuple[int, UUID],
    limit: int,
) -> Rows:
    """Newest first; of one channel, or of one address on any."""
    return await connection.fetch(PAGE, workspace, channel, digests, *before, limit)


async def delete(connection: Connection, workspace: str, id: UUID) -> None:
    await connection.execute("DELETE FROM suppression WHERE workspace = $1 AND id = $2", workspace, id)


async def erase(connection: Connection, workspace: str, new: Sequence[New], now_us: int) -> None:
    """Of these addresses nothing but a digest is kept from now on, and nothing is sent to them any more."""
    for one in new:
        assert not one.address, "an erased address is kept as a digest"
    await connection.execute(BLANK, workspace, [one.digest for one in new])
    await insert(connection, workspace, new, now_us)


INSERT = """
INSERT INTO suppression (workspace, create_us, id, channel, digest, address, reason, description,
  marketing_only, send)
SELECT $1, $2, * FROM unnest($3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[],
  $9::boolean[], $10::uuid[])
ON CONFLICT DO NOTHING RETURNING id
"""
OF = """
SELECT digest, reason, marketing_only FROM suppression
WHERE workspace = $1 AND channel = $2 AND digest = ANY ($3::bytea[]) ORDER BY marketing_only, reason
"""
ONE = "SELECT * FROM suppression WHERE workspace = $1 AND id = $2"
SAME = "SELECT * FROM suppression WHERE workspace = $1 AND channel = $2 AND digest = $3 AND reason = $4"
PAGE = """
SELECT * FROM suppression
WHERE workspace = $1 AND ($2 = '' OR channel = $2) AND ($3::bytea[] IS NULL OR digest = ANY ($3))
  AND (create_us, id) < ($4, $5)
ORDER BY create_us DESC, id DESC LIMIT $6
"""
BLANK = """
UPDATE suppression SET address = '', description = ''
WHERE workspace = $1 AND digest = ANY ($2::bytea[])
"""
