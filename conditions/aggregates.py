"""How the events of a window become one value, and what must be remembered of them for that."""

from collections import Counter
from collections.abc import Callable
from datetime import tzinfo

from .calendar import running
from .events import Event
from .frames import QUARTER_HOUR, Bounds
from .grammar import EVENT_TIME, Function, Regularly
from .points import (
    State,
    Thin,
    extreme,
    first_of_slot,
    newest,
    newest_of_each,
    newest_of_slot,
    oldest,
    staircase,
    summed,
)
from .values import at, missing, number, short_key, steps

# The value of points[low:high]; None when there is none.
Fold = Callable[[State, int, int, tzinfo], object]
# What a point keeps of an event: nothing, one thing, or that it does not count at all (None).
Keep = Callable[[Event], tuple[object, ...] | None]


def fold(function: Function, path: str) -> Fold:
    place = 0 if path == EVENT_TIME else 2
    match function:
        case Function.SUM:
            return summed_up
        case Function.AVG:
            return average
        case Function.MIN:
            return lambda points, low, high, _: min((each[2] for each in points[low:high]), default=None)
        case Function.MAX:
            return lambda points, low, high, _: max((each[2] for each in points[low:high]), default=None)
        case Function.DISTINCT:
            return lambda points, low, high, _: len({each[2] for each in points[low:high]})
        case Function.FIRST:
            return lambda points, low, high, _: points[low][place] if low < high else None
        case Function.LAST:
            return lambda points, low, high, _: points[high - 1][place] if low < high else None
    return lambda _points, low, high, _zone: high - low


def summed_up(points: State, low: int, high: int, _: tzinfo) -> object:
    return whole(sum(each[2][0] for each in points[low:high]), 1)


def average(points: State, low: int, high: int, _: tzinfo) -> object:
    count = sum(each[2][1] for each in points[low:high])
    return whole(sum(each[2][0] for each in points[low:high]), count) if count else None


def whole(millionths: int, parts: int) -> int | float:
    """A number from millionths, rounded once."""
    units, rest = divmod(millionths, MILLION * parts)
    return millionths / (MILLION * parts) if rest else units


def periods_kept(rule: Regularly) -> Fold:
    """In how many periods it happened often enough."""

    def value(points: State, low: int, high: int, zone: tzinfo) -> object:
        counts = Counter(running(rule.period, each[0], zone) for each in points[low:high])
        return sum(times >= rule.times for times in counts.values())

    return value


def keep(function: Function, path: str) -> Keep:
    """What a point keeps of an event that matches."""
    if function is Function.COUNT or path == EVENT_TIME:
        return lambda _: ()
    way = steps(path)

    def of_number(event: Event) -> tuple[object, ...] | None:
        found = number(at(event.body, way))
        return None if found is None else (found,)

    def of_sum(event: Event) -> tuple[object, ...] | None:
        found = number(at(event.body, way))
        return None if found is None else ([millionths(found), 1],)

    def of_value(event: Event) -> tuple[object, ...] | None:
        found = at(event.body, way)
        return None if missing(found) else (short_key(found) if function is Function.DISTINCT else found,)

    if function in {Function.SUM, Function.AVG}:
        return of_sum
    return of_number if function in {Function.MIN, Function.MAX} else of_value


def millionths(found: float) -> int:
    """Integers add up to the same in every order."""
    return found * MILLION if isinstance(found, int) else round(found * MILLION)


def thinning(function: Function, enough: int, bounds: Bounds) -> tuple[Thin, int]:
    """What may be forgotten of points no window will end before, and from how many points on to bother."""
    fixed = bounds.slot is None
    slots = first_of_slot(MANY, bounds.slot or 1)
    match function:
        case Function.COUNT:
            return newest(enough), enough
        case Function.DISTINCT:
            return newest_of_each(enough), enough
        case Function.LAST:
            return newest(1), 1
        case Function.FIRST:
            return (oldest, 1) if fixed else (slots, SELDOM)
        case Function.MIN | Function.MAX:
            greatest = function is Function.MAX
            return (extreme(greatest), 1) if fixed else (lambda old: slots(staircase(greatest)(old)), FEW)
    return summed(MANY, bounds.slot), SELDOM


def thinning_of_periods(rule: Regularly) -> tuple[Thin, int]:
    return newest_of_slot(MANY, rule.times, QUARTER_HOUR), SELDOM


def thinning_of_sequences() -> tuple[Thin, int]:
    return newest(MANY), SELDOM


MILLION = 1_000_000
# So many points are kept as they are before old ones are added up or thinned out.
MANY = 1000
FEW = 8
# More than what thinning leaves of them: it costs too much to do it for every event.
SELDOM = 4 * MANY
