from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from rapport.access.v1 import access_pb2 as _access_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Visit(_message.Message):
    __slots__ = ("user_agent", "head")
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    user_agent: str
    head: bool
    def __init__(self, user_agent: _Optional[str] = ..., head: _Optional[bool] = ...) -> None: ...

class OpenMessageRequest(_message.Message):
    __slots__ = ("send", "visit")
    SEND_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    send: str
    visit: Visit
    def __init__(self, send: _Optional[str] = ..., visit: _Optional[_Union[Visit, _Mapping]] = ...) -> None: ...

class FollowLinkRequest(_message.Message):
    __slots__ = ("send", "number", "visit")
    SEND_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    send: str
    number: int
    visit: Visit
    def __init__(self, send: _Optional[str] = ..., number: _Optional[int] = ..., visit: _Optional[_Union[Visit, _Mapping]] = ...) -> None: ...

class FollowLinkResponse(_message.Message):
    __slots__ = ("url",)
    URL_FIELD_NUMBER: _ClassVar[int]
    url: str
    def __init__(self, url: _Optional[str] = ...) -> None: ...

class GetUnsubscribePageRequest(_message.Message):
    __slots__ = ("send",)
    SEND_FIELD_NUMBER: _ClassVar[int]
    send: str
    def __init__(self, send: _Optional[str] = ...) -> None: ...

class UnsubscribePage(_message.Message):
    __slots__ = ("shop_name", "masked_address", "topic", "unsubscribed")
    SHOP_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    UNSUBSCRIBED_FIELD_NUMBER: _ClassVar[int]
    shop_name: str
    masked_address: str
    topic: str
    unsubscribed: bool
    def __init__(self, shop_name: _Optional[str] = ..., masked_address: _Optional[str] = ..., topic: _Optional[str] = ..., unsubscribed: _Optional[bool] = ...) -> None: ...

class UnsubscribeByLinkRequest(_message.Message):
    __slots__ = ("send", "source")
    SEND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    send: str
    source: str
    def __init__(self, send: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class GetPreferencesRequest(_message.Message):
    __slots__ = ("send",)
    SEND_FIELD_NUMBER: _ClassVar[int]
    send: str
    def __init__(self, send: _Optional[str] = ...) -> None: ...

class Preferences(_message.Message):
    __slots__ = ("shop_name", "masked_address", "topics", "opted_out")
    class Topic(_message.Message):
        __slots__ = ("id", "display_name", "description", "subscribed")
        ID_FIELD_NUMBER: _ClassVar[int]
        DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
        DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
        SUBSCRIBED_FIELD_NUMBER: _ClassVar[int]
        id: str
        display_name: str
        description: str
        subscribed: bool
        def __init__(self, id: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., subscribed: _Optional[bool] = ...) -> None: ...
    SHOP_NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    OPTED_OUT_FIELD_NUMBER: _ClassVar[int]
    shop_name: str
    masked_address: str
    topics: _containers.RepeatedCompositeFieldContainer[Preferences.Topic]
    opted_out: bool
    def __init__(self, shop_name: _Optional[str] = ..., masked_address: _Optional[str] = ..., topics: _Optional[_Iterable[_Union[Preferences.Topic, _Mapping]]] = ..., opted_out: _Optional[bool] = ...) -> None: ...

class SetPreferencesRequest(_message.Message):
    __slots__ = ("send", "shown", "taken", "opt_out")
    SEND_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    OPT_OUT_FIELD_NUMBER: _ClassVar[int]
    send: str
    shown: _containers.RepeatedScalarFieldContainer[str]
    taken: _containers.RepeatedScalarFieldContainer[str]
    opt_out: bool
    def __init__(self, send: _Optional[str] = ..., shown: _Optional[_Iterable[str]] = ..., taken: _Optional[_Iterable[str]] = ..., opt_out: _Optional[bool] = ...) -> None: ...
