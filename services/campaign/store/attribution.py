"""Orders, what of them each message is credited with, and whose orders are to be credited anew.

What is heard is kept, and its customer put on a list, in one transaction; credits are counted only after it,
by who takes the list. So whoever comes last, order, click or merge, finds the others there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.campaign.domain.attribution import Credit, Purchase, Touch


class Due(NamedTuple):
    """A customer whose orders after a place in the order of time and name are to be credited anew."""

    profile_key: int
    since_us: int
    after: str = ""


class Decided(NamedTuple):
    """An order that is credited, and the rules by which it is, as they are kept."""

    purchase: Purchase
    attribution: bytes


# What is credited, by order: send -> campaign, clicked, touch_us, amount.
Kept = dict[str, dict[UUID, tuple[str, bool, int, int]]]


async def keep(connection: Connection, workspace: str, told: Purchase) -> None:
    """The highest revision holds, in whatever order they are told."""
    await connection.execute(KEEP, workspace, *told)


async def place(
    connection: Connection, workspace: str, name: str, policy_revision: int, attribution: bytes
) -> None:
    """It was placed: from now on it is credited, by the rules of this moment."""
    await connection.execute(PLACE, workspace, name, policy_revision, attribution)


async def wake_order(connection: Connection, workspace: str, name: str) -> None:
    """Its customer is put on the list for this order, if it is credited at all."""
    await connection.execute(WAKE_ORDER, workspace, name)


async def wake_touched(connection: Connection, workspace: str, touched: Sequence[tuple[UUID, int]]) -> None:
    """Whoever got these messages, for her orders since she touched them."""
    sends, times = [send for send, _ in touched], [time_us for _, time_us in touched]
    await connection.execute(WAKE_TOUCHED, workspace, sends, times)


async def wake(connection: Connection, workspace: str, keys: Iterable[int]) -> None:
    """These customers, for all of their orders: somebody else's touches are theirs now, or no more."""
    await list_again(connection, workspace, [Due(key, FIRST_US) for key in sorted(set(keys))])


async def list_again(connection: Connection, workspace: str, due: Sequence[Due]) -> None:
    await connection.execute(WAKE, workspace, *(list(column) for column in zip(*due, strict=True)))


async def due(connection: Connection) -> str | None:
    """A workspace in which somebody is on the list."""
    found: str | None = await connection.fetchval(DUE)
    return found


async def take_due(connection: Connection, workspace: str, limit: int) -> list[Due]:
    """Those who are longest on the list, taken off it."""
    rows = await connection.fetch(TAKE, workspace, limit)
    return [Due(row["profile_key"], row["since_us"], row["after"]) for row in rows]


async def concerned(
    connection: Connection, workspace: str, wanted: Sequence[Due], limit: int
) -> dict[Due, list[tuple[int, str]]]:
    """Of each the next orders, at most *limit*, under any number of hers: when, and which."""
    columns = (list(column) for column in zip(*wanted, strict=True))
    found: dict[Due, list[tuple[int, str]]] = defaultdict(list)
    for row in await connection.fetch(CONCERNED, workspace, *columns, limit):
        found[wanted[row["place"] - 1]].append((row["order_us"], row["name"]))
    return found


async def held(connection: Connection, workspace: str, names: Iterable[str]) -> list[Decided]:
    """Orders as they stand, which nobody else changes or credits until this transaction ends."""
    rows = await connection.fetch(HELD, workspace, sorted(set(names)))
    return [Decided(Purchase(*(row[name] for name in Purchase._fields)), row["attribution"]) for row in rows]


async def touches(
    connection: Connection, workspace: str, since: Mapping[int, int]
) -> tuple[dict[int, list[Touch]], dict[UUID, str]]:
    """What each of these customers touched since then, under any number of hers, oldest first.

    And the campaign of each message. Machines and tests are left out.
    """
    rows = await connection.fetch(TOUCHES, workspace, list(since), list(since.values()))
    found: dict[int, list[Touch]] = defaultdict(list)
    for row in rows:
        touch = Touch(row["time_us"], row["send"], row["channel"], row["kind"] == "clicked")
        found[row["key"]].append(touch)
    return {key: sorted(mine) for key, mine in found.items()}, {row["send"]: row["campaign"] for row in rows}


async def credited(connection: Connection, workspace: str, names: Sequence[str]) -> Kept:
    found: Kept = defaultdict(dict)
    for row in await connection.fetch(CREDITED, workspace, names):
        found[row["purchase"]][row["send"]] = as_kept(row)
    return found


def as_kept(row: asyncpg.Record) -> tuple[str, bool, int, int]:
    return row["campaign"], row["clicked"], row["touch_us"], row["amount"]


def to_keep(
    credits: Iterable[Credit], campaigns: Mapping[UUID, str]
) -> dict[UUID, tuple[str, bool, int, int]]:
    return {
        touch.send: (campaigns[touch.send], touch.clicked, touch.time_us, amount) for touch, amount in credits
    }


async def write(connection: Connection, workspace: str, changed: Kept) -> None:
    """What these orders are credited to now, and nothing else."""
    await connection.execute(CLEAR, workspace, list(changed))
    rows = [(name, send, *each) for name, kept in changed.items() for send, each in kept.items()]
    if rows:
        await connection.execute(WRITE, workspace, *(list(column) for column in zip(*rows, strict=True)))


FIRST_US = -(1 << 62)
KEEP = """
INSERT INTO purchase AS known (workspace, name, profile_key, revision, order_us, currency, gross, refunded,
  cancelled, placed, policy_revision, attribution)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, false, 0, '')
ON CONFLICT (workspace, name) DO UPDATE
SET profile_key = excluded.profile_key, revision = excluded.revision, order_us = excluded.order_us,
  currency = excluded.currency, gross = excluded.gross, refunded = excluded.refunded,
  cancelled = excluded.cancelled
WHERE known.revision < excluded.revision
"""
PLACE = """
UPDATE purchase SET placed = true, policy_revision = $3, attribution = $4
WHERE workspace = $1 AND name = $2 AND NOT placed
"""
WAKE_ORDER = """
INSERT INTO credit_due (workspace, profile_key, since_us, after)
SELECT $1, profile_key, order_us, '' FROM purchase WHERE workspace = $1 AND name = $2 AND placed
"""
WAKE_TOUCHED = """
INSERT INTO credit_due (workspace, profile_key, since_us, after)
SELECT $1, s.profile_key, t.time_us, '' FROM unnest($2::uuid[], $3::bigint[]) AS t (send, time_us)
JOIN send s ON s.workspace = $1 AND s.id = t.send AND NOT s.test
"""
WAKE = """
INSERT INTO credit_due (workspace, profile_key, since_us, after)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[])
"""
DUE = "SELECT workspace FROM credit_due ORDER BY number LIMIT 1"
TAKE = """
DELETE FROM credit_due WHERE (workspace, number) IN (
  SELECT workspace, number FROM credit_due WHERE workspace = $1 ORDER BY number LIMIT $2
  FOR UPDATE SKIP LOCKED
)
RETURNING profile_key, since_us, after
"""
# All numbers of who is asked for; a customer who is not met yet has the one.
NUMBERS = """
ARRAY(
  SELECT {0}.key
  UNION SELECT coalesce(merged_into, key) FROM contact WHERE workspace = $1 AND key = {0}.key
  UNION SELECT n.key FROM contact c JOIN contact n
    ON n.workspace = $1 AND n.merged_into = coalesce(c.merged_into, c.key)
  WHERE c.workspace = $1 AND c.key = {0}.key
)
"""
CONCERNED = f"""
SELECT d.place, p.order_us, p.name
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS d (key, since_us, after, place)
CROSS JOIN LATERAL (SELECT {NUMBERS.format("d")} AS numbers OFFSET 0) n
CROSS JOIN LATERAL (
  SELECT order_us, name FROM purchase
  WHERE workspace = $1 AND profile_key = ANY (n.numbers) AND (order_us, name) > (d.since_us, d.after)
    AND placed
  ORDER BY order_us, name LIMIT $5
) p
ORDER BY d.place, p.order_us, p.name
"""  # noqa: S608 - all of it stands here
HELD = """
SELECT * FROM purchase WHERE workspace = $1 AND name = ANY ($2::text[]) AND placed ORDER BY name FOR UPDATE
"""
# Looked up message by message, by whatever the planner believes of the tables.
TOUCHES = f"""
SELECT asked.key, r.time_us, r.kind, s.id AS send, s.channel, s.campaign
FROM unnest($2::bigint[], $3::bigint[]) AS asked (key, since_us)
CROSS JOIN LATERAL (SELECT {NUMBERS.format("asked")} AS numbers OFFSET 0) n
CROSS JOIN LATERAL (
  SELECT id, channel, campaign FROM send
  WHERE workspace = $1 AND profile_key = ANY (n.numbers) AND NOT test OFFSET 0
) s
CROSS JOIN LATERAL (
  SELECT time_us, kind FROM reaction
  WHERE workspace = $1 AND send = s.id AND kind IN ('opened', 'clicked') AND origin <> 'machine'
    AND time_us >= asked.since_us OFFSET 0
) r
"""  # noqa: S608 - all of it stands here
CREDITED = "SELECT * FROM credit WHERE workspace = $1 AND purchase = ANY ($2::text[])"
CLEAR = "DELETE FROM credit WHERE workspace = $1 AND purchase = ANY ($2::text[])"
WRITE = """
INSERT INTO credit (workspace, purchase, send, campaign, clicked, touch_us, amount)
SELECT $1, * FROM unnest(
  $2::text[], $3::uuid[], $4::text[], $5::boolean[], $6::bigint[], $7::bigint[]
)
"""
