"""JSON to messages, by a decoder that is compiled once for each message type. Pure.

Members are cut out as the bytes they came in, so that a document inside stays exactly what was sent, and
a name that stands twice is seen. Every fault of a body is reported, with its path, in words of our own.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from chassis.errors import MOST_VIOLATIONS, Violation

from .encode import map_entry
from .options import document_form, output_only
from .values import document, reader, text_reader, well_known
from .wellknown import MisfitError


class Faults:
    """What is wrong with a request, up to as much as one answer tells."""

    def __init__(self) -> None:
        self.found: list[Violation] = []

    def add(self, field: str, description: str) -> None:
        if len(self.found) < MOST_VIOLATIONS:
            self.found.append(Violation(field, description))


# Reads raw JSON into a message, or into one field of it; the text is its path.
Put = Callable[[Message, bytes, str, Faults], None]


def fill(message: Message, body: bytes, path: str, faults: Faults) -> None:
    """Reads *body* into *message*, which stands at *path* in the request (empty: it is the request)."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as broken:
        faults.add(path or WHOLE, f"is not JSON: {broken}")
        return
    if not isinstance(value, dict):
        faults.add(path or WHOLE, OBJECT_EXPECTED)
        return
    deep = [name for name, member in value.items() if depth(member) >= MOST_DEPTH]
    for name in deep:
        faults.add(joined(path, name), f"is nested deeper than {MOST_DEPTH}")
    if not deep:
        decoder(message.DESCRIPTOR)(message, body, path, faults)


@cache
def decoder(message: Descriptor) -> Put:
    """What reads a JSON object into a message of this type."""
    puts = {field.name: put_for(field) for field in message.fields}

    def decode(filled: Message, raw: bytes, path: str, faults: Faults) -> None:
        seen: set[str] = set()
        for name, value in members(raw, path, faults):
            put = puts.get(name)
            if put is None:
                faults.add(joined(path, name), unknown(message, name))
            elif name in seen:
                faults.add(joined(path, name), TWICE)
            elif value != NULL:
                put(filled, value, joined(path, name), faults)
            seen.add(name)

    return decode


def put_for(field: FieldDescriptor) -> Put:
    if output_only(field):
        return ignored
    if entry := map_entry(field):
        return map_put(field.name, entry)
    put = repeated_put(field) if field.is_repeated else singular_put(field)
    oneof = field.containing_oneof
    return put if oneof is None or len(oneof.fields) == 1 else alone(put, oneof.name)


def ignored(_message: Message, _raw: bytes, _path: str, _faults: Faults) -> None:
    """What only the server says may come back with what a caller read, and changes nothing (AIP-203)."""


def singular_put(field: FieldDescriptor) -> Put:
    name = field.name
    if is_plain_message(field):

        def put_message(message: Message, raw: bytes, path: str, faults: Faults) -> None:
            inner = getattr(message, name)
            inner.SetInParent()
            decoder(inner.DESCRIPTOR)(inner, raw, path, faults)

        return put_message
    read, whole = raw_reader(field), bool(field.message_type)

    def put(message: Message, raw: bytes, path: str, faults: Faults) -> None:
        try:
            value = read(raw)
        except MisfitError as misfit:
            faults.add(path, f"must be {misfit}")
            return
        if whole:
            getattr(message, name).CopyFrom(value)
        else:
            setattr(message, name, value)

    return put


def repeated_put(field: FieldDescriptor) -> Put:
    name, nested = field.name, is_plain_message(field)
    read = None if nested else raw_reader(field)

    def put(message: Message, raw: bytes, path: str, faults: Faults) -> None:
        target = getattr(message, name)
        for index, item in enumerate(items(raw, path, faults)):
            where = f"{path}[{index}]"
            if read is None:
                inner = target.add()
                decoder(inner.DESCRIPTOR)(inner, item, where, faults)
                continue
            try:
                target.append(read(item))
            except MisfitError as misfit:
                faults.add(where, f"must be {misfit}")

    return put


def map_put(name: str, entry: Descriptor) -> Put:
    read_key, value = text_reader(entry.fields_by_name["key"]), entry.fields_by_name["value"]
    read = None if is_plain_message(value) else raw_reader(value)

    def put(message: Message, raw: bytes, path: str, faults: Faults) -> None:
        target = getattr(message, name)
        for text, item in members(raw, path, faults):
            where = f'{path}["{text}"]'
            try:
                key = read_key(text)
                if key in target:
                    faults.add(where, TWICE)
                elif read is None:
                    decoder(target[key].DESCRIPTOR)(target[key], item, where, faults)
                elif value.message_type:
                    target[key].CopyFrom(read(item))
                else:
                    target[key] = read(item)
            except MisfitError as misfit:
                faults.add(where, f"must be {misfit}")

    return put


def alone(put: Put, oneof: str) -> Put:
    """Of a oneof at most one member may be given."""

    def put_alone(message: Message, raw: bytes, path: str, faults: Faults) -> None:
        if rival := message.WhichOneof(oneof):
            faults.add(path, f"cannot be given together with {rival}")
        else:
            put(message, raw, path, faults)

    return put_alone


def raw_reader(field: FieldDescriptor) -> Callable[[bytes], Any]:
    form = document_form(field)
    if form:
        return lambda raw: document(raw, form)
    read = reader(field)
    return lambda raw: read(VALUE.decode(raw))


def members(raw: bytes, path: str, faults: Faults) -> list[tuple[str, bytes]]:
    """Names and raw values of an object, also those that stand twice."""
    if not raw.lstrip().startswith(b"{"):
        faults.add(path, OBJECT_EXPECTED)
        return []
    return [(name.text, bytes(value)) for name, value in OBJECT.decode(raw).items()]


def items(raw: bytes, path: str, faults: Faults) -> list[bytes]:
    if not raw.startswith(b"["):
        faults.add(path, "must be an array")
        return []
    return [bytes(item) for item in ARRAY.decode(raw)]


def is_plain_message(field: FieldDescriptor) -> bool:
    return bool(field.message_type) and not well_known(field)


def unknown(message: Descriptor, name: str) -> str:
    meant = message.fields_by_camelcase_name.get(name)
    hint = f"; {meant.name} is" if meant else ""
    return f"is not a field of {message.name}{hint}"


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def depth(value: object) -> int:
    """How many arrays and objects lie in one another."""
    levels, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        levels += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return levels


class Name:
    """A member's name, equal to nothing but itself: a dict then keeps a name that stands twice."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


VALUE: msgspec.json.Decoder[object] = msgspec.json.Decoder()
OBJECT = msgspec.json.Decoder(dict[Name, msgspec.Raw], dec_hook=lambda kind, text: kind(text))
ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
NULL = b"null"
OBJECT_EXPECTED = "must be an object"
TWICE = "stands twice"
# How the body is called where it is no field of the request.
WHOLE = "body"
MOST_DEPTH = 64
