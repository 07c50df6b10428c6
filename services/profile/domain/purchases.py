"""An order and its refunds, as everything that was ever reported of them says.

Reports come from browser and server, repeated, late and in any order: the state is the same. Each field holds
what was reported last of it; the order dates from when it was first reported placed; it belongs to the
strongest identifier that reported it; what was called off stays called off. A refund without its order waits.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.profile.domain import kinds
from services.profile.domain.lines import Line, minor_units, same_product, total
from services.profile.domain.orders import OrderReport, RefundReport
from services.profile.domain.registers import Register, Registers, canonical, write


class Claimant(NamedTuple):
    """Who reported an order. The least of all has it: the strongest kind, then the earliest report."""

    strength: int
    time_us: int
    id: str
    anchor: int


@dataclass(slots=True)
class Purchase:
    """All that was reported under one order id."""

    registers: Registers = field(default_factory=dict)
    # Refund id -> what was reported of it.
    refunds: dict[str, Registers] = field(default_factory=dict)
    claimant: Claimant | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back, in the order's currency."""

    refund_id: str
    # As reported; None means all that was left.
    amount: int | None
    # What it really took off the order.
    effective: int
    lines: list[Line]
    reason: str
    time_us: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. Sums are in minor units of its currency."""

    # PLACED, CANCELLED, REFUNDED or PARTIALLY_REFUNDED.
    state: str
    currency: str
    # None when nothing tells.
    total: int | None
    refunded: int
    lines: list[Line]
    coupon: str
    affiliation: str
    order_time_us: int
    update_time_us: int
    # Oldest first.
    refunds: tuple[Refund, ...]


def take(purchase: Purchase, report: OrderReport | RefundReport, kind: str, anchor: int) -> bool:
    """Whether *report*, made under the identifier *anchor* of *kind*, told anything new but a later time.

    The purchase remembers it in either case.
    """
    if isinstance(report, RefundReport):
        registers = purchase.refunds.setdefault(report.refund_id, {})
        return any([_earliest(registers, "first", report), *_said(registers, report)])
    claimant = Claimant(kinds.priority(kind), report.time_us, report.id, anchor)
    known = purchase.claimant
    purchase.claimant = min(claimant, known or claimant)
    news = [known is None or known.anchor != purchase.claimant.anchor, *_said(purchase.registers, report)]
    for name, so in (("first", True), ("placed", report.placed), ("cancelled", report.cancelled)):
        news.append(so and _earliest(purchase.registers, name, report))
    return any(news)


def order(purchase: Purchase) -> Order | None:
    """The order as it stands; None while only refunds of it are known."""
    registers = purchase.registers
    if "first" not in registers:
        return None
    currency = _value(registers, "currency") or _value(registers, "assumed_currency")
    lines = _value(registers, "lines") or []
    worth = _sum(registers, lines, currency)
    refunds = _refunds(purchase.refunds, worth or 0, lines, currency)
    return Order(
        state=_state("cancelled" in registers, worth or 0, refunds),
        currency=currency,
        total=worth,
        refunded=sum(refund.effective for refund in refunds),
        lines=lines,
        coupon=_value(registers, "coupon") or "",
        affiliation=_value(registers, "affiliation") or "",
        order_time_us=_value(registers, "placed" if "placed" in registers else "first"),
        update_time_us=max(_value(some, "last") for some in (registers, *purchase.refunds.values())),
        refunds=refunds,
    )


def effective(order_total: int, amounts: Iterable[int | None]) -> list[int]:
    """What each refund, oldest first, really took off the order: never more than was left of it."""
    taken = []
    left = order_total
    for amount in amounts:
        taken.append(left if amount is None else min(amount, left))
        left -= taken[-1]
    return taken


def dump(purchase: Purchase) -> str:
    """As JSON, the same for the same reports."""
    return canonical((purchase.registers, purchase.refunds, purchase.claimant))


def load(text: str) -> Purchase:
    """What `dump` wrote."""
    registers, refunds, claimant = json.loads(text)
    return Purchase(
        _registers(registers),
        {refund_id: _registers(some) for refund_id, some in refunds.items()},
        Claimant(*claimant) if claimant else None,
    )


def _said(registers: Registers, report: OrderReport | RefundReport) -> list[bool]:
    write(registers, "last", report.time_us, report.id, report.time_us)
    return [write(registers, name, report.time_us, report.id, value) for name, value in report.said.items()]


def _earliest(registers: Registers, name: str, report: OrderReport | RefundReport) -> bool:
    """Keeps the earliest time instead of the latest: of times turned round the latest."""
    return write(registers, name, -report.time_us, report.id, report.time_us)


def _refunds(
    reported: Mapping[str, Registers], order_total: int, bought: list[Line], currency: str
) -> tuple[Refund, ...]:
    oldest_first = sorted(reported.items(), key=lambda item: (_value(item[1], "first"), item[0]))
    told = [[_priced(one, bought) for one in _value(some, "lines") or []] for _, some in oldest_first]
    amounts = [_sum(some, lines, currency) for (_, some), lines in zip(oldest_first, told, strict=True)]
    taken = effective(order_total, amounts)
    return tuple(
        Refund(id, amount, took, lines, _value(some, "reason") or "", _value(some, "first"))
        for (id, some), lines, amount, took in zip(oldest_first, told, amounts, taken, strict=True)
    )


def _priced(one: Line, bought: list[Line]) -> Line:
    """A refunded line without a price cost what it was bought for."""
    if "price" in one:
        return one
    prices = [line["price"] for line in bought if "price" in line and same_product(line, one)]
    return Line(**one, price=prices[0]) if prices else one


def _sum(registers: Registers, lines: list[Line], currency: str) -> int | None:
    for name in ("total", "value", "revenue"):
        if name in registers:
            return minor_units(_value(registers, name), currency)
    worth = total(lines)
    return None if worth is None else minor_units(worth, currency)


def _state(cancelled: bool, worth: int, refunds: tuple[Refund, ...]) -> str:
    if cancelled:
        return CANCELLED
    went_back = sum(refund.effective for refund in refunds)
    if refunds and (went_back == worth or any(refund.amount is None for refund in refunds)):
        return REFUNDED
    return PARTIALLY_REFUNDED if went_back else PLACED


def _registers(document: Mapping[str, Any]) -> Registers:
    return {key: (time_us, id, value) for key, (time_us, id, value) in document.items()}


def _value(registers: Mapping[str, Register], name: str) -> Any:
    return registers[name][2] if name in registers else None


PLACED, CANCELLED = "PLACED", "CANCELLED"
REFUNDED, PARTIALLY_REFUNDED = "REFUNDED", "PARTIALLY_REFUNDED"
