"""Broadcasts go out: through the audience in slices, each of them a transaction of its own.

Sends, counts and the place it has come to commit together: whoever dies goes on where the last slice ended,
and a send has one id for each broadcast and customer. Between two slices it can be paused or ended.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from uuid import UUID

import asyncpg
from rapport.campaign.v1 import content_pb2 as pb
from rapport.conditions.v1 import conditions_pb2

from chassis.db import Database, Tx
from chassis.hottx import Connection
from chassis.workspaces import Workspaces
from conditions import compiler
from conditions.calendar import microseconds, moment
from conditions.compiler import Compiled
from conditions.grammar import Belongs
from conditions.reading import read
from services.campaign.convert import templates as convert
from services.campaign.domain.keys import send_id_for_broadcast
from services.campaign.domain.person import Contact, facts
from services.campaign.domain.splits import chosen
from services.campaign.domain.waits import instant, shown
from services.campaign.sending.claims import Claim, claim
from services.campaign.store import broadcasts as store
from services.campaign.store import people, policies, templates

log = logging.getLogger(__name__)


class Broadcaster:
    """Any number of them may run: a slice belongs to who takes it first."""

    def __init__(self, db: Database, workspaces: Workspaces) -> None:
        self._db, self._workspaces = db, workspaces

    async def send_broadcasts(self, now: datetime) -> None:
        """Begins what is due, goes on with what has begun: a slice of each in turn, while there is room."""
        async with self._db.begin(()) as tx:
            going = await store.due(await tx.raw(), microseconds(now), MOST_AT_ONCE)
        while going:
            going = [each for each in going if await self._go_on(*each, now)]

    async def _go_on(self, workspace: str, slug: str, now: datetime) -> bool:
        """One step; whether another can follow at once."""
        async with self._db.begin(workspace) as tx:
            connection = await tx.raw()
            row = await store.take(connection, workspace, slug, microseconds(now))
            if row is None:
                return False
            if row["state"] == "SCHEDULED":
                return await begin(connection, row, now)
            if await store.backlog(connection, workspace, microseconds(now), MOST_WAITING) >= MOST_WAITING:
                return False
            return await self._slice(tx, row, now)

    async def _slice(self, tx: Tx, row: asyncpg.Record, now: datetime) -> bool:
        connection, workspace, slug = await tx.raw(), row["workspace"], row["slug"]
        zone = self._workspaces.of(workspace).zone
        audience = Audience.of(row["audience"])
        keys = [key for key in await audience.page(connection, row) if key <= row["until_key"]]
        if not keys and await store.waits(connection, workspace, slug):
            # Until the last message is decided it can be stopped, and needs its templates.
            await store.wake(connection, workspace, slug, microseconds(now + LOOK_AGAIN))
            return False
        if not keys:
            await store.be(connection, workspace, slug, "SENT", microseconds(now))
            await store.rest(connection, workspace, slug)
            return False
        await people.hold(connection, workspace, keys)
        known = await people.contacts(connection, workspace, keys)
        # Who became part of another meanwhile is met again, or was, as that one.
        contacts = [contact for key, contact in known.items() if contact.key == key and not contact.erased]
        those = [contact for contact in contacts if audience.has(contact, zone, now)]
        plan = await Plan.of(connection, row, zone, now)
        reached = await plan.reached(connection, [contact.key for contact in those])
        claims = [plan.claim(contact) for contact in those if contact.key not in reached]
        new = await claim(connection, workspace, claims, now)
        await store.advance(connection, workspace, slug, keys[-1], audience=len(those), decided=len(new))
        return True


async def begin(connection: Connection, row: asyncpg.Record, now: datetime) -> bool:
    """A broadcast whose time has come; one that is too late waits for a person."""
    late_after = (await policies.of(connection, row["workspace"])).late_after
    late = now - moment(row["start_us"])
    if late <= late_after:
        await store.begin(connection, row["workspace"], row["slug"], microseconds(now))
        return True
    reason = (
        f"It should have begun {moment(row['start_us']):%Y-%m-%d %H:%M} UTC, and is {minutes(late)} late."
    )
    log.warning("broadcasts/%s of %s is held: %s", row["slug"], row["workspace"], reason)
    await store.be(connection, row["workspace"], row["slug"], "HELD", microseconds(now), held_reason=reason)
    await store.rest(connection, row["workspace"], row["slug"])
    return False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets it. A single segment is read from its members; all else is asked of every customer."""

    condition: Compiled
    segment: str = ""

    @classmethod
    def of(cls, audience: bytes) -> "Audience":
        condition = read(conditions_pb2.Condition.FromString(audience))
        segment = condition.segment if isinstance(condition, Belongs) else ""
        return cls(compiler.compile(condition), segment)

    async def page(self, connection: Connection, row: asyncpg.Record) -> list[int]:
        workspace, after = row["workspace"], row["after_key"]
        if self.segment:
            return await people.members(connection, workspace, self.segment, after, SLICE)
        return await people.page(connection, workspace, after, SLICE)

    def has(self, contact: Contact, zone: tzinfo, now: datetime) -> bool:
        return self.condition.evaluate(facts(contact, zone), microseconds(now)).holds


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a broadcast is the same for everybody."""

    row: asyncpg.Record
    variants: Sequence[pb.Variant]
    # By slug.
    templates: Mapping[str, asyncpg.Record]
    zone: tzinfo
    now_us: int

    @classmethod
    async def of(cls, connection: Connection, row: asyncpg.Record, zone: tzinfo, now: datetime) -> "Plan":
        slugs = [name.removeprefix("templates/") for name in row["templates"]]
        found = await templates.templates(connection, row["workspace"], slugs)
        variants = pb.Broadcast.FromString(row["variants"]).variants
        return cls(row, list(variants), found, zone, microseconds(now))

    async def reached(self, connection: Connection, keys: Sequence[int]) -> set[int]:
        """Those for whom it claimed a send while they had another number."""
        workspace = self.row["workspace"]
        former = await store.former(connection, workspace, keys)
        ids = {self.id(key): living for key, living in former}
        return {ids[id] for id in await store.claimed(connection, workspace, list(ids))}

    def id(self, key: int) -> UUID:
        """All its templates are of one channel."""
        channel = convert.channel_name(next(iter(self.templates.values()))["channel"])
        return send_id_for_broadcast(self.row["workspace"], self.row["slug"], key, channel)

    def claim(self, contact: Contact) -> Claim:
        """Templates of what is on its way are not deleted, see `templates.users`."""
        campaign = f"broadcasts/{self.row['slug']}"
        weights = [variant.weight or 1 for variant in self.variants]
        variant = self.variants[chosen(weights, campaign, contact.profile)]
        template = self.templates[variant.template.removeprefix("templates/")]
        return Claim(
            id=self.id(contact.key),
            profile_key=contact.key,
            profile=UUID(contact.profile.removeprefix("profiles/")),
            template=template["slug"],
            channel=convert.channel_name(template["channel"]),
            message_class=convert.class_name(template["class"]),
            campaign=campaign,
            variant=variant.id,
            holdout_basis_points=self.row["holdout_basis_points"],
            due_us=self._due(contact),
        )

    def _due(self, contact: Contact) -> int:
        """With local time: when her clocks show what the workspace's clocks show at `send_time`."""
        if not self.row["local_time"] or self.row["send_us"] is None:
            return self.now_us
        wall = shown(self.row["send_us"], self.zone)
        return max(self.now_us, instant(wall, contact.zone or self.zone))


def start_us(send_us: int | None, now: datetime, *, local_time: bool, zone: tzinfo) -> int:
    """When to begin: for local time, when the first clocks on earth show it. Never before now."""
    if send_us is None:
        return microseconds(now)
    if local_time:
        wall = shown(send_us, zone)
        send_us = min(send_us, instant(wall, EARLIEST_ZONE))
    return max(send_us, microseconds(now))


def minutes(late: timedelta) -> str:
    return f"{late // timedelta(minutes=1)} minutes"


EARLIEST_ZONE = timezone(timedelta(hours=14))
LOOK_AGAIN = timedelta(seconds=10)
# Small enough to pause between, and for the locks of its customers to be short.
SLICE = 1000
MOST_AT_ONCE = 100
# Claimed and waiting to be sent: no more, so that a pause finds little under way.
MOST_WAITING = 20_000
