import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from rapport.conditions.v1 import conditions_pb2 as _conditions_pb2
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
    SMS: _ClassVar[Channel]
    PUSH: _ClassVar[Channel]
    WEB_PUSH: _ClassVar[Channel]
    WEBHOOK: _ClassVar[Channel]
    IN_APP: _ClassVar[Channel]
    SOCIAL: _ClassVar[Channel]

class MessageClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MESSAGE_CLASS_UNSPECIFIED: _ClassVar[MessageClass]
    MARKETING: _ClassVar[MessageClass]
    TRANSACTIONAL: _ClassVar[MessageClass]
    OPERATIONAL: _ClassVar[MessageClass]
CHANNEL_UNSPECIFIED: Channel
EMAIL: Channel
SMS: Channel
PUSH: Channel
WEB_PUSH: Channel
WEBHOOK: Channel
IN_APP: Channel
SOCIAL: Channel
MESSAGE_CLASS_UNSPECIFIED: MessageClass
MARKETING: MessageClass
TRANSACTIONAL: MessageClass
OPERATIONAL: MessageClass

class Template(_message.Message):
    __slots__ = ("name", "display_name", "channel", "contents", "subscription_group", "tracking", "traits", "warnings", "revision", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CLASS_FIELD_NUMBER: _ClassVar[int]
    CONTENTS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_GROUP_FIELD_NUMBER: _ClassVar[int]
    TRACKING_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    channel: Channel
    contents: _containers.RepeatedCompositeFieldContainer[Content]
    subscription_group: str
    tracking: bool
    traits: _containers.RepeatedScalarFieldContainer[str]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., contents: _Optional[_Iterable[_Union[Content, _Mapping]]] = ..., subscription_group: _Optional[str] = ..., tracking: _Optional[bool] = ..., traits: _Optional[_Iterable[str]] = ..., warnings: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class Content(_message.Message):
    __slots__ = ("locale", "subject", "preheader", "html", "text", "url", "payload")
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PREHEADER_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    locale: str
    subject: str
    preheader: str
    html: str
    text: str
    url: str
    payload: str
    def __init__(self, locale: _Optional[str] = ..., subject: _Optional[str] = ..., preheader: _Optional[str] = ..., html: _Optional[str] = ..., text: _Optional[str] = ..., url: _Optional[str] = ..., payload: _Optional[str] = ...) -> None: ...

class RenderedMessage(_message.Message):
    __slots__ = ("locale", "subject", "html", "text", "payload", "size_bytes", "segment_count", "missing_variables", "warnings")
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    MISSING_VARIABLES_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    locale: str
    subject: str
    html: str
    text: str
    payload: str
    size_bytes: int
    segment_count: int
    missing_variables: _containers.RepeatedScalarFieldContainer[str]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, locale: _Optional[str] = ..., subject: _Optional[str] = ..., html: _Optional[str] = ..., text: _Optional[str] = ..., payload: _Optional[str] = ..., size_bytes: _Optional[int] = ..., segment_count: _Optional[int] = ..., missing_variables: _Optional[_Iterable[str]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class Broadcast(_message.Message):
    __slots__ = ("name", "display_name", "state", "audience", "variants", "send_time", "local_time", "holdout_basis_points", "audience_count", "decided_count", "held_reason", "etag", "create_time", "update_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Broadcast.State]
        DRAFT: _ClassVar[Broadcast.State]
        SCHEDULED: _ClassVar[Broadcast.State]
        HELD: _ClassVar[Broadcast.State]
        SENDING: _ClassVar[Broadcast.State]
        PAUSED: _ClassVar[Broadcast.State]
        SENT: _ClassVar[Broadcast.State]
        CANCELLED: _ClassVar[Broadcast.State]
    STATE_UNSPECIFIED: Broadcast.State
    DRAFT: Broadcast.State
    SCHEDULED: Broadcast.State
    HELD: Broadcast.State
    SENDING: Broadcast.State
    PAUSED: Broadcast.State
    SENT: Broadcast.State
    CANCELLED: Broadcast.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    SEND_TIME_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    HELD_REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    state: Broadcast.State
    audience: _conditions_pb2.Condition
    variants: _containers.RepeatedCompositeFieldContainer[Variant]
    send_time: _timestamp_pb2.Timestamp
    local_time: bool
    holdout_basis_points: int
    audience_count: int
    decided_count: int
    held_reason: str
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., state: _Optional[_Union[Broadcast.State, str]] = ..., audience: _Optional[_Union[_conditions_pb2.Condition, _Mapping]] = ..., variants: _Optional[_Iterable[_Union[Variant, _Mapping]]] = ..., send_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., local_time: _Optional[bool] = ..., holdout_basis_points: _Optional[int] = ..., audience_count: _Optional[int] = ..., decided_count: _Optional[int] = ..., held_reason: _Optional[str] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Variant(_message.Message):
    __slots__ = ("id", "template", "weight")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    id: str
    template: str
    weight: int
    def __init__(self, id: _Optional[str] = ..., template: _Optional[str] = ..., weight: _Optional[int] = ...) -> None: ...

class Results(_message.Message):
    __slots__ = ("name", "messages", "total", "sample_ratio_mismatch", "winner", "as_of_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATIO_MISMATCH_FIELD_NUMBER: _ClassVar[int]
    WINNER_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    messages: _containers.RepeatedCompositeFieldContainer[MessageResults]
    total: MessageResults
    sample_ratio_mismatch: bool
    winner: str
    as_of_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[MessageResults, _Mapping]]] = ..., total: _Optional[_Union[MessageResults, _Mapping]] = ..., sample_ratio_mismatch: _Optional[bool] = ..., winner: _Optional[str] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MessageResults(_message.Message):
    __slots__ = ("step", "variant", "decided_count", "sent_count", "delivered_count", "opened_count", "machine_opened_count", "clicked_count", "bounced_count", "complained_count", "unsubscribed_count", "suppressed_count", "failed_count", "unknown_count", "converted_count", "order_count", "revenue", "win_probability", "p_value")
    STEP_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    SENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPENED_COUNT_FIELD_NUMBER: _ClassVar[int]
    MACHINE_OPENED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CLICKED_COUNT_FIELD_NUMBER: _ClassVar[int]
    BOUNCED_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMPLAINED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNSUBSCRIBED_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSED_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    WIN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    step: str
    variant: str
    decided_count: int
    sent_count: int
    delivered_count: int
    opened_count: int
    machine_opened_count: int
    clicked_count: int
    bounced_count: int
    complained_count: int
    unsubscribed_count: int
    suppressed_count: int
    failed_count: int
    unknown_count: int
    converted_count: int
    order_count: int
    revenue: _money_pb2.Money
    win_probability: float
    p_value: float
    def __init__(self, step: _Optional[str] = ..., variant: _Optional[str] = ..., decided_count: _Optional[int] = ..., sent_count: _Optional[int] = ..., delivered_count: _Optional[int] = ..., opened_count: _Optional[int] = ..., machine_opened_count: _Optional[int] = ..., clicked_count: _Optional[int] = ..., bounced_count: _Optional[int] = ..., complained_count: _Optional[int] = ..., unsubscribed_count: _Optional[int] = ..., suppressed_count: _Optional[int] = ..., failed_count: _Optional[int] = ..., unknown_count: _Optional[int] = ..., converted_count: _Optional[int] = ..., order_count: _Optional[int] = ..., revenue: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., win_probability: _Optional[float] = ..., p_value: _Optional[float] = ...) -> None: ...
