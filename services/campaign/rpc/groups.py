"""Subscription groups: topics customers can take or leave."""

from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from services.campaign.convert import groups as convert
from services.campaign.rpc import common
from services.campaign.store import groups

Context = grpc.aio.ServicerContext[Any, Any]


class Groups:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateSubscriptionGroup(
        self, request: pb.CreateSubscriptionGroupRequest, _: Context
    ) -> sending_pb2.SubscriptionGroup:
        said = request.subscription_group
        slug = common.slug_of(said.name)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, sending_pb2.SubscriptionGroup):
                return reply
            values = convert.columns(said)
            if not await groups.create(await tx.raw(), tx.workspace, slug, values, self._clock()):
                raise AlreadyExists("NAME_TAKEN", f"There is a group {slug} already.", name=said.name)
            return await answer(tx, request, convert.group(await found(tx, said.name)))

    async def GetSubscriptionGroup(
        self, request: pb.GetSubscriptionGroupRequest, _: Context
    ) -> sending_pb2.SubscriptionGroup:
        async with self._db.begin(caller().workspace) as tx:
            return convert.group(await found(tx, request.name))

    async def ListSubscriptionGroups(
        self, request: pb.ListSubscriptionGroupsRequest, _: Context
    ) -> pb.ListSubscriptionGroupsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, str) or groups.FIRST
        async with self._db.begin(caller().workspace) as tx:
            rows = await groups.page(await tx.raw(), tx.workspace, (after[0], after[1]), limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["rank"], row["slug"]])
        return pb.ListSubscriptionGroupsResponse(
            subscription_groups=map(convert.group, shown), next_page_token=token
        )

    async def UpdateSubscriptionGroup(
        self, request: pb.UpdateSubscriptionGroupRequest, _: Context
    ) -> sending_pb2.SubscriptionGroup:
        said = request.subscription_group
        paths = masks.changed(request.update_mask, said, set(groups.WRITABLE))
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, sending_pb2.SubscriptionGroup):
                return reply
            row = await found(tx, said.name, lock=True)
            common.insist_on_etag(said.etag, row["revision"], "group")
            given, kept = convert.columns(said), {name: row[name] for name in groups.WRITABLE}
            values = kept | {path: given[path] for path in paths}
            if values != kept:
                await groups.update(await tx.raw(), tx.workspace, row["slug"], values, self._clock())
            return await answer(tx, request, convert.group(await found(tx, said.name)))

    async def DeleteSubscriptionGroup(self, request: pb.DeleteSubscriptionGroupRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            slug = (await found(tx, request.name, lock=True))["slug"]
            if users := await groups.users(await tx.raw(), tx.workspace, slug, MOST_NAMED):
                raise NotNow(
                    "RESOURCE_IN_USE",
                    f"The group is used by {', '.join(users)}; change that first.",
                    violations=[Violation(user, f"belongs to {request.name}") for user in users],
                )
            await groups.delete(await tx.raw(), tx.workspace, slug)
        return Empty()


async def found(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    slug = common.slug_of(name)
    row = await groups.found(await tx.raw(), tx.workspace, slug, lock=lock) if slug else None
    if row is None:
        raise NotFound("SUBSCRIPTION_GROUP_NOT_FOUND", f"There is no group {slug}.", name=name)
    return row


MOST_NAMED = 5
