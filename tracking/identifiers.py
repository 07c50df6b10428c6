"""What identifies a person: kinds, their strength and limits, and how a value is written."""

import re
from functools import lru_cache
from typing import Any, NamedTuple


class Identifier(NamedTuple):
    """A value that leads to one profile."""

    # user_id, email, phone, external:<platform>, device or anonymous_id.
    kind: str
    value: str


def priority(kind: str) -> int:
    """How strong a kind is: 1 is the strongest."""
    return PRIORITIES.get(kind, EXTERNAL_PRIORITY)


def limit(kind: str) -> int:
    """How many identifiers of a kind one profile may have, unless the workspace says otherwise."""
    return LIMITS.get(kind, EXTERNAL_LIMIT)


def identifier(
    kind: str, value: Any, region: str = "", blocked: frozenset[str] = frozenset()
) -> Identifier | None:
    """The identifier, normalised; None when this value can identify nobody."""
    if value.__class__ is str:
        return _identifier(kind, value, region, blocked)
    text = plain(value)
    return None if text is None else _identifier(kind, text, region, blocked)


# Few people do most of what is done.
@lru_cache(32768)
def _identifier(kind: str, value: str, region: str, blocked: frozenset[str]) -> Identifier | None:
    text = plain(value)
    if text is None or not usable(text, blocked):
        return None
    if kind in ("email", "phone"):
        text = email(text) if kind == "email" else phone(text, region)
        # The normal form may be blocked where the value as sent was not.
        if text is None or not usable(text, blocked):
            return None
    return Identifier(kind, text)


def parse(text: str, region: str = "") -> Identifier | None:
    """Reads `kind:value`, such as `email:ada@example.com` or `external:shopify:123`."""
    kind, colon, value = text.partition(":")
    if kind == "external":
        name, colon, value = value.partition(":")
        kind = platform(name) or ""
    if not colon or not (kind in LIMITS or kind.startswith("external:")):
        return None
    return identifier(kind, value, region)


def named(
    *,
    user_id: Any = None,
    anonymous_ids: tuple[Any, ...] = (),
    traits: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    region: str = "",
    blocked: frozenset[str] = frozenset(),
) -> tuple[Identifier, ...]:
    """Every identifier an event names, strongest first, each once."""
    found: list[Identifier] = []
    if user_id is not None and (one := identifier("user_id", user_id, region, blocked)):
        found.append(one)
    if traits:
        told = (identifier(kind, traits[kind], region, blocked) for kind in TRAITS if kind in traits)
        found += [one for one in told if one]
    in_order = len(anonymous_ids) < 2
    if context and ("externalIds" in context or "device" in context):
        in_order = False
        found += external(context.get("externalIds"), region, blocked)
        found += devices(context.get("device"), blocked)
    for value in anonymous_ids:
        if value is not None and (one := identifier("anonymous_id", value, region, blocked)):
            found.append(one)
    return tuple(found if in_order else sorted(set(found), key=strength))


def strength(one: Identifier) -> tuple[int, str, str]:
    """Sorts the strongest first, and equals always the same way."""
    return priority(one.kind), one.kind, one.value


def external(listed: Any, region: str, blocked: frozenset[str]) -> list[Identifier]:
    """The people in `context.externalIds`: [{id, type, collection}]; accounts are not people."""
    found: list[Identifier] = []
    for entry in listed[:MOST_EXTERNAL_IDS] if isinstance(listed, list) else ():
        if not isinstance(entry, dict) or entry.get("collection") == "accounts":
            continue
        type = entry.get("type")
        kind = external_kind(type) if isinstance(type, str) else None
        if kind and (one := identifier(kind, entry.get("id"), region, blocked)):
            found.append(one)
    return found


def devices(device: Any, blocked: frozenset[str]) -> list[Identifier]:
    """The installation and its push address. Advertising ids are not ours to join people by."""
    if not isinstance(device, dict):
        return []
    told = (identifier("device", device.get(key), "", blocked) for key in ("id", "token"))
    return [one for one in told if one]


@lru_cache(1024)
def external_kind(type: str) -> str | None:
    """Which kind an external id's type means: `shopify_customer_id` is `external:shopify`."""
    if type in ("user_id", "email", "phone", "anonymous_id"):
        return type
    if type.partition(".")[0] in ("ios", "android"):
        return None if type.endswith("idfa") else "device"
    return platform(type)


def platform(name: str) -> str | None:
    """`external:<platform>`; None when it is no name."""
    word = re.sub(r"_(?:customer_?|user_?)?id$", "", name.strip().lower())
    return f"external:{word}" if PLATFORM.fullmatch(word) else None


def plain(value: Any) -> str | None:
    """An id as trimmed text; 12 and 12.0 are `12`. None for what is no id: too long, or not printable."""
    if value.__class__ is float and value.is_integer():
        value = int(value)
    if value.__class__ not in (str, int, float):
        return None
    text = str(value).strip()
    if len(text) > LONGEST or not (text.isprintable() or CONTROL.search(text) is None):
        return None
    return text


def usable(text: str, blocked: frozenset[str] = frozenset()) -> bool:
    """Whether a value can identify one person: empty ones, zeros and `guest` are shared by many."""
    folded = text.lower()
    return folded not in BLOCKED and folded not in blocked and bool(folded.strip("0-"))


def email(text: str) -> str | None:
    """An address, trimmed and in lower case; None when no mail could reach it."""
    address = text.strip().lower()
    return address if len(address) <= LONGEST_EMAIL and EMAIL.fullmatch(address) else None


def phone(text: str, region: str) -> str | None:
    """E.164. Without a country code the number is read in *region*; without a region it tells nobody."""
    # Reading numbers takes tables of every country: not before the first number comes.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


TRAITS = ("email", "phone")
PRIORITIES = {"user_id": 1, "email": 2, "phone": 3, "device": 5, "anonymous_id": 6}
EXTERNAL_PRIORITY = 4
LIMITS = {"user_id": 1, "email": 5, "phone": 5, "device": 20, "anonymous_id": 100}
EXTERNAL_LIMIT = 5
BLOCKED = frozenset(("", "null", "undefined", "none", "anonymous", "guest", "unknown", "n/a", "-1", "0"))
LONGEST = 500
LONGEST_EMAIL = 254
MOST_EXTERNAL_IDS = 20
# C0, DEL, C1, and what breaks a line or turns its direction.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
EMAIL = re.compile(
    r"[^\s@<>()\[\]\\,;:\"]{1,64}@"
    r"(?:[^\s@<>()\[\]\\,;:\".-](?:[^\s@<>()\[\]\\,;:\".]{0,61}[^\s@<>()\[\]\\,;:\".-])?\.)+"
    r"[^\W\d_](?:[\w-]{0,61}\w)"
)
PLATFORM = re.compile(r"[a-z][a-z0-9_-]{0,63}")
