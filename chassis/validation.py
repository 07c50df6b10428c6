"""Requests against the rules in their protos; what does not fit is said field by field, for people."""

import re
from typing import cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from protovalidate import FieldPathPb, Validator
from protovalidate import Violation as Found

from .errors import Invalid, Violation


def check(message: Message) -> None:
    """Invalid, with every field that does not fit, unless all do."""
    if found := VALIDATOR.collect_violations(message):
        violations = [violation(cast("Descriptor", message.DESCRIPTOR), each) for each in found]
        raise Invalid("REQUEST_INVALID", summary(violations), violations=violations)


def summary(violations: list[Violation]) -> str:
    first, others = violations[0], len(violations) - 1
    if not first.field:
        return first.description
    more = f" {others} more do not fit." if others > 1 else " One more does not fit." if others else ""
    return f"{first.field}: {first.description}{more}"


def violation(message: Descriptor, found: Found) -> Violation:
    elements = found.proto.field.elements if found.proto.field else []
    return Violation(
        field=spelled(found.proto.field) if found.proto.field else "",
        description=sentence(found, field_at(message, [element.field_name or "" for element in elements])),
    )


def spelled(path: FieldPathPb) -> str:
    """`profile.identifiers[0].value`, `labels["a"]`: names as the proto has them."""
    steps = []
    for element in path.elements:
        subscript = element.subscript
        value = None if subscript is None else subscript.value
        if isinstance(value, str):
            steps.append(f'{element.field_name}["{value}"]')
        else:
            steps.append(f"{element.field_name}" if value is None else f"{element.field_name}[{value}]")
    return ".".join(steps)


def field_at(message: Descriptor | None, names: list[str]) -> FieldDescriptor | None:
    """The field at the end of a path; None when the rule is one of the message as a whole."""
    field = None
    for name in names:
        field = message.fields_by_name.get(name) if message else None
        message = field.message_type if field else None
    return field


def sentence(found: Found, field: FieldDescriptor | None) -> str:
    """What would fit, as a sentence to a person."""
    rule, wanted = found.proto.rule_id or "", found.rule_value
    if rule == "required":
        return "This field is required."
    if rule in {"enum.not_in", "enum.defined_only"} and field is not None and field.enum_type is not None:
        return f"Must be one of {', '.join(choices(field.enum_type, wanted))}."
    if rule == "string.pattern":
        return f"Must have the form {form(wanted)}."
    said = (found.proto.message or "does not fit").removeprefix("value ").rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def choices(enum: EnumDescriptor, wanted: object) -> list[str]:
    """The names a caller may choose from: all but those the rule shuts out, and "unspecified"."""
    shut = set(wanted) if isinstance(wanted, list) else set()
    return [
        value.name
        for value in enum.values
        if value.number not in shut and not value.name.endswith("UNSPECIFIED")
    ]


def form(pattern: object) -> str:
    """`^profiles/[^/]+$` is `profiles/…` to people; other patterns are shown as they are."""
    resource = SIMPLE_NAME.fullmatch(str(pattern))
    return f"`{resource.group(1)}/…`" if resource else f"`{pattern}`"


# One for the process: it compiles the rules of a message when it first meets it.
VALIDATOR = Validator()
SIMPLE_NAME = re.compile(r"\^([a-z_]+)/\[\^/\]\+\$")
