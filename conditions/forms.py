"""Messages to JSON and back, in the gateway's form: names as in the protos, and no others."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.access.v1 import access_pb2

M = TypeVar("M", bound=Message)
# A field of either implementation of protobuf.
Field = Any


class Problem(NamedTuple):
    """What is wrong with a condition, and where: `all.of[1].event.compare.value`."""

    path: str
    sentence: str


class UnreadableError(ValueError):
    """JSON that is no condition, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{path} {sentence}" for path, sentence in problems))
        self.problems = problems


def from_json(document: object, message: M) -> M:
    """Fills the message. Raises UnreadableError when there is anything the message has no place for."""
    problems: list[Problem] = []
    fill(message, document, "", problems)
    if problems:
        raise UnreadableError(problems)
    return message


def fill(message: Message, document: object, path: str, problems: list[Problem]) -> None:
    if not isinstance(document, dict):
        problems.append(Problem(path, "must be an object"))
        return
    if path.count(".") > MOST_DEPTH:
        problems.append(Problem(path, f"is nested deeper than {MOST_DEPTH}"))
        return
    known = message.DESCRIPTOR.fields_by_name
    for name, value in document.items():
        where = f"{path}.{name}" if path else str(name)
        field = known.get(name)
        if field is None:
            problems.append(Problem(where, f"is not known; {message.DESCRIPTOR.name} has {listed(known)}"))
        elif value is None:
            continue
        elif rival := rival_of(message, field):
            problems.append(Problem(where, f"cannot be given together with {rival}"))
        else:
            put(message, field, value, where, problems)


def put(message: Message, field: Field, value: object, path: str, problems: list[Problem]) -> None:
    if not field.is_repeated:
        if plain(field):
            inner = getattr(message, field.name)
            inner.SetInParent()
            fill(inner, value, path, problems)
        elif (made := one(field, value, path, problems)) is not None:
            assign(message, field, made)
        return
    if not isinstance(value, list):
        problems.append(Problem(path, "must be an array"))
        return
    target = getattr(message, field.name)
    for index, each in enumerate(value):
        where = f"{path}[{index}]"
        if plain(field):
            fill(target.add(), each, where, problems)
        elif (made := one(field, each, where, problems)) is not None:
            target.append(made)


def assign(message: Message, field: Field, made: Any) -> None:
    if field.message_type:
        getattr(message, field.name).CopyFrom(made)
    else:
        setattr(message, field.name, made)


def one(field: Field, value: object, path: str, problems: list[Problem]) -> Any:
    """One value in the form of protobuf; None, and a problem, when it does not fit."""
    if is_document(field):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    made, wanted = SCALARS[kind(field)](field, value)
    if made is None:
        problems.append(Problem(path, wanted))
    return made


def enum(field: Field, value: object) -> tuple[Any, str]:
    names = enum_of(field).values_by_name
    known = [name for name in names if names[name].number]
    found = names.get(value) if isinstance(value, str) else None
    return (found.number if found else None), f"must be one of {listed(known)}"


def whole(_: Field, value: object) -> tuple[Any, str]:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 31
    return (value if fits else None), "must be a whole number"


def truth(_: Field, value: object) -> tuple[Any, str]:
    return (value if isinstance(value, bool) else None), "must be true or false"


def words(_: Field, value: object) -> tuple[Any, str]:
    return (value if isinstance(value, str) else None), "must be a text"


def duration(_: Field, value: object) -> tuple[Any, str]:
    shape = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not shape:
        return None, "must be a length of time in seconds, such as 604800s"
    sign = -1 if shape[1] else 1
    return Duration(seconds=sign * int(shape[2]), nanos=sign * int((shape[3] or "").ljust(9, "0"))), ""


def instant(_: Field, value: object) -> tuple[Any, str]:
    wanted = "must be an instant by RFC 3339, such as 2026-01-31T12:00:00Z"
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return None, wanted
    try:
        since = datetime.fromisoformat(value.upper()) - EPOCH
    except (ValueError, OverflowError):
        return None, wanted
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000), ""


def to_json(message: Message) -> dict[str, object]:
    """What has no presence is always shown, what has presence only when it is set."""
    shown: dict[str, object] = {}
    for field in message.DESCRIPTOR.fields:
        if field.has_presence and not message.HasField(field.name):
            continue
        value = getattr(message, field.name)
        shown[field.name] = [show(field, each) for each in value] if field.is_repeated else show(field, value)
    return shown


def show(field: Field, value: Any) -> object:
    if is_document(field):
        return json.loads(value or b"null")
    match kind(field):
        case "google.protobuf.Duration":
            sign = "-" if value.seconds < 0 or value.nanos < 0 else ""
            part = f".{abs(value.nanos):09}".rstrip("0") if value.nanos else ""
            return f"{sign}{abs(value.seconds)}{part}s"
        case "google.protobuf.Timestamp":
            when = EPOCH + timedelta(0, value.seconds, value.nanos // 1000)
            return when.isoformat().replace("+00:00", "Z")
        case "enum":
            named = enum_of(field).values_by_number.get(value)
            return named.name if named else value
        case "message":
            return to_json(value)
    return value


def kind(field: Field) -> str:
    if field.message_type:
        name: str = field.message_type.full_name
        return name if name in SCALARS else "message"
    return "enum" if field.enum_type else NAMES[field.cpp_type]


def plain(field: Field) -> bool:
    return kind(field) == "message"


def is_document(field: Field) -> bool:
    return bool(field.GetOptions().Extensions[access_pb2.json])


def enum_of(field: Field) -> EnumDescriptor:
    found: EnumDescriptor = field.enum_type
    return found


def rival_of(message: Message, field: Field) -> str | None:
    """The other member of a oneof that stands already."""
    oneof = field.containing_oneof
    return message.WhichOneof(oneof.name) if oneof else None


def listed(names: Any) -> str:
    return ", ".join(names)


MOST_DEPTH = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DURATION = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE,
)
NAMES = {
    FieldDescriptor.CPPTYPE_INT32: "int32",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_STRING: "string",
}
SCALARS: dict[str, Any] = {
    "enum": enum,
    "int32": whole,
    "bool": truth,
    "string": words,
    "google.protobuf.Duration": duration,
    "google.protobuf.Timestamp": instant,
}
