"""Where the loyalty service is put together. Read this first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rapport.loyalty.v1 import loyalty_pb2_grpc

from chassis.bus import Bus
from chassis.clock import Clock, utc_now
from chassis.commands import Roles
from chassis.db import Database
from chassis.retention import retention
from chassis.serving import Answers, App, Loop, serving
from chassis.streams import stream_for
from chassis.timers import every
from chassis.workspaces import REFRESH_SECONDS, Workspaces
from services.loyalty.actions.catalog import Catalogs
from services.loyalty.actions.work import Desk
from services.loyalty.handlers import Handlers
from services.loyalty.rpc.service import loyalty_service
from services.loyalty.settings import Settings
from services.loyalty.timers import Timers


@asynccontextmanager
async def loyalty_app(settings: Settings, roles: Roles, clock: Clock = utc_now) -> AsyncIterator[App]:
    async with (
        Database.open(settings.database_url, clock=clock) as db,
        Bus.open(settings.nats_url, name="loyalty") as bus,
    ):
        await bus.ensure_streams(STREAMS)
        workspaces = Workspaces()
        await workspaces.refresh(db)
        desk = Desk(workspaces, Catalogs(), clock)
        timers = Timers(db, desk)
        loops: list[Loop] = [
            bus.relay(db),
            every(REFRESH_SECONDS, timers.refresh_workspaces, clock),
        ]
        if "worker" in roles:
            loops += [
                every(BEAT_SECONDS, timers.let_time_pass, clock),
                every(DAY_SECONDS, timers.compare_books, clock),
                retention(db, clock),
                *(bus.consume(db, "loyalty", on) for on in Handlers(desk).subscriptions()),
            ]
        answers = [
            Answers(SERVICE, loyalty_pb2_grpc.add_LoyaltyServiceServicer_to_server, loyalty_service(db, desk))
        ]
        async with serving(settings, roles, answers, loops, clock) as (address, failed):
            yield App(db, bus, address, failed)


SERVICE = "rapport.loyalty.v1.LoyaltyService"
# Our own facts, and those we hear.
STREAMS = (stream_for("loyalty"), stream_for("profile"), stream_for("gateway"))
# Within a second of the instant that decides, it has happened; whoever asks earlier is told as if it had.
BEAT_SECONDS = 0.5
DAY_SECONDS = 86_400.0
