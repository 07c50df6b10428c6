"""Orders as the profile service tells them, as what they are worth here."""

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from google.type.money_pb2 import Money
from rapport.loyalty.v1 import programme_pb2 as pb
from rapport.profile.v1 import profile_pb2 as profile

from conditions.events import Event
from services.loyalty.convert.definitions import sum_of
from services.loyalty.domain.earning import Basis, Line, Returned, discounted, remaining
from services.loyalty.domain.tiers import Merit, Step
from tracking import money


def original(order: profile.Order) -> Basis:
    """What it was worth before anything came back: lines at what was paid for them."""
    lines = tuple(map(line, order.lines))
    listed = sum((each.paid for each in lines), Fraction())
    value = sum_of(order.total) if order.HasField("total") else listed
    return discounted(Basis(order.total.currency_code, value, lines))


def present(order: profile.Order) -> Basis:
    """What is left of it."""
    worth = original(order)
    if order.state in {profile.CANCELLED, profile.REFUNDED}:
        return Basis(worth.currency, Fraction(), gone=True)
    return remaining(worth, [returned(each) for each in order.refunds])


def line(said: profile.OrderLine) -> Line:
    return Line(said.product_id, said.category, said.brand, "", sum_of(said.price) * said.quantity)


def returned(refund: profile.Refund) -> Returned:
    priced = tuple((each.product_id, sum_of(each.price) * each.quantity) for each in refund.lines)
    return Returned(sum_of(refund.amount), tuple(pair for pair in priced if pair[1] > 0))


def previewed(lines: Iterable[pb.BasisLine]) -> Basis:
    """An order that could be placed."""
    found = tuple(
        Line(each.product_id, each.category, each.brand, each.collection, sum_of(each.amount))
        for each in lines
    )
    currency = next((each.amount.currency_code for each in lines), "")
    return Basis(currency, sum((each.paid for each in found), Fraction()), found)


def minor_units(basis: Basis) -> int:
    """What is left, in the currency's minor units; whole, since sums come in them."""
    places = money.EXPONENTS.get(basis.currency)
    return int(basis.value * 10**places) if places is not None else 0


def money_message(value: Fraction, currency: str) -> Money:
    nanos = int(value * 1_000_000_000)
    return Money(currency_code=currency, units=nanos // 1_000_000_000, nanos=nanos % 1_000_000_000)


def dump(basis: Basis) -> str:
    lines = [[*each[:-1], str(each.paid)] for each in basis.lines]
    return json.dumps([basis.currency, str(basis.value), lines, basis.gone], separators=(",", ":"))


def load(text: str) -> Basis:
    currency, value, lines, gone = json.loads(text)
    priced = tuple(line_of(*each) for each in lines)
    return Basis(currency, Fraction(value), priced, gone)


def line_of(product_id: str, category: str, brand: str, collection: str, paid: str) -> Line:
    return Line(product_id, category, brand, collection, Fraction(paid))


def stepped(steps: str, revision: int, since_us: int, basis: Basis) -> str:
    """What an order came to as time went on, with one more step, whenever that was heard."""
    known = {each[1]: each for each in json.loads(steps)}
    known[revision] = [since_us, revision, basis.currency, minor_units(basis), not basis.gone]
    return json.dumps(sorted(known.values()), separators=(",", ":"))


def merit(row: Any, currency: str) -> Merit:
    """An order as it counts for tiers; sums in another currency count nothing."""
    return Merit(
        row["order_us"],
        tuple(
            Step(since, spend if code == currency else 0, 0, counts)
            for since, _, code, spend, counts in json.loads(row["steps"])
        ),
    )


def earned_merit(row: Any) -> Merit:
    """What was earned, less what was clawed back since."""
    points = row["points"]
    steps = [Step(row["event_us"], 0, points, True)]
    for time, clawed in zip(row["times"], row["clawed"], strict=True):
        points -= clawed
        steps.append(Step(max(time, row["event_us"]), 0, points, True))
    return Merit(row["event_us"], tuple(steps))


def event(activity: Any) -> Event:
    """An activity as filters read it."""
    return Event(
        id=activity.id,
        time=activity.event_time_us,
        type=activity.type,
        name=activity.event,
        body={"properties": document(activity.properties), "context": document(activity.context)},
    )


def document(said: bytes) -> object:
    return json.loads(said) if said else {}
