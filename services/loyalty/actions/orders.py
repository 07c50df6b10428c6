"""What an order earns, and what is taken back when it comes back. Told in any order, it comes to the same."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

from rapport.profile.v1 import profile_pb2 as profile

from conditions.calendar import local_date
from services.loyalty.actions.catalog import Catalog
from services.loyalty.actions.work import Work
from services.loyalty.convert import definitions as definition_messages
from services.loyalty.convert import orders as messages
from services.loyalty.domain.earning import Basis, earned, to_claw
from services.loyalty.domain.ledger import About, Lot, Reservation
from services.loyalty.domain.member import Member
from services.loyalty.domain.moves import claw, credit, give_back
from services.loyalty.domain.rules import Credit, Rule, credits_of_order, person_of
from services.loyalty.domain.tiers import Reason
from services.loyalty.store import definitions, members, orders
from services.loyalty.store.documents import reservation


async def take_order(
    work: Work, order: profile.Order, *, placed: bool = False, historical: bool = False, refund_id: str = ""
) -> None:
    """The order as one fact tells it. What is older than what we know adds to the past only."""
    owner = await orders.person(work.connection, work.workspace, UUID(order.profile.rpartition("/")[2]))
    order_us = order.order_time.ToMicroseconds()
    row = dict(await orders.begin(work.connection, work.workspace, order.name, owner, order_us))
    fresh = placed and not row["placed"]
    basis = messages.present(order)
    if fresh:
        worth = messages.original(order)
        row |= {"placed": True, "historical": historical, "original": messages.dump(worth)}
        row |= {"order_us": order_us}
    if order.revision > row["revision"]:
        row |= {"revision": order.revision, "present": messages.dump(basis), "refund_id": refund_id}
        row |= {"profile": owner}
    since = max(order_us, order.update_time.ToMicroseconds())
    row["steps"] = messages.stepped(row["steps"], order.revision, since, basis)
    await orders.keep(
        work.connection, work.workspace, order.name, **{name: row[name] for name in orders.KEPT}
    )
    if row["placed"]:
        await settle(work, row, fresh=await enrolled(work, row, since_us=None) if fresh else ())


async def enrolled(work: Work, row: Any, *, since_us: int | None) -> Sequence[int]:
    """The members for whom the order is still to be judged: with *since_us*, who had joined by then."""
    rows = await members.of_profiles(work.connection, work.workspace, [row["profile"]])
    return [
        each["id"]
        for each in rows
        if each["programme"] not in row["decided"] and (since_us is None or each["enrol_us"] <= since_us)
    ]


async def settle(work: Work, row: Any, *, fresh: Sequence[int]) -> None:
    """Earns for *fresh* members, then takes back what no longer stands behind what was earned."""
    present = messages.load(row["present"])
    given: list[Any] = list(await orders.earned_on(work.connection, work.workspace, row["name"]))
    spent = await orders.spent_on(work.connection, work.workspace, row["name"]) if present.gone else []
    mine = await members.of_profiles(work.connection, work.workspace, [row["profile"]])
    ids = {*fresh, *(each["member"] for each in (*given, *spent)), *(each["id"] for each in mine)}
    held = {each.id: each for each in await work.members(ids)}
    for id in fresh:
        given += await earn(work, held[id], row)
    for each in spent:
        await return_points(work, held[each["member"]], reservation(each), row)
    if given:
        await take_back(work, held, row, given, present)
    for member in held.values():
        await work.rise(member, Reason.QUALIFIED, refund=present != messages.load(row["original"]))
    await work.save(*held.values())


async def earn(work: Work, member: Member, row: Any) -> list[dict[str, Any]]:
    """What the order gives this member: once per rule, by the rules that ran when it was placed."""
    catalog = await work.catalog(member.programme, member.stamp)
    await orders.decide(work.connection, work.workspace, row["name"], member.programme)
    if catalog.terms.closed:
        return []
    at, basis = row["order_us"], messages.load(row["original"])
    person = person_of(member.profile_name, named(member.programme, member.held.tier), catalog.terms.zone)
    left = await allowances(work, member, catalog, at)
    found = credits_of_order(
        catalog.orders, catalog.terms, basis, at, person=person, tier=member.held.tier, left=left
    )
    return [
        await give(work, member, catalog, each, source=row["name"], at=at, historical=row["historical"])
        for each in found
    ]


async def allowances(work: Work, member: Member, catalog: Catalog, at: int) -> dict[str, int]:
    """What the limits of that day leave, by rule."""
    day = local_date(at, catalog.terms.zone).toordinal()
    return {
        rule.name: rule.daily_limit
        - await orders.earned_that_day(work.connection, work.workspace, member.id, rule.name, day)
        for rule in catalog.rules
        if rule.daily_limit
    }


async def give(
    work: Work, member: Member, catalog: Catalog, made: Credit, *, source: str, at: int, historical: bool
) -> dict[str, Any]:
    """Opens the lot, and keeps by which rule and version, so that it can be taken back by the same."""
    rule = made.rule
    name = f"programmes/{member.programme}/earn_rules/{rule.name}"
    lot = Lot(
        member.account.ids(), made.points, at, made.available_us, made.expires_us, source, name, rule.version
    )
    about = About(source, rule=name, version=rule.version)
    entry = credit(member.account, rule.currency, lot, about, work.now, historical=historical)
    kept = {
        "programme": member.programme,
        "rule": rule.name,
        "source": source,
        "member": member.id,
        "currency": rule.currency,
        "lot": lot.id,
        "entry": entry.id,
        "version": rule.version,
        "factor": made.factor,
        "most": made.most,
        "points": made.points,
        "event_us": at,
        "day": local_date(at, catalog.terms.zone).toordinal(),
    }
    await orders.earn(work.connection, work.workspace, **kept)
    return kept | {"clawed": 0}


async def take_back(
    work: Work, held: dict[int, Member], row: Any, given: Sequence[Any], present: Basis
) -> None:
    """`earned(original) - earned(what remains) - already clawed`, by the version stored with the earning."""
    for each in given:
        member = held[each["member"]]
        terms = (await work.catalog(member.programme, member.stamp)).terms
        rule = await version(work, each, terms.currencies)
        assert rule.order is not None, "what an order earned was earned by a rule for orders"
        left = earned(present, rule.order, Fraction(each["factor"]))
        if each["most"] is not None:
            left = min(left, each["most"])
        points = to_claw(each["points"], left, each["clawed"])
        if not points:
            continue
        name = f"programmes/{member.programme}/earn_rules/{rule.name}"
        about = About(row["name"], rule=name, version=each["version"])
        claw(
            member.account,
            each["currency"],
            each["lot"],
            points,
            work.now,
            about=about,
            owe=terms.owe,
            refund_id=row["refund_id"],
        )
        key = (each["programme"], each["rule"], each["source"])
        await orders.claw(
            work.connection,
            work.workspace,
            key,
            row["revision"],
            points,
            event_us=work.now,
            refund_id=row["refund_id"],
        )


async def version(work: Work, each: Any, currencies: tuple[str, ...]) -> Rule:
    """The rule as it was when it gave."""
    wanted = [(each["rule"], each["version"])]
    [row] = await definitions.rule_versions(work.connection, work.workspace, each["programme"], wanted)
    return definition_messages.rule(row, currencies)


async def return_points(work: Work, member: Member, spent: Reservation, row: Any) -> None:
    terms = (await work.catalog(member.programme, member.stamp)).terms
    about = About(row["name"], version=terms.version)
    give_back(member.account, spent, terms.grace_us, work.now, about)


def named(programme: str, tier: str) -> str:
    return f"programmes/{programme}/tiers/{tier}" if tier else ""


# A workspace has a handful of programmes.
MOST_PROGRAMMES = 100
