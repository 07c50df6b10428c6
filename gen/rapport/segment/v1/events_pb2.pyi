import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.conditions.v1 import conditions_pb2 as _conditions_pb2
from rapport.profile.v1 import events_pb2 as _events_pb2
from rapport.segment.v1 import resources_pb2 as _resources_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SegmentEntered(_message.Message):
    __slots__ = ("entries", "profile_position")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    PROFILE_POSITION_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[EnteredSegment]
    profile_position: int
    def __init__(self, entries: _Optional[_Iterable[_Union[EnteredSegment, _Mapping]]] = ..., profile_position: _Optional[int] = ...) -> None: ...

class EnteredSegment(_message.Message):
    __slots__ = ("profile", "profile_key", "segment", "version", "cause", "event_time", "shard", "sequence_number", "evidence", "late", "historical", "predicted_exit_time", "traceparent")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_EXIT_TIME_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    profile: str
    profile_key: int
    segment: str
    version: str
    cause: _resources_pb2.Cause
    event_time: _timestamp_pb2.Timestamp
    shard: int
    sequence_number: int
    evidence: _containers.RepeatedCompositeFieldContainer[_events_pb2.RecordedActivity]
    late: bool
    historical: bool
    predicted_exit_time: _timestamp_pb2.Timestamp
    traceparent: str
    def __init__(self, profile: _Optional[str] = ..., profile_key: _Optional[int] = ..., segment: _Optional[str] = ..., version: _Optional[str] = ..., cause: _Optional[_Union[_resources_pb2.Cause, _Mapping]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., shard: _Optional[int] = ..., sequence_number: _Optional[int] = ..., evidence: _Optional[_Iterable[_Union[_events_pb2.RecordedActivity, _Mapping]]] = ..., late: _Optional[bool] = ..., historical: _Optional[bool] = ..., predicted_exit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., traceparent: _Optional[str] = ...) -> None: ...

class SegmentExited(_message.Message):
    __slots__ = ("exits", "profile_position")
    EXITS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_POSITION_FIELD_NUMBER: _ClassVar[int]
    exits: _containers.RepeatedCompositeFieldContainer[ExitedSegment]
    profile_position: int
    def __init__(self, exits: _Optional[_Iterable[_Union[ExitedSegment, _Mapping]]] = ..., profile_position: _Optional[int] = ...) -> None: ...

class ExitedSegment(_message.Message):
    __slots__ = ("profile", "profile_key", "segment", "version", "cause", "event_time", "shard", "sequence_number", "late", "historical", "traceparent")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    profile: str
    profile_key: int
    segment: str
    version: str
    cause: _resources_pb2.Cause
    event_time: _timestamp_pb2.Timestamp
    shard: int
    sequence_number: int
    late: bool
    historical: bool
    traceparent: str
    def __init__(self, profile: _Optional[str] = ..., profile_key: _Optional[int] = ..., segment: _Optional[str] = ..., version: _Optional[str] = ..., cause: _Optional[_Union[_resources_pb2.Cause, _Mapping]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., shard: _Optional[int] = ..., sequence_number: _Optional[int] = ..., late: _Optional[bool] = ..., historical: _Optional[bool] = ..., traceparent: _Optional[str] = ...) -> None: ...

class SegmentPublished(_message.Message):
    __slots__ = ("segment", "version", "display_name", "condition", "event_time")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    segment: str
    version: str
    display_name: str
    condition: _conditions_pb2.Condition
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, segment: _Optional[str] = ..., version: _Optional[str] = ..., display_name: _Optional[str] = ..., condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SegmentDeleted(_message.Message):
    __slots__ = ("segment", "event_time")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    segment: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, segment: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
