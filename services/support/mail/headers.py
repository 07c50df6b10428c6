"""Headers of mail as they are meant: addresses, ids, a date."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from services.support.domain.addresses import plain
from services.support.mail import words

Headers = dict[str, tuple[str, ...]]


def all_headers(message: Message) -> Headers:
    """As they came, by their names in lower case. A few hundred of each mail."""
    found: dict[str, list[str]] = {}
    for name, value in list(message.raw_items())[:MOST_HEADERS]:
        key = words.storable(str(name)).lower().strip()
        found.setdefault(key, []).append(str(value)[:MOST_CHARACTERS])
    return {name: tuple(values) for name, values in found.items()}


def people(headers: Headers, *names: str) -> list[tuple[str, str]]:
    """Names and addresses of these headers, each address once, in their order."""
    found: dict[str, str] = {}
    for name in names:
        for value in headers.get(name, ()):
            for called, address in pairs(value):
                found.setdefault(address, called)
    return [(called, address) for address, called in found.items()][:MOST_PEOPLE]


def pairs(value: str) -> Iterable[tuple[str, str]]:
    """First as it is written, so that a comma in an encoded name parts nobody; then as it reads."""
    read = words.header(value)
    written, _ = words.readable(UNFOLD.sub(" ", value).encode("utf-8", "surrogateescape"), None)
    for text in (written, read):
        if fitting := [(called, address) for called, address in listed(text) if address]:
            return fitting
    return [("", address) for found in ADDRESS.findall(read) if (address := plain(found))]


def listed(text: str) -> list[tuple[str, str]]:
    try:
        return [(words.header(called), plain(address)) for called, address in getaddresses([text])]
    except (RecursionError, IndexError, ValueError):
        # Comments in comments in comments.
        return []


def message_ids(headers: Headers, name: str) -> tuple[str, ...]:
    """In their order, each once; some programs leave out the angles."""
    found: dict[str, None] = {}
    for value in headers.get(name, ()):
        text = words.header(value)
        ids = IN_ANGLES.findall(text) or [word.strip("<>,;") for word in text.split() if "@" in word]
        found.update(dict.fromkeys(canonical(id) for id in ids if id))
    return tuple(found)


def canonical(id: str) -> str:
    """In angles; an endless one by its digest."""
    if len(id.encode()) <= MOST_ID_BYTES:
        return f"<{id}>"
    return f"<{sha256(id.encode()).hexdigest()}@digest>"


def made_id(headers: Headers, body: bytes) -> str:
    """For mail without an id: the same mail has the same, whichever way it came."""
    digest = sha256()
    for name in ("from", "to", "date", "subject"):
        digest.update("\n".join(headers.get(name, ())).encode("utf-8", "surrogateescape") + b"\0")
    digest.update(body)
    return f"<{digest.hexdigest()[:40]}@without-message-id>"


def date(headers: Headers) -> datetime | None:
    for value in headers.get("date", ()):
        try:
            said = parsedate_to_datetime(words.header(value))
            return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


UNFOLD = re.compile(r"\r?\n[ \t]*")
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,64}@[^\s<>,;:\"()\[\]]{1,255}")
IN_ANGLES = re.compile(r"<([^<>\s]{1,2000})>")
MOST_HEADERS = 500
MOST_CHARACTERS = 20_000
MOST_PEOPLE = 200
# An index holds it.
MOST_ID_BYTES = 500
