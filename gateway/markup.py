"""HTML that is escaped unless it was made here, and the little Markdown our comments use. Pure."""

import re
from collections.abc import Iterable
from html import escape


class Html(str):
    """Markup that is ready to stand in a page. Every other text is escaped before it does."""

    __slots__ = ()


Content = str | Iterable[str]


def element(name: str, *content: Content, **attributes: str) -> Html:
    """An element; `class_` and `aria_label` become the attributes their names mean."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{written}>{joined(*content)}</{name}>")


def joined(*content: Content) -> Html:
    """One after the other; an empty text leaves no trace."""
    parts = [each for item in content for each in ([item] if isinstance(item, str) else item)]
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in parts))


def prose(text: str, heading: str = "h3") -> Html:
    """Paragraphs, lists, headings (`##`), code between backticks and links."""
    return joined(block(each.strip(), heading) for each in re.split(r"\n{2,}", text) if each.strip())


def block(text: str, heading: str) -> Html:
    if text.startswith("## "):
        return element(heading, inline(text.removeprefix("## ")))
    if text.startswith("- "):
        items = re.split(r"\n- ", text.removeprefix("- "))
        return element("ul", (element("li", inline(item)) for item in items))
    return element("p", inline(text))


def inline(text: str) -> Html:
    """Only links within this site are made: nothing here leads away."""
    return joined(piece(match) for match in PIECE.finditer(text))


def piece(match: re.Match[str]) -> str:
    if match["code"]:
        return element("code", " ".join(match["code"].split()))
    if match["link"]:
        return element("a", match["link"], href=match["target"])
    return match["text"]


PIECE = re.compile(
    r"`(?P<code>[^`]+)`|\[(?P<link>[^\]]+)\]\((?P<target>/[^)\s]*)\)|(?P<text>[^`\[]+|.)", re.DOTALL
)
