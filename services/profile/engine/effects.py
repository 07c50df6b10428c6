"""What each event does to those it is about: counts, traits, client, consents; and its timeline row."""

import logging
from typing import Any

from rapport.profile.v1 import events_pb2 as events

from chassis.tracing import milestone
from services.profile.domain import registers
from services.profile.domain.kinds import PROFILE
from services.profile.engine.items import Item
from services.profile.engine.state import Anchor, Profile
from services.profile.engine.work import Decided, Work
from tracking.event import Event

log = logging.getLogger(__name__)


def record(work: Work, item: Item, event: Event) -> None:
    """Writes one event under its anchor, and into the fold that its profile is."""
    anchor = work.anchor(*event.identifiers[0])
    profile = anchor.profile
    assert profile is not None, "an anchor always belongs to somebody once its event was identified"
    count(work, anchor, event)
    if event.traits:
        tell(work, anchor, profile, event, event.traits)
    note_client(work, anchor, profile, event)
    decide(work, anchor, profile, event)
    work.activities.append(row(anchor, event))
    work.told.append(recorded(profile, anchor, event, item.traceparent))
    if item.traceparent:
        milestone(log, f"records an activity of {profile.name}", item.traceparent, workspace=work.workspace)


def count(work: Work, anchor: Anchor, event: Event) -> None:
    if not anchor.activity_count:
        anchor.first_us = anchor.last_us = event.time_us
    anchor.activity_count += 1
    anchor.first_us = min(anchor.first_us, event.time_us)
    anchor.last_us = max(anchor.last_us, event.time_us)
    work.used_anchors[anchor.key] = anchor


def tell(work: Work, anchor: Anchor, profile: Profile, event: Event, traits: dict[str, Any]) -> None:
    work.told_anchors.add(anchor.key)
    id = event.id.hex
    for name, value in traits.items():
        registers.write(anchor.registers, name, event.time_us, id, value)
        if registers.write(profile.registers, name, event.time_us, id, value):
            work.changed(profile, event.id)


def note_client(work: Work, anchor: Anchor, profile: Profile, event: Event) -> None:
    """The newest client, locale and zone she was seen with."""
    seen = (("user_agent", event.user_agent), ("locale", event.locale), ("time_zone", event.time_zone))
    id = event.id.hex
    for name, value in seen:
        if value:
            registers.write(anchor.recent, name, event.time_us, id, value)
            if registers.write(profile.recent, name, event.time_us, id, value):
                work.refresh(profile, event.id)


def decide(work: Work, anchor: Anchor, profile: Profile, event: Event) -> None:
    """Consents: what holds changes by the rule; every decision that says something new is evidence."""
    for consent in event.consents:
        decision = registers.GRANTED if consent.granted else registers.DENIED
        said = (consent.channel, consent.purpose, event.time_us, event.id.hex, decision)
        new = registers.decide(anchor.registers, *said)
        holds = registers.decide(profile.registers, *said)
        work.told_anchors.add(anchor.key)
        if new or anchor.kind == PROFILE or consent.source not in AMBIENT:
            work.consents.append(Decided(anchor, profile, event, consent, holds))


def row(anchor: Anchor, event: Event) -> tuple[Any, ...]:
    """The activity as the timeline keeps it."""
    return (
        anchor.key,
        event.time_us,
        event.id,
        event.type,
        event.name,
        event.receive_time_us,
        event.original_time_us,
        event.message_id,
        text(event.properties),
        text(event.context),
        text(event.integrations),
        event.historical,
    )


def text(document: bytes) -> str | None:
    return document.decode() if document and document != b"{}" else None


def recorded(profile: Profile, anchor: Anchor, event: Event, traceparent: str) -> events.RecordedActivity:
    return events.RecordedActivity(
        id=str(event.id),
        profile=profile.name,
        profile_key=profile.key,
        anchor=anchor.key,
        type=event.type,
        event=event.name,
        event_time_us=event.time_us,
        receive_time_us=event.receive_time_us,
        properties=event.properties,
        context=event.context,
        historical=event.historical,
        traceparent=traceparent,
    )


# Stamped on every event by the browser: only what differs from before is evidence worth a row.
AMBIENT = frozenset(("context.consent", "sec-gpc"))
