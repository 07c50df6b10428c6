import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from rapport.campaign.v1 import content_pb2 as _content_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChannelSettings(_message.Message):
    __slots__ = ("name", "channel", "enabled", "sender", "reply_to", "postal_address", "tracking", "quiet_hours", "link_domain", "stop_words", "return_words", "etag", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    POSTAL_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TRACKING_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    LINK_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    STOP_WORDS_FIELD_NUMBER: _ClassVar[int]
    RETURN_WORDS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    channel: _content_pb2.Channel
    enabled: bool
    sender: str
    reply_to: str
    postal_address: str
    tracking: bool
    quiet_hours: QuietHours
    link_domain: str
    stop_words: _containers.RepeatedScalarFieldContainer[str]
    return_words: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., enabled: _Optional[bool] = ..., sender: _Optional[str] = ..., reply_to: _Optional[str] = ..., postal_address: _Optional[str] = ..., tracking: _Optional[bool] = ..., quiet_hours: _Optional[_Union[QuietHours, _Mapping]] = ..., link_domain: _Optional[str] = ..., stop_words: _Optional[_Iterable[str]] = ..., return_words: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QuietHours(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: str
    end: str
    def __init__(self, start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class SendingPolicy(_message.Message):
    __slots__ = ("name", "caps", "quiet_hours", "support_quiet_period", "control_group_basis_points", "late_after", "attribution", "etag", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    QUIET_HOURS_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_QUIET_PERIOD_FIELD_NUMBER: _ClassVar[int]
    CONTROL_GROUP_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    LATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    caps: _containers.RepeatedCompositeFieldContainer[FrequencyCap]
    quiet_hours: QuietHours
    support_quiet_period: _duration_pb2.Duration
    control_group_basis_points: int
    late_after: _duration_pb2.Duration
    attribution: Attribution
    etag: str
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., caps: _Optional[_Iterable[_Union[FrequencyCap, _Mapping]]] = ..., quiet_hours: _Optional[_Union[QuietHours, _Mapping]] = ..., support_quiet_period: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., control_group_basis_points: _Optional[int] = ..., late_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., attribution: _Optional[_Union[Attribution, _Mapping]] = ..., etag: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FrequencyCap(_message.Message):
    __slots__ = ("count", "window", "channel")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    CLASS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    count: int
    window: _duration_pb2.Duration
    channel: _content_pb2.Channel
    def __init__(self, count: _Optional[int] = ..., window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., **kwargs) -> None: ...

class Attribution(_message.Message):
    __slots__ = ("model", "click_windows", "open_windows")
    class Model(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MODEL_UNSPECIFIED: _ClassVar[Attribution.Model]
        LAST_TOUCH: _ClassVar[Attribution.Model]
        FIRST_TOUCH: _ClassVar[Attribution.Model]
        LINEAR: _ClassVar[Attribution.Model]
        TIME_DECAY: _ClassVar[Attribution.Model]
        POSITION: _ClassVar[Attribution.Model]
    MODEL_UNSPECIFIED: Attribution.Model
    LAST_TOUCH: Attribution.Model
    FIRST_TOUCH: Attribution.Model
    LINEAR: Attribution.Model
    TIME_DECAY: Attribution.Model
    POSITION: Attribution.Model
    class AttributionWindow(_message.Message):
        __slots__ = ("channel", "duration")
        CHANNEL_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        channel: _content_pb2.Channel
        duration: _duration_pb2.Duration
        def __init__(self, channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    MODEL_FIELD_NUMBER: _ClassVar[int]
    CLICK_WINDOWS_FIELD_NUMBER: _ClassVar[int]
    OPEN_WINDOWS_FIELD_NUMBER: _ClassVar[int]
    model: Attribution.Model
    click_windows: _containers.RepeatedCompositeFieldContainer[Attribution.AttributionWindow]
    open_windows: _containers.RepeatedCompositeFieldContainer[Attribution.AttributionWindow]
    def __init__(self, model: _Optional[_Union[Attribution.Model, str]] = ..., click_windows: _Optional[_Iterable[_Union[Attribution.AttributionWindow, _Mapping]]] = ..., open_windows: _Optional[_Iterable[_Union[Attribution.AttributionWindow, _Mapping]]] = ...) -> None: ...

class Provider(_message.Message):
    __slots__ = ("name", "display_name", "channel", "adapter", "settings", "secrets", "rank", "rate_per_second", "enabled", "health", "answerable", "etag", "create_time", "update_time")
    class Health(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        HEALTH_UNSPECIFIED: _ClassVar[Provider.Health]
        WORKING: _ClassVar[Provider.Health]
        FALTERING: _ClassVar[Provider.Health]
        OPEN_CIRCUIT: _ClassVar[Provider.Health]
    HEALTH_UNSPECIFIED: Provider.Health
    WORKING: Provider.Health
    FALTERING: Provider.Health
    OPEN_CIRCUIT: Provider.Health
    class SecretsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    RATE_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    ANSWERABLE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    channel: _content_pb2.Channel
    adapter: str
    settings: bytes
    secrets: _containers.ScalarMap[str, str]
    rank: int
    rate_per_second: float
    enabled: bool
    health: Provider.Health
    answerable: bool
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., channel: _Optional[_Union[_content_pb2.Channel, str]] = ..., adapter: _Optional[str] = ..., settings: _Optional[bytes] = ..., secrets: _Optional[_Mapping[str, str]] = ..., rank: _Optional[int] = ..., rate_per_second: _Optional[float] = ..., enabled: _Optional[bool] = ..., health: _Optional[_Union[Provider.Health, str]] = ..., answerable: _Optional[bool] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CouponPool(_message.Message):
    __slots__ = ("name", "display_name", "benefit", "validity", "available_count", "issued_count", "etag", "create_time", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ISSUED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    benefit: str
    validity: _duration_pb2.Duration
    available_count: int
    issued_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., benefit: _Optional[str] = ..., validity: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., available_count: _Optional[int] = ..., issued_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Coupon(_message.Message):
    __slots__ = ("name", "code", "profile", "reference", "expire_time", "create_time", "order")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    code: str
    profile: str
    reference: str
    expire_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    order: str
    def __init__(self, name: _Optional[str] = ..., code: _Optional[str] = ..., profile: _Optional[str] = ..., reference: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order: _Optional[str] = ...) -> None: ...
