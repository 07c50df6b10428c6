"""The segments of the demo shop: a dozen that a marketer would make first."""

from typing import Any

Condition = dict[str, Any]


def did(*names: str, **more: Any) -> Condition:
    """She did one of these: at least once, unless *more* says how often."""
    events = {"type": "track", "names": list(names)}
    if where := more.pop("where", None):
        events["where"] = [where]
    return {"event": {"events": events, **more}}


def bought(**more: Any) -> Condition:
    """An order, as it stands: net of refunds, and gone when it was cancelled."""
    return {"event": {"events": {"type": "order"}, **more}}


def trait(path: str, operator: str, value: Any = None, **more: Any) -> Condition:
    compare = {"operator": operator, **({"value": value} if value is not None else {}), **more}
    return {"trait": {"path": path, "compare": compare}}


def every(*conditions: Condition) -> Condition:
    return {"all": {"of": list(conditions)}}


def no(condition: Condition) -> Condition:
    return {"not": condition}


def at_least(count: float) -> dict[str, Any]:
    return {"operator": "GTE", "value": count}


def days(count: int) -> dict[str, str]:
    return {"last": f"{count * 86_400}s"}


COAT = {"all": [{"path": "properties.category", "compare": {"operator": "EQ", "value": "Coats"}}]}
SPENT = {"function": "SUM", "path": "properties.value"}
VALUE = {"function": "MAX", "path": "properties.value"}

# By the last part of their name: what people call them, and who belongs.
SEGMENTS: dict[str, tuple[str, Condition]] = {
    "reachable-by-email": (
        "Allows e-mail, and has an address",
        every(trait("consents.email.marketing", "EQ", "granted"), trait("traits.email", "EXISTS")),
    ),
    "looked-at-coats": (
        "Looked at coats twice, bought nothing, and may be written to",
        every(
            did("Product Viewed", where=COAT, compare=at_least(2), window=days(7)),
            no(bought(window=days(7))),
            {"segment": {"segment": "segments/reachable-by-email"}},
        ),
    ),
    "asked-about-coats": (
        "Looked at coats and wrote to the desk",
        every(
            did("Product Viewed", where=COAT, compare=at_least(2), window=days(14)),
            {
                "event": {
                    "events": {"type": "rapport.support.v1.TicketOpened"},
                    "window": days(14),
                }
            },
        ),
    ),
    "left-a-cart": (
        "Filled a cart within a day, bought nothing since",
        every(did("Product Added", window=days(1)), no(bought(window=days(1)))),
    ),
    "often-here": (
        "Here on three days of a week, and never bought",
        every(
            {"regularly": {"events": {"type": "page"}, "at_least": 3, "of_last": 7, "period": "DAY"}},
            no(bought()),
        ),
    ),
    "first-time-buyers": ("Bought once", every(bought(), no(bought(compare=at_least(2))))),
    "repeat-buyers": ("Bought twice or more", bought(compare=at_least(2))),
    "big-spenders": (
        "Spent 500 in a year, refunds taken off",
        bought(aggregate=SPENT, compare=at_least(500), window=days(365)),
    ),
    "large-orders": ("An order of 300 or more", bought(aggregate=VALUE, compare=at_least(300))),
    "at-risk": (
        "Bought twice or more, and not in three weeks",
        every(bought(compare=at_least(2)), no(bought(window=days(21)))),
    ),
    "lapsed": (
        "Bought once upon a time, and not in sixty days",
        every(bought(), no(bought(window=days(60)))),
    ),
    "sends-things-back": (
        "Sent back twice or more in a quarter",
        did("Order Refunded", compare=at_least(2), window=days(90)),
    ),
    "nameless": ("Visitors whose address is not known", trait("traits.email", "EXISTS", negated=True)),
    "birthday-soon": (
        "Has her birthday within two weeks",
        trait("traits.birthday", "WITHIN_NEXT", duration=f"{14 * 86_400}s", yearly=True),
    ),
}
