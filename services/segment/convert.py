"""Rows and values to messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.conditions.v1 import conditions_pb2
from rapport.profile.v1 import events_pb2 as profile_events
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2 as pb

from conditions import grammar
from conditions.explain import Reason
from services.segment.domain.summaries import summary

SHARD = 0
# The field of the proto a rule stands in.
FIELDS = {
    grammar.All: "all",
    grammar.Any: "any",
    grammar.Not: "not",
    grammar.Has: "trait",
    grammar.Did: "event",
    grammar.Followed: "sequence",
    grammar.Regularly: "regularly",
    grammar.Listed: "list",
    grammar.Belongs: "segment",
    grammar.Sampled: "sample",
    grammar.Nothing: "",
}


def entered(
    change: Any, number: int, evidence: list[profile_events.RecordedActivity]
) -> events.EnteredSegment:
    found = events.EnteredSegment(**about(change, number), evidence=evidence)
    if change.leaves_us is not None:
        found.predicted_exit_time.CopyFrom(instant(change.leaves_us))
    return found


def exited(change: Any, number: int) -> events.ExitedSegment:
    return events.ExitedSegment(**about(change, number))


def left(row: Any, version: str, number: int, now_us: int) -> events.ExitedSegment:
    """The exit of a member whose segment is deleted."""
    return events.ExitedSegment(
        profile=f"profiles/{row['id']}",
        profile_key=row["profile_key"],
        segment=version.partition("/versions/")[0],
        version=version,
        cause=pb.Cause(kind=pb.Cause.DEFINITION),
        event_time=instant(now_us),
        shard=SHARD,
        sequence_number=number,
        historical=True,
    )


def about(change: Any, number: int) -> dict[str, Any]:
    """What entries and exits say alike."""
    why = change.why
    return {
        "profile": change.profile.name,
        "profile_key": change.profile.key,
        "segment": change.acting.name,
        "version": change.acting.version,
        "cause": pb.Cause(kind=why.kind, activity=why.activity, other_profile=why.other_profile),
        "event_time": instant(change.time_us),
        "shard": SHARD,
        "sequence_number": number,
        "late": why.late,
        "historical": why.historical,
        "traceparent": why.traceparent,
    }


def recorded(profile: str, row: Any) -> profile_events.RecordedActivity:
    """An activity as the profile service told it."""
    return profile_events.RecordedActivity(
        id=str(row["id"]),
        profile=profile,
        profile_key=row["profile_key"],
        anchor=row["anchor"],
        type=row["type"],
        event=row["event"],
        event_time_us=row["time_us"],
        receive_time_us=row["receive_us"],
        properties=(row["properties"] or "{}").encode(),
        context=(row["context"] or "{}").encode(),
        historical=row["historical"],
    )


def segment_message(row: Any, last_key: int) -> pb.Segment:
    """A segment from its row with what is in force; *last_key* is the highest number of a profile."""
    building = row["reached_key"] is not None
    found = pb.Segment(
        name=f"segments/{row['slug']}",
        display_name=row["display_name"],
        description=row["description"],
        condition=conditions_pb2.Condition.FromString(row["draft"]),
        state=state(row["version"], building=building),
        version=version_name(row["slug"], row["version"]) if row["version"] else "",
        draft_changed=row["draft"] != row["condition"],
        member_count=row["member_count"],
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )
    if building:
        found.build_percent = min(99, max(row["reached_key"], 0) * 100 // max(last_key, 1))
    return found


def state(version: int, *, building: bool) -> "pb.Segment.State":
    if building:
        return pb.Segment.BUILDING
    return pb.Segment.LIVE if version else pb.Segment.DRAFT


def version_name(slug: str, number: int) -> str:
    return f"segments/{slug}/versions/{number}"


def version_message(slug: str, row: Any) -> pb.SegmentVersion:
    found = pb.SegmentVersion(
        name=version_name(slug, row["number"]),
        condition=conditions_pb2.Condition.FromString(row["condition"]),
        entered_count=row["entered_count"],
        exited_count=row["exited_count"],
        publisher=row["publisher"],
        create_time=instant(row["create_us"]),
    )
    if row["effective_us"] is not None:
        found.effective_time.CopyFrom(instant(row["effective_us"]))
    return found


def member_message(slug: str, id: Any, key: int, since_us: int, leaves_us: int | None) -> pb.Member:
    found = pb.Member(
        name=f"segments/{slug}/members/{id}",
        profile=f"profiles/{id}",
        profile_key=key,
        enter_time=instant(since_us),
    )
    if leaves_us is not None:
        found.predicted_exit_time.CopyFrom(instant(leaves_us))
    return found


def membership_message(row: Any, leaves_us: int | None) -> pb.Membership:
    found = pb.Membership(
        segment=f"segments/{row['slug']}",
        display_name=row["display_name"],
        enter_time=instant(row["since_us"]),
    )
    if leaves_us is not None:
        found.predicted_exit_time.CopyFrom(instant(leaves_us))
    return found


def change_message(row: Any) -> pb.MembershipChange:
    return pb.MembershipChange(
        name=f"segments/{row['slug']}/membership_changes/{SHARD}-{row['sequence_number']}",
        segment=f"segments/{row['slug']}",
        version=version_name(row["slug"], row["version"]),
        profile=f"profiles/{row['id']}",
        direction=pb.MembershipChange.ENTERED if row["entered"] else pb.MembershipChange.EXITED,
        event_time=instant(row["time_us"]),
        record_time=instant(row["record_us"]),
        cause=pb.Cause(kind=row["kind"], activity=row["activity"], other_profile=row["other_profile"]),
        late=row["late"],
        shard=SHARD,
        sequence_number=row["sequence_number"],
    )


def result_message(
    reason: Reason, evidence: Mapping[str, profile_events.RecordedActivity]
) -> pb.ConditionResult:
    """What one condition came to; *evidence* is by the id of the activity, in hexadecimal."""
    field = FIELDS[type(reason.rule)]
    found = pb.ConditionResult(
        field=f"{reason.path}.{field}" if reason.path else field,
        summary=summary(reason.rule),
        holds=reason.holds,
        observed=reason.observed,
        evidence=[evidence[each.id] for each in reason.evidence if each.id in evidence],
        of=[result_message(each, evidence) for each in reason.of],
    )
    if reason.until is not None:
        found.valid_until_time.CopyFrom(instant(reason.until))
    return found


def list_message(row: Any) -> pb.CustomerList:
    return pb.CustomerList(
        name=f"lists/{row['slug']}",
        display_name=row["display_name"],
        description=row["description"],
        customer_count=row["customer_count"],
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
    )


def listed_message(row: Any) -> pb.ListedCustomer:
    return pb.ListedCustomer(profile=f"profiles/{row['id']}", create_time=instant(row["time_us"]))


def timestamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def instant(time_us: int) -> Timestamp:
    found = Timestamp()
    found.FromMicroseconds(time_us)
    return found
