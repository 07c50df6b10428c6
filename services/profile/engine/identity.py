"""Which profile each identifier of a batch belongs to: the rules of `domain.resolution` over what is stored.

A component is what claims connect. As long as its union breaks no limit it is one profile, whatever the
order: then nothing is folded. Where a limit is broken, the newest claim is one more step; an older one folds
the component again.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.profile.domain import registers, resolution
from services.profile.domain.kinds import PROFILE, limit, priority
from services.profile.domain.resolution import Claim
from services.profile.engine.load import fold, load_component, profile_of, reserve
from services.profile.engine.state import Anchor, Profile
from services.profile.engine.work import Merge, Move, Work
from services.profile.engine.write import write_identity
from tracking.event import Event


async def identify(work: Work, events: Sequence[Event]) -> None:
    """Gives every identifier of *events* its profile."""
    claims = await unseen(work, together(work, events))
    for claim in sorted(claims, key=resolution.when):
        await resolve(work, claim)
        work.memory.claims[work.workspace, claim.identifiers] = (claim.time_us, claim.message)


def together(work: Work, events: Iterable[Event]) -> dict[tuple[int, ...], Claim]:
    """The distinct sets of identifiers, each with the earliest event that shows it."""
    claims: dict[tuple[int, ...], Claim] = {}
    for event in events:
        keys = tuple([work.anchor(kind, value).key for kind, value in event.identifiers])
        known = claims.get(keys)
        if known is None or (event.time_us, event.id) < (known.time_us, known.message):
            claims[keys] = Claim(keys, event.time_us, event.id)
    return claims


async def unseen(work: Work, claims: dict[tuple[int, ...], Claim]) -> list[Claim]:
    """Those that say something new: a set never seen, or seen earlier than was known."""
    new = []
    asked = []
    for keys, claim in claims.items():
        if len(keys) == 1:
            if says_more(work.anchors[keys[0]]):
                new.append(claim)
        elif (known := work.memory.claims.get((work.workspace, keys))) is None:
            asked.append(claim)
        elif (claim.time_us, claim.message) < known:
            new.append(claim)
    stored = await work.store.claims([claim.identifiers for claim in asked]) if asked else {}
    for claim in asked:
        known = stored.get(claim.identifiers)
        if known is None or (claim.time_us, claim.message) < known:
            new.append(claim)
        else:
            work.memory.claims[work.workspace, claim.identifiers] = known
    return new


def says_more(anchor: Anchor) -> bool:
    """Whether seeing this identifier alone tells anything. One that is never dropped needs no mark."""
    return anchor.profile is None or (not anchor.solo and priority(anchor.kind) > ALWAYS_STRONGEST)


async def resolve(work: Work, claim: Claim) -> None:
    anchors = [work.anchors[key] for key in claim.identifiers]
    if len(anchors) == 1:
        alone(work, anchors[0], claim)
        return
    work.new_claims[claim.identifiers] = claim
    profiles = {anchor.profile.key: anchor.profile for anchor in anchors if anchor.profile}
    union = {key: anchor for profile in profiles.values() for key, anchor in profile.anchors.items()}
    union |= {anchor.key: anchor for anchor in anchors}
    if any(anchor.component is not None for anchor in union.values()) or not resolution.fits(
        union, {key: anchor.kind for key, anchor in union.items()}, limit
    ):
        await contested(work, claim)
    elif len(profiles) != 1 or any(anchor.profile is None for anchor in anchors):
        unite(work, union, profiles.values(), claim.message)


def alone(work: Work, anchor: Anchor, claim: Claim) -> None:
    """An identifier seen without another is somebody, if only herself."""
    anchor.solo = True
    work.moved_anchors[anchor.key] = anchor
    if anchor.profile is None:
        settle(
            work, [resolution.Assigned(frozenset((anchor.key,)), None)], {anchor.key: anchor}, claim.message
        )


def unite(work: Work, members: dict[int, Anchor], profiles: Iterable[Profile], cause: UUID) -> None:
    """One person, whatever the order: nothing here breaks a limit."""
    assigned = resolution.assign([frozenset(members)], [former(profile) for profile in profiles])
    settle(work, assigned, members, cause)


async def contested(work: Work, claim: Claim) -> None:
    """A limit is in the way in this component: step if the claim is its newest, else fold it again."""
    await write_identity(work)
    members = await component(work, claim)
    claims = await work.store.claims_of(list(members))
    kinds = {key: anchor.kind for key, anchor in members.items()}
    living = {anchor.profile.key: anchor.profile for anchor in members.values() if anchor.profile}
    others = [one for one in claims if one.identifiers != claim.identifiers]
    if all(resolution.when(one) < resolution.when(claim) for one in others):
        groups = {key: list(profile.anchors) for key, profile in living.items()}
        partition = resolution.Partition(kinds, limit, groups)
        conflicts = resolution.step(partition, claim)
    else:
        solo = [key for key, anchor in members.items() if anchor.solo]
        partition, conflicts = resolution.fold([*others, claim], solo, kinds, limit)
        await work.store.forget_conflicts(list(members))
        work.conflicts = {
            id: found for id, found in work.conflicts.items() if found.conflict.dropped not in members
        }
    for conflict in conflicts:
        work.conflict(conflict)
    absorbed = [profile_of(row) for row in await work.store.absorbed_into(list(living))]
    formers = [former(profile) for profile in living.values()]
    formers += [former(profile, absent=True) for profile in absorbed if profile.birth in partition.group_of]
    work.retired_profiles |= {profile.key: profile for profile in absorbed}
    await reserve(work, len(members))
    settle(work, resolution.assign(partition.groups(), formers), members, claim.message)
    leave(work, [one for key, one in members.items() if key not in partition.group_of], claim.message)


async def component(work: Work, claim: Claim) -> dict[int, Anchor]:
    """Every anchor that claims connect with this one, marked as one component."""
    near = {work.anchors[key].key: work.anchors[key] for key in claim.identifiers}
    for anchor in list(near.values()):
        if anchor.profile:
            near |= anchor.profile.anchors
    components = sorted({anchor.component for anchor in near.values() if anchor.component is not None})
    if components:
        near |= await load_component(work, components)
    mark = components[0] if components else min(near)
    for anchor in near.values():
        work.anchors[anchor.key] = anchor
        if anchor.component != mark:
            anchor.component = mark
            work.moved_anchors[anchor.key] = anchor
    return near


def former(profile: Profile, *, absent: bool = False) -> resolution.Former:
    """How a profile ranks as an heir. One that was absorbed comes back only where nobody living stands."""
    seen = [priority(anchor.kind) for anchor in profile.anchors.values() if anchor.kind != PROFILE]
    strength = min(seen, default=ALWAYS_STRONGEST)
    return resolution.Former(profile.key, profile.birth, strength + (ABSENT if absent else 0), profile.key)


def settle(
    work: Work, assigned: Iterable[resolution.Assigned], members: dict[int, Anchor], cause: UUID
) -> None:
    """Makes the profiles what the partition says, and keeps what that means for others.

    Identifiers move before profiles are absorbed: what a merge takes along is what is left by then.
    """
    homes = []
    for one in assigned:
        anchors = [members[key] for key in sorted(one.group)]
        profile = inheritor(work, one, anchors)
        homes.append((profile, [work.profile(key) for key in one.absorbed], anchors))
    for profile, absorbed, anchors in homes:
        take_over(work, profile, absorbed, anchors, cause)
    for profile, absorbed, _ in homes:
        for other in absorbed:
            absorb(work, other, profile, cause)


def inheritor(work: Work, one: resolution.Assigned, anchors: list[Anchor]) -> Profile:
    if one.profile_key is None:
        # The first of any claim it stands in, and so never left to nobody.
        strongest = min(anchors, key=lambda anchor: (priority(anchor.kind), anchor.kind, anchor.value))
        return work.open_profile(strongest)
    profile = work.profile(one.profile_key)
    if profile.merged_into is not None:
        work.revive(profile)
    return profile


def absorb(work: Work, absorbed: Profile, survivor: Profile, cause: UUID) -> None:
    if absorbed.merged_into == survivor.key:
        return
    work.story.append(Merge(survivor, absorbed, cause))
    work.retire(absorbed, survivor)


def take_over(
    work: Work, profile: Profile, absorbed: list[Profile], anchors: list[Anchor], cause: UUID
) -> None:
    """Anchors come to *profile* from nobody, from those it will absorb, or from somebody else."""
    sources: dict[int, tuple[Profile, list[int]]] = {}
    came = [anchor for anchor in anchors if anchor.profile is not profile]
    for anchor in came:
        source = anchor.profile
        if source is not None and source not in absorbed:
            sources.setdefault(source.key, (source, []))[1].append(anchor.key)
        work.own(anchor, profile)
    if not came:
        return
    for source, keys in sources.values():
        work.story.append(Move(source, profile, tuple(keys), cause))
        refold(work, source, cause)
    refold(work, profile, cause)


def leave(work: Work, anchors: Iterable[Anchor], cause: UUID) -> None:
    """Nobody may have these: nothing was ever recorded under them."""
    for anchor in anchors:
        if owner := anchor.profile:
            work.disown(anchor)
            refold(work, owner, cause)


def refold(work: Work, profile: Profile, cause: UUID) -> None:
    """A profile is the fold of its anchors: when they change, so may everything told of it."""
    work.decided_before.setdefault(profile.key, (profile, registers.decisions(profile.registers)))
    fold(profile)
    work.changed(profile, cause)
    work.recount(profile, cause)


# A user id and a profile's own name are the strongest of any claim they stand in.
ALWAYS_STRONGEST = 1
ABSENT = 1000
