"""Messages to JSON, by an encoder that is compiled once for each message type. Pure.

One spelling everywhere: names as in the protos. What has no presence is always shown, what has presence
only when it is set; 64-bit integers are strings, because browsers round them; enums are names.
"""

import base64
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from rapport.access.v1 import access_pb2

from .options import document_form
from .wellknown import duration_text, mask_text, moment

Show = Callable[[Any], object]


def to_json(message: Message) -> bytes:
    return orjson.dumps(encoder(message.DESCRIPTOR)(message), option=orjson.OPT_UTC_Z)


@cache
def encoder(message: Descriptor) -> Show:
    """What turns messages of this type into values that orjson writes."""
    if message.full_name in WELL_KNOWN:
        return WELL_KNOWN[message.full_name]
    if message.full_name in WITHOUT_FORM:
        raise TypeError(f"{message.full_name} has no JSON form here; use a `json` field of bytes")
    fields = [(field.name, shown(field), field.has_presence) for field in message.fields]

    def encode(filled: Message) -> object:
        made: dict[str, object] = {}
        for name, show, optional in fields:
            if optional and not filled.HasField(name):
                continue
            value = getattr(filled, name)
            made[name] = value if show is None else show(value)
        return made

    return encode


def shown(field: FieldDescriptor) -> Show | None:
    """How the field's value is written; None when it is JSON as it stands."""
    if entry := map_entry(field):
        return map_shown(entry)
    one = one_shown(field)
    if not field.is_repeated:
        return one
    return list if one is None else lambda values: [one(value) for value in values]


def one_shown(field: FieldDescriptor) -> Show | None:
    if field.message_type:
        return late(field.message_type)
    if field.enum_type:
        return enum_shown(field.enum_type)
    if field.cpp_type in {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}:
        return str
    if field.type == FieldDescriptor.TYPE_BYTES:
        return DOCUMENT.get(document_form(field), base64_text)
    return None


def late(message: Descriptor) -> Show:
    """The encoder, looked up when it is used: a message may hold messages of its own type."""

    def encode(filled: Message) -> object:
        return encoder(message)(filled)

    return WELL_KNOWN.get(message.full_name) or encode


def enum_shown(enum: EnumDescriptor) -> Show:
    names: dict[int, str] = {value.number: value.name for value in enum.values}
    # A newer service may know more than this gateway: its number is shown rather than nothing.
    return lambda number: names.get(number, number)


def map_shown(entry: Descriptor) -> Show:
    key, value = entry.fields_by_name["key"], one_shown(entry.fields_by_name["value"])
    name: Show = bool_text if key.type == FieldDescriptor.TYPE_BOOL else str
    return lambda entries: {
        name(key): entries[key] if value is None else value(entries[key]) for key in entries
    }


def map_entry(field: FieldDescriptor) -> Descriptor | None:
    """The message of a key and a value by which protobuf describes a map; None for other fields."""
    entry = field.message_type if field.is_repeated else None
    return entry if entry and entry.GetOptions().map_entry else None


def base64_text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def bool_text(value: bool) -> str:
    return "true" if value else "false"


def document(empty: bytes) -> Show:
    """Writes a JSON document as it is; what was never set as *empty*."""
    return lambda value: orjson.Fragment(value or empty)


DOCUMENT: dict[int, Show] = {
    access_pb2.OBJECT: document(b"{}"),
    access_pb2.ARRAY: document(b"[]"),
    access_pb2.ANY: document(b"null"),
}
WELL_KNOWN: dict[str, Show] = {
    "google.protobuf.Timestamp": moment,
    "google.protobuf.Duration": duration_text,
    "google.protobuf.FieldMask": mask_text,
}
WITHOUT_FORM = frozenset(
    f"google.protobuf.{name}"
    for name in (
        *("Any", "Struct", "Value", "ListValue", "BoolValue", "BytesValue", "DoubleValue", "FloatValue"),
        *("Int32Value", "Int64Value", "StringValue", "UInt32Value", "UInt64Value"),
    )
)
