"""What the engine takes: one fact of one customer, out of what the profile and segment services told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import Message
from rapport.profile.v1 import events_pb2 as profile
from rapport.segment.v1 import events_pb2 as segment

from chassis.hot import Hot
from chassis.letters import Letter

# In the order in which they were told.
PROFILE = Hot("PROFILE", "campaign-profile", "rapport.profile.v1.*.*")
SEGMENT = Hot("SEGMENT", "campaign-segment", "rapport.segment.v1.*.*")


@dataclass(slots=True)
class Item:
    """A fact on its way in; what came in a batch stands alone here."""

    workspace: str
    fact: Any
    letter: Letter
    place: int = 0
    # How far the segment service had heard of customers when it decided this.
    position: int = 0

    @property
    def told_us(self) -> int:
        """When it was told, in microseconds since 1970 UTC."""
        when = self.letter.headers.get("ce-time")
        return round(datetime.fromisoformat(when).timestamp() * 1_000_000) if when else 0

    def alone(self) -> Letter:
        """The same message, marked so that only this fact is taken from it: poison is kept as it came."""
        headers = {**self.letter.headers, PLACE: str(self.place)}
        return Letter(self.letter.subject, self.letter.data, headers, f"{self.letter.event_id}/{self.place}")


def opened(letter: Letter) -> list[Item]:
    """Makes items of a message of either stream. What journeys do not depend on makes none."""
    name = letter.subject.removesuffix(f".{letter.workspace}")
    if name not in HEARD:
        return []
    event, items_of = HEARD[name]
    fact = event.FromString(letter.data)
    position = getattr(fact, "profile_position", 0)
    items = [
        Item(letter.workspace, each, letter, place, position) for place, each in enumerate(items_of(fact))
    ]
    if wanted := letter.headers.get(PLACE):
        return [item for item in items if str(item.place) == wanted]
    return items


def itself(fact: Message) -> Iterable[Message]:
    return (fact,)


HEARD: Mapping[str, tuple[type[Any], Callable[[Any], Iterable[Message]]]] = {
    event.DESCRIPTOR.full_name: (event, items)
    for event, items in (
        (profile.ActivityRecorded, lambda fact: fact.activities),
        (profile.ProfileUpdated, lambda fact: fact.profiles),
        (profile.ProfileCreated, itself),
        (profile.ProfileMerged, itself),
        (profile.IdentifiersMoved, itself),
        (profile.OrderPlaced, itself),
        (profile.OrderUpdated, itself),
        (profile.OrderRefunded, itself),
        (profile.ConsentChanged, itself),
        (segment.SegmentEntered, lambda fact: fact.entries),
        (segment.SegmentExited, lambda fact: fact.exits),
        (segment.SegmentPublished, itself),
        (segment.SegmentDeleted, itself),
    )
}
# The header that names one fact of a message.
PLACE = "rapport-place"
