"""Sends and what is told of them, from rows to messages."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import events_pb2 as events
from rapport.campaign.v1 import sending_pb2 as pb

from services.campaign.convert.links import reference
from services.campaign.domain.policy import Check

Row = Any


def send_message(
    row: Row, profile: str, decisions: Sequence[Row] = (), reactions: Sequence[pb.Reaction] = ()
) -> pb.Send:
    """*profile* is her living name, whatever she was called when it was sent."""
    # A word of the language, which can only be given so.
    named: dict[str, Any] = {"class": row["class"].upper()}
    found = pb.Send(
        name=f"sends/{row['id']}",
        profile=profile,
        template=f"templates/{row['template']}",
        template_revision=row["template_revision"],
        data=row["data"].encode(),
        channel=row["channel"].upper(),
        state=row["state"],
        campaign=row["campaign"],
        run=f"{row['campaign']}/runs/{row['run']}" if row["run"] else "",
        step=row["step"],
        variant=row["variant"],
        address=row["address"],
        provider=f"providers/{row['provider']}" if row["provider"] else "",
        provider_id=row["provider_id"],
        failure=row["failure"],
        decisions=[decision_message(each) for each in decisions],
        reactions=reactions,
        create_time=instant(row["create_us"]),
        **named,
    )
    if row["send_us"] is not None:
        found.send_time.CopyFrom(instant(row["send_us"]))
    return found


def decision_message(row: Row) -> pb.Decision:
    found = pb.Decision(
        outcome=row["outcome"],
        rule=row["rule"] or None,
        description=row["description"],
        event_time=instant(row["time_us"]),
    )
    if row["retry_us"] is not None:
        found.retry_time.CopyFrom(instant(row["retry_us"]))
    return found


def reaction_message(row: Row) -> pb.Reaction:
    return pb.Reaction(
        kind=row["kind"].upper(),
        origin=row["origin"].upper() or None,
        url=row["url"],
        description=row["description"],
        event_time=instant(row["time_us"]),
    )


def check_message(check: Check) -> pb.PolicyCheck:
    found = pb.PolicyCheck(
        rule=str(check.rule),
        passed=check.passed,
        exempt=check.exempt,
        description=check.description,
    )
    if check.until is not None:
        found.until_time.FromDatetime(check.until)
    return found


def suppression_message(row: Row) -> pb.Suppression:
    return pb.Suppression(
        name=f"suppressions/{row['id']}",
        channel=row["channel"].upper(),
        address=row["address"],
        reason=row["reason"],
        description=row["description"],
        marketing_only=row["marketing_only"],
        send=f"sends/{row['send']}" if row["send"] else "",
        create_time=instant(row["create_us"]),
    )


def new_suppression(new: Row, time_us: int) -> pb.Suppression:
    """One that is just being made: with the same names, as fields."""
    names = ("id", "channel", "address", "reason", "description", "marketing_only", "send")
    return suppression_message({name: getattr(new, name) for name in names} | {"create_us": time_us})


def sent(row: Row, profile: str, time_us: int) -> events.MessageSent:
    return events.MessageSent(
        profile=profile,
        event_time=instant(time_us),
        message=reference(row),
        provider=f"providers/{row['provider']}",
        provider_id=row["provider_id"],
    )


def failed(row: Row, profile: str, time_us: int) -> events.MessageFailed:
    return events.MessageFailed(
        profile=profile,
        event_time=instant(time_us),
        message=reference(row),
        description=row["failure"],
    )


def bounced(row: Row, profile: str, time_us: int, code: str) -> events.MessageBounced:
    return events.MessageBounced(
        profile=profile,
        event_time=instant(time_us),
        message=reference(row),
        hard=True,
        status_code=code,
        description=row["failure"],
    )


def suppressed(
    row: Row, profile: str, time_us: int, *, outcome: str, rule: str, description: str
) -> events.MessageSuppressed:
    return events.MessageSuppressed(
        profile=profile,
        event_time=instant(time_us),
        message=reference(row),
        outcome=outcome,
        rule=rule or None,
        description=description,
    )


def address_suppressed(
    suppression: pb.Suppression, profile: str, time_us: int, *, lifted: bool = False
) -> events.AddressSuppressed:
    return events.AddressSuppressed(
        profile=profile, event_time=instant(time_us), suppression=suppression, lifted=lifted
    )


def instant(time_us: int) -> Timestamp:
    found = Timestamp()
    found.FromMicroseconds(time_us)
    return found
