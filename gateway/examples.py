"""Examples for people, made from schemas: what a body looks like, not what any customer's is. Pure."""

import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]


def example(schema: Schema, schemas: Schema, *, sent: bool = False, above: tuple[str, ...] = ()) -> Any:
    """A value that fits; without what only the server sets when it is *sent*."""
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        if name in above:
            return {}
        return example(
            {**schemas[name], **without_reference(schema)}, schemas, sent=sent, above=(*above, name)
        )
    if given := schema.get("examples"):
        return given[0]
    match schema.get("type"):
        case "object":
            return {
                name: example(each, schemas, sent=sent, above=above)
                for name, each in schema.get("properties", {}).items()
                if not (sent and left_out(name, each, schema))
            }
        case "array":
            return [example(schema["items"], schemas, sent=sent, above=above)]
        case "string":
            return example_text(schema)
        case "boolean":
            return True
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "number":
            return 1.5
    return None


def left_out(name: str, schema: Schema, whole: Schema) -> bool:
    """What a short request does without: what the server sets, and texts we have no example for."""
    told = schema.get("type") != "string" or example_text(schema) != UNTOLD
    return bool(schema.get("readOnly")) or not (told or name in whole.get("required", ()))


def without_reference(schema: Schema) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$ref"}


def example_text(schema: Schema) -> str:
    if allowed := schema.get("enum"):
        return next((str(name) for name in allowed if not name.endswith("UNSPECIFIED")), str(allowed[0]))
    if known := FORMATS.get(schema.get("format", "")):
        return known
    said = schema.get("description", "")
    if form := NAME.search(said):
        return PLACE.sub(lambda place: IDS.get(place[1], "1"), form[1])
    # "email, sms, push …": the comment lists what is usual, the first is as good as any.
    return first[1] if (first := LISTED.match(said)) else UNTOLD


NAME = re.compile(r"Format: ([\w/{}]+)")
PLACE = re.compile(r"\{(\w+)\}")
LISTED = re.compile(r"([a-z][a-z_]+)(?:, [\w:<>]+)+")
UNTOLD = "…"
IDS = {"uuid": "0198b6a4-7c1e-7f52-9d3a-5b0e6c2f8a41", "slug": "my-shop", "id": "1001", "order": "1001"}
FORMATS = {"date-time": "2026-01-31T12:00:00Z", "int64": "12", "uint64": "12", "email": "ada@example.org"}
