"""Customers as they are told, written in batches, in the transaction of a hot path."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.hottx import Connection
from services.campaign.store import attribution


class State(NamedTuple):
    """What is known of a customer, as of a revision: JSON, as it is kept."""

    key: int
    revision: int
    identifiers: str
    traits: str
    computed: str


class Held(NamedTuple):
    """A decision on one channel and purpose; without a word when it turned out to be another's."""

    # granted, denied or nothing.
    decision: str
    time_us: int
    # A grant may end by itself.
    expire_us: int | None = None
    # When late evidence last said which decision holds: what was told before that counts no more.
    since_us: int = 0


# By channel and purpose.
Decisions = dict[tuple[str, str], Held]


async def first_told(connection: Connection, consumer: str, ids: Sequence[str], now: datetime) -> set[str]:
    """Marks messages as taken; the ids of those that were not."""
    if not ids:
        return set()
    return {row["event_id"] for row in await connection.fetch(SEEN, consumer, ids, now)}


async def meet(connection: Connection, workspace: str, names: Mapping[int, UUID]) -> None:
    """Customers we did not know."""
    if names:
        columns = map(list, zip(*sorted(names.items()), strict=True))
        await connection.execute(MEET, workspace, *columns)


async def update(connection: Connection, workspace: str, states: Iterable[State]) -> None:
    """The higher revision holds, in whatever order they are told."""
    if rows := sorted(states):
        await connection.execute(UPDATE, workspace, *map(list, zip(*rows, strict=True)))


async def absorb(connection: Connection, workspace: str, absorbed: Mapping[int, int]) -> None:
    """These turned out to be others. What hung on their former numbers comes along."""
    if absorbed:
        columns = list(map(list, zip(*sorted(absorbed.items()), strict=True)))
        for statement in (ABSORB, INHERIT_NUMBERS, INHERIT_RUNS):
            await connection.execute(statement, workspace, *columns)
        await attribution.wake(connection, workspace, absorbed.values())


async def be_whole_from(connection: Connection, workspace: str, revisions: Mapping[int, int]) -> None:
    """With which revision all is known of these survivors of merges."""
    if revisions:
        await connection.execute(WHOLE, workspace, *map(list, zip(*sorted(revisions.items()), strict=True)))


async def revive(connection: Connection, workspace: str, key: int) -> None:
    """She lives by herself again, and goes on with the runs she began."""
    await connection.execute(GIVE_BACK_RUNS, workspace, key)
    survivor = await connection.fetchval(REVIVE, workspace, key)
    await attribution.wake(connection, workspace, {key, survivor or key})


async def decisions(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, Decisions]:
    """Every word about consent that is kept of these living customers."""
    asked = sorted(set(keys))
    found: dict[int, Decisions] = defaultdict(dict)
    for row in await connection.fetch(DECISIONS, workspace, asked) if asked else []:
        held = Held(row["decision"], row["time_us"], row["expire_us"], row["since_us"])
        found[row["profile_key"]][row["channel"], row["purpose"]] = held
    return found


async def decide(
    connection: Connection, workspace: str, decided: Mapping[tuple[int, str, str], Held]
) -> None:
    """What holds now, by number, channel and purpose."""
    rows = [(*about, *held) for about, held in sorted(decided.items())]
    if rows:
        await connection.execute(DECIDE, workspace, *map(list, zip(*rows, strict=True)))


SEEN = """
INSERT INTO inbox (consumer, event_id, taken_at)
SELECT $1, event_id, $3 FROM unnest($2::text[]) AS event_id
ON CONFLICT DO NOTHING RETURNING event_id
"""
MEET = """
INSERT INTO contact (workspace, key, profile, revision, identifiers, traits, computed, erased)
SELECT $1, key, profile, 0, '{}', '{}', '{}', false
FROM unnest($2::bigint[], $3::uuid[]) AS met (key, profile)
ON CONFLICT (workspace, key) DO NOTHING
"""
UPDATE = """
UPDATE contact
SET revision = n.revision, identifiers = n.identifiers, traits = n.traits, computed = n.computed
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
  AS n (key, revision, identifiers, traits, computed)
WHERE contact.workspace = $1 AND contact.key = n.key AND contact.revision < n.revision
"""
ABSORB = """
UPDATE contact SET merged_into = n.survivor FROM unnest($2::bigint[], $3::bigint[]) AS n (absorbed, survivor)
WHERE contact.workspace = $1 AND contact.key = n.absorbed
"""
INHERIT_NUMBERS = """
UPDATE contact SET merged_into = n.survivor FROM unnest($2::bigint[], $3::bigint[]) AS n (absorbed, survivor)
WHERE contact.workspace = $1 AND contact.merged_into = n.absorbed
"""
# Of the runs that are on their way two may be about the same: those are joined before.
INHERIT_RUNS = """
UPDATE run SET profile_key = n.survivor FROM unnest($2::bigint[], $3::bigint[]) AS n (absorbed, survivor)
WHERE run.workspace = $1 AND run.profile_key = n.absorbed AND run.end_us IS NOT NULL
"""
WHOLE = """
UPDATE contact SET merge_revision = greatest(merge_revision, n.revision)
FROM unnest($2::bigint[], $3::bigint[]) AS n (key, revision)
WHERE contact.workspace = $1 AND contact.key = n.key
"""
GIVE_BACK_RUNS = """
UPDATE run SET profile_key = $2 FROM contact c
WHERE c.workspace = $1 AND c.key = $2
  AND run.workspace = $1 AND run.origin_key = $2 AND run.profile_key = c.merged_into
"""
# Returns with whom she was one.
REVIVE = """
UPDATE contact SET merged_into = NULL
FROM contact before WHERE before.workspace = $1 AND before.key = $2
  AND contact.workspace = $1 AND contact.key = $2
RETURNING before.merged_into
"""
DECISIONS = "SELECT * FROM consent WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])"
DECIDE = """
INSERT INTO consent (workspace, profile_key, channel, purpose, decision, time_us, expire_us, since_us)
SELECT $1, * FROM unnest(
  $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[]
)
ON CONFLICT (workspace, profile_key, channel, purpose) DO UPDATE
SET decision = excluded.decision, time_us = excluded.time_us, expire_us = excluded.expire_us,
    since_us = excluded.since_us
"""
