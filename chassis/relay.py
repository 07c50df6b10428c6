"""Promises are kept here: outbox rows go to the bus, and die on its acknowledgement and not before."""

import asyncio
import json
import logging
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import nats.errors
from nats.js.api import PubAck

from . import metrics
from .clock import Clock
from .db import Database
from .errors import Unavailable
from .faults import passing

log = logging.getLogger(__name__)

# Puts a message on the wire; the future is the bus's acknowledgement.
Send = Callable[[str, bytes, Mapping[str, str]], Awaitable["Future[PubAck]"]]


async def relay(send: Send, db: Database, *, poll_seconds: float = 1.0) -> None:
    """Keeps the promises of *db* for as long as the service lives: woken by a commit, polling to be safe."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        db.promised.clear()
        done = await attempt(send, db)
        if done.failure is not None:
            log.warning("The bus does not take what was promised: %s", done.failure)
            metrics.RELAY_FAILURES.inc()
            await asyncio.sleep(pause)
            pause = min(pause * 2, MOST_PAUSE_SECONDS)
            continue
        pause = FIRST_PAUSE_SECONDS
        if not (done.found and done.left):
            with suppress(TimeoutError):
                async with asyncio.timeout(poll_seconds):
                    await db.promised.wait()


@dataclass(frozen=True, slots=True)
class Done:
    found: int = 0
    left: int = 0
    failure: BaseException | None = None


async def attempt(send: Send, db: Database) -> Done:
    try:
        return await relay_batch(send, db)
    except Exception as fault:
        if not passing(fault):
            raise
        return Done(failure=fault)


async def relay_batch(send: Send, db: Database) -> Done:
    """Sends the oldest promises and forgets those the bus has. Another relay passes over what we hold."""
    async with db.begin(()) as tx:
        connection = await tx.raw()
        rows = await connection.fetch(OLDEST, BATCH_ROWS, BATCH_BYTES)
        if not rows:
            metrics.OUTBOX_ROWS.set(0)
            return Done()
        acknowledged, failure = await sent(send, rows)
        await connection.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", acknowledged)
        left = await connection.fetchval("SELECT count(*) FROM (SELECT FROM outbox LIMIT 10000) AS counted")
    metrics.OUTBOX_ROWS.set(left)
    metrics.RELAYED.inc(len(acknowledged))
    note_lag(rows, set(acknowledged), db.clock)
    return Done(len(rows), left, failure)


async def sent(send: Send, rows: Sequence[asyncpg.Record]) -> tuple[list[int], BaseException | None]:
    """The ids of the rows the bus acknowledged, and why others failed, if any did."""
    waiting: dict[int, Future[PubAck]] = {}
    failure: BaseException | None = None
    for row in rows:
        about = headers(row)
        try:
            waiting[row["id"]] = await send(row["subject"], row["payload"], about)
        except (Unavailable, nats.errors.Error, OSError) as unsendable:
            failure = unsendable  # one that is too large, for instance, must not hold back the others
    if waiting:
        await asyncio.wait(waiting.values(), timeout=ACK_SECONDS)
    acknowledged = []
    for id, future in waiting.items():
        if not future.done():
            future.cancel()
            failure = TimeoutError(f"no acknowledgement within {ACK_SECONDS} s")
        elif (refused := future.exception()) is None:
            acknowledged.append(id)
        else:
            failure = refused
    return acknowledged, failure


def headers(row: asyncpg.Record) -> dict[str, str]:
    """CloudEvents in binary mode. The event's id also lets the server drop what we send twice."""
    event_id, (kind, _, _) = str(row["event_id"]), row["subject"].rpartition(".")
    return {
        "Nats-Msg-Id": event_id,
        "content-type": "application/protobuf",
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-source": f"/rapport/{kind.split('.')[1]}",
        "ce-type": kind,
        "ce-time": row["promised_at"].isoformat(),
        **json.loads(row["headers"]),
    }


def note_lag(rows: Sequence[asyncpg.Record], acknowledged: set[int], clock: Clock) -> None:
    now = clock()
    for row in rows:
        if row["id"] in acknowledged:
            metrics.RELAY_LAG_SECONDS.observe((now - row["promised_at"]).total_seconds())


# As many rows as fit both limits, and always one. The length of a payload is known without reading it.
OLDEST = """
SELECT id, event_id, subject, payload, headers::text, promised_at FROM outbox
WHERE id IN (
    SELECT id FROM (
        SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before
        FROM (SELECT id, octet_length(payload) AS bytes FROM outbox ORDER BY id LIMIT $1) AS first
    ) AS measured
    WHERE before < $2
)
ORDER BY id
FOR UPDATE SKIP LOCKED
"""
BATCH_ROWS = 500
BATCH_BYTES = 16 * 1024 * 1024
ACK_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
MOST_PAUSE_SECONDS = 5.0
