import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
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

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    EMAIL: _ClassVar[Channel]
    WEB_FORM: _ClassVar[Channel]
    CHAT: _ClassVar[Channel]
    SMS: _ClassVar[Channel]
    SOCIAL: _ClassVar[Channel]
    MARKETPLACE: _ClassVar[Channel]
    PHONE: _ClassVar[Channel]
    API: _ClassVar[Channel]
CHANNEL_UNSPECIFIED: Channel
EMAIL: Channel
WEB_FORM: Channel
CHAT: Channel
SMS: Channel
SOCIAL: Channel
MARKETPLACE: Channel
PHONE: Channel
API: Channel

class Ticket(_message.Message):
    __slots__ = ("name", "profile", "subject", "state", "priority", "channel", "assignee", "team", "tags", "custom_fields", "orders", "participants", "linked_tickets", "absorbed_tickets", "hold_until_time", "waiting_since_time", "due_time", "last_contact_time", "resolve_time", "message_count", "etag", "create_time", "update_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Ticket.State]
        NEW: _ClassVar[Ticket.State]
        OPEN: _ClassVar[Ticket.State]
        WAITING: _ClassVar[Ticket.State]
        ON_HOLD: _ClassVar[Ticket.State]
        RESOLVED: _ClassVar[Ticket.State]
        MERGED: _ClassVar[Ticket.State]
    STATE_UNSPECIFIED: Ticket.State
    NEW: Ticket.State
    OPEN: Ticket.State
    WAITING: Ticket.State
    ON_HOLD: Ticket.State
    RESOLVED: Ticket.State
    MERGED: Ticket.State
    class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PRIORITY_UNSPECIFIED: _ClassVar[Ticket.Priority]
        LOW: _ClassVar[Ticket.Priority]
        NORMAL: _ClassVar[Ticket.Priority]
        HIGH: _ClassVar[Ticket.Priority]
        URGENT: _ClassVar[Ticket.Priority]
    PRIORITY_UNSPECIFIED: Ticket.Priority
    LOW: Ticket.Priority
    NORMAL: Ticket.Priority
    HIGH: Ticket.Priority
    URGENT: Ticket.Priority
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELDS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    LINKED_TICKETS_FIELD_NUMBER: _ClassVar[int]
    ABSORBED_TICKETS_FIELD_NUMBER: _ClassVar[int]
    HOLD_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    WAITING_SINCE_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_CONTACT_TIME_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    profile: str
    subject: str
    state: Ticket.State
    priority: Ticket.Priority
    channel: Channel
    assignee: str
    team: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    custom_fields: bytes
    orders: _containers.RepeatedScalarFieldContainer[str]
    participants: _containers.RepeatedScalarFieldContainer[str]
    linked_tickets: _containers.RepeatedScalarFieldContainer[str]
    absorbed_tickets: _containers.RepeatedScalarFieldContainer[str]
    hold_until_time: _timestamp_pb2.Timestamp
    waiting_since_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    last_contact_time: _timestamp_pb2.Timestamp
    resolve_time: _timestamp_pb2.Timestamp
    message_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., profile: _Optional[str] = ..., subject: _Optional[str] = ..., state: _Optional[_Union[Ticket.State, str]] = ..., priority: _Optional[_Union[Ticket.Priority, str]] = ..., channel: _Optional[_Union[Channel, str]] = ..., assignee: _Optional[str] = ..., team: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., custom_fields: _Optional[bytes] = ..., orders: _Optional[_Iterable[str]] = ..., participants: _Optional[_Iterable[str]] = ..., linked_tickets: _Optional[_Iterable[str]] = ..., absorbed_tickets: _Optional[_Iterable[str]] = ..., hold_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., waiting_since_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_contact_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolve_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("name", "author", "author_name", "internal", "text", "html", "reply_text", "attachments", "channel", "message_id", "automatic", "delivery", "event_time", "create_time")
    class Author(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AUTHOR_UNSPECIFIED: _ClassVar[Message.Author]
        CUSTOMER: _ClassVar[Message.Author]
        AGENT: _ClassVar[Message.Author]
        BOT: _ClassVar[Message.Author]
        SYSTEM: _ClassVar[Message.Author]
        PARTICIPANT: _ClassVar[Message.Author]
    AUTHOR_UNSPECIFIED: Message.Author
    CUSTOMER: Message.Author
    AGENT: Message.Author
    BOT: Message.Author
    SYSTEM: Message.Author
    PARTICIPANT: Message.Author
    class Delivery(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DELIVERY_UNSPECIFIED: _ClassVar[Message.Delivery]
        PENDING: _ClassVar[Message.Delivery]
        SENT: _ClassVar[Message.Delivery]
        BOUNCED: _ClassVar[Message.Delivery]
        FAILED: _ClassVar[Message.Delivery]
    DELIVERY_UNSPECIFIED: Message.Delivery
    PENDING: Message.Delivery
    SENT: Message.Delivery
    BOUNCED: Message.Delivery
    FAILED: Message.Delivery
    NAME_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_NAME_FIELD_NUMBER: _ClassVar[int]
    INTERNAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    REPLY_TEXT_FIELD_NUMBER: _ClassVar[int]
    ATTACHMENTS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTOMATIC_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    author: Message.Author
    author_name: str
    internal: bool
    text: str
    html: str
    reply_text: str
    attachments: _containers.RepeatedScalarFieldContainer[str]
    channel: Channel
    message_id: str
    automatic: bool
    delivery: Message.Delivery
    event_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., author: _Optional[_Union[Message.Author, str]] = ..., author_name: _Optional[str] = ..., internal: _Optional[bool] = ..., text: _Optional[str] = ..., html: _Optional[str] = ..., reply_text: _Optional[str] = ..., attachments: _Optional[_Iterable[str]] = ..., channel: _Optional[_Union[Channel, str]] = ..., message_id: _Optional[str] = ..., automatic: _Optional[bool] = ..., delivery: _Optional[_Union[Message.Delivery, str]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Attachment(_message.Message):
    __slots__ = ("name", "file_name", "content_type", "size_bytes", "content", "content_id", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    file_name: str
    content_type: str
    size_bytes: int
    content: bytes
    content_id: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., file_name: _Optional[str] = ..., content_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., content: _Optional[bytes] = ..., content_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TicketChange(_message.Message):
    __slots__ = ("actor", "field", "old_value", "new_value", "reason", "event_time")
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OLD_VALUE_FIELD_NUMBER: _ClassVar[int]
    NEW_VALUE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    actor: str
    field: str
    old_value: str
    new_value: str
    reason: str
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, actor: _Optional[str] = ..., field: _Optional[str] = ..., old_value: _Optional[str] = ..., new_value: _Optional[str] = ..., reason: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Target(_message.Message):
    __slots__ = ("name", "metric", "cycle", "state", "start_time", "duration", "due_time", "stop_time", "policy", "policy_version", "calendar", "calendar_version")
    class Metric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        METRIC_UNSPECIFIED: _ClassVar[Target.Metric]
        FIRST_RESPONSE: _ClassVar[Target.Metric]
        NEXT_RESPONSE: _ClassVar[Target.Metric]
        RESOLUTION: _ClassVar[Target.Metric]
    METRIC_UNSPECIFIED: Target.Metric
    FIRST_RESPONSE: Target.Metric
    NEXT_RESPONSE: Target.Metric
    RESOLUTION: Target.Metric
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Target.State]
        RUNNING: _ClassVar[Target.State]
        PAUSED: _ClassVar[Target.State]
        MET: _ClassVar[Target.State]
        BREACHED: _ClassVar[Target.State]
        CLEARED: _ClassVar[Target.State]
    STATE_UNSPECIFIED: Target.State
    RUNNING: Target.State
    PAUSED: Target.State
    MET: Target.State
    BREACHED: Target.State
    CLEARED: Target.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    STOP_TIME_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    metric: Target.Metric
    cycle: int
    state: Target.State
    start_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    due_time: _timestamp_pb2.Timestamp
    stop_time: _timestamp_pb2.Timestamp
    policy: str
    policy_version: int
    calendar: str
    calendar_version: int
    def __init__(self, name: _Optional[str] = ..., metric: _Optional[_Union[Target.Metric, str]] = ..., cycle: _Optional[int] = ..., state: _Optional[_Union[Target.State, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stop_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., policy: _Optional[str] = ..., policy_version: _Optional[int] = ..., calendar: _Optional[str] = ..., calendar_version: _Optional[int] = ...) -> None: ...

class TargetExplanation(_message.Message):
    __slots__ = ("target", "policy", "reason", "counted_intervals", "pauses", "holidays", "counted")
    class Interval(_message.Message):
        __slots__ = ("start_time", "end_time")
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        start_time: _timestamp_pb2.Timestamp
        end_time: _timestamp_pb2.Timestamp
        def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class Pause(_message.Message):
        __slots__ = ("start_time", "end_time", "state")
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        STATE_FIELD_NUMBER: _ClassVar[int]
        start_time: _timestamp_pb2.Timestamp
        end_time: _timestamp_pb2.Timestamp
        state: Ticket.State
        def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Ticket.State, str]] = ...) -> None: ...
    TARGET_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNTED_INTERVALS_FIELD_NUMBER: _ClassVar[int]
    PAUSES_FIELD_NUMBER: _ClassVar[int]
    HOLIDAYS_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    target: Target
    policy: str
    reason: str
    counted_intervals: _containers.RepeatedCompositeFieldContainer[TargetExplanation.Interval]
    pauses: _containers.RepeatedCompositeFieldContainer[TargetExplanation.Pause]
    holidays: _containers.RepeatedScalarFieldContainer[str]
    counted: _duration_pb2.Duration
    def __init__(self, target: _Optional[_Union[Target, _Mapping]] = ..., policy: _Optional[str] = ..., reason: _Optional[str] = ..., counted_intervals: _Optional[_Iterable[_Union[TargetExplanation.Interval, _Mapping]]] = ..., pauses: _Optional[_Iterable[_Union[TargetExplanation.Pause, _Mapping]]] = ..., holidays: _Optional[_Iterable[str]] = ..., counted: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
