"""Brings what a batch names into memory: identifiers, their profiles, and all else these profiles own."""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from services.profile.domain import registers
from services.profile.domain.kinds import PROFILE
from services.profile.domain.resolution import Claim
from services.profile.engine.state import Anchor, Profile
from services.profile.engine.work import Work

NEVER = (0, UUID(int=0))


async def load(work: Work, identifiers: Iterable[tuple[str, str]]) -> None:
    """After this, every identifier that is known is in memory, with its profile and all of its anchors."""
    held = work.memory.anchors
    missing = sorted({one for one in identifiers if (work.workspace, *one) not in held})
    if missing:
        rows = await work.store.owners(missing)
        for row in rows:
            if row["profile_key"] is None:
                work.memory.hold(work.workspace, anchor_of(row))
        await load_profiles(work, [row["profile_key"] for row in rows if row["profile_key"] is not None])
    await reserve(work, len(missing))
    for kind, value in missing:
        if kind == PROFILE and (work.workspace, kind, value) not in held:
            await name_anchor(work, UUID(value))


async def load_profiles(work: Work, keys: Sequence[int]) -> None:
    held = work.memory.profiles
    wanted = sorted({key for key in keys if (work.workspace, key) not in held})
    if not wanted:
        return
    for row in await work.store.profiles(wanted):
        held[work.workspace, row["key"]] = profile_of(row)
    for row in await work.store.anchors(wanted):
        anchor = anchor_of(row)
        profile = held[work.workspace, row["profile_key"]]
        anchor.profile = profile
        profile.anchors[anchor.key] = anchor
        work.memory.hold(work.workspace, anchor)
    for key in wanted:
        fold(held[work.workspace, key])


async def reserve(work: Work, count: int) -> None:
    """Numbers for what may turn out to be new: at most an identifier and a profile each."""
    for held, sequence in (
        (work.memory.anchor_keys, "identifier_key_seq"),
        (work.memory.profile_keys, "profile_key_seq"),
    ):
        if len(held) < count:
            # Given out from the end: the lower the number, the older.
            held[:0] = reversed(await work.store.keys(sequence, count + AHEAD))


async def name_anchor(work: Work, id: UUID) -> None:
    """The anchor of a profile's own name, tied for ever to the identifier the profile was born under."""
    row = await work.store.profile_by_id(id)
    if row is None:
        raise LookupError(f"There is no profile {id}.")
    await load_profiles(work, [row["key"]])
    profile = work.memory.profiles[work.workspace, row["key"]]
    anchor = work.anchor(PROFILE, str(id))
    birth = profile.anchors[await birth_of(work, id, profile)]
    anchor.component = birth.component
    work.own(anchor, profile)
    keys = (anchor.key, birth.key)
    work.new_claims[keys] = Claim(keys, *NEVER)
    work.memory.claims[work.workspace, keys] = NEVER


async def birth_of(work: Work, id: UUID, profile: Profile) -> int:
    """Of a former name, the identifier that profile was born under, not its survivor."""
    if profile.id == id:
        return profile.birth
    absorbed = await work.store.absorbed_into([profile.key])
    return next(int(row["birth"]) for row in absorbed if row["id"] == id)


async def load_component(work: Work, components: Sequence[int]) -> dict[int, Anchor]:
    """Every anchor of these components, with the profiles they make up."""
    rows = await work.store.component_keys(components)
    await load_profiles(work, [row["profile_key"] for row in rows if row["profile_key"] is not None])
    found = {}
    for row in rows:
        anchor = work.memory.anchors.get((work.workspace, row["kind"], row["value"]))
        if anchor is None:
            assert row["profile_key"] is None, "what a profile owns came with it"
            anchor = anchor_of(row)
            work.memory.hold(work.workspace, anchor)
        found[anchor.key] = anchor
    return found


def fold(profile: Profile) -> None:
    """A profile is the fold of its anchors."""
    profile.registers = registers.merged(*(anchor.registers for anchor in profile.anchors.values()))
    profile.recent = registers.merged(*(anchor.recent for anchor in profile.anchors.values()))


def profile_of(row: asyncpg.Record) -> Profile:
    return Profile(
        key=row["key"],
        id=UUID(bytes=row["id"].bytes),
        birth=row["birth"],
        revision=row["revision"],
        create_time=row["create_time"],
        update_time=row["update_time"],
        computed=json.loads(row["computed"]),
        merged_into=row["merged_into"],
    )


def anchor_of(row: asyncpg.Record) -> Anchor:
    """From a row of `identifier`, with the columns of `anchor` where something was recorded."""
    anchor = Anchor(row["key"], row["kind"], row["value"], component=row["component"], solo=row["solo"])
    if row.get("activity_count") is not None:
        anchor.activity_count = row["activity_count"]
        anchor.first_us, anchor.last_us = row["first_us"], row["last_us"]
        anchor.registers = registers.load(row["registers"])
        recent = json.loads(row["recent"])
        anchor.recent = {name: tuple(register) for name, register in recent["registers"].items()}
        anchor.categories = recent["categories"]
    return anchor


AHEAD = 500
