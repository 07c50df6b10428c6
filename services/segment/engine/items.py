"""What the engine takes: one fact of one customer, out of what the profile service told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import Message
from rapport.profile.v1 import events_pb2 as pb

from chassis.hot import Hot
from chassis.letters import Letter

# In the order in which the profile service told them.
PROFILE = Hot("PROFILE", "segment-profile", "rapport.profile.v1.*.*")


@dataclass(frozen=True, slots=True)
class Item:
    """A fact on its way in; what came in a batch stands alone here."""

    workspace: str
    fact: Any
    # When it was told, in microseconds since 1970 UTC.
    told_us: int
    letter: Letter
    place: int = 0

    def alone(self) -> Letter:
        """The same message, marked so that only this fact is taken from it: poison is kept as it came."""
        headers = {**self.letter.headers, PLACE: str(self.place)}
        return Letter(self.letter.subject, self.letter.data, headers, f"{self.letter.event_id}/{self.place}")


def opened(letter: Letter) -> list[Item]:
    """Makes items of a message. What membership does not depend on makes none."""
    name = letter.subject.removesuffix(f".{letter.workspace}").rpartition(".")[2]
    if name not in HEARD:
        return []
    event, items_of = HEARD[name]
    told_us = told(letter)
    items = [
        Item(letter.workspace, fact, told_us, letter, place)
        for place, fact in enumerate(items_of(event.FromString(letter.data)))
    ]
    if wanted := letter.headers.get(PLACE):
        return [item for item in items if str(item.place) == wanted]
    return items


def told(letter: Letter) -> int:
    when = letter.headers.get("ce-time")
    return round(datetime.fromisoformat(when).timestamp() * 1_000_000) if when else 0


def itself(fact: Message) -> Iterable[Message]:
    return (fact,)


HEARD: dict[str, tuple[type[Any], Callable[[Any], Iterable[Message]]]] = {
    "ActivityRecorded": (pb.ActivityRecorded, lambda fact: fact.activities),
    "ProfileUpdated": (pb.ProfileUpdated, lambda fact: fact.profiles),
    "ProfileCreated": (pb.ProfileCreated, itself),
    "ProfileMerged": (pb.ProfileMerged, itself),
    "IdentifiersMoved": (pb.IdentifiersMoved, itself),
    "OrderPlaced": (pb.OrderPlaced, itself),
    "OrderUpdated": (pb.OrderUpdated, itself),
    "OrderRefunded": (pb.OrderRefunded, itself),
    "ConsentChanged": (pb.ConsentChanged, itself),
}
# The header that names one fact of a message.
PLACE = "rapport-place"
