"""Where the profile service is put together. Read this first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rapport.profile.v1 import profile_pb2_grpc

from chassis import hot
from chassis.bus import Bus
from chassis.clock import Clock, utc_now
from chassis.commands import Roles
from chassis.db import Database
from chassis.retention import retention
from chassis.serving import Answers, App, Loop, serving
from chassis.streams import queue_for, stream_for
from chassis.timers import every
from chassis.workspaces import REFRESH_SECONDS, Workspaces
from services.profile.capture import CAPTURE, Opener
from services.profile.engine.take import Engine
from services.profile.handlers import SUBSCRIPTIONS
from services.profile.rpc import ProfileService
from services.profile.settings import Settings
from services.profile.timers import Timers
from services.profile.told import OWNERS, Told, listening


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
        loops: list[Loop] = [
            bus.relay(db),
            every(REFRESH_SECONDS, timers.refresh_workspaces, clock),
        ]
        if "worker" in roles:
            await timers.prepare_months(clock())
            engine = Engine(clock, workspaces, profiles_max=settings.profiles_in_memory)
            told = Told(workspaces, clock)
            loops += [
                hot.own(bus, db, CAPTURE, engine.take, Opener(workspaces), forget=engine.forget),
                *(hot.own(bus, db, listening(owner), told.take, told.opened) for owner in OWNERS),
                every(1, timers.let_future_happen, clock),
                every(DAY_SECONDS, timers.prepare_months, clock),
                retention(db, clock),
                *(bus.consume(db, "profile", on) for on in SUBSCRIPTIONS),
            ]
        answers = [
            Answers(
                SERVICE,
                profile_pb2_grpc.add_ProfileServiceServicer_to_server,
                ProfileService(db, workspaces, clock),
            )
        ]
        async with serving(settings, roles, answers, loops, clock) as (address, failed):
            yield App(db, bus, address, failed)


SERVICE = "rapport.profile.v1.ProfileService"
# The capture queue, our own facts, and those we hear.
STREAMS = (queue_for("capture"), *map(stream_for, ("profile", "gateway", *OWNERS)))
DAY_SECONDS = 86_400.0
