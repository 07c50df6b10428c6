from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CaptureCall(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAPTURE_CALL_UNSPECIFIED: _ClassVar[CaptureCall]
    BATCH: _ClassVar[CaptureCall]
    IMPORT: _ClassVar[CaptureCall]
    IDENTIFY: _ClassVar[CaptureCall]
    TRACK: _ClassVar[CaptureCall]
    PAGE: _ClassVar[CaptureCall]
    SCREEN: _ClassVar[CaptureCall]
    GROUP: _ClassVar[CaptureCall]
    ALIAS: _ClassVar[CaptureCall]
CAPTURE_CALL_UNSPECIFIED: CaptureCall
BATCH: CaptureCall
IMPORT: CaptureCall
IDENTIFY: CaptureCall
TRACK: CaptureCall
PAGE: CaptureCall
SCREEN: CaptureCall
GROUP: CaptureCall
ALIAS: CaptureCall

class EventsCaptured(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[CapturedRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[CapturedRequest, _Mapping]]] = ...) -> None: ...

class CapturedRequest(_message.Message):
    __slots__ = ("call", "body", "receive_time_us", "ip", "user_agent", "global_privacy_control")
    CALL_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_TIME_US_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_PRIVACY_CONTROL_FIELD_NUMBER: _ClassVar[int]
    call: CaptureCall
    body: bytes
    receive_time_us: int
    ip: str
    user_agent: str
    global_privacy_control: bool
    def __init__(self, call: _Optional[_Union[CaptureCall, str]] = ..., body: _Optional[bytes] = ..., receive_time_us: _Optional[int] = ..., ip: _Optional[str] = ..., user_agent: _Optional[str] = ..., global_privacy_control: _Optional[bool] = ...) -> None: ...
