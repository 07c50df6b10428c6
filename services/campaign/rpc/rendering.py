"""Templates as a customer would get them: shown, or sent to addresses of one's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import grpc
import orjson
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotNow, Violation
from chassis.idempotency import answer, answered
from chassis.workspaces import Workspaces
from services.campaign.channels.addresses import read_sender
from services.campaign.channels.providers import Carrier, Providers
from services.campaign.content.check import Problem
from services.campaign.content.data import data_of
from services.campaign.content.links import Addresses, base, tracked
from services.campaign.content.render import Broken, Rendered, TooCostly, field_of, pick, render
from services.campaign.content.sms import segment_count
from services.campaign.convert import templates as convert
from services.campaign.domain.keys import message_id, named
from services.campaign.domain.ledger import Ending
from services.campaign.domain.outgoing import Outgoing, Refused
from services.campaign.domain.person import Contact
from services.campaign.domain.settings import ChannelSetting, lacking
from services.campaign.rpc import common
from services.campaign.rpc.templates import template, unsound
from services.campaign.sending.handing import handed_over
from services.campaign.store import channel_settings, people

Context = grpc.aio.ServicerContext[Any, Any]


class Rendering:
    def __init__(
        self,
        db: Database,
        workspaces: Workspaces,
        clock: Clock,
        providers: Providers,
        *,
        link_url: str,
        link_secret: str,
        hand_over_seconds: float,
    ) -> None:
        self._db, self._workspaces, self._clock, self._providers = db, workspaces, clock, providers
        self._link_url, self._link_secret, self._seconds = link_url, link_secret, hand_over_seconds

    async def RenderTemplate(
        self, request: pb.RenderTemplateRequest, _: Context
    ) -> content_pb2.RenderedMessage:
        document = read(request.data)
        async with self._db.begin(caller().workspace) as tx:
            row = await template(tx, request.name)
            contact = await somebody(tx, request.profile)
            channel = convert.channel_name(row["channel"])
            setting = (await channel_settings.of(await tx.raw(), tx.workspace, [channel]))[channel]
        lacks = lacking(setting, convert.class_name(row["class"]))
        contents = list(request.contents) or convert.contents(row["contents"])
        prefix = "" if request.contents else "template."
        addresses = self._addresses(setting, uuid4())
        asked = Asked(contents, row["channel"], request.locale, document, prefix)
        message = shown(await self._rendered(asked, contact, addresses), row["channel"])
        message.warnings.extend([lacks] if lacks else [])
        return message

    async def TestTemplate(self, request: pb.TestTemplateRequest, _: Context) -> pb.TestTemplateResponse:
        """At most once for a request_id: whoever repeats it while it is under way hears that it is.

        A test is in no ledger: it goes past no policy and is counted nowhere.
        """
        document = read(request.data)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, pb.TestTemplateResponse):
                return reply
            row = await template(tx, request.name)
            contact = await somebody(tx, request.profile)
            channel = convert.channel_name(row["channel"])
            setting = (await channel_settings.of(await tx.raw(), tx.workspace, [channel]))[channel]
            carrier = await self._carrier(tx, setting, convert.class_name(row["class"]))
            key = request.request_id or uuid4().hex
            test = Test(tx.workspace, key, row, setting, carrier)
            asked = Asked(
                convert.contents(row["contents"]), row["channel"], request.locale, document, "template."
            )
            addresses = self._addresses(setting, test.send(0))
            rendered = await self._rendered(asked, contact, addresses)
            reply = pb.TestTemplateResponse(
                message=shown(rendered, row["channel"]), failures=[UNKNOWN] * len(request.recipients)
            )
            await answer(tx, request, reply)
        failures = await self._sent(test, rendered, request.recipients)
        reply = pb.TestTemplateResponse(message=reply.message, failures=failures)
        async with self._db.begin(caller().workspace) as tx:
            return await answer(tx, request, reply)

    async def _rendered(self, asked: "Asked", contact: Contact | None, addresses: Addresses) -> Rendered:
        content = pick(asked.contents, asked.locale or (contact.locale if contact else ""))
        links = {"unsubscribe": addresses.unsubscribe, "preferences": addresses.preferences}
        zone = self._workspaces.of(caller().workspace).zone
        data = data_of(contact, asked.document, zone=zone, links=links)
        try:
            return await asyncio.to_thread(render, content, data, self._clock(), channel=asked.channel)
        except (Broken, TooCostly) as problem:
            place = next(i for i, each in enumerate(asked.contents) if each is content)
            where = f"contents[{place}].{field_of(problem)}".rstrip(".")
            costly = isinstance(problem, TooCostly)
            raise unsound([Problem(where, str(problem), costly=costly)], asked.prefix) from None

    async def _carrier(self, tx: Tx, setting: ChannelSetting, message_class: str) -> Carrier:
        carriers = await self._providers.for_channel(await tx.raw(), tx.workspace, setting.channel)
        if not setting.enabled or not carriers:
            why = "it has no provider" if setting.enabled else "it is switched off"
            raise NotNow("CHANNEL_UNAVAILABLE", f"Nothing goes out on {setting.channel}: {why}.")
        if lacks := lacking(setting, message_class):
            raise NotNow("CHANNEL_UNAVAILABLE", lacks)
        return carriers[0]

    async def _sent(self, test: "Test", rendered: Rendered, recipients: Sequence[str]) -> list[str]:
        """What the provider said of each; empty where it took the message."""
        failures = []
        for number, recipient in enumerate(recipients):
            try:
                message = self._message(test, number, recipient, rendered)
            except Refused as refused:
                failures.append(refused.description)
                continue
            outcome = await handed_over(test.carrier, message, self._seconds)
            failures.append("" if outcome.ending is Ending.TAKEN else outcome.description)
        return failures

    def _message(self, test: "Test", number: int, recipient: str, rendered: Rendered) -> Outgoing:
        send, setting = test.send(number), test.setting
        html, text, headers = rendered.html, rendered.text, {}
        if setting.channel == EMAIL:
            mail = tracked(
                html,
                text,
                self._addresses(setting, send),
                tracking=False,
                message_class=convert.class_name(test.row["class"]),
                campaign=f"templates/{test.row['slug']}",
                postal_address=setting.postal_address,
                locale=rendered.locale,
            )
            html, text, headers = mail.html, mail.text, dict(mail.headers)
        return Outgoing(
            send=send,
            workspace=test.workspace,
            channel=setting.channel,
            address=recipient,
            sender=setting.sender,
            reply_to=setting.reply_to,
            message_id=message_id(send, read_sender(setting.sender)[1].domain)
            if setting.channel == EMAIL
            else "",
            subject=rendered.subject,
            html=html,
            text=text,
            payload=rendered.payload.encode(),
            url=rendered.url,
            headers=headers,
        )

    def _addresses(self, setting: ChannelSetting, send: UUID) -> Addresses:
        """Links of a test lead nowhere: its send is in no ledger."""
        return Addresses(
            base(self._link_url, setting.link_domain), self._link_secret, caller().workspace, send
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown."""

    contents: Sequence[content_pb2.Content]
    channel: int
    locale: str
    document: dict[str, object]
    # Where in the request the contents stand.
    prefix: str


@dataclass(frozen=True, slots=True)
class Test:
    """What goes out, by whom; the same key gives the same messages."""

    workspace: str
    key: str
    row: asyncpg.Record
    setting: ChannelSetting
    carrier: Carrier

    def send(self, number: int) -> UUID:
        return named("test", self.workspace, self.row["slug"], self.key, number)


def shown(rendered: Rendered, channel: int) -> content_pb2.RenderedMessage:
    return content_pb2.RenderedMessage(
        locale=rendered.locale,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        payload=rendered.payload,
        size_bytes=rendered.size_bytes,
        segment_count=segment_count(rendered.text) if channel == content_pb2.SMS else 0,
        missing_variables=rendered.missing,
    )


async def somebody(tx: Tx, name: str) -> Contact | None:
    """The customer of this name; nobody, when it is empty."""
    if not name:
        return None
    key = await common.profile_key(tx, name)
    return (await people.contacts(await tx.raw(), tx.workspace, [key]))[key]


def read(data: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        sentence = "data is no JSON object; give one, or leave it out."
        raise Invalid("TEMPLATE_INVALID", sentence, violations=[Violation("data", "must be a JSON object")])
    return document


EMAIL = "email"
UNKNOWN = "It is being sent; what becomes of it is not known yet."
