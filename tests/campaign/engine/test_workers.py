"""Several at once: the same run, the same customer, and nothing happens twice or is lost."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from services.campaign.engine.wake import Waker
from services.campaign.store import people
from tests.campaign.engine.world import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    created,
    delay,
    did,
    entered,
    graph,
    merged,
    send,
    world,
)


async def test_many_timers_wake_each_run_once(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE, "mail"), send("mail")))
    await shop.take(*(did(key, key, "Signed Up") for key in range(1, 301)))
    shop.now = NOON + timedelta(hours=1)
    wakers = [Waker(shop.db, shop.workspaces, lambda: shop.now) for _ in range(4)]

    await asyncio.gather(*(waker.wake_runs(shop.now) for waker in wakers))
    await shop.until(HOUR)

    assert 300 == len(await shop.sends())
    assert 600 == len(await shop.way())
    assert [] == await shop.rows("SELECT * FROM run_due")


async def test_a_timer_passes_over_whom_somebody_else_is_at(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    async with shop.within() as connection:
        await people.hold(connection, "shop", [1])
        await shop.until(HOUR)
        assert [("time", 1), ("COMPLETED", 2)] == await states(shop)
    await shop.until(HOUR)
    assert [("COMPLETED", 1), ("COMPLETED", 2)] == await states(shop)


async def states(shop):
    async with shop.db.begin("shop") as tx:
        rows = await (await tx.raw()).fetch("SELECT * FROM run ORDER BY profile_key")
    return [(row["end_reason"] or row["wait_kind"], row["profile_key"]) for row in rows]


async def test_timers_events_entries_and_merges_at_once_leave_everybody_with_one_way(database):
    clone = await database("campaign")
    async with AsyncExitStack() as stack:
        shop, other, third = [await stack.enter_async_context(world(clone.url)) for _ in range(3)]
        again = {"rule": "WHEN_ENDED"}
        triggers = [{"event": {"type": "track", "names": ["Signed Up"]}}, {"segment_entered": "segments/vip"}]
        await shop.publish("welcome", graph(delay("rest", 1), triggers=triggers, reentry=again))
        await shop.take(*(created(key) for key in range(1, 41)))
        shop.now = other.now = third.now = NOON + timedelta(days=1)

        async def acting():
            for number in range(1, 41):
                await shop.take(
                    did(number, number, "Signed Up", DAY), did(100 + number, 41 - number, "Signed Up", DAY)
                )

        async def entering():
            for number in range(1, 41):
                key = number * 7 % 40 + 1
                await other.take(entered(number, key, "vip", DAY), entered(50 + number, 41 - key, "vip", DAY))

        async def waking():
            for _ in range(40):
                await third.waker.wake_runs(third.now + timedelta(hours=1))
                await third.waker.act_on_entrances(third.now)

        await asyncio.gather(acting(), entering(), waking())
        await shop.take(*(merged(key, key + 20) for key in range(1, 21)))
        await third.waker.wake_runs(third.now + timedelta(hours=2))

        rows = await shop.rows("SELECT * FROM run")
        assert {True} == {row["end_us"] is not None for row in rows}
        assert set(range(1, 21)) == {row["profile_key"] for row in rows}
        assert len(rows) == len({(row["origin_key"], row["rotation"]) for row in rows})
        assert [] == await shop.rows("SELECT * FROM run_due")
        assert len(rows) == await told(shop, other, third)


async def told(*worlds):
    """How many runs were told to have begun."""
    return sum(type(fact).__name__ == "JourneyEntered" for each in worlds for fact in each.told)
