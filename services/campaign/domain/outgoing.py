"""A message on its way out of the house, and the ways in which handing it over can end. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one customer, rendered and decided: whoever carries it changes nothing in it."""

    # Its key: handed over twice, it is still one message, and a provider can tell by it.
    send: UUID
    workspace: str
    # In lower case: `email`, `webhook`, `sms` …
    channel: str
    # Whom it is for: an address, a number, a token of a device. Empty for a webhook that is for nobody.
    address: str = ""
    # `Rapport Shop <news@shop.example>`, as the channel's settings say it.
    sender: str = ""
    reply_to: str = ""
    # In angle brackets; it follows from the send's key, so that a provider can be asked for it.
    message_id: str = ""
    subject: str = ""
    html: str = ""
    text: str = ""
    # A webhook's body, as JSON, and where it goes; the provider's own target when empty.
    payload: bytes = b""
    url: str = ""
    # List-Unsubscribe and what else belongs to this message alone.
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A provider has it."""

    # What the provider calls it; its Message-ID or the send's key, when the provider gave it no name.
    provider_id: str


class Refused(Exception):  # noqa: N818 -- no error: an answer
    """It was surely not sent. For good: this message will never be taken; or for now: later it may be."""

    def __init__(
        self,
        description: str,
        *,
        permanent: bool,
        code: str = "",
        dead_address: bool = False,
        about_provider: bool | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(description)
        # The code is an enhanced status (`5.1.1`), a status of SMTP or HTTP (`550`), or a word of ours.
        self.description, self.permanent, self.code = description, permanent, code
        # There is nobody at this address, and there will not be: a hard bounce.
        self.dead_address = dead_address
        # It says that the provider is in trouble, and not only that it did not like this message.
        self.about_provider = not permanent if about_provider is None else about_provider
        # When the provider said after how long to come back.
        self.retry_after_seconds = retry_after_seconds


class Uncertain(Exception):  # noqa: N818 -- no error: an answer
    """It may have been sent, or not: whoever remembers its key can ask, where the provider can be asked."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


def legible(text: str) -> str:
    """What a stranger said, as it can be kept and shown: he may say anything."""
    return UNFIT.sub("\ufffd", text)


# Control characters, and halves of letters.
UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
