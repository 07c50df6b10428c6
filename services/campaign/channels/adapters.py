"""The ways in which we speak to providers, and what each has to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from chassis.clock import Clock
from chassis.errors import Invalid, Violation
from services.campaign.channels.provider import Provider
from services.campaign.channels.smtp import Smtp
from services.campaign.channels.smtp_settings import SmtpSettings
from services.campaign.channels.webhook import Webhooks, WebhookSettings


@dataclass(frozen=True, slots=True)
class Adapter:
    # In lower case, as sends name them.
    channels: frozenset[str]
    # A model whose SECRETS are the fields that are never shown.
    settings: Any
    speaking: Callable[..., Provider]


def speaking(
    adapter: str, settings: str, secrets: Mapping[str, str], *, clock: Clock, seconds: float
) -> Provider:
    """Opens nothing yet. Invalid, when what is kept does not fit any more."""
    found = read(adapter, None, settings.encode(), secrets)
    return ADAPTERS[adapter].speaking(found, clock=clock, seconds=seconds)


def read(adapter: str, channel: str | None, settings: bytes, secrets: Mapping[str, str]) -> BaseModel:
    """The settings with the secrets among them; Invalid, field by field, when they do not fit."""
    known = ADAPTERS.get(adapter)
    if known is None:
        names = " and ".join(sorted(ADAPTERS))
        raise unfit([Violation("provider.adapter", f"is not known; there are {names}")])
    if channel is not None and channel not in known.channels:
        only = ", ".join(sorted(known.channels))
        raise unfit([Violation("provider.channel", f"{adapter} carries {only} and nothing else")])
    told = parsed(settings)
    violations = [
        Violation(f"provider.settings.{name}", "is a secret; give it in `secrets`")
        for name in sorted(known.settings.SECRETS & told.keys())
    ] + [
        Violation(f'provider.secrets["{name}"]', f"is no secret of {adapter}; {among(known)}")
        for name in sorted(secrets.keys() - known.settings.SECRETS)
    ]
    if violations:
        raise unfit(violations)
    try:
        found: BaseModel = known.settings.model_validate(told | dict(secrets))
    except ValidationError as wrong:
        raise unfit([violation(each, known) for each in wrong.errors(include_url=False)]) from None
    return found


def parsed(settings: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(settings or b"{}")
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise unfit([Violation("provider.settings", "must be a JSON object")])
    return told


def violation(error: Any, adapter: Adapter) -> Violation:
    """Never with the value: it may be a secret."""
    place = [str(step) for step in error["loc"]]
    said = error["msg"].removeprefix("Value error, ")
    if place and place[0] in adapter.settings.SECRETS:
        return Violation(f'provider.secrets["{place[0]}"]', said)
    return Violation(".".join(["provider.settings", *place]), said)


def among(adapter: Adapter) -> str:
    return f"there are {', '.join(sorted(adapter.settings.SECRETS))}"


def unfit(violations: list[Violation]) -> Invalid:
    first, more = violations[0], len(violations) - 1
    others = f" {more} more do not fit." if more > 1 else " One more does not fit." if more else ""
    sentence = f"{first.field}: {first.description}.{others}"
    return Invalid("PROVIDER_INVALID", sentence, violations=violations)


ADAPTERS: Mapping[str, Adapter] = {
    "smtp": Adapter(frozenset({"email"}), SmtpSettings, Smtp),
    "webhook": Adapter(frozenset({"webhook"}), WebhookSettings, Webhooks),
}
