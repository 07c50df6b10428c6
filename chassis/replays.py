"""Parked items of a hot consumer, taken again by its owner between two batches when somebody asks for it."""

import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from uuid import UUID

import orjson

from . import metrics
from .db import Database
from .faults import passing
from .hottx import Connection, HotTx, begun
from .letters import Letter
from .parked import REPLAY_ROWS, reason

log = logging.getLogger(__name__)


class Replays:
    def __init__(
        self,
        db: Database,
        connection: Connection,
        consumer: str,
        take: Callable[[HotTx, Letter], Awaitable[None]],
        forget: Callable[[], None],
    ) -> None:
        self.db, self.connection, self.consumer, self.take = db, connection, consumer, take
        self.forget = forget
        self.looked_at = float("-inf")

    async def look(self, *, every_seconds: float) -> None:
        """A page of them, and at once the next when there may be more: live batches come in between."""
        if monotonic() - self.looked_at < every_seconds:
            return
        rows = await self.connection.fetch(DUE, self.consumer, self.db.clock(), REPLAY_ROWS)
        for row in rows:
            letter = Letter(row["subject"], row["payload"], orjson.loads(row["headers"]), str(row["id"]))
            await self.replay(row["id"], letter)
        if len(rows) < REPLAY_ROWS:
            self.looked_at = monotonic()
        metrics.PARKED.labels(self.consumer).set(await self.connection.fetchval(COUNT, self.consumer))

    async def replay(self, id: UUID, letter: Letter) -> None:
        """The row goes with the effect; when it fails again, it stays with the new reason."""
        try:
            async with begun(self.connection, {letter.workspace}, self.db) as tx:
                await self.take(tx, letter)
                await self.connection.execute("DELETE FROM parked WHERE id = $1", id)
            outcome = "done"
        except Exception as failure:
            # What was remembered of it did not happen, wherever on the way to the commit it failed.
            self.forget()
            if passing(failure):
                raise
            log.exception("%s could not handle the parked %s", self.consumer, id)
            await self.connection.execute(KEEP, id, reason(failure))
            outcome = "failed"
        metrics.REPLAYED.labels(self.consumer, outcome).inc()


DUE = """
SELECT id, subject, headers::text, payload FROM parked WHERE consumer = $1 AND replay_at <= $2
ORDER BY parked_at, id LIMIT $3
"""
KEEP = "UPDATE parked SET reason = $2, replay_at = NULL WHERE id = $1"
COUNT = "SELECT count(*) FROM parked WHERE consumer = $1"
