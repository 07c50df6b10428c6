"""What a value is: missing or not, a number or a text, equal to another or not. Never an error."""

import json
import re
from collections.abc import Sequence
from hashlib import blake2b
from math import isfinite

# A number, or the text of anything else: equal values have equal keys.
Key = int | float | str


def missing(value: object) -> bool:
    """Absent, null or an empty text."""
    return value is None or value == ""


def number(value: object) -> int | float | None:
    """The number a value is or looks like, as JSON writes numbers; None when it is none.

    "10" and "-0.50" look like numbers. "007", "1e3" and " 10" are texts: codes must not become equal
    because they happen to consist of digits.
    """
    kind = value.__class__
    if kind is int:
        return value  # type: ignore[return-value]
    if kind is float:
        return value if isfinite(value) else None  # type: ignore[arg-type,return-value]
    if isinstance(value, str) and NUMERAL.fullmatch(value):
        return float(value) if "." in value else int(value)
    return None


def key(value: object) -> Key:
    """What makes two values the same: as numbers when they look numeric, otherwise as text."""
    found = number(value)
    return text(value) if found is None else found


def text(value: object) -> str:
    """A value as text: JSON for what is no text, with the names of objects in order."""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def short_key(value: object) -> Key:
    """The key, at a bounded size: a long text is known by its digest."""
    found = key(value)
    if isinstance(found, str) and len(found) > LONGEST_KEY:
        return "#" + blake2b(found.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return found


def at(document: object, steps: Sequence[str]) -> object:
    """What lies at the end of a path; None when it leads nowhere."""
    for step in steps:
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


def steps(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


NUMERAL = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?")
LONGEST_KEY = 64
