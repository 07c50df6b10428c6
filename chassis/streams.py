"""The form of our streams: one per owner, named after it; a full one refuses, it never forgets."""

from dataclasses import dataclass

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig


@dataclass(frozen=True, slots=True)
class Stream:
    """What `rapport.<owner>.v1.>` is kept in."""

    name: str
    subjects: tuple[str, ...]
    max_bytes: int
    # None: a work queue, where a message lives until it is acknowledged.
    keep_seconds: float | None
    replicas: int = 1

    def config(self) -> StreamConfig:
        queue = self.keep_seconds is None
        return StreamConfig(
            name=self.name,
            subjects=list(self.subjects),
            retention=RetentionPolicy.WORK_QUEUE if queue else RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            # A full stream refuses what is new: the promise stays in the outbox, the door answers 503.
            discard=DiscardPolicy.NEW,
            max_bytes=self.max_bytes,
            max_age=self.keep_seconds or 0,
            duplicate_window=DUPLICATE_SECONDS,
            num_replicas=self.replicas,
        )


def stream_for(owner: str, *, max_bytes: int | None = None, replicas: int = 1) -> Stream:
    """The facts *owner* tells, kept for a week."""
    return Stream(
        owner.upper(), (f"rapport.{owner}.v1.>",), max_bytes or MODEST_BYTES, KEEP_SECONDS, replicas
    )


def queue_for(owner: str, *, max_bytes: int | None = None, replicas: int = 1) -> Stream:
    """Raw input that *owner* takes in, kept until it is understood."""
    return Stream(owner.upper(), (f"rapport.{owner}.v1.>",), max_bytes or MODEST_BYTES, None, replicas)


KEEP_SECONDS = 7 * 24 * 3600
# The server drops repetitions of a Nats-Msg-Id for so long; after that the inbox does.
DUPLICATE_SECONDS = 120
# The server sets this much of its disk aside. Enough for whoever starts first without being told more.
MODEST_BYTES = 256 * 1024 * 1024
