"""What the profile service does because it is time."""

from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.db import Database
from services.profile import actions
from services.profile.engine.items import unpack
from services.profile.engine.take import microseconds
from services.profile.store import due
from services.profile.workspaces import Workspaces


class Timers:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self.db, self.workspaces, self.clock = db, workspaces, clock

    async def refresh_workspaces(self, _: datetime) -> None:
        """Settings as they stand: another process may have heard of a change."""
        await self.workspaces.refresh(self.db)

    async def let_future_happen(self, now: datetime) -> None:
        """Events that were dated ahead take effect when their time comes."""
        while await self.some_of_it(now):
            pass

    async def some_of_it(self, now: datetime) -> bool:
        """Takes up what is due in one workspace; whether there was anything."""
        async with self.db.begin(()) as tx:
            workspace = await due.workspace(await tx.raw(), microseconds(now))
        if workspace is None:
            return False
        async with self.db.begin(workspace) as tx:
            await actions.write_alone(tx)
            waiting = await due.take(await tx.raw(), workspace, microseconds(now), AT_ONCE)
            await actions.take(tx, [unpack(text) for text in waiting], self.workspaces, self.clock)
        return True

    async def prepare_months(self, now: datetime) -> None:
        """The timeline of this month and the next two has a partition of its own before it is needed."""
        months = [now.date().replace(day=1)]
        while len(months) < MONTHS_AHEAD:
            months.append((months[-1] + timedelta(days=32)).replace(day=1))
        async with self.db.begin(()) as tx:
            await due.prepare_months(await tx.raw(), months)


AT_ONCE = 500
MONTHS_AHEAD = 3
