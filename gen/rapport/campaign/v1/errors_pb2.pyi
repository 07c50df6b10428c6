from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    TEMPLATE_NOT_FOUND: _ClassVar[ErrorReason]
    TEMPLATE_INVALID: _ClassVar[ErrorReason]
    TRAIT_SENSITIVE: _ClassVar[ErrorReason]
    RESOURCE_IN_USE: _ClassVar[ErrorReason]
    TEMPLATE_TOO_COSTLY: _ClassVar[ErrorReason]
    BROADCAST_NOT_FOUND: _ClassVar[ErrorReason]
    BROADCAST_STATE_FORBIDS: _ClassVar[ErrorReason]
    BROADCAST_INCOMPLETE: _ClassVar[ErrorReason]
    JOURNEY_NOT_FOUND: _ClassVar[ErrorReason]
    JOURNEY_STATE_FORBIDS: _ClassVar[ErrorReason]
    GRAPH_INVALID: _ClassVar[ErrorReason]
    VERSION_NOT_FOUND: _ClassVar[ErrorReason]
    MAPPING_INVALID: _ClassVar[ErrorReason]
    RUN_NOT_FOUND: _ClassVar[ErrorReason]
    RUN_ENDED: _ClassVar[ErrorReason]
    ENTRY_REFUSED: _ClassVar[ErrorReason]
    SEND_NOT_FOUND: _ClassVar[ErrorReason]
    SEND_SETTLED: _ClassVar[ErrorReason]
    CONDITION_INVALID: _ClassVar[ErrorReason]
    PROFILE_NOT_FOUND: _ClassVar[ErrorReason]
    ADDRESS_INVALID: _ClassVar[ErrorReason]
    SUPPRESSION_NOT_FOUND: _ClassVar[ErrorReason]
    SUBSCRIPTION_GROUP_NOT_FOUND: _ClassVar[ErrorReason]
    CHANNEL_NOT_FOUND: _ClassVar[ErrorReason]
    CHANNEL_UNAVAILABLE: _ClassVar[ErrorReason]
    PROVIDER_NOT_FOUND: _ClassVar[ErrorReason]
    PROVIDER_INVALID: _ClassVar[ErrorReason]
    COUPON_POOL_NOT_FOUND: _ClassVar[ErrorReason]
    COUPON_POOL_EMPTY: _ClassVar[ErrorReason]
    NAME_TAKEN: _ClassVar[ErrorReason]
    RESOURCE_CHANGED: _ClassVar[ErrorReason]
    FIELD_NOT_WRITABLE: _ClassVar[ErrorReason]
    REQUEST_ID_REUSED: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
TEMPLATE_NOT_FOUND: ErrorReason
TEMPLATE_INVALID: ErrorReason
TRAIT_SENSITIVE: ErrorReason
RESOURCE_IN_USE: ErrorReason
TEMPLATE_TOO_COSTLY: ErrorReason
BROADCAST_NOT_FOUND: ErrorReason
BROADCAST_STATE_FORBIDS: ErrorReason
BROADCAST_INCOMPLETE: ErrorReason
JOURNEY_NOT_FOUND: ErrorReason
JOURNEY_STATE_FORBIDS: ErrorReason
GRAPH_INVALID: ErrorReason
VERSION_NOT_FOUND: ErrorReason
MAPPING_INVALID: ErrorReason
RUN_NOT_FOUND: ErrorReason
RUN_ENDED: ErrorReason
ENTRY_REFUSED: ErrorReason
SEND_NOT_FOUND: ErrorReason
SEND_SETTLED: ErrorReason
CONDITION_INVALID: ErrorReason
PROFILE_NOT_FOUND: ErrorReason
ADDRESS_INVALID: ErrorReason
SUPPRESSION_NOT_FOUND: ErrorReason
SUBSCRIPTION_GROUP_NOT_FOUND: ErrorReason
CHANNEL_NOT_FOUND: ErrorReason
CHANNEL_UNAVAILABLE: ErrorReason
PROVIDER_NOT_FOUND: ErrorReason
PROVIDER_INVALID: ErrorReason
COUPON_POOL_NOT_FOUND: ErrorReason
COUPON_POOL_EMPTY: ErrorReason
NAME_TAKEN: ErrorReason
RESOURCE_CHANGED: ErrorReason
FIELD_NOT_WRITABLE: ErrorReason
REQUEST_ID_REUSED: ErrorReason
