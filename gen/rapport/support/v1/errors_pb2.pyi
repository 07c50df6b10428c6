from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    TICKET_NOT_FOUND: _ClassVar[ErrorReason]
    TICKET_CHANGED: _ClassVar[ErrorReason]
    TICKET_STATE_FORBIDS: _ClassVar[ErrorReason]
    MERGE_WITH_SELF: _ClassVar[ErrorReason]
    MERGE_NOT_FOUND: _ClassVar[ErrorReason]
    MESSAGE_NOT_FOUND: _ClassVar[ErrorReason]
    MESSAGE_EMPTY: _ClassVar[ErrorReason]
    CUSTOMER_UNREACHABLE: _ClassVar[ErrorReason]
    PROFILE_NOT_FOUND: _ClassVar[ErrorReason]
    ATTACHMENT_NOT_FOUND: _ClassVar[ErrorReason]
    TARGET_NOT_FOUND: _ClassVar[ErrorReason]
    TEAM_NOT_FOUND: _ClassVar[ErrorReason]
    TEAM_IN_USE: _ClassVar[ErrorReason]
    AGENT_NOT_FOUND: _ClassVar[ErrorReason]
    AGENT_AT_CAPACITY: _ClassVar[ErrorReason]
    CALENDAR_NOT_FOUND: _ClassVar[ErrorReason]
    CALENDAR_INVALID: _ClassVar[ErrorReason]
    CALENDAR_IN_USE: _ClassVar[ErrorReason]
    POLICY_NOT_FOUND: _ClassVar[ErrorReason]
    POLICY_INVALID: _ClassVar[ErrorReason]
    MACRO_NOT_FOUND: _ClassVar[ErrorReason]
    MACRO_NOT_APPLICABLE: _ClassVar[ErrorReason]
    MAILBOX_NOT_FOUND: _ClassVar[ErrorReason]
    ADDRESS_TAKEN: _ClassVar[ErrorReason]
    NAME_TAKEN: _ClassVar[ErrorReason]
    RESOURCE_CHANGED: _ClassVar[ErrorReason]
    FIELD_NOT_WRITABLE: _ClassVar[ErrorReason]
    REQUEST_ID_REUSED: _ClassVar[ErrorReason]
    MAILBOX_INVALID: _ClassVar[ErrorReason]
    CUSTOMER_MISSING: _ClassVar[ErrorReason]
    AGENT_INVALID: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
TICKET_NOT_FOUND: ErrorReason
TICKET_CHANGED: ErrorReason
TICKET_STATE_FORBIDS: ErrorReason
MERGE_WITH_SELF: ErrorReason
MERGE_NOT_FOUND: ErrorReason
MESSAGE_NOT_FOUND: ErrorReason
MESSAGE_EMPTY: ErrorReason
CUSTOMER_UNREACHABLE: ErrorReason
PROFILE_NOT_FOUND: ErrorReason
ATTACHMENT_NOT_FOUND: ErrorReason
TARGET_NOT_FOUND: ErrorReason
TEAM_NOT_FOUND: ErrorReason
TEAM_IN_USE: ErrorReason
AGENT_NOT_FOUND: ErrorReason
AGENT_AT_CAPACITY: ErrorReason
CALENDAR_NOT_FOUND: ErrorReason
CALENDAR_INVALID: ErrorReason
CALENDAR_IN_USE: ErrorReason
POLICY_NOT_FOUND: ErrorReason
POLICY_INVALID: ErrorReason
MACRO_NOT_FOUND: ErrorReason
MACRO_NOT_APPLICABLE: ErrorReason
MAILBOX_NOT_FOUND: ErrorReason
ADDRESS_TAKEN: ErrorReason
NAME_TAKEN: ErrorReason
RESOURCE_CHANGED: ErrorReason
FIELD_NOT_WRITABLE: ErrorReason
REQUEST_ID_REUSED: ErrorReason
MAILBOX_INVALID: ErrorReason
CUSTOMER_MISSING: ErrorReason
AGENT_INVALID: ErrorReason
