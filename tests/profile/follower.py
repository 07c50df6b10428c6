"""A service that follows the profile service's facts, and nothing else."""

from collections.abc import Iterable

from google.protobuf.message import Message
from rapport.profile.v1 import events_pb2 as events


def followed(told: Iterable[Message]) -> dict[int, int]:
    """Whose each anchor is, by number, for those under which something was recorded."""
    owners: dict[int, int] = {}
    for fact in told:
        match fact:
            case events.ActivityRecorded():
                owners |= {one.anchor: one.profile_key for one in fact.activities}
            case events.ProfileMerged():
                for anchor, owner in owners.items():
                    if owner == fact.absorbed_key:
                        owners[anchor] = fact.survivor_key
            case events.IdentifiersMoved():
                for anchor in fact.anchors:
                    if owners.get(anchor) == fact.source_key:
                        owners[anchor] = fact.destination_key
    return owners
