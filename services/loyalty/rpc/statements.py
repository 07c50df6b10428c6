"""Statements: what happened to an account, and the lots its points lie in."""

from typing import Any

import grpc
from rapport.loyalty.v1 import ledger_pb2
from rapport.loyalty.v1 import loyalty_pb2 as pb

from chassis import pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import NotFound
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import accounts
from services.loyalty.domain.ledger import Lot
from services.loyalty.domain.member import Member
from services.loyalty.rpc import common
from services.loyalty.store import statement
from services.loyalty.store.documents import lot as lot_of

Context = grpc.aio.ServicerContext[Any, Any]


class Statements:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def ListEntries(self, request: pb.ListEntriesRequest, _: Context) -> pb.ListEntriesResponse:
        """What is booked; what was due a moment ago and is not yet, comes with the next beat."""
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int, int)
        start = common.instant(request.start_time, "start_time") if request.HasField("start_time") else 0
        end = common.LATEST
        if request.HasField("end_time"):
            end = common.instant(request.end_time, "end_time")
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.parent)
            place = (before[0], before[1]) if before else (common.FOREVER, common.FOREVER)
            rows = await statement.entries(
                work.connection,
                tx.workspace,
                member.id,
                between=(start, end),
                kind=request.kind,
                before=place,
                limit=limit + 1,
            )
            shown, token = pages.page(rows, limit, lambda row: [row["event_us"], row["number"]])
            reply = pb.ListEntriesResponse(
                entries=[accounts.entry_message(member, row) for row in shown], next_page_token=token
            )
            if not before:
                reply.opening_balances.extend(await self._balances(work, member, start))
                reply.closing_balances.extend(await self._balances(work, member, end))
        return reply

    async def _balances(self, work: Work, member: Member, before_us: int) -> list[ledger_pb2.Balance]:
        terms = (await work.catalog(member.programme, member.stamp)).terms
        rows = await statement.holdings(work.connection, work.workspace, member.id, before_us)
        return accounts.past_balances(rows, (), terms)

    async def GetEntry(self, request: pb.GetEntryRequest, _: Context) -> ledger_pb2.Entry:
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.name)
            id = common.uuid_of(request.name)
            row = await statement.entry(work.connection, tx.workspace, id) if id else None
            if row is None or row["member"] != member.id:
                raise NotFound("ENTRY_NOT_FOUND", "There is no such entry.", name=request.name)
            postings = await statement.postings(work.connection, tx.workspace, row["id"])
        return accounts.entry_message(member, row, postings)

    async def ListLots(self, request: pb.ListLotsRequest, _: Context) -> pb.ListLotsResponse:
        limit = pages.clamp(request.page_size)
        [offset] = pages.unseal(request.page_token, int) or [0]
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.parent)
            rows = await statement.lots(
                work.connection,
                tx.workspace,
                member.id,
                fifo=member.account.first_in_first_out,
                spent=request.show_spent,
                offset=offset,
                limit=limit + 1,
            )
        shown, token = pages.page(rows, limit, lambda _: [offset + limit])
        lots = [(row["currency"], as_it_is(member, row)) for row in shown]
        return pb.ListLotsResponse(
            lots=[
                accounts.lot_message(member, currency, lot)
                for currency, lot in lots
                if request.show_spent or lot.pending or lot.active or lot.reserved
            ],
            next_page_token=token,
        )


def as_it_is(member: Member, row: Any) -> Lot:
    """The lot, brought up to now where something of it is left."""
    return member.account.wallet(row["currency"]).lots.get(row["id"]) or lot_of(row)
