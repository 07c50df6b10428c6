"""What methods and fields state about themselves beside their types: the options of the protos, typed."""

from typing import Any

from buf.validate import validate_pb2
from google.api import annotations_pb2, field_behavior_pb2, http_pb2, resource_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, OneofDescriptor
from rapport.access.v1 import access_pb2


def scope(method: MethodDescriptor) -> str:
    """The right a caller must hold; empty when the method forgot to state one."""
    return str(extension(method, access_pb2.scope))


def planned(method: MethodDescriptor) -> bool:
    return bool(extension(method, access_pb2.planned))


def internal(method: MethodDescriptor) -> bool:
    """Asked by the gateway's own doors; no route."""
    return bool(extension(method, access_pb2.internal))


def personal(method: MethodDescriptor) -> bool:
    return bool(extension(method, access_pb2.personal))


def http(method: MethodDescriptor) -> http_pb2.HttpRule:
    rule: http_pb2.HttpRule = extension(method, annotations_pb2.http)
    return rule


def document_form(field: FieldDescriptor) -> int:
    """The form of the JSON document that a field of bytes holds; 0 for plain bytes."""
    return int(extension(field, access_pb2.json))


def required(field: FieldDescriptor) -> bool:
    return field_behavior_pb2.REQUIRED in behaviors(field)


def output_only(field: FieldDescriptor) -> bool:
    return field_behavior_pb2.OUTPUT_ONLY in behaviors(field)


def identifier(field: FieldDescriptor) -> bool:
    return field_behavior_pb2.IDENTIFIER in behaviors(field)


def behaviors(field: FieldDescriptor) -> list[int]:
    return list(extension(field, field_behavior_pb2.field_behavior))


def rules(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """The rules of validation the services hold the field to."""
    stated: validate_pb2.FieldRules = extension(field, validate_pb2.field)
    return stated


def oneof_required(oneof: OneofDescriptor) -> bool:
    """One of its fields has to be given."""
    return bool(extension(oneof, validate_pb2.oneof).required)


def patterns(message: Descriptor) -> list[str]:
    """The forms of a resource's name: `profiles/{profile}`."""
    return list(extension(message, resource_pb2.resource).pattern)


def extension(
    described: FieldDescriptor | MethodDescriptor | Descriptor | OneofDescriptor, option: Any
) -> Any:
    return described.GetOptions().Extensions[option]
