"""Topics and what customers decided about them, as messages and as rows."""

from typing import Any

from rapport.campaign.v1 import content_pb2, sending_pb2

from services.campaign.convert.links import channel, instant, timestamp

Row = Any


def group(row: Row) -> sending_pb2.SubscriptionGroup:
    return sending_pb2.SubscriptionGroup(
        name=f"subscription_groups/{row['slug']}",
        display_name=row["display_name"],
        description=row["description"],
        rank=row["rank"],
        channels=[channel(each) for each in row["channels"]],
        default_subscribed=row["default_subscribed"],
        hidden=row["hidden"],
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )


def columns(said: sending_pb2.SubscriptionGroup) -> dict[str, object]:
    """What a caller may write, as it is kept."""
    return {
        "display_name": said.display_name,
        "description": said.description,
        "rank": said.rank,
        "channels": [content_pb2.Channel.Name(each).lower() for each in said.channels],
        "default_subscribed": said.default_subscribed,
        "hidden": said.hidden,
    }


def subscription(profile: str, group: Row, decided: Row | None) -> sending_pb2.Subscription:
    """What holds for a customer and a group: her decision, or else its default."""
    found = sending_pb2.Subscription(
        name=f"{profile}/subscriptions/{group['slug']}",
        subscription_group=f"subscription_groups/{group['slug']}",
        display_name=group["display_name"],
        subscribed=decided["subscribed"] if decided else group["default_subscribed"],
        by_default=decided is None,
        etag=str(decided["revision"] if decided else 0),
    )
    if decided:
        found.source, found.evidence = decided["source"], decided["evidence"]
        found.update_time.CopyFrom(instant(decided["time_us"]))
    return found


def only_channel(group: Row) -> str:
    """The channel a topic is about; empty when it is about several, or about all."""
    return group["channels"][0] if len(group["channels"]) == 1 else ""
