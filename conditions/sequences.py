"""Sequences: one thing, then strictly later another, within a time, without a third in between."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import tzinfo

from .aggregates import Fold
from .events import Event, matcher
from .grammar import Step
from .points import State

# Bit i of a point: it can play step i; bit len(steps) + i: it spoils the way to step i.


def mask(steps: tuple[Step, ...]) -> Callable[[Event, tzinfo], int]:
    """Which parts an event can play; 0 when it plays none."""
    players = [(1 << index, matcher(step.events)) for index, step in enumerate(steps)]
    players += [
        (1 << index + len(steps), matcher(step.without))
        for index, step in enumerate(steps)
        if step.without is not None
    ]
    return lambda event, zone: sum(bit for bit, matches in players if matches(event, zone))


def found(steps: tuple[Step, ...]) -> Fold:
    """1 when some events play all steps, 0 when none do."""

    def value(points: State, low: int, high: int, _: tzinfo) -> object:
        return int(bool(chain(steps, points[low:high])))

    return value


def chain(steps: tuple[Step, ...], points: State) -> State:
    """The events that play the steps: of all ways the one that begins last; empty when there is none."""
    ways: list[State] = [(point,) for point in points if point[2] & 1]
    for index, step in enumerate(steps[1:], 1):
        spoilers = [point[0] for point in points if point[2] >> index + len(steps) & 1]
        ways = [
            (*before, point)
            for point in points
            if point[2] >> index & 1 and (before := leading(ways, point[0], step.within, spoilers))
        ]
    return max(ways, key=lambda way: way[0][0], default=())


def leading(ways: list[State], time: int, within: int | None, spoilers: list[int]) -> State:
    """Of the ways that can lead to an event at *time*, the one that begins last."""
    place = bisect_left(spoilers, time)
    earliest = spoilers[place - 1] if place else None
    if within is not None:
        earliest = time - within if earliest is None else max(earliest, time - within)
    # Ways lie in the order of their last event.
    first = 0 if earliest is None else bisect_left(ways, earliest, key=last_time)
    end = bisect_left(ways, time, key=last_time)
    return max(ways[first:end], key=lambda way: way[0][0], default=())


def last_time(way: State) -> int:
    time: int = way[-1][0]
    return time
