"""Targets: rows and what they are computed from to the domain, and the domain to messages."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import asyncpg
from google.protobuf.duration_pb2 import Duration
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import tickets_pb2 as pb

from services.support.convert.calendars import calendar_name
from services.support.convert.policies import policy_name
from services.support.convert.tickets import agent_name, team_name
from services.support.convert.times import maybe, timestamp
from services.support.domain.calendars import Calendar, Interval
from services.support.domain.clocks import History, Metric, Moved, Pause, Spoken
from services.support.domain.policies import Facts
from services.support.domain.targets import Key, Standing, Target, Terms
from services.support.domain.tickets import Author, State, Ticket


def history(ticket: Ticket, spoken: Sequence[asyncpg.Record], states: Sequence[asyncpg.Record]) -> History:
    """What happened in it; nothing so long ago that it could not be counted through."""
    floor = ticket.create_time - FARTHEST_BACK
    return History(
        max(ticket.event_time, floor),
        [Spoken(max(row["event_time"], floor), Author(row["author"])) for row in spoken],
        [Moved(max(row["event_time"], floor), State(row["state"])) for row in states],
    )


def facts(ticket: Ticket) -> Facts:
    return Facts(ticket.team, ticket.priority, ticket.channel, frozenset(ticket.tags))


def terms(row: asyncpg.Record, hours: Calendar) -> Terms:
    """Under which a stored target stands."""
    return Terms(
        duration=timedelta(microseconds=row["duration"]),
        hours=hours,
        policy=row["policy"],
        policy_version=row["policy_version"],
        reason=row["reason"],
        calendar=row["calendar"],
        calendar_version=row["calendar_version"],
        first_only=row["first_only"],
    )


def target_message(ticket: int, target: Target) -> pb.Target:
    terms = target.terms
    return pb.Target(
        name=target_name(ticket, target.key),
        metric=target.metric,  # type: ignore[arg-type]  # the numbers are the protos'
        cycle=target.cycle,
        state=target.standing,  # type: ignore[arg-type]
        start_time=timestamp(target.start),
        duration=duration(terms.duration),
        due_time=maybe(target.due),
        stop_time=maybe(target.stop),
        policy=policy_name(terms.policy),
        policy_version=terms.policy_version,
        calendar=calendar_name(terms.calendar),
        calendar_version=terms.calendar_version,
    )


def stored(row: asyncpg.Record, hours: Calendar, now: datetime) -> Target:
    """A row as it stands at *now*: nobody may have looked since it was due, or while it paused."""
    held, standing, due = terms(row, hours), Standing(row["standing"]), row["due_time"]
    counted = timedelta(microseconds=row["counted"])
    if standing is Standing.RUNNING and due is not None and now > due:
        standing = Standing.BREACHED
    if standing is Standing.PAUSED:
        due = hours.due(now, held.duration - counted)
    metric, cycle = Metric(row["metric"]), row["cycle"]
    return Target(metric, cycle, standing, row["start_time"], due, row["stop_time"], counted, held)


def breached(ticket: Ticket, target: Target) -> events.TargetBreached:
    assert target.due is not None, "what is never due is never too late"
    return events.TargetBreached(
        event_time=timestamp(target.due),
        ticket=ticket.name,
        target=target_name(ticket.number, target.key),
        metric=target.metric,  # type: ignore[arg-type]
        cycle=target.cycle,
        duration=duration(target.terms.duration),
        policy=policy_name(target.terms.policy),
        assignee=agent_name(ticket.assignee),
        team=team_name(ticket.team),
    )


def explanation(  # noqa: PLR0917 -- what there is to tell
    target: pb.Target,
    reason: str,
    intervals: Iterable[Interval],
    pauses: Iterable[Pause],
    holidays: Iterable[date],
    counted: timedelta,
) -> pb.TargetExplanation:
    span, pause = pb.TargetExplanation.Interval, pb.TargetExplanation.Pause
    return pb.TargetExplanation(
        target=target,
        policy=target.policy,
        reason=reason,
        counted_intervals=[span(start_time=timestamp(a), end_time=timestamp(b)) for a, b in intervals],
        pauses=[
            pause(start_time=timestamp(each.start), end_time=maybe(each.end), state=each.state)  # type: ignore[arg-type]
            for each in pauses
        ],
        holidays=[day.isoformat() for day in holidays],
        counted=duration(counted),
    )


def target_name(ticket: int, key: Key) -> str:
    return f"tickets/{ticket}/targets/{key[0].name.lower()}-{key[1]}"


def target_key(name: str) -> Key | None:
    """Of the last part of a name."""
    found = TARGET.fullmatch(name.rpartition("/")[2])
    return (Metric[found[1].upper()], int(found[2])) if found else None


def duration(length: timedelta) -> Duration:
    made = Duration()
    made.FromTimedelta(length)
    return made


FARTHEST_BACK = timedelta(days=3660)
TARGET = re.compile(rf"({'|'.join(metric.name.lower() for metric in Metric)})-([1-9][0-9]{{0,8}})")
