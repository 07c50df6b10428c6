"""A message as a call to another program: JSON, with a key to know it by and a signature to trust it by.

The headers are those of the Standard Webhooks specification, beside `Idempotency-Key`.
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, ClassVar

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chassis.clock import Clock
from services.campaign.channels.asking import asked
from services.campaign.channels.calls import Answer, Calls, Unanswered, Unreached, fit
from services.campaign.domain.outgoing import HandedOver, Outgoing, Refused, Uncertain


def reachable(url: str) -> str:
    """ValueError, when nobody can be called there."""
    try:
        fit(url)
    except Unreached as broken:
        raise ValueError(broken.description) from None
    return url


def own_header(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or name.lower() in OURS or name.lower().startswith("webhook-"):
            raise ValueError(f"{name!r} cannot be a header of your own")
        if not HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the value of {name!r} must be printable ASCII")
    return headers


def signing_key(secret: str) -> str:
    if secret.startswith(PREFIX):
        try:
            b64decode(secret.removeprefix(PREFIX), validate=True)
        except NotBase64:
            raise ValueError(f"after {PREFIX} the secret must be base64") from None
    return secret


Url = Annotated[str, Field(max_length=2000), AfterValidator(reachable)]


class WebhookSettings(BaseModel):
    """What a provider of webhooks has to know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    SECRETS: ClassVar = frozenset({"signing_secret", "authorization"})

    # Where messages go that name no place of their own.
    url: Url | None = None
    # Where it is asked for a message: a GET of this and the send's id answers 200 or 404.
    lookup_url: Url | None = None
    # Its places may be within our own network.
    allow_private: bool = False
    headers: Annotated[dict[str, str], Field(max_length=20), AfterValidator(own_header)] = {}
    # How many calls are under way at once.
    connections: int = Field(20, ge=1, le=200)
    signing_secret: Annotated[str, Field(max_length=500, repr=False), AfterValidator(signing_key)] = ""
    # Said to `url` and its host alone, whatever place a message names.
    authorization: str = Field("", max_length=4000, pattern=r"^[ -~]*$", repr=False)

    @model_validator(mode="after")
    def fitting(self) -> "WebhookSettings":
        if self.authorization and not self.url:
            raise ValueError("authorization is said to `url` alone, and there is none")
        return self


class Webhooks:
    """Everything that is not a clear no is uncertain, once the first byte is on its way."""

    def __init__(self, settings: WebhookSettings, *, clock: Clock, seconds: float) -> None:
        self._settings, self._clock = settings, clock
        self._calls = Calls(seconds=seconds, most=settings.connections, allow_private=settings.allow_private)

    @property
    def answerable(self) -> bool:
        return self._settings.lookup_url is not None

    async def hand_over(self, message: Outgoing) -> HandedOver:
        url = message.url or self._settings.url
        if not url:
            raise Refused("Nobody said where the message goes.", permanent=True, code="URL_MISSING")
        now = self._clock()
        try:
            answer = await self._calls.call("POST", url, self._headers(message, url, now), message.payload)
        except Unreached as silent:
            raise Refused(silent.description, permanent=silent.permanent, code="UNREACHED") from silent
        except Unanswered as silent:
            raise Uncertain(silent.description) from silent
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return HandedOver(str(message.send))
        raise refusal(answer, now)

    async def look_up(self, message: Outgoing) -> HandedOver | None:
        assert self._settings.lookup_url, "whoever asks has looked whether it can be asked"
        has_it = await asked(self._calls, self._settings.lookup_url, str(message.send))
        return HandedOver(str(message.send)) if has_it else None

    async def check(self) -> str | None:
        """A HEAD of the place, which anybody may answer as he likes, as long as he does."""
        if not self._settings.url:
            return None
        try:
            answer = await self._calls.call("HEAD", self._settings.url)
        except (Unreached, Unanswered) as silent:
            return silent.description
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return None
        return f"It answered {answer.status}."

    async def close(self) -> None:
        await self._calls.close()

    def _headers(self, message: Outgoing, url: str, now: datetime) -> dict[str, str]:
        settings = self._settings
        headers = dict(settings.headers) | {
            "Content-Type": "application/json",
            "Idempotency-Key": str(message.send),
            "webhook-id": str(message.send),
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if settings.signing_secret:
            headers["webhook-signature"] = signature(settings.signing_secret, headers, message.payload)
        if settings.authorization and settings.url and same_place(url, settings.url):
            headers["Authorization"] = settings.authorization
        return headers


def signature(secret: str, headers: Mapping[str, str], payload: bytes) -> str:
    """Over the id, the time and the body, as the specification has it."""
    key = b64decode(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else secret.encode()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + payload
    return f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"


def same_place(one: str, other: str) -> bool:
    """By scheme, host and port; URLs that nobody could call are in no place."""
    first, second = httpx.URL(one), httpx.URL(other)
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


def refusal(answer: Answer, now: datetime) -> Refused:
    passing = answer.status in PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    said = f"It answered {answer.status}. {answer.words}".strip()
    if not passing:
        return Refused(said, permanent=True, code=str(answer.status))
    pause = seconds_until(answer.headers.get("Retry-After", ""), now)
    return Refused(said, permanent=False, code=str(answer.status), retry_after_seconds=pause)


def seconds_until(retry_after: str, now: datetime) -> float | None:
    """A number of seconds, or a date; None for what is neither."""
    if retry_after.isdecimal():
        return float(min(int(retry_after[:9]), MOST_PAUSE_SECONDS))
    try:
        seconds = (parsedate_to_datetime(retry_after) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), MOST_PAUSE_SECONDS)


PREFIX = "whsec_"
PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
MOST_PAUSE_SECONDS = 86_400.0
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER_VALUE = re.compile(r"[ -~]{0,2000}")
OURS = {
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
}
