"""Runs: begun and ended by hand, and shown with the steps they took."""

from typing import Any
from uuid import UUID

import asyncpg
from grpc.aio import ServicerContext
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import journeys_pb2 as resources

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound, NotNow, Violation
from chassis.hottx import Within
from chassis.idempotency import answer, answered
from chassis.workspaces import Workspaces
from services.campaign.convert import runs as convert
from services.campaign.domain.graph import Graph, RunPer
from services.campaign.engine.entries import of_hand
from services.campaign.engine.finish import finish
from services.campaign.engine.load import hold, load
from services.campaign.engine.runs import end, enter
from services.campaign.engine.take import Engine
from services.campaign.rpc import common
from services.campaign.store import journeys
from services.campaign.store import reads as store
from services.campaign.store.runs import About, Run

Context = ServicerContext[object, object]


class Runs:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._engine, self._clock = db, Engine(clock, workspaces), clock

    async def CreateRun(self, request: pb.CreateRunRequest, _: Context) -> resources.Run:
        slug, said = common.slug_of(request.parent), request.run
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Run):
                return reply
            await insist_on_journey(tx, slug, request.parent)
            key = await common.profile_key(tx, said.profile)
            work = await self._engine.begun(await tx.raw(), tx.workspace)
            journey = work.catalogue.journeys.get(slug)
            if journey is None:
                raise refused("The journey takes nobody in: publish it first.", said)
            about = entry_of(said, journey.graph)
            await hold(work, [key])
            await load(work, [key], [About(key, slug, about)])
            customer = work.customer(key)
            assert customer, "she was found by her name"
            entry = of_hand(caller().actor, work.now_us, about)
            run = enter(work, customer, journey, entry)
            if not isinstance(run, Run):
                raise refused(run, said)
            await finish(work, Within(tx, work.connection))
            return await answer(tx, request, await message(tx, slug, run.id))

    async def GetRun(self, request: pb.GetRunRequest, _: Context) -> resources.Run:
        async with self._db.begin(caller().workspace) as tx:
            row = await found(tx, request.name)
            return await message(tx, row["journey"], row["id"])

    async def ListRuns(self, request: pb.ListRunsRequest, _: Context) -> pb.ListRunsResponse:
        limit = pages.clamp(request.page_size)
        before = place(request.page_token)
        slug = common.slug_of(request.parent)
        state = resources.Run.State.Name(request.state) if request.state else ""
        which = store.Filter(slug, state, insist_on_plain(request.step, "step"))
        async with self._db.begin(caller().workspace) as tx:
            await insist_on_journey(tx, slug, request.parent)
            rows = await store.of_journey(await tx.raw(), tx.workspace, which, before, limit + 1)
        shown, token = pages.page(rows, limit, place_of)
        return pb.ListRunsResponse(runs=map(convert.run_message, shown), next_page_token=token)

    async def ListProfileRuns(
        self, request: pb.ListProfileRunsRequest, _: Context
    ) -> pb.ListProfileRunsResponse:
        limit = pages.clamp(request.page_size)
        before = place(request.page_token)
        async with self._db.begin(caller().workspace) as tx:
            key = await common.profile_key(tx, request.parent)
            rows = await store.of_profile(await tx.raw(), tx.workspace, key, before, limit + 1)
        shown, token = pages.page(rows, limit, place_of)
        return pb.ListProfileRunsResponse(runs=map(convert.run_message, shown), next_page_token=token)

    async def EndRun(self, request: pb.EndRunRequest, _: Context) -> resources.Run:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Run):
                return reply
            row = await found(tx, request.name)
            work = await self._engine.begun(await tx.raw(), tx.workspace)
            await hold(work, [row["profile_key"]])
            await load(work, [row["profile_key"]])
            customer = work.customer(row["profile_key"])
            assert customer, "whose run it is is known"
            run = next((run for run in customer.runs if run.id == row["id"]), None)
            if run is None:
                raise NotNow("RUN_ENDED", f"The run {request.name} is over already.", name=request.name)
            end(work, customer, run, "ENDED_BY_HAND")
            await finish(work, Within(tx, work.connection))
            return await answer(tx, request, await message(tx, row["journey"], row["id"]))


async def insist_on_journey(tx: Tx, slug: str, name: str) -> None:
    if not slug or await journeys.journey(await tx.raw(), tx.workspace, slug) is None:
        raise NotFound("JOURNEY_NOT_FOUND", f"There is no journey {name}.", name=name)


async def found(tx: Tx, name: str) -> asyncpg.Record:
    """By `journeys/{slug}/runs/{uuid}`."""
    slug, id = common.slug_of(name).partition("/")[0], common.uuid_of(name)
    row = await store.run(await tx.raw(), tx.workspace, slug, id) if slug and id else None
    if row is None:
        raise NotFound("RUN_NOT_FOUND", f"There is no run {name}.", name=name)
    return row


async def message(tx: Tx, slug: str, id: UUID) -> resources.Run:
    connection = await tx.raw()
    row = await store.run(connection, tx.workspace, slug, id)
    return convert.run_message(row, await store.visits(connection, tx.workspace, id))


def entry_of(said: resources.Run, graph: Graph) -> str:
    """Which order or cart a person means: needed where the journey goes by it, and else out of place."""
    named = bool(insist_on_plain(said.entry, "run.entry"))
    if named == (graph.run_per is not RunPer.PROFILE):
        return said.entry
    sentence = (
        "must be left out: the journey goes with the customer, not with a thing of hers"
        if named
        else f"must name the {graph.run_per.lower()} it is about"
    )
    violations = [Violation("run.entry", sentence)]
    raise Invalid("ENTRY_REFUSED", f"run.entry {sentence}.", violations=violations)


def refused(sentence: str, said: resources.Run) -> NotNow:
    return NotNow("ENTRY_REFUSED", sentence, profile=said.profile)


def insist_on_plain(text: str, field: str) -> str:
    """Text that can be kept and compared."""
    if "\0" in text:
        violations = [Violation(field, "must not hold a null character")]
        raise Invalid("ENTRY_REFUSED", f"{field} must not hold a null character.", violations=violations)
    return text


def place(token: str) -> store.Place:
    """Where a page goes on."""
    before = pages.unseal(token, int, UUID)
    return (before[0], before[1]) if before else (LAST_US, LAST)


def place_of(row: Any) -> list[Any]:
    return [row["create_us"], row["id"]]


LAST_US = (1 << 63) - 1
LAST = UUID(int=(1 << 128) - 1)
