"""Facts as the profile service tells them, and an engine on a real database without a stream between them."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from google.protobuf.message import Message
from google.type.money_pb2 import Money
from rapport.conditions.v1 import conditions_pb2
from rapport.profile.v1 import events_pb2 as told
from rapport.profile.v1 import profile_pb2
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2 as pb

from chassis.letters import Letter
from chassis.workspaces import Workspaces
from conditions.reading import from_json
from services.segment.engine.build import build
from services.segment.engine.items import opened
from services.segment.engine.take import Engine
from services.segment.engine.wake import wake
from services.segment.store import definitions, due

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_US = round(NOON.timestamp() * 1_000_000)
SECOND = 1_000_000
SHOP = "shop"


def name(key: int) -> str:
    return f"profiles/{UUID(int=key)}"


def at(seconds: float) -> int:
    """So many seconds after noon."""
    return NOON_US + round(seconds * SECOND)


def activity(
    number: int,
    key: int,
    event: str = "Product Viewed",
    time: float = 0,
    *,
    type: str = "track",
    anchor: int | None = None,
    received: float | None = None,
    historical: bool = False,
    context: dict[str, Any] | None = None,
    **properties: Any,
) -> told.RecordedActivity:
    return told.RecordedActivity(
        id=str(UUID(int=number)),
        profile=name(key),
        profile_key=key,
        anchor=1000 + key if anchor is None else anchor,
        type=type,
        event=event,
        event_time_us=at(time),
        receive_time_us=at(time if received is None else received),
        properties=json.dumps(properties).encode(),
        context=json.dumps(context or {}).encode(),
        historical=historical,
    )


def recorded(*activities: told.RecordedActivity) -> told.ActivityRecorded:
    return told.ActivityRecorded(activities=activities)


def viewed(number: int, key: int, time: float = 0, **more: Any) -> told.ActivityRecorded:
    return recorded(activity(number, key, "Product Viewed", time, **more))


def identified(number: int, key: int, time: float = 0, **traits: Any) -> told.ActivityRecorded:
    return recorded(activity(number, key, "", time, type="identify", **traits))


def created(key: int, time: float = 0) -> told.ProfileCreated:
    fact = told.ProfileCreated(profile=name(key), profile_key=key)
    fact.create_time.FromMicroseconds(at(time))
    return fact


def merged(survivor: int, absorbed: int) -> told.ProfileMerged:
    return told.ProfileMerged(
        survivor=name(survivor),
        absorbed=name(absorbed),
        survivor_key=survivor,
        absorbed_key=absorbed,
        cause=str(UUID(int=99)),
    )


def moved(source: int, destination: int, *anchors: int) -> told.IdentifiersMoved:
    return told.IdentifiersMoved(
        source=name(source),
        destination=name(destination),
        source_key=source,
        destination_key=destination,
        anchors=anchors,
    )


def updated(key: int, revision: int, **computed: Any) -> told.ProfileUpdated:
    state = told.UpdatedProfile(
        profile=name(key),
        profile_key=key,
        revision=revision,
        computed=profile_pb2.ComputedTraits(**computed),
    )
    return told.ProfileUpdated(profiles=[state])


def money(amount: float, currency: str = "EUR") -> Money:
    return Money(currency_code=currency, units=int(amount), nanos=round(amount % 1 * 1_000_000_000))


def order(
    fact: type[Any],
    id: str,
    key: int,
    time: float,
    revision: int,
    *,
    total: float,
    refunded: float = 0,
    **more: Any,
) -> Any:
    known = profile_pb2.Order(
        name=f"orders/{id}",
        profile=name(key),
        state=more.pop("state", profile_pb2.PLACED),
        total=money(total),
        refunded=money(refunded),
        revision=revision,
    )
    known.order_time.FromMicroseconds(at(time))
    known.update_time.FromMicroseconds(at(more.pop("updated", time)))
    return fact(order=known, profile_key=key, cause=str(UUID(int=1)), **more)


def consented(
    key: int, decision: str, time: float = 0, *, expires: float | None = None
) -> told.ConsentChanged:
    consent = profile_pb2.Consent(channel="email", purpose="marketing", decision=decision, profile=name(key))
    consent.decision_time.FromMicroseconds(at(time))
    if expires is not None:
        consent.expire_time.FromMicroseconds(at(expires))
    return told.ConsentChanged(consent=consent, profile_key=key)


def did(event: str = "Product Viewed", **rest: Any) -> dict[str, Any]:
    return {"event": {"events": {"names": [event], **rest.pop("events", {})}, **rest}}


def times(operator: str, count: int) -> dict[str, Any]:
    return {"operator": operator, "value": count}


def has(path: str, operator: str, value: Any = None, **rest: Any) -> dict[str, Any]:
    lasting = {"has_been": rest.pop("has_been")} if "has_been" in rest else {}
    return {
        "trait": {
            "path": path,
            "compare": {"operator": operator, **({} if value is None else {"value": value}), **rest},
            **lasting,
        }
    }


def condition(document: dict[str, Any]) -> conditions_pb2.Condition:
    found = conditions_pb2.Condition()
    from_json(document, found)
    return found


@dataclass(slots=True)
class World:
    """Workspaces with their segments, through the engine and nothing else."""

    connection: Any
    now: datetime = NOON
    told: list[Message] = field(default_factory=list)
    workspaces: Workspaces = field(default_factory=Workspaces)
    engine: Engine = field(init=False)
    letters: int = 0
    position: int = 0

    def __post_init__(self) -> None:
        self.engine = Engine(lambda: self.now, self.workspaces)

    def emit(self, _workspace: str, fact: Message) -> None:
        self.told.append(fact)

    @asynccontextmanager
    async def within(self, workspace: str) -> AsyncIterator[None]:
        async with self.connection.transaction():
            await self.connection.execute(f"SELECT set_config('rapport.workspaces', '{workspace}', true)")
            yield

    def letter(self, fact: Message, told_at: float | None, workspace: str) -> Letter:
        self.letters += 1
        when = self.now if told_at is None else NOON + timedelta(seconds=told_at)
        return Letter(
            f"{fact.DESCRIPTOR.full_name}.{workspace}",
            fact.SerializeToString(),
            {"ce-time": when.isoformat()},
            f"letter-{self.letters}",
        )

    async def take(self, *facts: Message, told_at: float | None = None, workspace: str = SHOP) -> None:
        """One batch of facts."""
        await self.take_letters([self.letter(fact, told_at, workspace) for fact in facts], workspace)

    async def take_letters(self, letters: Sequence[Letter], workspace: str = SHOP) -> None:
        items = [item for letter in letters for item in opened(letter)]
        async with self.within(workspace):
            await self.engine.take(self, items)

    async def publish(
        self, slug: str, document: dict[str, Any], *, build_it: bool = True, workspace: str = SHOP
    ) -> None:
        """Makes a segment, or a new version of it."""
        wanted = condition(document).SerializeToString(deterministic=True)
        async with self.within(workspace):
            new = definitions.NewSegment(slug, slug, "", wanted)
            await definitions.create(self.connection, workspace, new, self.now)
            row = await definitions.segment(self.connection, workspace, slug)
            now_us = round(self.now.timestamp() * SECOND)
            await definitions.publish(
                self.connection, workspace, row["id"], wanted, publisher="keys/ada", now_us=now_us
            )
            await definitions.touch(self.connection, workspace, building=True)
        while build_it and await self.build(workspace=workspace):
            pass

    async def build(self, *, slice: int = 500, workspace: str = SHOP) -> bool:
        async with self.within(workspace):
            other = Engine(lambda: self.now, self.workspaces, owner=False)
            await other.be_the_writer(self)
            await other.read_catalogs(self, [workspace])
            return await build(other, self, workspace, slice)

    async def until(self, seconds: float, workspace: str = SHOP) -> None:
        """Lets time pass, up to so many seconds after noon."""
        self.now = NOON + timedelta(seconds=seconds)
        async with self.within(workspace):
            keys = await due.profiles(self.connection, workspace, at(seconds), 1000)
            other = Engine(lambda: self.now, self.workspaces, owner=False)
            await other.be_the_writer(self)
            await other.read_catalogs(self, [workspace])
            await wake(other, self, other.work(self, workspace), keys, at(seconds))

    async def rows(self, sql: str, *arguments: Any, workspace: str = SHOP) -> list[asyncpg.Record]:
        async with self.within(workspace):
            return list(await self.connection.fetch(sql, *arguments))

    async def members(self, slug: str, workspace: str = SHOP) -> set[int]:
        rows = await self.rows(
            "SELECT m.profile_key FROM member m JOIN segment s ON s.id = m.segment WHERE s.slug = $1",
            slug,
            workspace=workspace,
        )
        return {row["profile_key"] for row in rows}

    async def changes(self, slug: str = "", workspace: str = SHOP) -> list[tuple[Any, ...]]:
        """(profile, in or out, seconds after noon, cause), in the order they are numbered."""
        rows = await self.rows(
            "SELECT c.*, s.slug FROM change c JOIN segment s ON s.id = c.segment ORDER BY sequence_number",
            workspace=workspace,
        )
        return [
            (
                row["profile_key"],
                "in" if row["entered"] else "out",
                (row["time_us"] - NOON_US) / SECOND,
                pb.Cause.Kind.Name(row["kind"]),
            )
            for row in rows
            if slug in {"", row["slug"]}
        ]

    def entries(self) -> list[events.EnteredSegment]:
        return [one for fact in self.told if isinstance(fact, events.SegmentEntered) for one in fact.entries]

    def exits(self) -> list[events.ExitedSegment]:
        return [one for fact in self.told if isinstance(fact, events.SegmentExited) for one in fact.exits]


@asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    connection = await asyncpg.connect(url)
    try:
        yield World(connection)
    finally:
        await connection.close()
