"""Whether a captured event can be understood, and if not, what its sender should change."""

import re
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from tracking.identifiers import CONTROL, LONGEST, named, usable
from tracking.instant import EARLIEST_YEAR, LATEST_YEAR, moment
from tracking.names import SPEC
from tracking.traits import traits_problem
from tracking.wire import BATCHES, DEEPEST, Call, Envelope, Loose, depth, lenient, mended, opened


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """An event of a request that cannot be understood."""

    index: int
    # Which field, as a path (`properties`, `context.traits`); empty when it is the event itself.
    field: str
    # A sentence that says what to change.
    reason: str


class Checked(msgspec.Struct, frozen=True, gc=False):
    """How many events a request brings, and which of them are bad."""

    count: int
    rejected: list[Rejection]


class Fault(Exception):  # noqa: N818
    """Why one event is not understood."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check(call: str, body: bytes) -> Checked:
    """Looks at every event of a request; raises `Unreadable` or `TooMany` when it cannot even begin."""
    envelope = opened(call, body)
    shared = immodest(envelope)
    rejected: list[Rejection] = []
    type = None if call in BATCHES else call
    for index, payload in enumerate(envelope.batch):
        try:
            if shared:
                raise shared
            sound(type, bytes(payload))
        except Fault as fault:
            rejected.append(Rejection(index, fault.field, fault.reason))
    return Checked(len(envelope.batch), rejected)


def immodest(envelope: Envelope) -> Fault | None:
    """What a batch's events share becomes part of each, so it is bounded more closely than they are."""
    shared = len(bytes(envelope.context)) + len(bytes(envelope.integrations))
    if shared > LARGEST_SHARED_BYTES:
        return Fault(
            "context",
            f"The batch's own `context` and `integrations` have {shared} bytes, and its events may share"
            f" {LARGEST_SHARED_BYTES}. Send them with the events they belong to.",
        )
    context = lenient(envelope.context)
    problem = unkept(context.get("traits")) if isinstance(context, dict) else None
    return Fault("context.traits", problem) if problem else None


def unkept(traits: Any) -> str | None:
    """Why traits cannot be kept. What is no object tells nothing about anybody, and is let be."""
    return traits_problem(traits) if isinstance(traits, dict) and traits else None


def sound(type: str | None, payload: bytes) -> Call:
    """The event in *payload*; raises `Fault` when it breaks a rule.

    *type* is the call's own; None in a batch, where each event states its own.
    """
    if len(payload) > LARGEST_BYTES:
        raise Fault("", f"The event has {len(payload)} bytes; an event may have {LARGEST_BYTES}. Send less.")
    if payload.count(b"{") + payload.count(b"[") > DEEPEST and depth(payload) > DEEPEST:
        raise Fault("", f"The event is nested deeper than {DEEPEST} levels. Send it flatter.")
    try:
        call = CALL.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        call = loosely(payload)
    if type is not None:
        call.type = type
    elif call.type not in TYPES:
        raise Fault("type", f"`type` must be one of {', '.join(sorted(TYPES))}.")
    for when in (call.timestamp, call.originalTimestamp, call.sentAt):
        if when is not None and not EARLIEST_YEAR <= when.year < LATEST_YEAR:
            untimely("timestamp")
    if call.type == "track" and not ((name := call.event) and name in SPEC):
        has_name(name)
    if not names_somebody(call):
        raise Fault("userId", NOBODY)
    if call.traits and (problem := unkept(call.traits)):
        raise Fault("traits", problem)
    if call.context and (problem := unkept(call.context.get("traits"))):
        raise Fault("context.traits", problem)
    if (id := call.messageId) is not None and len(
        id if id.__class__ is str else str(id)
    ) > LONGEST_MESSAGE_ID:
        raise Fault("messageId", f"`messageId` may have {LONGEST_MESSAGE_ID} characters; this one has more.")
    if len(payload) > LONGEST_NUMBER:
        numbers_fit(payload)
    return call


def loosely(payload: bytes) -> Call:
    """The event, its times read in any of the ways clients write them; raises `Fault` when that fails too."""
    try:
        call = LOOSE.decode(mended(payload))
    except UnicodeDecodeError:
        raise Fault("", "The event is not valid UTF-8. Encode its text as UTF-8.") from None
    except msgspec.ValidationError as wrong:
        blame(str(wrong))
    except (msgspec.DecodeError, ValueError):
        raise Fault("", "The event cannot be read as JSON. Send what a JSON library writes.") from None
    for field in TIMES:
        if (value := getattr(call, field)) is not None:
            setattr(call, field, moment(value) or untimely(field))
    return call


def names_somebody(call: Call) -> bool:
    """Whether the event tells whose it is, by a value that is one person's own."""
    type, user, anonymous = call.type, call.userId, call.anonymousId
    if type == "alias":
        required(call, "previousId", "an alias joins it with `userId`")
        required(call, "userId", "an alias joins it with `previousId`")
    elif type == "group":
        required(call, "groupId", "it says which group the person belongs to")
    theirs = user is not None and own("userId", user)
    theirs |= anonymous is not None and own("anonymousId", anonymous)
    if theirs:
        return True
    if is_blank(user) and is_blank(anonymous):
        raise Fault("userId", "The event names nobody. Send `userId` or `anonymousId`.")
    others = (call.previousId,) if type == "alias" else ()
    traits = None if type == "group" else call.traits
    return bool(named(anonymous_ids=others, traits=traits, context=call.context))


@lru_cache(32768)
def own(field: str, value: Any) -> bool:
    """Whether an id can be one person's own; raises `Fault` when it is no id at all."""
    text = value if value.__class__ is str else str(value)
    if len(text) > LONGEST:
        raise Fault(field, f"`{field}` may have {LONGEST} characters; this one has more.")
    if not text.isprintable() and CONTROL.search(text):
        raise Fault(field, f"`{field}` holds control characters. Send the id without them.")
    if LOST in text:
        raise Fault(field, f"`{field}` holds a broken character. Send the id as it is.")
    return usable(text.strip())


def required(call: Call, field: str, why: str) -> None:
    """Refuses an event without an id that its type needs."""
    value = getattr(call, field)
    if is_blank(value):
        raise Fault(field, f"`{field}` is missing; {why}.")
    own(field, value)


def is_blank(value: Any) -> bool:
    """Whether an id is absent. Zero is present, and nobody's own."""
    return value is None or (value.__class__ is str and not value.strip())


def has_name(name: str | None) -> None:
    """A tracked event says what happened."""
    trimmed = name.strip() if name else ""
    if not name or not trimmed:
        raise Fault("event", "`event` is missing; it says what happened, such as `Product Viewed`.")
    if len(trimmed) > LONGEST_NAME:
        raise Fault("event", f"`event` may have {LONGEST_NAME} characters; this one has {len(trimmed)}.")
    if "\0" in name or LOST in name:
        raise Fault("event", "`event` holds a NUL or a broken character. Send the name without it.")


def numbers_fit(payload: bytes) -> None:
    """Numbers end sooner than those a database can hold."""
    if any(len(digits[0]) > LONGEST_NUMBER for digits in NUMBERS.finditer(payload) if digits[0][:1] != b'"'):
        raise Fault("", "The event holds a number of too many digits. Send it as text, or shorter.")


def untimely(field: str) -> NoReturn:
    """Refuses a time."""
    raise Fault(
        field,
        f"`{field}` is no time between 1970 and 2200. Send ISO 8601, such as 2026-11-22T10:00:00.000Z, "
        "or milliseconds since 1970.",
    )


def blame(wrong: str) -> NoReturn:
    """Turns what the decoder says into a field and a sentence."""
    found = WRONG_TYPE.search(wrong)
    if found is None:
        raise Fault("", f"The event cannot be read: {wrong}.") from None
    wanted, got, path = found["wanted"], KINDS.get(found["got"], found["got"]), found["path"] or ""
    if not path:
        raise Fault("", f"An event must be an object; this is {got}.") from None
    if "object" in wanted:
        wanted = "an object"
    else:
        wanted = "text" if wanted.startswith("str | null") else "text or a number"
    raise Fault(path, f"`{path}` must be {wanted}; this is {got}.") from None


# What is left of half a surrogate pair: two different ids would look the same.
LOST = "\N{REPLACEMENT CHARACTER}"
TYPES = frozenset(("identify", "track", "page", "screen", "group", "alias"))
TIMES = ("timestamp", "originalTimestamp", "sentAt")
LARGEST_BYTES = 32 * 1024
LARGEST_SHARED_BYTES = 4 * 1024
LONGEST_NAME = 200
LONGEST_MESSAGE_ID = 200
NOBODY = (
    "The event names nobody: values such as `guest`, `null` and `0` are shared by many. "
    "Send an id of the person's own, or leave it out and send `anonymousId`."
)
CALL = msgspec.json.Decoder(Call)
LOOSE = msgspec.json.Decoder(Loose)
WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`(?: - at `\$\.(?P<path>[^`]+)`)?")
KINDS = {
    "array": "an array",
    "object": "an object",
    "int": "a number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
}
# PostgreSQL keeps 16,383 digits behind the point, Python reads 4,300 before it.
LONGEST_NUMBER = 4_300
NUMBERS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[0-9]+', re.DOTALL)
