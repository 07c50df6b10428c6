"""Instants, as they travel."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp


def timestamp(t: int) -> Timestamp:
    found = Timestamp()
    found.FromMicroseconds(t)
    return found


def microseconds(given: Timestamp | Duration) -> int:
    return given.ToMicroseconds()


def when(t: int | None) -> Timestamp | None:
    """For fields that are left out when there is no such instant."""
    return None if t is None else timestamp(t)
