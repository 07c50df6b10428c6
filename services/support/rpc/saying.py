"""What a caller wants said in a ticket, as it will be written down and, where it goes out, sent."""

from datetime import datetime
from uuid import UUID

from rapport.support.v1 import tickets_pb2 as pb

from chassis.callers import caller
from chassis.db import Tx
from chassis.errors import Invalid, NotFound, Violation
from chassis.ids import uuid7
from services.support.actions import answer
from services.support.actions.change import Case
from services.support.actions.open import say
from services.support.convert.times import moment
from services.support.domain.tickets import BY_MAIL, OURS, Author, Channel, Said
from services.support.mail import hypertext
from services.support.mail.replies import reply_text
from services.support.rpc import common
from services.support.store import due, mails, messages


async def spoken(tx: Tx, message: pb.Message, case: Case) -> Said:
    if not (message.text.strip() or message.html.strip() or message.attachments):
        sentence = "A message needs a text, HTML or an attachment."
        raise Invalid("MESSAGE_EMPTY", sentence, violations=[Violation("message.text", sentence)])
    author = Author(message.author)
    if author is Author.AGENT and message.author_name:
        await common.agent_of(tx, message.author_name)
    html = hypertext.clean(message.html) if message.html else ""
    body = message.text or hypertext.as_text(html)
    inbound = author in {Author.CUSTOMER, Author.PARTICIPANT}
    return Said(
        id=uuid7(case.now),
        author=author,
        author_name=message.author_name or named(case, author),
        public=not message.internal,
        body=body,
        html=html,
        reply_text=reply_text(body) if inbound else body,
        channel=Channel(message.channel or case.ticket.channel),
        event_time=said_at(message, case.now),
        automatic=author is Author.SYSTEM,
    )


def named(case: Case, author: Author) -> str:
    if author in {Author.CUSTOMER, Author.PARTICIPANT}:
        return case.ticket.address if author is Author.CUSTOMER else ""
    return caller().actor


def said_at(message: pb.Message, now: datetime) -> datetime:
    """Nothing was said later than now."""
    return min(moment(message.event_time), now) if message.HasField("event_time") else now


async def add(case: Case, message: pb.Message, said: Said, *, first: bool = False) -> None:
    """Writes it down, with its files; what we say in public by mail goes out."""
    way = None
    if await goes_out(case, said):
        way = await answer.way_out(case)
        answer.addressed(said, way)
    await say(case, said, first=first)
    await give_files(case, message, said.id)
    if way is not None:
        await answer.leave(case, said, way)


async def goes_out(case: Case, said: Said) -> bool:
    """A note never does; what the system says, not twice a day to one person."""
    if not said.public or said.author not in OURS or said.channel not in BY_MAIL:
        return False
    if not said.automatic:
        return True
    connection, ticket = await case.tx.raw(), case.ticket
    return await mails.may_auto_reply(connection, case.tx.workspace, ticket.mailbox, ticket.address, case.now)


async def give_files(case: Case, message: pb.Message, id: UUID) -> None:
    """Files that no other message carries: what hangs on a note does not get out with an answer."""
    wanted = dict.fromkeys(message.attachments)
    ids = {name: common.uuid_of(name) for name in wanted}
    known = [file for file in ids.values() if file is not None]
    connection, workspace = await case.tx.raw(), case.tx.workspace
    given = await messages.attach(connection, workspace, id, known) if known else 0
    if given < len(wanted):
        missing = ", ".join(wanted)
        sentence = f"Of {missing} one is no file, or another message carries it."
        raise NotFound("ATTACHMENT_NOT_FOUND", sentence)
    await due.drop(connection, workspace, due.EXPIRE, known)
