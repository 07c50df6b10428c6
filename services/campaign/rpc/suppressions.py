"""Addresses nothing is sent to, as people add and lift them."""

from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from chassis.ids import uuid7
from chassis.workspaces import Workspaces
from conditions.calendar import microseconds
from services.campaign.convert import sends as convert
from services.campaign.convert.templates import channel_name
from services.campaign.domain import addresses
from services.campaign.domain.settings import CHANNELS
from services.campaign.rpc import common
from services.campaign.rpc.sends import LAST
from services.campaign.store import suppressions
from services.campaign.store.suppressions import New

Context = grpc.aio.ServicerContext[Any, Any]


class Suppressions:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def CreateSuppression(
        self, request: pb.CreateSuppressionRequest, _: Context
    ) -> sending_pb2.Suppression:
        """For each reason an address is suppressed once: whoever says it again hears what there is."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, sending_pb2.Suppression):
                return reply
            connection, now_us = await tx.raw(), microseconds(self._clock())
            new = self._new(tx, request.suppression)
            made = await suppressions.insert(connection, tx.workspace, [new], now_us)
            row = await suppressions.same(connection, tx.workspace, new.channel, new.digest, new.reason)
            message = convert.suppression_message(row)
            if made:
                tx.emit(convert.address_suppressed(message, "", now_us))
            return await answer(tx, request, message)

    async def ListSuppressions(
        self, request: pb.ListSuppressionsRequest, _: Context
    ) -> pb.ListSuppressionsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, *map(type, LAST)) or LAST
        channel = channel_name(request.channel) if request.channel else ""
        async with self._db.begin(caller().workspace) as tx:
            region = self._workspaces.of(tx.workspace).region_code
            rows = await suppressions.page(
                await tx.raw(),
                tx.workspace,
                channel=channel,
                digests=digests(request.address, region) if request.address else None,
                before=(before[0], before[1]),
                limit=limit + 1,
            )
        shown, token = pages.page(rows, limit, lambda row: [row["create_us"], row["id"]])
        return pb.ListSuppressionsResponse(
            suppressions=[convert.suppression_message(row) for row in shown], next_page_token=token
        )

    async def DeleteSuppression(self, request: pb.DeleteSuppressionRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            row = await found(tx, request.name)
            await suppressions.delete(await tx.raw(), tx.workspace, row["id"])
            message = convert.suppression_message(row)
            now_us = microseconds(self._clock())
            tx.emit(convert.address_suppressed(message, "", now_us, lifted=True))
        return Empty()

    def _new(self, tx: Tx, said: sending_pb2.Suppression) -> New:
        """Complaints and requests are about marketing; only we say who was erased."""
        if said.reason == sending_pb2.Suppression.ERASED:
            sentence = "ERASED is said of customers who were erased; give another reason."
            raise Invalid(
                "ADDRESS_INVALID", sentence, violations=[Violation("suppression.reason", "cannot be given")]
            )
        channel = channel_name(said.channel)
        address = None
        if "\0" not in said.address + said.description:
            address = addresses.normal(channel, said.address, self._workspaces.of(tx.workspace).region_code)
        if address is None:
            sentence = f"suppression.address is no address of the channel {channel}."
            violations = [Violation("suppression.address", f"is no address of the channel {channel}")]
            raise Invalid("ADDRESS_INVALID", sentence, violations=violations)
        return New(
            id=uuid7(self._clock()),
            channel=channel,
            digest=addresses.digest(channel, address),
            address=address,
            reason=sending_pb2.Suppression.Reason.Name(said.reason),
            marketing_only=said.marketing_only or said.reason in OF_MARKETING,
            description=said.description,
        )


async def found(tx: Tx, name: str) -> asyncpg.Record:
    id = common.uuid_of(name)
    row = await suppressions.one(await tx.raw(), tx.workspace, id) if id else None
    if row is None:
        raise NotFound("SUPPRESSION_NOT_FOUND", f"There is no suppression {name}.", name=name)
    return row


def digests(address: str, region: str) -> list[bytes]:
    """Of an address in any spelling, on any channel."""
    return [
        addresses.digest(channel, addresses.normal(channel, address, region) or address)
        for channel in CHANNELS
    ]


OF_MARKETING = {sending_pb2.Suppression.COMPLAINT, sending_pb2.Suppression.REQUEST}
