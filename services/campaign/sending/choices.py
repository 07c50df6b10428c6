"""A customer takes or leaves a topic, or all marketing on a channel: decided once, and told once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.campaign.v1 import events_pb2 as events

from chassis.db import Tx
from services.campaign.convert import groups as convert
from services.campaign.convert import links
from services.campaign.domain.person import Contact
from services.campaign.sending.reactions import micros
from services.campaign.store import people, reactions, subscriptions
from services.campaign.store.reactions import Reaction


@dataclass(frozen=True, slots=True)
class Said:
    """How and when she said so."""

    # one_click, unsubscribe_page, preference_page, sms, api …
    source: str
    now: datetime
    # What she was shown and where, so that it can be proved.
    evidence: str = ""
    # The message she did it by, as `store.links.message` has it.
    message: Any = None


async def held(tx: Tx, key: int) -> Contact | None:
    """The living customer; until this transaction ends nobody sends her anything."""
    return (await people.contacts(await tx.raw(), tx.workspace, [key], lock=True)).get(key)


async def choose_topic(tx: Tx, contact: Contact, group: Any, said: Said, *, subscribed: bool) -> None:
    """Takes or leaves a topic for a customer who is held. Deciding twice is the same, and told once."""
    connection, slug = await tx.raw(), group["slug"]
    before = (await subscriptions.decisions(connection, tx.workspace, contact.key)).get(slug)
    if before and before["subscribed"] == subscribed:
        return
    await subscriptions.decide(
        connection,
        tx.workspace,
        contact.key,
        slug,
        subscribed=subscribed,
        source=said.source,
        evidence=said.evidence,
        time_us=micros(said.now),
    )
    after = (await subscriptions.decisions(connection, tx.workspace, contact.key)).get(slug)
    decided = convert.subscription(contact.profile, group, after)
    tx.emit(
        events.SubscriptionChanged(
            profile=contact.profile, event_time=decided.update_time, subscription=decided
        )
    )
    if not subscribed:
        await tell_left(tx, contact, said, slug, convert.only_channel(group))


async def opt_out(tx: Tx, contact: Contact, channel: str, said: Said) -> None:
    """No marketing on this channel any more, for a customer who is held; holds until she consents anew."""
    connection = await tx.raw()
    choices = (await subscriptions.of(connection, tx.workspace, [contact.key]))[contact.key]
    if choices.refused_since(channel, contact.consents.get((channel, "marketing"))):
        return
    time_us = micros(said.now)
    await subscriptions.opt_out(
        connection, tx.workspace, contact.key, channel, source=said.source, time_us=time_us
    )
    await tell_left(tx, contact, said, "", channel)


async def tell_left(tx: Tx, contact: Contact, said: Said, topic: str, channel: str) -> None:
    """*topic* is empty for all marketing on the channel."""
    time_us = micros(said.now)
    left = events.Unsubscribed(
        profile=contact.profile,
        event_time=links.instant(time_us),
        subscription_group=f"subscription_groups/{topic}" if topic else "",
        source=said.source,
        evidence=said.evidence,
    )
    if channel:
        left.channel = links.channel(channel)
    if said.message:
        left.message.CopyFrom(links.reference(said.message))
        left.channel, left.address = left.message.channel, said.message["address"]
        unsubscribed = Reaction(said.message["id"], "unsubscribed", time_us)
        await reactions.record(await tx.raw(), tx.workspace, [unsubscribed])
    tx.emit(left)
