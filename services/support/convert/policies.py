"""Policies: as messages, as what is stored of them, and as what promises."""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

import asyncpg
from google.protobuf.duration_pb2 import Duration
from rapport.support.v1 import desk_pb2 as pb

from services.support.convert.calendars import calendar_name
from services.support.convert.times import timestamp
from services.support.domain import policies
from services.support.domain.clocks import Metric
from services.support.domain.policies import Filter, Policy, Promise
from services.support.domain.tickets import Channel, Priority


def policy_message(row: asyncpg.Record) -> pb.Policy:
    made = pb.Policy.FromString(row["definition"])
    made.name = policy_name(row["slug"])
    made.display_name = row["display_name"]
    made.rank = row["rank"]
    made.version = row["version"]
    made.etag = str(row["revision"])
    made.create_time.CopyFrom(timestamp(row["create_time"]))
    made.update_time.CopyFrom(timestamp(row["update_time"]))
    return made


def definition(said: pb.Policy) -> bytes:
    """What of a policy decides, its place among the others included."""
    made = pb.Policy(rank=said.rank, targets=said.targets, calendar=said.calendar)
    if said.HasField("match"):
        made.match.CopyFrom(said.match)
    return made.SerializeToString(deterministic=True)


@lru_cache(maxsize=1024)
def promising(slug: str, version: int, definition: bytes) -> Policy:
    said = pb.Policy.FromString(definition)
    return Policy(
        slug=slug,
        version=version,
        match=Filter(
            teams=frozenset(name.removeprefix("teams/") for name in said.match.teams),
            priorities=frozenset(Priority(each or Priority.NORMAL) for each in said.match.priorities),
            channels=frozenset(Channel(each) for each in said.match.channels if each),
            tags=frozenset(said.match.tags),
        ),
        promises=tuple(promise(each) for each in said.targets),
        calendar=said.calendar.removeprefix("calendars/"),
    )


def promise(said: pb.Policy.Promise) -> Promise:
    return Promise(
        metric=Metric(said.metric),
        duration=length(said.duration),
        priority=Priority(said.priority) if said.priority else None,
        first_only=said.first_only,
    )


def problems(said: pb.Policy) -> Iterator[tuple[str, str]]:
    """What keeps this from being a policy: where, and a sentence."""
    if not said.targets:
        yield "targets", "must promise something"
    for place, field, sentence in policies.problems([promise(each) for each in said.targets]):
        yield f"targets[{place}].{field}", sentence
    for place, each in enumerate(said.targets):
        if length(each.duration) < timedelta(microseconds=1):
            yield f"targets[{place}].duration", "must be longer than nothing"
    for place, channel in enumerate(said.match.channels):
        if not channel:
            yield f"match.channels[{place}]", "must be a channel"
    for name in ("segments", "tiers"):
        if getattr(said.match, name):
            yield f"match.{name}", "cannot be asked for yet: the desk is not told of them"


def length(said: Duration) -> timedelta:
    """Bounded, so that it can be reckoned with at all."""
    return timedelta(seconds=min(said.seconds, MOST_SECONDS), microseconds=said.nanos // 1000)


def policy_name(slug: str) -> str:
    return f"policies/{slug}" if slug else ""


__all__ = ["calendar_name", "definition", "policy_message", "policy_name", "problems", "promising"]
MOST_SECONDS = 10_000 * 86_400
