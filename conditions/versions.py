"""States of measures over orders: every version of each order that may still be the one in force."""

from .calendar import FOREVER
from .points import Point, State

# (time, id, value, since, revision, counts): what the order was worth since then, or that it did not count.


def version(point: Point | None, time: int, id: str, since: int, revision: int) -> Point:
    """A version of an order: what it adds, or that it adds nothing."""
    value = point[2] if point and len(point) > 2 else None
    return (time, id, value, since, revision, point is not None)


def added(state: State, one: Point) -> State:
    return joined(state, (one,))


def joined(one: State, other: State) -> State:
    found = {(each[1], each[3], each[4]): each for each in (*one, *other)}
    return tuple(found[name] for name in sorted(found))


def pruned(state: State, now: int) -> State:
    """Without versions that later ones have replaced for good."""
    ruling = {each[1]: each for each in state if each[3] <= now}
    return tuple(each for each in state if each[3] > now or ruling[each[1]] is each)


def in_force(state: State, t: int) -> tuple[State, int]:
    """The points as of *t*, and when the next version begins to hold."""
    ruling: dict[str, Point] = {}
    upcoming = FOREVER
    for each in state:
        if each[3] <= t:
            ruling[each[1]] = each
        else:
            upcoming = min(upcoming, each[3])
    found = sorted(each[:2] if each[2] is None else each[:3] for each in ruling.values() if each[5])
    return tuple(found), upcoming
