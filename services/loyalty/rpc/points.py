"""Points given and corrected by a call: what no rule sees."""

from typing import Any

import grpc
from rapport.loyalty.v1 import ledger_pb2
from rapport.loyalty.v1 import loyalty_pb2 as pb

from chassis.callers import caller
from chassis.db import Database
from chassis.errors import AlreadyExists, Invalid, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from conditions.calendar import local_date
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import accounts
from services.loyalty.domain.expiry import expires
from services.loyalty.domain.ledger import About, Entry, Lot, Wallet
from services.loyalty.domain.member import Member
from services.loyalty.domain.moves import accept, adjust, credit, reject
from services.loyalty.domain.terms import Terms
from services.loyalty.domain.tiers import Reason
from services.loyalty.rpc import common
from services.loyalty.store import orders, statement

Context = grpc.aio.ServicerContext[Any, Any]


class Points:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def EarnPoints(self, request: pb.EarnPointsRequest, _: Context) -> ledger_pb2.Entry:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Entry):
                reply.replayed = True
                return reply
            work = await self._desk.begin(tx)
            member = await common.account(work, request.name)
            terms = (await work.catalog(member.programme, member.stamp)).terms
            common.insist_on_open(terms)
            currency = common.currency(terms, request.currency)
            await insist_on_first(work, member, request.reference)
            lot = lot_for(request, member, terms, work.now)
            about = About(request.reference, request.description, version=terms.version, actor=caller().actor)
            entry = credit(member.account, currency, lot, about, work.now)
            await remember(work, member, terms, lot, entry)
            await work.rise(member, Reason.QUALIFIED)
            await work.save(member)
            return await answer(tx, request, await entry_message(work, member, entry))

    async def AdjustPoints(self, request: pb.AdjustPointsRequest, _: Context) -> ledger_pb2.Entry:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Entry):
                reply.replayed = True
                return reply
            work = await self._desk.begin(tx)
            member = await common.account(work, request.name)
            terms = (await work.catalog(member.programme, member.stamp)).terms
            currency = common.currency(terms, request.currency)
            until = expires(terms.expiry, work.now, terms.zone)
            lot = Lot(
                member.account.ids(),
                max(request.points, 0),
                work.now,
                work.now,
                until,
                "adjustment",
                version=terms.version,
            )
            about = About("", request.reason, version=terms.version, actor=caller().actor)
            before = len(member.account.entries)
            if not adjust(member.account, currency, request.points, lot, work.now, about=about):
                there = member.account.wallet(currency).active
                raise common.insufficient(-request.points, there, currency)
            entry = member.account.entries[before]
            await work.save(member)
            return await answer(tx, request, await entry_message(work, member, entry))

    async def AcceptLot(self, request: pb.AcceptLotRequest, _: Context) -> ledger_pb2.Lot:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Lot):
                return reply
            work = await self._desk.begin(tx)
            member = await common.account(work, request.name)
            wallet, lot = await waiting(work, member, request.name)
            about = About(lot.source, rule=lot.rule, version=lot.version, actor=caller().actor)
            accept(member.account, wallet, lot, work.now, about)
            await work.save(member)
            return await answer(tx, request, accounts.lot_message(member, wallet.currency, lot))

    async def RejectLot(self, request: pb.RejectLotRequest, _: Context) -> ledger_pb2.Lot:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Lot):
                return reply
            work = await self._desk.begin(tx)
            member = await common.account(work, request.name)
            wallet, lot = await waiting(work, member, request.name)
            about = About(lot.source, request.reason, lot.rule, lot.version, caller().actor)
            reject(member.account, wallet, lot, work.now, about)
            await orders.rejected(work.connection, tx.workspace, lot.id, work.now)
            await work.rise(member, Reason.QUALIFIED, refund=True)
            await work.save(member)
            return await answer(tx, request, accounts.lot_message(member, wallet.currency, lot))


def lot_for(request: pb.EarnPointsRequest, member: Member, terms: Terms, now: int) -> Lot:
    """The lot of a credit: available at once, and expiring as the programme says, where nothing is said."""
    earned = now
    if request.HasField("event_time"):
        earned = common.instant(request.event_time, "event_time")
    available = earned
    if request.HasField("available_time"):
        available = common.instant(request.available_time, "available_time")
    until = expires(terms.expiry, earned, terms.zone)
    if request.HasField("expire_time"):
        until = common.instant(request.expire_time, "expire_time")
    wrong = []
    if earned > now:
        wrong.append(Violation("event_time", "must not lie in the future"))
    if available < earned:
        wrong.append(Violation("available_time", "must not come before event_time"))
    if until is not None and request.HasField("expire_time") and until <= available:
        wrong.append(Violation("expire_time", "must come after available_time"))
    common.insist_on_sense("TIMES_INVALID", wrong)
    return Lot(
        member.account.ids(),
        request.points,
        earned,
        available,
        until,
        request.reference,
        version=terms.version,
    )


async def insist_on_first(work: Work, member: Member, reference: str) -> None:
    if "\0" in reference:
        raise Invalid(
            "REQUEST_INVALID",
            "reference must be text.",
            violations=[Violation("reference", "must not hold a null character")],
        )
    row = await orders.earned_by_reference(work.connection, work.workspace, member.id, reference)
    if row is not None:
        raise AlreadyExists(
            "ALREADY_EARNED",
            "This reference has earned before; give what is new a reference of its own.",
            entry=f"{member.name}/entries/{row['entry']}",
            points=str(row["points"]),
        )


async def remember(work: Work, member: Member, terms: Terms, lot: Lot, entry: Entry) -> None:
    """The reference has earned; what it earned counts for tiers."""
    await orders.earn(
        work.connection,
        work.workspace,
        programme=member.programme,
        rule="",
        source=f"{member.id}/{lot.source}",
        member=member.id,
        currency=entry.currency,
        lot=lot.id,
        entry=entry.id,
        version=terms.version,
        factor="1",
        most=None,
        points=lot.points,
        event_us=lot.earned_us,
        day=local_date(lot.earned_us, terms.zone).toordinal(),
    )


async def waiting(work: Work, member: Member, name: str) -> tuple[Wallet, Lot]:
    """The lot that still waits, and its wallet."""
    id = common.uuid_of(name)
    for wallet in member.account.wallets.values():
        lot = wallet.lots.get(id) if id else None
        if lot and lot.pending:
            return wallet, lot
    row = await statement.lot(work.connection, work.workspace, id) if id else None
    if row is None or row["member"] != member.id:
        raise NotFound("LOT_NOT_FOUND", "There is no such lot.", name=name)
    raise NotNow(
        "LOT_NOT_PENDING", "The credit no longer waits: it was accepted or rejected before.", name=name
    )


async def entry_message(work: Work, member: Member, entry: Entry) -> ledger_pb2.Entry:
    row = await statement.entry(work.connection, work.workspace, entry.id)
    return accounts.entry_message(member, row)
