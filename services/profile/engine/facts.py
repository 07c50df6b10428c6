"""What a batch brought about, told: who is new, who became one, who changed, what was done."""

from typing import TYPE_CHECKING

from rapport.profile.v1 import events_pb2 as events

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

if TYPE_CHECKING:
    from services.profile.engine.take import Transaction


def revise(work: Work) -> None:
    """A profile whose told state changed has a new revision."""
    for profile, _ in work.changed_profiles.values():
        profile.revision += 1
        profile.update_time = work.now


def promise(work: Work, tx: "Transaction") -> None:
    """Every fact of this work, in the order a newcomer would want to hear them."""
    for profile in (*work.opened_profiles, *work.revived_profiles.values()):
        tx.emit(work.workspace, created(profile))
    for merge in work.merges:
        tx.emit(work.workspace, merged(merge))
    for move in work.moves:
        tx.emit(work.workspace, moved(move))
    if work.changed_profiles:
        items = [updated(profile, str(cause)) for profile, cause in work.changed_profiles.values()]
        tx.emit(work.workspace, events.ProfileUpdated(profiles=items))
    if work.told:
        tx.emit(work.workspace, events.ActivityRecorded(activities=work.told))
    for fact in work.traded:
        tx.emit(work.workspace, fact)
    for decided in work.consents:
        if decided.changes:
            tx.emit(work.workspace, consent_changed(decided))
            work.inherited.pop((decided.profile.key, decided.consent.channel, decided.consent.purpose), None)
    for inherited in work.inherited.values():
        if inherited.profile.merged_into is None:
            tx.emit(work.workspace, consent_inherited(inherited))


def consent_changed(decided: Decided) -> events.ConsentChanged:
    profile, event = decided.profile, decided.event
    return events.ConsentChanged(
        consent=consent_message(profile.name, event.id, event.time_us, decided.consent, current=True),
        profile_key=profile.key,
        historical=event.historical,
    )


def consent_inherited(held: Inherited) -> events.ConsentChanged:
    consent = Consent(held.channel, held.purpose, held.decision == GRANTED, source="merge")
    name = held.profile.name
    return events.ConsentChanged(
        consent=consent_message(name, None, held.time_us, consent, current=True),
        profile_key=held.profile.key,
    )


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
