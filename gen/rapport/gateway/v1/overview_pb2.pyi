from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from rapport.campaign.v1 import sending_pb2 as _sending_pb2
from rapport.loyalty.v1 import ledger_pb2 as _ledger_pb2
from rapport.profile.v1 import profile_pb2 as _profile_pb2
from rapport.segment.v1 import resources_pb2 as _resources_pb2
from rapport.support.v1 import tickets_pb2 as _tickets_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetProfileOverviewRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ProfileOverview(_message.Message):
    __slots__ = ("profile", "memberships", "activities", "orders", "tickets", "sends", "accounts", "missing")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    SENDS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    profile: _profile_pb2.Profile
    memberships: _containers.RepeatedCompositeFieldContainer[_resources_pb2.Membership]
    activities: _containers.RepeatedCompositeFieldContainer[_profile_pb2.Activity]
    orders: _containers.RepeatedCompositeFieldContainer[_profile_pb2.Order]
    tickets: _containers.RepeatedCompositeFieldContainer[_tickets_pb2.Ticket]
    sends: _containers.RepeatedCompositeFieldContainer[_sending_pb2.Send]
    accounts: _containers.RepeatedCompositeFieldContainer[_ledger_pb2.Account]
    missing: _containers.RepeatedCompositeFieldContainer[MissingPart]
    def __init__(self, profile: _Optional[_Union[_profile_pb2.Profile, _Mapping]] = ..., memberships: _Optional[_Iterable[_Union[_resources_pb2.Membership, _Mapping]]] = ..., activities: _Optional[_Iterable[_Union[_profile_pb2.Activity, _Mapping]]] = ..., orders: _Optional[_Iterable[_Union[_profile_pb2.Order, _Mapping]]] = ..., tickets: _Optional[_Iterable[_Union[_tickets_pb2.Ticket, _Mapping]]] = ..., sends: _Optional[_Iterable[_Union[_sending_pb2.Send, _Mapping]]] = ..., accounts: _Optional[_Iterable[_Union[_ledger_pb2.Account, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[MissingPart, _Mapping]]] = ...) -> None: ...

class MissingPart(_message.Message):
    __slots__ = ("part", "reason", "description")
    PART_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    part: str
    reason: str
    description: str
    def __init__(self, part: _Optional[str] = ..., reason: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...
