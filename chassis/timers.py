"""It is time: work that comes round, and rows that fall due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from . import metrics
from .clock import Clock, utc_now
from .db import Tx
from .faults import passing

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=SQLModel)


async def every(
    seconds: float, work: Callable[[datetime], Awaitable[object]], clock: Clock = utc_now
) -> None:
    """Does *work*, which is told the time, at once and then on a fixed beat.

    The beat does not drift with the length of the work, and beats that were missed are not made up for.
    When the database or the bus is away the next beat tries again; any other failure ends the loop.
    """
    name = getattr(work, "__qualname__", repr(work))
    loop = asyncio.get_running_loop()
    start = loop.time()
    while True:
        await run_once(name, work, clock())
        await asyncio.sleep(until_next(loop.time() - start, seconds))


def until_next(elapsed: float, seconds: float) -> float:
    return seconds - elapsed % seconds


async def run_once(name: str, work: Callable[[datetime], Awaitable[object]], now: datetime) -> None:
    try:
        with metrics.TIMER_SECONDS.labels(name).time():
            await work(now)
    except Exception as failure:
        metrics.TIMER_RUNS.labels(name, "failed").inc()
        if not passing(failure):
            raise
        log.warning("%s will try again: %s: %s", name, type(failure).__name__, failure)
    else:
        metrics.TIMER_RUNS.labels(name, "done").inc()


async def take_due(tx: Tx, table: type[Row], due: Any, now: datetime, *, limit: int = 100) -> list[Row]:
    """Rows of *table* whose time, the column *due*, has come, the oldest first; ours until *tx* ends.

    What a rival holds is passed over, so that many may take from one table.
    """
    query = select(table).where(col(due) <= now).order_by(col(due)).limit(limit)
    return list(await tx.exec(query.with_for_update(skip_locked=True)))
