"""A member's points: journals of postings that sum to zero, and what they leave in lots and balances.

Nothing changes a lot or a balance but `post`, so that a balance is the fold of its postings by construction.
Instants are microseconds since 1970 UTC; amounts are whole points.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID


class Place(IntEnum):
    """Where points can be. The numbers are those of the proto."""

    PENDING = 1
    ACTIVE = 2
    RESERVED = 3
    DEBT = 4
    ISSUED = 5
    REDEEMED = 6
    EXPIRED = 7
    ADJUSTED = 8


class Kind(IntEnum):
    """What can happen to an account. The numbers are those of the proto."""

    EARN = 1
    PEND = 2
    ACCEPT = 3
    REJECT = 4
    RESERVE = 5
    CONFIRM = 6
    RELEASE = 7
    CLAW_BACK = 8
    RETURN = 9
    EXPIRE = 10
    ADJUST = 11
    MERGE = 12
    REPAY = 13


class End(IntEnum):
    """How a lot ended before it was used up."""

    NONE = 0
    EXPIRED = 1
    REJECTED = 2


class Posting(NamedTuple):
    place: Place
    points: int
    lot: UUID | None = None


@dataclass(slots=True)
class Lot:
    """Points earned together, and where they lie."""

    id: UUID
    points: int
    earned_us: int
    available_us: int
    # From this instant on it cannot be used. None: never.
    expires_us: int | None
    source: str
    # programmes/{slug}/earn_rules/{slug}, and its version; the terms' version where no rule decided.
    rule: str = ""
    version: int = 0
    pending: int = 0
    active: int = 0
    reserved: int = 0
    end: End = End.NONE

    def usable(self, t: int) -> bool:
        return self.active > 0 and (self.expires_us is None or t < self.expires_us)


class Pin(NamedTuple):
    """Points of a lot that a reservation holds on to; the lot's dates stay with them."""

    lot: UUID
    points: int
    earned_us: int
    expires_us: int | None


class State(IntEnum):
    """Where a reservation stands. The numbers are those of the proto."""

    HELD = 1
    CONFIRMED = 2
    RELEASED = 3
    TIMED_OUT = 4


@dataclass(slots=True)
class Reservation:
    id: UUID
    currency: str
    points: int
    pins: list[Pin]
    expires_us: int
    created_us: int
    reward: str = ""
    reference: str = ""
    state: State = State.HELD
    confirmed: int = 0
    order: str = ""
    ended_us: int | None = None
    # The order it paid for came back, and so did the points.
    returned: bool = False


class About(NamedTuple):
    """What an entry says beside its postings."""

    source: str = ""
    description: str = ""
    rule: str = ""
    version: int = 0
    actor: str = "services/loyalty"


class Told(NamedTuple):
    """What a fact says beside its entry."""

    lot: Lot | None = None
    reservation: Reservation | None = None
    refund_id: str = ""
    wanted: int = 0
    debt: int = 0
    historical: bool = False


class Held(NamedTuple):
    """What a wallet holds."""

    pending: int
    active: int
    reserved: int
    debt: int


@dataclass(frozen=True, slots=True)
class Entry:
    id: UUID
    # Counts the entries of the account.
    number: int
    kind: Kind
    currency: str
    event_us: int
    postings: tuple[Posting, ...]
    about: About
    told: Told
    after: Held

    @property
    def points(self) -> int:
        """What it did to the points she can spend."""
        return sum(each.points for each in self.postings if each.place is Place.ACTIVE)

    @property
    def moved(self) -> int:
        """How many points it moved."""
        return sum(each.points for each in self.postings if each.points > 0)


@dataclass(slots=True)
class Wallet:
    """One currency of points of one member, with the lots of which something is left."""

    currency: str
    pending: int = 0
    active: int = 0
    reserved: int = 0
    debt: int = 0
    # When something was last owed.
    debt_us: int = 0
    lots: dict[UUID, Lot] = field(default_factory=dict)

    @property
    def held(self) -> Held:
        return Held(self.pending, self.active, self.reserved, self.debt)


@dataclass(slots=True)
class Account:
    """What a member has, and what this transaction made of it."""

    # Names for what is new.
    ids: Callable[[], UUID]
    wallets: dict[str, Wallet] = field(default_factory=dict)
    # Those that hold points.
    reservations: dict[UUID, Reservation] = field(default_factory=dict)
    # FIFO instead of the earliest expiry.
    first_in_first_out: bool = False
    number: int = 0
    entries: list[Entry] = field(default_factory=list)
    # How many of these are told already.
    told: int = 0
    changed_lots: dict[UUID, tuple[str, Lot]] = field(default_factory=dict)
    changed_reservations: dict[UUID, Reservation] = field(default_factory=dict)

    def wallet(self, currency: str) -> Wallet:
        return self.wallets.setdefault(currency, Wallet(currency))

    def in_spending_order(self, lots: Iterable[Lot]) -> list[Lot]:
        return sorted(lots, key=earned_first if self.first_in_first_out else expiring_first)


def post(
    account: Account,
    wallet: Wallet,
    kind: Kind,
    at: int,
    postings: Iterable[Posting],
    *,
    about: About = About(),  # noqa: B008 - a value
    told: Told = Told(),  # noqa: B008
) -> Entry:
    """One journal: it sums to zero, and leaves nothing below zero."""
    made = tuple(each for each in postings if each.points)
    assert len(made) >= 2, "a journal has two sides"
    assert sum(each.points for each in made) == 0, "a journal sums to zero"
    for each in made:
        settle(account, wallet, each)
    account.number += 1
    entry = Entry(account.ids(), account.number, kind, wallet.currency, at, made, about, told, wallet.held)
    account.entries.append(entry)
    return entry


def settle(account: Account, wallet: Wallet, posting: Posting) -> None:
    field = FIELDS.get(posting.place)
    if field is None:
        return
    if field == "debt":
        wallet.debt -= posting.points
        assert wallet.debt >= 0, "nobody repays what she does not owe"
        return
    assert posting.lot is not None, "points of a member lie in a lot"
    lot = wallet.lots[posting.lot]
    for holder in (wallet, lot):
        left = getattr(holder, field) + posting.points
        assert left >= 0, f"{field} points cannot be negative"
        setattr(holder, field, left)
    account.changed_lots[lot.id] = wallet.currency, lot


def expiring_first(lot: Lot) -> tuple[bool, int, int, UUID]:
    """What never expires comes last; then what was earned first; then by id."""
    return lot.expires_us is None, lot.expires_us or 0, lot.earned_us, lot.id


def earned_first(lot: Lot) -> tuple[int, UUID]:
    return lot.earned_us, lot.id


def taken(account: Account, lots: Iterable[Lot], points: int) -> Iterator[tuple[Lot, int]]:
    """How much of which lot makes up so many points, in spending order; less where there is less."""
    for lot in account.in_spending_order(lots):
        if points <= 0:
            return
        part = min(points, lot.active)
        points -= part
        yield lot, part


FIELDS = {
    Place.PENDING: "pending",
    Place.ACTIVE: "active",
    Place.RESERVED: "reserved",
    Place.DEBT: "debt",
}
