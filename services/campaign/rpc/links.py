"""What the gateway's doors ask on behalf of whoever holds a message in her hands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.campaign.v1 import links_pb2 as pb

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import NotFound
from services.campaign.convert import links as convert
from services.campaign.domain.origin import Visit
from services.campaign.domain.person import Contact, forbade
from services.campaign.rpc import common
from services.campaign.sending import choices, reactions
from services.campaign.sending.choices import Said
from services.campaign.store import channel_settings, groups, links, people, subscriptions

Context = grpc.aio.ServicerContext[Any, Any]
# A row of `store.links.message`.
Message = Any


class Links:
    """The methods of LinkService."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def OpenMessage(self, request: pb.OpenMessageRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            message = await found(tx, request.send)
            if await may_be_noted(tx, message):
                await reactions.note_open(tx, message, visit(request.visit, message, self._clock()))
        return Empty()

    async def FollowLink(self, request: pb.FollowLinkRequest, _: Context) -> pb.FollowLinkResponse:
        """To the stored address, whether or not it may be noted."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            message = await found(tx, request.send)
            url = await links.url(await tx.raw(), tx.workspace, message["id"], request.number)
            if url is None:
                raise NotFound("SEND_NOT_FOUND", "The message has no such link.", name=request.send)
            if await may_be_noted(tx, message):
                seen = visit(request.visit, message, self._clock())
                await reactions.note_click(tx, message, request.number, url, seen)
        return pb.FollowLinkResponse(url=url)

    async def GetUnsubscribePage(
        self, request: pb.GetUnsubscribePageRequest, _: Context
    ) -> pb.UnsubscribePage:
        async with self._db.begin(caller().workspace) as tx:
            message = await found(tx, request.send)
            contact = await known(tx, message)
            return await page(
                tx, message, unsubscribed=contact is not None and await left(tx, message, contact)
            )

    async def UnsubscribeByLink(self, request: pb.UnsubscribeByLinkRequest, _: Context) -> pb.UnsubscribePage:
        """By a test nobody unsubscribes, and its reader sees what a customer would."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            message = await found(tx, request.send)
            contact = await choices.held(tx, message["profile_key"]) if is_hers(message) else None
            if contact:
                said = Said(request.source, self._clock(), f"{request.source} of {request.send}", message)
                if group := await topic(tx, message):
                    await choices.choose_topic(tx, contact, group, said, subscribed=False)
                else:
                    await choices.opt_out(tx, contact, message["channel"], said)
            return await page(tx, message, unsubscribed=True)

    async def GetPreferences(self, request: pb.GetPreferencesRequest, _: Context) -> pb.Preferences:
        async with self._db.begin(caller().workspace) as tx:
            message = await found(tx, request.send)
            return await preferences(tx, message, await customer(tx, message))

    async def SetPreferences(self, request: pb.SetPreferencesRequest, _: Context) -> pb.Preferences:
        """Only what she was shown can change: a topic that is new, or hidden, stays as it is."""
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            message = await found(tx, request.send)
            contact = await choices.held(tx, (await customer(tx, message)).key)
            assert contact, "whoever is known stays known"
            said = Said(SOURCE, self._clock(), f"{SOURCE} of {request.send}", message)
            if request.opt_out:
                await choices.opt_out(tx, contact, message["channel"], said)
            else:
                before = (await subscriptions.of(await tx.raw(), tx.workspace, [contact.key]))[contact.key]
                for group in await shown(tx, message):
                    takes = group["slug"] in request.taken
                    if group["slug"] in request.shown and before.takes(group["slug"]) != takes:
                        await choices.choose_topic(tx, contact, group, said, subscribed=takes)
            return await preferences(tx, message, contact)


async def found(tx: Tx, name: str) -> Message:
    id = common.uuid_of(name)
    message = await links.message(await tx.raw(), tx.workspace, id) if id else None
    if message is None:
        raise NotFound("SEND_NOT_FOUND", f"There is no {name}.", name=name)
    return message


def is_hers(message: Message) -> bool:
    """A test is nobody's: it went to an address of the shop."""
    return bool(message["profile"]) and not message["test"]


async def may_be_noted(tx: Tx, message: Message) -> bool:
    """Who forbids it after the mail went out is not counted from then on."""
    if not is_hers(message):
        return False
    key: int = message["profile_key"]
    consents = (await people.consents_of(await tx.raw(), tx.workspace, [key])).get(key, {})
    return not forbade(consents, message["channel"], "tracking")


async def known(tx: Tx, message: Message) -> Contact | None:
    """Whom it was for; nobody, when it was a test."""
    if not is_hers(message):
        return None
    key: int = message["profile_key"]
    return (await people.contacts(await tx.raw(), tx.workspace, [key])).get(key)


async def customer(tx: Tx, message: Message) -> Contact:
    contact = await known(tx, message)
    if contact is None:
        raise NotFound("PROFILE_NOT_FOUND", "The message went to no customer.")
    return contact


async def topic(tx: Tx, message: Message) -> Any:
    """The group it belongs to; None when it belongs to none, or to one that is gone."""
    slug = message["topic"].rpartition("/")[2]
    return await groups.found(await tx.raw(), tx.workspace, slug) if slug else None


async def left(tx: Tx, message: Message, contact: Contact) -> bool:
    made = (await subscriptions.of(await tx.raw(), tx.workspace, [contact.key]))[contact.key]
    consent = contact.consents.get((message["channel"], "marketing"))
    group = await topic(tx, message)
    if group and not made.takes(group["slug"]):
        return True
    return made.refused_since(message["channel"], consent) is not None


async def page(tx: Tx, message: Message, *, unsubscribed: bool) -> pb.UnsubscribePage:
    group = await topic(tx, message)
    return pb.UnsubscribePage(
        shop_name=await shop_name(tx, message),
        masked_address=convert.masked(message["address"]),
        topic=(group["display_name"] or group["slug"]) if group else "",
        unsubscribed=unsubscribed,
    )


async def preferences(tx: Tx, message: Message, contact: Contact) -> pb.Preferences:
    made = (await subscriptions.of(await tx.raw(), tx.workspace, [contact.key]))[contact.key]
    consent = contact.consents.get((message["channel"], "marketing"))
    return convert.preferences(
        message,
        await shop_name(tx, message),
        await shown(tx, message),
        made,
        opted_out=made.refused_since(message["channel"], consent) is not None,
    )


async def shown(tx: Tx, message: Message) -> list[Any]:
    """The topics she may take or leave on this channel, in their order."""
    rows = await groups.page(await tx.raw(), tx.workspace, groups.FIRST, MOST_TOPICS)
    return [
        row
        for row in rows
        if not row["hidden"] and (not row["channels"] or message["channel"] in row["channels"])
    ]


async def shop_name(tx: Tx, message: Message) -> str:
    settings = await channel_settings.of(await tx.raw(), tx.workspace, [message["channel"]])
    return convert.shop_name(settings[message["channel"]].sender, tx.workspace)


def visit(said: pb.Visit, message: Message, now: datetime) -> Visit:
    sent_us = message["send_us"]
    handed_over = None if sent_us is None else EPOCH + timedelta(microseconds=sent_us)
    return Visit(said.user_agent, now, handed_over, said.head)


SOURCE = "preference_page"
# More could not be shown on one page.
MOST_TOPICS = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
