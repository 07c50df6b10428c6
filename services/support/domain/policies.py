"""What is promised for which tickets: policies in their order, of which the first that matches applies."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.support.domain.clocks import Metric
from services.support.domain.tickets import Channel, Priority


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a ticket decides which policy it falls under."""

    team: str
    priority: Priority
    channel: Channel
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is stated has to be true; nothing stated is true of all."""

    teams: frozenset[str] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    channels: frozenset[Channel] = frozenset()
    tags: frozenset[str] = frozenset()

    def admits(self, facts: Facts) -> bool:
        return (
            (not self.teams or facts.team in self.teams)
            and (not self.priorities or facts.priority in self.priorities)
            and (not self.channels or facts.channel in self.channels)
            and self.tags <= facts.tags
        )

    def reason(self, facts: Facts) -> str:
        """Why it admits these, in words."""
        said = [
            (self.teams, f"the team is {facts.team}"),
            (self.priorities, f"the priority is {facts.priority.name}"),
            (self.channels, f"the channel is {facts.channel.name}"),
            (self.tags, f"it has the tags {', '.join(sorted(self.tags))}"),
        ]
        return "; ".join(words for stated, words in said if stated) or "it is for all tickets"


@dataclass(frozen=True, slots=True)
class Promise:
    metric: Metric
    duration: timedelta
    # None for all priorities that no other promise names.
    priority: Priority | None = None
    first_only: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    slug: str
    version: int
    match: Filter
    promises: tuple[Promise, ...]
    # Of the team, when empty.
    calendar: str = ""

    def promise(self, metric: Metric, priority: Priority) -> Promise | None:
        """The one for this priority, else the one for all the others."""
        told = {each.priority: each for each in self.promises if each.metric is metric}
        return told.get(priority) or told.get(None)


def first_match(policies: Iterable[Policy], facts: Facts) -> Policy | None:
    return next((policy for policy in policies if policy.match.admits(facts)), None)


def problems(promises: Sequence[Promise]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with which promise: its place, the field, and a sentence."""
    seen: set[tuple[Metric, Priority | None]] = set()
    for place, each in enumerate(promises):
        if (each.metric, each.priority) in seen:
            yield place, "metric", "is promised before for the same priority"
        seen.add((each.metric, each.priority))
        if each.duration > MOST_OPEN_TIME:
            yield place, "duration", f"must be at most {MOST_OPEN_TIME.days} days of open time"
        if each.first_only and each.metric is not Metric.RESOLUTION:
            yield place, "first_only", "is for RESOLUTION only"


MOST_OPEN_TIME = timedelta(days=3660)
