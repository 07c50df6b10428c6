"""Programmes: the terms under which points are earned, kept and spent."""

from datetime import datetime
from typing import Any

import grpc
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as resources

from chassis import masks, pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import AlreadyExists
from chassis.idempotency import answer, answered
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import definitions as messages
from services.loyalty.convert import liability
from services.loyalty.rpc import checks, common
from services.loyalty.store import definitions, due, statement

Context = grpc.aio.ServicerContext[Any, Any]


class Programmes:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def CreateProgramme(self, request: pb.CreateProgrammeRequest, _: Context) -> resources.Programme:
        said = resources.Programme()
        said.CopyFrom(request.programme)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Programme):
                return reply
            if not said.currencies:
                said.currencies.add(code="points", display_name="Points")
            common.insist_on_sense("PROGRAMME_INVALID", checks.programme(said))
            work = await self._desk.begin(tx)
            slug = messages.slug(said.name)
            kept = messages.kept(said)
            if not await definitions.create_programme(work.connection, tx.workspace, slug, kept, work.now):
                raise AlreadyExists("NAME_TAKEN", f"There is a programme {slug} already.", name=said.name)
            shown = messages.programme_message(await common.programme(work, said.name))
            return await answer(tx, request, shown)

    async def GetProgramme(self, request: pb.GetProgrammeRequest, _: Context) -> resources.Programme:
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            return messages.programme_message(await common.programme(work, request.name))

    async def ListProgrammes(
        self, request: pb.ListProgrammesRequest, _: Context
    ) -> pb.ListProgrammesResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        async with self._db.begin(caller().workspace) as tx:
            rows = await definitions.programmes(await tx.raw(), tx.workspace, after[0], limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["slug"]])
        return pb.ListProgrammesResponse(
            programmes=map(messages.programme_message, shown), next_page_token=token
        )

    async def UpdateProgramme(self, request: pb.UpdateProgrammeRequest, _: Context) -> resources.Programme:
        said = request.programme
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Programme):
                return reply
            work = await self._desk.begin(tx)
            row = await common.programme(work, said.name, lock=True)
            common.insist_on_etag(said.etag, row, "programme")
            new = changed(resources.Programme.FromString(row["terms"]), said, paths)
            common.insist_on_sense("PROGRAMME_INVALID", checks.programme(new))
            await self._keep(work, row, messages.kept(new), sweep="tier_metric" in paths)
            return await answer(
                tx, request, messages.programme_message(await common.programme(work, said.name))
            )

    async def _keep(self, work: Work, row: Any, terms: bytes, *, sweep: bool) -> None:
        if terms == row["terms"]:
            return
        slug = row["slug"]
        await definitions.change_programme(
            work.connection, work.workspace, slug, terms, work.now, closed=row["closed"]
        )
        if sweep:
            await definitions.touch(work.connection, work.workspace, slug, sweep=True)
            await due.sweep(work.connection, work.workspace, work.now)

    async def CloseProgramme(self, request: pb.CloseProgrammeRequest, _: Context) -> resources.Programme:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Programme):
                return reply
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.name, lock=True)
            if not row["closed"]:
                await definitions.change_programme(
                    work.connection, tx.workspace, row["slug"], row["terms"], work.now, closed=True
                )
            return await answer(
                tx, request, messages.programme_message(await common.programme(work, request.name))
            )

    async def GetLiability(self, request: pb.GetLiabilityRequest, _: Context) -> resources.Liability:
        """Read from the ledger at every asking: exact as of any instant, and no row everybody writes to."""
        now: datetime = self._desk.clock()
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.name)
            end, start = work.now, 0
            if request.HasField("as_of_time"):
                end = common.past_instant(request.as_of_time, now)
            if request.HasField("start_time"):
                start = common.past_instant(request.start_time, now, "start_time")
            terms = (await work.catalog(row["slug"])).terms
            totals = await statement.totals(work.connection, tx.workspace, row["slug"], start, end + 1)
            slices = await statement.slices(
                work.connection, tx.workspace, row["slug"], end + 1, str(terms.zone)
            )
        said = resources.Programme.FromString(row["terms"])
        return liability.message(row["slug"], said, end, totals, slices)


def changed(kept: Any, said: Any, paths: list[str]) -> Any:
    """What is kept, with these fields as they are said now; a field that is not said is left out."""
    only = type(said)()
    only.CopyFrom(said)
    for field, _ in said.ListFields():
        if field.name not in paths:
            only.ClearField(field.name)
    for path in paths:
        kept.ClearField(path)
    kept.MergeFrom(only)
    return kept


WRITABLE = {
    "display_name",
    "time_zone",
    "expiry",
    "spending_order",
    "refund_policy",
    "cost_per_point",
    "redemption_rate_basis_points",
    "reservation_ttl",
    "tier_metric",
    "return_grace",
}
