"""What a customer takes and leaves, as the shop reads and writes it for her."""

from typing import Any

import grpc
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import NotFound
from chassis.idempotency import answer, answered
from services.campaign.convert import groups as convert
from services.campaign.domain.person import Contact
from services.campaign.rpc import common
from services.campaign.rpc.groups import found
from services.campaign.sending import choices
from services.campaign.sending.choices import Said
from services.campaign.store import groups, people, subscriptions

Context = grpc.aio.ServicerContext[Any, Any]


class Subscriptions:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def ListSubscriptions(
        self, request: pb.ListSubscriptionsRequest, _: Context
    ) -> pb.ListSubscriptionsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, str) or groups.FIRST
        async with self._db.begin(caller().workspace) as tx:
            connection, key = await tx.raw(), await common.profile_key(tx, request.parent)
            profile = await name_of(tx, key)
            rows = await groups.page(connection, tx.workspace, (after[0], after[1]), limit + 1)
            decided = await subscriptions.decisions(connection, tx.workspace, key)
        shown, token = pages.page(rows, limit, lambda row: [row["rank"], row["slug"]])
        return pb.ListSubscriptionsResponse(
            subscriptions=[convert.subscription(profile, row, decided.get(row["slug"])) for row in shown],
            next_page_token=token,
        )

    async def UpdateSubscription(
        self, request: pb.UpdateSubscriptionRequest, _: Context
    ) -> sending_pb2.Subscription:
        """What is not written is not asked for: to say only whence a decision comes changes nothing."""
        said = request.subscription
        paths = masks.changed(request.update_mask, said, WRITABLE)
        profile, group_slug = said.name.split("/subscriptions/")
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, sending_pb2.Subscription):
                return reply
            contact = await held(tx, profile)
            group = await found(tx, f"subscription_groups/{group_slug}")
            before = await current(tx, contact, group)
            common.insist_on_etag(said.etag, int(before.etag), "subscription")
            if "subscribed" in paths:
                source = said.source if "source" in paths and said.source else "api"
                evidence = said.evidence if "evidence" in paths else ""
                how = Said(source, self._clock(), evidence)
                await choices.choose_topic(tx, contact, group, how, subscribed=said.subscribed)
            return await answer(tx, request, await current(tx, contact, group))


async def held(tx: Tx, profile: str) -> Contact:
    contact = await choices.held(tx, await common.profile_key(tx, profile))
    if contact is None:
        raise NotFound("PROFILE_NOT_FOUND", f"There is no profile {profile}.", name=profile)
    return contact


async def current(tx: Tx, contact: Contact, group: Any) -> sending_pb2.Subscription:
    decided = await subscriptions.decisions(await tx.raw(), tx.workspace, contact.key)
    return convert.subscription(contact.profile, group, decided.get(group["slug"]))


async def name_of(tx: Tx, key: int) -> str:
    """Of the living customer, whatever former name was asked for."""
    return (await people.contacts(await tx.raw(), tx.workspace, [key]))[key].profile


WRITABLE = {"subscribed", "source", "evidence"}
