"""Runs and their visits, as they are shown."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import journeys_pb2 as pb


def run_message(row: Any, visits: Iterable[Any] = ()) -> pb.Run:
    """*row* with the customer's name as `profile`, and the state of its journey as `journey_state`."""
    found = pb.Run(
        name=f"journeys/{row['journey']}/runs/{row['id']}",
        profile=f"profiles/{row['profile']}",
        version=f"journeys/{row['journey']}/versions/{row['version']}",
        entry=row["entry"],
        rotation=row["rotation"],
        state=state(row),
        step=row["step"],
        end_reason=row["end_reason"] or None,
        cause=row["cause"],
        visits=map(visit_message, visits),
        create_time=instant(row["started_us"]),
    )
    if row["end_us"] is not None:
        found.end_time.CopyFrom(instant(row["end_us"]))
    elif row["wake_us"] is not None:
        found.wake_time.CopyFrom(instant(row["wake_us"]))
    return found


def state(row: Any) -> pb.Run.State:
    if row["end_us"] is not None:
        return pb.Run.ENDED
    if row["journey_state"] == "PAUSED":
        return pb.Run.PAUSED
    return pb.Run.WAITING if row["wait_kind"] else pb.Run.RUNNING


def visit_message(row: Any) -> pb.Run.Visit:
    found = pb.Run.Visit(
        step=row["step"],
        visit=row["visit"],
        outcome=row["outcome"],
        send=f"sends/{row['send']}" if row["send"] else "",
        start_time=instant(row["start_us"]),
    )
    if row["end_us"] is not None:
        found.end_time.CopyFrom(instant(row["end_us"]))
    return found


def instant(us: int) -> Timestamp:
    found = Timestamp()
    found.FromMicroseconds(us)
    return found
