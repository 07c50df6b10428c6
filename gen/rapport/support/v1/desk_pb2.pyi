import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.support.v1 import tickets_pb2 as _tickets_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Weekday(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEEKDAY_UNSPECIFIED: _ClassVar[Weekday]
    MONDAY: _ClassVar[Weekday]
    TUESDAY: _ClassVar[Weekday]
    WEDNESDAY: _ClassVar[Weekday]
    THURSDAY: _ClassVar[Weekday]
    FRIDAY: _ClassVar[Weekday]
    SATURDAY: _ClassVar[Weekday]
    SUNDAY: _ClassVar[Weekday]
WEEKDAY_UNSPECIFIED: Weekday
MONDAY: Weekday
TUESDAY: Weekday
WEDNESDAY: Weekday
THURSDAY: Weekday
FRIDAY: Weekday
SATURDAY: Weekday
SUNDAY: Weekday

class Team(_message.Message):
    __slots__ = ("name", "display_name", "routing", "calendar", "queued_count", "etag", "create_time", "update_time")
    class Routing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ROUTING_UNSPECIFIED: _ClassVar[Team.Routing]
        LEAST_LOADED: _ClassVar[Team.Routing]
        ROUND_ROBIN: _ClassVar[Team.Routing]
        MANUAL: _ClassVar[Team.Routing]
    ROUTING_UNSPECIFIED: Team.Routing
    LEAST_LOADED: Team.Routing
    ROUND_ROBIN: Team.Routing
    MANUAL: Team.Routing
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ROUTING_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    QUEUED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    routing: Team.Routing
    calendar: str
    queued_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., routing: _Optional[_Union[Team.Routing, str]] = ..., calendar: _Optional[str] = ..., queued_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Agent(_message.Message):
    __slots__ = ("name", "display_name", "email", "teams", "skills", "capacity", "available", "active_count", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    TEAMS_FIELD_NUMBER: _ClassVar[int]
    SKILLS_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    email: str
    teams: _containers.RepeatedScalarFieldContainer[str]
    skills: _containers.RepeatedScalarFieldContainer[str]
    capacity: int
    available: bool
    active_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., email: _Optional[str] = ..., teams: _Optional[_Iterable[str]] = ..., skills: _Optional[_Iterable[str]] = ..., capacity: _Optional[int] = ..., available: _Optional[bool] = ..., active_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Calendar(_message.Message):
    __slots__ = ("name", "display_name", "time_zone", "open_hours", "holidays", "version", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    OPEN_HOURS_FIELD_NUMBER: _ClassVar[int]
    HOLIDAYS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    time_zone: str
    open_hours: _containers.RepeatedCompositeFieldContainer[OpenHours]
    holidays: _containers.RepeatedCompositeFieldContainer[Holiday]
    version: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., time_zone: _Optional[str] = ..., open_hours: _Optional[_Iterable[_Union[OpenHours, _Mapping]]] = ..., holidays: _Optional[_Iterable[_Union[Holiday, _Mapping]]] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OpenHours(_message.Message):
    __slots__ = ("weekday", "opens", "closes")
    WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    OPENS_FIELD_NUMBER: _ClassVar[int]
    CLOSES_FIELD_NUMBER: _ClassVar[int]
    weekday: Weekday
    opens: str
    closes: str
    def __init__(self, weekday: _Optional[_Union[Weekday, str]] = ..., opens: _Optional[str] = ..., closes: _Optional[str] = ...) -> None: ...

class Holiday(_message.Message):
    __slots__ = ("date", "display_name", "inactive", "open_hours", "feed_uid")
    DATE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    INACTIVE_FIELD_NUMBER: _ClassVar[int]
    OPEN_HOURS_FIELD_NUMBER: _ClassVar[int]
    FEED_UID_FIELD_NUMBER: _ClassVar[int]
    date: str
    display_name: str
    inactive: bool
    open_hours: _containers.RepeatedCompositeFieldContainer[OpenHours]
    feed_uid: str
    def __init__(self, date: _Optional[str] = ..., display_name: _Optional[str] = ..., inactive: _Optional[bool] = ..., open_hours: _Optional[_Iterable[_Union[OpenHours, _Mapping]]] = ..., feed_uid: _Optional[str] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("name", "display_name", "rank", "match", "targets", "calendar", "version", "etag", "create_time", "update_time")
    class Promise(_message.Message):
        __slots__ = ("metric", "priority", "duration", "first_only")
        METRIC_FIELD_NUMBER: _ClassVar[int]
        PRIORITY_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        FIRST_ONLY_FIELD_NUMBER: _ClassVar[int]
        metric: _tickets_pb2.Target.Metric
        priority: _tickets_pb2.Ticket.Priority
        duration: _duration_pb2.Duration
        first_only: bool
        def __init__(self, metric: _Optional[_Union[_tickets_pb2.Target.Metric, str]] = ..., priority: _Optional[_Union[_tickets_pb2.Ticket.Priority, str]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., first_only: _Optional[bool] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    rank: int
    match: TicketFilter
    targets: _containers.RepeatedCompositeFieldContainer[Policy.Promise]
    calendar: str
    version: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., rank: _Optional[int] = ..., match: _Optional[_Union[TicketFilter, _Mapping]] = ..., targets: _Optional[_Iterable[_Union[Policy.Promise, _Mapping]]] = ..., calendar: _Optional[str] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TicketFilter(_message.Message):
    __slots__ = ("teams", "priorities", "channels", "tags", "segments", "tiers")
    TEAMS_FIELD_NUMBER: _ClassVar[int]
    PRIORITIES_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    teams: _containers.RepeatedScalarFieldContainer[str]
    priorities: _containers.RepeatedScalarFieldContainer[_tickets_pb2.Ticket.Priority]
    channels: _containers.RepeatedScalarFieldContainer[_tickets_pb2.Channel]
    tags: _containers.RepeatedScalarFieldContainer[str]
    segments: _containers.RepeatedScalarFieldContainer[str]
    tiers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, teams: _Optional[_Iterable[str]] = ..., priorities: _Optional[_Iterable[_Union[_tickets_pb2.Ticket.Priority, str]]] = ..., channels: _Optional[_Iterable[_Union[_tickets_pb2.Channel, str]]] = ..., tags: _Optional[_Iterable[str]] = ..., segments: _Optional[_Iterable[str]] = ..., tiers: _Optional[_Iterable[str]] = ...) -> None: ...

class Macro(_message.Message):
    __slots__ = ("name", "display_name", "actions", "etag", "create_time", "update_time")
    class Action(_message.Message):
        __slots__ = ("reply", "note", "priority", "add_tag", "remove_tag", "team", "resolve", "hold")
        REPLY_FIELD_NUMBER: _ClassVar[int]
        NOTE_FIELD_NUMBER: _ClassVar[int]
        PRIORITY_FIELD_NUMBER: _ClassVar[int]
        ADD_TAG_FIELD_NUMBER: _ClassVar[int]
        REMOVE_TAG_FIELD_NUMBER: _ClassVar[int]
        TEAM_FIELD_NUMBER: _ClassVar[int]
        RESOLVE_FIELD_NUMBER: _ClassVar[int]
        HOLD_FIELD_NUMBER: _ClassVar[int]
        reply: str
        note: str
        priority: _tickets_pb2.Ticket.Priority
        add_tag: str
        remove_tag: str
        team: str
        resolve: bool
        hold: bool
        def __init__(self, reply: _Optional[str] = ..., note: _Optional[str] = ..., priority: _Optional[_Union[_tickets_pb2.Ticket.Priority, str]] = ..., add_tag: _Optional[str] = ..., remove_tag: _Optional[str] = ..., team: _Optional[str] = ..., resolve: _Optional[bool] = ..., hold: _Optional[bool] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    actions: _containers.RepeatedCompositeFieldContainer[Macro.Action]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., actions: _Optional[_Iterable[_Union[Macro.Action, _Mapping]]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Mailbox(_message.Message):
    __slots__ = ("name", "display_name", "address", "team", "reopen_days", "same_subject_days", "auto_reply", "signature", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    REOPEN_DAYS_FIELD_NUMBER: _ClassVar[int]
    SAME_SUBJECT_DAYS_FIELD_NUMBER: _ClassVar[int]
    AUTO_REPLY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    address: str
    team: str
    reopen_days: int
    same_subject_days: int
    auto_reply: str
    signature: str
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., address: _Optional[str] = ..., team: _Optional[str] = ..., reopen_days: _Optional[int] = ..., same_subject_days: _Optional[int] = ..., auto_reply: _Optional[str] = ..., signature: _Optional[str] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
