"""What the profile service does because it is time."""

import logging
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.db import Database
from chassis.faults import passing
from chassis.parked import reason
from chassis.workspaces import Workspaces
from services.profile import actions
from services.profile.engine.items import unpack
from services.profile.engine.take import microseconds
from services.profile.store import due

log = logging.getLogger(__name__)


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
        try:
            await self.take(workspace, now, AT_ONCE)
        except Exception as failure:
            if passing(failure):
                raise
            log.exception("Something that is due in %s is poison", workspace)
            await self.one_by_one(workspace, now)
        return True

    async def take(self, workspace: str, now: datetime, limit: int) -> bool:
        async with self.db.begin(workspace) as tx:
            await actions.write_alone(tx)
            waiting = await due.take(await tx.raw(), workspace, microseconds(now), limit)
            await actions.take(tx, [unpack(text) for text in waiting], self.workspaces, self.clock)
        return bool(waiting)

    async def one_by_one(self, workspace: str, now: datetime) -> None:
        """What cannot be taken even alone is kept in quarantine, and holds up nobody."""
        for _ in range(AT_ONCE):
            try:
                if not await self.take(workspace, now, 1):
                    return
            except Exception as failure:
                if passing(failure):
                    raise
                async with self.db.begin(workspace) as tx:
                    await due.set_aside(await tx.raw(), workspace, microseconds(now), reason(failure))

    async def prepare_months(self, now: datetime) -> None:
        """The timeline of this month and the next two has a partition of its own before it is needed."""
        months = [now.date().replace(day=1)]
        while len(months) < MONTHS_AHEAD:
            months.append((months[-1] + timedelta(days=32)).replace(day=1))
        async with self.db.begin(()) as tx:
            await due.prepare_months(await tx.raw(), months)


AT_ONCE = 500
MONTHS_AHEAD = 3
