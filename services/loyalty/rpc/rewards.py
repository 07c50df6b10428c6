"""The catalogue: what points can be spent on."""

from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as resources

from chassis import masks, pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import AlreadyExists, NotFound, NotNow
from chassis.idempotency import answer, answered
from conditions.reading import read
from services.loyalty.actions.orders import named
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import definitions as messages
from services.loyalty.domain.member import Member
from services.loyalty.domain.rules import fits, person_of
from services.loyalty.domain.terms import Terms
from services.loyalty.rpc import checks, common
from services.loyalty.rpc.programmes import changed
from services.loyalty.rpc.rules import insist_on_parent
from services.loyalty.store import definitions

Context = grpc.aio.ServicerContext[Any, Any]


class Rewards:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def CreateReward(self, request: pb.CreateRewardRequest, _: Context) -> resources.Reward:
        said = request.reward
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Reward):
                return reply
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, request.parent))["slug"]
            insist_on_parent(said.name, request.parent, "reward.name")
            terms = (await work.catalog(programme)).terms
            common.insist_on_sense("REWARD_INVALID", checks.reward(said, terms.currencies))
            slug, stock = messages.slug(said.name), stock_of(said)
            if not await definitions.create_reward(
                work.connection,
                (tx.workspace, programme, slug),
                messages.kept(said),
                (said.price, stock),
                work.now,
            ):
                raise AlreadyExists("NAME_TAKEN", f"There is a reward {slug} already.", name=said.name)
            return await answer(tx, request, messages.reward_message(await found(work, said.name)))

    async def GetReward(self, request: pb.GetRewardRequest, _: Context) -> resources.Reward:
        async with self._db.begin(caller().workspace) as tx:
            return messages.reward_message(await found(await self._desk.begin(tx), request.name))

    async def ListRewards(self, request: pb.ListRewardsRequest, _: Context) -> pb.ListRewardsResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, str) or [-1, ""]
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, request.parent))["slug"]
            place = (after[0], after[1])
            most = MOST_REWARDS if request.available_to else limit + 1
            rows = await definitions.rewards(work.connection, tx.workspace, programme, place, most)
            if request.available_to:
                member = await common.seen_account(work, request.available_to)
                terms = (await work.catalog(member.programme, member.stamp)).terms
                rows = [row for row in rows if not hindrance(row, member, terms, work.now)][: limit + 1]
        shown, token = pages.page(rows, limit, lambda row: [row["price"], row["slug"]])
        return pb.ListRewardsResponse(rewards=map(messages.reward_message, shown), next_page_token=token)

    async def UpdateReward(self, request: pb.UpdateRewardRequest, _: Context) -> resources.Reward:
        said = request.reward
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.Reward):
                return reply
            work = await self._desk.begin(tx)
            row = await found(work, said.name, lock=True)
            common.insist_on_etag(said.etag, row, "reward")
            new = changed(messages.reward_message(row), said, paths)
            terms = (await work.catalog(row["programme"])).terms
            common.insist_on_sense("REWARD_INVALID", checks.reward(new, terms.currencies))
            await definitions.change_reward(
                work.connection,
                (tx.workspace, row["programme"], row["slug"]),
                messages.kept(new),
                (new.price, stock_of(new)),
                work.now,
            )
            return await answer(tx, request, messages.reward_message(await found(work, said.name)))

    async def DeleteReward(self, request: pb.DeleteRewardRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            work = await self._desk.begin(tx)
            row = await found(work, request.name, lock=True)
            await definitions.delete_reward(work.connection, tx.workspace, row["programme"], row["slug"])
        return Empty()


def hindrance(row: Any, member: Member, terms: Terms, now: int) -> str:
    """Why this member cannot have it now; nothing when she can."""
    said = resources.Reward.FromString(row["terms"])
    if row["programme"] != member.programme:
        return "is one of another programme"
    if row["stock"] == 0:
        return "is sold out"
    if said.HasField("active_from_time") and now < said.active_from_time.ToMicroseconds():
        return "is not to be had yet"
    if said.HasField("active_until_time") and now >= said.active_until_time.ToMicroseconds():
        return "is no longer to be had"
    person = person_of(member.profile_name, named(member.programme, member.held.tier), terms.zone)
    if said.HasField("condition") and not fits(read(said.condition), person, now):
        return "is not for this member"
    if member.account.wallet(said.currency or terms.currencies[0]).active < row["price"]:
        return "costs more than she has"
    return ""


async def taken(work: Work, name: str, member: Member, terms: Terms) -> tuple[int, str]:
    """One of this reward, out of stock, for its price and in its currency."""
    row = await found(work, name)
    said = resources.Reward.FromString(row["terms"])
    why = hindrance(row, member, terms, work.now)
    currency = said.currency or terms.currencies[0]
    if why == "costs more than she has":
        raise common.insufficient(row["price"], member.account.wallet(currency).active, currency)
    if why or not await definitions.restock(
        work.connection, work.workspace, row["programme"], [row["slug"]], -1
    ):
        raise NotNow("REWARD_UNAVAILABLE", f"The reward {why or 'is sold out'}.", name=name)
    return row["price"], currency


async def found(work: Work, name: str, *, lock: bool = False) -> asyncpg.Record:
    asked = common.Name.of(name)
    row = None
    if common.plain(name):
        row = await definitions.reward(work.connection, work.workspace, asked.programme, asked.id, lock=lock)
    if row is None:
        await common.programme(work, name)
        raise NotFound("REWARD_NOT_FOUND", f"There is no reward {asked.id}.", name=name)
    return row


def stock_of(said: resources.Reward) -> int | None:
    return said.stock_count if said.HasField("stock_count") else None


WRITABLE = {
    "display_name",
    "description",
    "price",
    "coupon_pool",
    "stock_count",
    "condition",
    "active_from_time",
    "active_until_time",
}
# A catalogue is read by people.
MOST_REWARDS = 10_000
