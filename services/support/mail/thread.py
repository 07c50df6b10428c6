"""Where a mail belongs: the rules in their order, the first that hits. If its sender may, is asked later."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.hottx import Connection
from services.support.domain.tickets import Threading
from services.support.mail.letter import Letter
from services.support.mail.reply_addresses import ticket_of
from services.support.store import threads, tickets


@dataclass(frozen=True, slots=True)
class Hit:
    number: int
    why: Threading


@dataclass(frozen=True, slots=True)
class Question:
    """A mail in its mailbox, and when it came."""

    workspace: str
    mailbox: Mapping[str, Any]
    letter: Letter
    envelope_recipients: tuple[str, ...]
    secret: str
    now: datetime


async def thread(connection: Connection, question: Question) -> Hit | None:
    for why, rule in RULES:
        if (number := await rule(connection, question)) is not None:
            return Hit(number, why)
    return None


async def by_token(connection: Connection, question: Question) -> int | None:
    for id in tokens(question):
        if (number := await tickets.by_id(connection, question.workspace, id)) is not None:
            return number
    return None


async def by_references(connection: Connection, question: Question) -> int | None:
    """What it answers, the nearest first; last, whether others referred to it before it came."""
    ids = [*in_order(question.letter), question.letter.message_id]
    known = await threads.known(connection, question.workspace, ids)
    return next((known[id] for id in ids if id in known), None)


async def by_subject_tag(connection: Connection, question: Question) -> int | None:
    for number in TAG.findall(question.letter.subject):
        if await tickets.living(connection, question.workspace, int(number)) is not None:
            return int(number)
    return None


async def by_same_subject(connection: Connection, question: Question) -> int | None:
    days, letter = question.mailbox["same_subject_days"], question.letter
    if not days or not letter.sender or not (subject := bare_subject(letter.subject)):
        return None
    since = question.now - timedelta(days=days)
    return await threads.same_subject(
        connection, question.workspace, question.mailbox["slug"], letter.sender, subject, since
    )


def tokens(question: Question) -> Iterator[UUID]:
    for address in (*question.envelope_recipients, *question.letter.recipients):
        if id := ticket_of(question.secret, address):
            yield id


def in_order(letter: Letter) -> list[str]:
    """In-Reply-To, then References from the newest to the oldest."""
    return list(dict.fromkeys([*letter.in_reply_to, *reversed(letter.references)]))


def referred(letter: Letter) -> Iterable[str]:
    return {*letter.in_reply_to, *letter.references}


def bare_subject(subject: str) -> str:
    """Without tags, and without what programs put before it when somebody answers or forwards."""
    bare = TAG.sub("", subject).strip()
    while match := PREFIX.match(bare):
        bare = bare[match.end() :].strip()
    return bare


RULES = (
    (Threading.REPLY_TOKEN, by_token),
    (Threading.REFERENCES, by_references),
    (Threading.SUBJECT_TAG, by_subject_tag),
    (Threading.SAME_SUBJECT, by_same_subject),
)
TAG = re.compile(r"\[#([1-9][0-9]{0,14})\]")
PREFIX = re.compile(
    r"(re|aw|antw|antwort|sv|vs|odp|rif|ref|rép|rép|r|fwd?|fw|wg|tr|doorst|回复|答复|转发)(\[\d+\])?\s*[:\uff1a]",
    re.IGNORECASE,
)
