"""What an update may write, and what it asks to write."""

from collections.abc import Set as AbstractSet

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from .errors import Invalid, Violation


def changed(mask: FieldMask, message: Message, writable: AbstractSet[str]) -> list[str]:
    """The paths of *writable* to take from *message*, sorted.

    A mask that is absent means all that are set, `*` means all, and the name of a message means all in it.
    """
    if not mask.paths:
        return [path for path in sorted(writable) if is_set(message, path)]
    wanted = {path: _meant(path, writable) for path in mask.paths}
    refused = sorted(path for path, meant in wanted.items() if not meant)
    if refused:
        raise Invalid(
            "FIELD_NOT_WRITABLE",
            f"Not writable: {', '.join(refused)}. What can be written: {', '.join(sorted(writable))}.",
            violations=[Violation(f"update_mask.{path}", "cannot be written") for path in refused],
        )
    return sorted(set().union(*wanted.values()))


def is_set(message: Message, path: str) -> bool:
    """Whether the field at *path* was given: present, or without presence, other than its default."""
    first, _, rest = path.partition(".")
    given = first in {field.name for field, _ in message.ListFields()}
    return given and (not rest or is_set(getattr(message, first), rest))


def _meant(path: str, writable: AbstractSet[str]) -> set[str]:
    if path == "*":
        return set(writable)
    return {each for each in writable if each == path or each.startswith(f"{path}.")}
