"""HTML from strangers: cleaned of everything that acts, and as plain text."""

from html.parser import HTMLParser

import nh3


def clean(html: str) -> str:
    """What is left shows and does nothing. Images stand for files of the same mail, or are left out."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        attribute_filter=kept_attribute,
        link_rel="noopener noreferrer",
    )


def kept_attribute(tag: str, name: str, value: str) -> str | None:
    """An image from elsewhere would tell its sender when an agent looks."""
    if (tag, name) == ("img", "src") and not value.lower().startswith("cid:"):
        return None
    return value


def as_text(html: str) -> str:
    """The words of it, in lines as they are shown."""
    reader = Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


class Words(HTMLParser):
    """Collects what a reader would see. The library wants to be told by methods of these names."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in HIDDEN:
            self.hidden += 1
        elif tag in BREAKING:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in BREAKING - {"br"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data.replace("\n", " ").replace("\r", " "))


TAGS = nh3.ALLOWED_TAGS | {"font"}
ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "img": {"src", "alt", "width", "height"},
    "a": {"href", "title"},
}
HIDDEN = {"script", "style", "head", "title", "template"}
BREAKING = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "hr",
    "pre",
}
