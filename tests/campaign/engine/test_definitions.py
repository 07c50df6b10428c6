"""Definitions change between two works, never within one: nobody is missed by who ends or publishes."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from rapport.profile.v1 import events_pb2 as told

from services.campaign.engine.forget import forget_old
from services.campaign.store import people
from tests.campaign.engine.world import (
    DAY,
    HOUR,
    World,
    created,
    delay,
    did,
    entered,
    graph,
    send,
    wait,
    world,
)
from tests.eventually import eventually
from tests.segment.world import order


@pytest.fixture
async def rival(shop):
    """Somebody else at the same database."""
    async with world(shop.url) as made:
        yield made


async def waits(shop: World, work: asyncio.Task) -> bool:
    """Whether somebody waits for a lock, or is through already."""
    return work.done() or await shop.connection.fetchval(WAITING) > 0


@asynccontextmanager
async def at_work(shop, *facts):
    """Within the transaction that takes them."""
    async with shop.within():
        yield await shop.take_within([shop.letter(fact) for fact in facts])


async def test_a_run_begun_while_its_journey_is_archived_ends_with_it(shop, rival):
    await shop.publish("welcome", graph(delay("rest", DAY, "mail"), send("mail")))
    async with at_work(shop, did(1, 1, "Signed Up")):
        ending = asyncio.create_task(rival.be("welcome", "ARCHIVED"))
        await eventually(True, lambda: waits(shop, ending))
    await ending
    await shop.until(1)
    assert [("welcome", 1, "rest", "ARCHIVED")] == await shop.runs()


async def test_a_run_that_goes_on_while_its_journey_is_archived_ends_with_it(shop, rival):
    await shop.publish("welcome", graph(wait("look", "Bought", DAY, "rest"), delay("rest", 5 * DAY)))
    await shop.take(did(1, 1, "Signed Up"))
    async with at_work(shop, did(2, 1, "Bought", 1)):
        ending = asyncio.create_task(rival.be("welcome", "ARCHIVED"))
        await eventually(True, lambda: waits(shop, ending))
    await ending
    await shop.until(1)
    assert [("welcome", 1, "rest", "ARCHIVED")] == await shop.runs()


async def test_what_a_run_waits_for_is_heard_though_it_began_while_the_next_version_was_published(
    shop, rival
):
    triggers = [{"segment_entered": "segments/vip"}]
    await shop.publish(
        "vips", graph(wait("look", "Bought", DAY, "rest"), delay("rest", HOUR), triggers=triggers)
    )
    await shop.take(created(1))
    async with at_work(rival, entered(1, 1, "vip")):
        publishing = asyncio.create_task(shop.publish("vips", graph(delay("new", DAY), triggers=triggers)))
        await eventually(True, lambda: waits(rival, publishing))
        if publishing.done():
            # Who is first to look at the new definitions.
            await shop.take(created(2))
    await publishing
    await shop.take(did(1, 1, "Bought", 10))
    assert [("vips", 1, "rest", "time")] == await shop.runs()


async def test_brands_are_taken_in_one_order_by_everybody(shop, rival):
    for brand in ("acme", "zen"):
        await shop.take(created(1), workspace=brand)
    letters = [shop.letter(did(1, 1, "Signed Up"), brand) for brand in ("zen", "acme")]
    for brand in ("acme", "zen"):
        await shop.publish("welcome", graph(delay("rest", DAY)), workspace=brand)
    async with rival.within("acme,zen") as connection:
        await people.hold(connection, "acme", [1])
        taking = asyncio.create_task(shop.take_letters(letters, "acme,zen"))
        await eventually(True, lambda: waits(rival, taking))
        await connection.execute("SET LOCAL lock_timeout = '1s'")
        await people.hold(connection, "zen", [1])
    await taking


async def test_an_order_that_began_a_journey_does_not_begin_it_again_weeks_later(shop):
    triggers = [{"event": {"type": "order"}}]
    way = graph(delay("rest", 1), triggers=triggers, reentry={"rule": "WHEN_ENDED"})
    await shop.publish("thanks", way)
    await shop.take(order(told.OrderPlaced, "a", 1, 0, 1, total=50))
    await shop.until(30 * DAY)
    await forget_old(shop.db, shop.now)
    await shop.take(order(told.OrderUpdated, "a", 1, 0, 2, total=50, updated=30 * DAY))
    assert 1 == len(await shop.runs())


async def test_other_things_she_did_are_forgotten_by_then(shop):
    await shop.publish("welcome", graph(delay("rest", 1)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.until(30 * DAY)
    await forget_old(shop.db, shop.now)
    assert [] == await shop.rows("SELECT * FROM heard")


WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND a.datname = current_database()
"""
