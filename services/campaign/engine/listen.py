"""What of a batch some journey listens to. Everything else costs a look into a dictionary."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rapport.profile.v1 import events_pb2 as pb

from conditions.events import Event
from conditions.grammar import ORDER
from services.campaign.engine.entries import Entry, of_event
from services.campaign.engine.items import Item
from services.campaign.engine.orders import order_event
from services.campaign.engine.work import Work
from services.campaign.store.heard import Heard


@dataclass(frozen=True, slots=True)
class Happening:
    """Something a customer did that somebody listens to, and the journeys it may begin."""

    profile_key: int
    event: Event
    begins: tuple[str, ...]
    entry: Entry
    told_us: int
    anchor: int | None


def happenings(work: Work, items: Sequence[Item]) -> dict[int, Happening]:
    """By the identity of the item. What comes out of the past is not listened to."""
    minds = work.catalogue.minds
    minds_orders = minds(ORDER, "")
    found: dict[int, Happening] = {}
    for item in items:
        fact = item.fact
        if fact.__class__ is pb.RecordedActivity:
            if minds(fact.type, fact.event) and (one := of_activity(work, item)):
                found[id(item)] = one
        elif minds_orders and isinstance(fact, ORDERS) and (one := of_order(work, item)):
            found[id(item)] = one
    return found


def of_activity(work: Work, item: Item) -> Happening | None:
    fact = item.fact
    if fact.historical:
        return None
    body = {"properties": document(fact.properties), "context": document(fact.context)}
    event = Event(fact.id, fact.event_time_us, fact.type, fact.event, body)
    taken_us = fact.receive_time_us
    late = taken_us - event.time > LATE_US
    started_us = taken_us if late else min(event.time, taken_us)
    return happening(work, item, event, cause=fact.id, started_us=started_us, traceparent=fact.traceparent)


def of_order(work: Work, item: Item) -> Happening | None:
    fact, told_us = item.fact, item.told_us
    event = order_event(fact, work.currency)
    # Only the first telling of an order says that it comes out of the past; of the others it shows.
    if getattr(fact, "historical", False) or told_us - event.time > PAST_US:
        return None
    started_us = told_us if told_us - event.time > LATE_US else min(event.time, told_us)
    return happening(work, item, event, cause=fact.cause or fact.order.name, started_us=started_us)


def happening(
    work: Work, item: Item, event: Event, *, cause: str, started_us: int, traceparent: str = ""
) -> Happening | None:
    hit = work.catalogue.hit(event, work.zone)
    if hit is None:
        return None
    entry = of_event(event, cause, started_us, traceparent)
    anchor = getattr(item.fact, "anchor", None)
    return Happening(item.fact.profile_key, event, hit.begins, entry, item.told_us, anchor)


def kept(one: Happening) -> Heard:
    event = one.event
    body = json.dumps(event.body, separators=(",", ":"))
    return Heard(event.id, one.profile_key, one.anchor, event.time, one.told_us, event.type, event.name, body)


def document(said: bytes) -> object:
    return json.loads(said) if said else {}


ORDERS = (pb.OrderPlaced, pb.OrderUpdated, pb.OrderRefunded)
# What the house learned of later than this after it happened begins when it was learned of.
LATE_US = 60 * 1_000_000
# What became of an order so long before it was told was imported.
PAST_US = 86_400 * 1_000_000
