"""Orders as events: each version of one happens once, and is found by the same paths as in segments."""

from typing import Any

from rapport.profile.v1 import events_pb2, profile_pb2

from conditions.events import Event
from conditions.grammar import ORDER
from conditions.orders import order_document


def order_event(fact: Any, currency: str) -> Event:
    """What became of an order, at the time from which it is so. Money of another currency has no `value`."""
    order = fact.order
    placed_us, updated_us = order.order_time.ToMicroseconds(), order.update_time.ToMicroseconds()
    first = isinstance(fact, events_pb2.OrderPlaced)
    document = order_document(order)
    if document["currency"] != currency:
        document["value"] = None
    return Event(
        f"{order.name}{OF_REVISION}{order.revision}",
        # What was told first was so from the beginning.
        placed_us if first else max(placed_us, updated_us),
        ORDER,
        "",
        {"properties": document},
        revision=order.revision,
        gone=order.state == profile_pb2.CANCELLED,
    )


def same_order(one: Event, other: Event) -> bool:
    return one.id.partition(OF_REVISION)[0] == other.id.partition(OF_REVISION)[0]


# Between the name of an order and the number of its version.
OF_REVISION = "@"
