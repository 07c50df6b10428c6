"""A body as JSON: unpacked when it is packed, and never larger than it may be."""

import zlib

from chassis.errors import Invalid
from gateway.exchange import too_large


def plain(body: bytes, coding: bytes, *, limit: int) -> bytes:
    """The body without its gzip. One SDK packs it and says it is a form: the bytes themselves tell."""
    if body[:2] == GZIP:
        return unpacked(body, limit)
    if (name := coding.strip().lower()) not in KNOWN:
        raise Invalid(
            "MEDIA_TYPE_UNSUPPORTED", f"Send the body plain or as gzip, not as {name.decode('latin-1')[:50]}."
        )
    return body


def unpacked(body: bytes, limit: int) -> bytes:
    """At most *limit* bytes ever come out, however much a bomb would hold."""
    parts: list[bytes] = []
    room = limit
    while body:
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        try:
            part = unpacker.decompress(body, room + 1)
        except zlib.error:
            raise unreadable() from None
        room -= len(part)
        if room < 0:
            raise too_large(limit)
        if not unpacker.eof:
            raise unreadable()
        parts.append(part)
        body = unpacker.unused_data
        if body[:2] != GZIP:
            break
    return b"".join(parts)


def unreadable() -> Invalid:
    return Invalid("REQUEST_UNREADABLE", "The body is not whole gzip. Send it again, or send it plain.")


GZIP = b"\x1f\x8b"
GZIP_WINDOW = 16 + zlib.MAX_WBITS
# gzip too: a proxy may have unpacked the body and left the header.
KNOWN = frozenset((b"", b"identity", b"gzip", b"x-gzip"))
