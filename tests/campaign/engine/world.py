"""Facts as the profile and segment services tell them, and the engine on a real database without a stream."""

import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from google.protobuf.message import Message
from rapport.campaign.v1 import content_pb2, journeys_pb2
from rapport.campaign.v1 import events_pb2 as events
from rapport.profile.v1 import events_pb2 as told
from rapport.profile.v1 import profile_pb2
from rapport.segment.v1 import events_pb2 as segment_events
from rapport.segment.v1 import resources_pb2

from chassis.db import Database
from chassis.letters import Letter
from chassis.workspaces import Workspaces
from conditions.reading import from_json
from services.campaign.engine.items import opened
from services.campaign.engine.membership import Segments
from services.campaign.engine.take import Engine
from services.campaign.engine.wake import Waker
from services.campaign.store import journeys, people, runs, templates
from tests.segment.world import NOON, NOON_US, SECOND, SHOP, activity, at, created, moved, name, recorded

MINUTE, HOUR, DAY = 60, 3600, 86_400


def did(number: int, key: int, event: str, time: float = 0, **more: Any) -> told.ActivityRecorded:
    return recorded(activity(number, key, event, time, **more))


def merged(survivor: int, absorbed: int, *, revision: int = 0) -> told.ProfileMerged:
    """*revision*: the survivor's, which is told right after."""
    return told.ProfileMerged(
        survivor=name(survivor),
        absorbed=name(absorbed),
        survivor_key=survivor,
        absorbed_key=absorbed,
        revision=revision,
        cause=str(UUID(int=99)),
    )


def updated(
    key: int, revision: int, *, traits: dict[str, Any] | None = None, **computed: Any
) -> told.ProfileUpdated:
    state = told.UpdatedProfile(
        profile=name(key),
        profile_key=key,
        revision=revision,
        identifiers=[profile_pb2.Identifier(kind="email", value=f"{key}@example.com")],
        traits=json.dumps(traits or {}).encode(),
        computed=profile_pb2.ComputedTraits(**computed),
    )
    return told.ProfileUpdated(profiles=[state])


def consent(
    key: int, decision: str, time: float = 0, *, expires: float | None = None, handed: bool = False
) -> told.ConsentChanged:
    """*handed*: not decided anew; a merge or late evidence says what holds."""
    said = profile_pb2.Consent(
        name="" if handed else f"{name(key)}/consents/{UUID(int=7)}",
        channel="email",
        purpose="marketing",
        decision=decision,
        profile=name(key),
    )
    if decision != "CONSENT_DECISION_UNSPECIFIED":
        said.decision_time.FromMicroseconds(at(time))
    if expires is not None:
        said.expire_time.FromMicroseconds(at(expires))
    return told.ConsentChanged(consent=said, profile_key=key)


def entered(
    number: int, key: int, segment: str, time: float = 0, *, position: int = 0, **more: Any
) -> segment_events.SegmentEntered:
    one = segment_events.EnteredSegment(
        profile=name(key), profile_key=key, segment=f"segments/{segment}", sequence_number=number, **more
    )
    one.event_time.FromMicroseconds(at(time))
    return segment_events.SegmentEntered(entries=[one], profile_position=position)


def exited(
    number: int, key: int, segment: str, time: float = 0, *, position: int = 0, **more: Any
) -> segment_events.SegmentExited:
    one = segment_events.ExitedSegment(
        profile=name(key), profile_key=key, segment=f"segments/{segment}", sequence_number=number, **more
    )
    one.event_time.FromMicroseconds(at(time))
    return segment_events.SegmentExited(exits=[one], profile_position=position)


def on(*names: str, type: str = "track") -> dict[str, Any]:
    return {"event": {"type": type, "names": list(names)}}


def delay(id: str, seconds: float, next: str = "") -> dict[str, Any]:
    return {"id": id, "delay": {"duration": f"{seconds}s"}, "next": next}


def wait(id: str, event: str, seconds: float, next: str = "", late: str = "", **more: Any) -> dict[str, Any]:
    waits = {**on(event), "timeout": f"{seconds}s", "next_on_timeout": late, **more}
    return {"id": id, "wait_for_event": waits, "next": next}


def send(id: str, next: str = "", template: str = "hello", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "send": {"variants": [{"id": "a", "template": f"templates/{template}"}], **more},
        "next": next,
    }


def trait(path: str, value: Any) -> dict[str, Any]:
    return {"trait": {"path": path, "compare": {"operator": "EQ", "value": value}}}


def graph(*steps: dict[str, Any], **more: Any) -> journeys_pb2.Graph:
    """Began by "Signed Up", unless it is said otherwise."""
    document = {"triggers": [on("Signed Up")], "steps": list(steps), **more}
    return from_json(document, journeys_pb2.Graph())


@dataclass(slots=True)
class World:
    """Workspaces with their journeys, through the engine and nothing else."""

    url: str
    connection: Any
    db: Database
    now: datetime = NOON
    told: list[Message] = field(default_factory=list)
    position: int = 0
    workspaces: Workspaces = field(default_factory=Workspaces)
    letters: int = 0
    engine: Engine = field(init=False)
    segments: Segments = field(init=False)
    waker: Waker = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As after a crash: whatever was held in memory is gone."""
        self.engine = Engine(lambda: self.now, self.workspaces)
        self.segments = Segments(lambda: self.now, self.workspaces)
        self.waker = Waker(self.db, self.workspaces, lambda: self.now)

    def emit(self, _workspace: str, fact: Message) -> None:
        self.told.append(fact)

    @asynccontextmanager
    async def within(self, workspace: str = SHOP) -> AsyncIterator[Any]:
        async with self.connection.transaction():
            await self.connection.execute(f"SELECT set_config('rapport.workspaces', '{workspace}', true)")
            yield self.connection

    def letter(self, fact: Message, workspace: str = SHOP) -> Letter:
        self.letters += 1
        headers = {"ce-time": (self.now + timedelta(microseconds=self.letters)).isoformat()}
        subject = f"{fact.DESCRIPTOR.full_name}.{workspace}"
        return Letter(subject, fact.SerializeToString(), headers, f"letter-{self.letters}")

    async def take(self, *facts: Message, workspace: str = SHOP) -> None:
        """One batch of facts of one stream."""
        await self.take_letters([self.letter(fact, workspace) for fact in facts], workspace)

    async def take_letters(self, letters: Sequence[Letter], workspace: str = SHOP) -> None:
        async with self.within(workspace):
            await self.take_within(letters)

    async def take_within(self, letters: Sequence[Letter]) -> None:
        """In a transaction that is open already."""
        items = [item for letter in letters for item in opened(letter)]
        of_segments = any("rapport.segment" in letter.subject for letter in letters)
        await (self.segments if of_segments else self.engine).take(self, items)

    async def hear(self, position: int) -> None:
        """How far we have come in what the profile service tells."""
        await self.connection.execute(HEARD, NOON, position)

    async def publish(self, slug: str, wanted: journeys_pb2.Graph, *, workspace: str = SHOP) -> int:
        """Makes a journey, or a new version of it."""
        kept = wanted.SerializeToString(deterministic=True)
        async with self.within(workspace) as connection:
            values = journeys.Values(slug, "", kept)
            await journeys.create(connection, workspace, slug, values, self.now)
            new = journeys.NewVersion(kept, [], "keys/ada")
            number = await journeys.publish(connection, workspace, slug, new, self.now)
            await journeys.touch(connection, workspace)
            hello = templates.Values("hello", content_pb2.MARKETING, b"", "", None)
            await templates.create(connection, workspace, "hello", hello, self.now, channel=content_pb2.EMAIL)
        return number

    async def be(self, slug: str, state: str, workspace: str = SHOP) -> None:
        """As PauseJourney, ResumeJourney and ArchiveJourney do."""
        async with self.within(workspace) as connection:
            await journeys.be(connection, workspace, slug, state, self.now)
            await journeys.touch(connection, workspace)
            if state != "PAUSED":
                await runs.look_at_all(connection, workspace, slug, self.now_us)

    @property
    def now_us(self) -> int:
        return round(self.now.timestamp() * SECOND)

    async def until(self, seconds: float) -> None:
        """Lets time pass, up to so many seconds after noon."""
        self.now = NOON + timedelta(seconds=seconds)
        await self.waker.act_on_entrances(self.now)
        await self.waker.wake_runs(self.now)

    async def settle(self, state: int = 2, seconds: float | None = None) -> None:
        """As the sender does: every open send came to *state*."""
        when = self.now_us if seconds is None else at(seconds)
        async with self.within() as connection:
            rows = await connection.fetch(SETTLE, state, when)
            await runs.nudge_all(connection, SHOP, [row["send"] for row in rows], when)

    async def rows(self, sql: str, *arguments: Any, workspace: str = SHOP) -> list[asyncpg.Record]:
        async with self.within(workspace) as connection:
            return list(await connection.fetch(sql, *arguments))

    async def contact(self, key: int, workspace: str = SHOP) -> Any:
        async with self.within(workspace) as connection:
            return (await people.contacts(connection, workspace, [key])).get(key)

    async def runs(self, workspace: str = SHOP) -> list[tuple[Any, ...]]:
        """(journey, customer, step, why it ended), in the order in which they began."""
        rows = await self.rows(
            "SELECT * FROM run ORDER BY started_us, journey, profile_key, id", workspace=workspace
        )
        return [
            (row["journey"], row["profile_key"], row["step"], row["end_reason"] or row["wait_kind"])
            for row in rows
        ]

    async def way(self, journey: str = "welcome") -> list[tuple[Any, ...]]:
        """(step, visit, outcome, begun, done), in seconds after noon, of the runs of a journey."""
        rows = await self.rows(
            "SELECT v.* FROM visit v JOIN run r ON r.id = v.run WHERE r.journey = $1 "
            "ORDER BY r.started_us, r.id, v.place",
            journey,
        )
        return [
            (row["step"], row["visit"], row["outcome"], seconds(row["start_us"]), seconds(row["end_us"]))
            for row in rows
        ]

    async def sends(self) -> list[asyncpg.Record]:
        return await self.rows("SELECT * FROM send ORDER BY create_us, id")

    async def facts(self, type: type[Message], workspace: str = SHOP) -> list[Any]:
        """What was told, by whichever way it was promised."""
        subject = f"{type.DESCRIPTOR.full_name}.{workspace}"
        rows = await self.rows("SELECT payload FROM outbox WHERE subject = $1 ORDER BY id", subject)
        timers = [type.FromString(row["payload"]) for row in rows]
        return [fact for fact in self.told if isinstance(fact, type)] + timers

    async def reasons(self) -> list[str]:
        """Why runs ended, as it was told."""
        ended = await self.facts(events.JourneyEnded)
        return [journeys_pb2.Run.EndReason.Name(fact.reason) for fact in ended]


def seconds(us: int | None) -> float | None:
    return None if us is None else (us - NOON_US) / SECOND


@asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    connection = await asyncpg.connect(url)
    async with Database.open(url, clock=lambda: NOON) as db:
        try:
            yield World(url, connection, db)
        finally:
            await connection.close()


HEARD = """
INSERT INTO hot_offset (name, stream_created, seq) VALUES ('campaign-profile', $1, $2)
ON CONFLICT (name) DO UPDATE SET seq = excluded.seq
"""
SETTLE = """
WITH settled AS (
  UPDATE send SET state = $1::smallint, decision_count = 1,
    send_us = CASE WHEN $1 IN (2, 3) THEN $2::bigint END
  WHERE state = 1 RETURNING *
)
INSERT INTO decision (workspace, send, number, time_us, outcome, rule, description)
SELECT workspace, id, 1, $2::bigint, CASE WHEN $1 = 7 THEN 'SKIP' ELSE 'SEND' END, '', '' FROM settled
RETURNING send
"""
NUMBERS = itertools.count(1)
MERGE = resources_pb2.Cause(kind=resources_pb2.Cause.MERGE)
__all__ = [
    "DAY", "HOUR", "MERGE", "MINUTE", "NOON", "NOON_US", "SECOND", "SHOP", "World", "at", "consent",
    "created", "delay", "did", "entered", "exited", "graph", "merged", "moved", "name", "on", "recorded",
    "send", "trait", "updated", "wait", "world",
]  # fmt: skip
