"""Journeys and their versions, as they are shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import journeys_pb2 as pb


def journey_message(row: Any, warnings: Sequence[str]) -> pb.Journey:
    return pb.Journey(
        name=f"journeys/{row['slug']}",
        display_name=row["display_name"],
        description=row["description"],
        state=row["state"],
        graph=pb.Graph.FromString(row["draft"]),
        version=version_name(row["slug"], row["version"]) if row["version"] else "",
        draft_changed=row["draft"] != row["graph"],
        active_run_count=row["active_count"],
        warnings=warnings,
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )


def version_message(row: Any) -> pb.JourneyVersion:
    return pb.JourneyVersion(
        name=version_name(row["journey"], row["number"]),
        graph=pb.Graph.FromString(row["graph"]),
        active_run_count=row["active_count"],
        publisher=row["publisher"],
        create_time=timestamp(row["create_time"]),
    )


def version_name(slug: str, number: int) -> str:
    return f"journeys/{slug}/versions/{number}"


def timestamp(when: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(when)
    return found
