"""Where in a piece of HTML its links stand and where its body ends. What is not asked for is not touched."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate
from typing import NamedTuple


class Link(NamedTuple):
    """The value of an `href`, with its quotes: from *start* to *end*."""

    start: int
    end: int
    # As a browser reads it.
    url: str
    # It says `data-no-track`.
    left_alone: bool


class Edit(NamedTuple):
    start: int
    end: int
    by: str


@dataclass(slots=True)
class Looked:
    links: list[Link] = field(default_factory=list)
    # Where the body ends.
    end: int = 0


def looked_at(html: str) -> Looked:
    reader = Reader(html)
    reader.feed(html)
    reader.close()
    return reader.found


def edited(html: str, edits: Iterable[Edit]) -> str:
    """Everything between the edits stays byte for byte."""
    parts, at = [], 0
    for edit in sorted(edits):
        parts += [html[at : edit.start], edit.by]
        at = edit.end
    return "".join([*parts, html[at:]])


class Reader(HTMLParser):
    """Comments, styles and scripts are not looked into: what looks like a link there is none."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found = Looked(end=len(html))
        self._lines = [0, *accumulate(len(line) + 1 for line in html.split("\n"))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in LINKS:
            return
        source, start = self.get_starttag_text() or "", self._at()
        # Of an attribute that stands twice, the first holds.
        for attribute in ATTRIBUTE.finditer(source, len(tag) + 1):
            if attribute["name"].lower() == "href":
                self._keep(attribute, start, left_alone=any(name == "data-no-track" for name, _ in attrs))
                return

    def handle_endtag(self, tag: str) -> None:
        """The last end of a body counts: what quotes another mail may have one of its own."""
        if tag == "body":
            self.found.end = self._at()

    def _keep(self, attribute: re.Match[str], start: int, *, left_alone: bool) -> None:
        value = attribute["value"]
        if value:
            bare = value[1:-1] if value[0] in "\"'" else value
            place = (start + attribute.start("value"), start + attribute.end("value"))
            self.found.links.append(Link(*place, unescape(bare), left_alone))

    def _at(self) -> int:
        """The place of what is being read, from the beginning."""
        line, column = self.getpos()
        return self._lines[line - 1] + column


LINKS = frozenset(("a", "area"))
ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'<>/=]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s"'>][^\s>]*))?""", re.ASCII
)
