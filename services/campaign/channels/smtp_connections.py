"""A few connections to a mail server, opened when they are needed and used again while they are good."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException

from services.campaign.channels.smtp_settings import SmtpSettings
from services.campaign.domain.outgoing import Refused


@dataclass(slots=True)
class Connection:
    smtp: SMTP
    used: int = 0
    idle_since: float = 0.0
    # The last mail was refused midway.
    unclean: bool = False


class Connections:
    def __init__(self, settings: SmtpSettings, *, seconds: float, monotonic: Callable[[], float]) -> None:
        self._settings, self._seconds, self._monotonic = settings, seconds, monotonic
        self._places = asyncio.Semaphore(settings.connections)
        self._idle: list[Connection] = []
        self._closed = False
        self._context = None if settings.security == "none" else context(settings)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[SMTP]:
        """A connection that is ready for a mail. What breaks off midway is not used again."""
        async with self._places:
            connection = await self._ready()
            try:
                yield connection.smtp
            except Refused:
                connection.unclean = True
                self._back(connection)
                raise
            except BaseException:
                connection.smtp.close()
                raise
            self._back(connection)

    async def close(self) -> None:
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(farewell(connection.smtp) for connection in idle))

    async def _ready(self) -> Connection:
        """An idle one that still answers, or a new one."""
        while self._idle:
            connection = self._idle.pop()
            if await self._good(connection):
                return connection
            connection.smtp.close()
        return Connection(await self._opened())

    async def _good(self, connection: Connection) -> bool:
        rested = self._monotonic() - connection.idle_since
        if not connection.smtp.is_connected or rested > STALE_SECONDS:
            return False
        if not connection.unclean and rested < SURE_SECONDS:
            return True
        connection.unclean = False
        try:
            await connection.smtp.rset()
        except (OSError, SMTPException):
            return False
        return True

    def _back(self, connection: Connection) -> None:
        """Never waits: what was handed over is, whatever becomes of the connection."""
        connection.used += 1
        connection.idle_since = self._monotonic()
        if self._closed or connection.used >= MOST_MAILS or not connection.smtp.is_connected:
            connection.smtp.close()
        else:
            self._idle.append(connection)

    async def _opened(self) -> SMTP:
        settings = self._settings
        smtp = SMTP(
            hostname=settings.host,
            port=settings.port or (465 if settings.security == "tls" else 587),
            username=settings.username or None,
            password=settings.password or None,
            local_hostname=settings.hello_name or socket.gethostname(),
            timeout=self._seconds,
            use_tls=settings.security == "tls",
            start_tls=STARTTLS[settings.security],
            tls_context=self._context,
        )
        try:
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp


async def farewell(smtp: SMTP) -> None:
    """Politely, unless that takes long."""
    try:
        await smtp.quit(timeout=FAREWELL_SECONDS)
    except (OSError, SMTPException):
        smtp.close()


def context(settings: SmtpSettings) -> ssl.SSLContext:
    """Whoever takes encryption only where it is offered would else take none: so he asks nobody who he is."""
    made = ssl.create_default_context(cadata=settings.certificates or None)
    if settings.security == "offered":
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


STARTTLS = {"starttls": True, "offered": None, "tls": False, "none": False}
# A mail server may close what rests; how long it waits is its own affair, five minutes being usual.
STALE_SECONDS = 60.0
SURE_SECONDS = 1.0
MOST_MAILS = 100
FAREWELL_SECONDS = 1.0
