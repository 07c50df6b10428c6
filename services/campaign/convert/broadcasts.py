"""Broadcasts and their rows."""

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import content_pb2 as pb
from rapport.conditions.v1 import conditions_pb2


def broadcast(row: asyncpg.Record) -> pb.Broadcast:
    message = pb.Broadcast.FromString(row["variants"])
    message.MergeFrom(
        pb.Broadcast(
            name=f"broadcasts/{row['slug']}",
            display_name=row["display_name"],
            state=row["state"],
            audience=conditions_pb2.Condition.FromString(row["audience"]),
            send_time=timestamp(row["send_us"]),
            local_time=row["local_time"],
            holdout_basis_points=row["holdout_basis_points"],
            audience_count=row["audience_count"],
            decided_count=row["decided_count"],
            held_reason=row["held_reason"],
            etag=str(row["revision"]),
            create_time=timestamp(row["create_us"]),
            update_time=timestamp(row["update_us"]),
        )
    )
    return message


def variants(said: pb.Broadcast) -> bytes:
    return pb.Broadcast(variants=said.variants).SerializeToString(deterministic=True)


def timestamp(us: int | None) -> Timestamp | None:
    if us is None:
        return None
    made = Timestamp()
    made.FromMicroseconds(us)
    return made
