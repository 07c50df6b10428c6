"""Conditions as they travel, read into the grammar. Reads whatever comes: sense is made by the checks."""

import json
from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.conditions.v1 import conditions_pb2 as pb

from . import grammar as g
from .forms import from_json

Kind = TypeVar("Kind", bound=StrEnum)


def parse(document: object) -> g.Condition:
    """A condition from its JSON. Raises UnreadableError with everything that is no condition in it."""
    return read(from_json(document, pb.Condition()))


def read(condition: pb.Condition) -> g.Condition:
    """A condition from its message."""
    match condition.WhichOneof("rule"):
        case "all":
            return g.All(tuple(map(read, condition.all.of)))
        case "any":
            return g.Any(tuple(map(read, condition.any.of)))
        case "not":
            return g.Not(read(getattr(condition, "not")))
        case "list":
            return g.Listed(condition.list.list)
        case "segment":
            return g.Belongs(condition.segment.segment)
        case "sample":
            return g.Sampled(condition.sample.basis_points, condition.sample.salt)
        case None:
            return g.Nothing()
        case other:
            leaf: g.Condition = LEAVES[other](getattr(condition, other))
            return leaf


def has(trait: pb.TraitCondition) -> g.Has:
    return g.Has(trait.path, comparison(trait.compare), length(trait, "has_been"))


def did(event: pb.EventCondition) -> g.Did:
    aggregate = g.Aggregate()
    if event.HasField("aggregate"):
        function = named(g.Function, pb.Aggregate.Function, event.aggregate.function)
        aggregate = g.Aggregate(function, event.aggregate.path)
    return g.Did(
        read_filter(event.events),
        aggregate,
        comparison(event.compare) if event.HasField("compare") else None,
        window(event.window) if event.HasField("window") else None,
        length(event, "known_for_at_least"),
    )


def followed(sequence: pb.SequenceCondition) -> g.Followed:
    steps = tuple(
        g.Step(
            read_filter(step.events),
            length(step, "within"),
            read_filter(step.without) if step.HasField("without") else None,
        )
        for step in sequence.steps
    )
    return g.Followed(steps, window(sequence.window) if sequence.HasField("window") else None)


def regularly(regular: pb.RegularityCondition) -> g.Regularly:
    return g.Regularly(
        read_filter(regular.events),
        regular.at_least,
        regular.of_last,
        named(g.Period, pb.Period, regular.period),
        regular.times or 1,
        regular.zone == pb.CUSTOMER,
    )


def read_filter(events: pb.EventFilter) -> g.EventFilter:
    """Which events are meant: of a condition, or of a journey's trigger."""
    return g.EventFilter(
        events.type,
        tuple(events.names),
        events.name_prefix,
        tuple(
            g.PropertyFilter(
                group.each,
                tuple(g.PropertyComparison(each.path, comparison(each.compare)) for each in group.all),
            )
            for group in events.where
        ),
    )


def comparison(compare: pb.Comparison) -> g.Comparison:
    return g.Comparison(
        named(g.Operator, pb.Comparison.Operator, compare.operator),
        json_value(compare.value),
        length(compare, "duration"),
        compare.negated,
        compare.yearly,
        compare.zone == pb.CUSTOMER,
    )


def window(stretch: pb.Window) -> g.Window:
    bounds: g.Last | g.Between | g.Calendar | None = None
    match stretch.WhichOneof("bounds"):
        case "last":
            bounds = g.Last(microseconds(stretch.last))
        case "between":
            bounds = g.Between(instant(stretch.between, "start_time"), instant(stretch.between, "end_time"))
        case "calendar":
            periods = stretch.calendar
            bounds = g.Calendar(
                named(g.Period, pb.Period, periods.period),
                periods.count or 1,
                periods.back,
                periods.zone == pb.CUSTOMER,
            )
    return g.Window(bounds, length(stretch, "ending_ago"))


def length(message: Any, field: str) -> int | None:
    return microseconds(getattr(message, field)) if message.HasField(field) else None


def instant(message: Any, field: str) -> int | None:
    return microseconds(getattr(message, field)) if message.HasField(field) else None


def microseconds(time: Duration | Timestamp) -> int:
    return time.seconds * 1_000_000 + time.nanos // 1000


def named(kind: type[Kind], wrapper: Any, number: int) -> Kind:
    """Our name of a number; NONE for those we do not know."""
    name = wrapper.Name(number) if number in wrapper.values() else ""
    return kind(name) if name in kind.__members__ else kind("")


def json_value(document: bytes) -> object:
    """A JSON value; None when there is none, UNREADABLE when it is no JSON."""
    if not document:
        return None
    try:
        return json.loads(document, parse_constant=refuse)
    except (ValueError, RecursionError):
        return g.UNREADABLE


def refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


LEAVES: dict[str, Any] = {"trait": has, "event": did, "sequence": followed, "regularly": regularly}
