"""Events as conditions see them, and which of them a filter means. Also decides the triggers of journeys."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from .calendar import FOREVER
from .compare import DATED, Test, test
from .dates import Judge, dated
from .grammar import ORDER, TYPES, Comparison, EventFilter, PropertyComparison, PropertyFilter
from .values import at, steps


@dataclass(frozen=True, slots=True)
class Event:
    """Something she did. It is known by its id and its time: a repetition brings the same.

    An order is the one event that changes afterwards: each version has the order's own id and time, says
    since when it holds and which revision it is, and counts nowhere once it is `gone` (cancelled).
    """

    id: str
    time: int
    type: str
    name: str = ""
    # {"properties": {…}, "context": {…}}
    body: dict[str, object] = field(default_factory=dict)
    since: int = 0
    revision: int = 0
    gone: bool = False


class Listens(NamedTuple):
    """Which events can matter to a filter: of any name, when there are neither names nor a prefix."""

    types: frozenset[str]
    names: frozenset[str]
    prefix: str

    def hears(self, type: str, name: str) -> bool:
        if type not in self.types:
            return False
        if not self.names and not self.prefix:
            return True
        return name in self.names or bool(self.prefix and name.startswith(self.prefix))


# Whether an event is meant; dates without an offset are read in the workspace's zone.
Matches = Callable[[Event, tzinfo], bool]


def listens(events: EventFilter) -> Listens:
    types = frozenset((events.type,)) if events.type else TYPES
    return Listens(types, frozenset(events.names), events.name_prefix)


def reads(events: EventFilter) -> frozenset[str]:
    """The paths a filter looks at: of arrays, the array."""
    return frozenset(group.each or each.path for group in events.where for each in group.all)


def matcher(events: EventFilter) -> Matches:
    """Whether an event is one of those meant."""
    hears = listens(events).hears
    groups = tuple(group_matcher(group) for group in events.where)
    if not groups:
        return lambda event, _: hears(event.type, event.name)

    def matches(event: Event, zone: tzinfo) -> bool:
        if not hears(event.type, event.name):
            return False
        return all(group(event, zone) for group in groups)

    return matches


def group_matcher(group: PropertyFilter) -> Matches:
    compares = tuple(property_test(each) for each in group.all)
    if not group.each:
        return lambda event, zone: all(holds(event.body, event.time, zone) for holds in compares)
    way = steps(group.each)

    def matches(event: Event, zone: tzinfo) -> bool:
        elements = at(event.body, way)
        if not isinstance(elements, list | tuple):
            return False
        return any(all(holds(element, event.time, zone) for holds in compares) for element in elements)

    return matches


def property_test(compared: PropertyComparison) -> Callable[[object, int, tzinfo], bool]:
    """Whether what lies at the path compares so. "Now" is the time of the event itself."""
    way, judge = steps(compared.path), judge_of(compared.compare)
    return lambda document, time, zone: judge(at(document, way), time, zone)[0]


def judge_of(compare: Comparison) -> Judge:
    """Any comparison as one that also says until when its answer holds."""
    if compare.operator in DATED:
        return dated(compare)
    return timeless(test(compare))


def timeless(holds: Test) -> Judge:
    return lambda value, _t, _zone: (holds(value), FOREVER)


def has_zone(events: EventFilter) -> bool:
    """Whether matching depends on the workspace's zone."""
    return any(each.compare.operator in DATED for group in events.where for each in group.all)


def is_order(events: EventFilter) -> bool:
    return events.type == ORDER
