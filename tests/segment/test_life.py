"""The service as it lives: on the real clock, through restarts, beside poison, while versions are built."""

from datetime import UTC, datetime

import nats
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2 as resources
from rapport.segment.v1 import segment_pb2 as pb

from chassis.clock import utc_now
from services.segment import app, timers
from tests.eventually import eventually
from tests.profile.house import Hands, cleared
from tests.segment.house import Shop, running_house
from tests.segment.world import NOON, activity, at, created, did, name, recorded, times, viewed


async def test_a_member_leaves_a_window_within_a_second_of_the_deadline_with_nothing_else_happening(
    database, nats_server
):
    """On the real clock."""
    url, bus = (await database("segment")).url, await cleared(nats_server.url)
    async with running_house(url, bus, utc_now) as house:
        shop = Shop(house)
        await shop.publish("lately", did(window={"last": "2s"}))
        listener = await (await nats.connect(bus)).subscribe(
            f"rapport.segment.v1.SegmentExited.{shop.workspace}"
        )
        fact = activity(1, 7)
        fact.event_time_us = fact.receive_time_us = round(utc_now().timestamp() * 1_000_000)
        await shop.take(recorded(fact))
        assert {7} == await shop.members("lately")

        msg = await listener.next_msg(timeout=5)
        heard = datetime.now(UTC)

        [gone] = events.SegmentExited.FromString(msg.data).exits
        assert fact.event_time_us + 2_000_000 == gone.event_time.ToMicroseconds()
        assert 0 <= (heard - gone.event_time.ToDatetime(tzinfo=UTC)).total_seconds() < 1
        await listener._conn.close()


async def test_a_version_that_was_being_built_when_the_process_died_is_built_to_its_end(
    database, nats_server, monkeypatch
):
    """Events come before, between and after, to profiles on the new version and to others."""
    monkeypatch.setattr(timers, "SLICE_PROFILES", 3)
    monkeypatch.setattr(app, "BEAT_SECONDS", 3600)
    url, bus, clock = (await database("segment")).url, await cleared(nats_server.url), Hands()
    async with running_house(url, bus, clock) as house:
        shop = Shop(house)
        await shop.take(*(viewed(key, key, -60) for key in range(1, 10)))
        await shop.create("twice", did(compare=times("GTE", 2)))
        await shop.ask(pb.PublishSegmentRequest(name="segments/twice"))
        assert await timers.Timers(house.app.db, app.Workspaces(), clock).build_slice(shop.workspace)
        await shop.take(viewed(101, 2, -2), viewed(108, 8, -2))
        half = await shop.segment("twice")
        assert (resources.Segment.BUILDING, 33, 1) == (half.state, half.build_percent, half.member_count)
        refusal = await shop.refusal(pb.PublishSegmentRequest(name="segments/twice"))
        assert "SEGMENT_BUILDING" == refusal.reason
    async with running_house(url, bus, clock) as house:
        again = Shop(house, shop.workspace)
        await again.take(viewed(103, 3, -1), viewed(109, 9, -1))
        await again.live("twice")

        assert {2, 3, 8, 9} == await again.members("twice")


async def test_a_restart_goes_on_where_it_stopped(database, nats_server, monkeypatch):
    monkeypatch.setattr(app, "BEAT_SECONDS", 0.05)
    url, bus, clock = (await database("segment")).url, await cleared(nats_server.url), Hands()
    async with running_house(url, bus, clock) as house:
        shop = Shop(house)
        await shop.publish("thrice", did(compare=times("GTE", 3)))
        await shop.take(viewed(1, 7, -30), viewed(2, 7, -20))
    async with running_house(url, bus, clock) as house:
        await Shop(house, shop.workspace).take(viewed(2, 7, -20), viewed(3, 7, -10))
        assert {7} == await Shop(house, shop.workspace).members("thrice")


async def test_poison_is_parked_alone_and_harms_no_neighbour(shop):
    await shop.publish("viewers", did())
    broken = activity(1, 7)
    broken.properties = b'{"price": 1}'
    broken.id = "no uuid"
    await shop.take(recorded(broken, activity(2, 8), activity(3, 9)))

    assert {8, 9} == await shop.members("viewers")
    [parked] = [row for row in await shop.rows("SELECT * FROM parked") if row["workspace"] == shop.workspace]
    assert "no uuid" in parked["reason"] or "badly formed" in parked["reason"]


async def test_what_is_told_by_the_bus_says_who_why_and_on_what_evidence(shop):
    await shop.publish("viewers", did(window={"last": "3600s"}, compare=times("GTE", 2)))
    await shop.take(created(7, -60), viewed(1, 7, -20, price=5), viewed(2, 7, -10, price=6))

    [fact] = await shop.facts(events.SegmentEntered)
    [entry] = fact.entries
    assert (name(7), "segments/viewers", "segments/viewers/versions/1") == (
        entry.profile,
        entry.segment,
        entry.version,
    )
    assert [b'{"price": 6}', b'{"price": 5}'] == [one.properties for one in entry.evidence]
    assert (at(-10), at(3580)) == (
        entry.event_time.ToMicroseconds(),
        entry.predicted_exit_time.ToMicroseconds(),
    )
    assert (resources.Cause.EVENT, entry.evidence[0].id) == (entry.cause.kind, entry.cause.activity)
    assert (False, False, 1) == (entry.late, entry.historical, entry.sequence_number)


async def test_what_follows_from_a_definition_is_historical(shop):
    await shop.take(viewed(1, 7, -20))
    await shop.publish("viewers", did())

    [fact] = await shop.facts(events.SegmentEntered)
    assert [(resources.Cause.DEFINITION, True, 0)] == [
        (one.cause.kind, one.historical, len(one.evidence)) for one in fact.entries
    ]


async def test_days_begin_in_the_zone_of_the_workspace(shop):
    await shop.update_settings(time_zone="Asia/Tokyo", currency_code="JPY")
    await eventually(1, lambda: count(shop, "SELECT count(*) FROM workspace_setting WHERE workspace = $1"))
    await shop.publish("today", did(window={"calendar": {"period": "DAY"}}))
    # In Tokyo it is nine in the evening, and the day began six hours before this.
    assert NOON.hour == 12
    await eventually(None, lambda: shop.take(viewed(1, 7, -60)))

    [member] = (await shop.ask(pb.ListMembersRequest(parent="segments/today"))).members
    assert at(3 * 3600) == member.predicted_exit_time.ToMicroseconds()


async def count(shop, sql):
    return (await shop.rows(sql, shop.workspace))[0][0]
