"""Set-based SQL for batches: a handful of statements, however many events, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from chassis.hottx import Connection
from services.segment.store import writes

Rows = list[asyncpg.Record]


class HotStore:
    """The tables of one workspace, as the engine reads and writes them."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self.connection = connection
        self.workspace = workspace

    async def fetch(self, sql: str, *arguments: Any) -> Rows:
        return await self.connection.fetch(sql, self.workspace, *arguments)

    async def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> Rows:
        """Runs a statement of `writes` once over the columns of *rows*, when there are any."""
        if columns := list(zip(*rows, strict=True)):
            return await self.fetch(sql, *columns)
        return []

    async def do(self, sql: str, *arguments: Any) -> None:
        await self.connection.execute(sql, self.workspace, *arguments)

    async def first_seen(self, consumer: str, ids: Sequence[str], now: datetime) -> set[str]:
        """Marks messages as taken; returns those that were not."""
        rows = await self.connection.fetch(writes.SEEN, consumer, ids, now)
        return {row["event_id"] for row in rows}

    async def profiles(self, keys: Sequence[int]) -> Rows:
        """The living profiles under these numbers, former ones included, each once."""
        return await self.fetch(LIVING, keys)

    async def aliases(self, keys: Sequence[int]) -> dict[int, int]:
        """Number -> the living profile's number, of those that are known."""
        return {row["key"]: row["living"] for row in await self.fetch(ALIASES, keys)}

    async def former(self, keys: Sequence[int]) -> Rows:
        """Key and merged_into of profiles that were absorbed by these."""
        return await self.fetch(FORMER, keys)

    async def owners(self, anchors: Sequence[int]) -> dict[int, int]:
        """Whose these anchors are, of those that are known."""
        return {row["key"]: row["profile_key"] for row in await self.fetch(OWNERS, anchors)}

    async def memberships(self, keys: Sequence[int]) -> Rows:
        return await self.fetch(
            "SELECT * FROM member WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])", keys
        )

    async def lists(self, keys: Sequence[int]) -> Rows:
        """List and profile_key, for all numbers a profile ever had."""
        return await self.fetch(LISTED, keys)

    async def due(self, keys: Sequence[int]) -> dict[int, int]:
        rows = await self.fetch(
            "SELECT * FROM due WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])", keys
        )
        return {row["profile_key"]: row["due_us"] for row in rows}

    async def activities(self, keys: Sequence[int], names: Sequence[str] | None = None) -> Rows:
        """All that these profiles did, with profile_key; only events of these names, if told."""
        return await self.fetch(ACTIVITIES, keys, names)

    async def purchases(self, keys: Sequence[int]) -> Rows:
        """All revisions of their orders."""
        return await self.fetch(PURCHASES, keys)

    async def computed(self, keys: Sequence[int]) -> Rows:
        return await self.fetch(COMPUTED, keys)

    async def consents(self, keys: Sequence[int]) -> Rows:
        return await self.fetch(CONSENTS, keys)

    async def slice(self, after: int, limit: int) -> list[int]:
        """The next living profiles in the order of their numbers."""
        return [row["key"] for row in await self.fetch(SLICE, after, limit)]

    async def advance(self, count: int) -> int:
        """Takes so many sequence numbers; returns the first."""
        last: int = await self.connection.fetchval(writes.POSITION, self.workspace, count)
        return last - count + 1


LIVING = """
SELECT p.* FROM profile p WHERE p.workspace = $1 AND p.key IN (
  SELECT coalesce(merged_into, key) FROM profile WHERE workspace = $1 AND key = ANY ($2::bigint[])
)
"""
ALIASES = """
SELECT key, coalesce(merged_into, key) AS living FROM profile
WHERE workspace = $1 AND key = ANY ($2::bigint[])
"""
FORMER = "SELECT key, merged_into FROM profile WHERE workspace = $1 AND merged_into = ANY ($2::bigint[])"
OWNERS = "SELECT key, profile_key FROM anchor WHERE workspace = $1 AND key = ANY ($2::bigint[])"
# All numbers under which something of the living profiles may be kept.
NUMBERED = """
WITH n AS (
  SELECT key, key AS living FROM profile WHERE workspace = $1 AND key = ANY ($2::bigint[])
  UNION ALL
  SELECT key, merged_into FROM profile WHERE workspace = $1 AND merged_into = ANY ($2::bigint[])
)
"""
LISTED = f"""{NUMBERED}
SELECT DISTINCT l.list, n.living FROM n JOIN listed l ON l.workspace = $1 AND l.profile_key = n.key
"""  # noqa: S608 - all of it stands here
ACTIVITIES = """
SELECT a.*, o.profile_key FROM anchor o
JOIN activity a ON a.workspace = $1 AND a.anchor = o.key
WHERE o.workspace = $1 AND o.profile_key = ANY ($2::bigint[])
  AND ($3::text[] IS NULL OR a.event = ANY ($3))
ORDER BY a.time_us, a.id
"""
PURCHASES = "SELECT * FROM purchase WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])"
COMPUTED = f"""{NUMBERED}
SELECT c.*, n.living FROM n JOIN computed c ON c.workspace = $1 AND c.profile_key = n.key
ORDER BY c.time_us, c.revision
"""  # noqa: S608 - all of it stands here
CONSENTS = f"""{NUMBERED}
SELECT c.*, n.living FROM n JOIN consent c ON c.workspace = $1 AND c.profile_key = n.key
ORDER BY c.time_us
"""  # noqa: S608 - all of it stands here
SLICE = """
SELECT key FROM profile WHERE workspace = $1 AND key > $2 AND merged_into IS NULL ORDER BY key LIMIT $3
"""
