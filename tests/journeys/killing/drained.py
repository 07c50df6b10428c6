"""Whether all work is done: nothing waits on the bus, in an outbox, in a list of what is due."""

import time
from contextlib import suppress
from typing import Any

import asyncpg
import nats.errors

from tests.eventually import eventually
from tests.journeys.house import connected
from tests.journeys.killing.ground import Ground


async def drained(ground: Ground, seconds: float) -> None:
    """Waits for it. What was parked is not waited for: it would wait for ever."""
    await eventually({}, lambda: work_left(ground), seconds)


async def work_left(ground: Ground) -> dict[str, Any]:
    """What is still to be done, and where.

    A fact goes from an outbox to a stream to its hearers. So who finds the streams heard, then the outboxes
    empty, then the same streams with nothing new in them, has not looked past it.
    """
    try:
        ends, unheard = await streams(ground)
        left = unheard | await rows(ground, OUTBOXES | DUE)
        if not left:
            again, left = await streams(ground)
            if ends != again:
                left = {"the streams": "something was told meanwhile"}
    except (OSError, nats.errors.Error, asyncpg.PostgresError) as away:
        return {"the servers": repr(away)}
    return left


async def streams(ground: Ground) -> tuple[dict[str, int], dict[str, Any]]:
    """How far each stream goes, and who has not heard it to its end."""
    ends: dict[str, int] = {}
    unheard: dict[str, Any] = {}
    async with connected(ground.house.nats_url) as bus:
        js = bus.jetstream()
        for stream in await js.streams_info():
            name = stream.config.name or ""
            ends[name] = stream.state.last_seq
            if name == "CAPTURE" and stream.state.messages:
                unheard[name] = stream.state.messages
            for one in await js.consumers_info(name):
                waits = (one.num_pending or 0) + (one.num_ack_pending or 0)
                # A reader of another test may have gone away without having heard everything.
                if (one.config.durable_name or "").startswith(SERVICES) and waits:
                    unheard[one.name] = waits
    return ends, unheard


async def rows(ground: Ground, queries: dict[tuple[str, str], str]) -> dict[str, int]:
    """How many rows each finds: by service and what they are."""
    found: dict[str, int] = {}
    for (service, what), query in queries.items():
        url = f"postgresql://postgres@/{service}?host={ground.places.sockets / 'pg'}"
        connection = await asyncpg.connect(url)
        try:
            if count := await connection.fetchval(query, *arguments(ground, query)):
                found[f"{service}: {what}"] = count
        finally:
            with suppress(OSError):
                await connection.close()
    return found


def arguments(ground: Ground, query: str) -> list[Any]:
    given = [ground.workspace] if "$1" in query else []
    return [*given, round(time.time() * 1_000_000)] if "$2" in query else given


async def parked(ground: Ground) -> dict[str, int]:
    """What a service could not handle, of this workspace."""
    query = "SELECT count(*) FROM parked WHERE workspace = $1"
    return await rows(ground, {(service, "parked"): query for service in SERVICES})


SERVICES = ("profile", "segment", "campaign", "support", "loyalty")
OUTBOXES = {(service, "outbox"): "SELECT count(*) FROM outbox" for service in (*SERVICES, "gateway")}
OURS_DUE = "SELECT count(*) FROM {} WHERE workspace = $1 AND due_us <= $2"
OURS = "SELECT count(*) FROM {} WHERE workspace = $1"
DUE = {
    ("segment", "due"): OURS_DUE.format("due"),
    ("campaign", "entrances"): OURS.format("entrance_due"),
    ("campaign", "runs"): OURS_DUE.format("run_due"),
    # Also those whose lease is not over: somebody died with them in hand.
    ("campaign", "sends"): OURS.format("send_due"),
    ("loyalty", "due"): OURS_DUE.format("due"),
    ("support", "answers"): "SELECT count(*) FROM outgoing WHERE workspace = $1 AND NOT done",
}
