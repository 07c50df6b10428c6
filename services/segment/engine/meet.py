"""Who is who: profiles met, merged and parted again. No activity moves, only whose its anchor is."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from rapport.profile.v1 import events_pb2 as pb

from conditions.calendar import moment
from services.segment.engine.items import PROFILE, Item
from services.segment.engine.load import hold_profiles, know_anchors
from services.segment.engine.state import Profile
from services.segment.engine.work import MERGE, Change, Why, Work
from services.segment.store import writes


async def meet(work: Work, items: Sequence[Item]) -> None:
    """After this, everybody these items name is known and in memory, under the identity that holds now."""
    met = {key: (name, create_us) for item in items for key, name, create_us in named(item)}
    await hold_profiles(work, met)
    unknown = {
        key: about
        for key, about in met.items()
        if (work.workspace, work.living(key)) not in work.memory.profiles
    }
    await work.store.write(
        writes.PROFILES, ((key, identity(name), create_us) for key, (name, create_us) in unknown.items())
    )
    for key, (name, create_us) in unknown.items():
        work.memory.hold(work.workspace, Profile(key, identity(name), create_us))
        work.born.add(key)
    told = [item for item in items if isinstance(item.fact, IDENTITY)]
    if not told:
        return
    ids = [item.letter.event_id for item in told]
    first = await work.store.first_seen(PROFILE.durable, ids, moment(work.now_us))
    for item in told:
        if item.letter.event_id in first:
            await take(work, item)


def named(item: Item) -> Iterable[tuple[int, str, int]]:
    """The profiles an item is about: number, name, and when we met them as far as it says."""
    fact = item.fact
    match fact:
        case pb.ProfileMerged():
            yield fact.survivor_key, fact.survivor, item.told_us
            yield fact.absorbed_key, fact.absorbed, item.told_us
        case pb.IdentifiersMoved():
            yield fact.source_key, fact.source, item.told_us
            yield fact.destination_key, fact.destination, item.told_us
        case pb.ProfileCreated():
            yield fact.profile_key, fact.profile, fact.create_time.ToMicroseconds()
        case pb.OrderPlaced() | pb.OrderUpdated() | pb.OrderRefunded():
            yield fact.profile_key, fact.order.profile, item.told_us
        case pb.ConsentChanged():
            yield fact.profile_key, fact.consent.profile, item.told_us
        case _:
            yield fact.profile_key, fact.profile, item.told_us


async def take(work: Work, item: Item) -> None:
    match item.fact:
        case pb.ProfileCreated():
            await revive(work, item.fact)
        case pb.ProfileMerged():
            await merge(work, item.fact, item.told_us)
        case pb.IdentifiersMoved():
            await move(work, item.fact, item.told_us)


async def revive(work: Work, fact: pb.ProfileCreated) -> None:
    """An absorbed profile lives by itself again: what belongs to her is told right after."""
    if work.living(fact.profile_key) == fact.profile_key:
        return
    await work.store.do(writes.REVIVED, fact.profile_key)
    work.memory.aliases.pop((work.workspace, fact.profile_key), None)
    await hold_profiles(work, [fact.profile_key])
    profile = work.profile(fact.profile_key)
    # She is decided upon as if we had just met.
    profile.states, profile.words, profile.untils, profile.known_since = {}, {}, {}, None
    work.touch(profile)


async def merge(work: Work, fact: pb.ProfileMerged, told_us: int) -> None:
    """Memberships under the absorbed name end; what follows from all events together is the survivor's."""
    survivor, absorbed = work.profile(fact.survivor_key), work.profile(fact.absorbed_key)
    if survivor is absorbed:
        return
    at_us = max(told_us, survivor.clock_us, absorbed.clock_us)
    close(work, absorbed, at_us, Why(MERGE, activity=fact.cause, other_profile=survivor.name))
    await work.store.do(writes.HANDED_OVER, absorbed.key, survivor.key)
    await work.store.do(writes.INHERITED, absorbed.key, survivor.key)
    await work.store.do(writes.ABSORBED, absorbed.key, survivor.key)
    for anchor in absorbed.anchors:
        work.memory.own(work.workspace, anchor, survivor)
    absorbed.anchors.clear()
    for former, living in list(work.memory.aliases.items()):
        if living == absorbed.key and former[0] == work.workspace:
            work.memory.aliases[former] = survivor.key
    work.memory.aliases[work.workspace, absorbed.key] = survivor.key
    survivor.lists |= absorbed.lists
    renew(work, survivor, at_us, Why(MERGE, activity=fact.cause, other_profile=absorbed.name))


def close(work: Work, profile: Profile, at_us: int, why: Why) -> None:
    """Everything about her ends here."""
    for id in sorted(profile.members):
        acting = work.catalog.view(profile.key).acting[id]
        work.changes.append(Change(profile, acting, entered=False, time_us=at_us, why=why))
    profile.members, profile.untils, profile.states, profile.words = {}, {}, {}, {}
    profile.clock_us = at_us
    work.renewed.pop(profile.key, None)
    work.touch(profile)


async def move(work: Work, fact: pb.IdentifiersMoved, told_us: int) -> None:
    """What was recorded under these identifiers is another's."""
    source, destination = work.profile(fact.source_key), work.profile(fact.destination_key)
    if source is destination:
        return
    await work.store.write(writes.ANCHORS, ((anchor, destination.key) for anchor in fact.anchors))
    await know_anchors(work, fact.anchors)
    for anchor in fact.anchors:
        source.anchors.discard(anchor)
        work.memory.own(work.workspace, anchor, destination)
    work.moves.append((source, destination, list(fact.anchors)))
    renew(work, source, told_us, Why(MERGE, activity=fact.cause, other_profile=destination.name))
    renew(work, destination, told_us, Why(MERGE, activity=fact.cause, other_profile=source.name))


def renew(work: Work, profile: Profile, at_us: int, why: Why) -> None:
    """She is to be counted anew, once all that this batch tells is written down."""
    before = work.renewed.get(profile.key)
    work.renewed[profile.key] = (max(at_us, before[0] if before else 0), why)


def identity(name: str) -> UUID:
    return UUID(name.removeprefix("profiles/"))


IDENTITY: tuple[Any, ...] = (pb.ProfileCreated, pb.ProfileMerged, pb.IdentifiersMoved)
