import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.conditions.v1 import conditions_pb2 as _conditions_pb2
from rapport.profile.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Segment(_message.Message):
    __slots__ = ("name", "display_name", "description", "condition", "state", "version", "draft_changed", "member_count", "warnings", "etag", "create_time", "update_time", "build_percent")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Segment.State]
        DRAFT: _ClassVar[Segment.State]
        BUILDING: _ClassVar[Segment.State]
        LIVE: _ClassVar[Segment.State]
    STATE_UNSPECIFIED: Segment.State
    DRAFT: Segment.State
    BUILDING: Segment.State
    LIVE: Segment.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DRAFT_CHANGED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    BUILD_PERCENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    condition: _conditions_pb2.Condition
    state: Segment.State
    version: str
    draft_changed: bool
    member_count: int
    warnings: _containers.RepeatedCompositeFieldContainer[ConditionWarning]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    build_percent: int
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., state: _Optional[_Union[Segment.State, str]] = ..., version: _Optional[str] = ..., draft_changed: _Optional[bool] = ..., member_count: _Optional[int] = ..., warnings: _Optional[_Iterable[_Union[ConditionWarning, _Mapping]]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., build_percent: _Optional[int] = ...) -> None: ...

class SegmentVersion(_message.Message):
    __slots__ = ("name", "condition", "entered_count", "exited_count", "publisher", "create_time", "effective_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    ENTERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXITED_COUNT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    condition: _conditions_pb2.Condition
    entered_count: int
    exited_count: int
    publisher: str
    create_time: _timestamp_pb2.Timestamp
    effective_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., condition: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., entered_count: _Optional[int] = ..., exited_count: _Optional[int] = ..., publisher: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., effective_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConditionWarning(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("name", "profile", "profile_key", "enter_time", "predicted_exit_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    ENTER_TIME_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_EXIT_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    profile: str
    profile_key: int
    enter_time: _timestamp_pb2.Timestamp
    predicted_exit_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., profile: _Optional[str] = ..., profile_key: _Optional[int] = ..., enter_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., predicted_exit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Membership(_message.Message):
    __slots__ = ("segment", "display_name", "enter_time", "predicted_exit_time")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ENTER_TIME_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_EXIT_TIME_FIELD_NUMBER: _ClassVar[int]
    segment: str
    display_name: str
    enter_time: _timestamp_pb2.Timestamp
    predicted_exit_time: _timestamp_pb2.Timestamp
    def __init__(self, segment: _Optional[str] = ..., display_name: _Optional[str] = ..., enter_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., predicted_exit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MembershipChange(_message.Message):
    __slots__ = ("name", "segment", "version", "profile", "direction", "event_time", "record_time", "cause", "late", "shard", "sequence_number")
    class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DIRECTION_UNSPECIFIED: _ClassVar[MembershipChange.Direction]
        ENTERED: _ClassVar[MembershipChange.Direction]
        EXITED: _ClassVar[MembershipChange.Direction]
    DIRECTION_UNSPECIFIED: MembershipChange.Direction
    ENTERED: MembershipChange.Direction
    EXITED: MembershipChange.Direction
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    name: str
    segment: str
    version: str
    profile: str
    direction: MembershipChange.Direction
    event_time: _timestamp_pb2.Timestamp
    record_time: _timestamp_pb2.Timestamp
    cause: Cause
    late: bool
    shard: int
    sequence_number: int
    def __init__(self, name: _Optional[str] = ..., segment: _Optional[str] = ..., version: _Optional[str] = ..., profile: _Optional[str] = ..., direction: _Optional[_Union[MembershipChange.Direction, str]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[_Union[Cause, _Mapping]] = ..., late: _Optional[bool] = ..., shard: _Optional[int] = ..., sequence_number: _Optional[int] = ...) -> None: ...

class Cause(_message.Message):
    __slots__ = ("kind", "activity", "other_profile")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Cause.Kind]
        EVENT: _ClassVar[Cause.Kind]
        DEADLINE: _ClassVar[Cause.Kind]
        TRAIT: _ClassVar[Cause.Kind]
        MERGE: _ClassVar[Cause.Kind]
        DEFINITION: _ClassVar[Cause.Kind]
        IMPORT: _ClassVar[Cause.Kind]
        ERASURE: _ClassVar[Cause.Kind]
        SEGMENT: _ClassVar[Cause.Kind]
    KIND_UNSPECIFIED: Cause.Kind
    EVENT: Cause.Kind
    DEADLINE: Cause.Kind
    TRAIT: Cause.Kind
    MERGE: Cause.Kind
    DEFINITION: Cause.Kind
    IMPORT: Cause.Kind
    ERASURE: Cause.Kind
    SEGMENT: Cause.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    OTHER_PROFILE_FIELD_NUMBER: _ClassVar[int]
    kind: Cause.Kind
    activity: str
    other_profile: str
    def __init__(self, kind: _Optional[_Union[Cause.Kind, str]] = ..., activity: _Optional[str] = ..., other_profile: _Optional[str] = ...) -> None: ...

class StreamPosition(_message.Message):
    __slots__ = ("shard", "sequence_number")
    SHARD_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    shard: int
    sequence_number: int
    def __init__(self, shard: _Optional[int] = ..., sequence_number: _Optional[int] = ...) -> None: ...

class MembershipExplanation(_message.Message):
    __slots__ = ("name", "member", "version", "since_time", "predicted_change_time", "result", "evaluation_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SINCE_TIME_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    member: bool
    version: str
    since_time: _timestamp_pb2.Timestamp
    predicted_change_time: _timestamp_pb2.Timestamp
    result: ConditionResult
    evaluation_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., member: _Optional[bool] = ..., version: _Optional[str] = ..., since_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., predicted_change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., result: _Optional[_Union[ConditionResult, _Mapping]] = ..., evaluation_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConditionResult(_message.Message):
    __slots__ = ("field", "summary", "holds", "observed", "valid_until_time", "evidence", "of")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    field: str
    summary: str
    holds: bool
    observed: str
    valid_until_time: _timestamp_pb2.Timestamp
    evidence: _containers.RepeatedCompositeFieldContainer[_events_pb2.RecordedActivity]
    of: _containers.RepeatedCompositeFieldContainer[ConditionResult]
    def __init__(self, field: _Optional[str] = ..., summary: _Optional[str] = ..., holds: _Optional[bool] = ..., observed: _Optional[str] = ..., valid_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evidence: _Optional[_Iterable[_Union[_events_pb2.RecordedActivity, _Mapping]]] = ..., of: _Optional[_Iterable[_Union[ConditionResult, _Mapping]]] = ...) -> None: ...

class SegmentSize(_message.Message):
    __slots__ = ("time", "member_count", "entered_count", "exited_count")
    TIME_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENTERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXITED_COUNT_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    member_count: int
    entered_count: int
    exited_count: int
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., member_count: _Optional[int] = ..., entered_count: _Optional[int] = ..., exited_count: _Optional[int] = ...) -> None: ...

class CustomerList(_message.Message):
    __slots__ = ("name", "display_name", "description", "customer_count", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    customer_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., customer_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListedCustomer(_message.Message):
    __slots__ = ("profile", "create_time")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    profile: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, profile: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
