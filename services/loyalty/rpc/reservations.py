"""Points set aside: the balance is checked here and fails here, and exactly one thing ends a reservation."""

from typing import Any
from uuid import UUID

import grpc
from rapport.loyalty.v1 import ledger_pb2
from rapport.loyalty.v1 import loyalty_pb2 as pb

from chassis import pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import Invalid, NotFound, NotNow, Refusal, Violation
from chassis.idempotency import answer, answered
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import accounts
from services.loyalty.convert import orders as order_messages
from services.loyalty.domain.ledger import About, Reservation, State
from services.loyalty.domain.member import Member
from services.loyalty.domain.moves import confirm, give_back, release, reserve
from services.loyalty.domain.terms import Terms
from services.loyalty.rpc import common
from services.loyalty.rpc.rewards import taken
from services.loyalty.rpc.till import Till
from services.loyalty.store import orders, statement
from services.loyalty.store.documents import reservation as reservation_of

Context = grpc.aio.ServicerContext[Any, Any]


class Reservations:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk
        self._till = Till(db, desk)

    async def CreateReservation(
        self, request: pb.CreateReservationRequest, _: Context
    ) -> ledger_pb2.Reservation:
        if request.reservation.reward:
            return await self._reserve_reward(request)
        actor = caller().actor

        async def act(work: Work, member: Member) -> ledger_pb2.Reservation:
            return await set_aside(work, request, member, actor)

        return await self._till.serve(request, ledger_pb2.Reservation, request.parent, act)

    async def _reserve_reward(self, request: pb.CreateReservationRequest) -> ledger_pb2.Reservation:
        """By itself: it takes from stock as well."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Reservation):
                return reply
            work = await self._desk.begin(tx)
            member = await common.account(work, request.parent)
            reply = await set_aside(work, request, member, caller().actor)
            await work.save(member)
            return await answer(tx, request, reply)

    async def GetReservation(self, request: pb.GetReservationRequest, _: Context) -> ledger_pb2.Reservation:
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.name)
            return accounts.reservation_message(member, await found(work, member, request.name))

    async def ListReservations(
        self, request: pb.ListReservationsRequest, _: Context
    ) -> pb.ListReservationsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, int, UUID) or [common.FOREVER, NIL]
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            member = await common.seen_account(work, request.parent)
            rows = await statement.reservations(
                work.connection,
                tx.workspace,
                member.id,
                state=request.state,
                before=(before[0], before[1]),
                limit=limit + 1,
            )
        shown, token = pages.page(rows, limit, lambda row: [row["created_us"], row["id"]])
        known = member.account.changed_reservations
        kept = [known.get(row["id"]) or reservation_of(row) for row in shown]
        found = [accounts.reservation_message(member, each) for each in kept]
        return pb.ListReservationsResponse(
            reservations=[each for each in found if request.state in {0, each.state}], next_page_token=token
        )

    async def ConfirmReservation(
        self, request: pb.ConfirmReservationRequest, _: Context
    ) -> ledger_pb2.Reservation:
        if request.order:
            return await self._confirm_for_order(request)
        actor = caller().actor

        async def act(work: Work, member: Member) -> ledger_pb2.Reservation:
            return accounts.reservation_message(member, await spend(work, request, member, actor))

        return await self._till.serve(request, ledger_pb2.Reservation, request.name, act)

    async def _confirm_for_order(self, request: pb.ConfirmReservationRequest) -> ledger_pb2.Reservation:
        """By itself: the order may have come back already, and then the points do."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, ledger_pb2.Reservation):
                return reply
            work = await self._desk.begin(tx)
            # Before the member, as handlers of orders do.
            order = await paid_for(work, request.order)
            member = await common.account(work, request.name)
            made = await spend(work, request, member, caller().actor)
            if order is not None and order["placed"] and order_messages.load(order["present"]).gone:
                terms = (await work.catalog(member.programme, member.stamp)).terms
                about = About(made.order, version=terms.version)
                give_back(member.account, made, terms.grace_us, work.now, about)
            await work.save(member)
            return await answer(tx, request, accounts.reservation_message(member, made))

    async def ReleaseReservation(
        self, request: pb.ReleaseReservationRequest, _: Context
    ) -> ledger_pb2.Reservation:
        actor = caller().actor

        async def act(work: Work, member: Member) -> ledger_pb2.Reservation:
            made = await held(work, member, request.name)
            about = About(made.reward or made.reference, actor=actor)
            release(member.account, made, work.now, about, State.RELEASED)
            return accounts.reservation_message(member, made)

        return await self._till.serve(request, ledger_pb2.Reservation, request.name, act)


async def set_aside(
    work: Work, request: pb.CreateReservationRequest, member: Member, actor: str
) -> ledger_pb2.Reservation:
    terms = (await work.catalog(member.programme, member.stamp)).terms
    made = await wanted(work, request.reservation, member, terms)
    about = About(made.reward or made.reference, version=terms.version, actor=actor)
    if not reserve(member.account, made, work.now, about):
        there = member.account.wallet(made.currency).active
        raise common.insufficient(made.points, there, made.currency)
    return accounts.reservation_message(member, made)


async def spend(work: Work, request: pb.ConfirmReservationRequest, member: Member, actor: str) -> Reservation:
    made = await held(work, member, request.name)
    points = request.points or made.points
    if points > made.points:
        raise Invalid(
            "RESERVATION_EXCEEDED",
            f"{made.points} were set aside, and {points} cannot be spent of them.",
            violations=[Violation("points", f"must be at most {made.points}")],
            reserved_points=str(made.points),
        )
    made.order = request.order
    about = About(request.order or made.reward or made.reference, actor=actor)
    confirm(member.account, made, points, work.now, about)
    return made


async def wanted(work: Work, said: ledger_pb2.Reservation, member: Member, terms: Terms) -> Reservation:
    """What is to be set aside: so many points, or the price of a reward."""
    until = work.now + terms.reservation_us
    if said.HasField("expire_time"):
        until = common.instant(said.expire_time, "reservation.expire_time")
    wrong = []
    if not work.now < until <= work.now + LONGEST_US:
        wrong.append(Violation("reservation.expire_time", "must lie within the next 30 days"))
    if not said.points and not said.reward:
        wrong.append(Violation("reservation.points", "or a reward is required"))
    if "\0" in said.reference:
        wrong.append(Violation("reservation.reference", "must not hold a null character"))
    common.insist_on_sense("REQUEST_INVALID", wrong)
    points, currency = said.points, common.currency(terms, said.currency)
    if said.reward:
        price, currency = await taken(work, said.reward, member, terms)
        if points not in {0, price}:
            raise Invalid(
                "REQUEST_INVALID",
                f"The reward costs {price}; leave points out.",
                violations=[Violation("reservation.points", f"must be {price}, or left out")],
            )
        points = price
    return Reservation(
        member.account.ids(),
        currency,
        points,
        [],
        until,
        work.now,
        reward=said.reward,
        reference=said.reference,
    )


async def paid_for(work: Work, order: str) -> Any:
    if "\0" in order:
        raise Invalid(
            "REQUEST_INVALID",
            "order must be text.",
            violations=[Violation("order", "must not hold a null character")],
        )
    return await orders.purchase(work.connection, work.workspace, order)


async def held(work: Work, member: Member, name: str) -> Reservation:
    """The reservation, if nothing has ended it."""
    made = await found(work, member, name)
    if made.state is State.HELD:
        return made
    raise over(made, name)


def over(made: Reservation, name: str) -> Refusal:
    reason, sentence = ENDINGS[made.state]
    return NotNow(reason, sentence, name=name)


async def found(work: Work, member: Member, name: str) -> Reservation:
    id = common.uuid_of(name)
    account = member.account
    if id and (known := account.reservations.get(id) or account.changed_reservations.get(id)):
        return known
    row = await statement.reservation(work.connection, work.workspace, id) if id else None
    if row is None or row["member"] != member.id:
        raise NotFound("RESERVATION_NOT_FOUND", "There is no such reservation.", name=name)
    return reservation_of(row)


ENDINGS = {
    State.CONFIRMED: ("RESERVATION_CONFIRMED", "The reservation was confirmed before."),
    State.RELEASED: ("RESERVATION_RELEASED", "The reservation was released before; make a new one."),
    State.TIMED_OUT: ("RESERVATION_TIMED_OUT", "The reservation's time is over; make a new one."),
}
NIL = UUID(int=0)
LONGEST_US = 30 * 86_400 * 1_000_000
