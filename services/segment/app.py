"""Where the segment service is put together. Read this first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rapport.segment.v1 import segment_pb2_grpc

from chassis import hot
from chassis.bus import Bus
from chassis.clock import Clock, utc_now
from chassis.commands import Roles
from chassis.db import Database
from chassis.retention import retention
from chassis.serving import Answers, App, Loop, serving
from chassis.streams import stream_for
from chassis.timers import every
from chassis.workspaces import REFRESH_SECONDS, Workspaces
from services.segment.engine.items import PROFILE, opened
from services.segment.engine.take import Engine
from services.segment.handlers import SUBSCRIPTIONS
from services.segment.rpc.service import SegmentService
from services.segment.settings import Settings
from services.segment.timers import Timers


@asynccontextmanager
async def segment_app(settings: Settings, roles: Roles, clock: Clock = utc_now) -> AsyncIterator[App]:
    async with (
        Database.open(settings.database_url, clock=clock) as db,
        Bus.open(settings.nats_url, name="segment") as bus,
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
            loops += [
                hot.own(bus, db, PROFILE, engine.take, opened, forget=engine.forget),
                every(BEAT_SECONDS, timers.let_time_pass, clock),
                every(BEAT_SECONDS, timers.build_versions, clock),
                every(DAY_SECONDS, timers.prepare_months, clock),
                retention(db, clock),
                *(bus.consume(db, "segment", on) for on in SUBSCRIPTIONS),
            ]
        answers = [
            Answers(
                SERVICE,
                segment_pb2_grpc.add_SegmentServiceServicer_to_server,
                SegmentService(db, workspaces, clock),
            )
        ]
        async with serving(settings, roles, answers, loops, clock) as (address, failed):
            yield App(db, bus, address, failed)


SERVICE = "rapport.segment.v1.SegmentService"
# Our own facts, and those we hear.
STREAMS = (stream_for("segment"), stream_for("profile"), stream_for("gateway"))
# Within a second of the instant that decides, somebody has entered or left.
BEAT_SECONDS = 0.25
DAY_SECONDS = 86_400.0
