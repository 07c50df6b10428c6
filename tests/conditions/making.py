"""Short words for conditions and customers in tests."""

from datetime import datetime

from conditions import compiler
from conditions.events import Event
from conditions.facts import Person, Verdict
from conditions.reading import parse
from tests.conditions.people import DAY, HOUR

__all__ = ["DAY", "HOUR", "at", "bought", "did", "has", "holds", "person", "trait", "verdict", "viewed"]


def at(text: str) -> int:
    """An instant, by its ISO 8601 text in UTC."""
    return round(datetime.fromisoformat(text + "+00:00").timestamp()) * 1_000_000


def event(id: str, time: int, name: str, **properties) -> Event:
    return Event(id, time, "track", name, {"properties": properties})


def viewed(time: int, id: str = "", **properties) -> Event:
    return event(id or f"view-{time}", time, "Product Viewed", **properties)


def bought(time: int, id: str = "", **properties) -> Event:
    return event(id or f"order-{time}", time, "Order Completed", **properties)


def did(name: str = "Product Viewed", **rest) -> dict:
    return {"event": {"events": {"names": [name], **rest.pop("events", {})}, **rest}}


def has(path: str, operator: str, value=None, **rest) -> dict:
    lasting = {"has_been": rest.pop("has_been")} if "has_been" in rest else {}
    compare = {"operator": operator, **({} if value is None else {"value": value}), **rest}
    return {"trait": {"path": path, "compare": compare, **lasting}}


def person(document: dict, *events: Event, now: int, **facts) -> Person:
    """A customer who did this, as the condition needs her."""
    zone = facts.get("zone", Person().zone)
    states = {each.key: each.of(events, now, zone) for each in compiler.compile(parse(document)).measures}
    return Person(
        **({"known_since": min((each.time for each in events), default=None)} | facts), states=states
    )


def verdict(document: dict, *events: Event, t: int, **facts) -> Verdict:
    return compiler.compile(parse(document)).evaluate(person(document, *events, now=t, **facts), t)


def holds(document: dict, *events: Event, t: int, **facts) -> bool:
    return verdict(document, *events, t=t, **facts).holds


def trait(value, operator: str, wanted=None, **rest) -> bool:
    """Whether a trait of this value compares so."""
    t = at("2026-06-01T12:00:00")
    registers = {} if value is None else {"traits.x": [(0, value)]}
    return holds(has("traits.x", operator, wanted, **rest), t=t, registers=registers)
