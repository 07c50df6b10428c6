"""Instants as messages have them."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def timestamp(moment: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(moment.astimezone(UTC).replace(tzinfo=None))
    return made


def maybe(moment: datetime | None) -> Timestamp | None:
    return timestamp(moment) if moment else None


def moment(said: Timestamp) -> datetime:
    return said.ToDatetime(UTC)
