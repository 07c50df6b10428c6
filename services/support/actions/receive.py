"""A mail that came becomes a message of a ticket: found, followed or new. Nothing that came is lost."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.ids import uuid7
from services.support.actions import answer
from services.support.actions.change import SERVICE, Case, changed, taken_up
from services.support.actions.open import Opening, heard_from, opened, opening_fact, say
from services.support.actions.reports import not_delivered
from services.support.domain import states
from services.support.domain.tickets import Author, Channel, Said, Threading
from services.support.mail import headers, liquid
from services.support.mail.automatic import Arrival, asks_for_silence, why_automatic
from services.support.mail.letter import Letter
from services.support.mail.parse import parse
from services.support.mail.replies import reply_text
from services.support.mail.reply_addresses import ticket_of
from services.support.mail.thread import Hit, Question, bare_subject, referred, thread
from services.support.store import mailboxes, mails, messages, people, threads, tickets


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a mail went, and why."""

    ticket: int | None
    message: UUID | None
    why: Threading
    automatic: bool
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """A mail in our hands: as it came, as it reads, and in which mailbox."""

    tx: Tx
    row: asyncpg.Record
    letter: Letter
    mailbox: Mapping[str, Any]
    automatic: bool
    ours: frozenset[str]
    secret: str
    now: datetime

    @property
    def came(self) -> datetime:
        when: datetime = self.row["receive_time"]
        return when


async def take_in(tx: Tx, row: asyncpg.Record, secret: str, now: datetime) -> Outcome:
    """Takes in a mail that is kept, locked, once; whoever asks again hears the same."""
    connection, workspace = await tx.raw(), tx.workspace
    if row["taken"]:
        return Outcome(row["ticket"], row["message"], Threading(row["threading"]), row["automatic"], True)
    await tickets.alone(connection, workspace)
    raw = bytes(row["raw"])
    letter = await asyncio.to_thread(parse, raw) if len(raw) > LARGE_BYTES else parse(raw)
    outcome = await placed(await intake(tx, row, letter, secret, now))
    place = (outcome.ticket, outcome.message, outcome.why, outcome.automatic)
    await mails.taken(connection, workspace, row["id"], place)
    return outcome


async def intake(tx: Tx, row: asyncpg.Record, letter: Letter, secret: str, now: datetime) -> Intake:
    connection, workspace = await tx.raw(), tx.workspace
    ours = await mailboxes.addresses(connection, workspace)
    if ticket_of(secret, letter.sender):
        ours.add(letter.sender)
    mailbox = await mailboxes.mailbox(connection, workspace, row["mailbox"])
    automatic = bool(why_automatic(Arrival(letter, row["envelope_sender"], ours)))
    if not letter.sender and row["envelope_sender"]:
        letter = replace(letter, sender=row["envelope_sender"].lower())
    found = {**mailbox} if mailbox else NO_MAILBOX
    return Intake(tx, row, letter, found, automatic, frozenset(ours), secret, now)


async def placed(mail: Intake) -> Outcome:
    connection, workspace, letter = await mail.tx.raw(), mail.tx.workspace, mail.letter
    if known := await messages.by_own_id(connection, workspace, letter.message_id):
        return Outcome(known["ticket"], known["id"], Threading.REFERENCES, mail.automatic, True)
    hit = await thread(connection, question(mail))
    if mail.automatic and is_delivery_report(letter):
        place = await not_delivered(mail.tx, letter, hit, mail.came, mail.now)
        return Outcome(*place, Threading.DELIVERY_REPORT, True)
    if not mail.automatic:
        await heard_from(mail.tx, letter.sender)
    if hit is None:
        return await begin(mail, Threading.NEW_TICKET, None)
    if (case := await entitled(mail, hit)) is not None:
        return await go_on(mail, case, hit)
    return await begin(mail, Threading.LINKED_TICKET, hit)


def question(mail: Intake) -> Question:
    recipients = tuple(mail.row["envelope_recipients"])
    return Question(mail.tx.workspace, mail.mailbox, mail.letter, recipients, mail.secret, mail.came)


async def entitled(mail: Intake, hit: Hit) -> Case | None:
    """The ticket that was hit, or one that follows it: if the sender takes part and it takes replies."""
    connection, workspace = await mail.tx.raw(), mail.tx.workspace
    for number in (
        hit.number,
        *await threads.followers(connection, workspace, hit.number, mail.letter.sender),
    ):
        case = await taken_up(mail.tx, number, mail.letter.sender or SERVICE, mail.now)
        assert case is not None, "what is referred to exists"
        if await threads.takes_part(connection, workspace, case.ticket.number, mail.letter.sender) and (
            mail.automatic or states.reopens(case.ticket, reopen_days(mail), mail.came)
        ):
            return case
    return None


async def go_on(mail: Intake, case: Case, hit: Hit) -> Outcome:
    said = spoken(mail, await author(mail, case))
    await write(mail, case, said)
    await changed(mail.tx, case)
    return Outcome(case.ticket.number, said.id, hit.why, mail.automatic)


async def begin(mail: Intake, why: Threading, hit: Hit | None) -> Outcome:
    """A new ticket; one that was not entitled is linked, and learns nothing of what it is linked to."""
    letter, linked = mail.letter, [hit.number] if hit else []
    opening = Opening(
        subject=bare_subject(letter.subject) or NO_SUBJECT,
        channel=Channel.EMAIL,
        event_time=believed(letter.date, mail.came),
        address=letter.sender,
        reply_to="" if letter.reply_to in mail.ours else letter.reply_to,
        mailbox=mail.mailbox["slug"],
        team=mail.mailbox["team"],
        participants=[] if mail.automatic else others(mail),
        linked=linked,
        by_customer=not mail.automatic,
    )
    case = await opened(mail.tx, opening, letter.sender or SERVICE, mail.now)
    said = spoken(mail, Author.CUSTOMER)
    case.tell(opening_fact(case, said.reply_text, linked))
    await write(mail, case, said, first=True)
    if not mail.automatic:
        await confirm(mail, case)
    await changed(mail.tx, case)
    return Outcome(case.ticket.number, said.id, why, mail.automatic)


async def write(mail: Intake, case: Case, said: Said, *, first: bool = False) -> None:
    """The message with its files; replies to it, and to what it refers to, will be known."""
    connection, workspace = await mail.tx.raw(), mail.tx.workspace
    await say(case, said, first=first)
    for place, file in enumerate(mail.letter.files):
        about = (file.name, file.content_type, file.content_id, file.content)
        await messages.store_file(
            connection, workspace, uuid7(mail.now), about, mail.now, carried=(said.id, place)
        )
    number, letter = case.ticket.number, mail.letter
    await threads.remember(connection, workspace, number, letter.message_id, list(referred(letter)))


def spoken(mail: Intake, author: Author) -> Said:
    letter = mail.letter
    return Said(
        id=uuid7(mail.now),
        author=author,
        author_name=letter.sender,
        public=True,
        body=letter.text,
        html=letter.html,
        reply_text=reply_text(letter.text),
        channel=Channel.EMAIL,
        event_time=believed(letter.date, mail.came),
        automatic=mail.automatic,
        message_id=letter.message_id,
        ancestors=[*(letter.references or letter.in_reply_to)],
    )


async def author(mail: Intake, case: Case) -> Author:
    """The customer under any of her addresses, or another participant."""
    sender, ticket = mail.letter.sender, case.ticket
    if sender in {ticket.address, ticket.reply_to}:
        return Author.CUSTOMER
    whose = await people.of_address(await mail.tx.raw(), mail.tx.workspace, sender)
    return Author.CUSTOMER if whose and whose == ticket.profile else Author.PARTICIPANT


async def confirm(mail: Intake, case: Case) -> None:
    """What the mailbox tells a sender at once: a person, once a day, unless she asks for silence."""
    letter, mailbox = mail.letter, mail.mailbox
    if not mailbox["auto_reply"] or not letter.sender.isascii() or asks_for_silence(letter):
        return
    connection, workspace = await mail.tx.raw(), mail.tx.workspace
    text = liquid.filled(mailbox["auto_reply"], words(mail, case))
    if not text or not await mails.may_auto_reply(
        connection, workspace, mailbox["slug"], letter.sender, mail.now
    ):
        return
    row = await mailboxes.mailbox(connection, workspace, mailbox["slug"])
    assert row is not None, "it was there a moment ago"
    way = await answer.following(case, row, [letter.sender], [])
    said = Said(
        uuid7(mail.now), Author.SYSTEM, SERVICE, True, text, "", text, Channel.EMAIL, mail.now, automatic=True
    )
    await say(case, answer.addressed(said, way))
    await answer.leave(case, said, way)


def words(mail: Intake, case: Case) -> dict[str, object]:
    """What an automatic answer may name."""
    return {
        "ticket": {"number": case.ticket.number, "subject": case.ticket.subject},
        "customer": {"address": mail.letter.sender, "name": mail.letter.sender_name},
        "mailbox": {"name": mail.mailbox["display_name"], "address": mail.mailbox["address"]},
    }


def others(mail: Intake) -> list[str]:
    """Whom the sender of a first mail wrote to besides: they take part. Later mail invites nobody."""
    named = [address for _, address in headers.people(mail.letter.headers, "to", "cc")]
    foreign = [each for each in named if each not in mail.ours and not ticket_of(mail.secret, each)]
    return [each for each in foreign if each != mail.letter.sender][:MOST_PARTICIPANTS]


def is_delivery_report(letter: Letter) -> bool:
    """Not one that says somebody has read something."""
    kind = "".join(letter.headers.get("content-type", ())).lower()
    return bool(letter.reports) or (letter.is_report and "disposition-notification" not in kind)


def reopen_days(mail: Intake) -> int:
    days: int | None = mail.mailbox["reopen_days"]
    return states.REOPEN_DAYS if days is None else days


def believed(date: datetime | None, came: datetime) -> datetime:
    """When it was written, by the sender's clock where that can be: not after it came, nor weeks before."""
    return date if date and came - BELIEVED <= date <= came else came


LARGE_BYTES = 256 * 1024
BELIEVED = timedelta(days=7)
NO_SUBJECT = "(no subject)"
MOST_PARTICIPANTS = 49
# It was deleted while its mail waited.
NO_MAILBOX: Mapping[str, Any] = {
    "slug": "",
    "team": "",
    "display_name": "",
    "address": "",
    "auto_reply": "",
    "reopen_days": None,
    "same_subject_days": 0,
}
