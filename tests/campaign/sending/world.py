"""A shop that sends: customers, templates and providers in a real database, and a sender."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from google.protobuf.message import Message
from rapport.campaign.v1 import content_pb2 as pb
from rapport.campaign.v1 import events_pb2 as events

from chassis.db import Database
from chassis.workspaces import Workspaces
from services.campaign.channels.providers import Providers
from services.campaign.domain.ledger import State
from services.campaign.domain.settings import ChannelSetting, SendingPolicy
from services.campaign.sending.claims import Claim, claim
from services.campaign.sending.deliver import Sender
from services.campaign.store import channel_settings, policies, providers, templates

WORKSPACE = "acme"
NUMBERS = itertools.count(1)


class Hands:
    """A clock that goes on by itself, and is set forward by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@dataclass(frozen=True)
class Customer:
    key: int
    profile: UUID
    address: str

    @property
    def name(self) -> str:
        return f"profiles/{self.profile}"


@dataclass
class World:
    db: Database
    clock: Hands
    providers: Providers
    sender: Sender
    workspaces: Workspaces
    seen: int = 0
    owner: Any = None
    others: list[Sender] = field(default_factory=list)

    async def run(self, statement: str, *values: object, workspace: str = WORKSPACE) -> list[asyncpg.Record]:
        async with self.db.begin(workspace) as tx:
            return await (await tx.raw()).fetch(statement, *values)

    async def customer(
        self, *, consents: tuple[tuple[str, str], ...] = (("email", "marketing"),), **about: Any
    ) -> Customer:
        number = next(NUMBERS)
        one = Customer(number, uuid4(), about.pop("address", f"customer{number}@example.com"))
        said = {"identifiers": {"email": [one.address]} if one.address else {}, "traits": {}, "computed": {}}
        said |= about
        workspace = said.pop("workspace", WORKSPACE)
        await self.run(
            CONTACT,
            workspace,
            one.key,
            one.profile,
            *(orjson.dumps(said[name]).decode() for name in ("identifiers", "traits", "computed")),
            said.get("erased", False),
            workspace=workspace,
        )
        for channel, purpose in consents:
            await self.run(CONSENT, workspace, one.key, channel, purpose, workspace=workspace)
        return one

    async def customers(self, count: int, **about: Any) -> list[Customer]:
        return [await self.customer(**about) for _ in range(count)]

    async def template(
        self, slug: str = "hello", *, channel: str = "email", message_class: str = "marketing", **about: Any
    ) -> str:
        content = pb.Content(
            locale="en", **{"subject": "Hello", "text": "Hello there.", **about.pop("content", {})}
        )
        values = templates.Values(
            slug,
            pb.MessageClass.Value(message_class.upper()),
            pb.Template(contents=[content]).SerializeToString(),
            about.pop("group", ""),
            about.pop("tracking", False),
        )
        workspace = about.pop("workspace", WORKSPACE)
        async with self.db.begin(workspace) as tx:
            made = await templates.create(
                await tx.raw(),
                workspace,
                slug,
                values,
                self.clock(),
                channel=pb.Channel.Value(channel.upper()),
            )
        assert made
        return slug

    async def policy(self, **decided: Any) -> None:
        async with self.db.begin(WORKSPACE) as tx:
            await policies.write(await tx.raw(), WORKSPACE, SendingPolicy(**decided), self.clock())

    async def channel(self, channel: str = "email", workspace: str = WORKSPACE, **decided: Any) -> None:
        said = {
            "sender": "Acme <news@acme.example>",
            "postal_address": "1 High St",
            "tracking": False,
        } | decided
        async with self.db.begin(workspace) as tx:
            await channel_settings.write(
                await tx.raw(), workspace, ChannelSetting(channel, **said), self.clock()
            )

    async def provider(self, slug: str, *, workspace: str = WORKSPACE, **about: Any) -> None:
        kept = {
            "display_name": slug,
            "channel": "email",
            "adapter": "smtp",
            "secrets": {},
            "rank": 0,
            "rate_per_second": 0.0,
            "enabled": True,
        } | about
        kept["settings"] = orjson.dumps(kept["settings"]).decode()
        async with self.db.begin(workspace) as tx:
            await providers.create(await tx.raw(), workspace, slug, providers.Kept(**kept), self.clock())

    async def claim(
        self, *customers: Customer, workspace: str = WORKSPACE, message_class: str = "marketing", **about: Any
    ) -> list[UUID]:
        """One message to each, due now."""
        claims = [
            Claim(
                **{
                    "id": uuid4(),
                    "profile_key": one.key,
                    "profile": one.profile,
                    "template": "hello",
                    "channel": "email",
                    "message_class": message_class,
                    **about,
                }
            )
            for one in customers
        ]
        async with self.db.begin(workspace) as tx:
            await claim(await tx.raw(), workspace, claims, self.clock())
        return [each.id for each in claims]

    async def deliver(self) -> None:
        """Everything that is due now, to the end."""
        await self.sender.deliver_due()
        await self.sender.finish()

    async def send(self, id: UUID, workspace: str = WORKSPACE) -> asyncpg.Record:
        (row,) = await self.run("SELECT * FROM send WHERE id = $1", id, workspace=workspace)
        return row

    async def states(self, workspace: str = WORKSPACE) -> dict[str, int]:
        rows = await self.run("SELECT state FROM send", workspace=workspace)
        return dict(Counter(State(row["state"]).name for row in rows))

    async def decisions(self, id: UUID) -> list[tuple[str, str]]:
        rows = await self.run("SELECT * FROM decision WHERE send = $1 ORDER BY number", id)
        return [(row["outcome"], row["rule"]) for row in rows]

    async def attempts(self, id: UUID) -> list[tuple[str, str]]:
        rows = await self.run("SELECT * FROM attempt WHERE send = $1 ORDER BY number", id)
        return [(row["provider"], row["outcome"]) for row in rows]

    async def waiting(self) -> int:
        (row,) = await self.run("SELECT count(*) AS count FROM send_due")
        return row["count"]

    async def told(self) -> list[Message]:
        """What was promised since the last time, oldest first."""
        rows = await self.run("SELECT * FROM outbox WHERE id > $1 ORDER BY id", self.seen)
        self.seen = rows[-1]["id"] if rows else self.seen
        return [getattr(events, row["subject"].split(".")[3]).FromString(row["payload"]) for row in rows]

    async def headers(self) -> list[dict[str, str]]:
        rows = await self.run("SELECT headers::text FROM outbox ORDER BY id")
        return [orjson.loads(row["headers"]) for row in rows]


@asynccontextmanager
async def world(
    url: str, smtp_url: str, lookup_url: str | None, *, lease: float = 60, hand_over: float = 5
) -> AsyncIterator[World]:
    hands = Hands()
    async with Database.open(url, clock=hands) as db:
        pool = Providers(smtp_url=smtp_url, smtp_lookup_url=lookup_url, seconds=hand_over, clock=hands)
        workspaces = Workspaces()
        try:
            yield World(db, hands, pool, sender(db, pool, workspaces, hands, lease, hand_over), workspaces)
        finally:
            await pool.close()


def sender(  # noqa: PLR0917 -- as a sender wants it
    db: Database,
    pool: Providers,
    workspaces: Workspaces,
    clock: Any,
    lease: float = 60,
    hand_over: float = 5,
    seed: int = 1,
) -> Sender:
    return Sender(
        db,
        pool,
        workspaces,
        clock,
        link_url="https://shop.example",
        link_secret="a secret of sixteen",
        hand_over_seconds=hand_over,
        lease_seconds=lease,
        random=Random(seed),
    )


CONTACT = """
INSERT INTO contact (workspace, key, profile, revision, identifiers, traits, computed, erased)
VALUES ($1, $2, $3, 1, $4, $5, $6, $7)
"""
CONSENT = """
INSERT INTO consent (workspace, profile_key, channel, purpose, decision, time_us, since_us)
VALUES ($1, $2, $3, $4, 'granted', 1, 1)
"""
