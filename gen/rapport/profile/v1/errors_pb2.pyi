from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    PROFILE_NOT_FOUND: _ClassVar[ErrorReason]
    PROFILE_CHANGED: _ClassVar[ErrorReason]
    ORDER_NOT_FOUND: _ClassVar[ErrorReason]
    IDENTIFIER_INVALID: _ClassVar[ErrorReason]
    FIELD_NOT_WRITABLE: _ClassVar[ErrorReason]
    CONFLICT_NOT_FOUND: _ClassVar[ErrorReason]
    QUARANTINED_EVENT_NOT_FOUND: _ClassVar[ErrorReason]
    MERGE_WITH_SELF: _ClassVar[ErrorReason]
    TRAITS_INVALID: _ClassVar[ErrorReason]
    DECISION_IN_FUTURE: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
PROFILE_NOT_FOUND: ErrorReason
PROFILE_CHANGED: ErrorReason
ORDER_NOT_FOUND: ErrorReason
IDENTIFIER_INVALID: ErrorReason
FIELD_NOT_WRITABLE: ErrorReason
CONFLICT_NOT_FOUND: ErrorReason
QUARANTINED_EVENT_NOT_FOUND: ErrorReason
MERGE_WITH_SELF: ErrorReason
TRAITS_INVALID: ErrorReason
DECISION_IN_FUTURE: ErrorReason
