"""What a person allowed or forbade, as events tell it."""

import re
from typing import Any, NamedTuple

from tracking.instant import is_of_our_age, microseconds, moment


class Consent(NamedTuple):
    """One decision of a person for one channel and purpose."""

    # email, sms, push …; `any` where the purpose is not tied to a channel.
    channel: str
    # marketing, analytics, sale …
    purpose: str
    granted: bool
    # context.consent, traits.consent or sec-gpc.
    source: str
    # What she was shown and where, what it is limited to, and when it ends, where that was told.
    evidence: str = ""
    scope: str = ""
    expire_time_us: int | None = None


def consents(traits: dict[str, Any] | None, context: dict[str, Any] | None, gpc: bool) -> tuple[Consent, ...]:
    """Every decision an event tells. Of two about the same, the denial holds."""
    found: list[Consent] = []
    if context and isinstance(told := context.get("consent"), dict):
        found += preferences(told.get("categoryPreferences"))
    if traits and isinstance(told := traits.get("consent"), dict):
        found += channels(told)
    if gpc:
        found.append(Consent("any", "sale", granted=False, source="sec-gpc"))
    if len(found) < 2:
        return tuple(found)
    firmest = {(one.channel, one.purpose): one for one in sorted(found, key=lambda one: not one.granted)}
    return tuple(firmest.values())


def preferences(told: Any) -> list[Consent]:
    """`context.consent.categoryPreferences`: {Advertising: true, DataSharing: false}."""
    if not isinstance(told, dict):
        return []
    return [
        Consent("any", purpose, granted, "context.consent")
        for category, value in list(told.items())[:MOST]
        if (purpose := word(category)) and (granted := decision(value)) is not None
    ]


def channels(told: dict[str, Any]) -> list[Consent]:
    """`traits.consent`: {email: true, sms: "denied", push: {marketing: true, profiling: {granted: …}}}."""
    found: list[Consent] = []
    for name, value in list(told.items())[:MOST]:
        channel = word(name)[:LONGEST_CHANNEL]
        if not channel:
            continue
        purposes = {"marketing": value} if is_decision(value) else value
        for purpose, answer in list(purposes.items())[:MOST] if isinstance(purposes, dict) else ():
            if (named := word(purpose)) and (one := decided(channel, named, answer)):
                found.append(one)
    return found


def decided(channel: str, purpose: str, answer: Any) -> Consent | None:
    """One decision: bare, or with its evidence, scope and end."""
    granted = decision(answer.get("granted") if isinstance(answer, dict) else answer)
    if granted is None:
        return None
    if not isinstance(answer, dict):
        return Consent(channel, purpose, granted, "traits.consent")
    return Consent(
        channel,
        purpose,
        granted,
        text(answer.get("source"), 200) or "traits.consent",
        evidence=text(answer.get("evidence"), 4000),
        scope=text(answer.get("scope"), 200),
        expire_time_us=end_us(answer.get("expire_time")),
    )


def end_us(value: Any) -> int | None:
    """When a grant ends; None when that is not told, or is no time."""
    when = moment(value) if value.__class__ in (str, int, float) else None
    return microseconds(when) if when and is_of_our_age(when) else None


def is_decision(value: Any) -> bool:
    """Whether a channel's value is one decision, and not one per purpose."""
    return decision(value) is not None or (isinstance(value, dict) and "granted" in value)


def decision(value: Any) -> bool | None:
    """True, false, or None where the value decides nothing: unknown stays unknown."""
    if type(value) is bool:
        return value
    return DECISIONS.get(value.strip().lower()) if type(value) is str else None


def word(name: str) -> str:
    """A name as purposes and channels are written: DataSharing is data_sharing. Empty when none is left."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_").lstrip("0123456789_")[:LONGEST_PURPOSE]


def text(value: Any, longest: int) -> str:
    """A text of bounded length; empty for anything else."""
    return value[:longest] if type(value) is str else ""


DECISIONS = {
    "granted": True, "true": True, "yes": True, "subscribed": True, "opted_in": True,
    "denied": False, "false": False, "no": False, "unsubscribed": False, "opted_out": False,
}  # fmt: skip
MOST = 50
LONGEST_CHANNEL = 32
LONGEST_PURPOSE = 64
