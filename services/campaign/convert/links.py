"""What links of messages bring about, as messages: facts for the house, pages for people."""

from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import events_pb2 as events
from rapport.campaign.v1 import links_pb2 as pb

from services.campaign.domain.choices import Choices

# A row of `store.links.message`.
Row = Any


def reference(row: Row) -> events.MessageReference:
    return events.MessageReference(
        send=f"sends/{row['id']}",
        campaign=row["campaign"],
        run=f"{row['campaign']}/runs/{row['run']}" if row["run"] else "",
        step=row["step"],
        template=f"templates/{row['template']}",
        variant=row["variant"],
        channel=channel(row["channel"]),
        subject=row["subject"],
        **{"class": row["class"].upper()},
    )


def opened(row: Row, origin: str, time_us: int) -> events.MessageOpened:
    return events.MessageOpened(
        profile=f"profiles/{row['profile']}",
        event_time=instant(time_us),
        message=reference(row),
        origin=origin.upper(),
    )


def clicked(row: Row, origin: str, url: str, time_us: int) -> events.MessageClicked:
    return events.MessageClicked(
        profile=f"profiles/{row['profile']}",
        event_time=instant(time_us),
        message=reference(row),
        origin=origin.upper(),
        url=url,
    )


def preferences(
    row: Row, shop_name: str, groups: list[Any], choices: Choices, *, opted_out: bool
) -> pb.Preferences:
    return pb.Preferences(
        shop_name=shop_name,
        masked_address=masked(row["address"]),
        topics=[
            pb.Preferences.Topic(
                id=group["slug"],
                display_name=group["display_name"] or group["slug"],
                description=group["description"],
                subscribed=choices.takes(group["slug"]),
            )
            for group in groups
        ],
        opted_out=opted_out,
    )


def masked(address: str) -> str:
    """Enough for who owns it to know it again, and for nobody else: `a…@example.com`, `…4711`."""
    name, at, host = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{host}"
    return f"…{address[-LAST_DIGITS:]}" if len(address) > 2 * LAST_DIGITS else ""


def shop_name(sender: str, workspace: str) -> str:
    """`Rapport Shop`, of `"Rapport Shop" <news@shop.example>`; the workspace, where no sender has a name."""
    name, _, address = sender.rpartition("<")
    return name.strip().strip('"').strip() or address.strip(" <>") or workspace


def channel(name: str) -> "content_pb2.Channel":
    """As the protos number it; `email`, `web_push` here."""
    found: content_pb2.Channel = getattr(content_pb2, name.upper())
    return found


def instant(time_us: int) -> Timestamp:
    found = Timestamp()
    found.FromMicroseconds(time_us)
    return found


def timestamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


LAST_DIGITS = 4
