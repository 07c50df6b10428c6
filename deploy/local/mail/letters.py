"""What stands in a mail, as far as it can be read. No mail is so broken that it cannot be looked at."""

import email
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser


@dataclass(frozen=True, slots=True)
class Letter:
    """In the order of the mail; encoded words are read."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    # The names of what is attached.
    attachments: tuple[str, ...]

    def header(self, name: str) -> str:
        """The first of this name; empty when there is none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


def read(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw)
    headers = tuple((name, legible(str(value))) for name, value in message.raw_items())
    bodies = {"text/plain": "", "text/html": ""}
    attachments = []
    for part in leaves(message):
        kind, name = part.get_content_type(), part.get_filename()
        if kind in bodies and not name:
            bodies[kind] = bodies[kind] or content(part)
        else:
            attachments.append(name or kind)
    return Letter(headers, bodies["text/plain"], bodies["text/html"], tuple(attachments))


def headers(raw: bytes, *names: str) -> list[str]:
    """The first of each name, without looking at the rest of the mail; empty for what there is none of."""
    found: dict[str, str] = {}
    for known, text in BytesHeaderParser().parsebytes(raw[:HEAD_BYTES]).raw_items():
        found.setdefault(known.lower(), str(text))
    return [legible(found.get(name.lower(), "")) for name in names]


def leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return data.decode(errors="replace")


def legible(value: str) -> str:
    """Encoded words read, folds undone; bytes that are no ASCII are taken for UTF-8."""
    plain = value.encode("ascii", "surrogateescape").decode("utf-8", "replace")
    plain = plain.replace("\r\n", "").replace("\r", "").replace("\n", "")
    if "=?" not in plain:
        return plain
    try:
        return str(make_header(decode_header(plain)))
    except (HeaderParseError, LookupError, UnicodeError, NotBase64, ValueError):
        return plain


# What stands behind that many bytes of headers is not looked for.
HEAD_BYTES = 100_000
