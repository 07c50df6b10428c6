"""The Segment tracking API as it comes over the wire: envelopes and events, read and not yet judged."""

from typing import Annotated

import msgspec


class Unreadable(Exception):  # noqa: N818
    """A body in which no event can be found at all. The text tells what to send instead."""


class TooMany(Exception):  # noqa: N818
    """A batch of more events than one request may bring."""


class Envelope(msgspec.Struct, gc=False):
    """What surrounds the events of a batch. Nothing in it may sink them, so nothing in it is typed."""

    batch: msgspec.Raw
    sentAt: msgspec.Raw = msgspec.Raw()  # noqa: N815
    context: msgspec.Raw = msgspec.Raw()
    integrations: msgspec.Raw = msgspec.Raw()
    writeKey: msgspec.Raw = msgspec.Raw()  # noqa: N815


class Call(msgspec.Struct, gc=False):
    """An event, its objects left as they came. Ids may be numbers."""

    type: str | None = None
    messageId: str | int | float | None = None  # noqa: N815
    event: str | None = None
    name: str | None = None
    category: str | None = None
    userId: str | int | float | None = None  # noqa: N815
    anonymousId: str | int | float | None = None  # noqa: N815
    previousId: str | int | float | None = None  # noqa: N815
    groupId: str | int | float | None = None  # noqa: N815
    timestamp: str | int | float | None = None
    originalTimestamp: str | int | float | None = None  # noqa: N815
    sentAt: str | int | float | None = None  # noqa: N815
    traits: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()
    integrations: msgspec.Raw = msgspec.Raw()
