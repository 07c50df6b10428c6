"""Customers on their way through journeys: their runs, the steps they took, and when to look again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.campaign.domain.machine import RunState, Visited, Wait, Waiting


@dataclass(slots=True)
class Run:
    """One customer on her way: where she is, and what brought her there."""

    state: RunState
    version: int
    # The living customer, and the number under which the run began.
    profile_key: int
    origin_key: int
    # The order or cart it is about; empty for the customer.
    entry: str
    rotation: int
    create_us: int
    cause: str
    # What its messages are filled with: `event`, `evidence`, `entry`, `order`, as JSON.
    document: bytes
    traceparent: str
    end_us: int | None = None
    end_reason: str = ""

    @property
    def id(self) -> UUID:
        return self.state.id

    @property
    def journey(self) -> str:
        return self.state.journey

    @property
    def about(self) -> tuple[str, str]:
        """A customer has one run at a time for each of these."""
        return self.journey, self.entry


class About(NamedTuple):
    """What a customer's runs may be about."""

    profile_key: int
    journey: str
    entry: str


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of former runs about the same."""

    rotation: int = -1
    started_us: int | None = None

    def joined(self, other: "Before") -> "Before":
        starts = [each for each in (self.started_us, other.started_us) if each is not None]
        return Before(max(self.rotation, other.rotation), max(starts, default=None))


async def active(connection: Connection, workspace: str, keys: Iterable[int]) -> list[Run]:
    """The runs of these living customers that are on their way, oldest first."""
    asked = sorted(set(keys))
    return [run(row) for row in await connection.fetch(ACTIVE, workspace, asked)] if asked else []


async def concerned(
    connection: Connection, workspace: str, keys: Iterable[int], *, watching: bool
) -> set[int]:
    """Which of these living customers have a run that may go on by what becomes known of them.

    Unless somebody is *watching* that, only those of whom half was known.
    """
    asked = sorted(set(keys))
    rows = await connection.fetch(CONCERNED, workspace, asked, watching) if asked else []
    return {row["profile_key"] for row in rows}


async def over(connection: Connection, workspace: str, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these runs have ended."""
    asked = sorted(set(ids))
    return {row["id"] for row in await connection.fetch(OVER, workspace, asked)} if asked else set()


async def before(connection: Connection, workspace: str, abouts: Iterable[About]) -> dict[About, Before]:
    """How often they came in about these so far, under any number; without those who never did."""
    asked = sorted(set(abouts))
    if not asked:
        return {}
    columns = map(list, zip(*asked, strict=True))
    return {
        About(row["profile_key"], row["journey"], row["entry"]): Before(row["rotation"], row["started_us"])
        for row in await connection.fetch(BEFORE, workspace, *columns)
    }


async def insert(connection: Connection, workspace: str, runs: Sequence[Run]) -> None:
    await connection.executemany(INSERT, [(workspace, *columns_of(each)) for each in runs])


async def update(connection: Connection, workspace: str, runs: Sequence[Run]) -> None:
    if runs:
        rows = zip(*(moving_columns(each) for each in sorted(runs, key=lambda one: one.id)), strict=True)
        await connection.execute(UPDATE, workspace, *map(list, rows))


async def visit(
    connection: Connection, workspace: str, visits: Sequence[tuple[UUID, int, Visited, UUID | None]]
) -> None:
    """Run, place among its visits, the visit, and what it sent. A visit that lasted is done."""
    rows = [
        (run, each.step, each.visit, place, each.start_us, each.end_us, each.outcome, send)
        for run, place, each, send in visits
    ]
    if rows:
        await connection.execute(VISIT, workspace, *map(list, zip(*rows, strict=True)))


async def be_due(connection: Connection, workspace: str, due: Mapping[UUID, int | None]) -> None:
    """When to look again; None takes a run off the list."""
    asleep = sorted(run for run, when in due.items() if when is None)
    if asleep:
        await connection.execute(ASLEEP, workspace, asleep)
    awake = sorted((run, when) for run, when in due.items() if when is not None)
    if awake:
        await connection.execute(DUE, workspace, *map(list, zip(*awake, strict=True)))


async def be_due_sooner(connection: Connection, workspace: str, due: Mapping[UUID, int]) -> None:
    """When to look again at the latest: what is sooner stays."""
    if due:
        columns = map(list, zip(*sorted(due.items()), strict=True))
        await connection.execute(DUE_SOONER, workspace, *columns)


async def nudge(connection: Connection, workspace: str, send_id: UUID, now_us: int) -> None:
    """What became of a send is known: the run that waits for it goes on at the timer's next beat."""
    await connection.execute(NUDGE, workspace, [send_id], now_us)


async def nudge_all(connection: Connection, workspace: str, send_ids: Sequence[UUID], now_us: int) -> None:
    """The same, of many."""
    await connection.execute(NUDGE, workspace, sorted(send_ids), now_us)


async def look_at(connection: Connection, workspace: str, key: int, now_us: int) -> None:
    """Every run of a living customer is looked at soon."""
    await connection.execute(LOOK_AT, workspace, key, now_us)


async def look_at_all(connection: Connection, workspace: str, journey: str, now_us: int) -> int:
    """Every run of a journey is looked at soon: to go on after a pause, or to end where it was archived."""
    status = await connection.execute(LOOK_AT_ALL, workspace, journey, now_us)
    return int(status.rpartition(" ")[2])


async def due_workspace(connection: Connection, now_us: int) -> str | None:
    """One in which a run is due."""
    found: str | None = await connection.fetchval(DUE_WORKSPACE, now_us)
    return found


async def due(connection: Connection, workspace: str, now_us: int, limit: int) -> list[asyncpg.Record]:
    """Run, customer's number and due time of runs whose time has come, the longest waiting first."""
    return await connection.fetch(DUE_RUNS, workspace, now_us, limit)


async def take_due(connection: Connection, workspace: str, ids: Sequence[UUID]) -> set[UUID]:
    """Takes these off the list; those that were there. What is put there meanwhile stays."""
    rows = await connection.fetch(TAKE_DUE, workspace, sorted(ids)) if ids else []
    return {row["run"] for row in rows}


def run(row: asyncpg.Record) -> Run:
    return Run(
        state=state(row),
        version=row["version"],
        profile_key=row["profile_key"],
        origin_key=row["origin_key"],
        entry=row["entry"],
        rotation=row["rotation"],
        create_us=row["create_us"],
        cause=row["cause"],
        document=row["document"].encode(),
        traceparent=row["traceparent"],
        end_us=row["end_us"],
        end_reason=row["end_reason"],
    )


def state(row: asyncpg.Record) -> RunState:
    return RunState(
        id=row["id"],
        journey=row["journey"],
        profile=f"profiles/{row['origin']}",
        started_us=row["started_us"],
        step=row["step"],
        visits=json.loads(row["visits"]),
        step_since_us=row["step_since_us"],
        wait=Wait(Waiting(row["wait_kind"]), row["wait_until_us"]) if row["wait_kind"] else None,
        wake_us=row["wake_us"],
        awaits_send=row["awaits_send"],
    )


def columns_of(run: Run) -> tuple[Any, ...]:
    return (
        *moving_columns(run),
        run.journey,
        run.origin_key,
        UUID(run.state.profile.removeprefix("profiles/")),
        run.entry,
        run.rotation,
        run.state.started_us,
        run.create_us,
        run.cause,
        run.document.decode(),
        run.traceparent,
    )


def moving_columns(run: Run) -> tuple[Any, ...]:
    """What changes on the way."""
    at = run.state
    return (
        run.id,
        run.version,
        run.profile_key,
        at.step,
        json.dumps(dict(at.visits)),
        at.step_since_us,
        at.wait.kind if at.wait else "",
        at.wait.until_us if at.wait else None,
        at.wake_us,
        at.awaits_send,
        run.end_us,
        run.end_reason,
    )


ACTIVE = """
SELECT * FROM run WHERE workspace = $1 AND profile_key = ANY ($2::bigint[]) AND end_us IS NULL
ORDER BY started_us, id
"""
OVER = "SELECT id FROM run WHERE workspace = $1 AND id = ANY ($2::uuid[]) AND end_us IS NOT NULL"
CONCERNED = """
SELECT key AS profile_key FROM contact
WHERE workspace = $1 AND key = ANY ($2::bigint[]) AND ($3 OR revision < merge_revision) AND EXISTS (
  SELECT FROM run WHERE workspace = $1 AND profile_key = contact.key AND end_us IS NULL
)
"""
# Runs that began under her number count too where they are another's now: their ids are taken.
BEFORE = """
SELECT a.profile_key, a.journey, a.entry, max(r.rotation) AS rotation, max(r.started_us) AS started_us
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS a (profile_key, journey, entry)
CROSS JOIN LATERAL (
  SELECT rotation, started_us FROM run
  WHERE workspace = $1 AND profile_key = a.profile_key AND journey = a.journey AND entry = a.entry
  UNION ALL
  SELECT rotation, NULL FROM run
  WHERE workspace = $1 AND origin_key = a.profile_key AND journey = a.journey AND entry = a.entry
) AS r
GROUP BY a.profile_key, a.journey, a.entry
"""
INSERT = """
INSERT INTO run (workspace, id, version, profile_key, step, visits, step_since_us, wait_kind, wait_until_us,
  wake_us, awaits_send, end_us, end_reason, journey, origin_key, origin, entry, rotation, started_us,
  create_us, cause, document, traceparent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
  $23)
"""
UPDATE = """
UPDATE run SET version = n.version, profile_key = n.profile_key, step = n.step, visits = n.visits,
  step_since_us = n.step_since_us, wait_kind = n.wait_kind, wait_until_us = n.wait_until_us,
  wake_us = n.wake_us, awaits_send = n.awaits_send, end_us = n.end_us, end_reason = n.end_reason
FROM unnest($2::uuid[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[],
  $9::bigint[], $10::bigint[], $11::uuid[], $12::bigint[], $13::text[])
  AS n (id, version, profile_key, step, visits, step_since_us, wait_kind, wait_until_us, wake_us,
    awaits_send, end_us, end_reason)
WHERE run.workspace = $1 AND run.id = n.id
"""
VISIT = """
INSERT INTO visit AS known (workspace, run, step, visit, place, start_us, end_us, outcome, send)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[], $6::bigint[], $7::bigint[],
  $8::text[], $9::uuid[])
ON CONFLICT (workspace, run, step, visit) DO UPDATE
SET end_us = excluded.end_us, outcome = excluded.outcome, send = coalesce(known.send, excluded.send)
"""
ASLEEP = "DELETE FROM run_due WHERE workspace = $1 AND run = ANY ($2::uuid[])"
DUE = """
INSERT INTO run_due (workspace, run, due_us) SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])
ON CONFLICT (workspace, run) DO UPDATE SET due_us = excluded.due_us
"""
DUE_SOONER = """
INSERT INTO run_due AS known (workspace, run, due_us) SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])
ON CONFLICT (workspace, run) DO UPDATE SET due_us = least(known.due_us, excluded.due_us)
"""
NUDGE = """
INSERT INTO run_due AS known (workspace, run, due_us)
SELECT workspace, id, $3 FROM run WHERE workspace = $1 AND awaits_send = ANY ($2::uuid[]) AND end_us IS NULL
ORDER BY id
ON CONFLICT (workspace, run) DO UPDATE SET due_us = least(known.due_us, excluded.due_us)
"""
LOOK_AT = """
INSERT INTO run_due AS known (workspace, run, due_us)
SELECT workspace, id, $3 FROM run WHERE workspace = $1 AND profile_key = $2 AND end_us IS NULL ORDER BY id
ON CONFLICT (workspace, run) DO UPDATE SET due_us = least(known.due_us, excluded.due_us)
"""
LOOK_AT_ALL = """
INSERT INTO run_due AS known (workspace, run, due_us)
SELECT workspace, id, $3 FROM run WHERE workspace = $1 AND journey = $2 AND end_us IS NULL ORDER BY id
ON CONFLICT (workspace, run) DO UPDATE SET due_us = least(known.due_us, excluded.due_us)
"""
DUE_WORKSPACE = "SELECT workspace FROM run_due WHERE due_us <= $1 ORDER BY due_us LIMIT 1"
DUE_RUNS = """
SELECT d.run, d.due_us, r.profile_key FROM run_due d
LEFT JOIN run r ON r.workspace = $1 AND r.id = d.run
WHERE d.workspace = $1 AND d.due_us <= $2 ORDER BY d.due_us, d.run LIMIT $3
"""
TAKE_DUE = "DELETE FROM run_due WHERE workspace = $1 AND run = ANY ($2::uuid[]) RETURNING run"
