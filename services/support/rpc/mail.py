"""Mail that is brought to us rather than sent: the same way in as by SMTP."""

import asyncio

from rapport.support.v1 import support_pb2 as pb

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database
from chassis.errors import NotFound
from chassis.idempotency import answer, answered
from chassis.ids import uuid7
from chassis.rpc import Context
from services.support.actions.receive import Outcome, take_in
from services.support.convert.tickets import ticket_name
from services.support.mail.parse import parse
from services.support.rpc import common
from services.support.store import due, mailboxes, mails, tickets


class Mail:
    def __init__(self, db: Database, clock: Clock, reply_secret: str) -> None:
        self._db, self._clock, self._reply_secret = db, clock, reply_secret

    async def ReceiveMail(self, request: pb.ReceiveMailRequest, _: Context) -> pb.ReceiveMailResponse:
        common.insist_on_text(request)
        slug, now = request.name.removeprefix("mailboxes/"), self._clock()
        letter = await asyncio.to_thread(parse, request.raw)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, pb.ReceiveMailResponse):
                return reply
            connection = await tx.raw()
            await tickets.alone(connection, tx.workspace)
            if await mailboxes.mailbox(connection, tx.workspace, slug) is None:
                raise NotFound("MAILBOX_NOT_FOUND", f"There is no mailbox {slug}.", name=request.name)
            sender = request.envelope_sender if request.HasField("envelope_sender") else None
            arrived = mails.Arrived(
                uuid7(now), slug, letter.message_id, sender, request.envelope_recipients, request.raw
            )
            await mails.keep(connection, tx.workspace, arrived, now)
            row = await mails.known(connection, tx.workspace, slug, letter.message_id)
            assert row is not None, "it was kept a moment ago, or before"
            outcome = await take_in(tx, row, self._reply_secret, now)
            await due.drop(connection, tx.workspace, due.MAIL, [row["id"]])
            return await answer(tx, request, received(outcome, known=row["id"] != arrived.id))


def received(outcome: Outcome, *, known: bool) -> pb.ReceiveMailResponse:
    ticket = ticket_name(outcome.ticket) if outcome.ticket else ""
    return pb.ReceiveMailResponse(
        ticket=ticket,
        message=f"{ticket}/messages/{outcome.message}" if outcome.message else "",
        threading=outcome.why,  # type: ignore[arg-type]  # the numbers are the protos'
        automatic=outcome.automatic,
        duplicate=known or outcome.duplicate,
    )
