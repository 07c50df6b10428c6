"""Rules of validation (buf.validate) as JSON Schema, as far as it can say them. Pure."""

from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor

from . import options

Schema = dict[str, Any]


def constrained(field: FieldDescriptor) -> Schema:
    """What the field's rules add to its schema."""
    stated = options.rules(field)
    kind = stated.WhichOneof("type")
    if kind is None:
        return {}
    rules = getattr(stated, kind)
    match kind:
        case "string":
            return text_rules(rules)
        case "repeated":
            return array_rules(rules)
        case "map":
            return named(rules, {"min_pairs": "minProperties", "max_pairs": "maxProperties"})
        case "enum":
            return enum_rules(rules, field)
        case _ if kind in NUMBERS:
            return number_rules(rules)
    return {}


def text_rules(rules: validate_pb2.StringRules) -> Schema:
    made = named(
        rules, {"const": "const", "min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"}
    )
    if rules.HasField("len"):
        made |= {"minLength": rules.len, "maxLength": rules.len}
    if rules.HasField("prefix"):
        made["pattern"] = f"^{rules.prefix}"
    formats = [name for rule, name in FORMATS.items() if rules.WhichOneof("well_known") == rule]
    return made | listed(rules) | ({"format": formats[0]} if formats else {})


def number_rules(rules: Any) -> Schema:
    bounds = {
        "const": "const",
        "gte": "minimum",
        "gt": "exclusiveMinimum",
        "lte": "maximum",
        "lt": "exclusiveMaximum",
    }
    return named(rules, bounds) | listed(rules)


def array_rules(rules: validate_pb2.RepeatedRules) -> Schema:
    made = named(rules, {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"})
    inner = rules.items.WhichOneof("type")
    if inner == "string":
        made["items"] = text_rules(rules.items.string)
    elif inner in NUMBERS:
        made["items"] = number_rules(getattr(rules.items, inner))
    return made


def enum_rules(rules: validate_pb2.EnumRules, field: FieldDescriptor) -> Schema:
    """The names that may be given, where that is not all of them."""
    enum = field.enum_type
    assert enum is not None, "rules of an enum stand on a field that is one"
    allowed = [
        value.name
        for value in enum.values
        if value.number not in rules.not_in
        and (not getattr(rules, "in") or value.number in getattr(rules, "in"))
    ]
    return {} if len(allowed) == len(enum.values) else {"enum": allowed}


def named(rules: Any, words: dict[str, str]) -> Schema:
    """The rules that are stated, under the names JSON Schema has for them."""
    return {word: getattr(rules, rule) for rule, word in words.items() if rules.HasField(rule)}


def listed(rules: Any) -> Schema:
    allowed = list(getattr(rules, "in"))
    return {"enum": allowed} if allowed else {}


NUMBERS = frozenset(
    {"double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64"}
)
FORMATS = {"email": "email", "hostname": "hostname", "uri": "uri", "uuid": "uuid"}
