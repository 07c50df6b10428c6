"""Runs and their messages: when what became of one was known, and those nobody needs any more."""

from datetime import UTC, timedelta

from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1.events_pb2 import MessageSuppressed

from services.campaign.sending.batches import many
from services.campaign.sending.cases import rules
from services.campaign.sending.decide import rule
from services.campaign.store import ledger, templates
from services.campaign.store.ledger import Begun, Ended, Lane
from tests.campaign.engine.world import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SHOP,
    at,
    consent,
    created,
    delay,
    did,
    graph,
    name,
    on,
    send,
    trait,
    updated,
    wait,
)


async def test_what_she_did_since_a_message_went_out_is_not_missed_by_the_wait_behind_it(shop):
    way = graph(send("mail", "look"), wait("look", "Bought", HOUR, "rest"), delay("rest", DAY))
    await shop.publish("welcome", way)
    await shop.take(did(1, 1, "Signed Up"))
    shop.now = NOON + timedelta(seconds=30)
    # The timer has not come round to it when she buys.
    await shop.settle(seconds=10)
    await shop.take(did(2, 1, "Bought", 20))
    await shop.until(MINUTE)
    assert [("mail", 0, "a", 0, 10), ("look", 0, "event", 10, 20), ("rest", 0, "", 20, None)] == (
        await shop.way()
    )


async def test_a_message_that_was_held_back_was_so_when_it_was_decided(shop):
    way = graph(send("mail", "look"), wait("look", "Bought", HOUR, "rest"), delay("rest", DAY))
    await shop.publish("welcome", way)
    await shop.take(did(1, 1, "Signed Up"))
    shop.now = NOON + timedelta(seconds=30)
    await shop.settle(state=7, seconds=10)
    await shop.take(did(2, 1, "Bought", 20))
    assert ("look", 0, "event", 10, 20) == (await shop.way())[1]


async def test_what_ends_a_run_takes_its_message_back_and_tells_so_once(shop):
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", HOUR), goal=on("Bought")))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(did(2, 1, "Bought", 1))
    await shop.take(did(3, 1, "Bought", 2))

    (claimed,) = await shop.sends()
    (fact,) = await shop.facts(MessageSuppressed)
    assert (f"sends/{claimed['id']}", name(1)) == (fact.message.send, fact.profile)
    assert content_pb2.EMAIL == fact.message.channel
    (decision,) = await shop.rows("SELECT * FROM decision")
    assert (fact.description, "SKIP", 1) == tuple(
        decision[name] for name in ("description", "outcome", "number")
    )


async def test_a_message_a_sender_is_handing_over_is_not_taken_back(shop):
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", HOUR), goal=on("Bought")))
    await shop.take(did(1, 1, "Signed Up"))
    (claimed,) = await shop.sends()
    attempt = Begun(claimed["id"], 1, at(MINUTE), "default", 1, "1@example.com", "Hello", "<1@example.com>")
    async with shop.within() as connection:
        assert 1 == len(await ledger.take(connection, LANE, shop.now_us, at(MINUTE), 10))
    async with shop.within() as connection:
        assert {claimed["id"]} == await ledger.begin(connection, SHOP, [attempt], shop.now_us)

    await shop.take(did(2, 1, "Bought", 1))

    assert [("welcome", 1, "mail", "GOAL_REACHED")] == await shop.runs()
    assert [1] == [row["state"] for row in await shop.sends()]
    assert [] == await shop.facts(MessageSuppressed)
    assert 1 == len(await shop.rows("SELECT * FROM send_due"))


async def test_what_was_taken_back_can_no_longer_be_begun_by_who_took_it_before(shop):
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", HOUR), goal=on("Bought")))
    await shop.take(did(1, 1, "Signed Up"))
    (claimed,) = await shop.sends()
    attempt = Begun(claimed["id"], 1, at(MINUTE), "default", 1, "1@example.com", "Hello", "<1@example.com>")
    async with shop.within() as connection:
        await ledger.take(connection, LANE, shop.now_us, at(MINUTE), 10)
    await shop.take(did(2, 1, "Bought", 1))
    async with shop.within() as connection:
        assert set() == await ledger.begin(connection, SHOP, [attempt], shop.now_us)
    assert 1 == len(await shop.facts(MessageSuppressed))


async def cleared(shop):
    """How many messages a sender may hand over now."""
    async with many(shop.db, SHOP, shop.now) as batch:
        rows = await ledger.take(batch.connection, LANE, shop.now_us, shop.now_us + 1, 10)
        ruling = await rules(batch.connection, SHOP, "email", UTC, "AT")
        texts = await templates.templates(batch.connection, SHOP, {"hello"})
        return len(await rule(batch, rows, texts, ruling, timedelta(minutes=1)))


async def wanted(shop):
    """Somebody who may get a message, and waits for it."""
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", DAY), goal=on("Bought")))
    await shop.take(created(1), updated(1, 1), consent(1, "GRANTED"), did(1, 1, "Signed Up"))


async def test_a_message_of_a_journey_that_goes_on_goes_out(shop):
    await wanted(shop)
    assert 1 == await cleared(shop)


async def test_a_journey_that_was_archived_sends_nothing_before_its_runs_have_ended(shop):
    await wanted(shop)
    await shop.be("welcome", "ARCHIVED")
    assert 0 == await cleared(shop)
    await shop.until(1)
    assert [("welcome", 1, "mail", "ARCHIVED")] == await shop.runs()
    assert [7] == [row["state"] for row in await shop.sends()]
    assert 1 == len(await shop.facts(MessageSuppressed))


async def test_a_journey_that_is_held_sends_what_waits_when_it_goes_on(shop):
    await wanted(shop)
    await shop.be("welcome", "PAUSED")
    assert 0 == await cleared(shop)
    shop.now += timedelta(minutes=2)
    assert 0 == await cleared(shop)
    await shop.be("welcome", "LIVE")
    shop.now += timedelta(minutes=2)
    assert 1 == await cleared(shop)


async def test_an_attempt_that_failed_is_not_repeated_for_a_run_that_is_over_by_then(shop):
    await wanted(shop)
    assert 1 == await cleared(shop)
    (claimed,) = await shop.sends()
    attempt = Begun(claimed["id"], 1, at(MINUTE), "default", 1, "1@example.com", "Hello", "<1@example.com>")
    async with shop.within() as connection:
        await ledger.begin(connection, SHOP, [attempt], shop.now_us)
    await shop.take(did(2, 1, "Bought", 1))
    async with shop.within() as connection:
        await ledger.end(connection, SHOP, [refused(claimed["id"])], shop.now_us)

    shop.now += timedelta(minutes=2)
    assert 0 == await cleared(shop)
    assert [7] == [row["state"] for row in await shop.sends()]
    assert 1 == len(await shop.facts(MessageSuppressed))
    assert [] == await shop.rows("SELECT * FROM send_due")


def refused(id):
    return Ended(
        id=id,
        attempt=1,
        state=1,
        open=False,
        counts=True,
        bound=False,
        due_us=at(MINUTE),
        wake_us=at(MINUTE),
        provider_id="",
        failure="Come back later.",
        send_us=None,
        outcome="REFUSED",
    )


async def test_a_filter_on_what_the_triggering_event_itself_allowed_is_fulfilled(shop):
    granted = trait("consents.email.marketing", "granted")
    triggers = [{"event": {"type": "identify"}}]
    await shop.publish("welcome", graph(delay("rest", HOUR), triggers=triggers, entry=granted))
    # In the order in which the profile service tells of one batch.
    told = (created(1), updated(1, 1), consent(1, "GRANTED"), did(1, 1, "", type="identify"))
    await shop.take(*told)
    for fact in (created(2), updated(2, 1), consent(2, "GRANTED"), did(2, 2, "", type="identify")):
        await shop.take(fact)
    await shop.take(created(3), updated(3, 1), consent(3, "DENIED"), did(3, 3, "", type="identify"))
    assert [("welcome", 1, "rest", "time"), ("welcome", 2, "rest", "time")] == await shop.runs()


LANE = Lane(SHOP, "email", 1)
