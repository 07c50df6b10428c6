"""Single values on their way in: what a field accepts, and in which words it refuses the rest. Pure."""

import base64
import binascii
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from rapport.access.v1 import access_pb2

from .options import document_form
from .wellknown import MisfitError, duration, instant, mask

# Takes a JSON value, gives what the message stores, or raises MisfitError.
Read = Callable[[object], Any]


def reader(field: FieldDescriptor) -> Read:
    """How one value of this field is read: a scalar, an enum or a well-known type."""
    if field.message_type:
        return WELL_KNOWN[field.message_type.full_name]
    if field.enum_type:
        return enum(field.enum_type)
    if field.cpp_type in INTEGERS:
        return integer(*INTEGERS[field.cpp_type])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return base64_bytes
    return SCALARS[field.cpp_type]


@cache
def text_reader(field: FieldDescriptor) -> Read:
    """The same for a query parameter, where everything is text."""
    if document_form(field):
        return lambda given: document_text(given, document_form(field))
    return TEXTS.get(field.cpp_type) or reader(field)


def well_known(field: FieldDescriptor) -> bool:
    """The field's type is a message that JSON writes as one text."""
    return field.message_type is not None and field.message_type.full_name in WELL_KNOWN


def text(value: object) -> str:
    """Any text but U+0000, which PostgreSQL cannot store."""
    if not isinstance(value, str):
        raise MisfitError("a string")
    if "\0" in value:
        raise MisfitError("a string without U+0000")
    return value


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise MisfitError(BOOLEAN_EXPECTED)
    return value


def boolean_text(value: object) -> bool:
    if value not in {"true", "false"}:
        raise MisfitError(BOOLEAN_EXPECTED)
    return value == "true"


def integer(least: int, most: int) -> Read:
    """A whole number, also as a text of digits: browsers round 64 bits."""
    expected = f"a whole number from {least} to {most}"

    def read(value: object) -> int:
        number = whole(value)
        if number is None or not least <= number <= most:
            raise MisfitError(expected)
        return number

    return read


def whole(value: object) -> int | None:
    match value:
        case bool():
            return None
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else None
        case str():
            return int(value) if DIGITS.fullmatch(value) else None
    return None


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MisfitError(NUMBER_EXPECTED)
    return float(value)


def single_number(value: object) -> float:
    if abs(found := number(value)) > MOST_SINGLE:
        raise MisfitError("a number of single precision")
    return found


def number_text(value: object) -> float:
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise MisfitError(NUMBER_EXPECTED)
    return number(float(value))


def enum(described: EnumDescriptor) -> Read:
    numbers = {value.name: value.number for value in described.values}
    expected = "one of " + ", ".join(name for name, number in numbers.items() if number) if numbers else ""

    def read(value: object) -> int:
        if not isinstance(value, str) or value not in numbers:
            raise MisfitError(expected)
        return numbers[value]

    return read


def base64_bytes(value: object) -> bytes:
    """Either alphabet, with or without padding."""
    if isinstance(value, str):
        plain = value.rstrip("=").translate(URL_ALPHABET)
        try:
            return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, ValueError):
            pass
    raise MisfitError("bytes in base64")


def document(raw: bytes, form: int) -> bytes:
    """A JSON document as it came. *raw* is well-formed already; its form and its texts are looked at."""
    expected, starts = FORMS[form]
    if starts and not raw.startswith(starts):
        raise MisfitError(expected)
    if NUL_ESCAPED in raw and holds_nul(orjson.loads(raw)):
        raise MisfitError(f"{expected} without U+0000 in its texts")
    return raw


def document_text(given: object, form: int) -> bytes:
    raw = str(given).encode()
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as broken:
        raise MisfitError(FORMS[form][0]) from broken
    return document(raw.strip(), form)


def holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(holds_nul(each) for each in value)
        case dict():
            return any("\0" in key or holds_nul(each) for key, each in value.items())
    return False


INTEGERS: dict[int, tuple[int, int]] = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
SCALARS: dict[int, Read] = {
    FieldDescriptor.CPPTYPE_STRING: text,
    FieldDescriptor.CPPTYPE_BOOL: boolean,
    FieldDescriptor.CPPTYPE_DOUBLE: number,
    FieldDescriptor.CPPTYPE_FLOAT: single_number,
}
TEXTS: dict[int, Read] = {
    FieldDescriptor.CPPTYPE_BOOL: boolean_text,
    FieldDescriptor.CPPTYPE_DOUBLE: number_text,
    FieldDescriptor.CPPTYPE_FLOAT: lambda value: single_number(number_text(value)),
}
WELL_KNOWN: dict[str, Read] = {
    "google.protobuf.Timestamp": instant,
    "google.protobuf.Duration": duration,
    "google.protobuf.FieldMask": mask,
}
# What is expected, and how such a document begins.
FORMS: dict[int, tuple[str, bytes]] = {
    access_pb2.OBJECT: ("a JSON object", b"{"),
    access_pb2.ARRAY: ("a JSON array", b"["),
    access_pb2.ANY: ("a JSON value", b""),
}
DIGITS = re.compile(r"-?[0-9]{1,20}")
NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
URL_ALPHABET = str.maketrans("-_", "+/")
NUL_ESCAPED = b"\\u0000"
BOOLEAN_EXPECTED = "true or false"
NUMBER_EXPECTED = "a finite number"
MOST_SINGLE = 3.4028234663852886e38
