"""What the engine takes: one event of one workspace, and what to keep when it turns out to be poison."""

from dataclasses import dataclass

import msgspec

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


def pack(event: Event) -> str:
    """An event as text, for the time it must wait."""
    return PACK.encode(event).decode()


def unpack(text: str) -> Event:
    return UNPACK.decode(text)


PACK = msgspec.json.Encoder()
UNPACK = msgspec.json.Decoder(Event)
