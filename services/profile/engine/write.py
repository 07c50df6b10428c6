"""What a work changed, written: first who is who, then what refers to it."""

import json
from typing import Any

from services.profile.domain import carts, purchases, registers
from services.profile.domain.resolution import Claim
from services.profile.engine.state import Anchor, Profile
from services.profile.engine.work import Decided, FoundConflict, Held, Work
from services.profile.store import writes
from services.profile.store.hot import digest


async def write_identity(work: Work) -> None:
    """Profiles, identifiers, claims and conflicts as they stand; may be called more than once."""
    write = work.store.write
    await write(writes.PROFILES, map(profile_row, work.new_profiles.values()))
    aliases = [(one.key, one.merged_into) for one in work.retired_profiles.values()]
    await write(writes.ALIASES, aliases)
    await write(writes.EARLIER_ALIASES, aliases)
    await write(writes.LIVING, ((one.key,) for one in work.revived_profiles.values()))
    changed = work.new_anchors | work.moved_anchors
    await write(writes.IDENTIFIERS, map(identifier_row, changed.values()))
    await write(writes.CLAIMS, map(claim_row, work.new_claims.values()))
    await write(writes.CONFLICTS, map(conflict_row, work.conflicts.values()))
    work.written_profiles = set(work.new_profiles)
    work.new_profiles, work.new_claims, work.conflicts = {}, {}, {}
    work.new_anchors, work.moved_anchors = {}, {}


async def write_facts(work: Work) -> None:
    """What was recorded, and what follows from it."""
    write = work.store.write
    # A profile that was only now inserted has its newest state already.
    changed = [one for key, (one, _) in work.changed_profiles.items() if key not in work.written_profiles]
    await write(writes.PROFILE_STATES, map(profile_state_row, changed))
    told = work.told_anchors
    await write(writes.ANCHORS, (anchor_row(one, told=key in told) for key, one in work.used_anchors.items()))
    await write(writes.ACTIVITIES, work.activities)
    await write(writes.CONSENTS, map(consent_row, work.consents))
    await write(writes.PURCHASES, map(purchase_row, work.purchases.values()))
    await write(writes.CARTS, (cart_row(*key, held) for key, held in work.carts.items()))


def profile_row(profile: Profile) -> tuple[Any, ...]:
    return (
        profile.key,
        profile.id,
        profile.birth,
        profile.revision,
        json.dumps(profile.computed),
        profile.create_time,
        profile.update_time,
    )


def identifier_row(anchor: Anchor) -> tuple[Any, ...]:
    owner = anchor.profile.key if anchor.profile else None
    return anchor.key, anchor.kind, anchor.value, owner, anchor.component, anchor.solo


def claim_row(claim: Claim) -> tuple[Any, ...]:
    # asyncpg has no arrays of arrays of different lengths: a set travels as text.
    numbers = ",".join(map(str, claim.identifiers))
    return digest(claim.identifiers), claim.identifiers[0], numbers, claim.time_us, claim.message


def conflict_row(found: FoundConflict) -> tuple[Any, ...]:
    one = found.conflict
    numbers = ",".join(map(str, one.claim.identifiers))
    return found.id, numbers, one.dropped, one.exceeded_kind, one.claim.message, one.claim.time_us


def profile_state_row(profile: Profile) -> tuple[Any, ...]:
    return profile.key, profile.revision, json.dumps(profile.computed), profile.update_time


def anchor_row(anchor: Anchor, *, told: bool) -> tuple[Any, ...]:
    recent = json.dumps({"registers": anchor.recent, "categories": anchor.categories})
    held = registers.dump(anchor.registers) if told else None
    return anchor.key, anchor.activity_count, anchor.first_us, anchor.last_us, held, recent


def consent_row(decided: Decided) -> tuple[Any, ...]:
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


def purchase_row(held: Held) -> tuple[Any, ...]:
    order = purchases.order(held.purchase)
    placed_us = order.order_time_us if order else None
    return held.order_id, held.anchor, purchases.dump(held.purchase), placed_us, held.told, held.revision


def cart_row(anchor: int, cart_id: str, operations: carts.Operations) -> tuple[Any, ...]:
    return anchor, cart_id, carts.dump(operations), operations[-1].time_us
