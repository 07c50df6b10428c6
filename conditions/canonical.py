"""The one form of a measure: what means the same is written the same, so that equal leaves share a key."""

import json
from hashlib import blake2b
from typing import Any

from .grammar import (
    UNREADABLE,
    Aggregate,
    Between,
    Calendar,
    Comparison,
    EventFilter,
    Followed,
    Last,
    Operator,
    PropertyFilter,
    Regularly,
    Window,
)
from .values import key


def digest(form: object) -> str:
    """The key of a measure: it changes only when this meaning does."""
    return blake2b(written(form).encode(), digest_size=16).hexdigest()


def written(form: object) -> str:
    return json.dumps(form, separators=(",", ":"), sort_keys=True)


def did(events: EventFilter, aggregate: Aggregate, window: Window | None, enough: int) -> object:
    return ["did", event_filter(events), aggregate.function, aggregate.path, frame(window), enough]


def followed(rule: Followed) -> object:
    steps = [
        [event_filter(step.events), step.within, None if step.without is None else event_filter(step.without)]
        for step in rule.steps
    ]
    return ["followed", steps, frame(rule.window)]


def regularly(rule: Regularly) -> object:
    return [
        "regularly",
        event_filter(rule.events),
        rule.of_last,
        rule.period,
        rule.times,
        rule.customer_zone,
    ]


def event_filter(events: EventFilter) -> object:
    where = {written(form) for group in events.where for form in groups(group)}
    return [events.type, sorted(set(events.names)), events.name_prefix, sorted(where)]


def groups(group: PropertyFilter) -> list[object]:
    """What holds of the event itself may as well stand in groups of its own."""
    compares = sorted({written([each.path, comparison(each.compare)]) for each in group.all})
    return [[group.each, compares]] if group.each else [["", each] for each in compares]


def comparison(compare: Comparison) -> object:
    operator, negated = compare.operator, compare.negated
    if operator is Operator.NE:
        operator, negated = Operator.EQ, not negated
    return [operator, value(compare), compare.duration, negated, compare.yearly, compare.customer_zone]


def value(compare: Comparison) -> Any:
    wanted = compare.value
    if compare.operator in {Operator.IN, Operator.HAS_ALL} and isinstance(wanted, list | tuple):
        return sorted({written(one_form(each)) for each in wanted})
    return "unreadable" if wanted is UNREADABLE else one_form(wanted)


def one_form(wanted: object) -> object:
    """10, 10.0 and "10" are the same number."""
    found = None if wanted is None else key(wanted)
    return int(found) if isinstance(found, float) and found.is_integer() else found


def frame(window: Window | None) -> object:
    match window and window.bounds:
        case Last(length):
            return ["last", length, (window.ending_ago if window else None) or 0]
        case Between(start, end):
            return None if start is None and end is None else ["between", start, end]
        case Calendar(period, count, back, customer_zone):
            return ["calendar", period, count, back, customer_zone]
    return None
