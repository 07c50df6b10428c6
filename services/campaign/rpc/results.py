"""The figures of broadcasts and journeys."""

from typing import Any

import asyncpg
import grpc
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import NotFound
from services.campaign.convert import results as convert
from services.campaign.domain.experiments import chance, mismatch
from services.campaign.rpc.broadcasts import broadcast
from services.campaign.store import journeys
from services.campaign.store import results as store

Context = grpc.aio.ServicerContext[Any, Any]


class Results:
    """Counted when they are asked for, from the ledger itself: they are never behind it.

    Only of orders, and of what they are credited to, they know what was heard until a moment ago.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def GetResults(self, request: pb.GetResultsRequest, _: Context) -> content_pb2.Results:
        campaign = request.name.removesuffix("/results")
        start = request.start_time.ToMicroseconds() if request.HasField("start_time") else None
        end = request.end_time.ToMicroseconds() if request.HasField("end_time") else None
        asked = store.Asked(campaign, start, end)
        async with self._db.begin(caller().workspace) as tx:
            row = await found(tx, campaign)
            at = await tx.raw(), tx.workspace
            rows = await store.funnel(*at, asked)
            counts = await store.assigned(*at, campaign)
            currency = await store.currency(*at)
            converted = await store.conversions(*at, asked, await with_goal(tx, campaign), currency)
        figures = convert.figures(rows, converted, currency)
        reply = content_pb2.Results(
            name=request.name, messages=figures[:-1], total=figures[-1], as_of_time=self._clock()
        )
        compare(reply, row, counts)
        return reply


async def found(tx: Tx, campaign: str) -> asyncpg.Record | None:
    """The broadcast's row; a journey only has to be there."""
    if campaign.startswith("broadcasts/"):
        return await broadcast(tx, campaign)
    slug = campaign.removeprefix("journeys/")
    if "\0" in slug or await journeys.journey(await tx.raw(), tx.workspace, slug) is None:
        raise NotFound("JOURNEY_NOT_FOUND", f"There is no journey {slug}.", name=campaign)
    return None


async def with_goal(tx: Tx, campaign: str) -> list[int]:
    """The versions of a journey that have a goal; a broadcast has none."""
    kind, _, slug = campaign.partition("/")
    graphs = await store.graphs(await tx.raw(), tx.workspace, slug) if kind == "journeys" else {}
    return [number for number, graph in graphs.items() if convert.has_goal(graph)]


def compare(reply: content_pb2.Results, row: asyncpg.Record | None, counts: dict[str, int]) -> None:
    """Variants by their clicks, each with the first of its step that got anything; and the groups' sizes."""
    first: dict[str, content_pb2.MessageResults] = {}
    for each in sorted(reply.messages, key=lambda each: each.variant == HOLDOUT):
        base = first.setdefault(each.step, each)
        each.p_value = chance((each.clicked_count, each.sent_count), (base.clicked_count, base.sent_count))
    reply.total.p_value = 1
    if row is None:
        return
    variants = content_pb2.Broadcast.FromString(row["variants"]).variants
    groups = [counts.get(variant.id, 0) for variant in variants]
    reply.sample_ratio_mismatch = mismatch(groups, [variant.weight or 1 for variant in variants])


# As `store.results` calls those who were held out: nobody clicks what she never got.
HOLDOUT = "holdout"
