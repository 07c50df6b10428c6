"""Where the support service is put together. Read this first."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from rapport.support.v1 import support_pb2_grpc

from chassis.bus import Bus
from chassis.clock import Clock, utc_now
from chassis.commands import Roles
from chassis.db import Database
from chassis.retention import retention
from chassis.runtime import Failed
from chassis.serving import Answers, Loop, serving
from chassis.streams import stream_for
from chassis.timers import every
from chassis.workspaces import REFRESH_SECONDS, Workspaces
from services.support.actions.deliver import Postman
from services.support.handlers import SUBSCRIPTIONS
from services.support.mail.door import Door, open_door
from services.support.mail.smtp import Server
from services.support.rpc.service import support_service
from services.support.settings import Settings
from services.support.timers import Timers


@dataclass(frozen=True, slots=True)
class App:
    """What the running service shows to those who run it."""

    db: Database
    bus: Bus
    # Where gRPC is served, and where mail is taken in; empty where this process does neither.
    address: str
    smtp_address: str
    failed: Failed


@asynccontextmanager
async def support_app(settings: Settings, roles: Roles, clock: Clock = utc_now) -> AsyncIterator[App]:
    secret = settings.reply_secret.get_secret_value()
    async with (
        Database.open(settings.database_url, clock=clock) as db,
        Bus.open(settings.nats_url, name="support") as bus,
        AsyncExitStack() as doors,
    ):
        await bus.ensure_streams(STREAMS)
        timers = Timers(db, Workspaces(), clock, secret)
        await timers.refresh_workspaces(clock())
        loops: list[Loop] = [bus.relay(db), every(REFRESH_SECONDS, timers.refresh_workspaces, clock)]
        if "worker" in roles:
            loops += work(settings, db, bus, timers, clock)
        answers = [
            Answers(
                SERVICE,
                support_pb2_grpc.add_SupportServiceServicer_to_server,
                support_service(db, clock, secret),
            )
        ]
        async with serving(settings, roles, answers, loops, clock) as (address, failed):
            smtp = ""
            if "serve" in roles and settings.smtp_listen:
                smtp = await doors.enter_async_context(
                    open_door(Door(db, secret, clock), settings.smtp_listen)
                )
            yield App(db, bus, address, smtp, failed)


def work(settings: Settings, db: Database, bus: Bus, timers: Timers, clock: Clock) -> list[Loop]:
    """What a worker does: mail in and out, what is due, and what others tell."""
    loops: list[Loop] = [
        every(BEAT_SECONDS, timers.take_in_mail, clock),
        every(BEAT_SECONDS, timers.wake_tickets, clock),
        every(BEAT_SECONDS, timers.route_tickets, clock),
        every(BEAT_SECONDS, timers.tell_breaches, clock),
        every(BEAT_SECONDS, timers.replan_tickets, clock),
        every(HOUR_SECONDS, timers.forget_files, clock),
        retention(db, clock),
        *(bus.consume(db, "support", on) for on in SUBSCRIPTIONS),
    ]
    if settings.smtp_url:
        server = Server(settings.smtp_url, settings.smtp_lookup_url, settings.hand_over_seconds)
        secret = settings.reply_secret.get_secret_value()
        postman = Postman(db, clock, server, secret, settings.reply_domain, settings.lease_seconds)
        loops.append(every(BEAT_SECONDS, postman.deliver_due, clock))
    return loops


SERVICE = "rapport.support.v1.SupportService"
# Our own facts, and those we hear.
STREAMS = (stream_for("support"), stream_for("profile"), stream_for("gateway"))
BEAT_SECONDS = 0.25
HOUR_SECONDS = 3_600.0
