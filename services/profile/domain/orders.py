"""What the e-commerce events of the Segment spec say of orders, refunds and carts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from services.profile.domain import lines
from services.profile.domain.carts import DEFAULT, EVERY, CartChange, Kind, Operation
from tracking import money


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What one event says of an order. Only what it tells is in *said*."""

    order_id: str
    time_us: int
    # Of the event, in hex.
    id: str
    # It says that the order was placed; that it was called off.
    placed: bool
    cancelled: bool
    # total, value, revenue, currency, assumed_currency, lines, coupon, affiliation.
    said: dict[str, Any]
    # What the purchase does to the cart.
    cart: CartChange | None = None


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What one event says of money that went back. The order may not be known yet."""

    order_id: str
    refund_id: str
    time_us: int
    id: str
    # total, value, revenue, lines, reason.
    said: dict[str, Any]


def report(
    name: str, properties: Mapping[str, Any], *, time_us: int, id: str, message_id: str, currency: str
) -> OrderReport | RefundReport | CartChange | None:
    """What the event says; None when it says nothing of the kind. Never an exception, whatever came.

    *name* is the spec's (`tracking.names.standard`); *currency* counts where the event does not tell its own.
    """
    told = Told(properties, time_us, id, message_id, currency)
    match name:
        case "Order Completed":
            return _order(told, _order_id(properties) or message_id, cart=_emptied(told))
        case "Order Updated" | "Order Cancelled":
            return _order(told, _order_id(properties), cancelled=name == "Order Cancelled")
        case "Order Refunded":
            return _refund(told, _order_id(properties))
        case "Product Added" | "Wishlist Product Added to Cart":
            return _change(told, Kind.ADD, _products(properties) or None)
        case "Product Removed":
            return _change(told, Kind.REMOVE, _products(properties) or None)
        case "Cart Viewed" | "Cart Updated" | "Checkout Started":
            return _change(told, Kind.SET, lines.told(properties))
    return None


def viewed_category(name: str, properties: Mapping[str, Any]) -> str | None:
    """The category of the product that was viewed, if one was and it is told."""
    return lines.text(properties, "category") if name == "Product Viewed" else None


class Told(NamedTuple):
    """An event, as far as it matters here."""

    properties: Mapping[str, Any]
    time_us: int
    id: str
    message_id: str
    currency: str


def _order(
    told: Told, order_id: str | None, *, cancelled: bool = False, cart: CartChange | None = None
) -> OrderReport | None:
    if order_id is None:
        return None
    said = _sums(told.properties) | {"assumed_currency": told.currency}
    if code := money.currency(told.properties.get("currency")):
        said["currency"] = code
    for field in ("coupon", "affiliation"):
        if value := lines.text(told.properties, field):
            said[field] = value
    return OrderReport(order_id, told.time_us, told.id, cart is not None, cancelled, said, cart)


def _refund(told: Told, order_id: str | None) -> RefundReport | None:
    if order_id is None:
        return None
    said = _sums(told.properties, refund=True)
    if reason := lines.text(told.properties, "reason"):
        said["reason"] = reason
    refund_id = lines.text(told.properties, "refund_id", "refundId")
    if refund_id is None:
        refund_id = _digest(said["lines"]) if said.get("lines") else told.message_id
    return RefundReport(order_id, refund_id, told.time_us, told.id, said)


def _change(told: Told, kind: Kind, products: list[lines.Line] | None) -> CartChange | None:
    if products is None:
        return None
    code = money.currency(told.properties.get("currency")) or told.currency
    priced = [lines.Line(**one, currency=code) if "price" in one else one for one in products]
    return CartChange(_cart_id(told) or DEFAULT, Operation(told.time_us, told.id, kind, priced))


def _emptied(told: Told) -> CartChange:
    """A purchase empties the cart it names; none named, whatever she was about to buy."""
    return CartChange(_cart_id(told) or EVERY, Operation(told.time_us, told.id, Kind.CLEAR, []))


def _cart_id(told: Told) -> str | None:
    return lines.text(told.properties, "cart_id", "cartId")


def _products(properties: Mapping[str, Any]) -> list[lines.Line]:
    """The product an event is about: the event's own properties, or its list."""
    if (listed := lines.told(properties)) is not None:
        return listed
    one = lines.line(properties)
    return [one] if one else []


def _sums(properties: Mapping[str, Any], *, refund: bool = False) -> dict[str, Any]:
    """The sums and lines that are told. A refund told as a sum below zero is a refund of that sum."""
    said: dict[str, Any] = {}
    for field in ("total", "value", "revenue"):
        if (amount := lines.amount(properties.get(field), signed=refund)) is not None:
            said[field] = amount.removeprefix("-")
    if (listed := lines.told(properties)) is not None:
        said["lines"] = listed
    return said


def _order_id(properties: Mapping[str, Any]) -> str | None:
    return lines.text(properties, "order_id", "orderId", "checkout_id", "checkoutId")


def _digest(listed: list[lines.Line]) -> str:
    """Names a set of lines: what and how many, in whatever order it is listed and however it is called."""
    what = sorted([*lines.identity(one), one["quantity"]] for one in listed)
    return "lines-" + sha256(json.dumps(what).encode()).hexdigest()[:32]


# The events that `report` and `viewed_category` understand; of others nobody need read the properties.
UNDERSTOOD = frozenset(
    (
        "Product Viewed",
        "Product Added",
        "Product Removed",
        "Wishlist Product Added to Cart",
        "Cart Viewed",
        "Cart Updated",
        "Checkout Started",
        "Order Completed",
        "Order Updated",
        "Order Cancelled",
        "Order Refunded",
    )
)
