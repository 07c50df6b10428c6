"""What follows from a person's orders and from what she used: never stored as truth, always counted anew."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.profile.domain.purchases import CANCELLED, Order
from services.profile.domain.registers import Registers


@dataclass(frozen=True, slots=True)
class Computed:
    """The computed traits. Ready for JSON (`dataclasses.asdict`)."""

    order_count: int
    # Currency -> minor units, net of refunds.
    lifetime_values: dict[str, int]
    first_order_time_us: int | None
    last_order_time_us: int | None
    last_order_id: str
    # The category of most ordered items, and that of most viewed products.
    most_ordered: str
    most_viewed: str
    # As last seen; empty when never.
    user_agent: str
    locale: str
    time_zone: str

    @property
    def favourite_category(self) -> str:
        """What she orders; while that is not known, what she looks at."""
        return self.most_ordered or self.most_viewed


def computed(orders: Mapping[str, Order], viewed: Iterable[Mapping[str, int]], recent: Registers) -> Computed:
    """*orders* by id, *viewed* products by category for each anchor, *recent* as merged from the anchors.

    An order that was called off counts nowhere.
    """
    standing = {id: order for id, order in orders.items() if order.state != CANCELLED}
    times = sorted((order.order_time_us, id) for id, order in standing.items())
    return Computed(
        order_count=len(standing),
        lifetime_values=lifetime_values(standing.values()),
        first_order_time_us=times[0][0] if times else None,
        last_order_time_us=times[-1][0] if times else None,
        last_order_id=times[-1][1] if times else "",
        most_ordered=most_ordered(standing.values()),
        most_viewed=most_viewed(viewed),
        user_agent=_seen(recent, "user_agent"),
        locale=_seen(recent, "locale"),
        time_zone=_seen(recent, "time_zone"),
    )


def lifetime_values(orders: Iterable[Order]) -> dict[str, int]:
    """What the orders are worth after refunds, by currency."""
    worth: Counter[str] = Counter()
    for order in orders:
        worth[order.currency] += (order.total or 0) - order.refunded
    return dict(sorted(worth.items()))


def most_ordered(orders: Iterable[Order]) -> str:
    """The category of most items; of equals, the first in the alphabet."""
    items: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            if "category" in line:
                items[line["category"]] += line["quantity"]
    return _most(items)


def most_viewed(viewed: Iterable[Mapping[str, int]]) -> str:
    """The category of most views; of equals, the first in the alphabet."""
    views: Counter[str] = Counter()
    for categories in viewed:
        views.update(categories)
    return _most(views)


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda category: (-counts[category], category), default="")


def _seen(recent: Registers, name: str) -> str:
    return str(recent[name][2]) if name in recent else ""
