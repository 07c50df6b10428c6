"""How a version takes effect while life goes on: profile by profile in the order of their numbers.

Each slice holds the writer lock, so every event finds a profile on the version before, its past not yet read
for the new one, or on the new one, with that event in its past: nothing is missed or counted twice. A process
that dies in between leaves a number up to which it came, in the commit of the last slice.
"""

from collections.abc import Sequence

from chassis.hottx import Transaction
from services.segment.engine import past
from services.segment.engine.catalog import Acting, Catalog
from services.segment.engine.finish import finish
from services.segment.engine.judge import Case, advance, judge
from services.segment.engine.load import hold_profiles
from services.segment.engine.state import Profile
from services.segment.engine.take import Engine
from services.segment.engine.work import DEFINITION, Why, Work
from services.segment.store import definitions, writes


async def build(engine: Engine, tx: Transaction, workspace: str, limit: int) -> bool:
    """Takes the version that is being built one slice further; whether anything is left to be built."""
    await begin(engine, tx, workspace)
    work = engine.work(tx, workspace)
    building = work.catalog.building
    if building is None:
        await definitions.touch(tx.connection, workspace, building=False)
        return False
    keys = await work.store.slice(work.catalog.reached, limit)
    await hold_profiles(work, keys)
    await switch(work, building, [work.profile(key) for key in keys])
    await count(work, building)
    await finish(work, tx, owner=True)
    if keys:
        await work.store.write(writes.TOUCHED, [(keys[0], keys[-1])])
    if len(keys) == limit:
        await definitions.reach(tx.connection, workspace, building.id, building.number, keys[-1])
    else:
        await definitions.take_effect(tx.connection, workspace, building.id, building.number, work.now_us)
        await definitions.keep_measures(tx.connection, workspace, list(work.catalog.after.measures))
    await definitions.touch(tx.connection, workspace, building=True)
    return True


async def begin(engine: Engine, tx: Transaction, workspace: str) -> None:
    """Gives numbers to what was not counted before. One version is built at a time: others wait unbegun."""
    held = engine.catalogs[workspace]
    if held.building is None or held.reached >= 0:
        return
    new = [key for key in held.after.measures if key not in held.before.measures]
    # A number under which something was counted once and then no longer is not given again.
    await definitions.keep_measures(tx.connection, workspace, list(held.before.measures))
    await definitions.add_measures(tx.connection, workspace, new)
    await definitions.reach(tx.connection, workspace, held.building.id, held.building.number, 0)
    numbers = await definitions.measures(tx.connection, workspace)
    engine.catalogs[workspace] = Catalog(held.revision, held.before, held.after, 0, held.building, numbers)


async def switch(work: Work, building: Acting, profiles: Sequence[Profile]) -> None:
    """Reads what the new version wants to know of these profiles, and decides by it."""
    before, after = work.catalog.before, work.catalog.after
    wanted = past.Wanted.new(after, before)
    pasts = {} if wanted.nothing else await past.read(work.store, [one.key for one in profiles], wanted)
    why = Why(DEFINITION, historical=True)
    for profile in profiles:
        t = max(profile.clock_us, profile.create_us, building.since_us)
        advance(Case(work, profile, before), t)
        profile.clock_us = t
        if not wanted.nothing:
            found = pasts.get(profile.key)
            past.relive(work, profile, found or past.Past(), wanted, t)
            if found:
                work.touch(profile)
        case = Case(work, profile, after)
        judge(case, {building.id}, t, why)
        advance(case, work.now_us)


async def count(work: Work, building: Acting) -> None:
    """How many entered and left because of the version."""
    changes = [each for each in work.changes if each.acting is building and each.why.kind == DEFINITION]
    entered = sum(each.entered for each in changes)
    await definitions.count_cut(
        work.store.connection,
        work.workspace,
        building.id,
        building.number,
        entered=entered,
        exited=len(changes) - entered,
    )
