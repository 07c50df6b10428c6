"""The links of a mail lead back through us, so that clicks are counted; and whoever gets it can leave.

What is no link stays byte for byte as it was written. Nothing is looked up here, and nothing stored: who
sends the mail keeps `Tracked.urls`, for a click leads to what was stored and never to what a request says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit
from uuid import UUID

from chassis.tokens import Token, seal
from services.campaign.content.footers import FOOTERS, Footer
from services.campaign.content.markup import Edit, Link, edited, looked_at


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one message leads back to. *base* is `https://host`, from `base`."""

    base: str
    secret: str
    workspace: str
    send: UUID

    def click(self, number: int) -> str:
        return f"{self.base}/c/{self._token(CLICK, number)}"

    @property
    def pixel(self) -> str:
        return f"{self.base}/o/{self._token(OPEN)}.gif"

    @property
    def unsubscribe(self) -> str:
        """For templates, as `links.unsubscribe`."""
        return f"{self.base}/u/{self._token(UNSUBSCRIBE)}"

    @property
    def preferences(self) -> str:
        """For templates, as `links.preferences`."""
        return f"{self.base}/p/{self._token(UNSUBSCRIBE)}"

    def _token(self, purpose: str, number: int = 0) -> str:
        return seal(self.secret, purpose, Token(self.workspace, self.send, number))


@dataclass(frozen=True, slots=True)
class Tracked:
    """A mail as it goes out."""

    html: str
    text: str
    # Where its links lead: the place in here is the number in the token.
    urls: tuple[str, ...] = ()
    # List-Unsubscribe and its Post; none for what is strictly transactional.
    headers: Mapping[str, str] = field(default_factory=dict)


def base(link_url: str, link_domain: str) -> str:
    """The beginning of every link: the channel's own host, or the gateway as the installation says."""
    return f"https://{link_domain}" if link_domain else link_url


def tracked(
    html: str,
    text: str,
    addresses: Addresses,
    *,
    # Whether opens and clicks are counted: the template, the channel and the customer all allow it.
    tracking: bool,
    # `marketing`, `operational` or `transactional`.
    message_class: str,
    # `journeys/{slug}` or `broadcasts/{slug}`; for a message of its own `templates/{slug}`.
    campaign: str,
    postal_address: str = "",
    locale: str = "",
) -> Tracked:
    """The bodies with links that are counted, a pixel, and the way out that the law asks for.

    An empty body stays empty. A way out that the template shows itself is not shown again.
    """
    found = Found(addresses, campaign.rpartition("/")[2]) if tracking else None
    if found:
        html, text = found.in_html(html), found.in_text(text)
    headers = {}
    if message_class != TRANSACTIONAL:
        footer = FOOTERS.get(locale[:2].lower(), FOOTERS["en"])
        html = html and with_footer(html, addresses, postal_address, footer)
        text = text and with_text_footer(text, addresses, postal_address, footer)
        headers = unsubscribe_headers(addresses)
    if found and html:
        html = before_end(html, PIXEL.format(escape(addresses.pixel)))
    return Tracked(html, text, tuple(found.numbers) if found else (), headers)


def unsubscribe_headers(addresses: Addresses) -> dict[str, str]:
    """RFC 8058: exactly one address, and that one click suffices."""
    return {
        "List-Unsubscribe": f"<{addresses.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


class Found:
    """The links of one message, each with its number; the same address twice is one link."""

    def __init__(self, addresses: Addresses, campaign: str) -> None:
        self._addresses, self._campaign = addresses, campaign
        self.numbers: dict[str, int] = {}
        # Who writes `data-no-track` means the address, also where it stands as text.
        self._left_alone: set[str] = set()

    def in_html(self, html: str) -> str:
        links = looked_at(html).links
        self._left_alone = {link.url for link in links if link.left_alone}
        edits = [edit for link in links if (edit := self._edit(link))]
        return edited(html, edits)

    def in_text(self, text: str) -> str:
        return TEXT_URL.sub(lambda found: self._in_text(found[0]), text)

    def _edit(self, link: Link) -> Edit | None:
        counted = self._counted(link.url)
        return Edit(link.start, link.end, f'"{escape(counted)}"') if counted else None

    def _in_text(self, found: str) -> str:
        """A full stop behind an address belongs to the sentence, and so does a bracket that closes it."""
        url = found.rstrip(CLOSING)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(CLOSING)
        return (self._counted(url) or url) + found[len(url) :]

    def _counted(self, url: str) -> str | None:
        """The address that leads there by way of us; None when the link stays as it is."""
        stored = None if url in self._left_alone or self._is_ours(url) else destination(url, self._campaign)
        if stored is None or (stored not in self.numbers and len(self.numbers) >= MOST_LINKS):
            return None
        return self._addresses.click(self.numbers.setdefault(stored, len(self.numbers)))

    def _is_ours(self, url: str) -> bool:
        return any(url.startswith(f"{self._addresses.base}/{door}/") for door in "cuop")


def destination(url: str, campaign: str) -> str | None:
    """Where a click leads in the end: fit for a header, with UTM parameters. None for what is no web page."""
    try:
        parts = urlsplit(url.strip(BLANK).translate(NO_BREAKS))
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return None
        netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:  # no address that a browser could follow either
        return None
    query = with_utm(parts.query, campaign)
    path, query, fragment = (quote(part, safe=PRINTABLE) for part in (parts.path, query, parts.fragment))
    made = urlunsplit((parts.scheme.lower(), quote(netloc, safe=PRINTABLE), path, query, fragment))
    return made if len(made) <= LONGEST_URL else None


def with_utm(query: str, campaign: str) -> str:
    """Whose visit it is, for the shop's own statistics. What the link says itself is kept."""
    present = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    utm = {"utm_source": "rapport", "utm_medium": "email", "utm_campaign": campaign}
    added = [
        f"{name}={quote(value, safe='')}" for name, value in utm.items() if value and name not in present
    ]
    return "&".join([*([query] if query else []), *added])


def with_footer(html: str, addresses: Addresses, postal_address: str, footer: Footer) -> str:
    lines = []
    if addresses.unsubscribe not in html:
        lines.append(f'<a href="{escape(addresses.unsubscribe)}">{footer.unsubscribe}</a>')
    address = "<br>".join(escape(line) for line in lines_of(postal_address))
    if address and address not in html:
        lines.append(address)
    return before_end(html, FOOTER.format("<br>".join(lines))) if lines else html


def with_text_footer(text: str, addresses: Addresses, postal_address: str, footer: Footer) -> str:
    lines = []
    if addresses.unsubscribe not in text:
        lines.append(f"{footer.unsubscribe}: {addresses.unsubscribe}")
    address = "\n".join(lines_of(postal_address))
    if address and address not in text:
        lines.append(address)
    return "\n".join([text.rstrip("\n"), "", "-- ", *lines, ""]) if lines else text


def lines_of(postal_address: str) -> list[str]:
    return [line for each in postal_address.splitlines() if (line := each.strip())]


def before_end(html: str, addition: str) -> str:
    """Where a body ends, or at the very end of what has none."""
    end = looked_at(html).end
    return edited(html, [Edit(end, end, addition)])


# What each token is for; the gateway's doors know the same words.
CLICK, OPEN, UNSUBSCRIBE = "click", "open", "unsubscribe"
TRANSACTIONAL = "transactional"
# The number in a token has two bytes; no reader follows as many as this.
MOST_LINKS = 1000
LONGEST_URL = 4000
TEXT_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
CLOSING = ".,;:!?'…"
# What browsers leave out of an address before they read it.
BLANK = "".join(map(chr, range(0x21)))
NO_BREAKS = {ord(each): None for each in "\t\r\n"}
PRINTABLE = "".join(chr(each) for each in range(0x21, 0x7F) if chr(each) not in '"<>\\^`{|}')
PIXEL = '<img src="{}" width="1" height="1" alt="" style="border:0;width:1px;height:1px">'
FOOTER = (
    '<p style="margin:24px auto;max-width:600px;text-align:center;font:12px/1.5 sans-serif;color:#666">{}</p>'
)
