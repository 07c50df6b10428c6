"""One visit to the demo shop: she looks around, perhaps signs in, perhaps buys, perhaps regrets it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tracking.instant import iso
from tracking.shop_catalogue import HOST, Product
from tracking.shop_people import Gadget, Person

Payload = dict[str, Any]
Timed = tuple[int, Payload]


@dataclass(slots=True)
class Stroll:
    """A visit under way."""

    rng: Random
    person: Person
    products: Sequence[Product]
    weights: list[float]
    number: int
    time_us: int
    # Nothing happens after this.
    until_us: int
    gadget: Gadget = field(init=False)
    signed_in: bool = False
    campaign: dict[str, str] | None = None
    cart: list[tuple[Product, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gadget = self.rng.choice(self.person.gadgets)
        if self.rng.random() < 0.2:
            self.campaign = dict(self.rng.choice(CAMPAIGNS))

    def product(self) -> Product:
        """What she looks at next: most people look at the same few things."""
        return self.rng.choices(self.products, cum_weights=self.weights)[0]

    def told(self, type: str, path: str, **more: Any) -> Timed:
        """One event, some seconds after the one before, as analytics.js would send it."""
        self.time_us += self.rng.randrange(3_000_000, 90_000_000)
        context: Payload = {
            "library": {"name": "analytics.js", "version": "next-1.70.0"},
            "userAgent": self.gadget.user_agent,
            "ip": self.gadget.ip,
            "locale": self.person.locale,
            "timezone": self.person.time_zone,
            "page": {"path": path, "url": f"https://{HOST}{path}", "title": "Nordlicht"},
        }
        if self.campaign:
            context["campaign"] = self.campaign
        event = {
            "type": type,
            "messageId": self.message_id(),
            "anonymousId": self.gadget.anonymous_id,
            "timestamp": iso(self.time_us),
            "context": context,
            **more,
        }
        if self.signed_in:
            event["userId"] = self.person.user_id
        return self.time_us, event

    def track(self, event: str, path: str, properties: Payload) -> Timed:
        return self.told("track", path, event=event, properties=properties)

    def message_id(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))


def stroll(walk: Stroll) -> Iterator[Timed]:
    """Everything that came of this visit and is not in the future."""
    for time_us, event in course(walk):
        if time_us < walk.until_us:
            yield time_us, event


def course(walk: Stroll) -> Iterator[Timed]:
    rng, person = walk.rng, walk.person
    returning = person.is_member and rng.random() < 0.6
    if returning:
        yield sign_in(walk)
    yield page(walk, "/", "Home")
    yield from looks(walk)
    if person.is_member and not walk.signed_in and (walk.cart or rng.random() < 0.5):
        yield sign_in(walk)
    if walk.cart and rng.random() < 0.75:
        yield from to_the_till(walk)


def looks(walk: Stroll) -> Iterator[Timed]:
    """Searches, lists, products; some find their way into the cart, and some out again."""
    rng = walk.rng
    for _ in range(rng.choices((1, 2, 3, 5), (30, 35, 25, 10))[0]):
        product = walk.product()
        way = rng.random()
        if way < 0.2:
            yield walk.track("Products Searched", "/search", {"query": product.name.split()[0].lower()})
        elif way < 0.45:
            path = f"/c/{product.category.lower()}"
            yield walk.track(
                "Product List Viewed", path, {"list_id": product.category, "category": product.category}
            )
        if rng.random() < 0.6:
            yield page(walk, f"/products/{product.id.lower()}", product.name)
        shown = {**product.told(), "currency": walk.person.currency}
        yield walk.track("Product Viewed", f"/products/{product.id.lower()}", shown)
        if rng.random() < 0.22:
            quantity = rng.choices((1, 2, 3), (85, 12, 3))[0]
            walk.cart.append((product, quantity))
            yield walk.track("Product Added", "/cart", cart_line(walk, product, quantity))
    if len(walk.cart) > 1 and rng.random() < 0.2:
        yield walk.track("Product Removed", "/cart", cart_line(walk, *walk.cart.pop()))


def to_the_till(walk: Stroll) -> Iterator[Timed]:
    """She looks into the cart, begins to pay, and more often than not goes through with it."""
    lines = [product.told(quantity) for product, quantity in walk.cart]
    cart = {"cart_id": f"C{walk.number}", "currency": walk.person.currency, "products": lines}
    yield walk.track("Cart Viewed", "/cart", cart)
    if walk.rng.random() < 0.2:
        return
    bought = order(walk)
    yield walk.track("Checkout Started", "/checkout", bought)
    if walk.rng.random() < 0.25:
        return
    placed_us, placed = walk.track("Order Completed", "/checkout/thanks", bought)
    yield placed_us, placed
    if walk.rng.random() < 0.1:
        # The shop's server tells of it as well.
        yield placed_us + 2_000_000, from_the_server(walk, "Order Completed", placed_us + 2_000_000, bought)
    yield from second_thoughts(walk, bought)


def second_thoughts(walk: Stroll, bought: Payload) -> Iterator[Timed]:
    """Some orders are called off within hours, some are sent back within days, in part or as a whole."""
    rng = walk.rng
    fate = rng.random()
    if fate < 0.04:
        when_us = walk.time_us + rng.randrange(1, 12) * HOUR_US
        told = {"order_id": bought["order_id"], "total": bought["total"], "currency": bought["currency"]}
        yield when_us, from_the_server(walk, "Order Cancelled", when_us, told)
    elif fate < 0.14:
        when_us = walk.time_us + rng.randrange(3, 15) * 24 * HOUR_US
        products, total = bought["products"], bought["total"]
        if len(products) > 1:
            products = products[:1]
            total = round(products[0]["price"] * products[0]["quantity"], 2)
        told = {"order_id": bought["order_id"], "total": total, "currency": bought["currency"]}
        refund = {**told, "refund_id": f"R{walk.number}", "products": products}
        yield when_us, from_the_server(walk, "Order Refunded", when_us, refund)


def order(walk: Stroll) -> Payload:
    """What the cart comes to. In cents, so that the sums are exact."""
    goods = sum(product.cents * quantity for product, quantity in walk.cart)
    coupon = walk.rng.random() < 0.15
    discount = goods // 10 if coupon else 0
    shipping = 0 if goods >= 8000 else 490
    total = goods - discount + shipping
    told: Payload = {
        "order_id": f"N{100_000 + walk.number}",
        "checkout_id": f"K{walk.number}",
        "affiliation": "Web shop",
        "currency": walk.person.currency,
        "products": [product.told(quantity) for product, quantity in walk.cart],
        "subtotal": goods / 100,
        "discount": discount / 100,
        "shipping": shipping / 100,
        "tax": (total * 19 // 119) / 100,
        "revenue": (goods - discount) / 100,
        "total": total / 100,
    }
    return {**told, "coupon": "WELCOME10"} if coupon else told


def sign_in(walk: Stroll) -> Timed:
    """She says who she is, and what we may do."""
    walk.signed_in = True
    time_us, event = walk.told(
        "identify", "/account", traits={**walk.person.traits, "consent": dict(walk.person.channels)}
    )
    event["context"]["consent"] = {"categoryPreferences": dict(walk.person.categories)}
    return time_us, event


def page(walk: Stroll, path: str, name: str) -> Timed:
    return walk.told("page", path, name=name, properties={"path": path, "url": f"https://{HOST}{path}"})


def cart_line(walk: Stroll, product: Product, quantity: int) -> Payload:
    return {"cart_id": f"C{walk.number}", "currency": walk.person.currency, **product.told(quantity)}


def from_the_server(walk: Stroll, event: str, when_us: int, properties: Payload) -> Payload:
    """The same person, told of by the shop's own server: no page, no device."""
    who = {"userId": walk.person.user_id} if walk.signed_in else {"anonymousId": walk.gadget.anonymous_id}
    return {
        "type": "track",
        "messageId": walk.message_id(),
        "event": event,
        "timestamp": iso(when_us),
        "properties": properties,
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        **who,
    }


CAMPAIGNS = (
    {"source": "newsletter", "medium": "email", "name": "autumn"},
    {"source": "google", "medium": "cpc", "name": "coats"},
    {"source": "instagram", "medium": "social", "name": "new-in"},
)
HOUR_US = 3_600_000_000
