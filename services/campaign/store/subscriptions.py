"""What customers decided about topics and channels, under whatever number of theirs."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import asyncpg

from chassis.hottx import Connection
from conditions.calendar import moment
from services.campaign.domain.choices import Choices
from services.campaign.store import groups
from services.campaign.store.numbers import NUMBERS


async def of(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, Choices]:
    """The choices of these living customers, of each who is asked for."""
    asked = sorted(set(keys))
    topics: dict[tuple[int, bool], set[str]] = defaultdict(set)
    for row in await connection.fetch(DECISIONS, workspace, asked):
        topics[row["living"], row["subscribed"]].add(row["topic"])
    out: dict[int, dict[str, datetime]] = defaultdict(dict)
    for row in await connection.fetch(OPTED_OUT, workspace, asked):
        out[row["living"]][row["channel"]] = moment(row["time_us"])
    defaults = await groups.defaults(connection, workspace)
    return {
        key: Choices(frozenset(topics[key, True]), frozenset(topics[key, False]), out[key], defaults)
        for key in asked
    }


async def decisions(connection: Connection, workspace: str, key: int) -> dict[str, asyncpg.Record]:
    """What a living customer decided, by topic. The revision counts every decision of hers about it."""
    return {row["topic"]: row for row in await connection.fetch(DECISIONS, workspace, [key])}


async def decide(
    connection: Connection,
    workspace: str,
    key: int,
    topic: str,
    *,
    subscribed: bool,
    source: str,
    evidence: str,
    time_us: int,
) -> None:
    """She takes or leaves a topic. Her row in `contact` is locked by the caller."""
    await connection.execute(DECIDE, workspace, key, topic, subscribed, source, evidence, time_us)


async def opt_out(
    connection: Connection, workspace: str, key: int, channel: str, *, source: str, time_us: int
) -> None:
    """She wants no marketing on a channel any more. Her row in `contact` is locked by the caller."""
    await connection.execute(OPT_OUT, workspace, key, channel, source, time_us)


async def forget(connection: Connection, workspace: str, keys: Iterable[int]) -> None:
    """Of who was erased nothing is left."""
    gone = sorted(set(keys))
    await connection.execute(FORGET_SUBSCRIPTIONS, workspace, gone)
    await connection.execute(FORGET_OPT_OUTS, workspace, gone)


# At the same instant the no holds.
DECISIONS = f"""
SELECT DISTINCT ON (living, topic) living, topic, subscribed, source, evidence, time_us,
  sum(revision) OVER (PARTITION BY living, topic)::bigint AS revision
FROM ({NUMBERS}) AS number CROSS JOIN LATERAL (
  SELECT * FROM subscription WHERE workspace = $1 AND profile_key = number.key OFFSET 0
) AS s
ORDER BY living, topic, time_us DESC, subscribed
"""  # noqa: S608 -- of constants
OPTED_OUT = f"""
SELECT living, channel, max(time_us) AS time_us
FROM ({NUMBERS}) AS number CROSS JOIN LATERAL (
  SELECT * FROM opt_out WHERE workspace = $1 AND profile_key = number.key OFFSET 0
) AS o
GROUP BY living, channel
"""  # noqa: S608 -- of constants
DECIDE = """
INSERT INTO subscription AS s (workspace, profile_key, topic, subscribed, source, evidence, time_us, revision)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
ON CONFLICT (workspace, profile_key, topic) DO UPDATE
SET subscribed = excluded.subscribed, source = excluded.source, evidence = excluded.evidence,
  time_us = excluded.time_us, revision = s.revision + 1
WHERE s.time_us <= excluded.time_us
"""
OPT_OUT = """
INSERT INTO opt_out AS o (workspace, profile_key, channel, source, time_us) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace, profile_key, channel) DO UPDATE
SET source = excluded.source, time_us = excluded.time_us WHERE o.time_us < excluded.time_us
"""
FORGET_SUBSCRIPTIONS = "DELETE FROM subscription WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])"
FORGET_OPT_OUTS = "DELETE FROM opt_out WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])"
