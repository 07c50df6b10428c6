"""Where the gateway is put together. Read this first."""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import grpc
from rapport.campaign.v1 import links_pb2
from rapport.gateway.v1 import gateway_pb2, overview_pb2

from chassis.bus import Bus
from chassis.channels import channel
from chassis.clock import Clock, utc_now
from chassis.db import Database
from chassis.retention import retention
from chassis.runtime import Failed, running
from chassis.streams import queue_for, stream_for

from . import convert, store
from .asgi import Gateway
from .callers import Callers, Holder
from .calls import Call, local, remote
from .cors import Cors
from .edge import Edge
from .edge.capture import Capture
from .edge.capture_stream import CaptureStream
from .edge.documents import api_document, document_doors, house_routes
from .edge.health import Probe, bus_probe, database_probe, health_doors, service_probe
from .edge.links import Links
from .edge.senders import Senders
from .limits import Limits
from .overview import OverviewService
from .routes import Inner, Routes, inner
from .rpc import GatewayService
from .serving import serving
from .settings import Settings


@dataclass(frozen=True, slots=True)
class App:
    failed: Failed
    # Where HTTP is served.
    address: str


@asynccontextmanager
async def gateway_app(
    settings: Settings,
    _roles: frozenset[str] = frozenset({"serve"}),
    *,
    clock: Clock = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[App]:
    async with (
        Database.open(settings.database_url, clock=clock) as db,
        Bus.open(settings.nats_url, name="gateway") as bus,
        channels(settings) as services,
    ):
        await bus.ensure_streams(STREAMS)
        routes, known = house_routes(), callers(db, settings, monotonic)
        capturing = capture(bus, known, settings, clock, monotonic)
        front = Gateway(
            routes=routes,
            calls=calls(routes, services, db, settings, clock),
            edge=Edge(
                paths=capturing.paths
                | health_doors(probes(db, bus, services))
                | document_doors(api_document(routes)),
                patterns=(*capturing.patterns, *mail_links(services, settings, clock, monotonic).patterns),
            ),
            callers=known,
            limits=Limits(
                "api", per_second=settings.rate_per_second, burst=settings.rate_burst, monotonic=monotonic
            ),
            cors=Cors.parse(settings.cors_origins),
            clock=clock,
        )
        async with (
            running(
                None, bus.relay(db), retention(db, clock), grace_seconds=settings.grace_seconds
            ) as failed,
            serving(
                front, settings.http_listen, grace_seconds=settings.grace_seconds, failed=failed
            ) as address,
        ):
            yield App(failed, address)


@asynccontextmanager
async def channels(settings: Settings) -> AsyncIterator[dict[str, grpc.aio.Channel]]:
    """A channel to every service behind the gateway. Nothing connects before the first call."""
    addresses = {
        "profile": settings.profile_address,
        "segment": settings.segment_address,
        "campaign": settings.campaign_address,
        "support": settings.support_address,
        "loyalty": settings.loyalty_address,
    }
    async with AsyncExitStack() as stack:
        yield {
            service: await stack.enter_async_context(channel(address))
            for service, address in addresses.items()
        }


def calls(
    routes: Routes,
    services: Mapping[str, grpc.aio.Channel],
    db: Database,
    settings: Settings,
    clock: Clock,
) -> dict[str, Call]:
    """What every route leads to: a service, or this process for the gateway's own methods."""
    behind = {
        route.rpc: remote(
            route,
            services[route.service.split(".")[1]],
            caller_secret=settings.caller_secret.get_secret_value(),
            clock=clock,
            deadline_seconds=settings.deadline_seconds,
        )
        for route in routes.all
        if route.service not in OWN
    }
    own = {
        OWN_SERVICE: GatewayService(
            db, clock=clock, pepper=pepper(settings), random=partial(secrets.token_urlsafe, KEY_BYTES)
        ),
        OVERVIEWS: OverviewService(behind, routes.all),
    }
    here = {
        route.rpc: local(route, own[route.service], deadline_seconds=settings.deadline_seconds)
        for route in routes.all
        if route.service in OWN
    }
    return behind | here


def callers(db: Database, settings: Settings, monotonic: Callable[[], float]) -> Callers:
    async def find(workspace: str, digest: bytes) -> Holder | None:
        async with db.begin(workspace) as tx:
            row = await store.api_key_by_digest(tx, digest)
            return convert.holder(row) if row else None

    return Callers(
        find,
        pepper=pepper(settings),
        operator_key=settings.operator_key.get_secret_value(),
        monotonic=monotonic,
    )


def capture(
    bus: Bus, keys: Callers, settings: Settings, clock: Clock, monotonic: Callable[[], float]
) -> Capture:
    """The tracking API. Its limit counts events, and is apart from that of the other calls."""
    return Capture(
        stream=CaptureStream(bus.publish),
        keys=keys,
        limits=Limits(
            "capture",
            per_second=settings.capture_per_second,
            burst=settings.capture_burst,
            monotonic=monotonic,
        ),
        senders=Senders.parse(settings.trusted_proxies),
        clock=clock,
    )


def mail_links(
    services: Mapping[str, grpc.aio.Channel],
    settings: Settings,
    clock: Clock,
    monotonic: Callable[[], float],
) -> Links:
    """Where links in mails lead. Their limit is one of addresses: who follows them has no key."""

    def call(method: Inner) -> Call:
        return remote(
            method,
            services["campaign"],
            caller_secret=settings.caller_secret.get_secret_value(),
            clock=clock,
            deadline_seconds=min(settings.deadline_seconds, LINK_SECONDS),
        )

    return Links(
        {name: call(method) for name, method in inner(LINK_SERVICE).items()},
        secret=settings.link_secret.get_secret_value(),
        limits=Limits("links", per_second=LINKS_PER_SECOND, burst=LINKS_AT_ONCE, monotonic=monotonic),
        senders=Senders.parse(settings.trusted_proxies),
    )


def probes(db: Database, bus: Bus, services: Mapping[str, grpc.aio.Channel]) -> dict[str, Probe]:
    return {
        "database": database_probe(db),
        "bus": bus_probe(bus),
        **{name: service_probe(each) for name, each in services.items()},
    }


def pepper(settings: Settings) -> bytes:
    return settings.key_secret.get_secret_value().encode()


LINK_SERVICE = links_pb2.DESCRIPTOR.services_by_name["LinkService"]
OWN_SERVICE = gateway_pb2.DESCRIPTOR.services_by_name["GatewayService"].full_name
OVERVIEWS = overview_pb2.DESCRIPTOR.services_by_name["OverviewService"].full_name
# What is answered in this process.
OWN = {OWN_SERVICE, OVERVIEWS}
STREAMS = (queue_for("capture"), stream_for("gateway"))
KEY_BYTES = 32
# Nobody waits longer for a page; and many who read mail share one address.
LINK_SECONDS = 5.0
LINKS_PER_SECOND, LINKS_AT_ONCE = 100.0, 1000
