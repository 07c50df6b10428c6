"""The plain part of a mail, made from its HTML: what a person reads, in the order in which she reads it."""

import re
from collections.abc import Mapping
from html import unescape

import nh3


def plain(html: str) -> str:
    """Links as `text (address)`, lists with their marks, pictures by what they show, a line for each row."""
    # Brought into order as browsers do it: from here on a tag is a tag, and all else is text.
    ordered = nh3.clean(html, tags=TAGS, clean_content_tags=SILENT, attributes=ATTRIBUTES, link_rel=None)
    reader = Reader()
    for piece in PIECE.finditer(ordered):
        if piece["text"]:
            reader.say(piece["text"])
        elif piece["end"]:
            reader.end(piece["tag"])
        else:
            found = ATTRIBUTE.findall(piece["attributes"])
            reader.start(piece["tag"], {name: unescape(value) for name, value in found})
    return reader.text()


class Reader:
    """Reads on, line by line."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]
        # Where each open link began, and where it leads.
        self._links: list[tuple[int, int, str]] = []
        # For each open list the number of its next item; None where items have no numbers.
        self._lists: list[int | None] = []
        self._hidden: list[str] = []

    def text(self) -> str:
        lines = [CELLS.sub("  ", BLANKS.sub(" ", line)).strip(" \t") for line in self._lines]
        return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n" if any(lines) else ""

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if self._hidden or (HIDDEN.search(said.get("style", "")) and tag not in VOID):
            self._hidden += [tag] if tag not in VOID else []
            return
        if tag in PARAGRAPHS:
            self._break(2)
        elif tag in ROWS:
            self._break(1)
        match tag:
            case "br":
                self._lines.append("")
            case "hr":
                self._say("----")
                self._break(2)
            case "img" if alt := said.get("alt", "").strip():
                self._say(f"[{alt}]")
            case "a":
                self._links.append((len(self._lines), len(self._lines[-1]), said.get("href", "").strip()))
            case "ul" | "ol":
                self._lists.append(1 if tag == "ol" else None)
            case "li":
                self._say(self._mark())
            case "td" | "th":
                self._apart()

    def end(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        match tag:
            case "a" if self._links:
                self._lead(*self._links.pop())
            case "ul" | "ol" if self._lists:
                self._lists.pop()
        if tag in PARAGRAPHS:
            self._break(2)
        elif tag in ROWS:
            self._break(1)

    def say(self, text: str) -> None:
        if not self._hidden:
            self._say(BREAKS.sub(" ", unescape(text)))

    def _say(self, text: str) -> None:
        if self._lines[-1] or text.strip(" "):
            self._lines[-1] += text

    def _break(self, lines: int) -> None:
        """The next word stands on a new line, behind an empty one when *lines* are two."""
        if not self._lines[-1].strip(" "):
            self._lines.pop()
        if self._lines and lines > 1 and not self._lists and self._lines[-1]:
            self._lines.append("")
        self._lines.append("")

    def _apart(self) -> None:
        """Cells of one row."""
        if self._lines[-1].strip():
            self._lines[-1] += "\t"

    def _mark(self) -> str:
        indent = "\u00a0" * 2 * (len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _lead(self, line: int, column: int, url: str) -> None:
        """The address behind the words, unless they say it themselves or it leads nowhere."""
        shown = "\n".join([self._lines[line - 1][column:], *self._lines[line:]]).strip()
        if (
            url
            and not url.startswith("#")
            and shown != url
            and url not in {f"mailto:{shown}", f"tel:{shown}"}
        ):
            self._say(f" ({url})" if shown else url)


PIECE = re.compile(
    r"""<(?P<end>/)?(?P<tag>[a-z0-9]+)(?P<attributes>(?:\s+[a-z]+="[^"]*")*)\s*/?>|(?P<text>[^<]+)"""
)
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
PARAGRAPHS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table", "hr")
)
ROWS = frozenset(
    (
        "div",
        "tr",
        "li",
        "dt",
        "dd",
        "section",
        "article",
        "header",
        "footer",
        "center",
        "figure",
        "figcaption",
    )
)
VOID = frozenset(("br", "hr", "img"))
TAGS = {*PARAGRAPHS, *ROWS, *VOID, "a", "td", "th", "span"}
# What is said in these is not said to readers.
SILENT = {"head", "title", "style", "script", "noscript", "template", "textarea", "select", "option"}
SILENT |= {"iframe", "noembed", "noframes", "xmp", "plaintext", "svg", "math", "object", "audio", "video"}
ATTRIBUTES = {"a": {"href", "style"}, "img": {"alt"}, "*": {"style"}}
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# A no-break space stays.
BREAKS = re.compile(r"[ \t\n\r\f]+")
BLANKS = re.compile(r" {2,}")
CELLS = re.compile(r" *\t[ \t]*")
EMPTY_LINES = re.compile(r"\n{3,}")
