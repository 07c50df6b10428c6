"""Uses of caps that no cap looks back to are forgotten."""

from datetime import datetime, timedelta

from chassis.db import Database
from conditions.calendar import microseconds
from services.campaign.domain.caps import longest
from services.campaign.store import caps, policies, workspaces


async def forget_uses(db: Database, now: datetime) -> None:
    """In every workspace, a bounded batch at a time. For a timer, once a day."""
    async with db.begin(()) as tx:
        known = await workspaces.known(await tx.raw())
    for workspace in known:
        forgotten = AT_ONCE
        while forgotten == AT_ONCE:
            async with db.begin(workspace) as tx:
                policy = await policies.of(await tx.raw(), workspace)
                before_us = microseconds(now - max(longest(policy.caps), KEPT))
                forgotten = await caps.forget(await tx.raw(), workspace, before_us, AT_ONCE)


# A cap that is made longer than before counts at least so far back.
KEPT = timedelta(days=92)
AT_ONCE = 1000
