"""What a programme owes, from the sums of its ledger."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from rapport.loyalty.v1 import programme_pb2 as pb

from services.loyalty.convert.definitions import sum_of
from services.loyalty.convert.orders import money_message
from services.loyalty.convert.times import timestamp
from services.loyalty.domain.ledger import Place


def message(
    slug: str, programme: pb.Programme, end: int, totals: Iterable[Any], slices: Iterable[Any]
) -> pb.Liability:
    found = pb.Liability(name=f"programmes/{slug}/liability", as_of_time=timestamp(end))
    sums: dict[str, dict[int, tuple[int, int]]] = {each.code: {} for each in programme.currencies}
    for row in totals:
        sums.setdefault(row["currency"], {})[row["place"]] = row["points"], row["since"]
    rows = list(slices)
    for currency, places in sums.items():
        owed = currency_liability(programme, currency, places)
        for row in rows:
            if row["currency"] == currency:
                tier = f"programmes/{slug}/tiers/{row['tier']}" if row["tier"] else ""
                owed.slices.add(month=row["month"], tier=tier, points=row["points"])
        found.currencies.append(owed)
    return found


def currency_liability(
    programme: pb.Programme, currency: str, places: dict[int, tuple[int, int]]
) -> pb.Liability.CurrencyLiability:
    """What went out of the programme's side came in at the members'."""
    all_time = {place: pair[0] for place, pair in places.items()}
    since = {place: pair[1] for place, pair in places.items()}
    closing = -sum(all_time.values())
    owed = pb.Liability.CurrencyLiability(
        currency=currency,
        opening_points=closing + sum(since.values()),
        issued_points=-since.get(Place.ISSUED, 0),
        redeemed_points=since.get(Place.REDEEMED, 0),
        expired_points=since.get(Place.EXPIRED, 0),
        adjusted_points=-since.get(Place.ADJUSTED, 0),
        closing_points=closing,
    )
    if programme.HasField("cost_per_point"):
        cost = closing * sum_of(programme.cost_per_point) * rate(programme, all_time)
        owed.cost.CopyFrom(money_message(cost, programme.cost_per_point.currency_code))
    return owed


def rate(programme: pb.Programme, places: dict[int, int]) -> Fraction:
    """Which share of points is spent: as said, else as it was of those that are gone, else all."""
    if programme.HasField("redemption_rate_basis_points"):
        return Fraction(programme.redemption_rate_basis_points, 10_000)
    spent, lost = places.get(Place.REDEEMED, 0), places.get(Place.EXPIRED, 0)
    return Fraction(spent, spent + lost) if spent + lost > 0 else Fraction(1)
