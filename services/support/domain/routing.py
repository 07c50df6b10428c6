"""Who gets a ticket: of those who may and have room, whoever is next. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from uuid import UUID


class Routing(IntEnum):
    LEAST_LOADED = 1
    ROUND_ROBIN = 2
    MANUAL = 3


@dataclass(slots=True)
class Candidate:
    id: UUID
    teams: Sequence[str]
    skills: Sequence[str]
    capacity: int
    active: int
    # When she was last given something.
    assign_time: datetime | None


def chosen(
    routing: Routing, team: str, tags: Iterable[str], candidates: Iterable[Candidate]
) -> Candidate | None:
    """Least loaded, and of several the one who waited longest; or strictly who waited longest."""
    if routing is Routing.MANUAL:
        return None
    asked = {tag.removeprefix(SKILL) for tag in tags if tag.startswith(SKILL)}
    fitting = [
        each
        for each in candidates
        if team in each.teams and each.active < each.capacity and asked <= {*each.skills}
    ]
    return min(fitting, key=lambda each: order(routing, each), default=None)


def order(routing: Routing, candidate: Candidate) -> tuple[int, datetime, UUID]:
    load = candidate.active if routing is Routing.LEAST_LOADED else 0
    return load, candidate.assign_time or NEVER, candidate.id


SKILL = "skill:"
NEVER = datetime.min.replace(tzinfo=UTC)
