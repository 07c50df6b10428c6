"""Which clocks a ticket has, from what happened in it. Pure: only event times count, not when we heard."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from services.support.domain.calendars import Interval
from services.support.domain.tickets import PAUSED, Author, State


class Metric(IntEnum):
    FIRST_RESPONSE = 1
    NEXT_RESPONSE = 2
    RESOLUTION = 3


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message, as far as clocks care."""

    at: datetime
    author: Author
    public: bool = True
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The ticket came into this state."""

    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a ticket: messages of one instant, and states, in the order they were heard."""

    start: datetime
    spoken: Sequence[Spoken] = ()
    states: Sequence[Moved] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """From when to when something is measured; it runs until it has a stop."""

    metric: Metric
    cycle: int
    start: datetime
    stop: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    start: datetime
    # None, while it lasts.
    end: datetime | None
    state: State


def clocks(history: History) -> Iterator[Clock]:
    """The first response, then the cycles of the next ones. Of one instant, who was heard first was first."""
    answers, asked = 0, None
    for said in sorted(filter(counts, history.spoken), key=lambda said: said.at):
        if said.author is Author.CUSTOMER:
            asked = asked or said.at
        elif asked is not None:
            yield response(answers, asked, said.at)
            answers, asked = answers + 1, None
    if asked is not None:
        yield response(answers, asked, None)


def response(answers: int, start: datetime, stop: datetime | None) -> Clock:
    """After so many answers."""
    if not answers:
        return Clock(Metric.FIRST_RESPONSE, 1, start, stop)
    return Clock(Metric.NEXT_RESPONSE, answers, start, stop)


def counts(said: Spoken) -> bool:
    """Notes, bots and what a machine wrote neither start a clock nor stop one."""
    return said.public and not said.automatic and said.author in {Author.CUSTOMER, Author.AGENT}


def resolution(history: History, *, first_only: bool) -> Clock:
    """From the beginning of the ticket. A reopening takes the stop away, unless only the first counts."""
    stop: datetime | None = None
    for moved in history.states:
        if moved.state is State.RESOLVED:
            stop = stop or moved.at
        elif moved.state is not State.MERGED and not first_only:
            stop = None
    return Clock(Metric.RESOLUTION, 1, history.start, stop)


def pauses(history: History, until: datetime) -> list[Pause]:
    """Where clocks stood still up to then: it waited, was on hold, was through or lived in another."""
    found: list[Pause] = []
    ends = [moved.at for moved in history.states[1:]]
    for moved, end in zip(history.states, [*ends, None], strict=False):
        if moved.state in STANDING_STILL and moved.at <= until and (end is None or moved.at < end):
            found.append(Pause(moved.at, end if end is not None and end <= until else None, moved.state))
    return found


def during(stood: Sequence[Pause], start: datetime, end: datetime) -> list[Pause]:
    """Those of them that touch [start, end], in their order; the one that still lasted then has no end."""
    first = bisect_right(stood, start, key=lambda pause: pause.end or end + ONE_DAY)
    last = bisect_right(stood, end, key=lambda pause: pause.start)
    return [
        pause if pause.end and pause.end <= end else replace(pause, end=None) for pause in stood[first:last]
    ]


def closed(found: Sequence[Pause], until: datetime) -> list[Interval]:
    """As intervals; the one that lasts ends then, as if the clock went on."""
    return [(pause.start, pause.end or until) for pause in found]


STANDING_STILL = PAUSED | {State.RESOLVED, State.MERGED}
ONE_DAY = timedelta(days=1)
