from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    SEGMENT_NOT_FOUND: _ClassVar[ErrorReason]
    SEGMENT_EXISTS: _ClassVar[ErrorReason]
    SEGMENT_CHANGED: _ClassVar[ErrorReason]
    SEGMENT_REFERENCED: _ClassVar[ErrorReason]
    SEGMENT_CYCLE: _ClassVar[ErrorReason]
    VERSION_NOT_FOUND: _ClassVar[ErrorReason]
    CONDITION_INVALID: _ClassVar[ErrorReason]
    CONDITION_TOO_DEEP: _ClassVar[ErrorReason]
    FIELD_NOT_WRITABLE: _ClassVar[ErrorReason]
    AS_OF_OUT_OF_RANGE: _ClassVar[ErrorReason]
    LIST_NOT_FOUND: _ClassVar[ErrorReason]
    LIST_EXISTS: _ClassVar[ErrorReason]
    LIST_CHANGED: _ClassVar[ErrorReason]
    LIST_REFERENCED: _ClassVar[ErrorReason]
    PROFILE_NOT_FOUND: _ClassVar[ErrorReason]
    SEGMENT_BUILDING: _ClassVar[ErrorReason]
    REQUEST_ID_REUSED: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
SEGMENT_NOT_FOUND: ErrorReason
SEGMENT_EXISTS: ErrorReason
SEGMENT_CHANGED: ErrorReason
SEGMENT_REFERENCED: ErrorReason
SEGMENT_CYCLE: ErrorReason
VERSION_NOT_FOUND: ErrorReason
CONDITION_INVALID: ErrorReason
CONDITION_TOO_DEEP: ErrorReason
FIELD_NOT_WRITABLE: ErrorReason
AS_OF_OUT_OF_RANGE: ErrorReason
LIST_NOT_FOUND: ErrorReason
LIST_EXISTS: ErrorReason
LIST_CHANGED: ErrorReason
LIST_REFERENCED: ErrorReason
PROFILE_NOT_FOUND: ErrorReason
SEGMENT_BUILDING: ErrorReason
REQUEST_ID_REUSED: ErrorReason
