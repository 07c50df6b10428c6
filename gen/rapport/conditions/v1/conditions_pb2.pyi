import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Zone(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ZONE_UNSPECIFIED: _ClassVar[Zone]
    WORKSPACE: _ClassVar[Zone]
    CUSTOMER: _ClassVar[Zone]

class Period(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERIOD_UNSPECIFIED: _ClassVar[Period]
    DAY: _ClassVar[Period]
    WEEK: _ClassVar[Period]
    MONTH: _ClassVar[Period]
    QUARTER: _ClassVar[Period]
    YEAR: _ClassVar[Period]
ZONE_UNSPECIFIED: Zone
WORKSPACE: Zone
CUSTOMER: Zone
PERIOD_UNSPECIFIED: Period
DAY: Period
WEEK: Period
MONTH: Period
QUARTER: Period
YEAR: Period

class Condition(_message.Message):
    __slots__ = ("all", "any", "trait", "event", "sequence", "regularly", "list", "segment", "sample")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NOT_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REGULARLY_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    all: Conditions
    any: Conditions
    trait: TraitCondition
    event: EventCondition
    sequence: SequenceCondition
    regularly: RegularityCondition
    list: ListCondition
    segment: SegmentCondition
    sample: SampleCondition
    def __init__(self, all: _Optional[_Union[Conditions, _Mapping]] = ..., any: _Optional[_Union[Conditions, _Mapping]] = ..., trait: _Optional[_Union[TraitCondition, _Mapping]] = ..., event: _Optional[_Union[EventCondition, _Mapping]] = ..., sequence: _Optional[_Union[SequenceCondition, _Mapping]] = ..., regularly: _Optional[_Union[RegularityCondition, _Mapping]] = ..., list: _Optional[_Union[ListCondition, _Mapping]] = ..., segment: _Optional[_Union[SegmentCondition, _Mapping]] = ..., sample: _Optional[_Union[SampleCondition, _Mapping]] = ..., **kwargs) -> None: ...

class Conditions(_message.Message):
    __slots__ = ("of",)
    OF_FIELD_NUMBER: _ClassVar[int]
    of: _containers.RepeatedCompositeFieldContainer[Condition]
    def __init__(self, of: _Optional[_Iterable[_Union[Condition, _Mapping]]] = ...) -> None: ...

class TraitCondition(_message.Message):
    __slots__ = ("path", "compare", "has_been")
    PATH_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    HAS_BEEN_FIELD_NUMBER: _ClassVar[int]
    path: str
    compare: Comparison
    has_been: _duration_pb2.Duration
    def __init__(self, path: _Optional[str] = ..., compare: _Optional[_Union[Comparison, _Mapping]] = ..., has_been: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ("operator", "value", "duration", "negated", "yearly", "zone")
    class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OPERATOR_UNSPECIFIED: _ClassVar[Comparison.Operator]
        EQ: _ClassVar[Comparison.Operator]
        NE: _ClassVar[Comparison.Operator]
        GT: _ClassVar[Comparison.Operator]
        GTE: _ClassVar[Comparison.Operator]
        LT: _ClassVar[Comparison.Operator]
        LTE: _ClassVar[Comparison.Operator]
        EXISTS: _ClassVar[Comparison.Operator]
        CONTAINS: _ClassVar[Comparison.Operator]
        STARTS_WITH: _ClassVar[Comparison.Operator]
        ENDS_WITH: _ClassVar[Comparison.Operator]
        IN: _ClassVar[Comparison.Operator]
        HAS_ALL: _ClassVar[Comparison.Operator]
        BEFORE: _ClassVar[Comparison.Operator]
        AFTER: _ClassVar[Comparison.Operator]
        ON: _ClassVar[Comparison.Operator]
        WITHIN_LAST: _ClassVar[Comparison.Operator]
        WITHIN_NEXT: _ClassVar[Comparison.Operator]
    OPERATOR_UNSPECIFIED: Comparison.Operator
    EQ: Comparison.Operator
    NE: Comparison.Operator
    GT: Comparison.Operator
    GTE: Comparison.Operator
    LT: Comparison.Operator
    LTE: Comparison.Operator
    EXISTS: Comparison.Operator
    CONTAINS: Comparison.Operator
    STARTS_WITH: Comparison.Operator
    ENDS_WITH: Comparison.Operator
    IN: Comparison.Operator
    HAS_ALL: Comparison.Operator
    BEFORE: Comparison.Operator
    AFTER: Comparison.Operator
    ON: Comparison.Operator
    WITHIN_LAST: Comparison.Operator
    WITHIN_NEXT: Comparison.Operator
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    NEGATED_FIELD_NUMBER: _ClassVar[int]
    YEARLY_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    operator: Comparison.Operator
    value: bytes
    duration: _duration_pb2.Duration
    negated: bool
    yearly: bool
    zone: Zone
    def __init__(self, operator: _Optional[_Union[Comparison.Operator, str]] = ..., value: _Optional[bytes] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., negated: _Optional[bool] = ..., yearly: _Optional[bool] = ..., zone: _Optional[_Union[Zone, str]] = ...) -> None: ...

class EventFilter(_message.Message):
    __slots__ = ("type", "names", "name_prefix", "where")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    NAME_PREFIX_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    type: str
    names: _containers.RepeatedScalarFieldContainer[str]
    name_prefix: str
    where: _containers.RepeatedCompositeFieldContainer[PropertyFilter]
    def __init__(self, type: _Optional[str] = ..., names: _Optional[_Iterable[str]] = ..., name_prefix: _Optional[str] = ..., where: _Optional[_Iterable[_Union[PropertyFilter, _Mapping]]] = ...) -> None: ...

class PropertyFilter(_message.Message):
    __slots__ = ("each", "all")
    EACH_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    each: str
    all: _containers.RepeatedCompositeFieldContainer[PropertyComparison]
    def __init__(self, each: _Optional[str] = ..., all: _Optional[_Iterable[_Union[PropertyComparison, _Mapping]]] = ...) -> None: ...

class PropertyComparison(_message.Message):
    __slots__ = ("path", "compare")
    PATH_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    path: str
    compare: Comparison
    def __init__(self, path: _Optional[str] = ..., compare: _Optional[_Union[Comparison, _Mapping]] = ...) -> None: ...

class EventCondition(_message.Message):
    __slots__ = ("events", "aggregate", "compare", "window", "known_for_at_least")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    AGGREGATE_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FOR_AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    events: EventFilter
    aggregate: Aggregate
    compare: Comparison
    window: Window
    known_for_at_least: _duration_pb2.Duration
    def __init__(self, events: _Optional[_Union[EventFilter, _Mapping]] = ..., aggregate: _Optional[_Union[Aggregate, _Mapping]] = ..., compare: _Optional[_Union[Comparison, _Mapping]] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., known_for_at_least: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Aggregate(_message.Message):
    __slots__ = ("function", "path")
    class Function(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FUNCTION_UNSPECIFIED: _ClassVar[Aggregate.Function]
        COUNT: _ClassVar[Aggregate.Function]
        SUM: _ClassVar[Aggregate.Function]
        MIN: _ClassVar[Aggregate.Function]
        MAX: _ClassVar[Aggregate.Function]
        AVG: _ClassVar[Aggregate.Function]
        DISTINCT: _ClassVar[Aggregate.Function]
        FIRST: _ClassVar[Aggregate.Function]
        LAST: _ClassVar[Aggregate.Function]
    FUNCTION_UNSPECIFIED: Aggregate.Function
    COUNT: Aggregate.Function
    SUM: Aggregate.Function
    MIN: Aggregate.Function
    MAX: Aggregate.Function
    AVG: Aggregate.Function
    DISTINCT: Aggregate.Function
    FIRST: Aggregate.Function
    LAST: Aggregate.Function
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    function: Aggregate.Function
    path: str
    def __init__(self, function: _Optional[_Union[Aggregate.Function, str]] = ..., path: _Optional[str] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("last", "between", "calendar", "ending_ago")
    class Between(_message.Message):
        __slots__ = ("start_time", "end_time")
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        start_time: _timestamp_pb2.Timestamp
        end_time: _timestamp_pb2.Timestamp
        def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class CalendarWindow(_message.Message):
        __slots__ = ("period", "count", "back", "zone")
        PERIOD_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        BACK_FIELD_NUMBER: _ClassVar[int]
        ZONE_FIELD_NUMBER: _ClassVar[int]
        period: Period
        count: int
        back: int
        zone: Zone
        def __init__(self, period: _Optional[_Union[Period, str]] = ..., count: _Optional[int] = ..., back: _Optional[int] = ..., zone: _Optional[_Union[Zone, str]] = ...) -> None: ...
    LAST_FIELD_NUMBER: _ClassVar[int]
    BETWEEN_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    ENDING_AGO_FIELD_NUMBER: _ClassVar[int]
    last: _duration_pb2.Duration
    between: Window.Between
    calendar: Window.CalendarWindow
    ending_ago: _duration_pb2.Duration
    def __init__(self, last: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., between: _Optional[_Union[Window.Between, _Mapping]] = ..., calendar: _Optional[_Union[Window.CalendarWindow, _Mapping]] = ..., ending_ago: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class SequenceCondition(_message.Message):
    __slots__ = ("steps", "window")
    class Step(_message.Message):
        __slots__ = ("events", "within", "without")
        EVENTS_FIELD_NUMBER: _ClassVar[int]
        WITHIN_FIELD_NUMBER: _ClassVar[int]
        WITHOUT_FIELD_NUMBER: _ClassVar[int]
        events: EventFilter
        within: _duration_pb2.Duration
        without: EventFilter
        def __init__(self, events: _Optional[_Union[EventFilter, _Mapping]] = ..., within: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., without: _Optional[_Union[EventFilter, _Mapping]] = ...) -> None: ...
    STEPS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[SequenceCondition.Step]
    window: Window
    def __init__(self, steps: _Optional[_Iterable[_Union[SequenceCondition.Step, _Mapping]]] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class RegularityCondition(_message.Message):
    __slots__ = ("events", "at_least", "of_last", "period", "times", "zone")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    OF_LAST_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    events: EventFilter
    at_least: int
    of_last: int
    period: Period
    times: int
    zone: Zone
    def __init__(self, events: _Optional[_Union[EventFilter, _Mapping]] = ..., at_least: _Optional[int] = ..., of_last: _Optional[int] = ..., period: _Optional[_Union[Period, str]] = ..., times: _Optional[int] = ..., zone: _Optional[_Union[Zone, str]] = ...) -> None: ...

class ListCondition(_message.Message):
    __slots__ = ("list",)
    LIST_FIELD_NUMBER: _ClassVar[int]
    list: str
    def __init__(self, list: _Optional[str] = ...) -> None: ...

class SegmentCondition(_message.Message):
    __slots__ = ("segment",)
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    segment: str
    def __init__(self, segment: _Optional[str] = ...) -> None: ...

class SampleCondition(_message.Message):
    __slots__ = ("basis_points", "salt")
    BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    basis_points: int
    salt: str
    def __init__(self, basis_points: _Optional[int] = ..., salt: _Optional[str] = ...) -> None: ...
