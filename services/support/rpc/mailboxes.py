"""Mailboxes: addresses customers write to, each of one mailbox in the whole installation."""

from typing import Any

import asyncpg
from google.protobuf.empty_pb2 import Empty
from rapport.support.v1 import desk_pb2
from rapport.support.v1 import support_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from chassis.rpc import Context
from services.support.convert import desk as convert
from services.support.domain.addresses import plain
from services.support.mail import liquid
from services.support.rpc import common
from services.support.store import mailboxes


class Mailboxes:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateMailbox(self, request: pb.CreateMailboxRequest, _: Context) -> desk_pb2.Mailbox:
        common.insist_on_text(request)
        said, slug = request.mailbox, request.mailbox.name.removeprefix("mailboxes/")
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Mailbox):
                return reply
            connection = await tx.raw()
            values = {name: given(said, name) for name in mailboxes.VALUES}
            await insist_on_sense(tx, values)
            fresh = [*values.values()]
            if not await mailboxes.create(connection, tx.workspace, slug, fresh, self._clock()):
                raise AlreadyExists("NAME_TAKEN", f"There is a mailbox {slug} already.", name=said.name)
            await claim(tx, slug, values["address"])
            return await answer(tx, request, await shown(tx, said.name))

    async def GetMailbox(self, request: pb.GetMailboxRequest, _: Context) -> desk_pb2.Mailbox:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace) as tx:
            return await shown(tx, request.name)

    async def ListMailboxes(self, request: pb.ListMailboxesRequest, _: Context) -> pb.ListMailboxesResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, str) or [""]
        async with self._db.begin(caller().workspace) as tx:
            rows = await mailboxes.page(await tx.raw(), tx.workspace, after[0], limit + 1)
        page, token = pages.page(rows, limit, lambda row: [row["slug"]])
        return pb.ListMailboxesResponse(mailboxes=map(convert.mailbox_message, page), next_page_token=token)

    async def UpdateMailbox(self, request: pb.UpdateMailboxRequest, _: Context) -> desk_pb2.Mailbox:
        common.insist_on_text(request)
        said = request.mailbox
        paths = masks.changed(request.update_mask, said, {*mailboxes.VALUES})
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Mailbox):
                return reply
            row = await mailbox(tx, said.name, lock=True)
            common.insist_on_revision(said.etag, row, "mailbox")
            values = {name: given(said, name) if name in paths else row[name] for name in mailboxes.VALUES}
            if any(row[name] != value for name, value in values.items()):
                await insist_on_sense(tx, values)
                if values["address"] != row["address"]:
                    await claim(tx, row["slug"], values["address"])
                kept = [*values.values()]
                await mailboxes.update(await tx.raw(), tx.workspace, row["slug"], kept, self._clock())
            return await answer(tx, request, await shown(tx, said.name))

    async def DeleteMailbox(self, request: pb.DeleteMailboxRequest, _: Context) -> Empty:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            row = await mailbox(tx, request.name, lock=True)
            await mailboxes.delete(await tx.raw(), tx.workspace, row["slug"])
        return Empty()


def given(said: desk_pb2.Mailbox, name: str) -> Any:
    match name:
        case "address":
            return plain(said.address)
        case "team":
            return said.team.removeprefix("teams/")
        case "reopen_days":
            return said.reopen_days if said.HasField("reopen_days") else None
        case _:
            return getattr(said, name)


async def insist_on_sense(tx: Tx, values: dict[str, Any]) -> None:
    """An address that is one, texts that can be read, a team there is."""
    violations = [
        Violation(f"mailbox.{name}", wrong)
        for name in ("auto_reply", "signature")
        if (wrong := liquid.complaint(values[name]))
    ]
    if not values["address"] or values["address"].startswith("reply+"):
        violations.insert(
            0, Violation("mailbox.address", "must be an address, and not one of ours for replies")
        )
    if violations:
        first = violations[0]
        raise Invalid("MAILBOX_INVALID", f"{first.field} {first.description}.", violations=violations)
    await common.team_slug(tx, values["team"])


async def claim(tx: Tx, slug: str, address: str) -> None:
    if not await mailboxes.claim(await tx.raw(), tx.workspace, slug, address):
        raise AlreadyExists("ADDRESS_TAKEN", f"Another mailbox has the address {address}.", address=address)


async def mailbox(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    slug = name.removeprefix("mailboxes/")
    row = await mailboxes.mailbox(await tx.raw(), tx.workspace, slug, lock=lock)
    if row is None:
        raise NotFound("MAILBOX_NOT_FOUND", f"There is no mailbox {slug}.", name=name)
    return row


async def shown(tx: Tx, name: str) -> desk_pb2.Mailbox:
    return convert.mailbox_message(await mailbox(tx, name))
