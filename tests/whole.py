"""The whole house in one process: every service behind the real gateway, by one clock a test may move."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.clock import Clock, utc_now
from deploy.local.mail.sink import Sink, mail_sink
from deploy.local.postgres import Postgres
from deploy.local.provision import app_role, owner_role
from gateway import settings as gateway_settings
from gateway.app import gateway_app
from services.campaign.app import campaign_app
from services.campaign.settings import Settings as CampaignSettings
from services.loyalty.app import loyalty_app
from services.loyalty.settings import Settings as LoyaltySettings
from services.profile.app import profile_app
from services.profile.settings import Settings as ProfileSettings
from services.segment.app import segment_app
from services.segment.settings import Settings as SegmentSettings
from services.support.app import support_app
from services.support.settings import Settings as SupportSettings
from tests.conftest import Clone, MakeTemplate, execute

CALLER_SECRET = "a secret of the house"
OPERATOR_KEY = "the key of the operator"
LINK_SECRET = "what links are signed with"
# Every service behind the gateway, and how it is put together.
SERVICES: dict[str, tuple[Any, Any]] = {
    "profile": (ProfileSettings, profile_app),
    "segment": (SegmentSettings, segment_app),
    "campaign": (CampaignSettings, campaign_app),
    "support": (SupportSettings, support_app),
    "loyalty": (LoyaltySettings, loyalty_app),
}
NUMBERS = itertools.count(1)


@dataclass
class MovedClock:
    """The real time, and how far a test has gone ahead of it."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **length: float) -> None:
        self.ahead += timedelta(**length)


@dataclass(frozen=True, slots=True)
class Whole:
    """Where a standing house is reached."""

    address: str
    addresses: dict[str, str]
    sink: Sink
    desk: str


@asynccontextmanager
async def standing(
    folder: Path, nats_url: str, clones: dict[str, Clone], clock: Clock = utc_now
) -> AsyncIterator[Whole]:
    await asyncio.to_thread(folder.mkdir)
    addresses = {service: f"unix:{folder}/{service}" for service in SERVICES}
    common = {"nats_url": nats_url, "caller_secret": CALLER_SECRET, "grace_seconds": 0}
    async with AsyncExitStack() as stack:
        sink = await stack.enter_async_context(mail_sink(folder / "mail"))
        desk = ""
        for service, (settings, app) in SERVICES.items():
            told = settings(
                **common,
                **besides(service, sink),
                database_url=clones[service].url,
                listen=addresses[service],
            )
            stands = await stack.enter_async_context(app(told, frozenset({"serve", "worker"}), clock))
            desk = getattr(stands, "smtp_address", desk)
        front = gateway_settings.Settings(
            **common,
            database_url=clones["gateway"].url,
            http_listen="127.0.0.1:0",
            key_secret="pepper and salt and more",
            link_secret=LINK_SECRET,
            operator_key=OPERATOR_KEY,
            rate_per_second=1_000_000,
            rate_burst=1_000_000,
            **{f"{service}_address": address for service, address in addresses.items()},
        )
        gateway = await stack.enter_async_context(gateway_app(front, clock=clock))
        yield Whole(gateway.address, addresses, sink, desk)


def besides(service: str, sink: Sink) -> dict[str, Any]:
    """What a service is told beside what all are."""
    sending = {"smtp_url": sink.smtp_url, "smtp_lookup_url": sink.lookup_url}
    told: dict[str, dict[str, Any]] = {
        "campaign": {**sending, "link_url": "http://127.0.0.1:8080", "link_secret": LINK_SECRET},
        "support": {**sending, "smtp_listen": "127.0.0.1:0", "reply_secret": "what replies are signed with"},
    }
    return told.get(service, {})


@asynccontextmanager
async def cloned(postgres: Postgres, template: MakeTemplate) -> AsyncIterator[dict[str, Clone]]:
    """A fresh database for every service and the gateway, gone afterwards."""
    clones: dict[str, Clone] = {}
    made: list[str] = []
    for service in ("gateway", *SERVICES):
        await template(service)
        name, owner = f"{service}_whole_{next(NUMBERS)}", owner_role(service)
        await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE {service} OWNER {owner}")
        made.append(name)
        clones[service] = Clone(postgres.url(name, app_role(service)), postgres.url(name, owner))
    try:
        yield clones
    finally:
        for name in made:
            await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")
