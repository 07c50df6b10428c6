"""What the support service does because it is time."""

import logging
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.faults import passing
from chassis.workspaces import Workspaces
from services.support.actions import changed
from services.support.actions.change import SERVICE, taken_up
from services.support.actions.receive import take_in
from services.support.actions.replan import look, replan
from services.support.actions.route import drain
from services.support.domain import states
from services.support.domain.tickets import PAUSED
from services.support.store import due, mails, messages, targets, tickets
from services.support.store.due import Due

log = logging.getLogger(__name__)


class Timers:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock, reply_secret: str) -> None:
        self.db, self.workspaces, self.clock, self.reply_secret = db, workspaces, clock, reply_secret

    async def refresh_workspaces(self, _: datetime) -> None:
        await self.workspaces.refresh(self.db)

    async def take_in_mail(self, now: datetime) -> None:
        """What the SMTP door stored becomes messages of tickets."""
        while waiting := await self.waiting(due.MAIL, now):
            for one in waiting:
                try:
                    await self.take_in_one(one, now)
                except Exception as failure:
                    if passing(failure):
                        raise
                    log.exception("Mail %s of %s could not be taken in", one.id, one.workspace)
                    await self.try_again(one, now, failure)

    async def take_in_one(self, one: Due, now: datetime) -> None:
        async with self.db.begin(one.workspace) as tx:
            connection = await tx.raw()
            # Before any row: who opens tickets takes locks in this order.
            await tickets.alone(connection, one.workspace)
            if await due.take(connection, one.workspace, due.MAIL, one.id, now):
                row = await mails.mail(connection, one.workspace, one.id)
                if row is not None:
                    await take_in(tx, row, self.reply_secret, self.clock())
                await due.drop(connection, one.workspace, due.MAIL, [one.id])

    async def try_again(self, one: Due, now: datetime, failure: Exception) -> None:
        """It is our bug: the mail is kept as it came, with the reason, and tried until somebody mends us."""
        async with self.db.begin(one.workspace) as tx:
            connection = await tx.raw()
            reason = f"{type(failure).__name__}: {failure}".replace("\0", "")[:1000]
            tries = await mails.failed(connection, one.workspace, one.id, reason)
            pause = timedelta(minutes=min(2 ** min(tries, 10), MOST_PAUSE_MINUTES))
            await due.put(connection, one.workspace, due.MAIL, one.id, now + pause)

    async def wake_tickets(self, now: datetime) -> None:
        """Who was put aside until now is our turn again."""
        while waiting := await self.waiting(due.WAKE, now):
            for one in waiting:
                async with self.db.begin(one.workspace) as tx:
                    await self.wake(tx, one, now)

    async def wake(self, tx: Tx, one: Due, now: datetime) -> None:
        connection = await tx.raw()
        number = await tickets.by_id(connection, one.workspace, one.id)
        case = await taken_up(tx, number, SERVICE, self.clock()) if number else None
        until = case.ticket.hold_until_time if case else None
        if case and case.ticket.id == one.id and case.ticket.state in PAUSED and until and until <= now:
            states.wake(case.ticket)
            case.state_time = until
            await changed(tx, case)
        else:
            await due.drop(connection, one.workspace, due.WAKE, [one.id])

    async def route_tickets(self, now: datetime) -> None:
        """What waits in queues goes to whoever has room, in each workspace where something changed."""
        while waiting := await self.waiting(due.DRAIN, now):
            for workspace in sorted({one.workspace for one in waiting}):
                async with self.db.begin(workspace) as tx:
                    if not await drain(tx, self.clock()):
                        ids = [one.id for one in waiting if one.workspace == workspace]
                        await due.drop(await tx.raw(), workspace, due.DRAIN, ids)

    async def tell_breaches(self, now: datetime) -> None:
        """Promises whose time has passed: what came of them is decided by event times, not by us."""
        while waiting := await self.waiting(targets.BREACH, now):
            for one in waiting:
                async with self.db.begin(one.workspace) as tx:
                    await look(tx, one.id, self.clock())

    async def replan_tickets(self, now: datetime) -> None:
        """What was promised has changed: slice by slice, a turn for each workspace."""
        while waiting := await self.waiting(targets.REPLAN, now):
            for one in waiting:
                async with self.db.begin(one.workspace) as tx:
                    await replan(tx, self.clock())

    async def forget_files(self, now: datetime) -> None:
        """Files that no message carries within a day are removed."""
        while waiting := await self.waiting(due.EXPIRE, now):
            for one in waiting:
                async with self.db.begin(one.workspace) as tx:
                    connection = await tx.raw()
                    await messages.drop_loose_file(connection, one.workspace, one.id)
                    await due.drop(connection, one.workspace, due.EXPIRE, [one.id])

    async def waiting(self, kind: str, now: datetime) -> list[Due]:
        async with self.db.begin(()) as tx:
            return await due.waiting(await tx.raw(), kind, now, AT_ONCE)


AT_ONCE = 100
MOST_PAUSE_MINUTES = 60
