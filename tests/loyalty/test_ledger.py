"""The ledger against a simple model: whatever happens, nothing is lost, doubled or below zero."""

from collections import Counter
from copy import deepcopy
from itertools import count
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.loyalty.domain.ledger import About, Account, Kind, Lot, Place, Reservation, State
from services.loyalty.domain.moves import (
    adjust,
    catch_up,
    claw,
    confirm,
    credit,
    first_due,
    give_back,
    merge,
    release,
    reserve,
)
from tests.thorough import examples

POINTS = st.integers(1, 100)
HOUR = 3_600_000_000
CURRENCY = "points"


class Books(RuleBasedStateMachine):
    """A member's account. The model is a bag: what she ever got, and where each point of it went."""

    def __init__(self):
        super().__init__()
        self.numbers = count(1)
        self.account = self.fresh()
        self.now = 1_000 * HOUR
        self.orders = {}
        self.spent = []
        self.merged = []
        self.issued = self.returned = self.adjusted = 0

    def fresh(self):
        return Account(lambda: UUID(int=next(self.numbers)))

    @property
    def wallet(self):
        return self.account.wallet(CURRENCY)

    @rule(points=POINTS, waits=st.integers(0, 4), lasts=st.one_of(st.none(), st.integers(0, 8)))
    def earn(self, points, waits, lasts):
        self.arrive(points, self.now, waits, lasts)

    @rule(points=POINTS, ago=st.integers(0, 12), waits=st.integers(0, 4), lasts=st.integers(0, 20))
    def hear_of_it_late(self, points, ago, waits, lasts):
        self.arrive(points, self.now - ago * HOUR, waits, lasts)

    def arrive(self, points, at, waits, lasts):
        id = UUID(int=next(self.numbers))
        until = None if lasts is None else at + lasts * HOUR
        lot = Lot(id, points, at, at + waits * HOUR, until, f"orders/{id}")
        credit(self.account, CURRENCY, lot, About(f"orders/{id}"), self.now)
        self.orders[id] = [points, 0]
        self.issued += points

    @rule(points=POINTS, lasts=st.integers(1, 4))
    def reserve(self, points, lasts):
        there, before = self.wallet.active, deepcopy(self.wallet)
        made = Reservation(
            UUID(int=next(self.numbers)), CURRENCY, points, [], self.now + lasts * HOUR, self.now
        )
        done = reserve(self.account, made, self.now, About())
        assert done == (points <= there)
        assert (there - points if done else there) == self.wallet.active
        assert done or before == self.wallet, "a refused operation changes nothing"

    @precondition(lambda self: self.account.reservations)
    @rule(data=st.data())
    def confirm(self, data):
        made = data.draw(st.sampled_from(sorted(self.account.reservations.values(), key=lambda r: r.id)))
        points = data.draw(st.integers(1, made.points))
        confirm(self.account, made, points, self.now, About())
        assert points == sum(pin.points for pin in made.pins)
        self.spent.append(made)

    @precondition(lambda self: self.account.reservations)
    @rule(data=st.data())
    def release(self, data):
        made = data.draw(st.sampled_from(sorted(self.account.reservations.values(), key=lambda r: r.id)))
        release(self.account, made, self.now, About(), State.RELEASED)
        assert made.id not in self.account.reservations

    @precondition(lambda self: any(not each.returned for each in self.spent))
    @rule(data=st.data())
    def come_back(self, data):
        made = data.draw(st.sampled_from([each for each in self.spent if not each.returned]))
        give_back(self.account, made, 2 * HOUR, self.now, About())
        self.returned += made.confirmed

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), owe=st.booleans())
    def refund(self, data, owe):
        id = data.draw(st.sampled_from(sorted(self.orders)))
        points, clawed = self.orders[id]
        if points == clawed:
            return
        part = data.draw(st.integers(1, points - clawed))
        wallet = self.wallet
        there = wallet.active + (wallet.lots[id].pending if id in wallet.lots else 0)
        debt = wallet.debt
        entry = claw(self.account, CURRENCY, id, part, self.now, about=About(f"orders/{id}"), owe=owe)
        self.orders[id][1] += part
        took = min(part, there)
        owed = part - took if owe else 0
        assert debt + owed == wallet.debt
        assert (entry.moved if entry else 0) == took + owed
        self.issued -= took + owed

    @rule(points=st.integers(-60, 60).filter(bool))
    def correct(self, points):
        there, before = self.wallet.active, deepcopy(self.wallet)
        lot = Lot(UUID(int=next(self.numbers)), max(points, 0), self.now, self.now, None, "adjustment")
        done = adjust(self.account, CURRENCY, points, lot, self.now, about=About())
        assert done == (points > 0 or -points <= there)
        assert done or before == self.wallet
        self.adjusted += points if done else 0

    @rule(hours=st.integers(1, 6))
    def let_time_pass(self, hours):
        """Late timers come to the same as punctual ones."""
        punctual, late = deepcopy(self.account), self.account
        for hour in range(hours):
            catch_up(punctual, self.now + (hour + 1) * HOUR)
        self.now += hours * HOUR
        catch_up(late, self.now)
        assert punctual.wallets == late.wallets
        assert [(e.kind, e.event_us, e.points) for e in punctual.entries] == [
            (e.kind, e.event_us, e.points) for e in late.entries
        ]

    @rule(points=POINTS, held=POINTS)
    def turn_out_to_be_somebody_else(self, points, held):
        other, mine = self.fresh(), self.account
        self.account = other
        self.arrive(points, self.now, 0, None)
        made = Reservation(
            UUID(int=next(self.numbers)), CURRENCY, min(points, held), [], self.now + HOUR, self.now
        )
        assert reserve(other, made, self.now, About())
        merge(mine, other, self.now)
        assert not any(any(wallet.held) for wallet in mine.wallets.values())
        assert not mine.reservations
        self.merged.append(mine)

    @property
    def entries(self):
        return [entry for account in (*self.merged, self.account) for entry in account.entries]

    @invariant()
    def every_entry_sums_to_zero(self):
        for entry in self.entries:
            assert len(entry.postings) >= 2
            assert 0 == sum(posting.points for posting in entry.postings)
            assert all(posting.points for posting in entry.postings)

    @invariant()
    def a_balance_is_the_fold_of_its_postings(self):
        fold, lots = Counter(), Counter()
        for entry in self.entries:
            for posting in entry.postings:
                fold[posting.place] += posting.points
                if posting.lot:
                    lots[posting.lot, posting.place] += posting.points
        wallet = self.wallet
        assert wallet.held == (
            fold[Place.PENDING],
            fold[Place.ACTIVE],
            fold[Place.RESERVED],
            -fold[Place.DEBT],
        )
        for lot in wallet.lots.values():
            assert (lot.pending, lot.active, lot.reserved) == (
                lots[lot.id, Place.PENDING],
                lots[lot.id, Place.ACTIVE],
                lots[lot.id, Place.RESERVED],
            )

    @invariant()
    def the_programme_and_the_model_agree(self):
        fold = Counter()
        for entry in self.entries:
            for posting in entry.postings:
                fold[posting.place] += posting.points
        assert self.issued == -fold[Place.ISSUED]
        assert self.adjusted == -fold[Place.ADJUSTED]
        assert sum(each.confirmed for each in self.spent) - self.returned == fold[Place.REDEEMED]
        wallet = self.wallet
        outstanding = wallet.pending + wallet.active + wallet.reserved - wallet.debt
        gone = fold[Place.REDEEMED] + fold[Place.EXPIRED]
        assert self.issued + self.adjusted - gone == outstanding

    @invariant()
    def nothing_is_below_zero_and_debt_stands_alone(self):
        wallet = self.wallet
        assert min(wallet.held) >= 0
        assert not (wallet.debt and wallet.active), "what is owed is paid first"
        for lot in wallet.lots.values():
            assert min(lot.pending, lot.active, lot.reserved) >= 0
            assert lot.pending + lot.active + lot.reserved <= lot.points

    @invariant()
    def nothing_that_is_over_can_be_spent(self):
        due = first_due(self.account)
        assert due is None or due > self.now
        for lot in self.wallet.lots.values():
            assert not lot.active or lot.usable(self.now)

    @invariant()
    def reserved_points_are_pinned(self):
        pinned = sum(pin.points for each in self.account.reservations.values() for pin in each.pins)
        assert pinned == self.wallet.reserved

    @invariant()
    def no_balance_of_the_past_is_below_zero(self):
        for account in (*self.merged, self.account):
            held = 0
            for entry in sorted(account.entries, key=lambda each: (each.event_us, each.number)):
                held += entry.points
                assert held >= 0, entry


class TestBooks(Books.TestCase):
    settings = settings(max_examples=examples(150), stateful_step_count=40, deadline=None)


def account(*lots):
    made = Account(count_ids())
    for number, (points, expires_us, earned_us) in enumerate(lots, 1):
        lot = Lot(UUID(int=number), points, earned_us, earned_us, expires_us, f"orders/{number}")
        credit(made, CURRENCY, lot, About(), earned_us)
    return made


def count_ids():
    numbers = count(1000)
    return lambda: UUID(int=next(numbers))


def held(points, made, now=50):
    reservation = Reservation(UUID(int=99), CURRENCY, points, [], 1_000, now)
    assert reserve(made, reservation, now, About())
    return reservation


def test_what_expires_first_is_spent_first_and_what_never_does_comes_last():
    made = account((10, None, 1), (10, 300, 2), (10, 200, 3))
    assert [(3, 10), (2, 10), (1, 5)] == [(pin.lot.int, pin.points) for pin in held(25, made).pins]


def test_plain_fifo_is_a_setting():
    made = account((10, None, 1), (10, 300, 2), (10, 200, 3))
    made.first_in_first_out = True
    assert [(1, 10), (2, 10), (3, 5)] == [(pin.lot.int, pin.points) for pin in held(25, made).pins]


def test_a_lot_that_expires_while_it_is_reserved_may_still_be_confirmed():
    made = account((10, 100, 1))
    reservation = held(10, made)
    catch_up(made, 200)
    assert 10 == made.wallet(CURRENCY).reserved
    confirm(made, reservation, 10, 200, About())
    assert (0, 0, 0, 0) == made.wallet(CURRENCY).held


def test_released_it_expires_at_once():
    made = account((10, 100, 1))
    reservation = held(10, made)
    release(made, reservation, 200, About(), State.RELEASED)
    assert (0, 0, 0, 0) == made.wallet(CURRENCY).held
    assert Kind.EXPIRE is made.entries[-1].kind


def test_a_confirmation_of_less_returns_the_rest():
    made = account((10, 100, 1), (10, None, 2))
    confirm(made, held(15, made), 12, 60, About())
    assert 8 == made.wallet(CURRENCY).active


def test_a_time_out_gives_back_at_its_own_instant_however_late():
    made = account((10, None, 1))
    held(10, made)
    catch_up(made, 5_000)
    assert (1_000, Kind.RELEASE) == (made.entries[-1].event_us, made.entries[-1].kind)


def test_of_a_refund_the_orders_own_lot_is_taken_before_others():
    made = account((10, 300, 1), (10, None, 2))
    entry = claw(made, CURRENCY, UUID(int=2), 12, 50, about=About(), owe=False)
    assert [(2, -10), (1, -2)] == [
        (each.lot.int, each.points) for each in entry.postings if each.place is Place.ACTIVE
    ]
