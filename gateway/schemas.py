"""Messages and enums as JSON Schema, in the form `encode` writes and `decode` reads. Pure."""

from collections.abc import Collection
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from rapport.access.v1 import access_pb2

from . import options
from .comments import Comments
from .encode import map_entry
from .rules import constrained

Schema = dict[str, Any]


class Schemas:
    """Collects the schema of every type that is asked for, and of the types in it."""

    def __init__(self, comments: Comments, inputs: Collection[Descriptor] = ()) -> None:
        self.components: dict[str, Schema] = {}
        self._comments = comments
        # What callers send too. All else is only answered, so its fields without presence are always there.
        self._inputs = {message.full_name for message in reachable(inputs)}
        self._names: dict[str, str] = {}

    def message(self, message: Descriptor) -> Schema:
        if message.full_name in WELL_KNOWN:
            return dict(WELL_KNOWN[message.full_name])
        return self._reference(message, lambda: self._object(message))

    def enum(self, enum: EnumDescriptor) -> Schema:
        def described() -> Schema:
            says = {
                value.name: self._comments.get(f"{enum.full_name}.{value.name}", "") for value in enum.values
            }
            return self.text(enum.full_name) | {
                "type": "string",
                "enum": list(says),
                "x-enum-descriptions": says,
            }

        return self._reference(enum, described)

    def field(self, field: FieldDescriptor) -> Schema:
        """What the field holds, what is said of it, and who sets it."""
        made = self.value(field) | self.text(field.full_name)
        if options.output_only(field) or (options.identifier(field) and not is_chosen(field)):
            made["readOnly"] = True
        return made

    def value(self, field: FieldDescriptor) -> Schema:
        """What the field holds, within its rules."""
        rules = constrained(field)
        if entry := map_entry(field):
            return {
                "type": "object",
                "additionalProperties": self._one(entry.fields_by_name["value"]),
            } | rules
        if field.is_repeated:
            return {"type": "array"} | rules | {"items": self._one(field) | rules.get("items", {})}
        return self._one(field) | rules

    def properties(self, message: Descriptor, without: Collection[str] = ()) -> Schema:
        """The object of this message, but for the fields that are given elsewhere."""
        fields = [field for field in message.fields if field.name not in without]
        answered_only = message.full_name not in self._inputs
        required = [
            field.name for field in fields if is_required(field) or (answered_only and not field.has_presence)
        ]
        return {
            "type": "object",
            "properties": {field.name: self.field(field) for field in fields},
            **({"required": required} if required else {}),
            **exclusive(message, without),
        }

    def text(self, full_name: str) -> Schema:
        said = self._comments.get(full_name)
        return {"description": said} if said else {}

    def _object(self, message: Descriptor) -> Schema:
        return self.text(message.full_name) | self.properties(message)

    def _one(self, field: FieldDescriptor) -> Schema:
        if field.message_type:
            return self.message(field.message_type)
        if field.enum_type:
            return self.enum(field.enum_type)
        if form := options.document_form(field):
            return dict(DOCUMENTS[form])
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return dict(SCALARS[field.cpp_type])

    def _reference(self, described: Descriptor | EnumDescriptor, made: Any) -> Schema:
        name = self._names.get(described.full_name)
        if name is None:
            name = self._names[described.full_name] = self._free_name(described)
            # The place is taken first: a message may hold messages of its own type.
            self.components[name] = {}
            self.components[name] |= made()
        return {"$ref": f"#/components/schemas/{name}"}

    def _free_name(self, described: Descriptor | EnumDescriptor) -> str:
        """The type's own name; where two services have a type of that name, the service stands before it."""
        # A type within a message is named after both: Ticket.State is TicketState.
        own = described.full_name.removeprefix(f"{described.file.package}.").replace(".", "")
        if own not in self.components:
            return own
        return described.full_name.split(".")[1].capitalize() + own


def reachable(messages: Collection[Descriptor]) -> list[Descriptor]:
    """The messages, and those in the fields of theirs that a caller may set."""
    found = {message.full_name: message for message in messages}
    waiting = list(messages)
    while waiting:
        for field in waiting.pop().fields:
            inner = field.message_type
            if inner and inner.full_name not in found and not options.output_only(field):
                found[inner.full_name] = inner
                waiting.append(inner)
    return list(found.values())


def exclusive(message: Descriptor, without: Collection[str]) -> Schema:
    """Of the fields of a oneof at most one is given; exactly one, where the rules of the proto say so."""
    forms = [
        form
        for oneof in message.oneofs
        if len(oneof.fields) > 1 and set(without).isdisjoint(each.name for each in oneof.fields)
        for form in (alternatives([each.name for each in oneof.fields], options.oneof_required(oneof)),)
    ]
    return {} if not forms else forms[0] if len(forms) == 1 else {"allOf": forms}


def alternatives(names: list[str], needed: bool) -> Schema:
    given = [{"required": [name]} for name in names]
    return {"oneOf": given if needed else [*given, {"not": {"anyOf": given}}]}


def is_required(field: FieldDescriptor) -> bool:
    return options.required(field) or options.rules(field).required


def is_chosen(field: FieldDescriptor) -> bool:
    """The caller chooses this identifier: it has a rule to keep. All others are assigned by the server."""
    return bool(options.rules(field).WhichOneof("type"))


WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {
        "type": "string",
        "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$",
        "examples": ["3.5s"],
    },
    "google.protobuf.FieldMask": {"type": "string", "examples": ["display_name,time_zone"]},
    "google.protobuf.Empty": {"type": "object", "description": "Nothing to say."},
}
WIDE: Schema = {"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,20}$"}
SCALARS: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.CPPTYPE_INT64: WIDE,
    FieldDescriptor.CPPTYPE_UINT64: WIDE | {"format": "uint64", "pattern": "^[0-9]{1,20}$"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
}
DOCUMENTS: dict[int, Schema] = {
    access_pb2.OBJECT: {"type": "object", "additionalProperties": True},
    access_pb2.ARRAY: {"type": "array", "items": {}},
    access_pb2.ANY: {},
}
