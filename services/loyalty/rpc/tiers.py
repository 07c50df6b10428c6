"""Tiers, who holds which, and since when."""

from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.loyalty.v1 import ledger_pb2
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as resources

from chassis import masks, pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import AlreadyExists, Invalid, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import accounts
from services.loyalty.convert import definitions as messages
from services.loyalty.domain.tiers import Held, Reason
from services.loyalty.rpc import checks, common
from services.loyalty.rpc.accounts import account_message
from services.loyalty.rpc.programmes import changed
from services.loyalty.rpc.rules import insist_on_parent
from services.loyalty.store import definitions, due, statement

Context = grpc.aio.ServicerContext[Any, Any]


class Tiers:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def CreateTier(self, request: pb.CreateTierRequest, _: Context) -> resources.Tier:
        said = request.tier
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Tier):
                return reply
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, request.parent, lock=True))["slug"]
            insist_on_parent(said.name, request.parent, "tier.name")
            common.insist_on_sense("REQUEST_INVALID", checks.tier(said))
            slug = messages.slug(said.name)
            rows = await definitions.tiers(work.connection, tx.workspace, programme)
            if any(row["slug"] == slug for row in rows):
                raise AlreadyExists("NAME_TAKEN", f"There is a tier {slug} already.", name=said.name)
            insist_on_threshold(rows, slug, said.threshold)
            kept = messages.kept(said)
            made = await definitions.create_tier(
                work.connection, (tx.workspace, programme, slug), said.threshold, kept, work.now
            )
            assert made, "the programme is locked, and both were free"
            await look_again(work, programme)
            return await answer(tx, request, messages.tier_message(await found(work, said.name)))

    async def GetTier(self, request: pb.GetTierRequest, _: Context) -> resources.Tier:
        async with self._db.begin(caller().workspace) as tx:
            return messages.tier_message(await found(await self._desk.begin(tx), request.name))

    async def ListTiers(self, request: pb.ListTiersRequest, _: Context) -> pb.ListTiersResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int) or [-1]
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, request.parent))["slug"]
            rows = await definitions.tiers(work.connection, tx.workspace, programme)
        rows = [row for row in rows if row["threshold"] > after[0]]
        shown, token = pages.page(rows, limit, lambda row: [row["threshold"]])
        return pb.ListTiersResponse(tiers=map(messages.tier_message, shown), next_page_token=token)

    async def UpdateTier(self, request: pb.UpdateTierRequest, _: Context) -> resources.Tier:
        said = request.tier
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Tier):
                return reply
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, said.name, lock=True))["slug"]
            row = await found(work, said.name)
            common.insist_on_etag(said.etag, row, "tier")
            new = changed(resources.Tier.FromString(row["terms"]), said, paths)
            common.insist_on_sense("REQUEST_INVALID", checks.tier(new))
            rows = await definitions.tiers(work.connection, tx.workspace, programme)
            insist_on_threshold(rows, row["slug"], new.threshold)
            if (kept := messages.kept(new)) != row["terms"]:
                await definitions.change_tier(
                    work.connection, (tx.workspace, programme, row["slug"]), new.threshold, kept, work.now
                )
                await look_again(work, programme)
            return await answer(tx, request, messages.tier_message(await found(work, said.name)))

    async def DeleteTier(self, request: pb.DeleteTierRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, request.name, lock=True))["slug"]
            row = await found(work, request.name)
            if row["member_count"]:
                raise NotNow(
                    "TIER_IN_USE",
                    f"{row['member_count']} members hold the tier; it can be deleted when none does.",
                    member_count=str(row["member_count"]),
                )
            await definitions.delete_tier(work.connection, tx.workspace, programme, row["slug"])
            await definitions.touch(work.connection, tx.workspace, programme)
        return Empty()

    async def GrantTier(self, request: pb.GrantTierRequest, _: Context) -> ledger_pb2.Account:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Account):
                return reply
            work = await self._desk.begin(tx)
            row = await found(work, request.tier)
            member = await common.account(work, request.name)
            until = common.instant(request.until_time, "until_time")
            if until <= work.now:
                raise Invalid(
                    "TIMES_INVALID",
                    "until_time must lie in the future.",
                    violations=[Violation("until_time", "must lie in the future")],
                )
            if row["programme"] != member.programme:
                raise NotFound("TIER_NOT_FOUND", "The tier is one of another programme.", name=request.tier)
            held = Held(row["slug"], work.now, until, granted=True)
            note = f"{caller().actor}: {request.reason}"
            member.change_tier(held, work.now, Reason.GRANTED, await self._metric(work, member), note)
            await work.save(member)
            return await answer(tx, request, await account_message(work, member))

    async def _metric(self, work: Work, member: Any) -> int:
        return (await account_message(work, member)).tier_metric

    async def ListTierPeriods(
        self, request: pb.ListTierPeriodsRequest, _: Context
    ) -> pb.ListTierPeriodsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int) or [common.FOREVER]
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.parent)
            rows = await statement.tier_periods(
                work.connection, tx.workspace, member.id, before[0], limit + 1
            )
        shown, token = pages.page(rows, limit, lambda row: [row["number"]])
        periods = [accounts.period_message(member.programme, row) for row in shown]
        return pb.ListTierPeriodsResponse(tier_periods=periods, next_page_token=token)


async def found(work: Work, name: str) -> asyncpg.Record:
    asked = common.Name.of(name)
    programme = (await common.programme(work, name))["slug"]
    rows = await definitions.tiers(work.connection, work.workspace, programme)
    row = next((row for row in rows if row["slug"] == asked.id), None)
    if row is None:
        raise NotFound("TIER_NOT_FOUND", f"There is no tier {asked.id}.", name=name)
    return row


async def look_again(work: Work, programme: str) -> None:
    """Members rise at once where they now qualify: slice by slice, beside what else is done."""
    await definitions.touch(work.connection, work.workspace, programme, sweep=True)
    await due.sweep(work.connection, work.workspace, work.now)


def insist_on_threshold(rows: list[asyncpg.Record], slug: str, threshold: int) -> None:
    for row in rows:
        if row["threshold"] == threshold and row["slug"] != slug:
            raise AlreadyExists(
                "TIER_THRESHOLD_TAKEN",
                f"The tier {row['slug']} begins at {threshold} already; choose another threshold.",
                name=f"programmes/{row['programme']}/tiers/{row['slug']}",
            )


WRITABLE = {
    "display_name",
    "threshold",
    "renewal_threshold",
    "validity_months",
    "grace_days",
    "downgrade",
    "downgrade_on_refund",
    "benefits",
}
