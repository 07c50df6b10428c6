"""Orders are credited to messages, the same whatever is heard first, by a real database."""

import asyncio
import itertools

import pytest
from google.protobuf.duration_pb2 import Duration
from rapport.campaign.v1 import content_pb2, settings_pb2
from rapport.profile.v1 import events_pb2 as told
from rapport.profile.v1 import profile_pb2

from services.campaign.engine import attribution
from tests.campaign.engine.crediting import Desk, placed, refunded, updated
from tests.campaign.engine.world import DAY, HOUR, created, world
from tests.segment.world import SHOP, merged

HEARS = {on.event: on.handle for on in attribution.SUBSCRIPTIONS}


@pytest.fixture
def desk(shop):
    return Desk(shop.db, SHOP)


async def hear(desk, *facts):
    """As the bus hands them over, each in a transaction of its own."""
    for fact in facts:
        async with desk.db.begin(desk.workspace) as tx:
            await HEARS[type(fact)](tx, fact)


async def credited(desk):
    await attribution.credit_orders(desk.db)
    return await desk.credits()


async def test_an_order_is_credited_to_the_last_message_she_touched(shop, desk):
    await shop.take(created(1), created(2))
    first, last, later, hers = [
        await desk.send(key, time) for key, time in ((1, 0), (1, 10), (1, 20), (2, 0))
    ]
    await desk.react(first, "clicked", 100)
    await desk.react(last, "opened", 200)
    await desk.react(later, "clicked", 400)
    await desk.react(hers, "clicked", 250)
    await hear(desk, placed("o", 1, 300, 49.99))
    assert {("o", last): 4999} == await credited(desk)


async def test_machines_and_tests_never_count(shop, desk):
    await shop.take(created(1))
    send, test = await desk.send(1, 0), await desk.send(1, 0, test=True)
    await desk.react(send, "clicked", 10, "machine")
    await desk.react(send, "opened", 10, "machine")
    await desk.react(test, "clicked", 20)
    await hear(desk, placed("o", 1, 30, 10))
    assert {} == await credited(desk)
    await desk.react(send, "opened", 20, "uncertain")
    assert {("o", send): 1000} == await credited(desk)


async def test_what_she_did_later_or_too_long_ago_does_not_count(shop, desk):
    await shop.take(created(1))
    send = await desk.send(1, 0)
    await desk.react(send, "clicked", 0)
    await hear(desk, placed("late", 1, 5 * DAY, 10), placed("early", 1, -1, 10), placed("in", 1, 4 * DAY, 10))
    assert {("in", send): 1000} == await credited(desk)


async def test_a_refund_takes_its_share_back_and_what_is_called_off_counts_nowhere(shop, desk):
    await desk.decide(model=settings_pb2.Attribution.LINEAR)
    await shop.take(created(1))
    sends = [await desk.send(1, 0) for _ in range(3)]
    for number, send in enumerate(sends):
        await desk.react(send, "clicked", number)
    await hear(desk, placed("o", 1, 100, 10))
    assert [334, 333, 333] == [(await credited(desk))["o", send] for send in sends]
    await hear(desk, refunded("o", 1, 100, 10, 5))
    assert 500 == sum((await credited(desk)).values())
    await hear(desk, refunded("o", 1, 100, 10, 10, revision=3))
    assert [0, 0, 0] == [(await credited(desk))["o", send] for send in sends]
    await hear(desk, updated("o", 1, 100, 10, revision=4, state=profile_pb2.CANCELLED))
    assert {} == await credited(desk)


async def test_orders_of_the_past_are_not_credited(shop, desk):
    await shop.take(created(1))
    await desk.react(await desk.send(1, 0), "clicked", 10)
    await hear(desk, placed("o", 1, 20, 10, historical=True), updated("o", 1, 20, 11))
    assert {} == await credited(desk)


async def test_an_order_stays_with_the_policy_of_its_moment(shop, desk):
    await shop.take(created(1))
    first, last = await desk.send(1, 0), await desk.send(1, 0)
    await desk.react(first, "clicked", 10)
    await hear(desk, placed("o", 1, 100, 10))
    await desk.decide(
        model=settings_pb2.Attribution.FIRST_TOUCH,
        click_windows=[
            settings_pb2.Attribution.AttributionWindow(
                channel=content_pb2.EMAIL, duration=Duration(seconds=30 * DAY)
            )
        ],
    )
    await desk.react(last, "clicked", 20)
    await hear(desk, updated("o", 1, 100, 12), placed("p", 1, 20 * DAY, 7))
    assert {("o", last): 1200, ("p", first): 700} == await credited(desk)
    rows = await desk.rows("SELECT name, policy_revision FROM purchase ORDER BY name")
    assert [0, 1] == [row["policy_revision"] for row in rows]


async def test_who_is_one_with_somebody_is_credited_for_both_and_alone_for_herself(shop, desk):
    """She clicked before anybody knew who she was; then she is parted again."""
    await shop.take(created(1), created(2))
    send = await desk.send(2, 0)
    await desk.react(send, "clicked", 10)
    await hear(desk, placed("o", 1, 100, 10))
    assert {} == await credited(desk)
    await shop.take(merged(1, 2))
    assert {("o", send): 1000} == await credited(desk)
    await shop.take(created(2))
    assert {} == await credited(desk)


async def test_an_order_that_is_anothers_goes_to_her_messages(shop, desk):
    await shop.take(created(1), created(2))
    one, other = await desk.send(1, 0), await desk.send(2, 0)
    await desk.react(one, "clicked", 10)
    await desk.react(other, "clicked", 10)
    await hear(desk, placed("o", 1, 100, 10))
    assert {("o", one): 1000} == await credited(desk)
    await hear(desk, updated("o", 2, 100, 10))
    assert {("o", other): 1000} == await credited(desk)


async def test_any_order_of_arrival_comes_to_the_same(database):
    """Of three facts of an order, two touches and a merge; counted now and then on the way."""
    async with world((await database("campaign")).url) as shop:
        desk = Desk(shop.db, SHOP)
        await desk.decide(model=settings_pb2.Attribution.LINEAR)
        for number, way in enumerate(itertools.permutations(range(6))):
            if number % 37:  # some of 720, evenly
                continue
            await arrive(shop, desk, number, way)


async def arrive(shop, desk, number, way):
    one, other, id = 2 * number + 1, 2 * number + 2, f"o{number}"
    await shop.take(created(one), created(other))
    sends = [await desk.send(one, 0), await desk.send(other, 0)]
    things = [
        lambda: hear(desk, placed(id, one, 100, 10)),
        lambda: hear(desk, updated(id, one, 100, 12, revision=2)),
        lambda: hear(desk, refunded(id, one, 100, 12, 1.01, revision=3)),
        lambda: desk.react(sends[0], "clicked", 10),
        lambda: desk.react(sends[1], "opened", 20),
        lambda: shop.take(merged(one, other)),
    ]
    for step, which in enumerate(way):
        await things[which]()
        if (number + step) % 3 == 0:
            await attribution.credit_orders(desk.db)
    for which in way[::-1]:
        if which < 5:
            await things[which]()
    found = {send: amount for (bought, send), amount in (await credited(desk)).items() if bought == id}
    # 12.00 in two, less 1.01 in two: the first of equals is served first.
    assert {sends[0]: 549, sends[1]: 550} == found, way


async def test_a_click_and_an_order_at_the_same_instant_find_each_other(shop, desk):
    """Each is heard while the other is not committed."""
    await shop.take(created(1))
    send = await desk.send(1, 0)
    async with desk.db.begin(SHOP) as tx:
        await HEARS[told.OrderPlaced](tx, placed("o", 1, 100, 10))
        await tx.raw()
        await desk.react(send, "clicked", 50)
        await attribution.credit_orders(desk.db)
    assert {("o", send): 1000} == await credited(desk)


async def test_several_timers_at_once_count_each_order_once(shop, desk):
    await shop.take(*(created(key) for key in range(1, 21)))
    for key in range(1, 21):
        await desk.react(await desk.send(key, 0), "clicked", 10)
        await hear(desk, *(placed(f"o{key}-{number}", key, 100, 1) for number in range(5)))
    await asyncio.gather(*(attribution.credit_orders(desk.db) for _ in range(5)))
    assert [100] * 100 == [*(await credited(desk)).values()]


async def test_a_customer_with_many_orders_is_counted_to_the_end(shop, desk, monkeypatch):
    monkeypatch.setattr(attribution, "ORDERS_AT_ONCE", 3)
    await shop.take(created(1), created(2))
    send = await desk.send(2, 0)
    await desk.react(send, "clicked", 10)
    # Some at one and the same instant.
    await hear(desk, *(placed(f"o{number:02}", 1, 100 + number // 4, 1) for number in range(11)))
    await attribution.credit_orders(desk.db)
    await shop.take(merged(1, 2))
    assert 11 == len(await credited(desk))
    assert [] == await desk.rows("SELECT * FROM credit_due")


async def test_shops_do_not_share(shop, desk):
    """The same numbers and names in another workspace are others."""
    away = Desk(shop.db, "elsewhere")
    await shop.take(created(1))
    await shop.take(created(1), workspace="elsewhere")
    here, there = await desk.send(1, 0), await away.send(1, 0)
    await desk.react(here, "clicked", 10)
    await away.react(there, "clicked", 10)
    await hear(desk, placed("o", 1, HOUR, 10))
    assert {("o", here): 1000} == await credited(desk)
    assert {} == await away.credits()
    await hear(away, placed("o", 1, HOUR, 20))
    assert {("o", there): 2000} == await credited(away)
    assert {("o", here): 1000} == await desk.credits()


async def test_what_is_counted_again_to_the_same_is_not_written_again(shop, desk):
    await shop.take(created(1))
    await desk.react(await desk.send(1, 0), "clicked", 10)
    await hear(desk, placed("o", 1, 100, 10))
    await credited(desk)
    [before] = await desk.rows("SELECT xmin::text, * FROM credit")
    await hear(desk, placed("o", 1, 100, 10), updated("o", 1, 100, 10))
    await credited(desk)
    assert [before] == await desk.rows("SELECT xmin::text, * FROM credit")
