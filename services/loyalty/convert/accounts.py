"""Members, lots, entries and reservations as messages."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from rapport.loyalty.v1 import ledger_pb2 as pb

from services.loyalty.convert.times import timestamp, when
from services.loyalty.domain.ledger import Account, End, Entry, Held, Kind, Lot, Place, Reservation, Wallet
from services.loyalty.domain.member import Member
from services.loyalty.domain.terms import Terms
from services.loyalty.domain.tiers import rank


def account(member: Member, balances: Iterable[pb.Balance], terms: Terms, metric: int, t: int) -> pb.Account:
    """The member with what she holds, and how far it is to the next tier."""
    place = rank(terms.tiers, member.held.tier)
    above = next((tier for tier in terms.tiers[place + 1 :]), None)
    return pb.Account(
        name=member.name,
        profile=member.profile_name,
        balances=balances,
        tier=tier_name(member.programme, member.held.tier),
        tier_until_time=when(member.held.until_us),
        tier_metric=metric,
        next_tier=tier_name(member.programme, above.name) if above else "",
        next_tier_missing=max(0, above.threshold - metric) if above else 0,
        as_of_time=timestamp(t),
        create_time=timestamp(member.enrol_us),
    )


def tier_name(programme: str, tier: str) -> str:
    return f"programmes/{programme}/tiers/{tier}" if tier else ""


def balances(member: Member, terms: Terms) -> list[pb.Balance]:
    """What she holds in each currency of the programme, and in others she still has something of."""
    wallets = member.account.wallets
    order = [*terms.currencies, *sorted(set(wallets) - set(terms.currencies))]
    return [balance(wallets.get(each) or Wallet(each)) for each in order]


def balance(wallet: Wallet) -> pb.Balance:
    return held_balance(
        wallet.currency, wallet.held, ((lot.expires_us, lot.active) for lot in wallet.lots.values())
    )


def held_balance(currency: str, held: Held, expiring: Iterable[tuple[int | None, int]]) -> pb.Balance:
    found = pb.Balance(
        currency=currency,
        active_points=held.active,
        pending_points=held.pending,
        reserved_points=held.reserved,
        debt_points=held.debt,
    )
    times = [(time, points) for time, points in expiring if time is not None and points]
    if times:
        first = min(time for time, _ in times)
        found.expiring_points = sum(points for time, points in times if time == first)
        found.next_expire_time.CopyFrom(timestamp(first))
    return found


def past_balances(
    rows: Iterable[Any], overdue: Iterable[tuple[Entry, Account]], terms: Terms
) -> list[pb.Balance]:
    """The fold of what lay where, and of what was due and is not booked yet."""
    sums: dict[str, Counter[tuple[int, UUID | None]]] = {code: Counter() for code in terms.currencies}
    expires: dict[UUID | None, int | None] = {}
    for row in rows:
        sums.setdefault(row["currency"], Counter())[row["place"], row["lot"]] += row["points"]
        expires[row["lot"]] = row["expires_us"]
    for entry, account in overdue:
        for each in entry.postings:
            sums.setdefault(entry.currency, Counter())[each.place, each.lot] += each.points
            if each.lot:
                expires[each.lot] = account.wallet(entry.currency).lots[each.lot].expires_us
    return [past_balance(currency, places, expires) for currency, places in sums.items()]


def past_balance(
    currency: str, places: Counter[tuple[int, UUID | None]], expires: dict[UUID | None, int | None]
) -> pb.Balance:
    total: Counter[int] = Counter()
    for (place, _), points in places.items():
        total[place] += points
    held = Held(total[Place.PENDING], total[Place.ACTIVE], total[Place.RESERVED], -total[Place.DEBT])
    active = ((expires[lot], points) for (place, lot), points in places.items() if place == Place.ACTIVE)
    return held_balance(currency, held, active)


def lot_message(member: Member, currency: str, lot: Lot) -> pb.Lot:
    return pb.Lot(
        name=f"{member.name}/lots/{lot.id}",
        state=lot_state(lot),
        points=lot.points,
        remaining_points=lot.active,
        reserved_points=lot.reserved,
        currency=currency,
        earn_time=timestamp(lot.earned_us),
        available_time=timestamp(lot.available_us),
        expire_time=when(lot.expires_us),
        source=lot.source,
        rule=lot.rule,
        rule_version=lot.version,
    )


def lot_state(lot: Lot) -> "pb.Lot.State":
    if lot.pending:
        return pb.Lot.PENDING
    if lot.active or lot.reserved:
        return pb.Lot.AVAILABLE
    if lot.end is End.EXPIRED:
        return pb.Lot.EXPIRED
    return pb.Lot.REJECTED if lot.end is End.REJECTED else pb.Lot.USED_UP


def entry_message(member: Member, row: Any, postings: Iterable[Any] = ()) -> pb.Entry:
    return pb.Entry(
        name=f"{member.name}/entries/{row['id']}",
        kind=row["kind"],
        points=row["points"],
        currency=row["currency"],
        balance_after=row["balance_after"],
        description=row["description"] or DESCRIPTIONS[Kind(row["kind"])],
        source=row["source"],
        rule=row["rule"],
        version=row["version"],
        actor=row["actor"],
        event_time=timestamp(row["event_us"]),
        create_time=timestamp(row["record_us"]),
        postings=[posting(member, each) for each in postings],
    )


def posting(member: Member, row: Any) -> pb.Posting:
    return pb.Posting(
        place=row["place"],
        points=row["points"],
        lot=f"{member.name}/lots/{row['lot']}" if row["lot"] else "",
    )


def reservation_message(member: Member, reservation: Reservation) -> pb.Reservation:
    return pb.Reservation(
        name=f"{member.name}/reservations/{reservation.id}",
        state=cast("pb.Reservation.State", reservation.state),
        points=reservation.points,
        currency=reservation.currency,
        reward=reservation.reward,
        reference=reservation.reference,
        confirmed_points=reservation.confirmed,
        order=reservation.order,
        pins=[
            pb.Reservation.Pin(lot=f"{member.name}/lots/{pin.lot}", points=pin.points)
            for pin in reservation.pins
        ],
        expire_time=timestamp(reservation.expires_us),
        create_time=timestamp(reservation.created_us),
        end_time=when(reservation.ended_us),
    )


def period_message(programme: str, row: Any) -> pb.TierPeriod:
    return pb.TierPeriod(
        tier=tier_name(programme, row["tier"]),
        start_time=timestamp(row["start_us"]),
        end_time=when(row["end_us"]),
        reason=row["reason"],
        metric=row["metric"],
        note=row["note"],
    )


# What she reads where nobody said anything else.
DESCRIPTIONS = {
    Kind.EARN: "Points earned",
    Kind.PEND: "Points earned, not yet available",
    Kind.ACCEPT: "Points available",
    Kind.REJECT: "Points taken back",
    Kind.RESERVE: "Points set aside",
    Kind.CONFIRM: "Points spent",
    Kind.RELEASE: "Points given back",
    Kind.CLAW_BACK: "Points taken back after a return",
    Kind.RETURN: "Points returned with an order",
    Kind.EXPIRE: "Points expired",
    Kind.ADJUST: "Correction",
    Kind.MERGE: "Accounts joined",
    Kind.REPAY: "Owed points repaid",
}
