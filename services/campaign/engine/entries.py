"""What brings a customer in, as conditions and messages see it: an event, and what it rests on."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapport.profile.v1 import events_pb2 as profile

from conditions.calendar import moment
from conditions.events import Event
from conditions.grammar import ORDER
from services.campaign.domain.graph import RunPer
from services.campaign.store.entrances import Entrance


@dataclass(frozen=True, slots=True)
class Entry:
    """One reason to come in, at one time."""

    started_us: int
    # The activity, the order or the change of membership.
    cause: str
    event: Mapping[str, Any]
    # Newest first.
    evidence: tuple[Mapping[str, Any], ...] = ()
    traceparent: str = ""
    # What it is about, where a person says it.
    said: str | None = None

    def about(self, run_per: RunPer) -> str | None:
        """Which order or cart it is about; empty for the customer; None when it names none."""
        if run_per is RunPer.PROFILE:
            return ""
        if self.said is not None:
            return self.said or None
        name = NAMES[run_per]
        for each in (self.event, *self.evidence):
            if found := each.get("properties", {}).get(name):
                return str(found)[:ABOUT_CHARACTERS].replace("\0", "")
        return None

    def document(self, run_per: RunPer, about: str) -> bytes:
        """What the run keeps of it."""
        found: dict[str, Any] = {"event": self.event, "evidence": self.evidence}
        found["entry"] = {NAMES[run_per]: about} if run_per in NAMES else {}
        if self.event["type"] == ORDER:
            found["order"] = self.event["properties"]
        return storable(found).encode()


def of_event(event: Event, cause: str, started_us: int, traceparent: str) -> Entry:
    return Entry(started_us, cause, event_document(event), traceparent=traceparent)


def event_document(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "event": event.name,
        "time": moment(event.time).isoformat(),
        "properties": event.body.get("properties") or {},
        "context": event.body.get("context") or {},
    }


def of_change(one: Entrance) -> Entry:
    """She came into a segment, or left it."""
    cause = f"{one.segment}/membership_changes/{one.shard}-{one.sequence}"
    event = {
        "id": cause,
        "type": "segment",
        "event": "Segment Entered" if one.entered else "Segment Exited",
        "time": moment(one.time_us).isoformat(),
        "properties": {"segment": one.segment},
        "context": {},
    }
    return Entry(one.time_us, cause, event, tuple(json.loads(one.evidence)), one.traceparent)


def of_hand(cause: str, time_us: int, about: str) -> Entry:
    """A person wants her in."""
    event = {"id": cause, "type": "hand", "event": "", "time": moment(time_us).isoformat()}
    return Entry(time_us, cause, {**event, "properties": {}, "context": {}}, said=about)


def evidence_of(activities: Iterable[profile.RecordedActivity]) -> str:
    """What she did to get into a segment, newest first."""
    return storable(
        [
            {
                "id": each.id,
                "type": each.type,
                "event": each.event,
                "time": moment(each.event_time_us).isoformat(),
                "properties": json.loads(each.properties) if each.properties else {},
            }
            for each in list(activities)[:MOST_EVIDENCE]
        ]
    )


def storable(document: object) -> str:
    """JSON as it is kept: in plain characters, whatever a shop sent."""
    return json.dumps(document, separators=(",", ":"))


# What an event calls the thing a run is about.
NAMES = {RunPer.ORDER: "order_id", RunPer.CART: "cart_id"}
MOST_EVIDENCE = 20
ABOUT_CHARACTERS = 1000
