from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    PROGRAMME_NOT_FOUND: _ClassVar[ErrorReason]
    PROGRAMME_CLOSED: _ClassVar[ErrorReason]
    PROGRAMME_INVALID: _ClassVar[ErrorReason]
    EARN_RULE_NOT_FOUND: _ClassVar[ErrorReason]
    EARN_RULE_INVALID: _ClassVar[ErrorReason]
    TIER_NOT_FOUND: _ClassVar[ErrorReason]
    TIER_IN_USE: _ClassVar[ErrorReason]
    TIER_THRESHOLD_TAKEN: _ClassVar[ErrorReason]
    REWARD_NOT_FOUND: _ClassVar[ErrorReason]
    REWARD_UNAVAILABLE: _ClassVar[ErrorReason]
    ACCOUNT_NOT_FOUND: _ClassVar[ErrorReason]
    PROFILE_NOT_FOUND: _ClassVar[ErrorReason]
    ENTRY_NOT_FOUND: _ClassVar[ErrorReason]
    LOT_NOT_FOUND: _ClassVar[ErrorReason]
    LOT_NOT_PENDING: _ClassVar[ErrorReason]
    ALREADY_EARNED: _ClassVar[ErrorReason]
    POINTS_INSUFFICIENT: _ClassVar[ErrorReason]
    CURRENCY_UNKNOWN: _ClassVar[ErrorReason]
    RESERVATION_NOT_FOUND: _ClassVar[ErrorReason]
    RESERVATION_CONFIRMED: _ClassVar[ErrorReason]
    RESERVATION_RELEASED: _ClassVar[ErrorReason]
    RESERVATION_TIMED_OUT: _ClassVar[ErrorReason]
    RESERVATION_EXCEEDED: _ClassVar[ErrorReason]
    REFERRAL_NOT_FOUND: _ClassVar[ErrorReason]
    REFERRAL_EXISTS: _ClassVar[ErrorReason]
    REFERRAL_NOT_BLOCKED: _ClassVar[ErrorReason]
    NAME_TAKEN: _ClassVar[ErrorReason]
    RESOURCE_CHANGED: _ClassVar[ErrorReason]
    FIELD_NOT_WRITABLE: _ClassVar[ErrorReason]
    AS_OF_OUT_OF_RANGE: _ClassVar[ErrorReason]
    REQUEST_ID_REUSED: _ClassVar[ErrorReason]
    REWARD_INVALID: _ClassVar[ErrorReason]
    TIMES_INVALID: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
PROGRAMME_NOT_FOUND: ErrorReason
PROGRAMME_CLOSED: ErrorReason
PROGRAMME_INVALID: ErrorReason
EARN_RULE_NOT_FOUND: ErrorReason
EARN_RULE_INVALID: ErrorReason
TIER_NOT_FOUND: ErrorReason
TIER_IN_USE: ErrorReason
TIER_THRESHOLD_TAKEN: ErrorReason
REWARD_NOT_FOUND: ErrorReason
REWARD_UNAVAILABLE: ErrorReason
ACCOUNT_NOT_FOUND: ErrorReason
PROFILE_NOT_FOUND: ErrorReason
ENTRY_NOT_FOUND: ErrorReason
LOT_NOT_FOUND: ErrorReason
LOT_NOT_PENDING: ErrorReason
ALREADY_EARNED: ErrorReason
POINTS_INSUFFICIENT: ErrorReason
CURRENCY_UNKNOWN: ErrorReason
RESERVATION_NOT_FOUND: ErrorReason
RESERVATION_CONFIRMED: ErrorReason
RESERVATION_RELEASED: ErrorReason
RESERVATION_TIMED_OUT: ErrorReason
RESERVATION_EXCEEDED: ErrorReason
REFERRAL_NOT_FOUND: ErrorReason
REFERRAL_EXISTS: ErrorReason
REFERRAL_NOT_BLOCKED: ErrorReason
NAME_TAKEN: ErrorReason
RESOURCE_CHANGED: ErrorReason
FIELD_NOT_WRITABLE: ErrorReason
AS_OF_OUT_OF_RANGE: ErrorReason
REQUEST_ID_REUSED: ErrorReason
REWARD_INVALID: ErrorReason
TIMES_INVALID: ErrorReason
