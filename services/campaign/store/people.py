"""Whom campaigns know: customers as they stand, whatever number or name they are asked for by."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from conditions.calendar import moment
from services.campaign.domain.person import Consent, Contact
from services.campaign.store import memberships as kept
from services.campaign.store.numbers import NUMBERS


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a customer stands with support."""

    # `tickets/{number}`, in the order of their names.
    open_tickets: tuple[str, ...] = ()
    # When she and the desk were last in touch.
    last_contact: datetime | None = None


async def contacts(
    connection: Connection, workspace: str, keys: Iterable[int], *, lock: bool = False
) -> dict[int, Contact]:
    """The living customers known under these numbers, by the number asked for; without the unknown.

    With *lock* nobody else changes their runs, caps or sends until the transaction ends.
    """
    asked = sorted(set(keys))
    if lock:
        await hold(connection, workspace, asked)
    rows = await connection.fetch(CONTACTS, workspace, asked) if asked else []
    living = {row["key"]: row for row in rows}
    consents = await consents_of(connection, workspace, sorted(living))
    segments = await memberships(connection, workspace, sorted(living))
    found = {key: contact(row, consents.get(key, {}), segments[key]) for key, row in living.items()}
    return {row["asked"]: found[row["key"]] for row in rows}


async def hold(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, int]:
    """Locks the living customers under these numbers; each number that is known, with the living one."""
    asked = sorted(set(keys))
    while asked:
        wanted = sorted({*(await living(connection, workspace, asked)).values()})
        locked = {row["key"] for row in await connection.fetch(LOCK, workspace, wanted)}
        known = await living(connection, workspace, asked)
        # Who was absorbed while we waited for her lock has a survivor, whom we do not hold yet.
        if locked.issuperset(known.values()):
            return known
    return {}


async def hold_free(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, int]:
    """The same, of those whom nobody else holds: for who can come back later."""
    asked = sorted(set(keys))
    if not asked:
        return {}
    wanted = sorted({*(await living(connection, workspace, asked)).values()})
    locked = {row["key"] for row in await connection.fetch(LOCK_FREE, workspace, wanted)}
    known = await living(connection, workspace, asked)
    return {key: living for key, living in known.items() if living in locked}


async def living(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, int]:
    """The number of the living customer by each of these numbers that is known."""
    rows = await connection.fetch(ALIASES, workspace, sorted(set(keys)))
    return {row["key"]: row["living"] for row in rows}


async def by_profile(connection: Connection, workspace: str, uuids: Iterable[UUID]) -> dict[UUID, int]:
    """The living number by name, or former name."""
    rows = await connection.fetch(BY_PROFILE, workspace, sorted(set(uuids)))
    return {row["profile"]: row["living"] for row in rows}


async def page(connection: Connection, workspace: str, after_key: int, limit: int) -> list[int]:
    """The next living customers in the order of their numbers, for audiences."""
    return [row["key"] for row in await connection.fetch(PAGE, workspace, after_key, limit)]


async def memberships(
    connection: Connection, workspace: str, keys: Iterable[int]
) -> defaultdict[int, frozenset[str]]:
    """`segments/{slug}` each of these living customers is in, under whatever number that was told."""
    return await kept.of(connection, workspace, sorted(set(keys)))


async def members(
    connection: Connection, workspace: str, segment: str, after_key: int, limit: int
) -> list[int]:
    """The next living members of `segments/{slug}` in the order of their numbers."""
    return await kept.members(connection, workspace, segment, after_key, limit)


async def known_segments(connection: Connection, workspace: str) -> frozenset[str]:
    """Every `segments/{slug}` that was published and not deleted."""
    return await kept.known(connection, workspace)


async def desk(connection: Connection, workspace: str, keys: Iterable[int]) -> dict[int, Desk]:
    """How these living customers stand with support; without those of whom nothing is known."""
    rows = await connection.fetch(DESK, workspace, sorted(set(keys)))
    return {
        row["living"]: Desk(
            tuple(row["tickets"] or ()), None if row["last_us"] is None else moment(row["last_us"])
        )
        for row in rows
    }


async def consents_of(
    connection: Connection, workspace: str, keys: Sequence[int]
) -> dict[int, dict[tuple[str, str], Consent]]:
    found: dict[int, dict[tuple[str, str], Consent]] = defaultdict(dict)
    for row in await connection.fetch(CONSENTS, workspace, keys) if keys else []:
        found[row["profile_key"]][row["channel"], row["purpose"]] = consent(row)
    return found


def consent(row: asyncpg.Record) -> Consent:
    expires = None if row["expire_us"] is None else moment(row["expire_us"])
    return Consent(row["decision"] == GRANTED, moment(row["time_us"]), expires)


def contact(
    row: asyncpg.Record,
    consents: Mapping[tuple[str, str], Consent],
    segments: frozenset[str],
) -> Contact:
    return Contact(
        key=row["key"],
        profile=f"profiles/{row['profile']}",
        revision=row["revision"],
        identifiers={kind: tuple(values) for kind, values in json.loads(row["identifiers"]).items()},
        traits=json.loads(row["traits"]),
        computed=json.loads(row["computed"]),
        consents=consents,
        segments=segments,
        erased=row["erased"],
        merge_revision=row["merge_revision"],
    )


GRANTED, DENIED = "granted", "denied"
# Number and living number, of those that are known: looked up one by one, see `numbers`.
ALIASES = """
SELECT one.* FROM unnest($2::bigint[]) AS asked (key) CROSS JOIN LATERAL (
  SELECT key, coalesce(merged_into, key) AS living FROM contact
  WHERE workspace = $1 AND key = asked.key OFFSET 0
) AS one
"""
# One after the other, in the order in which they are given.
LOCKED = """
SELECT one.key FROM unnest($2::bigint[]) AS asked (key) CROSS JOIN LATERAL (
  SELECT key FROM contact WHERE workspace = $1 AND key = asked.key {}
) AS one
"""
LOCK, LOCK_FREE = LOCKED.format("FOR UPDATE"), LOCKED.format("FOR UPDATE SKIP LOCKED")
CONTACTS = f"""
SELECT known.key AS asked, c.* FROM ({ALIASES}) AS known CROSS JOIN LATERAL (
  SELECT * FROM contact WHERE workspace = $1 AND key = known.living OFFSET 0
) AS c
"""  # noqa: S608 -- of constants
BY_PROFILE = """
SELECT profile, coalesce(merged_into, key) AS living FROM contact
WHERE workspace = $1 AND profile = ANY ($2::uuid[])
"""
PAGE = """
SELECT key FROM contact WHERE workspace = $1 AND key > $2 AND merged_into IS NULL ORDER BY key LIMIT $3
"""
CONSENTS = """
SELECT * FROM consent
WHERE workspace = $1 AND profile_key = ANY ($2::bigint[]) AND decision <> ''
"""
# All numbers of the living, and their names, since support knows customers by name.
DESK = f"""
WITH n AS MATERIALIZED (
  SELECT number.living, c.profile FROM ({NUMBERS}) AS number CROSS JOIN LATERAL (
    SELECT profile FROM contact WHERE workspace = $1 AND key = number.key OFFSET 0
  ) AS c
), found AS (
  SELECT n.living, t.ticket, NULL::bigint AS last_us FROM n CROSS JOIN LATERAL (
    SELECT ticket FROM desk_ticket WHERE workspace = $1 AND profile = n.profile AND open OFFSET 0
  ) AS t
  UNION ALL
  SELECT n.living, NULL, d.last_contact_us FROM n CROSS JOIN LATERAL (
    SELECT last_contact_us FROM desk WHERE workspace = $1 AND profile = n.profile OFFSET 0
  ) AS d
)
SELECT living, max(last_us) AS last_us,
  array_agg(ticket ORDER BY ticket) FILTER (WHERE ticket IS NOT NULL) AS tickets
FROM found GROUP BY living
"""  # noqa: S608 -- of constants
