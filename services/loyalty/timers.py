"""What the loyalty service does because it is time."""

import logging
from collections.abc import Sequence
from datetime import datetime

from chassis.db import Database
from chassis.faults import passing
from services.loyalty.actions.work import Desk
from services.loyalty.domain.tiers import Reason
from services.loyalty.store import definitions, due, members, statement

log = logging.getLogger(__name__)


class Timers:
    def __init__(self, db: Database, desk: Desk) -> None:
        self.db, self.desk = db, desk

    async def refresh_workspaces(self, _: datetime) -> None:
        """Settings as they stand: another process may have heard of a change."""
        await self.desk.workspaces.refresh(self.db)

    async def let_time_pass(self, now: datetime) -> None:
        """Waiting points become available, points expire, reservations time out, tiers are reviewed."""
        now_us = round(now.timestamp() * 1_000_000)
        async with self.db.begin(()) as tx:
            waiting = await due.workspaces(await tx.raw(), now_us, WORKSPACES_AT_ONCE)
        for workspace in waiting:
            while await self.some(workspace, now_us):
                pass

    async def some(self, workspace: str, now_us: int) -> int:
        """Brings some members up to now, those nobody else is at; how many."""
        async with self.db.begin(workspace) as tx:
            ids = await due.members(await tx.raw(), workspace, now_us, AT_ONCE)
        waiting = [id for id in ids if id != due.SWEEP]
        try:
            done = await self.bring_up(workspace, waiting)
        except Exception as failure:
            if passing(failure):
                raise
            log.exception("Somebody who is due in %s is poison", workspace)
            done = await self.one_by_one(workspace, waiting)
        return done + (await self.sweep(workspace) if due.SWEEP in ids else 0)

    async def bring_up(self, workspace: str, ids: Sequence[int]) -> int:
        async with self.db.begin(workspace) as tx:
            work = await self.desk.begin(tx)
            held = await work.members(ids, passing=True)
            await work.save(*held)
        return len(held)

    async def one_by_one(self, workspace: str, ids: Sequence[int]) -> int:
        """Who cannot be brought up even alone is left for an hour, and holds up nobody."""
        for id in ids:
            try:
                await self.bring_up(workspace, [id])
            except Exception as failure:
                if passing(failure):
                    raise
                log.exception("Member %s of %s cannot be brought up to now", id, workspace)
                async with self.db.begin(workspace) as tx:
                    work = await self.desk.begin(tx)
                    await due.postpone(work.connection, workspace, id, work.now + HOUR_US)
        return len(ids)

    async def sweep(self, workspace: str) -> int:
        """Tiers changed: members rise where they now qualify, some at a time; how many were looked at."""
        async with self.db.begin(workspace) as tx:
            work = await self.desk.begin(tx)
            open_sweeps = await due.sweeps(work.connection, workspace)
            if not open_sweeps:
                await due.sweep(work.connection, workspace, None)
                return 0
            slug, reached = open_sweeps[0]
            ids = await members.after(work.connection, workspace, slug, reached, AT_ONCE)
            held = await work.members(ids)
            for member in held:
                await work.rise(member, Reason.TIERS_CHANGED)
            await work.save(*held)
            await definitions.swept(work.connection, workspace, slug, ids[-1] if ids else None)
        return max(len(held), 1)

    async def compare_books(self, _: datetime) -> None:
        """Rebuilds every balance from its postings. What differs is our bug, and a person must look."""
        async with self.db.begin(()) as tx:
            workspaces = await due.known(await tx.raw())
        for workspace in workspaces:
            async with self.db.begin(workspace) as tx:
                found = await statement.disagreements(await tx.raw(), workspace, MOST_SHOWN)
            for row in found:
                log.error("The books of %s disagree: %s", workspace, row["what"])


# Small, so that a midnight never holds up who is at the till just now.
AT_ONCE = 200
WORKSPACES_AT_ONCE = 100
HOUR_US = 3_600_000_000
MOST_SHOWN = 20
