"""What happens to a profile: each with its own time, what it adds to, and what it says of her."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from google.protobuf.message import Message
from rapport.profile.v1 import events_pb2, profile_pb2

from conditions.events import Event
from conditions.grammar import ORDER
from conditions.orders import order_document
from services.segment.engine.catalog import View
from services.segment.engine.state import Word
from services.segment.engine.words import told_traits


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing, on its way into the state of a profile."""

    time_us: int
    # When the house learned of it.
    taken_us: int
    # The activity it is or follows from.
    cause: str = ""
    event: Event | None = None
    words: tuple[tuple[str, Word], ...] = ()
    # Registers that were read from the tables anew, whole.
    registers: Mapping[str, list[Word]] = field(default_factory=dict)
    is_activity: bool = False
    historical: bool = False
    traceparent: str = ""


def of_activity(row: Mapping[str, Any] | asyncpg.Record, view: View, traceparent: str = "") -> Happening:
    """An activity as far as these definitions look at it."""
    type, name, id = row["type"], row["event"], row["id"]
    heard = view.hearing(type, name)
    event = None
    if heard:
        body = body_of(row) if any(measure.reads for measure in heard) else {}
        event = Event(id.hex, row["time_us"], type, name, body)
    return Happening(
        row["time_us"],
        row["receive_us"],
        str(id),
        event,
        tuple(trait_words(row, view)),
        is_activity=True,
        historical=row["historical"],
        traceparent=traceparent,
    )


def body_of(row: Mapping[str, Any] | asyncpg.Record) -> dict[str, Any]:
    return {
        "properties": json.loads(row["properties"]) if row["properties"] else {},
        "context": json.loads(row["context"]) if row["context"] else {},
    }


def trait_words(row: Mapping[str, Any] | asyncpg.Record, view: View) -> Iterable[tuple[str, Word]]:
    if not view.reads_traits:
        return
    for name, value in told_traits(row["type"], row["properties"], row["context"]).items():
        if (register := f"traits.{name}") in view.readers:
            yield register, (row["time_us"], row["id"].hex, value)


def of_purchase(row: Mapping[str, Any] | asyncpg.Record, currency: str) -> Event:
    """A version of an order: the event that changes afterwards. Money of another currency is not added up."""
    document = json.loads(row["document"])
    document["value"] = document["value"] if document["currency"] == currency else None
    return Event(
        row["name"],
        row["order_us"],
        ORDER,
        "",
        {"properties": document},
        since=row["since_us"],
        revision=row["revision"],
        gone=row["gone"],
    )


def purchase_row(fact: Any, profile_key: int) -> dict[str, Any]:
    """What an order's fact says, as the history keeps it."""
    order = fact.order
    placed_us, updated_us = order.order_time.ToMicroseconds(), order.update_time.ToMicroseconds()
    first = isinstance(fact, events_pb2.OrderPlaced)
    return {
        "name": order.name,
        "profile_key": profile_key,
        "revision": order.revision,
        "order_us": placed_us,
        # What was told first was so from the beginning.
        "since_us": placed_us if first else max(placed_us, updated_us),
        "gone": order.state == profile_pb2.CANCELLED,
        "cause": fact.cause,
        "document": json.dumps(order_document(order), separators=(",", ":")),
    }


def text(document: bytes) -> str | None:
    return document.decode() if document and document != b"{}" else None


def activity_row(fact: Message) -> dict[str, Any]:
    assert isinstance(fact, events_pb2.RecordedActivity)
    return {
        "time_us": fact.event_time_us,
        "type": fact.type,
        "event": fact.event,
        "receive_us": fact.receive_time_us,
        "properties": text(fact.properties),
        "context": text(fact.context),
        "historical": fact.historical,
    }
