"""Journeys: drafts are written here, and put in force, held, let go on and ended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from google.protobuf.empty_pb2 import Empty
from grpc.aio import ServicerContext
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import journeys_pb2 as resources

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Invalid, NotBuilt, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from conditions.forms import Problem
from services.campaign.convert import journeys as convert
from services.campaign.convert.graph import graph_of, read_graph
from services.campaign.domain.check import Named, problems, unanswerable, warnings
from services.campaign.domain.graph import Graph, SendMessage
from services.campaign.rpc import common
from services.campaign.store import journeys as store
from services.campaign.store import people, runs, templates

Context = ServicerContext[object, object]


class Journeys:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateJourney(self, request: pb.CreateJourneyRequest, _: Context) -> resources.Journey:
        said = request.journey
        slug = common.slug_of(said.name)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Journey):
                return reply
            insist_on_no_blueprint(said)
            values = store.Values(
                plain(said.display_name, "journey.display_name"),
                plain(said.description, "journey.description"),
                draft(said.graph),
            )
            if not await store.create(await tx.raw(), tx.workspace, slug, values, self._clock()):
                sentence = f"The name {said.name} is taken; choose another one."
                raise AlreadyExists("NAME_TAKEN", sentence, name=said.name)
            return await answer(tx, request, await message(tx, said.name))

    async def GetJourney(self, request: pb.GetJourneyRequest, _: Context) -> resources.Journey:
        async with self._db.begin(caller().workspace) as tx:
            return await message(tx, request.name)

    async def ListJourneys(self, request: pb.ListJourneysRequest, _: Context) -> pb.ListJourneysResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        state = resources.Journey.State.Name(request.state) if request.state else ""
        async with self._db.begin(caller().workspace) as tx:
            rows = await store.page(await tx.raw(), tx.workspace, after[0], state, limit + 1)
            shown, token = pages.page(rows, limit, lambda row: [row["slug"]])
            journeys = await messages(tx, shown)
        return pb.ListJourneysResponse(journeys=journeys, next_page_token=token)

    async def UpdateJourney(self, request: pb.UpdateJourneyRequest, _: Context) -> resources.Journey:
        said = request.journey
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Journey):
                return reply
            row = await found(tx, said.name, lock=True)
            common.insist_on_etag(said.etag, row["revision"], "journey")
            insist_on_state(row, UNDER_WAY, "changed")
            told: dict[str, Any] = {
                name: plain(getattr(said, name), f"journey.{name}") for name in paths if name != "graph"
            }
            if "graph" in paths:
                told["draft"] = draft(said.graph)
            if any(row[name] != value for name, value in told.items()):
                kept = {name: told.get(name, row[name]) for name in ("display_name", "description", "draft")}
                values = store.Values(**kept)
                await store.update(await tx.raw(), tx.workspace, row["slug"], values, self._clock())
            return await answer(tx, request, await message(tx, said.name))

    async def DeleteJourney(self, request: pb.DeleteJourneyRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            row = await found(tx, request.name, lock=True)
            insist_on_state(row, {"DRAFT"}, "deleted; archive it")
            await store.delete(await tx.raw(), tx.workspace, row["slug"])
        return Empty()

    async def PublishJourney(self, request: pb.PublishJourneyRequest, _: Context) -> resources.Journey:
        """A new version, unless the draft is in force already. A journey that is held stays so."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Journey):
                return reply
            row = await found(tx, request.name, lock=True)
            common.insist_on_etag(request.etag, row["revision"], "journey")
            insist_on_state(row, UNDER_WAY, "published")
            graph = graph_of(row["draft"])
            if wrong := problems(graph, await named(tx, [graph], hold=True)):
                raise broken(wrong)
            if row["draft"] != row["graph"]:
                await self._put_in_force(tx, row, graph)
            return await answer(tx, request, await message(tx, request.name))

    async def _put_in_force(self, tx: Tx, row: asyncpg.Record, graph: Graph) -> None:
        connection = await tx.raw()
        new = store.NewVersion(row["draft"], sorted(graph.templates), caller().actor)
        await store.publish(connection, tx.workspace, row["slug"], new, self._clock())
        await store.touch(connection, tx.workspace)

    async def PauseJourney(self, request: pb.PauseJourneyRequest, _: Context) -> resources.Journey:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Journey):
                return reply
            row = await found(tx, request.name, lock=True)
            insist_on_state(row, PUBLISHED, "paused")
            if row["state"] != "PAUSED":
                await self._be(tx, row, "PAUSED")
            return await answer(tx, request, await message(tx, request.name))

    async def ResumeJourney(self, request: pb.ResumeJourneyRequest, _: Context) -> resources.Journey:
        """Every run is looked at: what it waited for may have happened, or be over, meanwhile."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Journey):
                return reply
            row = await found(tx, request.name, lock=True)
            insist_on_state(row, PUBLISHED, "resumed")
            if row["state"] == "PAUSED":
                await self._be(tx, row, "LIVE")
                await runs.look_at_all(await tx.raw(), tx.workspace, row["slug"], us(self._clock()))
            return await answer(tx, request, await message(tx, request.name))

    async def ArchiveJourney(self, request: pb.ArchiveJourneyRequest, _: Context) -> resources.Journey:
        """From now on no run goes on; each is ended as soon as its customer can be looked at."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Journey):
                return reply
            row = await found(tx, request.name, lock=True)
            insist_on_state(row, {*PUBLISHED, "ARCHIVED"}, "archived; delete it")
            if row["state"] != "ARCHIVED":
                await self._be(tx, row, "ARCHIVED")
                await runs.look_at_all(await tx.raw(), tx.workspace, row["slug"], us(self._clock()))
            return await answer(tx, request, await message(tx, request.name))

    async def _be(self, tx: Tx, row: asyncpg.Record, state: str) -> None:
        connection = await tx.raw()
        await store.be(connection, tx.workspace, row["slug"], state, self._clock())
        await store.touch(connection, tx.workspace)


async def found(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    """The journey by its name, or the name of something in it."""
    slug = common.slug_of(name).partition("/")[0]
    row = await store.journey(await tx.raw(), tx.workspace, slug, lock=lock) if slug else None
    if row is None:
        raise NotFound("JOURNEY_NOT_FOUND", f"There is no journey {name}.", name=name)
    return row


async def message(tx: Tx, name: str) -> resources.Journey:
    return (await messages(tx, [await found(tx, name)]))[0]


async def messages(tx: Tx, rows: Sequence[asyncpg.Record]) -> list[resources.Journey]:
    """With what looks wrong in each draft."""
    graphs = [graph_of(row["draft"]) for row in rows]
    there, unready = await named(tx, graphs), await unready_templates(tx, graphs)
    looks = [[*problems(graph, there), *warnings(graph), *sends_warnings(graph, unready)] for graph in graphs]
    return [
        convert.journey_message(row, [sentence(each) for each in wrong[:MOST_WARNINGS]])
        for row, wrong in zip(rows, looks, strict=True)
    ]


async def named(tx: Tx, graphs: Sequence[Graph], *, hold: bool = False) -> Named:
    """What there is of all they name. With *hold* the templates stay until the transaction ends."""
    connection = await tx.raw()
    asked = {name: common.slug_of(name) for graph in graphs for name in graph.templates}
    slugs = [slug for slug in asked.values() if slug]
    if hold:
        there = {*slugs} - {*await templates.missing(connection, tx.workspace, slugs)}
    else:
        there = await store.templates_among(connection, tx.workspace, slugs)
    segments = await people.known_segments(connection, tx.workspace)
    return Named(frozenset(name for name, slug in asked.items() if slug in there), segments)


async def unready_templates(tx: Tx, graphs: Sequence[Graph]) -> dict[str, str]:
    """Of those they name, what could not go out now; each with what its channel lacks."""
    slugs = {common.slug_of(name) for graph in graphs for name in graph.templates}
    kinds = await templates.kinds(await tx.raw(), tx.workspace, slugs)
    lacks = await common.lacking(tx, kinds)
    return {f"templates/{slug}": sentence for slug, sentence in lacks.items()}


def sends_warnings(graph: Graph, unready: Mapping[str, str]) -> Iterator[Problem]:
    for index, step in enumerate(graph.drawn):
        if isinstance(step.action, SendMessage):
            for number, variant in enumerate(step.action.variants):
                if lacks := unready.get(variant.template):
                    yield Problem(
                        f"steps[{index}].send.variants[{number}].template", f"cannot go out: {lacks}"
                    )


def draft(said: resources.Graph) -> bytes:
    """The graph as it is kept. Much may still be missing; what could never be answered is refused."""
    if wrong := unanswerable(read_graph(said)):
        violations = [Violation(f"journey.graph.{each.path}", each.sentence) for each in wrong]
        raise Invalid("CONDITION_INVALID", f"{sentence(wrong[0])}.", violations=violations)
    return said.SerializeToString(deterministic=True)


def broken(wrong: Sequence[Problem]) -> NotNow:
    more = len(wrong) - 1
    others = f" {more} more things are wrong." if more > 1 else " One more thing is wrong." if more else ""
    violations = [Violation(f"graph.{each.path}", each.sentence) for each in wrong]
    return NotNow("GRAPH_INVALID", f"{sentence(wrong[0])}.{others}", violations=violations)


def sentence(problem: Problem) -> str:
    return f"{problem.path} {problem.sentence}"


def plain(text: str, field: str) -> str:
    if "\0" in text:
        violation = Violation(field, "must not contain the character NUL")
        raise Invalid("FIELD_NOT_WRITABLE", f"{field} contains a NUL; leave it out.", violations=[violation])
    return text


def insist_on_no_blueprint(said: resources.Journey) -> None:
    if said.blueprint:
        sentence = "Blueprints are not built yet; leave it out and draw the graph."
        raise NotBuilt("NOT_BUILT", sentence)


def insist_on_state(row: asyncpg.Record, states: set[str], verb: str) -> None:
    if row["state"] not in states:
        sentence = f"journeys/{row['slug']} is {row['state']}, and so it cannot be {verb}."
        raise NotNow("JOURNEY_STATE_FORBIDS", sentence, state=row["state"])


def us(now: datetime) -> int:
    return round(now.timestamp() * 1_000_000)


WRITABLE = {"display_name", "description", "graph"}
PUBLISHED = {"LIVE", "PAUSED"}
UNDER_WAY = {"DRAFT", *PUBLISHED}
MOST_WARNINGS = 50
