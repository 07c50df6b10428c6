"""Brings what a batch names into memory: profiles as they stand, where they belong, their anchors."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import asyncpg

from services.segment.engine.state import Profile, load
from services.segment.engine.work import Work


async def hold_profiles(work: Work, keys: Iterable[int]) -> None:
    """After this, whoever is known under one of these numbers is in memory, as the profile that lives."""
    at, memory = work.workspace, work.memory
    wanted = sorted({key for key in keys if (at, work.living(key)) not in memory.profiles})
    if not wanted:
        return
    for former, survivor in (await work.store.aliases(wanted)).items():
        if former != survivor:
            memory.aliases[at, former] = survivor
    living = {work.living(key) for key in wanted}
    missing = sorted(key for key in living if (at, key) not in memory.profiles)
    if missing:
        await hold(work, await work.store.profiles(missing))


async def hold(work: Work, rows: Sequence[asyncpg.Record]) -> None:
    """Puts these rows into memory, with all that belongs to them."""
    keys = [row["key"] for row in rows]
    if not keys:
        return
    names = {number: key for key, number in work.catalog.numbers.items()}
    members: dict[int, dict[int, int]] = defaultdict(dict)
    for row in await work.store.memberships(keys):
        members[row["profile_key"]][row["segment"]] = row["since_us"]
    lists: dict[int, set[str]] = defaultdict(set)
    for row in await work.store.lists(keys):
        lists[row["living"]].add(f"lists/{row['list']}")
    due = await work.store.due(keys)
    for row in rows:
        profile = Profile(row["key"], row["id"], row["create_us"], row["clock_us"])
        load(profile, row["state"], names)
        profile.members, profile.lists = members[profile.key], frozenset(lists[profile.key])
        profile.due_us = due.get(profile.key)
        work.memory.hold(work.workspace, profile)


async def know_anchors(work: Work, anchors: Iterable[int]) -> None:
    """After this, whose each of these anchors is stands in memory, as far as anybody has it."""
    at, memory = work.workspace, work.memory
    wanted = sorted({anchor for anchor in anchors if (at, anchor) not in memory.owners})
    if not wanted:
        return
    owners = await work.store.owners(wanted)
    await hold_profiles(work, owners.values())
    for anchor, key in owners.items():
        memory.own(at, anchor, memory.profiles[at, work.living(key)])
