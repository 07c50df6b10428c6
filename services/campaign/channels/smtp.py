"""A message as mail over SMTP. Each failure is told for what it is: surely not sent, or perhaps sent."""

import asyncio
import re
import time
from collections.abc import Callable

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException
from aiosmtplib.response import SMTPResponse

from chassis.clock import Clock
from services.campaign.channels.asking import asked
from services.campaign.channels.calls import Calls
from services.campaign.channels.mail import Mail, Signer, compose
from services.campaign.channels.smtp_connections import Connections
from services.campaign.channels.smtp_settings import SmtpSettings
from services.campaign.domain.outgoing import HandedOver, Outgoing, Refused, Uncertain


class Smtp:
    """A mail server, over a few connections that are used again and again."""

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        clock: Clock,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._clock, self._seconds = settings, clock, seconds
        self._connections = Connections(settings, seconds=seconds, monotonic=monotonic)
        self._signer = signer(settings)
        # Whoever may name a mail server may name the place where it is asked.
        self._calls = Calls(seconds=seconds, most=settings.connections, allow_private=True)

    @property
    def answerable(self) -> bool:
        return bool(self._settings.lookup_url)

    async def hand_over(self, message: Outgoing) -> HandedOver:
        mail = compose(message, self._clock())
        content = await asyncio.to_thread(self._signer.signed, mail.content) if self._signer else mail.content
        transfer = Transfer(mail, stuffed(content))
        try:
            async with asyncio.timeout(self._seconds), self._connections.one() as smtp:
                await transfer.over(smtp)
        except SMTPResponseException as answered:
            if transfer.begun:
                raise Uncertain(f"The server answered with something that is no answer: {answered}") from None
            raise refusal(answered.code, answered.message, session=True) from answered
        except (OSError, SMTPException) as lost:
            said = f"{self._settings.host}: {str(lost) or type(lost).__name__}"
            if transfer.begun:
                raise Uncertain(said) from lost
            raise Refused(said, permanent=False, code="UNREACHED") from lost
        return HandedOver(message.message_id)

    async def look_up(self, message: Outgoing) -> HandedOver | None:
        assert self._settings.lookup_url, "whoever asks has looked whether it can be asked"
        has_it = await asked(self._calls, self._settings.lookup_url, message.message_id)
        return HandedOver(message.message_id) if has_it else None

    async def check(self) -> str | None:
        """Comes as far as a mail could begin."""
        try:
            async with asyncio.timeout(self._seconds), self._connections.one() as smtp:
                await smtp.noop()
        except SMTPResponseException as answered:
            return f"{self._settings.host} answered {answered.code} {answered.message}"
        except (OSError, SMTPException) as lost:
            return f"{self._settings.host}: {str(lost) or type(lost).__name__}"
        return None

    async def close(self) -> None:
        await self._connections.close()
        await self._calls.close()


class Transfer:
    """One mail over one connection; `begun` from when the server may have it."""

    def __init__(self, mail: Mail, content: bytes) -> None:
        self._mail, self._content = mail, content
        self.begun = False

    async def over(self, smtp: SMTP) -> None:
        options = []
        if self._mail.international:
            if not smtp.supports_extension("smtputf8"):
                sentence = "The server does not take addresses with letters beyond ASCII."
                raise Refused(sentence, permanent=True, code="5.6.7")
            options = [b"BODY=8BITMIME", b"SMTPUTF8"]
        sender, recipient = self._mail.sender.text.encode(), self._mail.recipient.text.encode()
        insist(await smtp.execute_command(b"MAIL", b"FROM:<" + sender + b">", *options))
        insist(await smtp.execute_command(b"RCPT", b"TO:<" + recipient + b">"), names_recipient=True)
        reply = await smtp.execute_command(b"DATA")
        if reply.code != GO_ON:
            raise refusal(reply.code, reply.message)
        assert smtp.protocol is not None, "it has just answered"
        # From the last byte on the server may have it, and nobody can tell when that leaves this machine.
        self.begun = True
        smtp.protocol.write(self._content)
        insist(await smtp.protocol.read_response(smtp.timeout))


def insist(reply: SMTPResponse, *, names_recipient: bool = False) -> None:
    """2xx is a yes, 4xx and 5xx are a no; anything else says nothing."""
    if 200 <= reply.code < 300:
        return
    if not 400 <= reply.code < 600:
        raise SMTPResponseException(reply.code, reply.message)
    raise refusal(reply.code, reply.message, names_recipient=names_recipient)


def refusal(code: int, text: str, *, names_recipient: bool = False, session: bool = False) -> Refused:
    """What concerns the session and not the message passes: somebody mends it, or another one serves."""
    found = ENHANCED.match(text)
    status = found[0] if found else str(code)
    permanent = 500 <= code < 600 and not session and code not in ABOUT_THE_SESSION
    dead = permanent and names_recipient and bool(DEAD.fullmatch(status))
    said = f"{code} {' '.join(text.split())}"[:MOST_SAID]
    # A full mailbox and a grey list are hers, and not the server's.
    about_provider = not permanent and not (names_recipient and code != GOING_AWAY)
    return Refused(said, permanent=permanent, code=status, dead_address=dead, about_provider=about_provider)


def stuffed(content: bytes) -> bytes:
    """With the dots doubled that would end it too early, and the one that does."""
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def signer(settings: SmtpSettings) -> Signer | None:
    if not settings.dkim:
        return None
    return Signer(settings.dkim.domain, settings.dkim.selector, settings.dkim_key)


GO_ON = 354
GOING_AWAY = 421
# It wants a password, another one, or encryption.
ABOUT_THE_SESSION = {530, 534, 535, 538}
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# RFC 3463: no such mailbox, no such system, no such form, has moved; and what older servers say for them.
DEAD = re.compile(r"5\.1\.(0|1|2|3|6|10)|550|551|553")
MOST_SAID = 500
