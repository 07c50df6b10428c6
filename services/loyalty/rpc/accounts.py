"""Accounts: who is enrolled, and what she holds, now or as of any instant."""

from typing import Any

import grpc
from rapport.loyalty.v1 import ledger_pb2
from rapport.loyalty.v1 import loyalty_pb2 as pb

from chassis import pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import Invalid, Violation
from chassis.idempotency import answer, answered
from services.loyalty.actions.enrolling import enrol
from services.loyalty.actions.work import Desk, Work, standing
from services.loyalty.convert import accounts
from services.loyalty.domain.member import Member
from services.loyalty.domain.terms import Terms
from services.loyalty.domain.tiers import Held, taken_up
from services.loyalty.rpc import common
from services.loyalty.store import members, statement

Context = grpc.aio.ServicerContext[Any, Any]


class Accounts:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def CreateAccount(self, request: pb.CreateAccountRequest, _: Context) -> ledger_pb2.Account:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Account):
                return reply
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.parent)
            profile = common.profile_of(request.account.profile)
            common.insist_on_open((await work.catalog(row["slug"], row["stamp"])).terms)
            member, _new = await enrol(work, row["slug"], profile)
            return await answer(tx, request, await account_message(work, member))

    async def GetAccount(self, request: pb.GetAccountRequest, _: Context) -> ledger_pb2.Account:
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.name)
            if not request.HasField("as_of_time"):
                return await account_message(work, member)
            t = common.past_instant(request.as_of_time, self._desk.clock())
            return await past_account(work, member, t)

    async def ListAccounts(self, request: pb.ListAccountsRequest, _: Context) -> pb.ListAccountsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int, int) or [common.FOREVER, common.FOREVER]
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.parent)
            tier = request.tier.rpartition("/")[2]
            if request.tier and (
                not common.plain(tier) or not request.tier.startswith(f"{request.parent}/tiers/")
            ):
                raise Invalid(
                    "REQUEST_INVALID",
                    f"tier must be one of {request.parent}.",
                    violations=[Violation("tier", f"must begin with {request.parent}/tiers/")],
                )
            rows = await members.page(
                work.connection,
                tx.workspace,
                row["slug"],
                tier=tier,
                before=(before[0], before[1]),
                limit=limit + 1,
            )
            shown, token = pages.page(rows, limit, lambda each: [each["enrol_us"], each["id"]])
            found = await account_messages(work, [each["id"] for each in shown])
        return pb.ListAccountsResponse(accounts=found, next_page_token=token)

    async def ListProfileAccounts(
        self, request: pb.ListProfileAccountsRequest, _: Context
    ) -> pb.ListProfileAccountsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, int)
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            profile = common.profile_of(request.parent)
            rows = await members.of_name(work.connection, tx.workspace, profile)
            rows = [row for row in rows if not after or (row["enrol_us"], row["id"]) < (after[0], after[1])]
            shown, token = pages.page(rows, limit, lambda each: [each["enrol_us"], each["id"]])
            found = await account_messages(work, [each["id"] for each in shown])
        return pb.ListProfileAccountsResponse(accounts=found, next_page_token=token)


async def account_messages(work: Work, ids: list[int]) -> list[ledger_pb2.Account]:
    found = []
    for member in await members.seen(work.connection, work.workspace, ids):
        await work.bring_up(member)
        found.append(await account_message(work, member))
    return found


async def account_message(work: Work, member: Member) -> ledger_pb2.Account:
    """As it is now; the member has been brought up to it."""
    terms = (await work.catalog(member.programme, member.stamp)).terms
    metric = standing(member, terms, await work.merits(member, terms), work.now)
    return accounts.account(member, accounts.balances(member, terms), terms, metric, work.now)


async def past_account(work: Work, member: Member, t: int) -> ledger_pb2.Account:
    """As it was at *t*, by all that took effect up to it; the terms are those of now."""
    terms = (await work.catalog(member.programme, member.stamp)).terms
    rows = await statement.holdings(work.connection, work.workspace, member.id, t + 1)
    overdue = [(entry, member.account) for entry in member.account.entries if entry.event_us <= t]
    metric = standing(member, terms, await work.merits(member, terms), t)
    member.held = await past_tier(work, member, terms, t)
    return accounts.account(member, accounts.past_balances(rows, overdue, terms), terms, metric, t)


async def past_tier(work: Work, member: Member, terms: Terms, t: int) -> Held:
    """The tier she held at *t*, and until when it seemed to hold, by the validity it has now."""
    overdue = [change for change in member.changes if change.at <= t]
    if overdue:
        return overdue[-1].now
    row = await statement.tier_at(work.connection, work.workspace, member.id, t)
    if row is None:
        return Held()
    if row["end_us"] is None:
        return member.changes[0].former if member.changes else member.held
    held = taken_up(terms.tiers, row["tier"], row["start_us"], terms.zone)
    while held.until_us is not None and held.until_us <= t:
        held = taken_up(terms.tiers, row["tier"], held.until_us, terms.zone)
    return held
