"""Computed traits as the paths of conditions find them, whoever evaluates."""

from typing import Any

from google.type.money_pb2 import Money
from rapport.profile.v1 import profile_pb2


def computed_document(message: profile_pb2.ComputedTraits) -> dict[str, Any]:
    """Computed traits as paths find them: `computed.order_count`, `computed.lifetime_values.EUR`."""
    found: dict[str, Any] = {"order_count": message.order_count}
    found["lifetime_values"] = {sum.currency_code: amount(sum) for sum in message.lifetime_values}
    for name in ("first_order_time", "last_order_time"):
        if message.HasField(name):
            found[name] = getattr(message, name).ToJsonString()
    for name in ("last_order", "favourite_category", "locale", "time_zone"):
        found[name] = getattr(message, name) or None
    if message.HasField("device"):
        device = message.device
        found["device"] = {part: getattr(device, part) for part in ("type", "os", "browser", "model")}
    return found


def amount(sum: Money) -> int | float:
    """In units of its currency; whole where it is whole."""
    return sum.units if not sum.nanos else (sum.units * 1_000_000_000 + sum.nanos) / 1_000_000_000
