"""What a batch brought about, told: who is new, who became one, who changed, what was done."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from google.protobuf.message import Message
from rapport.profile.v1 import events_pb2 as events

from chassis.hottx import Transaction
from services.profile.convert import (
    computed_message,
    consent_message,
    identifier_messages,
    timestamp,
    traits_json,
)
from services.profile.domain.registers import GRANTED
from services.profile.engine.state import Profile
from services.profile.engine.work import Decided, Inherited, Merge, Move, Work
from tracking.consent import Consent

Told = TypeVar("Told", bound=Message)


def revise(work: Work) -> None:
    """A profile whose told state changed has a new revision."""
    for profile, _ in work.changed_profiles.values():
        profile.revision += 1
        profile.update_time = work.now


def promise(work: Work, tx: Transaction) -> None:
    """Every fact of this work, in the order a newcomer would want to hear them."""
    for fact in told(work):
        tx.emit(work.workspace, fact)


def told(work: Work) -> Iterator[Message]:
    yield from map(happened, work.story)
    changes = (updated(profile, str(cause)) for profile, cause in work.changed_profiles.values())
    yield from (events.ProfileUpdated(profiles=some) for some in parcels(changes))
    yield from (consent_changed(decided) for decided in work.consents if decided.changes)
    yield from map(consent_inherited, work.inherited)
    # After what they changed: who acts on an activity knows what she allowed with it.
    yield from (events.ActivityRecorded(activities=some) for some in parcels(work.told))
    yield from work.traded


def parcels(items: Iterable[Told]) -> Iterator[list[Told]]:
    """*items* in as few messages as the bus can carry."""
    parcel: list[Told] = []
    size = 0
    for item in items:
        size += item.ByteSize()
        if parcel and size > PARCEL_BYTES:
            yield parcel
            parcel, size = [], item.ByteSize()
        parcel.append(item)
    if parcel:
        yield parcel


def happened(turn: Profile | Merge | Move) -> Message:
    match turn:
        case Merge():
            return merged(turn)
        case Move():
            return moved(turn)
        case Profile():
            return created(turn)


def consent_changed(decided: Decided) -> events.ConsentChanged:
    profile, event = decided.profile, decided.event
    return events.ConsentChanged(
        consent=consent_message(profile.name, event.id, event.time_us, decided.consent, current=True),
        profile_key=profile.key,
        historical=event.historical,
    )


def consent_inherited(held: Inherited) -> events.ConsentChanged:
    """Without a decision where none is known of her any more."""
    granted, end_us = held.decision == GRANTED, held.expire_time_us
    consent = Consent(held.channel, held.purpose, granted, source="merge", expire_time_us=end_us)
    message = consent_message(held.profile.name, None, held.time_us, consent, current=True)
    if held.decision is None:
        message.ClearField("decision")
        message.ClearField("decision_time")
    return events.ConsentChanged(consent=message, profile_key=held.profile.key)


def created(profile: Profile) -> events.ProfileCreated:
    return events.ProfileCreated(
        profile=profile.name, profile_key=profile.key, create_time=timestamp(profile.create_time)
    )


def merged(merge: Merge) -> events.ProfileMerged:
    return events.ProfileMerged(
        survivor=merge.survivor.name,
        absorbed=merge.absorbed.name,
        survivor_key=merge.survivor.key,
        absorbed_key=merge.absorbed.key,
        revision=merge.survivor.revision,
        cause=str(merge.cause),
    )


def moved(move: Move) -> events.IdentifiersMoved:
    return events.IdentifiersMoved(
        source=move.source.name,
        destination=move.destination.name,
        source_key=move.source.key,
        destination_key=move.destination.key,
        anchors=move.anchors,
        cause=str(move.cause),
    )


def updated(profile: Profile, cause: str) -> events.UpdatedProfile:
    return events.UpdatedProfile(
        profile=profile.name,
        profile_key=profile.key,
        revision=profile.revision,
        identifiers=identifier_messages(profile.anchors.values()),
        traits=traits_json(profile.registers),
        computed=computed_message(profile.computed),
        cause=cause,
    )


# A server carries a megabyte unless it is told to carry more.
PARCEL_BYTES = 900_000
