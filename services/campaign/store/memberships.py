"""Who is in which segment, as the segment service told it: the newest change of each number holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chassis.hottx import Connection
from services.campaign.store.entrances import Entrance
from services.campaign.store.numbers import NUMBERS


class Change(NamedTuple):
    """A customer came into a segment, or left it."""

    profile_key: int
    # `segments/{slug}`.
    segment: str
    # Changes of a workspace are numbered in the order in which they were decided.
    sequence: int
    inside: bool
    told_us: int


async def keep(connection: Connection, workspace: str, changes: Iterable[Change]) -> set[tuple[int, str]]:
    """Keeps what is newer than what is known; (number, segment) of what that was."""
    newest = {(one.profile_key, one.segment): one for one in sorted(changes, key=lambda one: one.sequence)}
    if not newest:
        return set()
    columns = zip(*(newest[place] for place in sorted(newest)), strict=True)
    rows = await connection.fetch(KEEP, workspace, *map(list, columns))
    return {(row["profile_key"], row["segment"]) for row in rows}


async def of(connection: Connection, workspace: str, keys: Sequence[int]) -> defaultdict[int, frozenset[str]]:
    """By living number."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in await connection.fetch(OF, workspace, keys) if keys else []:
        found[row["living"]].add(row["segment"])
    return defaultdict(frozenset, {key: frozenset(segments) for key, segments in found.items()})


async def members(
    connection: Connection, workspace: str, segment: str, after_key: int, limit: int
) -> list[int]:
    """The living only: memberships of the absorbed are about to end."""
    rows = await connection.fetch(MEMBERS, workspace, segment, after_key, limit)
    return [row["profile_key"] for row in rows]


async def elsewhere(
    connection: Connection, workspace: str, joined: Sequence[Entrance]
) -> set[tuple[int, int]]:
    """Which of these came in only by becoming one: under another number they are in, or were until then."""
    if not joined:
        return set()
    rows = [(*one.place, one.profile_key, one.segment, one.told_us - LATELY_US) for one in joined]
    found = await connection.fetch(ELSEWHERE, workspace, *map(list, zip(*rows, strict=True)))
    return {(row["shard"], row["sequence"]) for row in found}


async def know(
    connection: Connection, workspace: str, segment: str, display_name: str, time_us: int, *, live: bool
) -> None:
    """A segment was published or deleted; the newest of the two holds."""
    await connection.execute(KNOW, workspace, segment, display_name, time_us, live)


async def known(connection: Connection, workspace: str) -> frozenset[str]:
    rows = await connection.fetch(
        "SELECT segment FROM segment_known WHERE workspace = $1 AND live", workspace
    )
    return frozenset(row["segment"] for row in rows)


async def forget(connection: Connection, workspace: str, before_us: int, limit: int) -> int:
    """Forgets who left before: what is told again of them is older than what the stream still holds."""
    return len(await connection.fetch(FORGET, workspace, before_us, limit))


KEEP = """
INSERT INTO membership AS known (workspace, profile_key, segment, sequence, inside, told_us)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::boolean[], $6::bigint[])
ON CONFLICT (workspace, profile_key, segment) DO UPDATE
SET sequence = excluded.sequence, inside = excluded.inside, told_us = excluded.told_us
WHERE known.sequence < excluded.sequence
RETURNING profile_key, segment
"""
OF = f"""
SELECT DISTINCT number.living, m.segment FROM ({NUMBERS}) AS number CROSS JOIN LATERAL (
  SELECT segment FROM membership WHERE workspace = $1 AND profile_key = number.key AND inside OFFSET 0
) AS m
"""  # noqa: S608 -- of constants
MEMBERS = """
SELECT m.profile_key FROM membership m
JOIN contact c ON c.workspace = $1 AND c.key = m.profile_key AND c.merged_into IS NULL
WHERE m.workspace = $1 AND m.segment = $2 AND m.profile_key > $3 AND m.inside
ORDER BY m.profile_key LIMIT $4
"""
ELSEWHERE = """
SELECT a.shard, a.sequence
FROM unnest($2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[])
  AS a (shard, sequence, profile_key, segment, since_us)
JOIN contact c ON c.workspace = $1 AND c.key = a.profile_key
WHERE EXISTS (
  SELECT FROM contact n JOIN membership m
  ON m.workspace = $1 AND m.profile_key = n.key AND m.segment = a.segment
  WHERE n.workspace = $1 AND n.key <> a.profile_key
    AND (n.key = coalesce(c.merged_into, c.key) OR n.merged_into = coalesce(c.merged_into, c.key))
    AND (m.inside OR m.told_us >= a.since_us)
)
"""
KNOW = """
INSERT INTO segment_known AS known (workspace, segment, display_name, time_us, live)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace, segment) DO UPDATE
SET display_name = CASE WHEN excluded.live THEN excluded.display_name ELSE known.display_name END,
    time_us = excluded.time_us, live = excluded.live
WHERE known.time_us <= excluded.time_us
"""
FORGET = """
DELETE FROM membership WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM membership WHERE workspace = $1 AND NOT inside AND told_us < $2 LIMIT $3
)) RETURNING 1
"""
# A membership that ended so shortly before ended with the merge.
LATELY_US = 60 * 1_000_000
