"""What an event means: its identity, its time, whom it names and what it says, once and for everyone."""

import hashlib
import uuid
from typing import Any, NamedTuple

import msgspec

from tracking import wire
from tracking.check import Fault, sound
from tracking.consent import Consent, consents
from tracking.identifiers import Identifier, identifiers
from tracking.instant import microseconds
from tracking.names import standard


class Request(NamedTuple):
    """One call to the tracking API, as the door took it."""

    # batch, import, identify, track, page, screen, group or alias.
    call: str
    body: bytes
    receive_time_us: int
    ip: str = ""
    user_agent: str = ""
    # Sec-GPC: the browser asked not to sell or share.
    gpc: bool = False


class Event(msgspec.Struct, gc=False):
    """One thing somebody said or did. Times are microseconds since 1970 UTC."""

    # The same however often the event is sent.
    id: uuid.UUID
    # The client's; `derived-…` when it sent none.
    message_id: str
    # identify, track, page, screen, group or alias.
    type: str
    # The event's name in the words of the e-commerce spec; of a page or screen, its name; else empty.
    name: str
    # When it happened, corrected for the client's clock.
    time_us: int
    # What the client's clock said, when that differs.
    original_time_us: int | None
    receive_time_us: int
    # Whom it names, strongest first; at least one.
    identifiers: tuple[Identifier, ...]
    # What is told about the person, without `consent`; None when nothing is.
    traits: dict[str, Any] | None
    # JSON objects as sent. Of identify and group the properties are the traits.
    properties: bytes
    context: bytes
    integrations: bytes
    # It came through /v1/import: it counts, and starts no journey.
    historical: bool
    user_agent: str
    ip: str
    locale: str
    time_zone: str
    # source, medium, name, term, content …; None when none is told.
    campaign: dict[str, str] | None
    consents: tuple[Consent, ...]
    page_url: str
    # Of group calls; else empty.
    group_id: str


class Rejected(NamedTuple):
    """An event that cannot be understood, as it came, and why."""

    index: int
    payload: bytes
    field: str
    reason: str


def read(request: Request, region: str, blocked: frozenset[str]) -> list[Event | Rejected]:
    """Every event of a request in its order. *region* reads local phone numbers; *blocked* never identify."""
    raise NotImplementedError
