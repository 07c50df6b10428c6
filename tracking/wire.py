"""The Segment tracking API as it comes over the wire: envelopes and events, read and not yet judged."""

import re
from datetime import datetime
from typing import Any

import msgspec

# An id may be a number; it then means its text.
Id = str | int | float | None
Time = str | int | float | None
Object = dict[str, Any] | None
RAW = msgspec.Raw()


class Unreadable(Exception):  # noqa: N818
    """A body in which no event can be found at all. The text tells what to send instead."""


class TooMany(Exception):  # noqa: N818
    """A batch of more events than one request may bring."""


class Envelope(msgspec.Struct, gc=False):
    """What surrounds the events of a batch. Nothing in it may sink them, so nothing else is typed."""

    batch: list[msgspec.Raw]
    sentAt: msgspec.Raw = RAW  # noqa: N815
    context: msgspec.Raw = RAW
    integrations: msgspec.Raw = RAW


class Call(msgspec.Struct, gc=False):
    """An event whose fields are what they should be. Ids may be numbers."""

    type: str | None = None
    messageId: Id = None  # noqa: N815
    event: str | None = None
    name: str | None = None
    userId: Id = None  # noqa: N815
    anonymousId: Id = None  # noqa: N815
    previousId: Id = None  # noqa: N815
    groupId: Id = None  # noqa: N815
    timestamp: datetime | None = None
    originalTimestamp: datetime | None = None  # noqa: N815
    sentAt: datetime | None = None  # noqa: N815
    traits: Object = None
    properties: Object = None
    context: Object = None
    integrations: Object = None


class Loose(Call, gc=False):
    """The same event, its times in any of the ways clients write them."""

    timestamp: Time = None  # type: ignore[assignment]
    originalTimestamp: Time = None  # type: ignore[assignment]  # noqa: N815
    sentAt: Time = None  # type: ignore[assignment]  # noqa: N815


class Parts(msgspec.Struct, gc=False):
    """The objects of an event as they came."""

    traits: msgspec.Raw = RAW
    properties: msgspec.Raw = RAW
    context: msgspec.Raw = RAW
    integrations: msgspec.Raw = RAW


class Keys(msgspec.Struct, gc=False):
    """The write key a browser puts into the body, because it cannot set headers."""

    writeKey: msgspec.Raw = RAW  # noqa: N815
    batch: msgspec.Raw = RAW


def opened(call: str, body: bytes) -> Envelope:
    """The events of a request, each as its bytes. A single call is a batch of one."""
    try:
        try:
            envelope = enveloped(call, body)
        except (msgspec.DecodeError, RecursionError):
            # One event that no decoder follows must not sink the others.
            envelope = enveloped(call, pruned(mended(body)))
    except msgspec.ValidationError as wrong:
        wanted = "an object with an array `batch`" if call in BATCHES else "an object"
        raise Unreadable(f"The body must be {wanted}: {wrong}.") from None
    except msgspec.DecodeError as wrong:
        raise Unreadable(f"The body must be JSON: {wrong}.") from None
    except RecursionError:
        raise Unreadable("The body must be JSON that nests less.") from None
    if len(envelope.batch) > MOST_EVENTS:
        raise TooMany(f"A batch may bring {MOST_EVENTS} events, and this one has {len(envelope.batch)}.")
    return envelope


def enveloped(call: str, body: bytes) -> Envelope:
    """What the decoder makes of a body that is sound as a whole."""
    if call in BATCHES:
        return ENVELOPE.decode(body)
    OBJECT.decode(body)
    return Envelope([msgspec.Raw(body)])


def write_key(body: bytes) -> str | None:
    """The `writeKey` of the body, or else of the first event of its batch; None when there is none."""
    try:
        keys = KEYS.decode(body)
        if not bytes(keys.writeKey) and bytes(keys.batch)[:1] == b"[":
            keys = KEYS.decode(RAWS.decode(keys.batch)[0])
        return TEXT.decode(keys.writeKey) or None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, IndexError):
        return None


def depth(payload: bytes) -> int:
    """How deep the brackets of a JSON text nest, those in its strings left out."""
    level = deepest = 0
    for token in TOKENS.finditer(payload):
        mark = token[0]
        if mark in b"{[":
            level += 1
            deepest = max(deepest, level)
        elif mark in b"}]":
            level -= 1
    return deepest


def mended(body: bytes) -> bytes:
    """The body with halves of surrogate pairs replaced: programs that cut texts cut emojis in two."""
    return HALVES.sub(lambda found: b"\\ufffd" if found["half"] else found[0], body)


def pruned(body: bytes) -> bytes:
    """The body without what nests so deep that no decoder follows.

    It keeps enough to be refused by its depth, so that one such event does not sink its batch.
    """
    if len(body) > LARGEST_PRUNED:
        return body
    kept: list[bytes] = []
    level = start = 0
    for token in TOKENS.finditer(body):
        mark = token[0]
        if mark in b"{[":
            level += 1
            if level == KEPT + 1:
                kept.append(body[start : token.start()])
        elif mark in b"}]":
            level -= 1
            if level == KEPT:
                kept.append(b"0")
                start = token.end()
    return b"".join(kept) + body[start:] if level == 0 else body


def object_bytes(raw: msgspec.Raw) -> bytes:
    """A JSON object as it came; `{}` when it is absent or null."""
    found = bytes(raw)
    return found if found[:1] == b"{" else EMPTY


def lenient(raw: msgspec.Raw) -> Any:
    """What a part of the envelope says; None when it cannot be read."""
    try:
        return without_nul(msgspec.json.decode(raw)) if raw is not RAW else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def without_nul(value: Any) -> Any:
    """The same JSON with U+0000 taken out of its texts."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [without_nul(each) for each in value]
    if isinstance(value, dict):
        return {name.replace("\0", ""): without_nul(each) for name, each in value.items()}
    return value


class _Anything(msgspec.Struct, gc=False):
    """Any JSON object, none of it kept."""


EMPTY = b"{}"
BATCHES = frozenset(("batch", "import"))
# The largest body holds this many of the smallest events worth sending.
MOST_EVENTS = 5_000
OBJECT = msgspec.json.Decoder(_Anything)
ENVELOPE = msgspec.json.Decoder(Envelope)
KEYS = msgspec.json.Decoder(Keys)
RAWS = msgspec.json.Decoder(list[msgspec.Raw])
TEXT = msgspec.json.Decoder(str)
# How deep an event may nest, and how much of a deeper one is kept to show it.
DEEPEST = 32
KEPT = 3 * DEEPEST
LARGEST_PRUNED = 512 * 1024
HALVES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
