"""A message apart from the way it came: from the bus, or from the parking lot."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nats.aio.msg import Msg


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    # By which it is recognised when it comes again.
    event_id: str = ""

    @property
    def workspace(self) -> str:
        """Subjects end in it."""
        return self.subject.rpartition(".")[2]

    @classmethod
    def of(cls, msg: Msg) -> "Letter":
        """A stranger's message may have no id: then it is known by its place in the stream."""
        headers = msg.headers or {}
        place = msg.metadata
        event_id = (
            headers.get("ce-id")
            or headers.get("Nats-Msg-Id")
            or f"{place.stream}/{place.sequence.stream}/{place.timestamp.isoformat()}"
        )
        return cls(msg.subject, msg.data, headers, event_id)
