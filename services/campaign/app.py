"""Where the campaign service is put together. Read this first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from rapport.campaign.v1 import campaign_pb2_grpc, links_pb2_grpc

from chassis import hot
from chassis.bus import Bus
from chassis.clock import Clock, utc_now
from chassis.commands import Roles
from chassis.db import Database
from chassis.retention import retention
from chassis.serving import Answers, App, Loop, answered_by, serving
from chassis.streams import stream_for
from chassis.timers import every
from chassis.workspaces import REFRESH_SECONDS, Workspaces
from services.campaign.channels.providers import Providers
from services.campaign.engine.broadcasts import Broadcaster
from services.campaign.engine.items import PROFILE, SEGMENT, opened
from services.campaign.engine.membership import Segments
from services.campaign.engine.take import Engine
from services.campaign.engine.wake import Waker
from services.campaign.handlers import SUBSCRIPTIONS
from services.campaign.rpc.broadcasts import Broadcasts
from services.campaign.rpc.channel_settings import ChannelSettings
from services.campaign.rpc.explaining import Explaining
from services.campaign.rpc.groups import Groups
from services.campaign.rpc.journeys import Journeys
from services.campaign.rpc.links import Links
from services.campaign.rpc.policies import Policies
from services.campaign.rpc.providers import Providers as ProviderRoom
from services.campaign.rpc.rendering import Rendering
from services.campaign.rpc.results import Results
from services.campaign.rpc.runs import Runs
from services.campaign.rpc.sends import Sends
from services.campaign.rpc.subscriptions import Subscriptions
from services.campaign.rpc.suppressions import Suppressions
from services.campaign.rpc.templates import Templates
from services.campaign.rpc.versions import Versions
from services.campaign.sending.deliver import Sender
from services.campaign.settings import Settings
from services.campaign.timers import Timers


@asynccontextmanager
async def campaign_app(settings: Settings, roles: Roles, clock: Clock = utc_now) -> AsyncIterator[App]:
    async with (
        Database.open(settings.database_url, clock=clock) as db,
        Bus.open(settings.nats_url, name="campaign") as bus,
        carriers(settings, clock) as providers,
    ):
        await bus.ensure_streams(STREAMS)
        workspaces = Workspaces()
        await workspaces.refresh(db)
        timers = Timers(db, workspaces)
        sender = sender_of(settings, db, providers, workspaces, clock)
        loops: list[Loop] = [bus.relay(db), every(REFRESH_SECONDS, timers.refresh_workspaces, clock)]
        if "worker" in roles:
            loops += work(db, bus, workspaces, timers, clock)
            loops.append(sender.run())
        answers = [
            Answers(
                CAMPAIGN,
                campaign_pb2_grpc.add_CampaignServiceServicer_to_server,
                campaign_service(
                    settings, db, providers=providers, workspaces=workspaces, sender=sender, clock=clock
                ),
            ),
            Answers(
                LINKS,
                links_pb2_grpc.add_LinkServiceServicer_to_server,
                answered_by(links_pb2_grpc.LinkServiceServicer(), Links(db, clock)),
            ),
        ]
        async with serving(settings, roles, answers, loops, clock) as (address, failed):
            yield App(db, bus, address, failed)


def work(db: Database, bus: Bus, workspaces: Workspaces, timers: Timers, clock: Clock) -> list[Loop]:
    """What a worker does beside sending: hears of customers, and lets time pass."""
    customers, members = Engine(clock, workspaces), Segments(clock, workspaces)
    waker, broadcaster = Waker(db, workspaces, clock), Broadcaster(db, workspaces)
    return [
        hot.own(bus, db, PROFILE, customers.take, opened, forget=customers.forget),
        hot.own(bus, db, SEGMENT, members.take, opened, forget=members.forget),
        every(BEAT_SECONDS, waker.act_on_entrances, clock),
        every(BEAT_SECONDS, waker.wake_runs, clock),
        every(BEAT_SECONDS, broadcaster.send_broadcasts, clock),
        every(BEAT_SECONDS, timers.settle_clicks, clock),
        every(BEAT_SECONDS, timers.credit_orders, clock),
        every(HOUR_SECONDS, timers.forget, clock),
        retention(db, clock),
        *(bus.consume(db, "campaign", on) for on in SUBSCRIPTIONS),
    ]


@asynccontextmanager
async def carriers(settings: Settings, clock: Clock) -> AsyncIterator[Providers]:
    providers = Providers(
        smtp_url=settings.smtp_url,
        smtp_lookup_url=settings.smtp_lookup_url,
        seconds=settings.hand_over_seconds,
        clock=clock,
    )
    try:
        yield providers
    finally:
        await providers.close()


def sender_of(
    settings: Settings, db: Database, providers: Providers, workspaces: Workspaces, clock: Clock
) -> Sender:
    return Sender(
        db,
        providers,
        workspaces,
        clock,
        link_url=settings.link_url,
        link_secret=settings.link_secret.get_secret_value(),
        hand_over_seconds=settings.hand_over_seconds,
        lease_seconds=settings.lease_seconds,
        random=SystemRandom(),
    )


def campaign_service(
    settings: Settings,
    db: Database,
    *,
    providers: Providers,
    workspaces: Workspaces,
    sender: Sender,
    clock: Clock,
) -> campaign_pb2_grpc.CampaignServiceServicer:
    """Each method is answered by the room that knows its resource."""
    rendering = Rendering(
        db,
        workspaces,
        clock,
        providers,
        link_url=settings.link_url,
        link_secret=settings.link_secret.get_secret_value(),
        hand_over_seconds=settings.hand_over_seconds,
    )
    return answered_by(
        campaign_pb2_grpc.CampaignServiceServicer(),
        Templates(db, clock),
        rendering,
        Broadcasts(db, workspaces, clock),
        Journeys(db, clock),
        Versions(db, clock),
        Runs(db, workspaces, clock),
        Sends(db, clock, providers, sender.wake),
        Explaining(db, workspaces, clock),
        Results(db, clock),
        Suppressions(db, workspaces, clock),
        Groups(db, clock),
        Subscriptions(db, clock),
        ChannelSettings(db, clock),
        Policies(db, clock),
        ProviderRoom(db, clock, providers, seconds=settings.hand_over_seconds),
    )


CAMPAIGN, LINKS = "rapport.campaign.v1.CampaignService", "rapport.campaign.v1.LinkService"
# Our own facts, and those we hear.
STREAMS = (
    stream_for("campaign"),
    stream_for("profile"),
    stream_for("segment"),
    stream_for("support"),
    stream_for("gateway"),
)
# Within so long of its instant, a wait ends and a broadcast begins.
BEAT_SECONDS = 0.2
HOUR_SECONDS = 3_600.0
