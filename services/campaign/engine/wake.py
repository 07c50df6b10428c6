"""It is time: runs whose hour has come go on, and journeys begin by what was waited for to be heard."""

import logging
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.clock import Clock
from chassis.db import Database
from chassis.hottx import Connection, Within, heard
from chassis.workspaces import Workspaces
from services.campaign.engine import membership
from services.campaign.engine.finish import finish
from services.campaign.engine.items import PROFILE
from services.campaign.engine.load import load
from services.campaign.engine.runs import go_on
from services.campaign.engine.take import Engine
from services.campaign.engine.work import Work
from services.campaign.store import entrances, people, runs

log = logging.getLogger(__name__)


class Waker:
    """What the timers of the engine do. Many may do it at once: whom one is at, the others pass over."""

    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self.db, self.engine = db, Engine(clock, workspaces)

    async def wake_runs(self, now: datetime) -> None:
        """Every run that is due goes on as far as it goes, some at a time."""
        now_us = round(now.timestamp() * 1_000_000)
        while await self.wake_some(now_us):
            pass

    async def act_on_entrances(self, now: datetime) -> None:
        """Journeys begin by changes of membership that we have caught up with."""
        now_us = round(now.timestamp() * 1_000_000)
        while await self.act_on_some(now_us):
            pass

    async def wake_some(self, now_us: int) -> bool:
        async with self.db.begin(()) as tx:
            workspace = await runs.due_workspace(await tx.raw(), now_us)
        if workspace is None:
            return False
        async with self.db.begin(workspace) as tx:
            connection = await tx.raw()
            work = await self.work(connection, workspace, now_us)
            rows = await runs.due(connection, workspace, now_us, AT_ONCE)
            work.aliases = await people.hold_free(connection, workspace, keys_of(rows))
            mine = [row["run"] for row in rows if row["profile_key"] in {*work.aliases, None}]
            await wake(work, await runs.take_due(connection, workspace, mine))
            await finish(work, Within(tx, connection))
        return bool(mine)

    async def act_on_some(self, now_us: int) -> bool:
        async with self.db.begin(()) as tx:
            position = await heard(await tx.raw(), PROFILE.durable)
            workspace = await entrances.due_workspace(await tx.raw(), position, now_us)
        if workspace is None:
            return False
        async with self.db.begin(workspace) as tx:
            connection = await tx.raw()
            work = await self.work(connection, workspace, now_us)
            rows = await entrances.due(connection, workspace, position, now_us, AT_ONCE)
            await postpone_unknown(connection, workspace, rows, now_us)
            work.aliases = await people.hold_free(connection, workspace, keys_of(rows))
            mine = [(row["shard"], row["sequence"]) for row in rows if row["profile_key"] in work.aliases]
            await membership.act(work, await entrances.take(connection, workspace, mine))
            await finish(work, Within(tx, connection))
        return bool(mine)

    async def work(self, connection: Connection, workspace: str, now_us: int) -> Work:
        work = await self.engine.begun(connection, workspace)
        work.now_us = now_us
        return work


def keys_of(rows: Sequence[asyncpg.Record]) -> set[int]:
    return {row["profile_key"] for row in rows if row["profile_key"] is not None}


async def wake(work: Work, due: Container[UUID]) -> None:
    """Each of these runs, whose customers are locked, looks about."""
    await load(work, work.aliases)
    for customer in list(work.customers.values()):
        for run in [run for run in customer.runs if run.id in due]:
            work.touch(run)
            if not customer.contact.whole:
                run.state = replace(run.state, wake_us=work.now_us + SECOND_US)
            try:
                go_on(work, customer, run)
            except Exception:
                # One broken run must not keep its neighbours waiting, nor be asked again at every beat.
                log.exception("run %s of %s cannot go on", run.id, run.journey)
                run.state = replace(run.state, wake_us=work.now_us + PATIENCE_US)


async def postpone_unknown(
    connection: Connection,
    workspace: str,
    rows: Sequence[asyncpg.Record],
    now_us: int,
) -> None:
    """Of whom we have not heard yet we ask again later, and ever more seldom."""
    known = await people.living(connection, workspace, {row["profile_key"] for row in rows})
    later = {
        (row["shard"], row["sequence"]): now_us + max(SECOND_US, (now_us - row["told_us"]) // 4)
        for row in rows
        if row["profile_key"] not in known
    }
    await entrances.postpone(connection, workspace, later)


# Small, so that a pile of due runs never holds up who is doing something just now.
AT_ONCE = 200
SECOND_US = 1_000_000
PATIENCE_US = 3600 * SECOND_US
