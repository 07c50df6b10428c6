"""What can never make sense in leaves about events: filters, aggregates, windows, sequences, regularity."""

from collections.abc import Iterator

from .check_compare import LONGEST, compare_problems, names, path_problems
from .compare import DATED, NUMERIC, enough, several
from .forms import Problem
from .grammar import (
    EVENT_TIME,
    ORDER,
    Between,
    Calendar,
    Comparison,
    Did,
    EventFilter,
    Followed,
    Function,
    Last,
    Operator,
    Period,
    PropertyFilter,
    Regularly,
    Window,
)
from .values import number


def did_problems(rule: Did, path: str) -> Iterator[Problem]:
    yield from events_problems(rule.events, f"{path}.events")
    yield from aggregate_problems(rule, path)
    yield from window_problems(rule.window, f"{path}.window")
    yield from length_problems(rule.known_for_at_least, f"{path}.known_for_at_least")


def aggregate_problems(rule: Did, path: str) -> Iterator[Problem]:
    function, way, compare = rule.aggregate.function, rule.aggregate.path, rule.compare
    if function is Function.NONE:
        yield Problem(f"{path}.aggregate.function", f"must be one of {names(FUNCTIONS)}")
        return
    at_time = way == EVENT_TIME
    if function is Function.COUNT:
        if way:
            yield Problem(f"{path}.aggregate.path", "must be left out: COUNT counts events")
    elif not at_time:
        yield from path_problems(way, EVENT_ROOTS, f"{path}.aggregate.path")
    elif function not in OF_TIME:
        yield Problem(f"{path}.aggregate.function", f"of event_time must be one of {names(OF_TIME)}")
    if compare is None:
        if function is not Function.COUNT:
            yield Problem(f"{path}.compare", f"is required: say what the {function} must be")
        return
    only = TIMES if at_time else NUMBERS if function in NUMERIC_FUNCTIONS else None
    found = list(compare_problems(compare, f"{path}.compare", only=only))
    yield from found
    if not found and only is NUMBERS:
        yield from number_problems(compare, function, f"{path}.compare.value")


def number_problems(compare: Comparison, function: Function, path: str) -> Iterator[Problem]:
    if any(number(each) is None for each in several(compare.value)):
        yield Problem(path, f"must be a number: the {function} is one")
    elif function in COUNTING and enough(compare) > MOST_COUNTED:
        yield Problem(path, f"must be below {MOST_COUNTED}: so far is counted for each customer")


def events_problems(events: EventFilter, path: str) -> Iterator[Problem]:
    """What is wrong with a filter, also with one that triggers a journey."""
    if not all(events.names):
        yield Problem(f"{path}.names", "has an empty name")
    if events.type == ORDER and (events.names or events.name_prefix):
        yield Problem(f"{path}.type", "order stands for every order; orders have no names")
    for index, group in enumerate(events.where):
        yield from group_problems(group, f"{path}.where[{index}]")


def group_problems(group: PropertyFilter, path: str) -> Iterator[Problem]:
    if group.each:
        yield from path_problems(group.each, EVENT_ROOTS, f"{path}.each")
    if not group.all:
        yield Problem(f"{path}.all", "is empty; give at least one comparison")
    for index, each in enumerate(group.all):
        where = f"{path}.all[{index}]"
        if not group.each:
            yield from path_problems(each.path, EVENT_ROOTS, f"{where}.path")
        elif not each.path or not all(each.path.split(".")):
            yield Problem(f"{where}.path", "must be a path into an element, such as category")
        yield from compare_problems(each.compare, f"{where}.compare", customer_zone=False)


def window_problems(window: Window | None, path: str) -> Iterator[Problem]:
    if window is None:
        return
    match window.bounds:
        case Last(length):
            yield from length_problems(length, f"{path}.last")
        case Between(start, end):
            if start is not None and end is not None and start >= end:
                yield Problem(f"{path}.between", "ends before it starts")
        case Calendar(period, count, back):
            if period is Period.NONE:
                yield Problem(f"{path}.calendar.period", f"must be one of {names(PERIODS)}")
            for name, value, least in (("count", count, 1), ("back", back, 0)):
                if not least <= value <= 1000:
                    yield Problem(f"{path}.calendar.{name}", f"must be from {least} to 1000")
        case None:
            yield Problem(path, "has no bounds; give last, between or calendar, or leave it out")
    yield from length_problems(window.ending_ago, f"{path}.ending_ago")
    if window.ending_ago is not None and not isinstance(window.bounds, Last):
        yield Problem(f"{path}.ending_ago", "moves `last`, and nothing else")


def length_problems(length: int | None, path: str) -> Iterator[Problem]:
    if length is not None and length <= 0:
        yield Problem(path, "must be longer than nothing")
    elif length is not None and length > LONGEST:
        yield Problem(path, "must be at most 100 years")


def followed_problems(rule: Followed, path: str) -> Iterator[Problem]:
    if not 2 <= len(rule.steps) <= 10:
        yield Problem(f"{path}.steps", "must be from 2 to 10")
    for index, step in enumerate(rule.steps):
        where = f"{path}.steps[{index}]"
        for name, events in (("events", step.events), ("without", step.without)):
            if events is not None:
                yield from events_problems(events, f"{where}.{name}")
                if events.type == ORDER:
                    yield Problem(f"{where}.{name}.type", "cannot be order; name the event, Order Completed")
        yield from length_problems(step.within, f"{where}.within")
        if index == 0 and (step.within is not None or step.without is not None):
            yield Problem(where, "has no step before it, and so neither within nor without")
    yield from window_problems(rule.window, f"{path}.window")


def regularly_problems(rule: Regularly, path: str) -> Iterator[Problem]:
    yield from events_problems(rule.events, f"{path}.events")
    if rule.period is Period.NONE:
        yield Problem(f"{path}.period", f"must be one of {names(PERIODS)}")
    if not 1 <= rule.of_last <= 366:
        yield Problem(f"{path}.of_last", "must be from 1 to 366")
    if not 1 <= rule.at_least <= rule.of_last:
        yield Problem(f"{path}.at_least", "must be from 1 to of_last")
    if not 1 <= rule.times <= MOST_COUNTED:
        yield Problem(f"{path}.times", f"must be from 1 to {MOST_COUNTED}")


MOST_COUNTED = 10_000
EVENT_ROOTS = frozenset(("properties", "context"))
FUNCTIONS = frozenset(map(str, Function)) - {""}
PERIODS = frozenset(map(str, Period)) - {""}
COUNTING = frozenset((Function.COUNT, Function.DISTINCT))
NUMERIC_FUNCTIONS = frozenset(
    (Function.COUNT, Function.SUM, Function.MIN, Function.MAX, Function.AVG, Function.DISTINCT)
)
OF_TIME = frozenset(map(str, (Function.MIN, Function.MAX, Function.FIRST, Function.LAST)))
NUMBERS = NUMERIC | {Operator.EQ, Operator.NE, Operator.IN}
TIMES = DATED | {Operator.EXISTS}
