"""A broadcast that is stopped stops: also what a sender holds in its hands, and what failed for now."""

from datetime import UTC, datetime, timedelta

import pytest
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from services.campaign.domain.caps import Cap
from services.campaign.sending import deliver
from services.campaign.store import templates
from tests.campaign.broadcasts.test_broadcasts import SPRING, Shop
from tests.campaign.sending.world import WORKSPACE, world


@pytest.fixture
async def shop(database, sink):
    async with world((await database("campaign")).url, sink.smtp_url, sink.lookup_url) as made:
        await made.channel()
        await made.template()
        yield Shop(made)


async def begun(shop, count=1):
    customers = await shop.world.customers(count)
    await shop.create()
    await shop.verb("Send")
    await shop.beat()
    return customers


@pytest.mark.parametrize("verb", ["Pause", "Cancel"])
async def test_what_failed_for_now_is_not_tried_again_once_it_is_stopped(shop, sink, verb):
    await begun(shop)
    sink.faults.drop, sink.faults.pause, sink.faults.times = "before_storing", "before_storing", 1
    await shop.world.sender.deliver_due()
    await shop.verb(verb)
    sink.faults.resume.set()
    await shop.world.sender.finish()
    for _ in range(3):
        shop.world.clock.forward(minutes=1)
        await shop.world.deliver()
    assert [] == await sink.mails()

    if verb == "Pause":
        await shop.verb("Resume")
        await shop.world.deliver()
        assert 1 == len(await sink.mails())
    else:
        assert {"FAILED": 1} == await shop.world.states()
        assert 0 == await shop.world.waiting()


@pytest.mark.parametrize("verb", ["Pause", "Cancel"])
async def test_what_is_being_decided_when_it_is_stopped_does_not_go_out(shop, sink, verb, monkeypatch):
    """The stop passes over what another holds; who holds it asks before it goes on."""
    await begun(shop, 3)
    rule = deliver.rule

    async def stopped_meanwhile(batch, *arguments):
        cleared = await rule(batch, *arguments)
        # Another connection: its statements pass over the rows this transaction holds.
        await shop.verb(verb)
        return cleared

    monkeypatch.setattr(deliver, "rule", stopped_meanwhile)
    await shop.world.sender.deliver_due()
    await shop.world.sender.finish()
    monkeypatch.undo()
    shop.world.clock.forward(minutes=5)
    await shop.world.deliver()
    assert [] == await sink.mails()
    if verb == "Pause":
        await shop.verb("Resume")
        await shop.world.deliver()
        assert 3 == len(await sink.mails())


async def test_what_was_cancelled_takes_no_place_under_a_cap(shop, sink):
    await shop.world.policy(caps=(Cap(1, timedelta(days=1)),))
    (ada,) = await begun(shop)
    sink.faults.refuse["DATA"] = "451 4.3.0 Come back later"
    await shop.world.deliver()
    await shop.verb("Cancel")
    sink.faults.refuse.clear()
    (other,) = await shop.world.claim(ada)
    shop.world.clock.forward(minutes=5)
    await shop.world.deliver()
    assert sending_pb2.Send.HANDED_OVER == (await shop.world.send(other))["state"]


async def test_it_can_be_stopped_until_the_last_message_is_decided(shop, sink):
    """With local time everything is claimed when the first clocks on earth show it, a day ahead."""
    await shop.world.customer(computed={"time_zone": "America/New_York"})
    when = datetime(2035, 7, 2, 10, tzinfo=UTC)
    shop.world.clock.ahead = when - timedelta(hours=15) - datetime.now(UTC)
    await shop.create(send_time=when, local_time=True)
    await shop.verb("Send")
    for _ in range(3):
        shop.world.clock.forward(hours=1)
        await shop.beat()
    assert "SENDING" == await shop.state()
    async with shop.world.db.begin(WORKSPACE) as tx:
        assert [SPRING] == await templates.users(await tx.raw(), WORKSPACE, "hello")

    await shop.verb("Cancel")
    shop.world.clock.forward(days=2)
    await shop.world.deliver()
    assert ([], "CANCELLED") == (await sink.mails(), await shop.state())


async def test_it_is_sent_when_nothing_of_it_waits_any_more(shop, sink):
    await begun(shop, 2)
    assert "SENDING" == await shop.state()
    await shop.world.deliver()
    shop.world.clock.forward(seconds=30)
    await shop.beat()
    assert ("SENT", 2) == (await shop.state(), len(await sink.mails()))
    refusal = await shop.refusal(pb.CancelBroadcastRequest(name=SPRING))
    assert "BROADCAST_STATE_FORBIDS" == refusal.reason
