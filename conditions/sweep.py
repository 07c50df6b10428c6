"""Until when an answer about a measure holds: from one change of its value to the one that matters."""

from collections.abc import Callable
from datetime import tzinfo

from .calendar import FOREVER
from .compare import threshold
from .dates import Judge
from .facts import Facts
from .grammar import Comparison
from .measures import Measure
from .points import State

# What holds, and until when it stays so; FOREVER is far enough.
Answer = tuple[bool, int]


def sweeping(measure: Measure, judge: Judge, *, own: bool) -> Callable[[Facts, int], Answer]:
    """The answer for any measure, exact unless very much happens: then it may be asked again too early."""
    key, own_window = measure.key, measure.window.customer_zone

    def at(points: State, t: int, zone: tzinfo, other: tzinfo) -> Answer:
        value, change = measure.value(points, t, zone)
        holds, until = judge(value, t, other)
        return holds, min(change, until)

    def run(facts: Facts, t: int) -> Answer:
        points = facts.points(key)
        zone = (facts.own_zone if own_window else None) or facts.zone
        other = (facts.own_zone if own else None) or facts.zone
        holds, change = at(points, t, zone, other)
        for _ in range(max(FEWEST_STEPS, min(MOST_STEPS, WORK // (len(points) + 1)))):
            if change >= FOREVER:
                return holds, FOREVER
            then, following = at(points, change, zone, other)
            if then != holds:
                break
            change = following
        return holds, change

    return run


def counting(
    measure: Measure, compare: Comparison, otherwise: Callable[[Facts, int], Answer]
) -> Callable[[Facts, int], Answer]:
    """A short way for "at least n times" and "fewer than n times", as most conditions are."""
    limit = threshold(compare)
    if limit is None or not measure.counts_plainly:
        return otherwise
    least, more = limit
    key, lag, stay = measure.key, measure.window.lag, measure.window.stay
    enough, too_few = (more, FOREVER), (not more, FOREVER)

    def run(facts: Facts, t: int) -> Answer:
        points = facts.points(key)
        if len(points) < least:
            return too_few if not points or points[-1][0] + lag <= t else otherwise(facts, t)
        if points[-1][0] + lag > t:
            return otherwise(facts, t)
        if stay is None:
            return enough
        leaves: int = points[-least][0] + stay
        return (more, leaves) if t < leaves else too_few

    return run


FEWEST_STEPS = 2
MOST_STEPS = 64
WORK = 4000
