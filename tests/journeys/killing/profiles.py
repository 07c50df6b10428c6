"""Whether customers, their timelines, orders and counters are as on paper."""

from collections import Counter
from typing import Any

from rapport.profile.v1 import events_pb2 as events

from tests.journeys.killing.caller import Caller
from tests.journeys.killing.facts import Facts, once
from tests.journeys.killing.ground import Ground
from tests.journeys.killing.traffic import Account, Traffic

Figures = dict[str, object]


async def people(caller: Caller, traffic: Traffic) -> dict[str, str]:
    """User id -> profile. Whatever she was seen under leads to the same one."""
    found = {}
    for account in traffic.accounts:
        owners = {
            (await caller.get("/v1/profiles:lookup", identifier=identifier))["name"]
            for identifier in (f"user_id:{account.user_id}", f"email:{account.email}")
        }
        [found[account.user_id]] = owners
    assert len(found) == len(set(found.values()))
    return found


async def timelines_are_right(ground: Ground, traffic: Traffic, told: Facts, of: dict[str, str]) -> Figures:
    """Every acknowledged event and every fact about her is there once; the counter is a recount."""
    heard: Counter[str] = Counter()
    recorded: set[str] = set()
    for account in traffic.accounts:
        listed = await ground.caller.everything(f"/v1/{of[account.user_id]}/activities")
        captured = Counter(one["message_id"] for one in listed if one["type"] in CAPTURED)
        once(captured, account.message_ids)
        recorded |= {one["name"].rpartition("/")[2] for one in listed if one["type"] in CAPTURED}
        heard += Counter(one["message_id"] for one in listed if one["type"] not in CAPTURED)
        await counters_are_right(ground.caller, of[account.user_id], account, len(listed))
    ours = set(of.values())
    kept = {
        id
        for owner in ("campaign", "loyalty", "support")
        for id, fact in told.about(owner).items()
        if fact.profile in ours
    }
    once(heard, kept)
    activities = Counter(one.id for fact in told.of(events.ActivityRecorded) for one in fact.activities)
    once(Counter({id: times for id, times in activities.items() if id not in kept}), recorded)
    events_ = sum(len(account.message_ids) for account in traffic.accounts)
    assert not (await ground.caller.everything("/v1/quarantined_events")), "everything was understood"
    return {
        "customers": len(traffic.accounts),
        "events acknowledged, each once in a timeline": events_,
        "facts of other services, each once in a timeline": len(kept),
    }


async def counters_are_right(caller: Caller, profile: str, account: Account, activities: int) -> None:
    found = await caller.get(f"/v1/{profile}")
    computed = found["computed"]
    worth = sum(cents(one) for one in computed["lifetime_values"])
    counted = int(found["activity_count"]), (int(computed["order_count"]), worth)
    assert (activities, account.figures()) == counted, account.user_id


async def orders_are_right(ground: Ground, traffic: Traffic, told: Facts, of: dict[str, str]) -> Figures:
    """Each order with what went back of it, told once, and every refund told once."""
    for account in traffic.buyers():
        listed = await ground.caller.everything(f"/v1/{of[account.user_id]}/orders")
        found = {one["name"]: (cents(one["total"]), cents(one.get("refunded"))) for one in listed}
        assert len(listed) == len(found)
        assert found == {
            f"orders/{id}": (total, account.refunds.get(id, 0)) for id, total in account.orders.items()
        }
    orders = {f"orders/{id}" for account in traffic.accounts for id in account.orders}
    refunds = {f"orders/{id}" for account in traffic.accounts for id in account.refunds}
    once(Counter(fact.order.name for fact in told.of(events.OrderPlaced)), orders)
    once(Counter(fact.order.name for fact in told.of(events.OrderRefunded)), refunds)
    return {"orders": len(orders), "refunds": len(refunds)}


def cents(money: Any) -> int:
    if not money:
        return 0
    assert money["currency_code"] in {"EUR", ""}
    return int(money["units"]) * 100 + int(money["nanos"]) // 10_000_000


CAPTURED = {"track", "identify"}
