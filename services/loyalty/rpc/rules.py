"""Rules by which points are earned, in versions, and what an order would earn by them."""

from collections import defaultdict
from typing import Any

import asyncpg
import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.loyalty.v1 import ledger_pb2
from rapport.loyalty.v1 import loyalty_pb2 as pb
from rapport.loyalty.v1 import programme_pb2 as resources

from chassis import masks, pages
from chassis.callers import caller
from chassis.db import Database
from chassis.errors import AlreadyExists, Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from services.loyalty.actions.catalog import FIRST, Catalog
from services.loyalty.actions.orders import allowances, named
from services.loyalty.actions.work import Desk, Work
from services.loyalty.convert import definitions as messages
from services.loyalty.convert import orders as order_messages
from services.loyalty.convert.times import timestamp, when
from services.loyalty.domain.rules import Credit, credits_of_order, person_of
from services.loyalty.rpc import checks, common
from services.loyalty.rpc.programmes import changed
from services.loyalty.store import definitions, members

Context = grpc.aio.ServicerContext[Any, Any]


class Rules:
    def __init__(self, db: Database, desk: Desk) -> None:
        self._db, self._desk = db, desk

    async def CreateEarnRule(self, request: pb.CreateEarnRuleRequest, _: Context) -> resources.EarnRule:
        said = request.earn_rule
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.EarnRule):
                return reply
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.parent, lock=True)
            common.insist_on_open((await work.catalog(row["slug"])).terms)
            insist_on_parent(said.name, request.parent, "earn_rule.name")
            await insist_on_sense(work, row["slug"], said)
            slug = messages.slug(said.name)
            if not await definitions.create_rule(
                work.connection, (tx.workspace, row["slug"], slug), said.rank, messages.kept(said), work.now
            ):
                raise AlreadyExists(
                    "NAME_TAKEN", f"There is, or was, a rule {slug}; choose another name.", name=said.name
                )
            await definitions.touch(work.connection, tx.workspace, row["slug"])
            return await answer(tx, request, messages.rule_message(await found(work, said.name)))

    async def GetEarnRule(self, request: pb.GetEarnRuleRequest, _: Context) -> resources.EarnRule:
        async with self._db.begin(caller().workspace) as tx:
            row = await found(await self._desk.begin(tx), request.name, request.version)
        return messages.rule_message(row)

    async def ListEarnRules(self, request: pb.ListEarnRulesRequest, _: Context) -> pb.ListEarnRulesResponse:
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, str) or FIRST
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.parent)
            rows = await definitions.rules(
                work.connection, tx.workspace, row["slug"], (after[0], after[1]), limit + 1
            )
        shown, token = pages.page(rows, limit, lambda each: [each["rank"], each["slug"]])
        return pb.ListEarnRulesResponse(earn_rules=map(messages.rule_message, shown), next_page_token=token)

    async def UpdateEarnRule(self, request: pb.UpdateEarnRuleRequest, _: Context) -> resources.EarnRule:
        said = request.earn_rule
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, resources.EarnRule):
                return reply
            work = await self._desk.begin(tx)
            programme = (await common.programme(work, said.name, lock=True))["slug"]
            row = await found(work, said.name)
            common.insist_on_etag(said.etag, row, "rule")
            new = changed(resources.EarnRule.FromString(row["terms"]), said, paths)
            await insist_on_sense(work, programme, new)
            kept = messages.kept(new)
            if kept != row["terms"]:
                await definitions.change_rule(
                    work.connection, (tx.workspace, programme, row["slug"]), new.rank, kept, work.now
                )
                await definitions.touch(work.connection, tx.workspace, programme)
            return await answer(tx, request, messages.rule_message(await found(work, said.name)))

    async def DeleteEarnRule(self, request: pb.DeleteEarnRuleRequest, _: Context) -> Empty:
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            work = await self._desk.begin(tx)
            row = await found(work, request.name)
            await definitions.end_rule(work.connection, tx.workspace, row["programme"], row["slug"], work.now)
            await definitions.touch(work.connection, tx.workspace, row["programme"])
        return Empty()

    async def PreviewEarning(
        self, request: pb.PreviewEarningRequest, _: Context
    ) -> pb.PreviewEarningResponse:
        async with self._db.begin(caller().workspace) as tx:
            work = await self._desk.begin(tx)
            row = await common.programme(work, request.name)
            catalog = await work.catalog(row["slug"], row["stamp"])
            at = work.now
            if request.HasField("order_time"):
                at = common.instant(request.order_time, "order_time")
            made = await previewed(work, catalog, request, at)
        return preview(row["slug"], made, at)


async def previewed(work: Work, catalog: Catalog, request: pb.PreviewEarningRequest, at: int) -> list[Credit]:
    if catalog.terms.closed:
        return []
    basis = order_messages.previewed(request.lines)
    if any(line.amount.currency_code != basis.currency for line in request.lines):
        raise Invalid(
            "REQUEST_INVALID",
            "lines must be in one currency; an order is.",
            violations=[Violation("lines", "must be in one currency")],
        )
    tier, left = "", {}
    if request.profile:
        profile, slug = common.profile_of(request.profile), catalog.terms.programme
        id = await members.id_of(work.connection, work.workspace, slug, profile)
        if id is not None:
            [member] = await members.seen(work.connection, work.workspace, [id])
            await work.bring_up(member)
            tier, left = member.held.tier, await allowances(work, member, catalog, at)
    person = person_of(request.profile, named(catalog.terms.programme, tier), catalog.terms.zone)
    return credits_of_order(catalog.orders, catalog.terms, basis, at, person=person, tier=tier, left=left)


def preview(programme: str, made: list[Credit], at: int) -> pb.PreviewEarningResponse:
    totals: dict[str, ledger_pb2.Balance] = defaultdict(ledger_pb2.Balance)
    for each in made:
        total = totals[each.rule.currency]
        total.currency = each.rule.currency
        if each.available_us > at:
            total.pending_points += each.points
        else:
            total.active_points += each.points
    return pb.PreviewEarningResponse(
        totals=totals.values(),
        earnings=[
            pb.RuleEarning(
                rule=f"programmes/{programme}/earn_rules/{each.rule.name}",
                version=each.rule.version,
                points=each.points,
                currency=each.rule.currency,
                available_time=timestamp(each.available_us),
                expire_time=when(each.expires_us),
            )
            for each in made
        ],
    )


async def found(work: Work, name: str, version: int = 0) -> asyncpg.Record:
    asked = common.Name.of(name)
    row = None
    if common.plain(name):
        row = await definitions.rule(work.connection, work.workspace, asked.programme, asked.id, version)
    if row is None:
        await common.programme(work, name)
        of = f" version {version} of" if version else ""
        raise NotFound("EARN_RULE_NOT_FOUND", f"There is no{of} rule {asked.id}.", name=name)
    return row


async def insist_on_sense(work: Work, programme: str, said: resources.EarnRule) -> None:
    terms = (await work.catalog(programme)).terms
    tiers = {named(programme, tier.name) for tier in terms.tiers}
    common.insist_on_sense("EARN_RULE_INVALID", checks.rule(said, terms.currencies, tiers))


def insist_on_parent(name: str, parent: str, field: str) -> None:
    if not name.startswith(f"{parent}/"):
        raise Invalid(
            "REQUEST_INVALID",
            f"{field} must begin with {parent}/, where it is to be made.",
            violations=[Violation(field, f"must begin with {parent}/")],
        )


WRITABLE = {
    "display_name",
    "rank",
    "group",
    "order",
    "event",
    "condition",
    "active_from_time",
    "active_until_time",
    "pending",
    "expiry",
    "daily_limit",
}
