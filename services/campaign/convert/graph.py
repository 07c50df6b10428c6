"""A journey's graph as it travels, read into values. Reads whatever comes: sense is made by the checks."""

from typing import Any

from rapport.campaign.v1 import journeys_pb2 as pb

from conditions.reading import length, microseconds, read, read_filter
from services.campaign.domain.graph import (
    Action,
    Branch,
    DateOffset,
    Delay,
    EventTrigger,
    For,
    Goal,
    Graph,
    Meant,
    NotBuilt,
    Path,
    Reentry,
    ReentryRule,
    Rule,
    RunPer,
    SegmentEntered,
    SegmentExited,
    SendMessage,
    Split,
    Step,
    TimeOfDay,
    Trigger,
    Until,
    Variant,
    WaitForEvent,
    Way,
    WeekdayTime,
    WhenHeldBack,
)


def graph_of(document: bytes) -> Graph:
    """A graph as it is kept."""
    return read_graph(pb.Graph.FromString(document))


def read_graph(said: pb.Graph) -> Graph:
    return Graph(
        triggers=tuple(map(trigger, said.triggers)),
        entry=Rule(read(said.entry)) if said.HasField("entry") else None,
        run_per=RunPer(pb.Graph.RunPer.Name(said.run_per or pb.Graph.PROFILE)),
        reentry=Reentry(
            ReentryRule(pb.Reentry.Rule.Name(said.reentry.rule or pb.Reentry.NEVER)),
            length(said.reentry, "after"),
        ),
        drawn=tuple(map(step, said.steps)),
        goal=goal(said.goal) if said.HasField("goal") else None,
        exits=tuple(map(goal, said.exits)),
        exempt_from_support_quiet_period=said.exempt_from_support_quiet_period,
        holdout_basis_points=said.holdout_basis_points,
    )


def trigger(said: pb.Trigger) -> Trigger:
    match said.WhichOneof("on"):
        case "event":
            return EventTrigger(Meant(read_filter(said.event)))
        case "segment_entered":
            return SegmentEntered(said.segment_entered)
        case "segment_exited":
            return SegmentExited(said.segment_exited)
        case other:
            return NotBuilt(other or "")


def goal(said: pb.Goal) -> Goal:
    return Goal(
        said.display_name,
        Meant(read_filter(said.event)) if said.HasField("event") else None,
        Rule(read(said.condition)) if said.HasField("condition") else None,
    )


def step(said: pb.Step) -> Step:
    kind = said.WhichOneof("action")
    made = ACTIONS.get(kind or "")
    action: Action = made(getattr(said, kind or "")) if made else NotBuilt(kind or "")
    return Step(said.id, action, said.next)


def delay(said: pb.Delay) -> Delay:
    return Delay(until(said))


def until(said: pb.Delay) -> Until:
    match said.WhichOneof("until"):
        case "duration":
            return For(microseconds(said.duration))
        case "local_time":
            return TimeOfDay(*clock(said.local_time))
        case "weekday":
            return WeekdayTime(said.weekday.weekday, *clock(said.weekday.local_time))
        case "date":
            return DateOffset(said.date.path, microseconds(said.date.offset))
        case other:
            return NotBuilt(other or "")


def wait_for_event(said: pb.WaitForEvent) -> WaitForEvent:
    lateness = length(said, "lateness")
    return WaitForEvent(
        event=Meant(read_filter(said.event)),
        timeout_us=microseconds(said.timeout),
        next_on_timeout=said.next_on_timeout,
        lateness_us=LATENESS_US if lateness is None else lateness,
        since_start=said.since_start,
    )


def branch(said: pb.Branch) -> Branch:
    return Branch(tuple(Path(Rule(read(path.condition)), path.next) for path in said.paths))


def split(said: pb.Split) -> Split:
    return Split(said.experiment, tuple(Way(path.id, path.weight or 1, path.next) for path in said.paths))


def send(said: pb.SendMessage) -> SendMessage:
    wait_at_most = length(said, "wait_at_most")
    return SendMessage(
        tuple(Variant(each.id, each.template, each.weight or 1) for each in said.variants),
        WhenHeldBack(pb.SendMessage.WhenHeldBack.Name(said.when_held_back or pb.SendMessage.SKIP)),
        WAIT_AT_MOST_US if wait_at_most is None else wait_at_most,
    )


def clock(local_time: str) -> tuple[int, int]:
    """HH:MM as hour and minute; midnight when nothing is said."""
    hour, _, minute = local_time.partition(":")
    return int(hour or 0), int(minute or 0)


ACTIONS: dict[str, Any] = {
    "delay": delay,
    "wait_for_event": wait_for_event,
    "branch": branch,
    "split": split,
    "send": send,
}
SECOND_US = 1_000_000
# How late an event may be heard of, when nobody says.
LATENESS_US = 60 * SECOND_US
# How long a message waits to be allowed, when nobody says.
WAIT_AT_MOST_US = 7 * 24 * 3600 * SECOND_US
