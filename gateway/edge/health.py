"""Whether the gateway lives, and whether everything it leads to is there. For probes and balancers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
import orjson
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from chassis.bus import Bus
from chassis.db import Database
from gateway.exchange import JSON, Door
from gateway.store import reachable

from .pages import Page, page_door, still

log = logging.getLogger(__name__)

# Returns when the part can be asked, and raises what stands against it.
Probe = Callable[[], Awaitable[None]]


def health_doors(probes: Mapping[str, Probe]) -> dict[str, Door]:
    """`/healthz`: this process lives. `/readyz`: so does every part behind it; 503 lists those missing."""
    away: set[str] = set()

    async def ready() -> Page:
        outcomes = await asyncio.gather(*(answers(*each, away) for each in probes.items()))
        missing = [name for name, there in zip(probes, outcomes, strict=True) if not there]
        status = {"status": "not ready" if missing else "ready", "missing": missing}
        return Page(503 if missing else 200, HEADERS, orjson.dumps(status))

    return {"/healthz": still(Page(200, HEADERS, b'{"status":"live"}')), "/readyz": page_door(ready)}


async def answers(name: str, probe: Probe, away: set[str]) -> bool:
    """Whether the part answers in time. Why not is for our log, once, and not for strangers."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except Exception as fault:  # noqa: BLE001 -- whatever stands against it, it is not there
        if name not in away:
            log.warning("The %s does not answer: %r", name, fault)
        away.add(name)
        return False
    if name in away:
        log.info("The %s answers again", name)
    away.discard(name)
    return True


def database_probe(db: Database) -> Probe:
    async def probe() -> None:
        async with db.begin(()) as tx:
            await reachable(tx)

    return probe


def bus_probe(bus: Bus) -> Probe:
    async def probe() -> None:
        if not bus.reachable:
            raise ConnectionError("the bus is not connected")

    return probe


def service_probe(channel: grpc.aio.Channel) -> Probe:
    """Asks the service itself: a socket that accepts is no service that wants to be asked."""
    stub = HealthStub(channel)

    async def probe() -> None:
        try:
            said = await stub.Check(HealthCheckRequest(), timeout=PROBE_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise ConnectionError(error.details()) from error  # its own words fill five lines of a log
        if said.status != HealthCheckResponse.SERVING:
            raise ConnectionError("the service is not serving")

    return probe


def seen(description: str, *statuses: str) -> dict[str, Any]:
    """An answer as the OpenAPI document describes it."""
    schema = {
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": {"type": "string", "enum": list(statuses)},
            "missing": {"type": "array", "items": {"type": "string"}, "description": "Parts out of reach."},
        },
    }
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def operation(id: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    about = {"operationId": id, "summary": summary, "description": summary}
    return {"get": about | {"tags": ["Health"], "security": [], "responses": responses}}


PROBE_SECONDS = 1.0
HEADERS = (JSON, (b"cache-control", b"no-store"))
FRAGMENT = {
    "tags": [{"name": "Health", "description": "For probes and balancers. No key is needed."}],
    "paths": {
        "/healthz": operation(
            "Health_Live", "Whether the gateway lives.", {"200": seen("It lives.", "live")}
        ),
        "/readyz": operation(
            "Health_Ready",
            "Whether everything the gateway leads to is there.",
            {
                "200": seen("Everything is there.", "ready"),
                "503": seen("Something is missing.", "not ready"),
            },
        ),
    },
}
