from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    REQUEST_INVALID: _ClassVar[ErrorReason]
    REQUEST_ID_REUSED: _ClassVar[ErrorReason]
    PAGE_SIZE_NEGATIVE: _ClassVar[ErrorReason]
    PAGE_TOKEN_INVALID: _ClassVar[ErrorReason]
    CALLER_UNKNOWN: _ClassVar[ErrorReason]
    CALLER_STALE: _ClassVar[ErrorReason]
    TOO_SLOW: _ClassVar[ErrorReason]
    PASSING_FAULT: _ClassVar[ErrorReason]
    BUS_UNAVAILABLE: _ClassVar[ErrorReason]
    NOT_BUILT: _ClassVar[ErrorReason]
    INTERNAL: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
REQUEST_INVALID: ErrorReason
REQUEST_ID_REUSED: ErrorReason
PAGE_SIZE_NEGATIVE: ErrorReason
PAGE_TOKEN_INVALID: ErrorReason
CALLER_UNKNOWN: ErrorReason
CALLER_STALE: ErrorReason
TOO_SLOW: ErrorReason
PASSING_FAULT: ErrorReason
BUS_UNAVAILABLE: ErrorReason
NOT_BUILT: ErrorReason
INTERNAL: ErrorReason
