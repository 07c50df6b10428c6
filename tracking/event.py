"""What an event means: its identity, its time, whom it names and what it says, once and for everyone."""

from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tracking import wire
from tracking.check import Fault, immodest, sound
from tracking.consent import Consent, consents
from tracking.identifiers import Identifier, named
from tracking.instant import LATEST_US, is_of_our_age, microseconds, moment
from tracking.names import standard
from tracking.wire import EMPTY, lenient, object_bytes, without_nul


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
    id: UUID
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


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """An event that cannot be understood, as it came, and why."""

    index: int
    payload: bytes
    field: str
    reason: str


def read(request: Request, region: str, blocked: frozenset[str]) -> list[Event | Rejected]:
    """Every event of a request in its order. *region* reads local phone numbers; *blocked* never identify."""
    try:
        envelope = wire.opened(request.call, request.body)
    except (wire.Unreadable, wire.TooMany) as wrong:
        return [Rejected(0, request.body, "", str(wrong))]
    around = surroundings(request, envelope, region, blocked)
    shared = immodest(envelope)
    found: list[Event | Rejected] = []
    for index, raw in enumerate(envelope.batch):
        payload = bytes(raw)
        try:
            if shared:
                raise shared
            found.append(event(payload, around))
        except Fault as fault:
            found.append(Rejected(index, payload, fault.field, fault.reason))
    return found


class Surroundings(NamedTuple):
    """What the events of one request share."""

    type: str | None
    historical: bool
    receive_time_us: int
    # How far the client's clock is ahead, by the batch's own sentAt.
    skew_us: int
    # For events that bring none of their own.
    context: dict[str, Any]
    context_raw: bytes
    integrations_raw: bytes
    ip: str
    user_agent: str
    gpc: bool
    region: str
    blocked: frozenset[str]


def surroundings(
    request: Request, envelope: wire.Envelope, region: str, blocked: frozenset[str]
) -> Surroundings:
    """Reads the envelope leniently: what is wrong with it must not sink its events."""
    context, integrations = lenient(envelope.context), lenient(envelope.integrations)
    return Surroundings(
        type=None if request.call in wire.BATCHES else request.call,
        historical=request.call == "import",
        receive_time_us=request.receive_time_us,
        skew_us=skew(lenient(envelope.sentAt), request.receive_time_us),
        context=context if isinstance(context, dict) else {},
        context_raw=JSON.encode(context) if isinstance(context, dict) else EMPTY,
        integrations_raw=JSON.encode(integrations) if isinstance(integrations, dict) else EMPTY,
        ip=request.ip,
        user_agent=request.user_agent,
        gpc=request.gpc,
        region=region,
        blocked=blocked,
    )


def event(payload: bytes, around: Surroundings) -> Event:
    """What one event means; raises `Fault` when it cannot be understood."""
    call, parts = understood(payload, around.type)
    type = call.type or ""
    context = call.context or around.context
    traits = personal_traits(call, context)
    identifiers = named(
        user_id=call.userId,
        anonymous_ids=(call.anonymousId, call.previousId) if type == "alias" else (call.anonymousId,),
        traits=traits,
        context=context,
        region=around.region,
        blocked=around.blocked,
    )
    if not identifiers:
        raise Fault("userId", "Every id of the event is blocked: such values identify nobody.")
    message_id, digest = message(call)
    time_us, original_time_us = times(call, around)
    client = Client.read(context, around)
    return Event(
        id=UUID(bytes=digest),
        message_id=message_id,
        type=type,
        name=standard(call.event or "") if type == "track" else short(call.name, LONGEST_TEXT),
        time_us=time_us,
        original_time_us=original_time_us,
        receive_time_us=around.receive_time_us,
        identifiers=identifiers,
        traits=without_consent(traits),
        properties=object_bytes(parts.traits if type in TELL_TRAITS else parts.properties),
        context=bytes(parts.context) if call.context else around.context_raw,
        integrations=bytes(parts.integrations) if call.integrations else around.integrations_raw,
        historical=around.historical,
        user_agent=client.user_agent,
        ip=client.ip,
        locale=client.locale,
        time_zone=client.time_zone,
        campaign=client.campaign,
        consents=consents(traits, context, around.gpc),
        page_url=client.page_url,
        group_id=str(call.groupId) if type == "group" else "",
    )


def understood(payload: bytes, type: str | None) -> tuple[wire.Call, wire.Parts]:
    """The event read, and its objects as they came; without the one character PostgreSQL stores nowhere."""
    call = sound(type, payload)
    if NUL in payload:
        payload = JSON.encode(without_nul(msgspec.json.decode(wire.mended(payload))))
        call = sound(type, payload)
    try:
        return call, PARTS.decode(payload)
    except msgspec.DecodeError:
        return call, PARTS.decode(wire.mended(payload))


class Client(NamedTuple):
    """What a person held in her hand, as the context tells it, and where she was."""

    user_agent: str
    ip: str
    locale: str
    time_zone: str
    campaign: dict[str, str] | None
    page_url: str

    @classmethod
    def read(cls, context: dict[str, Any], around: Surroundings) -> "Client":
        """The sender's own address and agent fill in, unless a shop's server sent it for her."""
        server = from_a_server(context)
        page = context.get("page")
        return cls(
            short(context.get("userAgent"), 1000) or ("" if server else around.user_agent),
            short(context.get("ip"), 64) or ("" if server else around.ip),
            short(context.get("locale"), 64),
            short(context.get("timezone"), 64),
            campaign(context["campaign"]) if "campaign" in context else None,
            short(page.get("url"), 2000) if page.__class__ is dict else "",
        )


def times(call: wire.Call, around: Surroundings) -> tuple[int, int | None]:
    """When it happened, by our clock; and by the client's, when that differs."""
    said = call.timestamp or call.originalTimestamp
    if said is None:
        return around.receive_time_us, None
    clock_us = original_us = microseconds(said)
    skew_us = around.skew_us if call.sentAt is None else microseconds(call.sentAt) - around.receive_time_us
    if call.originalTimestamp is not None:
        original_us = microseconds(call.originalTimestamp)
    time_us = min(max(clock_us - skew_us, 0), LATEST_US)
    return time_us, original_us if original_us != time_us else None


def skew(sent: Any, receive_time_us: int) -> int:
    """How far the client's clock is ahead. Nothing when it does not tell when it sent."""
    when = moment(sent) if sent.__class__ in (str, int, float) else None
    return microseconds(when) - receive_time_us if when and is_of_our_age(when) else 0


def message(call: wire.Call) -> tuple[str, bytes]:
    """The event's id as its client gave it, else as its content gives it: a retry is the same event."""
    id = call.messageId
    if id is not None and (text := id.strip() if id.__class__ is str else str(id)):
        return text, blake2b(text.encode(), digest_size=16).digest()
    told = {name: getattr(call, name) for name in call.__struct_fields__ if name not in UNTOLD}
    digest = blake2b(CANONICAL.encode(told), digest_size=16).digest()
    return f"derived-{digest.hex()}", digest


def personal_traits(call: wire.Call, context: dict[str, Any]) -> dict[str, Any] | None:
    """What is told about the person. The traits of a group call are the group's."""
    own = None if call.type == "group" else call.traits
    told = context.get("traits")
    if told.__class__ is dict and told:
        return {**told, **own} if own else told
    return own or None


def without_consent(traits: dict[str, Any] | None) -> dict[str, Any] | None:
    """Decisions are no traits."""
    if traits and "consent" in traits:
        traits = {name: value for name, value in traits.items() if name != "consent"}
    return traits or None


def campaign(told: Any) -> dict[str, str] | None:
    """The UTM parameters as text."""
    if not isinstance(told, dict):
        return None
    named = {name[:64]: short(value, LONGEST_TEXT) for name, value in list(told.items())[:20]}
    return {name: value for name, value in named.items() if value} or None


def from_a_server(context: dict[str, Any]) -> bool:
    """Whether a server's library sent it: then the sender's address and agent are not the person's."""
    library = context.get("library")
    return isinstance(library, dict) and library.get("name") in SERVER_LIBRARIES


def short(value: Any, longest: int) -> str:
    """A text of bounded length; empty for anything else."""
    return value[:longest] if type(value) is str else ""


PARTS = msgspec.json.Decoder(wire.Parts)
# What a retry changes, and what is no content.
UNTOLD = frozenset(("messageId", "sentAt"))
NUL = b"\\u0000"
TELL_TRAITS = frozenset(("identify", "group"))
LONGEST_TEXT = 200
JSON = msgspec.json.Encoder()
CANONICAL = msgspec.json.Encoder(order="deterministic")
SERVER_LIBRARIES = frozenset(
    (
        "analytics-python",
        "@segment/analytics-node",
        "analytics-node",
        "analytics-ruby",
        "analytics-go",
        "analytics-java",
        "analytics-php",
        "analytics-csharp",
        "Analytics.NET",
        "analytics-clojure",
        "analytics-rust",
        "rudder-sdk-python",
        "@rudderstack/rudder-sdk-node",
    )
)
