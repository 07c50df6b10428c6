"""What is said in a ticket, and the files with it."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import NotFound
from chassis.idempotency import answer, answered
from chassis.ids import uuid7
from chassis.rpc import Context
from services.support.actions import changed
from services.support.convert import tickets as convert
from services.support.domain.addresses import plain
from services.support.domain.tickets import Author, State
from services.support.mail.words import file_name
from services.support.rpc import common, saying, verbs
from services.support.store import due, messages, threads


class Messages:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateMessage(self, request: pb.CreateMessageRequest, _: Context) -> tickets_pb2.Message:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Message):
                return reply
            connection = await tx.raw()
            case = await common.case_of(tx, request.parent, self._clock)
            said = await saying.spoken(tx, request.message, case)
            await saying.add(case, request.message, said)
            if said.author is Author.PARTICIPANT and (address := plain(said.author_name)):
                await threads.join(connection, tx.workspace, case.ticket.number, [address])
            if request.resolve:
                verbs.resolve(case, agent=said.author_name if said.author is Author.AGENT else "")
            elif request.hold:
                verbs.hold(case, State.WAITING, None)
            await changed(tx, case)
            return await answer(tx, request, await shown(tx, case.ticket.number, said.id))

    async def GetMessage(self, request: pb.GetMessageRequest, _: Context) -> tickets_pb2.Message:
        async with self._db.begin(caller().workspace) as tx:
            ticket = await common.ticket_of(tx, request.name)
            id = common.uuid_of(request.name)
            if id is None or not await messages.message(await tx.raw(), tx.workspace, ticket.number, id):
                raise NotFound(
                    "MESSAGE_NOT_FOUND", f"There is no such message in {ticket.name}.", name=request.name
                )
            return await shown(tx, ticket.number, id)

    async def ListMessages(self, request: pb.ListMessagesRequest, _: Context) -> pb.ListMessagesResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, datetime, int) or [LONG_AGO, 0]
        async with self._db.begin(caller().workspace) as tx:
            ticket = await common.ticket_of(tx, request.parent)
            connection, place = await tx.raw(), (after[0], after[1])
            rows = await messages.page(
                connection, tx.workspace, ticket.number, place, limit + 1, public_only=request.public_only
            )
            page, token = pages.page(rows, fitting(rows, limit), lambda r: [r["event_time"], r["position"]])
            files = await messages.files(connection, tx.workspace, [row["id"] for row in page])
        found = [convert.message_message(row, files[row["id"]]) for row in page]
        return pb.ListMessagesResponse(messages=found, next_page_token=token)

    async def CreateAttachment(
        self, request: pb.CreateAttachmentRequest, _: Context
    ) -> tickets_pb2.Attachment:
        common.insist_on_text(request)
        said, now = request.attachment, self._clock()
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, tickets_pb2.Attachment):
                return reply
            connection, id = await tx.raw(), uuid7(now)
            name = file_name(said.file_name) or "file"
            about = (name, said.content_type or UNKNOWN_TYPE, said.content_id, said.content)
            await messages.store_file(connection, tx.workspace, id, about, now)
            await due.put(connection, tx.workspace, due.EXPIRE, id, now + messages.LOOSE_FOR)
            stored = await messages.file(connection, tx.workspace, id)
            made = convert.attachment_message(stored)
            # Who sent it has it: the answer, which is kept for a repeat, says how large it is.
            made.ClearField("content")
            return await answer(tx, request, made)

    async def GetAttachment(self, request: pb.GetAttachmentRequest, _: Context) -> tickets_pb2.Attachment:
        id = common.uuid_of(request.name)
        async with self._db.begin(caller().workspace) as tx:
            row = await messages.file(await tx.raw(), tx.workspace, id) if id else None
            if row is None:
                raise NotFound("ATTACHMENT_NOT_FOUND", f"There is no {request.name}.", name=request.name)
            return convert.attachment_message(row)


async def shown(tx: Tx, number: int, id: UUID) -> tickets_pb2.Message:
    connection = await tx.raw()
    row = await messages.message(connection, tx.workspace, number, id)
    assert row is not None, "it was looked up, or written, in this transaction"
    files = await messages.files(connection, tx.workspace, [id])
    return convert.message_message(row, files[id])


def fitting(rows: list[asyncpg.Record], limit: int) -> int:
    """How many fit into one answer: long mails make short pages."""
    size = 0
    for count, row in enumerate(rows[:limit]):
        size += 2 * (len(row["body"]) + len(row["html"]) + len(row["reply_text"]))
        if size > MOST_CHARACTERS and count:
            return count
    return limit


LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
MOST_CHARACTERS = 4_000_000
UNKNOWN_TYPE = "application/octet-stream"
