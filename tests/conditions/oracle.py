"""The obvious meaning of a condition: everything is looked at anew, from the raw list of what happened.

Slow on purpose, and it shares nothing with the product but the parsed grammar.
"""

from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from fractions import Fraction

from conditions import grammar as g
from tests.conditions.oracle_values import EPOCH, compares, numeric, same_as


@dataclass
class World:
    """One customer, as she was told of: events in any order, perhaps twice; traits as they were replaced."""

    events: list = field(default_factory=list)
    # (time, name of the top-level trait such as `traits.city`, value)
    said: list = field(default_factory=list)
    zone: tzinfo = UTC
    own_zone: tzinfo | None = None
    lists: set = field(default_factory=set)
    segments: dict = field(default_factory=dict)
    drawn: dict = field(default_factory=dict)

    def known_since(self):
        return min((event.time for event in self.events), default=None)

    def zone_for(self, customer):
        return (self.own_zone if customer else None) or self.zone


def holds(rule, world: World, t: int) -> bool:
    match rule:
        case g.All(of):
            return all(holds(each, world, t) for each in of)
        case g.Any(of):
            return any(holds(each, world, t) for each in of)
        case g.Not(inner):
            return not holds(inner, world, t)
        case g.Has():
            return has(rule, world, t)
        case g.Did():
            return did(rule, world, t)
        case g.Followed(steps, window):
            return plays(steps, in_window(window, happened(world, t), world, t), 0, None)
        case g.Regularly():
            return regularly(rule, world, t)
        case g.Listed(name):
            return name in world.lists
        case g.Belongs(name):
            return world.segments[name]
        case g.Sampled(share, salt):
            return world.drawn[salt] < share
    raise AssertionError(rule)


# What is known


def has(rule, world, t):
    def so(at):
        return compares(
            rule.compare, trait(rule.path, world, at), at, world.zone_for(rule.compare.customer_zone)
        )

    if rule.has_been is None:
        return so(t)
    # It only ever changes when something is said; before anything was, she is known since her first event.
    began = world.known_since()
    name = ".".join(rule.path.split(".")[:2])
    moments = sorted({at for at, path, _ in world.said if path == name})
    if moments and (began is None or moments[0] < began):
        began = moments[0]
    start = -(10**30) if began is None else began
    if t < start or t - rule.has_been < start:
        return False
    since = t - rule.has_been
    return all(so(at) for at in [since, t, *(at for at in moments if since < at <= t)])


def trait(path, world, t):
    top, inner = ".".join(path.split(".")[:2]), path.split(".")[2:]
    said = [
        (at, index, value) for index, (at, name, value) in enumerate(world.said) if name == top and at <= t
    ]
    value = max(said, key=lambda each: each[:2])[2] if said else None
    return dig(value, inner)


def dig(value, names):
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


# What she did


def happened(world, t):
    """Each event once, as of t, in the order of time; of an order the version that holds."""
    found = {}
    for event in sorted(world.events, key=lambda each: (each.since, each.revision)):
        if event.type == "order" and event.since > t:
            continue
        found[event.id] = event
    return sorted(
        (event for event in found.values() if event.time <= t and not event.gone),
        key=lambda event: (event.time, event.id),
    )


def did(rule, world, t):
    known = world.known_since()
    if rule.known_for_at_least is not None and (known is None or t - known < rule.known_for_at_least):
        return False
    events = [event for event in happened(world, t) if means(rule.events, event, world.zone)]
    events = in_window(rule.window, events, world, t)
    value = aggregate(rule.aggregate, events)
    compare = rule.compare or g.Comparison(g.Operator.GTE, 1)
    if value is None:
        return False
    return compares(compare, value, t, world.zone_for(compare.customer_zone))


def aggregate(wanted, events):
    if wanted.function == "COUNT":
        return len(events)
    if wanted.path == "event_time":
        values = [EPOCH + timedelta(microseconds=event.time) for event in events]
    else:
        values = [dig(event.body, wanted.path.split(".")) for event in events]
    values = [value for value in values if value is not None and value != ""]
    numbers = [each for value in values if (each := numeric(value)) is not None]
    match wanted.function:
        case "SUM":
            return float(sum(map(Fraction, numbers)))
        case "AVG":
            return float(sum(map(Fraction, numbers)) / len(numbers)) if numbers else None
        case "MIN" if wanted.path != "event_time":
            return min(map(float, numbers), default=None)
        case "MAX" if wanted.path != "event_time":
            return max(map(float, numbers), default=None)
        case "DISTINCT":
            return len({same_as(value) for value in values})
        case "FIRST" | "MIN":
            return values[0] if values else None
    return values[-1] if values else None


def means(wanted, event, zone):
    types = {wanted.type} if wanted.type else {"track", "page", "screen"}
    if event.type not in types:
        return False
    by_name = event.name in wanted.names
    by_prefix = wanted.name_prefix != "" and event.name.startswith(wanted.name_prefix)
    anything = not wanted.names and wanted.name_prefix == ""
    if not (by_name or by_prefix or anything):
        return False
    return all(group_holds(group, event, zone) for group in wanted.where)


def group_holds(group, event, zone):
    elements = [event.body]
    if group.each:
        elements = dig(event.body, group.each.split("."))
        elements = elements if isinstance(elements, list) else []
    return any(
        all(compares(one.compare, dig(element, one.path.split(".")), event.time, zone) for one in group.all)
        for element in elements
    )


def in_window(window, events, world, t):
    return [event for event in events if inside(window, event.time, world, t)]


def inside(window, e, world, t):
    if window is None:
        return e <= t
    match window.bounds:
        case g.Last(length):
            right = t - (window.ending_ago or 0)
            return right - length < e <= right
        case g.Between(start, end):
            return (start is None or start <= e) and (end is None or e < end) and e <= t
        case g.Calendar(period, count, back, customer):
            zone = world.zone_for(customer)
            behind = period_of(period, t, zone) - period_of(period, e, zone)
            return e <= t and back <= behind < back + count
    raise AssertionError(window)


def period_of(period, t, zone):  # zones of the tests never set the date back
    day = (EPOCH + timedelta(microseconds=t)).astimezone(zone).date()
    match period:
        case "DAY":
            return day.toordinal()
        case "WEEK":
            monday = day - timedelta(days=day.weekday())
            return monday.toordinal() // 7
        case "MONTH":
            return day.year * 12 + day.month
        case "QUARTER":
            return day.year * 4 + (day.month + 2) // 3
    return day.year


def plays(steps, events, index, before):
    """Whether the steps from *index* on can be played after the event *before*."""
    if index == len(steps):
        return True
    step = steps[index]
    for event in events:
        if not means(step.events, event, UTC):
            continue
        if before is not None:
            if event.time <= before.time:
                continue
            if step.within is not None and event.time - before.time > step.within:
                continue
            if step.without and any(
                before.time < other.time < event.time and means(step.without, other, UTC) for other in events
            ):
                continue
        if plays(steps, events, index + 1, event):
            return True
    return False


def regularly(rule, world, t):
    zone = world.zone_for(rule.customer_zone)
    counts = {}
    for event in happened(world, t):
        behind = period_of(rule.period, t, zone) - period_of(rule.period, event.time, zone)
        if behind < rule.of_last and means(rule.events, event, world.zone):
            counts[behind] = counts.get(behind, 0) + 1
    return sum(count >= rule.times for count in counts.values()) >= rule.at_least
