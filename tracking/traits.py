"""What traits can be kept: bounded in number, name, size and depth, so that a profile stays one."""

import json
from collections.abc import Mapping
from typing import Any


def traits_problem(traits: Mapping[str, Any]) -> str | None:
    """Why these traits cannot be kept, in a sentence; None when they can."""
    if len(traits) > MOST_TRAITS:
        return f"There are {len(traits)} traits; at most {MOST_TRAITS} can be kept."
    for name, value in traits.items():
        if not name or len(name) > LONGEST_NAME:
            return f"The name of a trait has between 1 and {LONGEST_NAME} characters."
        if name.startswith(RESERVED):
            return f"The name of a trait cannot begin with {RESERVED!r}."
        if value.__class__ is str:
            text = value
        elif deeper(value, DEEPEST):
            return f"The trait {name!r} is nested more than {DEEPEST} levels deep."
        else:
            text = compact(value)
        if len(text) > LARGEST_BYTES or len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
            return f"The trait {name!r} is larger than {LARGEST_BYTES // 1024} KB."
    return None


def deeper(value: Any, levels: int) -> bool:
    """Whether *value* is nested more than so many levels; looks no deeper than that."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    return levels == 0 or any(deeper(each, levels - 1) for each in value)


compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# Under which names the profile service keeps decisions beside the traits.
RESERVED = "$consent/"
MOST_TRAITS = 500
LONGEST_NAME = 200
LARGEST_BYTES = 32 * 1024
DEEPEST = 32
