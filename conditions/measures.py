"""Measures: what is counted of a customer's events, one state each, shared by equal leaves everywhere.

A state is a value: the order in which events came, and how often, changes nothing. It stays small by
forgetting what no instant from now on can ask for; so it answers for *now* and later, and whoever asks for an
instant of the past folds the events up to it anew.

Exact without limit: COUNT and DISTINCT as far as their comparison asks, LAST, and over windows that do not
move FIRST, MIN, MAX, SUM and AVG. Exact up to a thousand points in the window, then leaving it in steps of
its 1024th part: FIRST, MIN, MAX, SUM and AVG over the last while; over the calendar they stay exact.
Regularity is exact; a sequence is looked for among the newest thousand events that can play in it. Sums are
exact to the millionth. Events that were added up are no longer known one by one: a repetition of one of them
must be kept away by whoever feeds the measure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo

from . import aggregates, canonical, compare, sequences, versions
from .calendar import FOREVER
from .events import Event, Listens, has_zone, is_order, listens, matcher, reads
from .frames import Bounds, bounds
from .grammar import (
    EVENT_TIME,
    Aggregate,
    Calendar,
    Comparison,
    Did,
    EventFilter,
    Followed,
    Function,
    Operator,
    Regularly,
    Window,
)
from .points import EMPTY, Point, State, Thin, added, joined, since

AT_LEAST_ONE = Comparison(Operator.GTE, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What is counted, how it is remembered, and what it comes to."""

    # The same for equal measures, whatever condition they come from: 32 hexadecimal digits.
    key: str
    listens: tuple[Listens, ...]
    # Paths into the event: `properties.price`, `properties.products`, `context.page.path`.
    reads: frozenset[str]
    # Which points an event makes depends on the workspace's zone.
    zoned: bool
    # It is about orders, whose versions replace one another.
    revised: bool
    window: Bounds
    seen: Callable[[Event, tzinfo], tuple[object, ...] | None]
    fold: aggregates.Fold
    thin: Thin
    # Nothing is thinned out before there are more points than this.
    few: int
    # It counts events one by one, in a window that is not the calendar's.
    counts_plainly: bool = False

    def point(self, event: Event, zone: tzinfo) -> Point | None:
        """What the measure remembers of an event; None when the event does not concern it."""
        counts = self.window.start <= event.time < self.window.end
        seen = self.seen(event, zone) if counts and not event.gone else None
        made = None if seen is None else (event.time, event.id, *seen)
        if not self.revised or not any(each.hears(event.type, event.name) for each in self.listens):
            return made
        return versions.version(made, event.time, event.id, event.since, event.revision)

    def add(self, state: State, point: Point, now: int) -> State:
        """With one event more; the same state when it was there."""
        grown = versions.added(state, point) if self.revised else added(state, point)
        return grown if len(grown) <= self.few else self.prune(grown, now)

    def merge(self, one: State, other: State, now: int) -> State:
        """The state of two customers who are one: that of all their events."""
        both = versions.joined(one, other) if self.revised else joined(one, other)
        return both if len(both) <= self.few else self.prune(both, now)

    def of(self, events: Iterable[Event], now: int, zone: tzinfo) -> State:
        """The state after these events."""
        state = EMPTY
        for event in events:
            if point := self.point(event, zone):
                state = self.add(state, point, now)
        return state

    def prune(self, state: State, now: int) -> State:
        """Without what no instant from *now* on can ask for."""
        if self.revised:
            return versions.pruned(state, now)
        low, high = self.window.horizon(now)
        first, young = since(state, low + 1), since(state, high + 1)
        return (*self.thin(state[first:young]), *state[young:])

    def value(self, state: State, t: int, zone: tzinfo) -> tuple[object, int]:
        """What it comes to at *t*, and until when that cannot change; None when there is no value."""
        points, low, high, change = self.slice(state, t, zone)
        return self.fold(points, low, high, zone), change

    def slice(self, state: State, t: int, zone: tzinfo) -> tuple[State, int, int, int]:
        """The points, from which to which of them lie in the window at *t*, and when that changes."""
        points, change = versions.in_force(state, t) if self.revised else (state, FOREVER)
        low_time, high_time, turn = self.window.frame(t, zone)
        low = since(points, low_time + 1)
        high = since(points, high_time + 1)
        if low == len(points):
            # All of them have left a window that never comes back.
            return points, low, high, change
        change = min(change, turn)
        if high < len(points) and high_time == t - self.window.lag:
            change = min(change, points[high][0] + self.window.lag)
        if self.window.stay is not None and low < high:
            change = min(change, points[low][0] + self.window.stay)
        return points, low, high, change


def counted(rule: Did) -> Measure:
    """The measure of an event condition. A comparison only decides how far it must count."""
    aggregate, window = rule.aggregate, bounds(rule.window)
    function = aggregate.function
    if aggregate.path == EVENT_TIME:
        function = {Function.MIN: Function.FIRST, Function.MAX: Function.LAST}.get(function, function)
    capped = function in {Function.COUNT, Function.DISTINCT}
    enough = compare.enough(rule.compare or AT_LEAST_ONE) if capped else 0
    path = "" if function is Function.COUNT else aggregate.path
    thin, few = aggregates.thinning(function, enough, window)
    keep, matches = aggregates.keep(function, path), matcher(rule.events)
    return Measure(
        key=canonical.digest(canonical.did(rule.events, Aggregate(function, path), rule.window, enough)),
        listens=(listens(rule.events),),
        reads=reads(rule.events) | ({path} - {"", EVENT_TIME}),
        zoned=has_zone(rule.events),
        revised=is_order(rule.events),
        window=window,
        seen=lambda event, zone: keep(event) if matches(event, zone) else None,
        fold=aggregates.fold(function, path),
        thin=thin,
        few=few,
        counts_plainly=function is Function.COUNT
        and not is_order(rule.events)
        and (window.slot is None or window.stay is not None),
    )


def followed(rule: Followed) -> Measure:
    """The measure of a sequence: its value is 1 when somebody went all the way."""
    filters = [step.events for step in rule.steps]
    filters += [step.without for step in rule.steps if step.without is not None]
    mask, (thin, few) = sequences.mask(rule.steps), aggregates.thinning_of_sequences()
    return Measure(
        key=canonical.digest(canonical.followed(rule)),
        listens=tuple(map(listens, filters)),
        reads=frozenset[str]().union(*map(reads, filters)),
        zoned=any(map(has_zone, filters)),
        revised=False,
        window=bounds(rule.window),
        seen=lambda event, zone: (played,) if (played := mask(event, zone)) else None,
        fold=sequences.found(rule.steps),
        thin=thin,
        few=few,
    )


def regular(rule: Regularly) -> Measure:
    """The measure of a regularity: its value is in how many periods it happened often enough."""
    events: EventFilter = rule.events
    periods = Calendar(rule.period, rule.of_last, customer_zone=rule.customer_zone)
    thin, few = aggregates.thinning_of_periods(rule)
    matches = matcher(events)
    return Measure(
        key=canonical.digest(canonical.regularly(rule)),
        listens=(listens(events),),
        reads=reads(events),
        zoned=has_zone(events),
        revised=is_order(events),
        window=bounds(Window(periods)),
        seen=lambda event, zone: () if matches(event, zone) else None,
        fold=aggregates.periods_kept(rule),
        thin=thin,
        few=few,
    )
