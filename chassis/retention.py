"""What may be forgotten: marks and answers that have outlived everything they guard against."""

from datetime import datetime, timedelta
from functools import partial, update_wrapper

from .clock import Clock, utc_now
from .db import Database
from .timers import every


async def retention(db: Database, clock: Clock = utc_now) -> None:
    """The loop of every service that takes events or answers requests."""
    await every(HOUR_SECONDS, update_wrapper(partial(forget_old, db), forget_old), clock)


async def forget_old(db: Database, now: datetime) -> None:
    """Deletes inbox rows and answers older than `KEPT`, in all workspaces, a bounded batch at a time."""
    for statement in (FORGET_INBOX, FORGET_ANSWERS):
        while await forgotten(db, statement, now - KEPT) == BATCH_ROWS:
            pass


async def forgotten(db: Database, statement: str, before: datetime) -> int:
    async with db.begin(()) as tx:
        return int(await (await tx.raw()).fetchval(statement, before, BATCH_ROWS))


FORGET_INBOX = """
WITH forgotten AS (
    DELETE FROM inbox WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM inbox WHERE taken_at < $1 ORDER BY taken_at LIMIT $2
    )) RETURNING 1
)
SELECT count(*) FROM forgotten
"""
FORGET_ANSWERS = "SELECT forget_answers($1, $2)"
# Twice what a stream keeps: nothing can be delivered, and nobody may repeat a request, after that time.
KEPT = timedelta(days=14)
BATCH_ROWS = 1000
HOUR_SECONDS = 3600
