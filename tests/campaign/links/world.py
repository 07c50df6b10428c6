"""The rooms of the campaign service for links, topics and settings, on a real database and a real wire."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import grpc
from google.protobuf.message import Message
from rapport.campaign.v1 import (
    campaign_pb2_grpc,
    content_pb2,
    events_pb2,
    links_pb2_grpc,
)

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.db import Database
from chassis.health import serve_health
from chassis.ids import uuid7
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.serving import answered_by
from services.campaign.content.links import Addresses
from services.campaign.rpc.channel_settings import ChannelSettings
from services.campaign.rpc.groups import Groups
from services.campaign.rpc.links import Links
from services.campaign.rpc.policies import Policies
from services.campaign.rpc.subscriptions import Subscriptions
from services.campaign.store import links
from services.campaign.store.links import Stored

NUMBERS = itertools.count(1)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
CALLER_SECRET = "a secret of the house"
LINK_SECRET = "what links are signed with"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@dataclass
class Clock:
    """It stands still until somebody sets it on."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


@dataclass
class World:
    db: Database
    clock: Clock
    address: str
    wire: grpc.aio.Channel
    # The owner of nothing, who sees all workspaces.
    administrator: "asyncpg.Connection[asyncpg.Record]"

    @property
    def link_service(self) -> links_pb2_grpc.LinkServiceStub:
        return links_pb2_grpc.LinkServiceStub(self.wire)

    @property
    def campaign_service(self) -> campaign_pb2_grpc.CampaignServiceStub:
        return campaign_pb2_grpc.CampaignServiceStub(self.wire)


@dataclass
class Shop:
    """A workspace with customers and messages, put there as the other rooms would."""

    world: World
    workspace: str = field(default_factory=lambda: f"shop-{next(NUMBERS)}")

    async def customer(self, email: str = "ada@example.com", **more: object) -> tuple[int, str]:
        """A new one: her number and her name."""
        key, id = next(NUMBERS), uuid7(NOON)
        identifiers = f'{{"email": ["{email}"]}}'
        values = {"key": key, "profile": id, "identifiers": identifiers, "traits": "{}", "computed": "{}"}
        await self.put("contact", **values | more)
        return key, f"profiles/{id}"

    async def absorb(self, absorbed: int, survivor: int) -> None:
        """Two customers turned out to be one."""
        sql = "UPDATE contact SET merged_into = $3 WHERE workspace = $1 AND key = $2"
        await self.world.administrator.execute(sql, self.workspace, absorbed, survivor)

    async def consent(self, key: int, decided: datetime, **more: object) -> None:
        """To marketing by e-mail, in place of whatever she said before."""
        sql = "DELETE FROM consent WHERE workspace = $1 AND profile_key = $2"
        await self.world.administrator.execute(sql, self.workspace, key)
        values = {"channel": "email", "purpose": "marketing", "decision": "granted"}
        await self.put("consent", profile_key=key, time_us=micros(decided), **values | more)

    async def message(self, key: int, profile: str, *urls: str, **more: object) -> Addresses:
        """One that was handed over an hour ago, of the template `news`."""
        id = uuid7(NOON)
        values = {
            "id": id,
            "profile_key": key,
            "profile": UUID(profile.removeprefix("profiles/")),
            "template": "news",
            "channel": "email",
            "class": "marketing",
            "campaign": "broadcasts/spring",
            "subject": "Spring",
            "address": "ada@example.com",
            "state": 2,
            "send_us": micros(self.world.clock() - timedelta(hours=1)),
        }
        await self.put("send", **values | more)
        async with self.world.db.begin(self.workspace) as tx:
            await links.keep(await tx.raw(), [Stored(self.workspace, id, urls)])
        return Addresses("https://mail.example", LINK_SECRET, self.workspace, id)

    async def template(self, topic: str) -> None:
        """The template `news` belongs to a topic."""
        channel, group = content_pb2.EMAIL, f"subscription_groups/{topic}"
        await self.put("template", slug="news", channel=channel, subscription_group=group)

    async def group(self, slug: str, **more: object) -> None:
        await self.put("subscription_group", slug=slug, **{"channels": ["email"], "revision": 1} | more)

    async def put(self, table: str, **values: object) -> None:
        """One row; what is not told is empty."""
        columns = {row["name"]: row for row in await self.world.administrator.fetch(COLUMNS, table)}
        needed = {name: EMPTY[row["type"]] for name, row in columns.items() if row["needed"]}
        row = needed | {"workspace": self.workspace} | values
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        sql = f"INSERT INTO {table} ({names}) VALUES ({places})"
        await self.world.administrator.execute(sql, *row.values())

    async def ask(self, method, request: Message) -> Message:
        caller = Caller(self.workspace, "keys/test", frozenset({"*"}))
        return await method(request, metadata=metadata(caller, CALLER_SECRET, self.world.clock()))

    async def told(self) -> list[Message]:
        """Every fact that was promised, in its order."""
        rows = await self.world.administrator.fetch(
            "SELECT subject, payload FROM outbox WHERE workspace = $1 ORDER BY id", self.workspace
        )
        return [fact(row["subject"], row["payload"]) for row in rows]

    async def names_told(self) -> list[str]:
        return [each.DESCRIPTOR.name for each in await self.told()]


def fact(subject: str, payload: bytes) -> Message:
    name = subject.rpartition(".")[0].removeprefix("rapport.campaign.v1.")
    return getattr(events_pb2, name).FromString(payload)


def micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


@asynccontextmanager
async def campaign_rooms(clone, state: Path) -> AsyncIterator[World]:
    clock = Clock()
    folder = state / f"l{next(NUMBERS)}"
    folder.mkdir()
    administrator = await asyncpg.connect(clone.url.replace("rapport_campaign@", "postgres@"))
    async with Database.open(clone.url, clock=clock) as db:
        server, address = rpc_server("campaign.rapport", f"unix:{folder}/s", CALLER_SECRET, clock=clock)
        rooms = (Groups(db, clock), Subscriptions(db, clock), ChannelSettings(db, clock), Policies(db, clock))
        campaigns = answered_by(campaign_pb2_grpc.CampaignServiceServicer(), *rooms)
        campaign_pb2_grpc.add_CampaignServiceServicer_to_server(campaigns, server)
        doors = answered_by(links_pb2_grpc.LinkServiceServicer(), Links(db, clock))
        links_pb2_grpc.add_LinkServiceServicer_to_server(doors, server)
        health = serve_health(server, ["rapport.campaign.v1.LinkService"])
        async with running(server, grace_seconds=0, health=health), channel(address) as wire:
            yield World(db, clock, address, wire, administrator)
    await administrator.close()


EMPTY = {
    "text": "",
    "smallint": 0,
    "integer": 0,
    "bigint": 0,
    "boolean": False,
    "bytea": b"",
    "text[]": [],
    "uuid": UUID(int=0),
    "timestamp with time zone": NOON,
}
COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AND NOT atthasdef AS needed
FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
"""
