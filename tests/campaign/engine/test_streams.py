"""The engine behind its two streams, in the running service: in order, once, and across a restart."""

import pytest
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import events_pb2 as events
from rapport.campaign.v1 import journeys_pb2 as resources
from rapport.segment.v1 import events_pb2 as segments

from tests.campaign.engine.world import (
    MINUTE,
    NOON,
    created,
    delay,
    did,
    entered,
    graph,
    name,
    recorded,
    trait,
    updated,
)
from tests.campaign.house import Shop, running_house
from tests.eventually import eventually
from tests.profile.house import Hands
from tests.segment.world import activity


@pytest.fixture
async def clone(database):
    return await database("campaign")


async def publish(shop, slug, way):
    await shop.ask(pb.CreateJourneyRequest(journey=resources.Journey(name=f"journeys/{slug}", graph=way)))
    await shop.ask(pb.PublishJourneyRequest(name=f"journeys/{slug}"))


async def steps(shop):
    rows = await shop.rows("SELECT * FROM run ORDER BY profile_key")
    return [(row["profile_key"], row["end_reason"] or row["step"]) for row in rows]


async def test_runs_go_on_where_they_were_when_the_service_comes_back(clone, nats_url):
    hands = Hands(NOON)
    async with running_house(clone.url, nats_url, hands) as house:
        shop = Shop(house)
        await publish(shop, "welcome", graph(delay("rest", MINUTE)))
        await shop.take(created(1), did(1, 1, "Signed Up"))
        assert [(1, "rest")] == await steps(shop)
        # Told, and perhaps not taken: the service is going away.
        await shop.tell(did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    hands.forward(hours=1)
    async with running_house(clone.url, nats_url, hands) as house:
        again = Shop(house, shop.workspace)
        await eventually([(1, "COMPLETED"), (2, "COMPLETED")], lambda: steps(again))
        assert [] == await again.rows("SELECT * FROM parked")
        ended = await again.facts(events.JourneyEnded)
        assert {name(1), name(2)} == {fact.profile for fact in ended}
        assert 2 == len(ended)


async def test_an_entry_waits_for_what_led_to_it(clone, nats_url):
    async with running_house(clone.url, nats_url, Hands(NOON)) as house:
        shop = Shop(house)
        wanted = graph(
            delay("rest", MINUTE),
            triggers=[{"segment_entered": "segments/vip"}],
            entry=trait("traits.plan", "gold"),
        )
        published = segments.SegmentPublished(segment="segments/vip", display_name="VIP")
        await shop.take(published)
        await publish(shop, "vips", wanted)
        position = await shop.take(created(1))

        # It says that it follows from the fact after the next.
        await shop.take(entered(1, 1, "vip", position=position + 2))
        await shop.take(updated(1, 1, traits={"plan": "tin"}))
        assert [] == await steps(shop)
        await shop.take(updated(1, 2, traits={"plan": "gold"}))
        await eventually([(1, "rest")], lambda: steps(shop))


async def test_what_cannot_be_taken_is_parked_and_its_neighbours_go_on(clone, nats_url):
    async with running_house(clone.url, nats_url, Hands(NOON)) as house:
        shop = Shop(house)
        await publish(shop, "welcome", graph(delay("rest", MINUTE)))
        poison = activity(1, 1, "Signed Up")
        poison.properties = b"no JSON"
        await shop.take(recorded(activity(2, 2, "Signed Up"), poison, activity(3, 3, "Signed Up")))
        assert [(2, "rest"), (3, "rest")] == await steps(shop)
        assert 1 == len(await shop.rows("SELECT * FROM parked"))
