"""The ledger in the database: killed anywhere nothing is half done, and replayed it says the same."""

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as programmes
from rapport.profile.v1 import events_pb2 as profile_events

from chassis.callers import Caller, acting_as
from chassis.db import Database
from chassis.workspaces import Workspaces
from services.loyalty.actions.catalog import Catalogs
from services.loyalty.actions.work import Desk
from services.loyalty.handlers import Handlers
from services.loyalty.rpc.reservations import Reservations
from services.loyalty.store import due, members, statement
from services.loyalty.timers import Timers
from tests.loyalty.house import PROGRAMME, Refused
from tests.profile.house import Hands


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """A connection whose process is killed after so many statements."""

    def __init__(self, connection, statements):
        self.connection, self.left = connection, statements

    def __getattr__(self, name):
        async def run(*arguments):
            if self.left == 0:
                raise Killed
            self.left -= 1
            return await getattr(self.connection, name)(*arguments)

        return run


class DyingDesk(Desk):
    """A desk whose transactions are killed after so many statements."""

    __slots__ = ("statements",)

    async def begin(self, tx, **how):
        work = await super().begin(tx, **how)
        return replace(work, connection=Dying(work.connection, self.statements))


def dying(desk, statements):
    made = DyingDesk(desk.workspaces, desk.catalogs, desk.clock)
    object.__setattr__(made, "statements", statements)
    return made


@pytest.fixture
async def db(database):
    async with Database.open((await database("loyalty")).url, clock=CLOCK) as opened:
        yield opened


@pytest.fixture
def desk():
    return Desk(Workspaces(), Catalogs(), CLOCK)


CLOCK = Hands()


async def everything(db):
    """Every row of every table, as this workspace sees it."""
    async with db.begin("acme") as tx:
        connection = await tx.raw()
        names = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND relname <> 'alembic_version'"
        )
        found = {}
        for name in (row["relname"] for row in names):
            found[name] = await connection.fetch(f"SELECT x::text FROM {name} x ORDER BY 1")
    return found


async def agree(db):
    async with db.begin("acme") as tx:
        assert [] == await statement.disagreements(await tx.raw(), "acme", 10)


async def killed_anywhere(db, desk, act):
    """Tries *act* with the process killed after each number of statements, then lets it live."""
    before, statements = await everything(db), 0
    while True:
        try:
            await act(dying(desk, statements))
        except (Killed, asyncio.CancelledError):
            assert before == await everything(db), f"killed after {statements} statements"
            statements += 1
        else:
            break
    assert statements >= 2
    assert before != await everything(db)
    await agree(db)


@asynccontextmanager
async def till(db, desk):
    """Somebody with points, and another profile of hers, in a workspace of a running desk."""
    from services.loyalty.rpc.accounts import Accounts
    from services.loyalty.rpc.points import Points
    from services.loyalty.rpc.programmes import Programmes
    from services.loyalty.rpc.rules import Rules

    with acting_as(Caller("acme", "keys/till")):
        terms = programmes.Programme(name=PROGRAMME)
        await Programmes(db, desk).CreateProgramme(pb.CreateProgrammeRequest(programme=terms), None)
        rule = programmes.EarnRule(name=f"{PROGRAMME}/earn_rules/orders")
        rule.order.points_per_unit = "1"
        request = pb.CreateEarnRuleRequest(parent=PROGRAMME, earn_rule=rule)
        await Rules(db, desk).CreateEarnRule(request, None)
        accounts = []
        for _ in range(2):
            request = pb.CreateAccountRequest(parent=PROGRAMME)
            request.account.profile = f"profiles/{uuid4()}"
            accounts.append((await Accounts(db, desk).CreateAccount(request, None)).name)
            await Points(db, desk).EarnPoints(
                pb.EarnPointsRequest(name=accounts[-1], points=100, reference="welcome"), None
            )
        yield accounts


async def test_a_refunded_order_is_taken_whole_or_not_at_all(db, desk):
    async with till(db, desk) as (ada, _):
        order = profile_events.OrderPlaced().order
        order.name, order.profile, order.revision = "orders/1", f"profiles/{ada[-36:]}", 1
        order.total.units, order.total.currency_code = 50, "EUR"
        order.order_time.FromDatetime(CLOCK.now)

        async def place(desk):
            async with db.begin("acme") as tx:
                await Handlers(desk).earn_on_order(tx, profile_events.OrderPlaced(order=order))

        await killed_anywhere(db, desk, place)
        order.refunds.add(refund_id="r").amount.units = 20
        order.revision = 2

        async def refund(desk):
            async with db.begin("acme") as tx:
                fact = profile_events.OrderRefunded(order=order, refund=order.refunds[0])
                await Handlers(desk).claw_back(tx, fact)

        await killed_anywhere(db, desk, refund)
        assert 130 == await active(db, ada)


async def test_two_members_become_one_or_stay_two(db, desk):
    async with till(db, desk) as (ada, ghost):

        async def merge(desk):
            async with db.begin("acme") as tx:
                fact = profile_events.ProfileMerged(
                    survivor=f"profiles/{ada[-36:]}", absorbed=f"profiles/{ghost[-36:]}"
                )
                await Handlers(desk).join_members(tx, fact)

        await killed_anywhere(db, desk, merge)
        assert 200 == await active(db, ada)


async def test_points_are_set_aside_whole_or_not_at_all(db, desk):
    async with till(db, desk) as (ada, _):
        request = pb.CreateReservationRequest(parent=ada, request_id="once")
        request.reservation.points = 30
        await killed_anywhere(db, desk, lambda desk: Reservations(db, desk).CreateReservation(request, None))
        assert 70 == await active(db, ada)


async def test_time_passes_whole_or_not_at_all(db, desk):
    async with till(db, desk) as (ada, _):
        request = pb.CreateReservationRequest(parent=ada)
        request.reservation.points = 30
        await Reservations(db, desk).CreateReservation(request, None)
        CLOCK.forward(minutes=20)
        await killed_anywhere(db, desk, lambda desk: Timers(db, desk).let_time_pass(CLOCK.now))
        assert 100 == await active(db, ada)


async def test_a_member_that_cannot_be_brought_up_holds_up_nobody(db, desk, caplog):
    async with till(db, desk) as (ada, other):
        for account in (ada, other):
            request = pb.CreateReservationRequest(parent=account)
            request.reservation.points = 30
            await Reservations(db, desk).CreateReservation(request, None)
        async with db.begin("acme") as tx:
            connection = await tx.raw()
            poisoned = await members.id_of(connection, "acme", "club", UUID(ada[-36:]))
            await connection.execute("UPDATE wallet SET reserved = 1 WHERE member = $1", poisoned)
        CLOCK.forward(minutes=20)
        await Timers(db, desk).let_time_pass(CLOCK.now)

        assert 100 == await active(db, other)
        assert "cannot be brought up to now" in caplog.text
        now_us = round(CLOCK.now.timestamp() * 1_000_000)
        async with db.begin(()) as tx:
            assert [] == await due.workspaces(await tx.raw(), now_us, 10)


async def test_books_that_disagree_are_found(db, desk, caplog):
    async with till(db, desk) as (ada, _):
        async with db.begin("acme") as tx:
            await (await tx.raw()).execute("UPDATE wallet SET active = active + 1 WHERE member = 1")
            await (await tx.raw()).execute("INSERT INTO due VALUES ('acme', 999, 9e15)")
        await Timers(db, desk).compare_books(CLOCK.now)
        assert "The books of acme disagree: wallet 1 points" in caplog.text
        assert 101 == await active(db, ada)


async def active(db, account):
    async with db.begin("acme") as tx:
        connection = await tx.raw()
        id = await members.id_of(connection, "acme", "club", UUID(account[-36:]))
        [member] = await members.seen(connection, "acme", [id])
    return member.account.wallet("points").active


@pytest.mark.parametrize("seed", range(4))
async def test_after_anything_the_stored_balances_are_those_of_the_replay(shop, seed):
    dice = random.Random(seed)
    policy = dice.choice([programmes.Programme.CLAMP, programmes.Programme.DEBT])
    await shop.programme(refund_policy=policy, expiry=programmes.Expiry(days=20))
    await shop.rule()
    accounts = [await shop.enrol() for _ in range(3)]
    orders, held = [], []
    for _ in range(50):
        account = dice.choice(accounts)
        match dice.choice(["buy", "buy", "refund", "reserve", "reserve", "end", "adjust", "wait", "merge"]):
            case "buy":
                orders.append(await shop.buy(account, f"{dice.randint(1, 90)}.50"))
            case "refund" if orders:
                order = orders.pop(dice.randrange(len(orders)))
                orders.append(await shop.refund(order, f"{dice.randint(1, 30)}.00"))
            case "reserve":
                points = dice.randint(1, 60)
                reservation = pb.CreateReservationRequest(parent=account)
                reservation.reservation.points = points
                before = await shop.holds(account)
                answer = await shop.answer(reservation)
                assert isinstance(answer, Refused) == (before[0] < points)
                assert not isinstance(answer, Refused) or before == await shop.holds(account)
                held += [] if isinstance(answer, Refused) else [answer.name]
            case "end" if held:
                name = held.pop(dice.randrange(len(held)))
                order = dice.choice(orders).name if orders else ""
                ends = [
                    pb.ConfirmReservationRequest(name=name, order=order),
                    pb.ReleaseReservationRequest(name=name),
                ]
                await shop.answer(dice.choice(ends))
            case "adjust":
                await shop.answer(
                    pb.AdjustPointsRequest(name=account, points=dice.choice([-9, 9]), reason="test")
                )
            case "wait":
                await shop.forward(hours=dice.choice([0.1, 1, 200]))
            case "merge" if len(accounts) > 1 and dice.random() < 0.3:
                accounts.remove(account)
                await shop.merge(accounts[0], account)
    await shop.books_agree()
    for account in accounts:
        assert await shop.holds(account) == await shop.holds(account, shop.now)
        told = await shop.entries(account)
        assert all(entry.balance_after >= 0 for entry in told)
        assert told[0].balance_after == (await shop.holds(account))[0]
