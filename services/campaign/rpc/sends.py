"""Single messages: one is sent, looked at, and settled by a person where nobody else could."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import orjson
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from chassis import pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from chassis.ids import uuid7
from chassis.tracing import current_trace
from services.campaign.channels.providers import Providers
from services.campaign.convert import sends as convert
from services.campaign.convert.templates import channel_name, class_name
from services.campaign.domain.ledger import State
from services.campaign.domain.settings import lacking
from services.campaign.rpc import common
from services.campaign.sending.batches import Within
from services.campaign.sending.claims import Claim, claim
from services.campaign.sending.settle import resolve
from services.campaign.store import channel_settings, people, reactions, sends, templates
from services.campaign.store.sends import Filter

Context = grpc.aio.ServicerContext[Any, Any]


class Sends:
    def __init__(
        self, db: Database, clock: Clock, providers: Providers, wake: Callable[[], None] = lambda: None
    ) -> None:
        """*wake* tells the sender, where it lives in this process, that there is something for it."""
        self._db, self._clock, self._providers, self._wake = db, clock, providers, wake

    async def CreateSend(self, request: pb.CreateSendRequest, _: Context) -> sending_pb2.Send:
        said = request.send
        data = document(said.data)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, sending_pb2.Send):
                return reply
            connection, now = await tx.raw(), self._clock()
            key = await common.profile_key(tx, said.profile)
            await people.hold(connection, tx.workspace, [key])
            template = await template_of(tx, said.template)
            channel = channel_name(template["channel"])
            await self._insist_on_channel(tx, channel, class_name(template["class"]))
            trace, name = current_trace(), (await sends.names(connection, tx.workspace, [key]))[key]
            one = Claim(
                id=uuid7(now),
                profile_key=key,
                profile=UUID(name.removeprefix("profiles/")),
                template=template["slug"],
                channel=channel,
                message_class=class_name(template["class"]),
                data=data,
                traceparent=trace.traceparent if trace else "",
            )
            await claim(connection, tx.workspace, [one], now)
            reply = await answer(tx, request, await shown(tx, await found(tx, f"sends/{one.id}")))
        self._wake()
        return reply

    async def GetSend(self, request: pb.GetSendRequest, _: Context) -> sending_pb2.Send:
        async with self._db.begin(caller().workspace) as tx:
            return await shown(tx, await found(tx, request.name))

    async def ListSends(self, request: pb.ListSendsRequest, _: Context) -> pb.ListSendsResponse:
        limit = pages.clamp(request.page_size)
        before = pages.unseal(request.page_token, *map(type, LAST)) or LAST
        async with self._db.begin(caller().workspace) as tx:
            connection = await tx.raw()
            which = await wanted(tx, request)
            rows = await sends.page(connection, tx.workspace, which, (before[0], before[1]), limit + 1)
            names = await sends.names(connection, tx.workspace, {row["profile_key"] for row in rows})
        page, token = pages.page(rows, limit, lambda row: [row["create_us"], row["id"]])
        messages = [convert.send_message(row, names.get(row["profile_key"], "")) for row in page]
        return pb.ListSendsResponse(sends=messages, next_page_token=token)

    async def ResolveSend(self, request: pb.ResolveSendRequest, _: Context) -> sending_pb2.Send:
        """What is unknown is confirmed or has failed; what is late goes out now, or never."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, sending_pb2.Send):
                return reply
            connection = await tx.raw()
            row = await found(tx, request.name)
            # The customer first, as everybody does; then it is looked at again.
            await people.hold(connection, tx.workspace, [row["profile_key"]])
            row = await found(tx, request.name, lock=True)
            late = row["state"] == State.WAITING and not await sends.is_due(
                connection, tx.workspace, row["id"]
            )
            wanted = State(request.state)
            if wanted not in (LATE if late else UNKNOWN if row["state"] == State.UNKNOWN else ()):
                raise settled(request.name, State(row["state"]), late=late)
            reason = f"{caller().actor}: {request.reason.replace(chr(0), '')}"
            await resolve(Within(tx, connection, self._clock()), row, wanted, reason)
            reply = await answer(tx, request, await shown(tx, await found(tx, request.name)))
        self._wake()
        return reply

    async def _insist_on_channel(self, tx: Tx, channel: str, message_class: str) -> None:
        connection = await tx.raw()
        setting = (await channel_settings.of(connection, tx.workspace, [channel]))[channel]
        if not setting.enabled or not await self._providers.for_channel(connection, tx.workspace, channel):
            sentence = f"Nothing goes out on channels/{channel}: it is off, or has no provider."
            raise NotNow("CHANNEL_UNAVAILABLE", sentence, name=f"channels/{channel}")
        if lacks := lacking(setting, message_class):
            raise NotNow("CHANNEL_UNAVAILABLE", lacks, name=f"channels/{channel}")


async def found(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    id = common.uuid_of(name)
    row = await sends.send(await tx.raw(), tx.workspace, id, lock=lock) if id else None
    if row is None:
        raise NotFound("SEND_NOT_FOUND", f"There is no send {name}.", name=name)
    return row


async def shown(tx: Tx, row: asyncpg.Record) -> sending_pb2.Send:
    """With every decision about it and what became of it."""
    connection, id = await tx.raw(), row["id"]
    names = await sends.names(connection, tx.workspace, [row["profile_key"]])
    return convert.send_message(
        row,
        names.get(row["profile_key"], ""),
        (await sends.decisions(connection, tx.workspace, [id]))[id],
        [convert.reaction_message(each) for each in await reactions.of(connection, tx.workspace, id)],
    )


async def template_of(tx: Tx, name: str) -> asyncpg.Record:
    slug = common.slug_of(name)
    row = await templates.template(await tx.raw(), tx.workspace, slug) if slug else None
    if row is None:
        raise NotFound("TEMPLATE_NOT_FOUND", f"There is no template {slug}.", name=name)
    return row


async def wanted(tx: Tx, request: pb.ListSendsRequest) -> Filter:
    within: dict[str, Any] = {}
    if request.HasField("start_time"):
        within["start_us"] = request.start_time.ToMicroseconds()
    if request.HasField("end_time"):
        within["end_us"] = request.end_time.ToMicroseconds()
    return Filter(
        profile_key=await common.profile_key(tx, request.profile) if request.profile else None,
        # No campaign has a name with it: it finds nothing, and breaks nothing.
        campaign=request.campaign.replace("\0", "/"),
        state=request.state,
        **within,
    )


def document(data: bytes) -> bytes:
    """What fills a message: a JSON object, as it was given."""
    try:
        said = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        sentence = "send.data is no JSON object; give one, or leave it out."
        violations = [Violation("send.data", "must be a JSON object")]
        raise Invalid("TEMPLATE_INVALID", sentence, violations=violations)
    return data or b"{}"


def settled(name: str, state: State, *, late: bool) -> NotNow:
    if late:
        sentence = "It never went out: CLAIMED lets it go, FAILED gives it up."
    elif state is State.UNKNOWN:
        sentence = "It may have gone out: say CONFIRMED or FAILED."
    else:
        sentence = f"It is {state.name}, and nothing about it waits for a person."
    return NotNow("SEND_SETTLED", sentence, name=name, state=state.name)


# What a person may say of a send of unknown outcome, and of one that is late.
UNKNOWN = (State.CONFIRMED, State.FAILED)
LATE = (State.CLAIMED, State.FAILED)
# Later than every send.
LAST: list[Any] = [1 << 62, UUID(int=(1 << 128) - 1)]
