"""Orders as the paths of conditions find them, whoever evaluates."""

from typing import Any

from rapport.profile.v1 import profile_pb2

from .computed import amount


def order_document(order: profile_pb2.Order) -> dict[str, Any]:
    """`value` is what it comes to, net of refunds."""
    return {
        "order_id": order.name.removeprefix("orders/"),
        "state": profile_pb2.OrderState.Name(order.state),
        "currency": order.total.currency_code or order.refunded.currency_code,
        "total": amount(order.total),
        "refunded": amount(order.refunded),
        "value": net(order),
        "coupon": order.coupon,
        "affiliation": order.affiliation,
        "products": [line_document(line) for line in order.lines],
    }


def net(order: profile_pb2.Order) -> int | float:
    nanos = (
        (order.total.units - order.refunded.units) * 1_000_000_000 + order.total.nanos - order.refunded.nanos
    )
    return nanos // 1_000_000_000 if nanos % 1_000_000_000 == 0 else nanos / 1_000_000_000


def line_document(line: profile_pb2.OrderLine) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: getattr(line, name)
        for name in ("product_id", "sku", "category", "brand", "variant")
        if getattr(line, name)
    }
    found |= {"name": line.product_name, "quantity": line.quantity}
    if line.HasField("price"):
        found["price"] = amount(line.price)
    return found
