"""The body of a mail: MJML or HTML becomes what mail programs show, with its styles inlined.

Nothing is fetched: no style sheet, no font, no include. The libraries below go down with the process when
elements are nested thousands deep, so elements are counted before.
"""

import re
from html import escape

import css_inline
import mrml

from services.campaign.content.liquid import Broken, TooCostly, line_at
from services.campaign.content.locales import runs_from_the_right


def body(source: str, locale: str) -> str:
    """A whole document."""
    insist_on_few_elements(source)
    if is_mjml(source):
        source = from_mjml(source)
    elif not WHOLE.search(source):
        source = document(source, locale)
    return INLINER.inline(source) if STYLE.search(source) else source


def is_mjml(source: str) -> bool:
    return source.lstrip().startswith("<mjml")


def from_mjml(source: str) -> str:
    try:
        return str(mrml.to_html(source.strip(), None, MJML_OPTIONS).content)
    except OSError as error:
        raise Broken(line_of(source, str(error)), f"the MJML cannot be read: {error}") from None


def line_of(source: str, message: str) -> int:
    """Where MJML says at which byte it stumbled, the line of that byte."""
    found = POSITION.search(message)
    lead = len(source) - len(source.lstrip())
    return (
        line_at(source, lead + len(source.strip().encode()[: int(found[1])].decode(errors="ignore")))
        if found
        else 1
    )


def document(fragment: str, locale: str) -> str:
    """A piece of HTML as a document of its own, in its language and its direction."""
    direction = "rtl" if runs_from_the_right(locale) else "ltr"
    return DOCUMENT.format(lang=escape(locale), direction=direction, fragment=fragment)


def with_preheader(html: str, preheader: str) -> str:
    """Plain text for the line beside the subject, hidden at the very beginning of the body.

    Padded, so that no mailbox goes on with the first lines of the body.
    """
    hidden = PREHEADER.format(escape(preheader))
    found = BODY.search(html)
    return html[: found.end()] + hidden + html[found.end() :] if found else hidden + html


def insist_on_few_elements(source: str) -> None:
    if sum(1 for _ in ELEMENT.finditer(source)) > MOST_ELEMENTS:
        raise TooCostly(f"it has more than {MOST_ELEMENTS} elements")


INLINER = css_inline.CSSInliner(
    load_remote_stylesheets=False,
    # What depends on the screen cannot be inlined.
    keep_at_rules=True,
)
# Without the fonts that MJML would fetch from strangers.
MJML_OPTIONS = mrml.RenderOptions(fonts={})
ELEMENT = re.compile(r"<[a-zA-Z]")
MOST_ELEMENTS = 3000
WHOLE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
STYLE = re.compile(r"<style\b", re.IGNORECASE)
BODY = re.compile(r"<body\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
POSITION = re.compile(r"position (\d+)")
DOCUMENT = """<!DOCTYPE html>
<html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">\
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body>
{fragment}
</body></html>"""
PREHEADER = (
    '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{}'
    + "&#847;&zwnj;&nbsp;" * 60
    + "</div>"
)
