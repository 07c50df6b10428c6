"""What was captured takes effect: whole, once, at its own time, and the bad beside the good."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from rapport.capture.v1 import capture_pb2 as door
from rapport.profile.v1 import events_pb2 as events
from rapport.profile.v1 import profile_pb2 as pb

from chassis import hot, parked
from chassis.bus import Bus
from chassis.db import Database
from chassis.streams import Stream
from chassis.workspaces import Workspaces
from services.profile.capture import CAPTURE, Opener
from services.profile.engine.take import Engine
from tests.chassis.words import at_work
from tests.eventually import eventually
from tests.profile.house import ago, identify, order, said, time, track
from tests.profile.world import NOON

CALLS = {
    door.IDENTIFY: {"traits": {"name": "Ada"}},
    door.TRACK: {"event": "Something Done"},
    door.PAGE: {"name": "Home"},
    door.SCREEN: {"name": "Home"},
    door.GROUP: {"groupId": "acme", "traits": {"name": "Acme"}},
    door.ALIAS: {"previousId": "a1"},
}


async def timeline(shop, identifier="user_id:ada"):
    """Newest first."""
    parent = await shop.name(identifier)
    return list((await shop.ask(pb.ListActivitiesRequest(parent=parent))).activities)


async def names(shop, identifier="user_id:ada"):
    return [one.event for one in await timeline(shop, identifier)]


async def quarantined(shop):
    listed = (await shop.ask(pb.ListQuarantinedEventsRequest())).quarantined_events
    return {one.payload: one.reason for one in listed}


async def test_a_batch_is_taken_whole(shop):
    await shop.take(*(track(f"Done {number}", at=number, userId="ada") for number in range(200)))

    assert 200 == (await shop.profile("user_id:ada")).activity_count
    [newest, *_] = await names(shop)
    assert "Done 0" == newest


async def test_single_calls_that_travel_together_are_each_what_their_call_says(shop):
    requests = [
        shop.request(json.dumps({"userId": "ada", "timestamp": ago(60 - call), **told}), call=call)
        for call, told in CALLS.items()
    ]
    await shop.house.until_taken(await shop.capture_requests(*requests))

    assert ["alias", "group", "screen", "page", "track", "identify"] == [
        one.type for one in await timeline(shop)
    ]
    ada = await shop.profile("anonymous_id:a1")
    assert {"name": "Ada"} == json.loads(ada.traits), "what is told of a group is not told of her"
    assert ada.name == await shop.name("user_id:ada")


async def test_what_is_imported_counts_and_is_told_as_the_past(shop):
    past = [
        identify(7200, userId="ada", traits={"consent": {"email": True}}),
        order("o1", 3600, total=10),
        order("o1", 3500, name="Order Refunded", total=1),
        track("Product Added", 3000, userId="ada", properties={"sku": "coat"}),
    ]
    await shop.take(*past, call=door.IMPORT)
    await shop.take(order("o2", 60, total=20))

    assert 2 == (await shop.profile("user_id:ada")).computed.order_count
    assert [False, True, True, True, True] == [one.historical for one in await timeline(shop)]
    assert [True, False] == [fact.historical for fact in await shop.facts(events.OrderPlaced)]
    for fact in (events.OrderRefunded, events.ConsentChanged):
        assert [True] == [each.historical for each in await shop.facts(fact)]
    first, emptied = await shop.facts(events.CartUpdated)
    assert (True, False) == (first.historical, emptied.historical)
    assert [True] * 4 + [False] == [
        one.historical for told in await shop.facts(events.ActivityRecorded) for one in told.activities
    ]


async def test_an_event_counts_once_in_its_batch_across_batches_and_long_after(shop):
    once = track("Something Done", 60, userId="ada", messageId="m1")
    unnamed = track("Something Else", 50, userId="ada", properties={"a": 1})
    await shop.take(once, unnamed, once, unnamed)
    await shop.take(unnamed, once)
    shop.house.clock.forward(days=40)
    await shop.take(once, unnamed)
    single = shop.request(json.dumps(unnamed), call=door.TRACK)
    await shop.house.until_taken(await shop.capture_requests(single, single))

    assert ["Something Else", "Something Done"] == await names(shop)
    assert 2 == (await shop.profile("user_id:ada")).activity_count
    assert 2 == sum(len(told.activities) for told in await shop.facts(events.ActivityRecorded))


async def test_of_two_events_with_one_message_id_the_first_counts(shop):
    await shop.take(
        track("First", 60, userId="ada", messageId="m1"), track("Second", 50, userId="ada", messageId="m1")
    )

    assert ["First"] == await names(shop)


async def test_the_clock_of_the_client_is_corrected(shop):
    """Its clock is an hour ahead: what it calls eleven minutes past was a minute before we received it."""
    skewed = {"type": "track", "event": "Skewed", "userId": "ada", "messageId": "m1"}
    clock = shop.house.clock
    clock.forward(minutes=1)
    ahead = clock() + timedelta(hours=1)
    await shop.take(
        skewed | {"timestamp": (ahead - timedelta(minutes=1)).isoformat()}, sentAt=ahead.isoformat()
    )

    [found] = await timeline(shop)
    assert clock() - timedelta(minutes=1) == time(found.event_time)
    assert ahead - timedelta(minutes=1) == time(found.original_time)
    assert clock() == time(found.receive_time)


async def test_an_event_that_tells_no_time_happened_when_it_was_received(shop):
    await shop.take({"type": "track", "event": "Now", "userId": "ada"})

    [found] = await timeline(shop)
    assert shop.house.clock() == time(found.event_time) == time(found.receive_time)
    assert not found.HasField("original_time")


async def test_what_is_dated_in_the_future_waits_until_its_time_has_come_and_counts_once(shop):
    clock = shop.house.clock
    tomorrow = (clock() + timedelta(days=1)).isoformat()
    waiting = {
        "type": "track",
        "event": "Order Completed",
        "userId": "ada",
        "timestamp": tomorrow,
        "messageId": "m1",
        "properties": {"order_id": "o1", "total": 10},
    }
    await shop.take(waiting, track("Something Done", userId="ada"))
    await shop.take(waiting)
    assert ["Something Done"] == await names(shop)
    assert [] == await shop.facts(events.OrderPlaced)

    clock.forward(days=1)

    await eventually(["Order Completed", "Something Done"], lambda: names(shop))
    await shop.take(waiting)
    assert 2 == (await shop.profile("user_id:ada")).activity_count
    [placed] = await shop.facts(events.OrderPlaced)
    assert tomorrow == time(placed.order.order_time).isoformat()


async def test_a_clock_a_few_minutes_ahead_is_not_the_future(shop):
    soon = shop.house.clock() + timedelta(minutes=5)
    await shop.take({"type": "track", "event": "Soon", "userId": "ada", "timestamp": soon.isoformat()})

    [found] = await timeline(shop)
    assert soon == time(found.event_time)


async def test_what_comes_late_counts_at_its_own_time(shop):
    await shop.take(identify(60, userId="ada", traits={"city": "Rome"}), order("new", 60, total=1))
    await shop.take(identify(86_400 * 400, userId="ada", traits={"city": "London", "pet": "cat"}))
    await shop.take(order("old", 86_400 * 300, total=1))
    ada = await shop.profile("user_id:ada")

    assert {"city": "Rome", "pet": "cat"} == json.loads(ada.traits)
    assert "orders/new" == ada.computed.last_order
    assert [NOON - timedelta(days=400), NOON - timedelta(days=300)] == [
        time(ada.first_seen_time),
        time(ada.computed.first_order_time),
    ]


async def test_bad_events_are_kept_aside_with_the_reason_while_their_neighbours_pass(shop):
    await shop.take(
        track("First", 60, userId="ada"),
        {"type": "track", "userId": "ada"},
        track("Nobody's", userId="guest"),
        "nonsense",
        track("Huge", userId="ada", properties={"x": "y" * 33_000}),
        identify(userId="ada", traits={"$consent/email/marketing": "granted"}),
        track("Last", 10, userId="ada"),
    )

    assert ["Last", "First"] == await names(shop)
    kept = await quarantined(shop)
    assert 5 == len(kept)
    assert {"track", "Nobody's"} <= set(json.loads(next(p for p in kept if "guest" in p)).values())
    assert '"nonsense"' in kept
    assert all(reason.endswith(".") for reason in kept.values())


async def test_a_request_nobody_can_read_is_kept_aside_and_its_company_passes(shop):
    good = shop.request(json.dumps({"userId": "ada", "event": "Done"}), call=door.TRACK)
    await shop.house.until_taken(
        await shop.capture_requests(shop.request(b"{nonsense"), good, shop.request(b"[]"))
    )

    assert ["Done"] == await names(shop)
    assert {"{nonsense", "[]"} == set(await quarantined(shop))


async def test_what_cannot_be_understood_is_kept_aside_once(shop):
    bad = {"type": "nonsense", "userId": "ada"}
    await shop.take(bad, bad)
    await shop.take(bad)

    assert 1 == len(await quarantined(shop))


async def test_a_message_that_is_no_message_is_parked_and_the_stream_goes_on(shop):
    house = shop.house
    subject = f"rapport.capture.v1.EventsCaptured.{shop.workspace}"
    broken = (await house.app.bus.publish(subject, b"\xff\xff")).seq
    await shop.take(track("Done", userId="ada"))
    await house.until_taken(broken)

    assert ["Done"] == await names(shop)
    [row] = [row for row in await parked.listed(house.app.db) if row.workspace == shop.workspace]
    assert (CAPTURE.durable, b"\xff\xff") == (row.consumer, row.payload)


async def test_what_a_client_writes_strangely_is_taken_all_the_same(shop):
    """Half a surrogate pair, a NUL, numbers for ids, times in milliseconds, traits in the context."""
    told = said("track", event="Done", userId=42, properties={"nul": "a\0b", "half": "\ud83d"})
    told |= {"timestamp": NOON.timestamp() * 1000, "context": {"traits": {"name": "A\0da"}}}
    body = json.dumps({"batch": [told]})
    await shop.house.until_taken(await shop.capture_requests(shop.request(body)))

    [found] = await timeline(shop, "user_id:42")
    assert {"nul": "ab", "half": "\ufffd"} == json.loads(found.properties)
    assert NOON == time(found.event_time)
    assert {"name": "Ada"} == json.loads((await shop.profile("user_id:42")).traits)


async def test_where_she_came_from_is_seen(shop):
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/17.0 Mobile/15E148 Safari/604.1"
    )
    context = {"locale": "de-DE", "timezone": "Europe/Berlin"}
    page = json.dumps({"anonymousId": "a1", "name": "Home", "timestamp": ago(60), "context": context})
    request = shop.request(page, call=door.PAGE, user_agent=agent, global_privacy_control=True)
    await shop.house.until_taken(await shop.capture_requests(request))
    seen = await shop.profile("anonymous_id:a1")

    assert ("mobile", "iOS", "Mobile Safari") == (
        seen.computed.device.type,
        seen.computed.device.os,
        seen.computed.device.browser,
    )
    assert ("de-DE", "Europe/Berlin") == (seen.computed.locale, seen.computed.time_zone)
    [asked] = (await shop.ask(pb.ListConsentsRequest(parent=seen.name))).consents
    assert ("any", "sale", pb.DENIED, "sec-gpc") == (
        asked.channel,
        asked.purpose,
        asked.decision,
        asked.source,
    )


async def test_a_trace_is_carried_to_what_is_told(shop):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await shop.take(
        track("Done", userId="ada"), headers={"Nats-Msg-Id": shop.workspace, "traceparent": trace}
    )

    [told] = await shop.facts(events.ActivityRecorded)
    assert [trace] == [one.traceparent for one in told.activities]


# A worker of the test's own, beside the house: it cannot swallow one of the messages.

ASIDE = Stream("ASIDE", ("aside.>",), max_bytes=64 * 1024 * 1024, keep_seconds=None)
HOT = replace(CAPTURE, stream="ASIDE", durable="profile-aside", filter_subject="aside.*", poll_seconds=0.05)


class Worker:
    """The engine behind a hot consumer, as the service runs it, but for one message id that it chokes on."""

    def __init__(self, bus, db):
        self.bus, self.db = bus, db
        self.workspaces = Workspaces()
        self.engine = Engine(db.clock, self.workspaces)
        self.indigestible = "m3"

    async def take(self, tx, items):
        await self.engine.take(tx, items)
        if any(item.event.message_id == self.indigestible for item in items):
            raise ArithmeticError(f"cannot swallow {self.indigestible}")

    async def capture(self, *requests):
        for each in requests:
            data = door.EventsCaptured(requests=each).SerializeToString()
            await self.bus.publish("aside.shop", data)

    def work(self):
        return hot.own(self.bus, self.db, HOT, self.take, Opener(self.workspaces), forget=self.engine.forget)

    async def rows(self, sql):
        async with self.db.begin("shop") as tx:
            return [row[0] for row in await (await tx.raw()).fetch(sql)]

    async def taken(self):
        return await self.rows("SELECT message_id FROM activity ORDER BY message_id")

    async def waiting(self):
        return [(row.reason, row.replay_at) for row in await parked.listed(self.db)]


@pytest.fixture
async def worker(house, database):
    clone = await database("profile")
    async with Database.open(clone.url, clock=house.clock) as db, running_bus(house) as bus:
        await bus.ensure_streams([ASIDE])
        yield Worker(bus, db)
        await bus.js.delete_stream("ASIDE")


@asynccontextmanager
async def running_bus(house):
    async with Bus.open(house.app.bus.connection.connected_url.geturl()) as bus:
        yield bus


def requests(shop):
    """Two of a message, of which the second brings the event nobody can swallow among others."""
    batch = [
        track("Done", number, messageId=f"m{number}", userId="ada", anonymousId="a1") for number in (2, 3, 4)
    ]
    first = track("Done", 1, messageId="m1", anonymousId="a1")
    return [
        shop.request(json.dumps(first), call=door.TRACK),
        shop.request(json.dumps({"batch": batch})),
    ], [shop.request(json.dumps({"batch": [track("Done", 5, messageId="m5", userId="ada")]}))]


async def test_an_event_the_engine_cannot_swallow_is_parked_alone_and_its_neighbours_land(shop, worker):
    await worker.capture(*requests(shop))
    async with at_work(worker.work()):
        await eventually(["m1", "m2", "m4", "m5"], worker.taken)
        await eventually([("ArithmeticError: cannot swallow m3", None)], worker.waiting)

        await parked.replay(worker.db, None)
        await eventually([("ArithmeticError: cannot swallow m3", None)], worker.waiting)
        assert ["m1", "m2", "m4", "m5"] == await worker.taken()

        worker.indigestible = ""
        await parked.replay(worker.db, None)
        await eventually(["m1", "m2", "m3", "m4", "m5"], worker.taken)
        await eventually([], worker.waiting)
    assert [5] == await worker.rows("SELECT sum(activity_count)::int FROM anchor")
    assert [1] == await worker.rows("SELECT count(*) FROM profile WHERE merged_into IS NULL")


async def test_what_was_parked_and_comes_again_counts_once(shop, worker):
    await worker.capture(*requests(shop))
    async with at_work(worker.work()):
        await eventually(1, lambda: count(worker))
        worker.indigestible = ""
        await worker.capture(*requests(shop))
        await eventually(["m1", "m2", "m3", "m4", "m5"], worker.taken)
        await parked.replay(worker.db, None)
        await eventually([], worker.waiting)
    assert ["m1", "m2", "m3", "m4", "m5"] == await worker.taken()
    assert [5] == await worker.rows("SELECT sum(activity_count)::int FROM anchor")


async def count(worker):
    return len(await worker.waiting())


async def test_a_worker_that_was_stopped_goes_on_where_it_was(shop, worker):
    [first, second] = requests(shop)
    worker.indigestible = ""
    async with at_work(worker.work()):
        await worker.capture(first)
        await eventually(["m1", "m2", "m3", "m4"], worker.taken)
    await worker.capture(second)
    async with at_work(worker.work()):
        await eventually(["m1", "m2", "m3", "m4", "m5"], worker.taken)
    assert [5] == await worker.rows("SELECT sum(activity_count)::int FROM anchor")


async def test_pages_seen_before_she_told_who_she_is_are_hers(shop):
    await shop.take(
        said("page", 60, anonymousId="a1", name="Home"), track("Product Viewed", 50, anonymousId="a1")
    )
    await shop.take(identify(40, anonymousId="a1", userId="ada"))

    assert ["", "Product Viewed", "Home"] == await names(shop)
