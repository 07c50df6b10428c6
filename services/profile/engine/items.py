"""What the engine takes: one event of one workspace."""

from dataclasses import dataclass

import msgspec

from chassis.letters import Letter
from tracking.event import Event, Rejected


@dataclass(frozen=True, slots=True)
class Item:
    """An event on its way in."""

    workspace: str
    event: Event | Rejected
    receive_time_us: int
    # W3C traceparent of the request that brought it, when that was sampled.
    traceparent: str = ""
    # It waited for its time, or comes from our own house: its repetition is ruled out elsewhere.
    admitted: bool = False
    # The message it came in, and its place there: which request, which of its events.
    letter: Letter | None = None
    place: tuple[int, int] = (0, 0)

    def alone(self) -> Letter:
        """The same message, marked so that only this event is taken from it: poison is kept as it came."""
        assert self.letter is not None, "only what came by message is ever parked"
        request, event = self.place
        return Letter(
            self.letter.subject,
            self.letter.data,
            {**self.letter.headers, PLACE: f"{request}/{event}"},
            f"{self.letter.event_id}/{request}/{event}",
        )


def pack(event: Event) -> str:
    """An event as text, for the time it must wait."""
    return PACK.encode(event).decode()


def unpack(text: str) -> Event:
    return UNPACK.decode(text)


# The header that names one event of a message.
PLACE = "rapport-place"
PACK = msgspec.json.Encoder()
UNPACK = msgspec.json.Decoder(Event)
