"""What was promised for a ticket, and whether it was kept. Pure: from events, promises and hours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from services.support.domain.calendars import Calendar
from services.support.domain.clocks import (
    Clock,
    History,
    Metric,
    Pause,
    clocks,
    closed,
    during,
    pauses,
    resolution,
)

Key = tuple[Metric, int]


class Standing(IntEnum):
    RUNNING = 1
    PAUSED = 2
    MET = 3
    BREACHED = 4
    CLEARED = 5


@dataclass(frozen=True, slots=True)
class Terms:
    """How much of whose open time was promised, by which policy: with the versions that hold."""

    duration: timedelta
    hours: Calendar
    policy: str
    policy_version: int
    # Which of its conditions decided, in words.
    reason: str = ""
    # Empty and 0 for round the clock.
    calendar: str = ""
    calendar_version: int = 0
    first_only: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A promise as it stands at an instant."""

    metric: Metric
    cycle: int
    standing: Standing
    start: datetime
    # None, when it is a lifetime away.
    due: datetime | None
    stop: datetime | None
    # Up to the stop, or to the instant.
    counted: timedelta
    terms: Terms

    @property
    def key(self) -> Key:
        return self.metric, self.cycle

    @property
    def pending(self) -> bool:
        """Somebody still has to do something, and it matters when."""
        return self.stop is None and self.standing in {Standing.RUNNING, Standing.BREACHED}


def targets(
    history: History, terms: Mapping[Metric, Terms], now: datetime, kept: Mapping[Key, Terms] | None = None
) -> list[Target]:
    """Every target of a ticket at *now*.

    *terms* are what is promised now. What has stopped keeps the terms under which it did, *kept*: a new
    calendar judges nobody after the fact.
    """
    found, stood = [], pauses(history, now)
    for key, clock_under in measured(history):
        before = (kept or {}).get(key)
        if before is not None and clock_under(before).stop is not None:
            found.append(target(clock_under(before), before, stood, now))
        elif (current := terms.get(key[0])) is not None:
            found.append(target(clock_under(current), current, stood, now))
    return found


def target(clock: Clock, terms: Terms, stood: Sequence[Pause], now: datetime) -> Target:
    """Met when it stopped at or before it was due, whenever somebody looks."""
    end = clock.stop or now
    touching = during(stood, clock.start, end)
    spans = closed(touching, end)
    due = terms.hours.due(clock.start, terms.duration, spans)
    late = due is not None and end > due
    if late:
        standing = Standing.BREACHED
    elif clock.stop is not None:
        standing = Standing.MET
    else:
        lasting = any(pause.end is None for pause in touching)
        standing = Standing.PAUSED if lasting else Standing.RUNNING
    counted = terms.hours.counted(clock.start, end, spans)
    return Target(clock.metric, clock.cycle, standing, clock.start, due, clock.stop, counted, terms)


def measured(history: History) -> Iterator[tuple[Key, Callable[[Terms], Clock]]]:
    """What there is to measure; when the resolution stops depends on what was promised."""
    for clock in clocks(history):
        yield (clock.metric, clock.cycle), lambda _, clock=clock: clock  # type: ignore[misc]
    yield (Metric.RESOLUTION, 1), lambda terms: resolution(history, first_only=terms.first_only)
