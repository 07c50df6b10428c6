"""google.api.http path templates: what they bind and where. Pure.

`/v1/{name=profiles/*}:merge` is the segments `v1`, `profiles`, `*`, the custom verb `merge`, and one
variable, `name`, over the last two segments.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class Variable:
    """A field of the request that the path gives, over the segments from *start* to *end*."""

    field: str
    start: int
    end: int
    # It holds a resource name, `profiles/{id}`; otherwise it is one plain value.
    names_resource: bool


@dataclass(frozen=True, slots=True)
class Template:
    text: str
    # Literals, and `*` for what a caller fills in.
    segments: tuple[str, ...]
    # The custom verb after the colon; empty for the standard methods.
    verb: str
    variables: tuple[Variable, ...]

    @property
    def fixed(self) -> bool:
        """Nothing in it varies: it is the path."""
        return WILDCARD not in self.segments

    def path(self, parameters: Sequence[str]) -> str:
        """The path with its wildcards filled in order: by names for a document, by values for a call."""
        filling = iter(parameters)
        parts = [next(filling) if segment == WILDCARD else segment for segment in self.segments]
        return "/" + "/".join(parts) + (f":{self.verb}" if self.verb else "")

    def bind(self, segments: Sequence[str]) -> dict[str, str]:
        """Field path to the text that stands for it in *segments*, still percent-encoded."""
        return {each.field: "/".join(segments[each.start : each.end]) for each in self.variables}


def parse(text: str) -> Template:
    """Reads a template, or says in a ValueError what of the grammar the house does not speak."""
    path, verb = split_verb(text)
    segments: list[str] = []
    variables: list[Variable] = []
    for part in PART.findall(path):
        if not part.startswith("{"):
            segments.append(part)
            continue
        field, _, shape = part[1:-1].partition("=")
        filled = (shape or WILDCARD).split("/")
        variables.append(Variable(field, len(segments), len(segments) + len(filled), len(filled) > 1))
        segments.extend(filled)
    template = Template(text, tuple(segments), verb, tuple(variables))
    check(template)
    return template


def split_verb(text: str) -> tuple[str, str]:
    end = text.rfind("}") + 1
    colon = text.find(":", max(end, text.rfind("/")))
    return (text, "") if colon < 0 else (text[:colon], text[colon + 1 :])


def check(template: Template) -> None:
    for segment in template.segments:
        if segment != WILDCARD and not LITERAL.fullmatch(segment):
            raise ValueError(f"{template.text}: a segment is a word or `*`, not {segment!r}")
    if template.path([WILDCARD] * len(template.segments)) != VARIABLE.sub(shape_of, template.text):
        raise ValueError(f"{template.text} is not a path template")


def shape_of(variable: re.Match[str]) -> str:
    return variable["shape"] or WILDCARD


VARIABLE = re.compile(r"\{[a-z][a-z0-9_.]*(?:=(?P<shape>[^{}]+))?\}")
# A variable, which may hold slashes of its own, or what stands between two slashes.
PART = re.compile(r"\{[^}]*\}|[^/{}]+")
LITERAL = re.compile(r"[A-Za-z0-9_.~-]+")
