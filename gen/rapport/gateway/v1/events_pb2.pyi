from rapport.gateway.v1 import gateway_pb2 as _gateway_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkspaceUpdated(_message.Message):
    __slots__ = ("workspace", "revision")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    workspace: _gateway_pb2.Workspace
    revision: int
    def __init__(self, workspace: _Optional[_Union[_gateway_pb2.Workspace, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...
