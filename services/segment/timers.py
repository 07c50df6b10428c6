"""What the segment service does because it is time."""

from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.db import Database
from chassis.workspaces import Workspaces
from services.segment import actions
from services.segment.engine.build import build
from services.segment.engine.wake import wake
from services.segment.store import definitions, due


class Timers:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self.db, self.workspaces, self.clock = db, workspaces, clock

    async def refresh_workspaces(self, _: datetime) -> None:
        """Settings as they stand: another process may have heard of a change."""
        await self.workspaces.refresh(self.db)

    async def let_time_pass(self, now: datetime) -> None:
        """Who leaves a window or comes into one does so now, though nothing else happens."""
        while await self.wake_some(now):
            pass

    async def wake_some(self, now: datetime) -> bool:
        """Decides upon some whose time has come, in one workspace; whether there was anybody."""
        now_us = round(now.timestamp() * 1_000_000)
        async with self.db.begin(()) as tx:
            workspace = await due.workspace(await tx.raw(), now_us)
        if workspace is None:
            return False
        async with self.db.begin(workspace) as tx:
            within, engine, work = await actions.begun(tx, self.workspaces, self.clock)
            await wake(
                engine,
                within,
                work,
                await due.profiles(within.connection, workspace, now_us, AT_ONCE),
                now_us,
            )
        return True

    async def build_versions(self, _: datetime) -> None:
        """What was published takes effect, slice by slice; in between others have their turn."""
        async with self.db.begin(()) as tx:
            waiting = await definitions.building(await tx.raw())
        for workspace in waiting:
            while await self.build_slice(workspace):
                pass

    async def build_slice(self, workspace: str) -> bool:
        async with self.db.begin(workspace) as tx:
            within, engine, _ = await actions.begun(tx, self.workspaces, self.clock)
            return await build(engine, within, workspace, SLICE_PROFILES)

    async def prepare_months(self, now: datetime) -> None:
        """The history of this month and the next two has a partition of its own before it is needed."""
        months = [now.date().replace(day=1)]
        while len(months) < MONTHS_AHEAD:
            months.append((months[-1] + timedelta(days=32)).replace(day=1))
        async with self.db.begin(()) as tx:
            await due.prepare_months(await tx.raw(), months)


# Small, so that a pile of deadlines or a new segment never holds up who is doing something just now.
AT_ONCE = 200
SLICE_PROFILES = 500
MONTHS_AHEAD = 3
