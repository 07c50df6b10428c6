"""What the protos say in their comments, by the full name of what they say it of. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf import descriptor_pb2

Comments = Mapping[str, str]


def read_comments(descriptor_set: bytes) -> Comments:
    """Full name of every service, method, message, field, enum and value to the comment above it."""
    found: dict[str, str] = {}
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
        if not file.package.startswith(SPEAKING):
            continue
        for place in file.source_code_info.location:
            name = named(file, place.path) if place.leading_comments else None
            if name:
                found[name] = paragraphs(place.leading_comments)
    return found


def named(file: descriptor_pb2.FileDescriptorProto, path: Sequence[int]) -> str | None:
    """The full name at a path of the descriptor: pairs of a list's number and an index in it."""
    names = [file.package] if file.package else []
    described: Any = file
    for number, index in pairs(path):
        lists = described.DESCRIPTOR.fields_by_number
        if number not in lists or lists[number].name not in LISTS:
            return None
        described = getattr(described, lists[number].name)[index]
        names.append(described.name)
    # A path of odd length ends at an option or a keyword, not at something that has a name.
    return ".".join(names) if path and len(path) % 2 == 0 else None


def pairs(path: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(path[::2], path[1::2], strict=False)


def paragraphs(comment: str) -> str:
    """Lines joined where they were only wrapped; an empty line, or an indented one, keeps its break."""
    lines = [line.removeprefix(" ").rstrip() for line in comment.splitlines()]
    blocks = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n\n".join(
        block if re.search(r"^( {2,}|[-*] )", block, re.MULTILINE) else " ".join(block.split())
        for block in blocks
    )


def first_sentence(text: str) -> str:
    """Without its full stop, as a heading has none."""
    sentence = re.split(r"(?<=[.!?…])\s+(?=[A-Z`])|\n\n", text, maxsplit=1)[0]
    return sentence.rstrip(". ")


# Our own, and google.type.Money; the grammars of options and rules say nothing to a caller.
SPEAKING = ("rapport.", "google.type")
# The lists of a descriptor that hold what has a name.
LISTS = frozenset({"message_type", "nested_type", "enum_type", "service", "method", "field", "value"})
