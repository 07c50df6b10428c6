"""What several doors do alike: work of our own in a service transaction, as the worker does everybody's."""

from collections.abc import Sequence

import asyncpg
from rapport.segment.v1 import events_pb2 as events

from chassis.clock import Clock
from chassis.db import Tx
from chassis.hottx import Within, heard
from chassis.workspaces import Workspaces
from services.segment import convert
from services.segment.engine.finish import finish, parts
from services.segment.engine.items import PROFILE
from services.segment.engine.judge import Case, advance, judge
from services.segment.engine.load import hold_profiles
from services.segment.engine.take import WRITER_LOCK, Engine
from services.segment.engine.work import IMPORT, Why, Work
from services.segment.store import reads, writes
from services.segment.store.hot import HotStore


async def write_alone(tx: Tx) -> None:
    """From here to the end of *tx* nobody else decides; what is read now stays true."""
    await (await tx.raw()).execute(WRITER_LOCK)


async def begun(tx: Tx, workspaces: Workspaces, clock: Clock) -> tuple[Within, Engine, Work]:
    """Work in this transaction, alone. The worker is told which profiles it must read again."""
    connection = await tx.raw()
    await connection.execute(WRITER_LOCK)
    within = Within(tx, connection, await heard(connection, PROFILE.durable))
    engine = Engine(clock, workspaces, owner=False)
    await engine.read_catalogs(within, [tx.workspace])
    return within, engine, engine.work(within, tx.workspace)


async def relist(tx: Tx, workspaces: Workspaces, clock: Clock, name: str, keys: Sequence[int]) -> None:
    """Who was put on a list or taken off it enters and leaves what looks at that list."""
    within, _, work = await begun(tx, workspaces, clock)
    await hold_profiles(work, keys)
    for profile in work.held(keys):
        case = Case.of(work, profile)
        t = max(profile.clock_us, work.now_us)
        advance(case, t)
        work.touch(profile)
        if users := case.view.lists.get(name):
            profile.clock_us = t
            judge(case, users, t, Why(IMPORT))
    await finish(work, within, owner=False)


async def empty(tx: Tx, segment: asyncpg.Record, now_us: int) -> None:
    """Everybody leaves a segment that is to be deleted. Its history goes with it; what is told stays told."""
    connection = await tx.raw()
    position = await heard(connection, PROFILE.durable)
    store = HotStore(connection, tx.workspace)
    rows = await reads.everybody(connection, tx.workspace, segment["id"])
    if rows:
        first = await store.advance(len(rows))
        version = convert.version_name(segment["slug"], segment["version"])
        exits = [convert.left(row, version, first + place, now_us) for place, row in enumerate(rows)]
        for part in parts(exits):
            tx.emit(events.SegmentExited(exits=part, profile_position=position))
    await reads.forget_members(connection, tx.workspace, segment["id"])
    await store.write(writes.TOUCHED, [(0, LAST_KEY)])


LAST_KEY = (1 << 63) - 1
