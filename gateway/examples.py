"""Examples for people, made from schemas: what a body looks like, not what any customer's is. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import Any

Schema = Mapping[str, Any]


def example(schema: Schema, schemas: Schema, *, sent: bool = False, above: tuple[str, ...] = ()) -> Any:
    """A value that fits; without what only the server sets when it is *sent*."""
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        if name in above:
            return {}
        if name in MESSAGES:
            return MESSAGES[name]
        return example(
            {**schemas[name], **without_reference(schema)}, schemas, sent=sent, above=(*above, name)
        )
    if given := schema.get("examples"):
        return given[0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type", "string" if "enum" in schema else ""):
        case "object":
            chosen, rivals = choices(schema, schemas, above)
            return {
                name: NAMED[name] if name in NAMED else example(each, schemas, sent=sent, above=above)
                for name, each in schema.get("properties", {}).items()
                if name not in rivals and not (sent and name not in chosen and left_out(name, each, schema))
            }
        case "array":
            # What the items are is mostly said of the whole.
            items = {key: schema[key] for key in ("description",) if key in schema} | schema["items"]
            return [example(items, schemas, sent=sent, above=above)]
        case "string":
            return example_text(schema)
        case "boolean":
            return True
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "number":
            return 1.5
    return None


def choices(schema: Schema, schemas: Schema, above: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Of fields that exclude each other: those that must be chosen, the first of each, and all the others.

    The first that comes to an end: a condition of conditions shows nothing.
    """
    chosen, rivals = set[str](), set[str]()
    for form in (schema, *schema.get("allOf", ())):
        names = [each["required"][0] for each in form.get("oneOf", ()) if "required" in each]
        if not names:
            continue
        properties = schema.get("properties", {})
        ending = [name for name in names if not above or not leads_to(above, properties[name], schemas)]
        first = (ending or names)[0]
        rivals |= {*names} - {first}
        if len(names) == len(form["oneOf"]):
            chosen.add(first)
    return chosen, rivals


def leads_to(names: Collection[str], schema: Any, schemas: Schema, seen: set[str] | None = None) -> bool:
    """Whether one of these types is somewhere in it."""
    seen = set() if seen is None else seen
    if isinstance(schema, list):
        return any(leads_to(names, each, schemas, seen) for each in schema)
    if not isinstance(schema, Mapping):
        return False
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in names:
        return True
    if name and name not in seen:
        seen.add(name)
        return leads_to(names, schemas[name], schemas, seen)
    return any(leads_to(names, each, schemas, seen) for each in schema.values())


def left_out(name: str, schema: Schema, whole: Schema) -> bool:
    """What a short request does without: what the server sets, and texts we have no example for."""
    told = name in NAMED or schema.get("type") != "string" or example_text(schema) != UNTOLD
    return bool(schema.get("readOnly")) or not (told or name in whole.get("required", ()))


def without_reference(schema: Schema) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$ref"}


def example_text(schema: Schema) -> str:
    if allowed := schema.get("enum"):
        return next((str(name) for name in allowed if not name.endswith("UNSPECIFIED")), str(allowed[0]))
    if known := FORMATS.get(schema.get("format", "")):
        return known
    if schema.get("contentEncoding") == "base64":
        return "SGVsbG8h"
    said = schema.get("description", "")
    if form := NAME.search(said):
        return PLACE.sub(lambda place: IDS.get(place[1], "1"), form[1])
    # "email, sms, push …": the comment lists what is usual, the first is as good as any.
    if first := LISTED.match(said):
        return first[1]
    return PATTERNS.get(schema.get("pattern", ""), UNTOLD)


NAME = re.compile(r"Format: ([\w/{}]+)")
PLACE = re.compile(r"\{(\w+)\}")
LISTED = re.compile(r"([a-z][a-z_]+)(?:, [\w:<>]+)+")
UNTOLD = "…"
IDS = {"uuid": "0198b6a4-7c1e-7f52-9d3a-5b0e6c2f8a41", "slug": "my-shop", "id": "1001", "order": "1001"}
FORMATS = {"date-time": "2026-01-31T12:00:00Z", "int64": "12", "uint64": "12", "email": "ada@example.org"}
# What patterns of the protos that no format describes are patterns of.
PATTERNS = {
    "^([01][0-9]|2[0-3]):[0-5][0-9]$": "09:00",
    "^(([01][0-9]|2[0-3]):[0-5][0-9])?$": "09:00",
    "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$": "18:00",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2026-12-24",
    r"^[0-9]{1,6}(\.[0-9]{1,6})?$": "1",
    r"^[0-9]{1,3}(\.[0-9]{1,4})?$": "1.5",
    "^[a-z][a-z0-9_]{0,31}$": "points",
    "^([a-z][a-z0-9_]{0,31})?$": "smtp",
    r"^([a-z_]+\.(read|write)|\*)$": "profiles.read",
    "^[a-z0-9][a-z0-9_-]{0,31}$": "a",
    "^[a-z0-9][a-z0-9_-]{0,63}$": "welcome",
}
# Messages of which only some fields go together.
MESSAGES: dict[str, Any] = {
    "EventFilter": {"type": "track", "names": ["Order Completed"]},
    "Money": {"currency_code": "EUR", "units": "12", "nanos": 500_000_000},
    "TraitCondition": {"path": "traits.city", "compare": {"operator": "EQ", "value": "Berlin"}},
}
# What fields of these names are about, in whichever message they stand.
NAMED: dict[str, Any] = {
    "address": "ada@example.org",
    "content_type": "application/pdf",
    "email": "ada@example.org",
    "file_name": "invoice.pdf",
    "locale": "en",
    "recipients": ["me@example.org"],
    "time_zone": "Europe/Berlin",
}
