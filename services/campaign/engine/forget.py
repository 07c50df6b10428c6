"""What journeys need no more: what was heard long ago, who left a segment, whom nobody ever heard of."""

from datetime import datetime, timedelta

from chassis.db import Database
from services.campaign.store import entrances, heard, memberships, workspaces


async def forget_old(db: Database, now: datetime) -> None:
    """In every workspace, a bounded batch at a time."""
    before_us = round((now - KEPT).timestamp() * 1_000_000)
    async with db.begin(()) as tx:
        known = await workspaces.known(await tx.raw())
    for workspace in known:
        for forget in (heard.forget, memberships.forget, entrances.forget):
            forgotten = AT_ONCE
            while forgotten == AT_ONCE:
                async with db.begin(workspace) as tx:
                    forgotten = await forget(await tx.raw(), workspace, before_us, AT_ONCE)


# As long as a stream keeps what it could tell again.
KEPT = timedelta(days=7)
AT_ONCE = 1000
