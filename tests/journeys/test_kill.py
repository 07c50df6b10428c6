"""Processes are killed while customers shop: what was acknowledged is there, once, and the sums are right."""

import os
import secrets
import sys
import uuid
from collections import Counter
from contextlib import AsyncExitStack
from random import Random

from google.type.money_pb2 import Money
from rapport.profile.v1 import events_pb2 as events

from tests.eventually import eventually
from tests.journeys.house import Facts
from tests.journeys.traffic import Account, Traffic

EVENTS = 2000
CUSTOMERS = 40
SERVERS = 4
# Who is killed, in an order that the seed decides.
VICTIMS = ["gateway", "profile"] * 4


async def test_what_was_acknowledged_is_there_once_although_processes_are_killed(house):
    seed = int(os.environ.get("RAPPORT_KILL_SEED") or secrets.randbelow(1_000_000))
    sys.stdout.write(f"RAPPORT_KILL_SEED={seed}\n")
    traffic = Traffic(seed, uuid.uuid4().hex[:8], customers=CUSTOMERS, count=EVENTS)
    assert EVENTS == len(traffic.calls)

    async with house.hearing() as facts:
        assert await sent_under_fire(house, traffic, Random(seed)) >= 4
        for account in traffic.accounts:
            await eventually(account.figures(), lambda account=account: figures(house, account), 30)
        activities: list[str] = []
        for account in traffic.accounts:
            listed = await timeline(house, account)
            assert sorted(account.message_ids) == sorted(one["message_id"] for one in listed)
            activities += [one["name"].rpartition("/")[2] for one in listed]

        expected = Counter(activities), Counter(orders(traffic)), Counter(refunds(traffic))
        await eventually(expected, lambda: told(facts, *expected), 30)


async def sent_under_fire(house, traffic: Traffic, random: Random) -> int:
    """Sends everything by several servers of a shop; the answer is how many kills fell into that work."""
    kills = 0
    async with AsyncExitStack() as stack:
        shops = [
            await stack.enter_async_context(house.shop(upload_size=5, upload_interval=0.05))
            for _ in range(SERVERS)
        ]

        def waiting() -> int:
            return sum(shop.unacknowledged() for shop in shops)

        for wave, victim in enumerate(random.sample(VICTIMS, len(VICTIMS))):
            # Who is still starting has nothing in hand that a kill could take from it.
            await house.whole()
            if victim == "profile":
                await eventually(0, house.waiting_events, 30)
            for number, (method, arguments) in enumerate(traffic.calls[wave :: len(VICTIMS)]):
                getattr(shops[number % SERVERS], method)(**arguments)
            moment = random.randrange(waiting())
            await eventually(True, lambda moment=moment: waiting() <= moment, 60)
            await house.kill(victim)
            kills += bool(waiting())
            sys.stdout.write(f"killed {victim} while {waiting()} events were not acknowledged\n")
    await house.whole()
    return kills


async def figures(house, account: Account) -> tuple[int, int, int]:
    """What the house counts, in the form of `Account.figures`."""
    profile = await house.find(f"user_id:{account.user_id}")
    if not profile:
        return 0, 0, 0
    computed = profile["computed"]
    worth = sum(cents(one) for one in computed["lifetime_values"])
    return int(profile["activity_count"]), int(computed["order_count"]), worth


async def timeline(house, account: Account) -> list[dict]:
    profile = await house.find(f"email:{account.email}")
    return await house.everything(f"/v1/{profile['name']}/activities")


def orders(traffic: Traffic) -> list[str]:
    return [f"orders/{order_id}" for account in traffic.accounts for order_id in account.orders]


def refunds(traffic: Traffic) -> list[tuple[str, int]]:
    return [
        (f"orders/{order_id}", amount)
        for account in traffic.accounts
        for order_id, amount in account.refunds.items()
    ]


def told(facts: Facts, activities: Counter, orders: Counter, _: Counter) -> tuple[Counter, Counter, Counter]:
    """How often hearers were told of each of our activities, orders and refunds."""
    recorded = (one.id for fact in facts.of(events.ActivityRecorded) for one in fact.activities)
    placed = (fact.order.name for fact in facts.of(events.OrderPlaced))
    refunded = ((fact.order.name, minor(fact.effective)) for fact in facts.of(events.OrderRefunded))
    return (
        Counter(id for id in recorded if id in activities),
        Counter(name for name in placed if name in orders),
        Counter(refund for refund in refunded if refund[0] in orders),
    )


def minor(money: Money) -> int:
    return money.units * 100 + money.nanos // 10_000_000


def cents(money: dict) -> int:
    assert "EUR" == money["currency_code"]
    return int(money["units"]) * 100 + money["nanos"] // 10_000_000
