"""The pages customers see who want less, or more, mail from a shop. Pure: from what is known to HTML.

They need nothing from anywhere, run nothing, and show nothing that was not escaped.
"""

from collections.abc import Sequence
from html import escape

from rapport.campaign.v1 import links_pb2 as pb

from gateway.exchange import Header

from .link_words import Words
from .pages import Page


def unsubscribe(seen: pb.UnsubscribePage, sealed: str, words: Words) -> Page:
    """Before: one button, and nothing has happened yet. Afterwards: that it has."""
    what = escape(seen.topic) or escape(words.everything.format(shop=seen.shop_name))
    more = f'<p><a href="/p/{escape(sealed)}">{words.choose}</a></p>'
    if seen.unsubscribed:
        body = f"<h1>{words.left}</h1><p>{words.left_what.format(what=what, address=address(seen))}</p>{more}"
    else:
        body = (
            f"<h1>{words.leave}</h1><p>{words.leave_what.format(what=what, address=address(seen))}</p>"
            f'<form method="post"><button name="button" value="page">{words.leave}</button></form>{more}'
        )
    return page(200, seen.shop_name, body, words)


def preferences(seen: pb.Preferences, words: Words, *, saved: bool = False) -> Page:
    topics = "".join(topic(each) for each in seen.topics)
    note = f'<p role="status" class="note">{words.saved}</p>' if saved else ""
    if seen.opted_out:
        note += f'<p class="note">{words.opted_out.format(address=address(seen))}</p>'
    form = (
        f"<fieldset><legend>{words.topics}</legend>{topics}</fieldset>"
        f'<button name="button" value="save">{words.save}</button>'
    )
    leave = f'<button name="button" value="all" class="quiet">{words.leave_all}</button>'
    body = (
        f"<h1>{words.choose}</h1><p>{words.choose_what.format(address=address(seen))}</p>{note}"
        f'<form method="post">{form if topics else ""}{"" if seen.opted_out else leave}</form>'
    )
    return page(200, seen.shop_name, body, words)


def topic(each: pb.Preferences.Topic) -> str:
    id = escape(each.id)
    described = f'<small id="about-{id}">{escape(each.description)}</small>' if each.description else ""
    by = f' aria-describedby="about-{id}"' if each.description else ""
    checked = " checked" if each.subscribed else ""
    return (
        f'<input type="hidden" name="shown" value="{id}">'
        f'<label><input type="checkbox" name="topic" value="{id}"{by}{checked}> '
        f"<span>{escape(each.display_name)}{described}</span></label>"
    )


def sorry(status: int, words: Words) -> Page:
    """What is said to people when there is nothing to see, or not now."""
    title, sentence = words.sorry.get(status) or words.sorry[500]
    headers = [(b"retry-after", b"%d" % RETRY_SECONDS)] if status in PASSING else []
    return page(status, title, f"<h1>{title}</h1><p>{sentence}</p>", words, headers)


def page(status: int, title: str, body: str, words: Words, headers: Sequence[Header] = ()) -> Page:
    """*title* may be anything; *body* is HTML."""
    html = PAGE.format(lang=words.lang, title=escape(title), style=STYLE, body=body)
    return Page(status, [*HEADERS, *headers], html.encode())


def address(seen: pb.UnsubscribePage | pb.Preferences) -> str:
    return escape(seen.masked_address)


# After so many seconds it is worth another try.
RETRY_SECONDS = 5
PASSING = frozenset((429, 503))
POLICY = (
    b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
# The address of a page is a key to it: nobody is told whence a visitor comes.
PRIVATE: list[Header] = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
]
HEADERS: list[Header] = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY),
    *PRIVATE,
]
PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main>{body}</main></body>
</html>
"""
STYLE = """
:root { color-scheme: light dark }
body { margin: 0; font: 17px/1.5 system-ui, sans-serif }
main { max-width: 32rem; margin: 12vh auto; padding: 0 1.25rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 }
fieldset { border: 0; margin: 0 0 1rem; padding: 0 }
legend { padding: 0; font-weight: 600 }
label { display: flex; gap: .75rem; align-items: baseline; padding: .75rem 0 }
input { width: 1.25rem; height: 1.25rem; flex: none }
small { display: block; opacity: .8 }
button { font: inherit; width: 100%; padding: .75rem 1rem; margin: .25rem 0; border-radius: .5rem;
  border: 1px solid; background: #1d4ed8; color: #fff; cursor: pointer }
button.quiet { background: none; color: inherit }
:focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px }
.note { border-left: 4px solid; padding-left: .75rem }
"""
