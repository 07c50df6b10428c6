"""Orders are credited to the messages that led to them.

An order is kept as it is told; who ordered, touched a message or became one with somebody is put on a list
in the same transaction. From there it is counted anew, from event times alone, whatever was heard first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from rapport.profile.v1 import events_pb2 as profile

from chassis.bus import On
from chassis.db import Database, Tx
from chassis.hottx import Connection
from services.campaign.convert import attribution as convert
from services.campaign.domain.attribution import Rules, credits_of
from services.campaign.store import attribution as store
from services.campaign.store import policies
from services.campaign.store.attribution import Decided, Due, Kept


async def take_placed(tx: Tx, event: profile.OrderPlaced) -> None:
    """Credited by the policy in force when it was heard first. Orders of the past are not credited."""
    if event.historical:
        return
    connection = await tx.raw()
    await store.keep(connection, tx.workspace, convert.purchase(event.order, event.profile_key))
    policy = await policies.of(connection, tx.workspace)
    await store.place(connection, tx.workspace, event.order.name, policy.revision, policy.attribution)
    await store.wake_order(connection, tx.workspace, event.order.name)


async def take_updated(tx: Tx, event: profile.OrderUpdated) -> None:
    await take(tx, event)


async def take_refunded(tx: Tx, event: profile.OrderRefunded) -> None:
    await take(tx, event)


async def take(tx: Tx, event: profile.OrderUpdated | profile.OrderRefunded) -> None:
    """Told before the order was placed, it waits for that."""
    connection = await tx.raw()
    await store.keep(connection, tx.workspace, convert.purchase(event.order, event.profile_key))
    await store.wake_order(connection, tx.workspace, event.order.name)


async def credit_orders(db: Database) -> None:
    """Everybody on the list. For a timer, every second or less."""
    while await credit_some(db):
        pass


async def credit_some(db: Database) -> bool:
    """Some of one workspace; whether there were any."""
    async with db.begin(()) as tx:
        workspace = await store.due(await tx.raw())
    if workspace is None:
        return False
    async with db.begin(workspace) as tx:
        connection = await tx.raw()
        taken = await store.take_due(connection, workspace, CUSTOMERS_AT_ONCE)
        # Of one customer the earliest place holds the later ones.
        wanted = {due.profile_key: due for due in sorted(taken, reverse=True)}
        if wanted:
            await credit(connection, workspace, list(wanted.values()))
    return bool(taken)


async def credit(connection: Connection, workspace: str, wanted: Sequence[Due]) -> None:
    """The next orders of each; who has more of them goes back to the list."""
    found = await store.concerned(connection, workspace, wanted, ORDERS_AT_ONCE)
    more = [
        Due(due.profile_key, *orders[-1]) for due, orders in found.items() if len(orders) == ORDERS_AT_ONCE
    ]
    if more:
        await store.list_again(connection, workspace, more)
    held = await store.held(connection, workspace, {name for orders in found.values() for _, name in orders})
    if not held:
        return
    counted = await count(connection, workspace, held)
    before = await store.credited(connection, workspace, list(counted))
    changed = {name: kept for name, kept in counted.items() if kept != before.get(name, {})}
    if changed:
        await store.write(connection, workspace, changed)


async def count(connection: Connection, workspace: str, held: Iterable[Decided]) -> Kept:
    """What these orders are credited to, by the rules that were kept with each."""
    rules: dict[bytes, Rules] = {each.attribution: convert.rules(each.attribution) for each in held}
    since: dict[int, int] = defaultdict(lambda: LAST_US)
    for purchase, attribution in held:
        start_us = purchase.order_us - rules[attribution].longest
        since[purchase.profile_key] = min(since[purchase.profile_key], start_us)
    touches, campaigns = await store.touches(connection, workspace, since)
    return {
        purchase.name: store.to_keep(
            credits_of(purchase, touches.get(purchase.profile_key, []), rules[attribution]), campaigns
        )
        for purchase, attribution in held
    }


SUBSCRIPTIONS: tuple[On[Any], ...] = (
    On(profile.OrderPlaced, take_placed),
    On(profile.OrderUpdated, take_updated),
    On(profile.OrderRefunded, take_refunded),
)
LAST_US = 1 << 62
CUSTOMERS_AT_ONCE = 200
ORDERS_AT_ONCE = 200
