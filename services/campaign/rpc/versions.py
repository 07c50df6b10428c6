"""Versions of a journey as they were published, and how runs come from one to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from grpc.aio import ServicerContext
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import journeys_pb2 as resources

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from services.campaign.convert import journeys as convert
from services.campaign.convert.graph import graph_of
from services.campaign.domain.graph import Graph, SendMessage, Step
from services.campaign.domain.machine import moved
from services.campaign.rpc import common
from services.campaign.rpc.journeys import UNDER_WAY, found, insist_on_state, us
from services.campaign.store import journeys as store
from services.campaign.store import people, runs

Context = ServicerContext[object, object]


@dataclass(frozen=True, slots=True)
class Move:
    """Which runs go over, and where to."""

    journey: str
    version: int
    to: int
    # By the step they are at.
    steps: Mapping[str, Step]


class Versions:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def GetJourneyVersion(
        self, request: pb.GetJourneyVersionRequest, _: Context
    ) -> resources.JourneyVersion:
        async with self._db.begin(caller().workspace) as tx:
            return convert.version_message(await version(tx, request.name))

    async def ListJourneyVersions(
        self, request: pb.ListJourneyVersionsRequest, _: Context
    ) -> pb.ListJourneyVersionsResponse:
        limit = pages.clamp(request.page_size)
        below = pages.unseal(request.page_token, int) or [FIRST]
        async with self._db.begin(caller().workspace) as tx:
            row = await found(tx, request.parent)
            rows = await store.versions(await tx.raw(), tx.workspace, row["slug"], below[0], limit + 1)
        shown, token = pages.page(rows, limit, lambda one: [one["number"]])
        versions = [convert.version_message(one) for one in shown]
        return pb.ListJourneyVersionsResponse(versions=versions, next_page_token=token)

    async def MigrateRuns(self, request: pb.MigrateRunsRequest, _: Context) -> pb.MigrateRunsResponse:
        """So many at a time, each time in a transaction: who went over went over, whatever comes after.

        Asked again after a failure it goes on where it was left; after an answer the first answer holds.
        """
        async with self._db.begin(caller().workspace) as tx:
            move = await self._move(tx, request)
        migrated = 0
        after: UUID | None = NOBODY
        while after is not None:
            async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
                count, after = await self._some(tx, move, after, dry=request.dry_run)
            migrated += count
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if before := await answered(tx, request, pb.MigrateRunsResponse):
                return before
            there = (await version(tx, request.version))["active_count"]
            remaining = max(0, there - migrated) if request.dry_run else there
            reply = pb.MigrateRunsResponse(migrated_count=migrated, remaining_count=remaining)
            return await answer(tx, request, reply)

    async def _move(self, tx: Tx, request: pb.MigrateRunsRequest) -> Move:
        row = await found(tx, request.name)
        insist_on_state(row, UNDER_WAY, "changed")
        former = await version(tx, request.version)
        if former["journey"] != row["slug"]:
            sentence = f"{request.version} is no version of {request.name}."
            raise NotFound("VERSION_NOT_FOUND", sentence, name=request.version)
        if former["number"] == row["version"]:
            raise senseless([Violation("version", "is in force: its runs need not go anywhere")])
        steps = mapping(graph_of(former["graph"]), graph_of(row["graph"]), request.steps)
        return Move(row["slug"], former["number"], row["version"], steps)

    async def _some(self, tx: Tx, move: Move, after: UUID, *, dry: bool) -> tuple[int, UUID | None]:
        """How many of the next few go over, and behind which to go on; None at the end.

        They are read once to know whose they are, and again when their customers are held.
        """
        at = await tx.raw(), tx.workspace
        going = store.Going(move.journey, move.version, sorted(move.steps), after, AT_A_TIME)
        rows = await store.going(*at, going)
        last: UUID | None = rows[-1]["id"] if len(rows) == AT_A_TIME else None
        if rows and not dry:
            held = {*(await people.hold(*at, {row["profile_key"] for row in rows})).values()}
            rows = [row for row in await store.going(*at, going) if row["profile_key"] in held]
            await self._take_over(tx, move, rows)
        return len(rows), last

    async def _take_over(self, tx: Tx, move: Move, rows: list[asyncpg.Record]) -> None:
        at, now_us = (await tx.raw(), tx.workspace), us(self._clock())
        taken, visits = [], []
        for run in map(runs.run, rows):
            before = run.state
            run.state, visited = moved(before, move.steps[before.step], now_us)
            run.version = move.to
            first = sum(before.visits.values()) - 1
            visits += [(run.id, first + place, each, None) for place, each in enumerate(visited)]
            taken.append(run)
        await runs.update(*at, taken)
        await runs.visit(*at, visits)
        # A run that waits for a message is looked at when that is settled.
        await runs.be_due(*at, {run.id: now_us for run in taken if run.state.wake_us == now_us})


async def version(tx: Tx, name: str) -> asyncpg.Record:
    slug, _, number = common.slug_of(name).partition("/versions/")
    row = await found(tx, f"journeys/{slug}")
    kept = None
    if number.isdecimal() and len(number) < DIGITS and int(number) <= row["version"]:
        kept = await store.version(await tx.raw(), tx.workspace, slug, int(number))
    if kept is None:
        raise NotFound("VERSION_NOT_FOUND", f"journeys/{slug} never had a version {number}.", name=name)
    return kept


def mapping(former: Graph, present: Graph, asked: Mapping[str, str]) -> dict[str, Step]:
    """The steps of the version in force, by those of the former one."""
    wrong = []
    for one, other in sorted(asked.items()):
        if one not in former.steps:
            wrong.append(Violation(f"steps.{one}", "is no step of the version they are at"))
        elif other not in present.steps:
            wrong.append(Violation(f"steps.{one}", f"{other!r} is no step of the version in force"))
        elif sends(former.steps[one]) and not sends(present.steps[other]):
            sentence = f"has messages on their way; {other!r} sends none to wait for"
            wrong.append(Violation(f"steps.{one}", sentence))
    if wrong:
        raise senseless(wrong)
    return {one: present.steps[other] for one, other in asked.items()}


def sends(step: Step) -> bool:
    return isinstance(step.action, SendMessage)


def senseless(wrong: list[Violation]) -> Invalid:
    first = wrong[0]
    return Invalid("MAPPING_INVALID", f"{first.field} {first.description}.", violations=wrong)


NOBODY = UUID(int=0)
AT_A_TIME = 500
# Above every number of a version.
FIRST = (1 << 31) - 1
DIGITS = 10
