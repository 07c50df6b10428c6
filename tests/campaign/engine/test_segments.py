"""Journeys that begin by coming into segments and leaving them, and runs that such a change ends."""

import json

from rapport.segment.v1 import events_pb2 as segment_events

from services.campaign.engine.forget import forget_old
from services.campaign.store import people
from tests.campaign.engine.world import (
    DAY,
    HOUR,
    MERGE,
    NOON_US,
    created,
    delay,
    did,
    entered,
    exited,
    graph,
    merged,
    trait,
    updated,
)
from tests.segment.world import activity

BY_ENTRY = {"triggers": [{"segment_entered": "segments/vip"}]}
BY_EXIT = {"triggers": [{"segment_exited": "segments/vip"}]}


async def members(shop, segment="vip"):
    async with shop.within() as connection:
        return await people.members(connection, "shop", f"segments/{segment}", 0, 100)


async def test_memberships_are_kept_by_the_newest_number(shop):
    await shop.take(created(1), created(2))
    await shop.take(entered(5, 1, "vip"), entered(6, 2, "vip"))
    await shop.take(exited(7, 2, "vip"))
    await shop.take(entered(4, 2, "vip"), exited(3, 1, "vip"))

    assert [1] == await members(shop)
    assert {"segments/vip"} == (await shop.contact(1)).segments
    assert set() == (await shop.contact(2)).segments


async def test_memberships_of_the_absorbed_are_the_survivors_until_segment_has_caught_up(shop):
    await shop.take(created(1), created(2))
    await shop.take(entered(1, 2, "vip"))
    await shop.take(merged(1, 2))
    assert {"segments/vip"} == (await shop.contact(1)).segments
    await shop.take(entered(2, 1, "vip", cause=MERGE), exited(3, 2, "vip", cause=MERGE))
    assert {"segments/vip"} == (await shop.contact(1)).segments
    await shop.take(exited(4, 1, "vip"))
    assert set() == (await shop.contact(1)).segments


async def test_published_segments_are_known_until_they_are_deleted(shop):
    published = segment_events.SegmentPublished(segment="segments/vip", display_name="VIP")
    published.event_time.FromMicroseconds(NOON_US)
    deleted = segment_events.SegmentDeleted(segment="segments/vip")
    deleted.event_time.FromMicroseconds(NOON_US + 1)

    await shop.take(published)
    async with shop.within() as connection:
        assert {"segments/vip"} == await people.known_segments(connection, "shop")
    await shop.take(deleted, published)
    async with shop.within() as connection:
        assert set() == await people.known_segments(connection, "shop")


async def test_who_comes_into_a_segment_begins_with_what_she_did_for_it(shop):
    await shop.publish("vips", graph(delay("rest", HOUR), **BY_ENTRY))
    await shop.take(created(1))
    seen = activity(5, 1, "Product Viewed", -5, product_id="p-1")
    await shop.take(entered(1, 1, "vip", 3, evidence=[seen], traceparent="00-1-2-01"))

    assert [("vips", 1, "rest", "time")] == await shop.runs()
    (run,) = await shop.rows("SELECT * FROM run")
    (evidence,) = json.loads(run["document"])["evidence"]
    assert ("Product Viewed", {"product_id": "p-1"}) == (evidence["event"], evidence["properties"])
    assert ("segments/vip/membership_changes/0-1", "00-1-2-01") == (run["cause"], run["traceparent"])
    assert [("rest", 0, "", 3, None)] == await shop.way("vips")


async def test_a_trigger_waits_until_we_have_heard_what_led_to_it(shop):
    await shop.publish("vips", graph(delay("rest", HOUR), entry=trait("traits.plan", "gold"), **BY_ENTRY))
    await shop.take(created(1))
    await shop.hear(10)
    await shop.take(entered(1, 1, "vip", position=12))
    await shop.until(1)
    assert [] == await shop.runs()

    await shop.take(updated(1, 1, traits={"plan": "gold"}))
    await shop.hear(12)
    await shop.until(2)

    assert [("vips", 1, "rest", "time")] == await shop.runs()
    assert [("rest", 0, "", 0, None)] == await shop.way("vips")
    assert [] == await shop.rows("SELECT * FROM entrance_due UNION ALL SELECT 'x', 1, 1, 1, 1 FROM entrance")


async def test_whom_we_do_not_know_yet_we_have_not_caught_up_with(shop):
    await shop.publish("vips", graph(delay("rest", HOUR), **BY_ENTRY))
    await shop.take(entered(1, 1, "vip"))
    await shop.until(0)
    assert [] == await shop.runs()
    await shop.take(created(1))
    await shop.until(3)
    assert [("vips", 1, "rest", "time")] == await shop.runs()


async def test_of_whom_nothing_is_ever_heard_is_forgotten(shop):
    await shop.publish("vips", graph(delay("rest", HOUR), **BY_ENTRY))
    await shop.take(entered(1, 1, "vip"))
    await shop.until(8 * DAY)
    await forget_old(shop.db, shop.now)
    assert [] == await shop.rows("SELECT 1 FROM entrance UNION ALL SELECT 1 FROM entrance_due")


async def test_a_change_begins_a_journey_once_however_often_it_is_told(shop):
    await shop.publish("vips", graph(delay("rest", 1), reentry={"rule": "WHEN_ENDED"}, **BY_ENTRY))
    await shop.take(created(1))
    await shop.take(entered(1, 1, "vip"), entered(1, 1, "vip"))
    await shop.until(HOUR)
    await shop.take(entered(1, 1, "vip"))
    assert 1 == len(await shop.runs())
    await shop.take(exited(2, 1, "vip", HOUR), entered(3, 1, "vip", HOUR))
    assert 2 == len(await shop.runs())


async def test_who_leaves_a_segment_may_begin_by_that(shop):
    await shop.publish("winback", graph(delay("rest", HOUR), **BY_EXIT))
    await shop.take(created(1))
    await shop.take(entered(1, 1, "vip"))
    assert [] == await shop.runs()
    await shop.take(exited(2, 1, "vip", 9))
    assert [("winback", 1, "rest", "time")] == await shop.runs()


async def test_what_follows_from_a_definition_or_from_the_past_begins_nothing(shop):
    await shop.publish("vips", graph(delay("rest", HOUR), **BY_ENTRY))
    await shop.take(created(1))
    await shop.take(entered(1, 1, "vip", historical=True))
    assert [] == await shop.runs()
    assert [1] == await members(shop)


async def test_who_only_became_one_with_a_member_has_not_come_in(shop):
    again = {"rule": "WHEN_ENDED"}
    await shop.publish("vips", graph(delay("rest", 1), reentry=again, **BY_ENTRY))
    await shop.publish("winback", graph(delay("rest", 1), reentry=again, **BY_EXIT))
    await shop.take(created(1), created(2), created(3))
    await shop.take(entered(1, 2, "vip"))
    await shop.until(HOUR)
    await shop.take(merged(1, 2))
    await shop.take(entered(2, 1, "vip", HOUR, cause=MERGE), exited(3, 2, "vip", HOUR, cause=MERGE))
    assert [("vips", 1, "rest", "COMPLETED")] == await shop.runs()
    # Whom the merge lets in for the first time comes in.
    await shop.take(entered(4, 3, "vip", HOUR, cause=MERGE))
    assert 2 == len(await shop.runs())


async def test_coming_into_a_segment_can_end_a_run(shop):
    ends = {"condition": {"segment": {"segment": "segments/buyers"}}}
    await shop.publish("welcome", graph(delay("rest", DAY), goal=ends))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(entered(1, 1, "vip"))
    assert [("welcome", 1, "rest", "time")] == await shop.runs()
    await shop.take(entered(2, 1, "buyers"))
    assert [("welcome", 1, "rest", "GOAL_REACHED")] == await shop.runs()


async def test_what_was_heard_is_kept_as_long_as_a_run_may_ask_for_it(shop):
    await shop.publish(
        "welcome", graph(delay("rest", 30 * DAY), exits=[{"event": {"type": "page", "names": ["x"]}}])
    )
    await shop.publish("other", graph(delay("rest", 1)))
    await shop.take(did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    await shop.rows("UPDATE run SET end_us = 0 WHERE profile_key = 2")
    await shop.until(8 * DAY)
    await forget_old(shop.db, shop.now)
    assert {1} == {row["profile_key"] for row in await shop.rows("SELECT * FROM heard")}
