"""Answers go out once: due, "handing over" committed, SMTP outside of every transaction, recorded.

Who dies in between leaves the mark. After the lease the server is asked whether it has the message; where it
cannot be asked the same mail goes again under the same Message-ID, by which its receiver knows it.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from chassis.clock import Clock
from chassis.db import Database
from services.support.domain.addresses import domain_of
from services.support.domain.tickets import Delivery
from services.support.mail import liquid
from services.support.mail.compose import Answer, Enclosed, compose
from services.support.mail.reply_addresses import reply_address
from services.support.mail.smtp import Refused, Server, Uncertain
from services.support.store import due, messages, outgoing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """An answer that may go now."""

    sender: str
    recipients: list[str]
    raw: bytes
    message_id: str
    tries: int
    # Somebody was handing it over and never said what came of it.
    left: bool


@dataclass(frozen=True, slots=True)
class Postman:
    db: Database
    clock: Clock
    server: Server
    reply_secret: str
    reply_domain: str | None
    lease_seconds: float

    async def deliver_due(self, now: datetime) -> None:
        """What is due, some at a time."""
        while True:
            async with self.db.begin(()) as tx:
                waiting = await due.waiting(await tx.raw(), due.SEND, now, AT_ONCE)
            moved = await asyncio.gather(*(self.deliver(each) for each in waiting))
            if not any(moved):
                return

    async def deliver(self, one: due.Due) -> bool:
        """Whether there was anything to do; a rival may have been faster."""
        taken = await self.taken(one)
        if isinstance(taken, bool):
            return taken
        row, files = taken
        try:
            parcel = self.parcel(row, files)
        except Exception as bug:
            # Ours, or of a header nobody thought of. It stands alone, and the others go on.
            log.exception("Answer %s of %s cannot be written", one.id, one.workspace)
            await self.settled(one, Delivery.FAILED, f"it cannot be written: {type(bug).__name__}")
            return True
        try:
            if parcel.left and await self.server.has(parcel.message_id):
                await self.settled(one, Delivery.SENT)
                return True
            some = await self.server.hand_over(parcel.sender, parcel.recipients, parcel.raw)
        except Refused as no:
            await self.refused(one, parcel, no)
        except Uncertain as doubt:
            log.warning("Whether %s went out is not known: %s", parcel.message_id, doubt)
            await self.again(one, parcel, str(doubt), left=True)
        else:
            await self.settled(one, Delivery.SENT, some)
        return True

    async def taken(self, one: due.Due) -> tuple[asyncpg.Record, list[asyncpg.Record]] | bool:
        """The answer and its files, marked as being handed over; from here on it may be on its way."""
        now = self.clock()
        async with self.db.begin(one.workspace) as tx:
            connection = await tx.raw()
            if not await due.take(connection, one.workspace, due.SEND, one.id, now):
                return False
            row = await outgoing.leaving(connection, one.workspace, one.id)
            if row is None or row["address"] is None:
                await due.drop(connection, one.workspace, due.SEND, [one.id])
                if row is not None:
                    await outgoing.done(connection, one.workspace, one.id, "its mailbox was deleted")
                    await messages.deliver(connection, one.workspace, one.id, Delivery.FAILED)
                return True
            files = await messages.contents(connection, one.workspace, one.id)
            await outgoing.hand_over(connection, one.workspace, one.id)
            lease = timedelta(seconds=self.lease_seconds)
            await due.put(connection, one.workspace, due.SEND, one.id, now + lease)
        return row, files

    def parcel(self, row: asyncpg.Record, files: list[asyncpg.Record]) -> Parcel:
        answer = self.answer(row, files)
        return Parcel(
            answer.envelope_sender,
            [*answer.recipients, *answer.copies],
            compose(answer),
            answer.message_id,
            row["tries"] + 1,
            row["handing_over"],
        )

    def answer(self, row: asyncpg.Record, files: list[asyncpg.Record]) -> Answer:
        domain = self.reply_domain or domain_of(row["address"])
        about = {"ticket": {"number": row["ticket"], "subject": row["subject"]}}
        return Answer(
            message_id=row["message_id"],
            sender_name=row["display_name"],
            sender=row["address"],
            reply_address=reply_address(self.reply_secret, row["ticket_id"], domain),
            recipients=row["recipients"],
            copies=row["copies"],
            subject=row["subject"],
            number=row["ticket"],
            text=row["body"],
            html=row["html"],
            signature=liquid.filled(row["signature"], about),
            files=[
                Enclosed(each["file_name"], each["content_type"], each["content"], each["content_id"])
                for each in files
            ],
            in_reply_to=row["in_reply_to"],
            ancestors=row["ancestors"],
            date=row["event_time"],
            automatic=row["automatic"],
        )

    async def refused(self, one: due.Due, parcel: Parcel, no: Refused) -> None:
        if no.permanent or parcel.tries >= MOST_TRIES:
            log.warning("%s was refused: %s", parcel.message_id, no.description)
            await self.settled(one, Delivery.FAILED, no.description)
        else:
            await self.again(one, parcel, no.description, left=False)

    async def again(self, one: due.Due, parcel: Parcel, why: str, *, left: bool) -> None:
        """Later, and later each time; what may have gone stays marked."""
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(parcel.tries - 1, 20), MOST_PAUSE_SECONDS)
        async with self.db.begin(one.workspace) as tx:
            connection = await tx.raw()
            if not left:
                await outgoing.back(connection, one.workspace, one.id, why[:1000])
            at = self.clock() + timedelta(seconds=pause)
            await due.put(connection, one.workspace, due.SEND, one.id, at)

    async def settled(self, one: due.Due, delivery: Delivery, failure: str = "") -> None:
        async with self.db.begin(one.workspace) as tx:
            connection = await tx.raw()
            await outgoing.done(connection, one.workspace, one.id, failure.replace("\0", "")[:1000])
            await messages.deliver(connection, one.workspace, one.id, delivery)
            await due.drop(connection, one.workspace, due.SEND, [one.id])


AT_ONCE = 8
FIRST_PAUSE_SECONDS = 30
MOST_PAUSE_SECONDS = 4 * 3600
# About two days.
MOST_TRIES = 20
