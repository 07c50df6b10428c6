"""What events say of orders, refunds and carts, kept by their own keys; and what follows for the customer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
from rapport.profile.v1 import events_pb2 as events

from services.profile import convert
from services.profile.domain import carts, purchases
from services.profile.domain.carts import CartChange
from services.profile.domain.computed import computed
from services.profile.domain.orders import UNDERSTOOD, OrderReport, RefundReport, report, viewed_category
from services.profile.engine.load import load_profiles
from services.profile.engine.state import Anchor, Profile
from services.profile.engine.work import Held, Work
from tracking.event import Event

Reported = tuple[Event, OrderReport | RefundReport]
Shelves = dict[int, dict[str, carts.Operations]]


async def trade(work: Work, happened: Sequence[Event], currency: str) -> None:
    """Takes up every report of *happened*. *currency* counts where an event does not tell its own."""
    reports: list[Reported] = []
    changes: list[tuple[Event, CartChange]] = []
    for event in happened:
        if event.type != "track" or event.name not in UNDERSTOOD:
            continue
        properties = msgspec.json.decode(event.properties) if event.properties else {}
        view(work, event, viewed_category(event.name, properties))
        told = report(
            event.name,
            properties,
            time_us=event.time_us,
            id=event.id.hex,
            message_id=event.message_id,
            currency=currency,
        )
        if isinstance(told, CartChange):
            changes.append((event, told))
        elif told is not None:
            reports.append((event, told))
            if isinstance(told, OrderReport) and told.cart:
                changes.append((event, told.cart))
    if reports:
        await take_reports(work, reports)
    if changes:
        await change_carts(work, changes)


def view(work: Work, event: Event, category: str | None) -> None:
    """Counts a viewed product. Of a flood of made-up categories the first thousand count."""
    if category is None:
        return
    anchor = work.anchor(*event.identifiers[0])
    if category in anchor.categories or len(anchor.categories) < CATEGORIES_MAX:
        anchor.categories[category] = anchor.categories.get(category, 0) + 1
        work.refresh(owner(anchor), event.id)


async def take_reports(work: Work, reports: Sequence[Reported]) -> None:
    await hold_purchases(work, {told.order_id for _, told in reports})
    by_order: dict[str, list[Reported]] = defaultdict(list)
    for event, told in reports:
        by_order[told.order_id].append((event, told))
    before = {id: purchases.order(work.purchases[id].purchase) for id in by_order}
    former = {id: work.purchases[id].anchor for id in by_order}
    news = {
        id: [event for event, told in told_of if take(work, event, told)] for id, told_of in by_order.items()
    }
    owners = await owners_of(
        work, {key for id in by_order for key in (former[id], work.purchases[id].anchor)}
    )
    for id, causes in news.items():
        if not causes:
            continue
        for key in {former[id], work.purchases[id].anchor}:
            if key is not None:
                work.recount(owners[key], causes[-1].id)
        tell(work, work.purchases[id], before[id], owners, causes[-1])


async def hold_purchases(work: Work, order_ids: Iterable[str]) -> None:
    missing = [id for id in order_ids if id not in work.purchases]
    for id in missing:
        work.purchases[id] = Held(id, purchases.Purchase())
    for row in await work.store.purchases(missing):
        held = Held(row["order_id"], purchases.load(row["state"]), told=row["told"], revision=row["revision"])
        work.purchases[held.order_id] = held


def take(work: Work, event: Event, told: OrderReport | RefundReport) -> bool:
    anchor = work.anchor(*event.identifiers[0])
    return purchases.take(work.purchases[told.order_id].purchase, told, anchor.kind, anchor.key)


async def owners_of(work: Work, keys: Iterable[int | None]) -> dict[int, Profile]:
    """Whose these anchors are."""
    found: dict[int, Profile] = {}
    elsewhere: list[int] = []
    for key in keys:
        if key is None:
            continue
        if key in work.anchors:
            found[key] = owner(work.anchors[key])
        else:
            elsewhere.append(key)
    if elsewhere:
        stored = await work.store.profile_keys(elsewhere)
        await load_profiles(work, list(stored.values()))
        found |= {key: work.memory.profiles[work.workspace, of] for key, of in stored.items()}
    return found


def owner(anchor: Anchor) -> Profile:
    assert anchor.profile is not None, "what was recorded under an anchor belongs to somebody"
    return anchor.profile


def tell(
    work: Work, held: Held, before: purchases.Order | None, owners: dict[int, Profile], cause: Event
) -> None:
    """An order is told as placed once, each refund once, and everything else as an update."""
    after = purchases.order(held.purchase)
    if after is None or held.anchor is None:
        return
    profile = owners[held.anchor]
    held.revision += 1
    message = convert.order_message(profile.name, held.order_id, after, held.revision)
    about: dict[str, Any] = {"order": message, "profile_key": profile.key, "cause": str(cause.id)}
    known = {refund.refund_id for refund in before.refunds} if before and held.told else set()
    new = [refund for refund in after.refunds if refund.refund_id not in known]
    if not held.told and after.state != purchases.CANCELLED:
        held.told = True
        work.traded.append(events.OrderPlaced(**about, historical=cause.historical))
    elif held.told and not new:
        work.traded.append(events.OrderUpdated(**about))
    for refund in new if held.told else ():
        fact = events.OrderRefunded(**about, historical=cause.historical)
        fact.refund.CopyFrom(convert.refund_message(refund, after.currency))
        fact.effective.CopyFrom(convert.money_message(refund.effective, after.currency))
        work.traded.append(fact)


async def change_carts(work: Work, changes: Sequence[tuple[Event, CartChange]]) -> None:
    """A customer's cart is the fold over all of her anchors, so all of them are read."""
    by_profile: dict[int, list[tuple[Anchor, Event, CartChange]]] = defaultdict(list)
    for event, change in changes:
        anchor = work.anchor(*event.identifiers[0])
        by_profile[owner(anchor).key].append((anchor, event, change))
    people = {key: owner(told[0][0]) for key, told in by_profile.items()}
    shelves = await held_carts(work, [key for one in people.values() for key in one.anchors])
    for key, told in by_profile.items():
        mine = {anchor: shelves[anchor] for anchor in people[key].anchors}
        before = carts.contents(mine.values())
        for anchor, _, change in told:
            shelf = mine[anchor.key]
            shelf[change.cart_id] = carts.change(shelf.get(change.cart_id, []), change.operation)
            work.carts[anchor.key, change.cart_id] = shelf[change.cart_id]
        tell_carts(work, people[key], before, carts.contents(mine.values()), told[-1][1])


async def held_carts(work: Work, anchors: Sequence[int]) -> Shelves:
    shelves: Shelves = {key: {} for key in anchors}
    for row in await work.store.carts_of(anchors):
        shelves[row["anchor"]][row["cart_id"]] = carts.load(row["operations"])
    return shelves


def tell_carts(
    work: Work, profile: Profile, before: dict[str, carts.Cart], after: dict[str, carts.Cart], cause: Event
) -> None:
    for id, cart in after.items():
        if cart.lines != (before[id].lines if id in before else []):
            fact = events.CartUpdated(
                profile_key=profile.key, historical=cause.historical, cause=str(cause.id)
            )
            fact.cart.CopyFrom(convert.cart_message(profile.name, id, cart))
            work.traded.append(fact)


async def compute(work: Work) -> None:
    """Counts anew what follows from orders where they changed, and from use where nothing else did."""
    await recount(work)
    for key, (profile, cause) in work.refreshed.items():
        if key in work.recounted or profile.merged_into is not None:
            continue
        now = asdict(computed({}, viewed(profile), profile.recent))
        revise(work, profile, (profile.computed or now) | {name: now[name] for name in FROM_USE}, cause)


async def recount(work: Work) -> None:
    people = [one for one in work.recounted.values() if one[0].merged_into is None]
    if not people:
        return
    whose = {key: profile.key for profile, _ in people for key in profile.anchors}
    orders: dict[int, dict[str, purchases.Order]] = defaultdict(dict)
    for row in await work.store.purchases_of(list(whose)):
        if row["order_id"] not in work.purchases:
            keep(orders, whose, row["order_id"], purchases.load(row["state"]))
    for held in work.purchases.values():
        keep(orders, whose, held.order_id, held.purchase)
    for profile, cause in people:
        revise(work, profile, asdict(computed(orders[profile.key], viewed(profile), profile.recent)), cause)


def keep(
    orders: dict[int, dict[str, purchases.Order]],
    whose: dict[int, int],
    id: str,
    purchase: purchases.Purchase,
) -> None:
    found = purchases.order(purchase)
    if found and purchase.claimant and purchase.claimant.anchor in whose:
        orders[whose[purchase.claimant.anchor]][id] = found


def viewed(profile: Profile) -> list[dict[str, int]]:
    return [anchor.categories for anchor in profile.anchors.values()]


def revise(work: Work, profile: Profile, now: dict[str, Any], cause: Any) -> None:
    if now != profile.computed:
        profile.computed = now
        work.changed(profile, cause)


# What use alone can change.
FROM_USE = ("most_viewed", "user_agent", "locale", "time_zone")
CATEGORIES_MAX = 1000
