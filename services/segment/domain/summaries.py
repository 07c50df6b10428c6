"""Conditions in words, for who asks why: "Product Viewed at least 2 times in the last 7 days"."""

import json
from collections.abc import Sequence

from conditions import grammar as g


def summary(rule: g.Condition) -> str:
    """One condition in a few words; those within it are told by themselves."""
    match rule:
        case g.All():
            return "all of these"
        case g.Any():
            return "at least one of these"
        case g.Not():
            return "not this"
        case g.Has(path, compare, has_been):
            lasting = f" for at least {length(has_been)}" if has_been is not None else ""
            return f"{path} {comparison(compare)}{lasting}"
        case g.Did():
            return did(rule)
        case g.Followed(steps, window):
            way = ", then ".join(step(one) for one in steps)
            return f"{way}{within(window)}"
        case g.Regularly():
            periods = f"{rule.of_last} {rule.period.lower()}s"
            often = f" {rule.times} times" if rule.times > 1 else ""
            return f"{events(rule.events)}{often} in at least {rule.at_least} of the last {periods}"
        case g.Listed(name):
            return f"is on {name}"
        case g.Belongs(name):
            return f"is in {name}"
        case g.Sampled(share, salt):
            return f"is among the {share / 100:g} % drawn by {salt}"
    return ""


def did(rule: g.Did) -> str:
    compare = rule.compare or g.Comparison(g.Operator.GTE, 1)
    aggregate = rule.aggregate
    if aggregate.function is g.Function.COUNT:
        said = f"{events(rule.events)} {counted(compare)}"
    else:
        what = f"{AGGREGATES[aggregate.function]} {aggregate.path.removeprefix('properties.')}"
        said = f"{what} of {events(rule.events)} {comparison(compare)}"
    known = f", known for at least {length(rule.known_for_at_least)}" if rule.known_for_at_least else ""
    return f"{said}{within(rule.window)}{known}"


def counted(compare: g.Comparison) -> str:
    """A comparison of a number of times."""
    words = {g.Operator.GTE: "at least", g.Operator.GT: "more than", g.Operator.LT: "fewer than"}
    words |= {g.Operator.LTE: "at most", g.Operator.EQ: "exactly"}
    if compare.operator not in words or compare.negated:
        return f"as often as {comparison(compare)}"
    once = "time" if compare.value == 1 else "times"
    return f"{words[compare.operator]} {shown(compare.value)} {once}"


def events(filter: g.EventFilter) -> str:
    names = [*filter.names, *([f"{filter.name_prefix}…"] if filter.name_prefix else [])]
    said = " or ".join(names) or (f"any {filter.type}" if filter.type else "any event")
    where = [
        f"{one.path.removeprefix('properties.')} {comparison(one.compare)}"
        for group in filter.where
        for one in group.all
    ]
    return f"{said} where {' and '.join(where)}" if where else said


def compared(one: g.PropertyComparison) -> str:
    return f"{one.path.removeprefix('properties.')} {comparison(one.compare)}"


def step(one: g.Step) -> str:
    without = f" without {events(one.without)} in between" if one.without else ""
    soon = f" within {length(one.within)}" if one.within is not None else ""
    return f"{events(one.events)}{soon}{without}"


def within(window: g.Window | None) -> str:
    if window is None:
        return ""
    match window.bounds:
        case g.Last(stretch):
            ago = f", up to {length(window.ending_ago)} ago" if window.ending_ago else ""
            return f" in the last {length(stretch)}{ago}"
        case g.Calendar(period, count, back):
            if (count, back) == (1, 0):
                return " today" if period is g.Period.DAY else f" this {period.lower()}"
            past = f", {back} {period.lower()}s back" if back else ""
            return f" in the last {count} calendar {period.lower()}s{past}"
    return " between two dates"


def comparison(compare: g.Comparison) -> str:
    words = OPERATORS.get(compare.operator, compare.operator.lower())
    turned = "not " if compare.negated else ""
    value = "" if compare.value is None else f" {shown(compare.value)}"
    reach = f" {length(compare.duration)}" if compare.duration is not None else ""
    return f"{turned}{words}{value}{reach}"


def shown(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(shown, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def length(us: int | None) -> str:
    """A length of time in its largest whole unit: "36 hours"."""
    for unit, size in UNITS:
        if us and us % size == 0:
            return f"{us // size} {unit}{'' if us == size else 's'}"
    return f"{(us or 0) / SECOND:g} seconds"


SECOND = 1_000_000
UNITS = (("day", 86_400 * SECOND), ("hour", 3600 * SECOND), ("minute", 60 * SECOND), ("second", SECOND))
OPERATORS = {
    g.Operator.EQ: "is",
    g.Operator.NE: "is not",
    g.Operator.GT: "is more than",
    g.Operator.GTE: "is at least",
    g.Operator.LT: "is less than",
    g.Operator.LTE: "is at most",
    g.Operator.EXISTS: "is known",
    g.Operator.CONTAINS: "contains",
    g.Operator.STARTS_WITH: "starts with",
    g.Operator.ENDS_WITH: "ends with",
    g.Operator.IN: "is one of",
    g.Operator.HAS_ALL: "has all of",
    g.Operator.BEFORE: "is before",
    g.Operator.AFTER: "is after",
    g.Operator.ON: "is on",
    g.Operator.WITHIN_LAST: "is within the last",
    g.Operator.WITHIN_NEXT: "is within the next",
}
AGGREGATES = {
    g.Function.SUM: "the sum of",
    g.Function.MIN: "the least",
    g.Function.MAX: "the greatest",
    g.Function.AVG: "the average",
    g.Function.DISTINCT: "the number of different values of",
    g.Function.FIRST: "the first",
    g.Function.LAST: "the last",
}
