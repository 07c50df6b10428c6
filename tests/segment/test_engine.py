"""The engine on a real database: who belongs, since when, and why."""

import pytest
from rapport.profile.v1 import events_pb2 as told

from tests.segment.world import (
    activity,
    created,
    did,
    has,
    identified,
    merged,
    moved,
    name,
    order,
    recorded,
    times,
    updated,
    viewed,
    world,
)


@pytest.fixture
async def shop(database):
    async with world((await database("segment")).url) as opened:
        yield opened


async def test_who_did_it_enters_at_the_time_of_what_she_did(shop):
    await shop.publish("viewers", did(compare=times("GTE", 2)))

    await shop.take(created(7), viewed(1, 7, -20))
    assert set() == await shop.members("viewers")
    await shop.take(viewed(2, 7, -10))

    assert {7} == await shop.members("viewers")
    assert [(7, "in", -10, "EVENT")] == await shop.changes()


async def test_an_activity_told_twice_counts_once(shop):
    await shop.publish("viewers", did(compare=times("GTE", 2)))

    await shop.take(viewed(1, 7, -20), viewed(1, 7, -20))
    await shop.take(viewed(1, 7, -20))
    shop.engine.forget()
    await shop.take(viewed(1, 7, -20))

    assert set() == await shop.members("viewers")


async def test_a_member_of_a_window_leaves_at_the_deadline(shop):
    await shop.publish("lately", did(window={"last": "60s"}))
    await shop.take(viewed(1, 7, -10))

    await shop.until(49)
    assert {7} == await shop.members("lately")
    await shop.until(51)

    assert set() == await shop.members("lately")
    assert [(7, "in", -10, "EVENT"), (7, "out", 50, "DEADLINE")] == await shop.changes()


async def test_what_keeps_her_in_moves_the_deadline(shop):
    await shop.publish("lately", did(window={"last": "60s"}))
    await shop.take(viewed(1, 7, -10))
    await shop.take(viewed(2, 7, 30))
    await shop.until(60)
    assert {7} == await shop.members("lately")
    await shop.until(90)

    assert [(7, "in", -10, "EVENT"), (7, "out", 90, "DEADLINE")] == await shop.changes()


async def test_an_event_that_comes_after_a_deadline_it_preceded_makes_no_hole(shop):
    """The process was away: what fell due in between is told first."""
    await shop.publish("lately", did(window={"last": "60s"}))
    await shop.take(viewed(1, 7, 0))
    await shop.take(viewed(2, 7, 100))

    assert [
        (7, "in", 0, "EVENT"),
        (7, "out", 60, "DEADLINE"),
        (7, "in", 100, "EVENT"),
    ] == await shop.changes()


async def test_who_did_nothing_is_a_member_of_a_negative_segment_from_birth(shop):
    await shop.publish("idle", {"not": did("Order Completed")})
    await shop.take(created(7, -5))
    await shop.take(recorded(activity(1, 7, "Order Completed", 5)))

    assert [(7, "in", -5, "EVENT"), (7, "out", 5, "EVENT")] == await shop.changes()


async def test_a_trait_decides_and_its_newest_word_holds(shop):
    await shop.publish("berliners", has("traits.address.city", "EQ", "Berlin"))
    await shop.take(identified(1, 7, -10, address={"city": "Berlin"}))
    await shop.take(identified(2, 7, -20, address={"city": "Rome"}))
    assert {7} == await shop.members("berliners")
    await shop.take(identified(3, 7, 0, address=None))

    assert [(7, "in", -10, "TRAIT"), (7, "out", 0, "TRAIT")] == await shop.changes()


async def test_a_value_that_lasts_lets_her_in_when_it_has_lasted_long_enough(shop):
    await shop.publish("settled", has("traits.city", "EQ", "Berlin", has_been="60s"))
    await shop.take(identified(1, 7, 0, city="Berlin"))
    await shop.take(identified(2, 7, 30, city="Berlin"))
    await shop.until(61)

    assert [(7, "in", 60, "DEADLINE")] == await shop.changes()


async def test_a_word_that_came_late_starts_the_time_anew(shop):
    await shop.publish("settled", has("traits.city", "EQ", "Berlin", has_been="60s"))
    await shop.take(identified(1, 7, 0, city="Berlin"))
    await shop.take(identified(2, 7, 40, city="Berlin"))
    await shop.take(identified(3, 7, 30, city="Rome"))
    await shop.until(61)
    assert set() == await shop.members("settled")
    await shop.until(101)

    assert [(7, "in", 100, "DEADLINE")] == await shop.changes()


async def test_computed_traits_decide(shop):
    await shop.publish("buyers", has("computed.order_count", "GTE", 2))
    await shop.take(created(7), updated(7, 2, order_count=1))
    await shop.take(updated(7, 3, order_count=2))
    await shop.take(updated(7, 3, order_count=2))

    assert [(7, "in", 0, "TRAIT")] == await shop.changes()


async def test_what_orders_come_to_is_net_of_refunds(shop):
    spent = {"function": "SUM", "path": "properties.value"}
    await shop.publish(
        "spenders", {"event": {"events": {"type": "order"}, "aggregate": spent, "compare": times("GTE", 100)}}
    )
    await shop.take(
        order(told.OrderPlaced, "1", 7, -30, 1, total=60), order(told.OrderPlaced, "2", 7, -20, 1, total=50)
    )
    assert {7} == await shop.members("spenders")
    await shop.take(order(told.OrderRefunded, "2", 7, -20, 2, total=50, refunded=20, updated=0))

    assert [(7, "in", -20, "EVENT"), (7, "out", 0, "EVENT")] == await shop.changes()


async def test_a_merge_counts_what_both_did_once(shop):
    await shop.publish("viewers", did(compare=times("GTE", 3)))
    await shop.publish("once", did())
    await shop.take(viewed(1, 7, -30), viewed(2, 7, -20), viewed(3, 8, -10))
    await shop.take(merged(7, 8), told_at=0)
    assert {7} == await shop.members("viewers")
    await shop.take(viewed(3, 8, -10), viewed(4, 8, 5, anchor=1008))

    assert [(7, "in", 0, "MERGE")] == await shop.changes("viewers")
    assert [(7, "in", -30, "EVENT"), (8, "in", -10, "EVENT"), (8, "out", 0, "MERGE")] == await shop.changes(
        "once"
    )


async def test_what_is_parted_again_counts_apart(shop):
    await shop.publish("viewers", did(compare=times("GTE", 2)))
    await shop.take(viewed(1, 7, -30), viewed(2, 8, -10))
    await shop.take(merged(7, 8), told_at=0)
    assert {7} == await shop.members("viewers")
    await shop.take(created(8), moved(7, 8, 1008), told_at=10)
    assert set() == await shop.members("viewers")
    await shop.take(viewed(3, 8, 20))

    assert {8} == await shop.members("viewers")


async def test_a_late_event_counts_from_now_on_and_is_marked(shop):
    await shop.publish("viewers", did())
    await shop.take(created(7, -3600))
    await shop.take(viewed(1, 7, -3000, received=0))

    assert [(7, "in", 0, "EVENT")] == await shop.changes()
    assert [True] == [entry.late for entry in shop.entries()]


async def test_an_event_dated_ahead_counts_from_its_time_on(shop):
    await shop.publish("viewers", did())
    await shop.take(viewed(1, 7, 120, received=0))
    assert set() == await shop.members("viewers")
    await shop.until(121)

    assert [(7, "in", 120, "DEADLINE")] == await shop.changes()


async def test_a_segment_follows_another(shop):
    await shop.publish("lately", did(window={"last": "60s"}))
    await shop.publish("followers", {"segment": {"segment": "segments/lately"}})
    await shop.publish("cold", {"all": {"of": [{"not": {"segment": {"segment": "segments/lately"}}}, did()]}})
    await shop.take(viewed(1, 7, 0))
    await shop.until(61)

    assert [(7, "in", 0, "SEGMENT"), (7, "out", 60, "DEADLINE")] == await shop.changes("followers")
    assert [(7, "in", 60, "DEADLINE")] == await shop.changes("cold")


async def test_evidence_is_what_the_condition_counted(shop):
    coats = {
        "where": [{"all": [{"path": "properties.category", "compare": {"operator": "EQ", "value": "coat"}}]}]
    }
    await shop.publish("coats", did(events=coats, compare=times("GTE", 2)))
    await shop.take(viewed(1, 7, -30, category="coat"), viewed(2, 7, -20, category="hat"))
    await shop.take(viewed(3, 7, -10, category="coat"))

    [entry] = shop.entries()
    assert [-10, -30] == [
        (one.event_time_us - entry.event_time.ToMicroseconds()) / 1e6 - 10 for one in entry.evidence
    ]
    assert name(7) == entry.profile == entry.evidence[0].profile


async def test_numbers_have_no_gaps(shop):
    await shop.publish("lately", did(window={"last": "60s"}))
    for number in range(5):
        await shop.take(*(viewed(10 * number + key, key, 100 * number) for key in range(1, 4)))
    numbers = sorted(one.sequence_number for one in (*shop.entries(), *shop.exits()))

    assert list(range(1, 28)) == numbers
