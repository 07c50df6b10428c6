import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.support.v1 import tickets_pb2 as _tickets_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TicketOpened(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "subject", "channel", "priority", "team", "by_customer", "text", "linked_tickets", "tags")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    BY_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LINKED_TICKETS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    subject: str
    channel: _tickets_pb2.Channel
    priority: _tickets_pb2.Ticket.Priority
    team: str
    by_customer: bool
    text: str
    linked_tickets: _containers.RepeatedScalarFieldContainer[str]
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., subject: _Optional[str] = ..., channel: _Optional[_Union[_tickets_pb2.Channel, str]] = ..., priority: _Optional[_Union[_tickets_pb2.Ticket.Priority, str]] = ..., team: _Optional[str] = ..., by_customer: _Optional[bool] = ..., text: _Optional[str] = ..., linked_tickets: _Optional[_Iterable[str]] = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketReplied(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "message", "author", "agent", "channel", "text")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    message: str
    author: _tickets_pb2.Message.Author
    agent: str
    channel: _tickets_pb2.Channel
    text: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., message: _Optional[str] = ..., author: _Optional[_Union[_tickets_pb2.Message.Author, str]] = ..., agent: _Optional[str] = ..., channel: _Optional[_Union[_tickets_pb2.Channel, str]] = ..., text: _Optional[str] = ...) -> None: ...

class CustomerReplied(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "message", "channel", "text")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    message: str
    channel: _tickets_pb2.Channel
    text: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., message: _Optional[str] = ..., channel: _Optional[_Union[_tickets_pb2.Channel, str]] = ..., text: _Optional[str] = ...) -> None: ...

class TicketResolved(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "agent", "resolution", "last_contact_time")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    LAST_CONTACT_TIME_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    agent: str
    resolution: str
    last_contact_time: _timestamp_pb2.Timestamp
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., agent: _Optional[str] = ..., resolution: _Optional[str] = ..., last_contact_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TicketReopened(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "by_customer", "reason")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    BY_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    by_customer: bool
    reason: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., by_customer: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class TargetBreached(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "target", "metric", "cycle", "duration", "policy", "assignee", "team")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    CYCLE_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    target: str
    metric: _tickets_pb2.Target.Metric
    cycle: int
    duration: _duration_pb2.Duration
    policy: str
    assignee: str
    team: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., target: _Optional[str] = ..., metric: _Optional[_Union[_tickets_pb2.Target.Metric, str]] = ..., cycle: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., policy: _Optional[str] = ..., assignee: _Optional[str] = ..., team: _Optional[str] = ...) -> None: ...

class TicketAssigned(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "assignee", "team", "automatic")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    TEAM_FIELD_NUMBER: _ClassVar[int]
    AUTOMATIC_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: str
    assignee: str
    team: str
    automatic: bool
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[str] = ..., assignee: _Optional[str] = ..., team: _Optional[str] = ..., automatic: _Optional[bool] = ...) -> None: ...

class TicketMerged(_message.Message):
    __slots__ = ("profile", "event_time", "survivor", "absorbed", "absorbed_profile")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_FIELD_NUMBER: _ClassVar[int]
    ABSORBED_FIELD_NUMBER: _ClassVar[int]
    ABSORBED_PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    survivor: str
    absorbed: str
    absorbed_profile: str
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., survivor: _Optional[str] = ..., absorbed: _Optional[str] = ..., absorbed_profile: _Optional[str] = ...) -> None: ...

class TicketChanged(_message.Message):
    __slots__ = ("profile", "event_time", "ticket", "revision")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    profile: str
    event_time: _timestamp_pb2.Timestamp
    ticket: _tickets_pb2.Ticket
    revision: int
    def __init__(self, profile: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ticket: _Optional[_Union[_tickets_pb2.Ticket, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...
