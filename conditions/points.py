"""What a measure remembers of events: points in the order of time, added, joined and thinned out. Pure."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any

# (time, id), then what the measure needs of the event. Sorted by both; JSON as it stands, but for tuples.
Point = tuple[Any, ...]
State = tuple[Point, ...]
# What may be left out of points that every window still to come lies after.
Thin = Callable[[State], State]

EMPTY: State = ()


def added(state: State, point: Point) -> State:
    """With one point more; the same state when it is there already."""
    if not state or state[-1][:2] < point[:2]:
        return (*state, point)
    place = bisect_left(state, point[:2])
    if place < len(state) and state[place][:2] == point[:2]:
        return state
    return (*state[:place], point, *state[place:])


def joined(one: State, other: State) -> State:
    """All points of both, each once."""
    if not one or not other:
        return one or other
    found = {point[:2]: point for point in (*one, *other)}
    return tuple(found[name] for name in sorted(found))


def since(state: State, time: int) -> int:
    """The place of the first point at *time* or later."""
    return bisect_left(state, (time,))


def newest(count: int) -> Thin:
    return lambda old: old[-count:]


def oldest(old: State) -> State:
    return old[:1]


def newest_of_each(count: int) -> Thin:
    """The newest of each value, and of these the newest."""

    def thin(old: State) -> State:
        found = {point[2]: point for point in old}
        return tuple(sorted(found.values(), key=NAME)[-count:])

    return thin


def extreme(greatest: bool) -> Thin:
    """The newest of those with the greatest, or the least, value."""

    def thin(old: State) -> State:
        sign = 1 if greatest else -1
        return (max(old, key=lambda point: (sign * point[2], point[:2])),) if old else EMPTY

    return thin


def staircase(greatest: bool) -> Thin:
    """Those that no later one excels: each becomes the extreme when the greater ones before it have left."""

    def thin(old: State) -> State:
        kept: list[Point] = []
        for point in old:
            while kept and (kept[-1][2] <= point[2] if greatest else kept[-1][2] >= point[2]):
                kept.pop()
            kept.append(point)
        return tuple(kept)

    return thin


def summed(most: int, slot: int | None) -> Thin:
    """Adds up all but the newest *most*: those of one slot, or all when there are no slots."""

    def thin(old: State) -> State:
        if len(old) <= most:
            return old
        early, late = old[:-most], old[-most:]
        groups = groupby(early, key=lambda point: 0 if slot is None else point[0] // slot)
        return (*(total(tuple(group)) for _, group in groups), *late)

    return thin


def total(group: State) -> Point:
    """One point for many: it leaves a window when the newest of them does."""
    return (*group[-1][:2], [sum(point[2][0] for point in group), sum(point[2][1] for point in group)])


def first_of_slot(most: int, slot: int) -> Thin:
    """For each slot one point with the value of its first, that leaves when the newest of it does."""

    def thin(old: State) -> State:
        if len(old) <= most:
            return old
        groups = (tuple(group) for _, group in groupby(old[:-most], key=lambda point: point[0] // slot))
        return (*((*group[-1][:2], *group[0][2:]) for group in groups), *old[-most:])

    return thin


def newest_of_slot(most: int, count: int, slot: int) -> Thin:
    """Keeps no more than *count* of each slot, but for the newest *most*."""

    def thin(old: State) -> State:
        if len(old) <= most:
            return old
        groups = groupby(old[:-most], key=lambda point: point[0] // slot)
        return (*(point for _, group in groups for point in tuple(group)[-count:]), *old[-most:])

    return thin


def thawed(points: list[list[Any]]) -> State:
    """A state as it comes back from JSON."""
    return tuple(map(tuple, points))


NAME = itemgetter(0, 1)
