"""A service as it runs: its loops, and its gRPC server where this process answers calls."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from .bus import Bus
from .clock import Clock
from .commands import Roles
from .db import Database
from .health import serve_health
from .rpc import rpc_server
from .runtime import Failed, running
from .settings import ServiceSettings

Servicer = TypeVar("Servicer")
Loop = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True)
class App:
    """What a running service shows to those who run it."""

    db: Database
    bus: Bus
    # Where gRPC is served; empty where this process answers no calls.
    address: str
    failed: Failed


@dataclass(frozen=True, slots=True)
class Answers:
    """A service of the protos by its full name, and who answers it."""

    service: str
    add: Callable[[Any, grpc.aio.Server], None]
    servicer: object


@asynccontextmanager
async def serving(
    settings: ServiceSettings, roles: Roles, answers: Sequence[Answers], loops: Sequence[Loop], clock: Clock
) -> AsyncIterator[tuple[str, Failed]]:
    """Runs the loops, and the gRPC server where this process answers calls: its address, and what failed."""
    if "serve" not in roles:
        async with running(None, *loops, grace_seconds=settings.grace_seconds) as failed:
            yield "", failed
        return
    owner = answers[0].service.split(".")[1]
    secret = settings.caller_secret.get_secret_value()
    server, address = rpc_server(f"{owner}.rapport", settings.listen, secret, clock=clock)
    for each in answers:
        each.add(each.servicer, server)
    health = serve_health(server, [each.service for each in answers])
    async with running(server, *loops, grace_seconds=settings.grace_seconds, health=health) as failed:
        yield address, failed


def answered_by(servicer: Servicer, *rooms: object) -> Servicer:
    """*servicer* with each method answered by the room that has one of its name; the others say NotBuilt."""
    taken: set[str] = set()
    for room in rooms:
        for name in (name for name in dir(room) if name[:1].isupper() and hasattr(servicer, name)):
            assert name not in taken, f"two rooms answer {name}"
            taken.add(name)
            setattr(servicer, name, getattr(room, name))
    return servicer
