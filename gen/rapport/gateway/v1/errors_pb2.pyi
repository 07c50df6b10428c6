from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    API_KEY_INVALID: _ClassVar[ErrorReason]
    SCOPE_MISSING: _ClassVar[ErrorReason]
    WRITE_KEY_ONLY_CAPTURES: _ClassVar[ErrorReason]
    RATE_LIMITED: _ClassVar[ErrorReason]
    ROUTE_NOT_FOUND: _ClassVar[ErrorReason]
    METHOD_NOT_ALLOWED: _ClassVar[ErrorReason]
    BODY_TOO_LARGE: _ClassVar[ErrorReason]
    REQUEST_UNREADABLE: _ClassVar[ErrorReason]
    WORKSPACE_EXISTS: _ClassVar[ErrorReason]
    WORKSPACE_CHANGED: _ClassVar[ErrorReason]
    API_KEY_NOT_FOUND: _ClassVar[ErrorReason]
    SCOPES_INVALID: _ClassVar[ErrorReason]
    SETTING_INVALID: _ClassVar[ErrorReason]
    SERVICE_UNAVAILABLE: _ClassVar[ErrorReason]
    REQUEST_ID_USED: _ClassVar[ErrorReason]
    MEDIA_TYPE_UNSUPPORTED: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
API_KEY_INVALID: ErrorReason
SCOPE_MISSING: ErrorReason
WRITE_KEY_ONLY_CAPTURES: ErrorReason
RATE_LIMITED: ErrorReason
ROUTE_NOT_FOUND: ErrorReason
METHOD_NOT_ALLOWED: ErrorReason
BODY_TOO_LARGE: ErrorReason
REQUEST_UNREADABLE: ErrorReason
WORKSPACE_EXISTS: ErrorReason
WORKSPACE_CHANGED: ErrorReason
API_KEY_NOT_FOUND: ErrorReason
SCOPES_INVALID: ErrorReason
SETTING_INVALID: ErrorReason
SERVICE_UNAVAILABLE: ErrorReason
REQUEST_ID_USED: ErrorReason
MEDIA_TYPE_UNSUPPORTED: ErrorReason
