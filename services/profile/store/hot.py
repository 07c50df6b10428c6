"""Set-based SQL for batches: a handful of statements, however many events, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.profile.domain.resolution import Claim

Rows = list[asyncpg.Record]


class HotStore:
    """The tables of one workspace, as the engine reads and writes them."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self.connection = connection
        self.workspace = workspace

    async def fetch(self, sql: str, *arguments: Any) -> Rows:
        return await self.connection.fetch(sql, self.workspace, *arguments)

    async def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs a statement of `writes` once over the columns of *rows*, when there are any."""
        if columns := list(zip(*rows, strict=True)):
            await self.connection.execute(sql, self.workspace, *columns)

    async def first_seen(self, ids: list[UUID]) -> set[UUID]:
        """Marks events as seen; returns those that were not."""
        return {row[0] for row in await self.fetch(SEEN, ids)}

    async def owners(self, identifiers: Sequence[tuple[str, str]]) -> Rows:
        """identifier.* of those that are known."""
        return await self.fetch(
            OWNERS, [kind for kind, _ in identifiers], [value for _, value in identifiers]
        )

    async def profiles(self, keys: Sequence[int]) -> Rows:
        return await self.fetch(PROFILES, keys)

    async def anchors(self, profile_keys: Sequence[int]) -> Rows:
        """identifier.* and anchor.* of everything these profiles own."""
        return await self.fetch(ANCHORS_OF_PROFILES, profile_keys)

    async def profile_by_id(self, id: UUID) -> asyncpg.Record | None:
        """The living profile under this id, also when it is the former name of one."""
        rows = await self.fetch(PROFILE_BY_ID, id)
        return rows[0] if rows else None

    async def component_keys(self, components: Sequence[int]) -> Rows:
        """Key and profile_key of every identifier in these components."""
        return await self.fetch(COMPONENT, components)

    async def claims(self, sets: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], tuple[int, UUID]]:
        """When each of these sets of identifiers was first seen together, as far as it was."""
        rows = await self.fetch(CLAIMS, [digest(keys) for keys in sets])
        return {tuple(row["identifiers"]): (row["time_us"], row["message"]) for row in rows}

    async def claims_of(self, anchors: Sequence[int]) -> list[Claim]:
        rows = await self.fetch(CLAIMS_OF, anchors)
        return [Claim(tuple(row["identifiers"]), row["time_us"], row["message"]) for row in rows]

    async def absorbed_into(self, keys: Sequence[int]) -> Rows:
        return await self.fetch(ABSORBED, keys)

    async def forget_conflicts(self, anchors: Sequence[int]) -> None:
        await self.fetch(FORGET_CONFLICTS, anchors)

    async def profile_keys(self, anchors: Sequence[int]) -> dict[int, int]:
        """Whose these anchors are."""
        return {row["key"]: row["profile_key"] for row in await self.fetch(PROFILE_KEYS, anchors)}

    async def purchases(self, order_ids: Sequence[str]) -> Rows:
        return await self.fetch(PURCHASES, order_ids)

    async def purchases_of(self, anchors: Sequence[int]) -> Rows:
        return await self.fetch(PURCHASES_OF, anchors)

    async def consents(self, anchors: Sequence[int], times: Sequence[int]) -> Rows:
        """What was decided under these anchors at these instants."""
        return await self.fetch(CONSENTS, anchors, times)

    async def carts_of(self, anchors: Sequence[int]) -> Rows:
        return await self.fetch(CARTS_OF, anchors)

    async def keys(self, sequence: str, count: int) -> list[int]:
        """The next numbers of a sequence."""
        rows = await self.connection.fetch(KEYS, sequence, count)
        return [row[0] for row in rows]


def digest(keys: tuple[int, ...]) -> UUID:
    """Names a set of identifiers, given strongest first."""
    return UUID(bytes=blake2b(repr(keys).encode(), digest_size=16).digest())


SEEN = """
INSERT INTO event_seen (workspace, id) SELECT $1, * FROM unnest($2::uuid[])
ON CONFLICT DO NOTHING RETURNING id
"""
OWNERS = """
SELECT i.* FROM unnest($2::text[], $3::text[]) AS wanted (kind, value)
JOIN identifier i ON i.workspace = $1 AND i.kind = wanted.kind AND i.value = wanted.value
"""
PROFILES = "SELECT * FROM profile WHERE workspace = $1 AND key = ANY ($2::bigint[])"
ANCHORS_OF_PROFILES = """
SELECT i.*, a.activity_count, a.first_us, a.last_us, a.registers, a.recent
FROM identifier i LEFT JOIN anchor a ON a.workspace = i.workspace AND a.key = i.key
WHERE i.workspace = $1 AND i.profile_key = ANY ($2::bigint[])
"""
PROFILE_BY_ID = """
SELECT living.* FROM profile asked
JOIN profile living ON living.workspace = $1 AND living.key = coalesce(asked.merged_into, asked.key)
WHERE asked.workspace = $1 AND asked.id = $2
"""
PROFILE_KEYS = """
SELECT key, profile_key FROM identifier
WHERE workspace = $1 AND key = ANY ($2::bigint[]) AND profile_key IS NOT NULL
"""
COMPONENT = "SELECT * FROM identifier WHERE workspace = $1 AND component = ANY ($2::bigint[])"
CLAIMS = "SELECT identifiers, time_us, message FROM claim WHERE workspace = $1 AND digest = ANY ($2::uuid[])"
CLAIMS_OF = (
    "SELECT identifiers, time_us, message FROM claim WHERE workspace = $1 AND anchor = ANY ($2::bigint[])"
)
ABSORBED = "SELECT * FROM profile WHERE workspace = $1 AND merged_into = ANY ($2::bigint[])"
FORGET_CONFLICTS = "DELETE FROM conflict WHERE workspace = $1 AND dropped = ANY ($2::bigint[])"
PURCHASES = "SELECT * FROM purchase WHERE workspace = $1 AND order_id = ANY ($2::text[])"
PURCHASES_OF = "SELECT * FROM purchase WHERE workspace = $1 AND anchor = ANY ($2::bigint[])"
CONSENTS = """
SELECT * FROM consent WHERE workspace = $1 AND anchor = ANY ($2::bigint[]) AND time_us = ANY ($3::bigint[])
ORDER BY id
"""
CARTS_OF = "SELECT * FROM cart WHERE workspace = $1 AND anchor = ANY ($2::bigint[])"
KEYS = "SELECT nextval($1::regclass) FROM generate_series(1, $2)"
