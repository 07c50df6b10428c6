"""Set-based SQL for batches: a handful of statements, however many events, in the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.profile.domain import carts, purchases, registers
from services.profile.domain.resolution import Claim

if TYPE_CHECKING:
    from services.profile.engine.state import Anchor, Profile
    from services.profile.engine.work import Decided, FoundConflict, Held, Work

Rows = list[asyncpg.Record]


class HotStore:
    """The tables of one workspace, as the engine reads and writes them."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self.connection = connection
        self.workspace = workspace

    async def fetch(self, sql: str, *arguments: Any) -> Rows:
        return await self.connection.fetch(sql, self.workspace, *arguments)

    async def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs *sql* once over the columns of *rows*, when there are any."""
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

    async def write_identity(self, work: "Work") -> None:
        """Profiles, identifiers, claims and conflicts as they stand; may be called more than once."""
        await self.write(NEW_PROFILES, map(profile_row, work.new_profiles.values()))
        aliases = [(one.key, one.merged_into) for one in work.retired_profiles.values()]
        await self.write(ALIASES, aliases)
        await self.write(EARLIER_ALIASES, aliases)
        await self.write(LIVING, ((one.key,) for one in work.revived_profiles.values()))
        changed = work.new_anchors | work.moved_anchors
        await self.write(IDENTIFIERS, (identifier_row(anchor) for anchor in changed.values()))
        await self.write(NEW_CLAIMS, map(claim_row, work.new_claims.values()))
        await self.write(CONFLICTS, map(conflict_row, work.conflicts.values()))
        work.new_profiles, work.new_claims, work.conflicts = {}, {}, {}
        work.new_anchors, work.moved_anchors = {}, {}

    async def write_facts(self, work: "Work") -> None:
        """What was recorded, and what follows from it. After the identity it refers to."""
        changed = [profile for profile, _ in work.changed_profiles.values()]
        await self.write(PROFILE_STATES, map(profile_state_row, changed))
        await self.write(
            ANCHORS,
            (anchor_row(anchor, key in work.told_anchors) for key, anchor in work.used_anchors.items()),
        )
        await self.write(ACTIVITIES, work.activities)
        await self.write(CONSENTS, map(consent_row, work.consents))
        await self.write(NEW_PURCHASES, map(purchase_row, work.purchases.values()))
        await self.write(NEW_CARTS, (cart_row(*key, held) for key, held in work.carts.items()))

    async def quarantine(self, rows: Iterable[tuple[bytes, str, int]]) -> None:
        """Keeps (payload, reason, receive time). The same bytes received again are the same row."""
        named = ((UUID(bytes=blake2b(row[0], digest_size=16).digest()), *row) for row in rows)
        await self.write(QUARANTINE, named)

    async def defer(self, rows: Iterable[tuple[UUID, int, str]]) -> None:
        await self.write(DEFER, rows)

    async def profile_keys(self, anchors: Sequence[int]) -> dict[int, int]:
        """Whose these anchors are."""
        return {row["key"]: row["profile_key"] for row in await self.fetch(PROFILE_KEYS, anchors)}

    async def purchases(self, order_ids: Sequence[str]) -> Rows:
        return await self.fetch(PURCHASES, order_ids)

    async def purchases_of(self, anchors: Sequence[int]) -> Rows:
        return await self.fetch(PURCHASES_OF, anchors)

    async def carts_of(self, anchors: Sequence[int]) -> Rows:
        return await self.fetch(CARTS_OF, anchors)

    async def keys(self, sequence: str, count: int) -> list[int]:
        """The next numbers of a sequence."""
        rows = await self.connection.fetch(KEYS, sequence, count)
        return [row[0] for row in rows]


def digest(keys: tuple[int, ...]) -> UUID:
    """Names a set of identifiers, given strongest first."""
    return UUID(bytes=blake2b(repr(keys).encode(), digest_size=16).digest())


def profile_row(profile: "Profile") -> tuple[Any, ...]:
    return (
        profile.key,
        profile.id,
        profile.birth,
        profile.revision,
        json.dumps(profile.computed),
        profile.create_time,
        profile.update_time,
    )


def identifier_row(anchor: "Anchor") -> tuple[Any, ...]:
    owner = anchor.profile.key if anchor.profile else None
    return anchor.key, anchor.kind, anchor.value, owner, anchor.component, anchor.solo


def claim_row(claim: Claim) -> tuple[Any, ...]:
    # asyncpg has no arrays of arrays of different lengths: a set travels as text.
    numbers = ",".join(map(str, claim.identifiers))
    return digest(claim.identifiers), claim.identifiers[0], numbers, claim.time_us, claim.message


def conflict_row(found: "FoundConflict") -> tuple[Any, ...]:
    one = found.conflict
    numbers = ",".join(map(str, one.claim.identifiers))
    return found.id, numbers, one.dropped, one.exceeded_kind, one.claim.message, one.claim.time_us


def profile_state_row(profile: "Profile") -> tuple[Any, ...]:
    return profile.key, profile.revision, json.dumps(profile.computed), profile.update_time


def anchor_row(anchor: "Anchor", told: bool) -> tuple[Any, ...]:
    recent = json.dumps({"registers": anchor.recent, "categories": anchor.categories})
    held = registers.dump(anchor.registers) if told else None
    return anchor.key, anchor.activity_count, anchor.first_us, anchor.last_us, held, recent


def consent_row(decided: "Decided") -> tuple[Any, ...]:
    event, consent = decided.event, decided.consent
    return (
        decided.anchor.key,
        event.time_us,
        event.id,
        consent.channel,
        consent.purpose,
        consent.granted,
        consent.source,
        consent.evidence,
        consent.scope,
        consent.expire_time_us,
    )


def purchase_row(held: "Held") -> tuple[Any, ...]:
    order = purchases.order(held.purchase)
    placed_us = order.order_time_us if order else None
    return held.order_id, held.anchor, purchases.dump(held.purchase), placed_us, held.told, held.revision


def cart_row(anchor: int, cart_id: str, operations: carts.Operations) -> tuple[Any, ...]:
    return anchor, cart_id, carts.dump(operations), operations[-1].time_us


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
NEW_PROFILES = """
INSERT INTO profile (workspace, key, id, birth, revision, computed, create_time, update_time)
SELECT $1, * FROM unnest(
  $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[], $8::timestamptz[])
"""
ALIASES = """
UPDATE profile p SET merged_into = absorbed.survivor
FROM unnest($2::bigint[], $3::bigint[]) AS absorbed (key, survivor)
WHERE p.workspace = $1 AND p.key = absorbed.key
"""
# Who was absorbed before follows: a former name leads to the living profile in one step.
EARLIER_ALIASES = """
UPDATE profile p SET merged_into = absorbed.survivor
FROM unnest($2::bigint[], $3::bigint[]) AS absorbed (key, survivor)
WHERE p.workspace = $1 AND p.merged_into = absorbed.key
"""
LIVING = "UPDATE profile SET merged_into = NULL WHERE workspace = $1 AND key = ANY ($2::bigint[])"
IDENTIFIERS = """
INSERT INTO identifier (workspace, key, kind, value, profile_key, component, solo)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::boolean[])
ON CONFLICT (workspace, key) DO UPDATE
SET profile_key = excluded.profile_key, component = excluded.component, solo = excluded.solo
"""
NEW_CLAIMS = """
INSERT INTO claim (workspace, digest, anchor, identifiers, time_us, message)
SELECT $1, digest, anchor, string_to_array(numbers, ',')::bigint[], time_us, message
FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::uuid[])
  AS said (digest, anchor, numbers, time_us, message)
ON CONFLICT (workspace, digest) DO UPDATE SET time_us = excluded.time_us, message = excluded.message
"""
CONFLICTS = """
INSERT INTO conflict (workspace, id, identifiers, dropped, exceeded_kind, message, time_us)
SELECT $1, id, string_to_array(numbers, ',')::bigint[], dropped, kind, message, time_us
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::bigint[])
  AS found (id, numbers, dropped, kind, message, time_us)
ON CONFLICT (workspace, id) DO NOTHING
"""
PROFILE_STATES = """
UPDATE profile p SET revision = now.revision, computed = now.computed, update_time = now.update_time
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
  AS now (key, revision, computed, update_time)
WHERE p.workspace = $1 AND p.key = now.key
"""
ANCHORS = """
INSERT INTO anchor (workspace, key, activity_count, first_us, last_us, registers, recent)
SELECT $1, key, activity_count, first_us, last_us, coalesce(registers, '{}'), recent
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
  AS used (key, activity_count, first_us, last_us, registers, recent)
ON CONFLICT (workspace, key) DO UPDATE
SET activity_count = excluded.activity_count, first_us = excluded.first_us, last_us = excluded.last_us,
    registers = CASE WHEN excluded.registers = '{}' THEN anchor.registers ELSE excluded.registers END,
    recent = excluded.recent
"""
ACTIVITIES = """
INSERT INTO activity (workspace, anchor, time_us, id, type, event, receive_us, original_us, message_id,
  properties, context, integrations, historical)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
  $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::boolean[])
"""
CONSENTS = """
INSERT INTO consent (workspace, anchor, time_us, id, channel, purpose, granted, source, evidence, scope,
  expire_us)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::boolean[],
  $8::text[], $9::text[], $10::text[], $11::bigint[])
"""
QUARANTINE = """
INSERT INTO quarantined_event (workspace, id, payload, reason, receive_us)
SELECT $1, * FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::bigint[]) ON CONFLICT DO NOTHING
"""
DEFER = """
INSERT INTO deferred_event (workspace, id, due_us, event)
SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::text[]) ON CONFLICT DO NOTHING
"""
NEW_PURCHASES = """
INSERT INTO purchase (workspace, order_id, anchor, state, placed_us, told, revision)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::boolean[], $7::bigint[])
ON CONFLICT (workspace, order_id) DO UPDATE
SET anchor = excluded.anchor, state = excluded.state, placed_us = excluded.placed_us,
    told = excluded.told, revision = excluded.revision
"""
NEW_CARTS = """
INSERT INTO cart (workspace, anchor, cart_id, operations, last_us)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (workspace, anchor, cart_id) DO UPDATE
SET operations = excluded.operations, last_us = excluded.last_us
"""
PURCHASES = "SELECT * FROM purchase WHERE workspace = $1 AND order_id = ANY ($2::text[])"
PURCHASES_OF = "SELECT * FROM purchase WHERE workspace = $1 AND anchor = ANY ($2::bigint[])"
CARTS_OF = "SELECT * FROM cart WHERE workspace = $1 AND anchor = ANY ($2::bigint[])"
KEYS = "SELECT nextval($1::regclass) FROM generate_series(1, $2)"
