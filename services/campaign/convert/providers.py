"""Providers, from rows to messages and from messages to what is kept."""

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import settings_pb2 as pb


def channel_of(channel: "content_pb2.Channel") -> str:
    """As it is kept, and as consents name it: `email`, `web_push`; empty when not stated."""
    return content_pb2.Channel.Name(channel).lower() if channel else ""


def provider_message(row: Any, *, answerable: bool, health: int) -> pb.Provider:
    """Without its secrets, whatever they are."""
    return pb.Provider(
        name=f"providers/{row['slug']}",
        display_name=row["display_name"],
        channel=row["channel"].upper(),
        adapter=row["adapter"],
        settings=row["settings"].encode(),
        rank=row["rank"],
        rate_per_second=row["rate_per_second"],
        enabled=row["enabled"],
        health=pb.Provider.Health.Name(health),
        answerable=answerable,
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )


def timestamp(moment: Any) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found
