"""Templates and what is rendered from them."""

from collections.abc import Sequence

import asyncpg
from rapport.campaign.v1 import content_pb2 as pb


def template(row: asyncpg.Record) -> pb.Template:
    message = pb.Template.FromString(row["contents"])
    message.MergeFrom(
        pb.Template(
            name=f"templates/{row['slug']}",
            display_name=row["display_name"],
            channel=row["channel"],
            subscription_group=row["subscription_group"],
            traits=row["traits"],
            warnings=row["warnings"],
            revision=row["revision"],
            etag=str(row["change"]),
            create_time=row["create_time"],
            update_time=row["update_time"],
            **{"class": row["class"]},
        )
    )
    if row["tracking"] is not None:
        message.tracking = row["tracking"]
    return message


def contents(kept: bytes) -> list[pb.Content]:
    """From the column of that name."""
    return list(pb.Template.FromString(kept).contents)


def kept_contents(said: Sequence[pb.Content]) -> bytes:
    return pb.Template(contents=said).SerializeToString(deterministic=True)


def channel_name(channel: int) -> str:
    """`email`, as rows say it."""
    return pb.Channel.Name(channel).lower()


def class_name(message_class: int) -> str:
    """`marketing`, as rows say it."""
    return pb.MessageClass.Name(message_class or pb.MARKETING).lower()
