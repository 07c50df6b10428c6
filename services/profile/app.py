"""Where the profile service is put together. Read this first."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from rapport.profile.v1 import profile_pb2_grpc

from chassis import hot
from chassis.bus import Bus
from chassis.clock import Clock, utc_now
from chassis.commands import Roles
from chassis.db import Database
from chassis.health import serve_health
from chassis.retention import retention
from chassis.rpc import rpc_server
from chassis.runtime import Failed, running
from chassis.streams import queue_for, stream_for
from chassis.timers import every
from services.profile.capture import CAPTURE, Opener
from services.profile.engine.take import Engine
from services.profile.handlers import Handlers
from services.profile.rpc import ProfileService
from services.profile.settings import Settings
from services.profile.timers import Timers
from services.profile.workspaces import REFRESH_SECONDS, Workspaces

Loops = list[Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class App:
    """What a running profile service shows to those who run it."""

    db: Database
    bus: Bus
    address: str
    failed: Failed


@asynccontextmanager
async def profile_app(settings: Settings, roles: Roles, clock: Clock = utc_now) -> AsyncIterator[App]:
    async with (
        Database.open(settings.database_url, clock=clock) as db,
        Bus.open(settings.nats_url, name="profile") as bus,
    ):
        await bus.ensure_streams(STREAMS)
        workspaces = Workspaces()
        await workspaces.refresh(db)
        timers = Timers(db, workspaces, clock)
        loops: Loops = [
            bus.relay(db),
            every(REFRESH_SECONDS, timers.refresh_workspaces, clock),
        ]
        if "worker" in roles:
            await timers.prepare_months(clock())
            engine = Engine(clock, workspaces, profiles_max=settings.profiles_in_memory)
            loops += [
                hot.own(bus, db, CAPTURE, engine.take, Opener(workspaces), forget=engine.forget),
                every(1, timers.let_future_happen, clock),
                every(DAY_SECONDS, timers.prepare_months, clock),
                retention(db, clock),
                *(bus.consume(db, "profile", on) for on in Handlers(workspaces, clock).subscriptions()),
            ]
        async with serving(settings, roles, ProfileService(db, workspaces, clock), loops, clock) as (
            address,
            failed,
        ):
            yield App(db, bus, address, failed)


@asynccontextmanager
async def serving(
    settings: Settings, roles: Roles, service: ProfileService, loops: Loops, clock: Clock
) -> AsyncIterator[tuple[str, Failed]]:
    """Runs the loops, and the gRPC server where this process answers calls."""
    if "serve" not in roles:
        async with running(None, *loops, grace_seconds=settings.grace_seconds) as failed:
            yield "", failed
        return
    secret = settings.caller_secret.get_secret_value()
    server, address = rpc_server("profile.rapport", settings.listen, secret, clock=clock)
    profile_pb2_grpc.add_ProfileServiceServicer_to_server(service, server)
    health = serve_health(server, ["rapport.profile.v1.ProfileService"])
    async with running(server, *loops, grace_seconds=settings.grace_seconds, health=health) as failed:
        yield address, failed


# The capture queue, our own facts, and those we hear.
STREAMS = (queue_for("capture"), stream_for("profile"), stream_for("gateway"))
DAY_SECONDS = 86_400.0
