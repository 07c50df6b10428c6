"""The SMTP door: mail to an address of ours is stored before we say 250. What becomes of it comes later."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.clock import Clock
from chassis.db import Database
from chassis.faults import passing
from chassis.ids import uuid7
from services.support.domain.addresses import plain
from services.support.mail.parse import parse
from services.support.mail.reply_addresses import ticket_of
from services.support.store import due, mailboxes, mails

log = logging.getLogger(__name__)


class Door:
    """What aiosmtpd asks. Names and arguments of the methods are the library's."""

    def __init__(self, db: Database, reply_secret: str, clock: Clock) -> None:
        self.db, self.reply_secret, self.clock = db, reply_secret, clock
        self.sessions: WeakSet[SMTP] = WeakSet()
        self.admitted: WeakSet[SMTP] = WeakSet()

    async def handle_EHLO(
        self, server: SMTP, session: Session, _: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        others = sum(1 for each in self.admitted if each.transport and each is not server)
        if others >= MOST_SESSIONS:
            return ["421 4.7.0 Too many connections; come again later."]
        self.admitted.add(server)
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients; send the others separately."
        if await self.mailbox(address) is None:
            return "550 5.1.1 No mailbox here has this address."
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes), "we ask for bytes"
        # A large one takes a while: others are served meanwhile.
        letter = await asyncio.to_thread(parse, raw) if len(raw) > LARGE_BYTES else parse(raw)
        places = {place for address in envelope.rcpt_tos if (place := await self.mailbox(address))}
        now, sender = self.clock(), (envelope.mail_from or "").strip("<>")
        for workspace, mailbox in sorted(places):
            arrived = mails.Arrived(uuid7(now), mailbox, letter.message_id, sender, envelope.rcpt_tos, raw)
            async with self.db.begin(workspace) as tx:
                connection = await tx.raw()
                if await mails.keep(connection, workspace, arrived, now):
                    await due.put(connection, workspace, due.MAIL, arrived.id, now)
        return "250 2.0.0 Stored"

    async def handle_exception(self, failure: Exception) -> str:
        """Whatever it is, the sender keeps the mail and comes again: nothing is lost by our faults."""
        if passing(failure):
            log.warning("Mail could not be taken now: %s: %s", type(failure).__name__, failure)
        else:
            log.error("Mail could not be taken", exc_info=failure)
        return "451 4.3.0 We cannot take this just now; please try again."

    async def mailbox(self, address: str) -> tuple[str, str] | None:
        """The workspace and the mailbox of an address: of a mailbox, or of a ticket's own."""
        known = plain(address)
        async with self.db.begin(()) as tx:
            connection = await tx.raw()
            if ticket := ticket_of(self.reply_secret, known):
                return await mailboxes.of_ticket(connection, ticket)
            return await mailboxes.of_address(connection, known) if known else None


class Conversation(SMTP):
    """As the library has it, for senders who write long lines."""

    line_length_limit = 1_000_000


@asynccontextmanager
async def open_door(door: Door, listen: str) -> AsyncIterator[str]:
    """Listens at `host:port` for as long as the block runs; yields where."""
    host, _, port = listen.rpartition(":")

    def session() -> SMTP:
        made = Conversation(
            door,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname="rapport",
            ident="Rapport",
            timeout=SILENCE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        door.sessions.add(made)
        return made

    server = await asyncio.get_running_loop().create_server(session, host or None, int(port))
    try:
        yield addresses(server.sockets)
    finally:
        server.close()
        for each in list(door.sessions):
            if each.transport:
                each.transport.close()
        await server.wait_closed()


def addresses(sockets: Sequence[object]) -> str:
    host, port = sockets[0].getsockname()[:2]  # type: ignore[attr-defined]
    return f"{host}:{port}"


MOST_BYTES = 32 * 1024 * 1024
LARGE_BYTES = 256 * 1024
MOST_RECIPIENTS = 100
MOST_SESSIONS = 100
SILENCE_SECONDS = 300
