"""The mail server our answers go out by. It is a stranger: it may refuse, be away, or leave us in doubt."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, unquote, urlsplit

import aiosmtplib
import httpx


class Refused(Exception):  # noqa: N818 -- an answer, no error of ours
    """It surely has not gone; for good, or for now."""

    def __init__(self, description: str, *, permanent: bool) -> None:
        super().__init__(description)
        self.description, self.permanent = description, permanent


class Uncertain(Exception):  # noqa: N818
    """It may have gone."""


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    lookup_url: str | None
    seconds: float

    async def hand_over(self, sender: str, recipients: list[str], raw: bytes) -> str:
        """What the server says of recipients it refused while it took others; empty when it took all."""
        try:
            async with asyncio.timeout(self.seconds):
                client = await self._connected()
                try:
                    refused, _ = await client.sendmail(sender, recipients, raw)
                finally:
                    client.close()
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            codes = [each.code for each in refusal.recipients]
            raise Refused(str(refusal), permanent=all(code >= PERMANENT for code in codes)) from refusal
        except aiosmtplib.SMTPResponseException as refusal:
            permanent = refusal.code >= PERMANENT and isinstance(refusal, OF_THE_MESSAGE)
            raise Refused(f"{refusal.code} {refusal.message}", permanent=permanent) from refusal
        except UnicodeEncodeError as odd:
            raise Refused(f"An address cannot be written in ASCII: {odd.object}", permanent=True) from odd
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as silence:
            raise Uncertain(f"{type(silence).__name__}: {silence}") from silence
        return "; ".join(f"{address}: {response}" for address, response in refused.items())[:500]

    async def _connected(self) -> aiosmtplib.SMTP:
        parts = urlsplit(self.url)
        client = aiosmtplib.SMTP(
            hostname=parts.hostname or "",
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            # With a password only over TLS; without one, when it is offered.
            start_tls=True if parts.username and parts.scheme == "smtp" else None,
            timeout=self.seconds,
        )
        try:
            await client.connect()
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as silence:
            raise Refused(f"{type(silence).__name__}: {silence}", permanent=False) from silence
        return client

    async def has(self, message_id: str) -> bool | None:
        """Whether it has this message; None when it cannot say."""
        if self.lookup_url is None:
            return None
        try:
            async with httpx.AsyncClient(timeout=self.seconds) as client:
                answer = await client.get(self.lookup_url + quote(message_id, safe=""))
        except httpx.HTTPError as silence:
            raise Uncertain(f"Whether it has the message was asked in vain: {silence}") from silence
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise Uncertain(f"Asked whether it has the message it answered {answer.status_code}.")
        return answer.status_code == HTTPStatus.OK


PERMANENT = 500
# A no to the message itself; a no to our password or our greeting is nobody's fault but ours, and passes.
OF_THE_MESSAGE = (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
