import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from rapport.profile.v1 import profile_pb2 as _profile_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActivityRecorded(_message.Message):
    __slots__ = ("activities",)
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[RecordedActivity]
    def __init__(self, activities: _Optional[_Iterable[_Union[RecordedActivity, _Mapping]]] = ...) -> None: ...

class RecordedActivity(_message.Message):
    __slots__ = ("id", "profile", "profile_key", "anchor", "type", "event", "event_time_us", "receive_time_us", "properties", "context", "historical", "traceparent")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_US_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_TIME_US_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    id: str
    profile: str
    profile_key: int
    anchor: int
    type: str
    event: str
    event_time_us: int
    receive_time_us: int
    properties: bytes
    context: bytes
    historical: bool
    traceparent: str
    def __init__(self, id: _Optional[str] = ..., profile: _Optional[str] = ..., profile_key: _Optional[int] = ..., anchor: _Optional[int] = ..., type: _Optional[str] = ..., event: _Optional[str] = ..., event_time_us: _Optional[int] = ..., receive_time_us: _Optional[int] = ..., properties: _Optional[bytes] = ..., context: _Optional[bytes] = ..., historical: _Optional[bool] = ..., traceparent: _Optional[str] = ...) -> None: ...

class ProfileCreated(_message.Message):
    __slots__ = ("profile", "profile_key", "create_time")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    profile: str
    profile_key: int
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, profile: _Optional[str] = ..., profile_key: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ProfileUpdated(_message.Message):
    __slots__ = ("profiles",)
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    profiles: _containers.RepeatedCompositeFieldContainer[UpdatedProfile]
    def __init__(self, profiles: _Optional[_Iterable[_Union[UpdatedProfile, _Mapping]]] = ...) -> None: ...

class UpdatedProfile(_message.Message):
    __slots__ = ("profile", "profile_key", "revision", "identifiers", "traits", "computed", "cause")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    COMPUTED_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    profile: str
    profile_key: int
    revision: int
    identifiers: _containers.RepeatedCompositeFieldContainer[_profile_pb2.Identifier]
    traits: bytes
    computed: _profile_pb2.ComputedTraits
    cause: str
    def __init__(self, profile: _Optional[str] = ..., profile_key: _Optional[int] = ..., revision: _Optional[int] = ..., identifiers: _Optional[_Iterable[_Union[_profile_pb2.Identifier, _Mapping]]] = ..., traits: _Optional[bytes] = ..., computed: _Optional[_Union[_profile_pb2.ComputedTraits, _Mapping]] = ..., cause: _Optional[str] = ...) -> None: ...

class ProfileMerged(_message.Message):
    __slots__ = ("survivor", "absorbed", "survivor_key", "absorbed_key", "revision", "cause")
    SURVIVOR_FIELD_NUMBER: _ClassVar[int]
    ABSORBED_FIELD_NUMBER: _ClassVar[int]
    SURVIVOR_KEY_FIELD_NUMBER: _ClassVar[int]
    ABSORBED_KEY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    survivor: str
    absorbed: str
    survivor_key: int
    absorbed_key: int
    revision: int
    cause: str
    def __init__(self, survivor: _Optional[str] = ..., absorbed: _Optional[str] = ..., survivor_key: _Optional[int] = ..., absorbed_key: _Optional[int] = ..., revision: _Optional[int] = ..., cause: _Optional[str] = ...) -> None: ...

class IdentifiersMoved(_message.Message):
    __slots__ = ("source", "destination", "source_key", "destination_key", "anchors", "cause")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_KEY_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_KEY_FIELD_NUMBER: _ClassVar[int]
    ANCHORS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    source: str
    destination: str
    source_key: int
    destination_key: int
    anchors: _containers.RepeatedScalarFieldContainer[int]
    cause: str
    def __init__(self, source: _Optional[str] = ..., destination: _Optional[str] = ..., source_key: _Optional[int] = ..., destination_key: _Optional[int] = ..., anchors: _Optional[_Iterable[int]] = ..., cause: _Optional[str] = ...) -> None: ...

class OrderPlaced(_message.Message):
    __slots__ = ("order", "profile_key", "historical", "cause")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    order: _profile_pb2.Order
    profile_key: int
    historical: bool
    cause: str
    def __init__(self, order: _Optional[_Union[_profile_pb2.Order, _Mapping]] = ..., profile_key: _Optional[int] = ..., historical: _Optional[bool] = ..., cause: _Optional[str] = ...) -> None: ...

class OrderUpdated(_message.Message):
    __slots__ = ("order", "profile_key", "cause")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    order: _profile_pb2.Order
    profile_key: int
    cause: str
    def __init__(self, order: _Optional[_Union[_profile_pb2.Order, _Mapping]] = ..., profile_key: _Optional[int] = ..., cause: _Optional[str] = ...) -> None: ...

class OrderRefunded(_message.Message):
    __slots__ = ("order", "refund", "effective", "profile_key", "historical", "cause")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    order: _profile_pb2.Order
    refund: _profile_pb2.Refund
    effective: _money_pb2.Money
    profile_key: int
    historical: bool
    cause: str
    def __init__(self, order: _Optional[_Union[_profile_pb2.Order, _Mapping]] = ..., refund: _Optional[_Union[_profile_pb2.Refund, _Mapping]] = ..., effective: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., profile_key: _Optional[int] = ..., historical: _Optional[bool] = ..., cause: _Optional[str] = ...) -> None: ...

class CartUpdated(_message.Message):
    __slots__ = ("cart", "profile_key", "historical", "cause")
    CART_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    cart: _profile_pb2.Cart
    profile_key: int
    historical: bool
    cause: str
    def __init__(self, cart: _Optional[_Union[_profile_pb2.Cart, _Mapping]] = ..., profile_key: _Optional[int] = ..., historical: _Optional[bool] = ..., cause: _Optional[str] = ...) -> None: ...

class ConsentChanged(_message.Message):
    __slots__ = ("consent", "profile_key", "historical")
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_KEY_FIELD_NUMBER: _ClassVar[int]
    HISTORICAL_FIELD_NUMBER: _ClassVar[int]
    consent: _profile_pb2.Consent
    profile_key: int
    historical: bool
    def __init__(self, consent: _Optional[_Union[_profile_pb2.Consent, _Mapping]] = ..., profile_key: _Optional[int] = ..., historical: _Optional[bool] = ...) -> None: ...
