"""Broadcasts: everybody in the audience gets one message, once, however often we are stopped."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2 as content

from chassis.callers import Caller, acting_as
from chassis.errors import Refusal
from services.campaign.engine import broadcasts as engine
from services.campaign.engine.broadcasts import Broadcaster, start_us
from services.campaign.rpc.broadcasts import Broadcasts
from tests.campaign.sending.world import WORKSPACE, world
from tests.segment.world import condition, did, has

VIP = has("traits.vip", "EQ", True)
EVERYBODY = {"not": VIP}
SPRING = "broadcasts/spring"


class Shop:
    def __init__(self, made) -> None:
        self.world = made
        self.room = Broadcasts(made.db, made.workspaces, made.clock)
        self.broadcaster = Broadcaster(made.db, made.workspaces)

    async def ask(self, request, workspace=WORKSPACE):
        method = getattr(self.room, request.DESCRIPTOR.name.removesuffix("Request"))
        with acting_as(Caller(workspace, "keys/ada", frozenset(), "request")):
            return await method(request, None)

    async def refusal(self, request, workspace=WORKSPACE) -> Refusal:
        with pytest.raises(Refusal) as told:
            await self.ask(request, workspace)
        return told.value

    async def create(self, audience=EVERYBODY, variants=("hello",), workspace=WORKSPACE, **more):
        said = content.Broadcast(
            name=SPRING,
            audience=condition(audience) if audience else None,
            variants=[content.Variant(id=f"v-{slug}", template=f"templates/{slug}") for slug in variants],
        )
        for name, value in more.items():
            getattr(said, name).FromDatetime(value) if name == "send_time" else setattr(said, name, value)
        return await self.ask(pb.CreateBroadcastRequest(broadcast=said), workspace)

    async def verb(self, verb):
        return await self.ask(getattr(pb, f"{verb}BroadcastRequest")(name=SPRING))

    async def state(self) -> str:
        found = await self.ask(pb.GetBroadcastRequest(name=SPRING))
        return content.Broadcast.State.Name(found.state)

    async def beat(self) -> None:
        await self.broadcaster.send_broadcasts(self.world.clock())

    async def finish(self) -> str:
        """Everything that waits goes out; where it stands then."""
        await self.world.deliver()
        self.world.clock.forward(seconds=30)
        await self.beat()
        return await self.state()

    async def sends(self):
        return await self.world.run("SELECT * FROM send ORDER BY profile_key")


@pytest.fixture
async def shop(database, sink):
    async with world((await database("campaign")).url, sink.smtp_url, sink.lookup_url) as made:
        await made.channel()
        await made.template()
        yield Shop(made)


async def test_everybody_in_the_audience_gets_one_message(shop, monkeypatch, sink):
    monkeypatch.setattr(engine, "SLICE", 3)
    wanted = await shop.world.customers(7)
    await shop.world.customers(2, traits={"vip": True})
    await shop.create()
    await shop.verb("Send")
    await shop.beat()

    assert [one.key for one in wanted] == [row["profile_key"] for row in await shop.sends()]
    await shop.finish()
    done = await shop.ask(pb.GetBroadcastRequest(name=SPRING))
    assert (content.Broadcast.SENT, 7, 7) == (done.state, done.audience_count, done.decided_count)
    await shop.beat()
    await shop.world.deliver()
    assert {one.address: 1 for one in wanted} == Counter(
        to for each in await sink.mails() for to in each.mail.to
    )


async def test_a_segment_is_read_from_its_members(shop):
    inside, _ = await shop.world.customers(2)
    await shop.world.run("INSERT INTO segment_known VALUES ($1, 'segments/vip', '', 1, true)", WORKSPACE)
    await shop.world.run(
        "INSERT INTO membership VALUES ($1, $2, 'segments/vip', 1, true, 1)", WORKSPACE, inside.key
    )
    await shop.create({"segment": {"segment": "segments/vip"}})
    await shop.verb("Send")
    await shop.beat()
    assert [inside.key] == [row["profile_key"] for row in await shop.sends()]


async def test_variants_are_shared_out_by_their_weights_and_stay_the_same(shop):
    await shop.world.template("other")
    await shop.world.customers(400)
    made = await shop.create(variants=("hello", "other"))
    made.variants[1].weight = 3
    await shop.ask(pb.UpdateBroadcastRequest(broadcast=made))
    await shop.verb("Send")
    await shop.beat()
    counts = Counter(row["variant"] for row in await shop.sends())
    # Six standard deviations of 400 draws.
    assert 300 - 52 <= counts["v-other"] <= 300 + 52
    assert 400 == counts.total()
    assert {"v-hello": "hello", "v-other": "other"} == {
        row["variant"]: row["template"] for row in await shop.sends()
    }


async def test_the_holdout_is_left_to_the_policy(shop):
    await shop.world.customers(2)
    await shop.create(holdout_basis_points=10_000)
    await shop.verb("Send")
    await shop.beat()
    await shop.world.deliver()
    assert {"HELD_OUT": 2} == await shop.world.states()


async def test_a_broadcast_begins_at_its_time(shop):
    await shop.world.customers(1)
    await shop.create(send_time=shop.world.clock() + timedelta(hours=2))
    await shop.verb("Send")
    await shop.beat()
    assert ("SCHEDULED", []) == (await shop.state(), await shop.sends())
    shop.world.clock.forward(hours=2, minutes=1)
    await shop.beat()
    assert ("SENT", 1) == (await shop.finish(), len(await shop.sends()))


async def test_one_that_is_late_waits_for_a_person(shop):
    await shop.world.customers(1)
    await shop.create(send_time=shop.world.clock() + timedelta(hours=2))
    await shop.verb("Send")
    shop.world.clock.forward(hours=3, minutes=5)
    await shop.beat()
    held = await shop.ask(pb.GetBroadcastRequest(name=SPRING))
    assert (content.Broadcast.HELD, []) == (held.state, await shop.sends())
    assert "minutes late" in held.held_reason

    await shop.verb("Send")
    await shop.beat()
    assert ("SENT", 1) == (await shop.finish(), len(await shop.sends()))


async def test_local_time_is_the_time_on_each_customers_wall(shop):
    zones = ("Pacific/Auckland", "Europe/Vienna", "America/New_York")
    for zone in zones:
        await shop.world.customer(computed={"time_zone": zone})
    await shop.world.customer()
    when = datetime(2035, 7, 2, 10, tzinfo=UTC)
    shop.world.clock.ahead = when - timedelta(days=2) - datetime.now(UTC)
    await shop.create(send_time=when, local_time=True)
    await shop.verb("Send")
    shop.world.clock.forward(days=2, hours=-14, minutes=1)
    await shop.beat()
    hours = [round((when.timestamp() - row["due_us"] / 1e6) / 3600) for row in await shop.sends()]
    assert [12, 2, -4, 0] == hours


def test_a_broadcast_in_local_time_begins_with_the_first_clocks_on_earth():
    when, now = datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    start = start_us(round(when.timestamp() * 1e6), now, local_time=True, zone=UTC)
    assert when - timedelta(hours=14) == datetime.fromtimestamp(start / 1e6, UTC)
    late = start_us(round(when.timestamp() * 1e6), when, local_time=True, zone=UTC)
    assert when == datetime.fromtimestamp(late / 1e6, UTC)


async def test_one_that_is_killed_between_slices_goes_on_without_loss_or_doubles(shop, monkeypatch):
    monkeypatch.setattr(engine, "SLICE", 2)
    wanted = await shop.world.customers(9)
    await shop.create()
    await shop.verb("Send")
    claim, calls = engine.claim, 0

    async def dying(*arguments):
        nonlocal calls
        calls += 1
        made = await claim(*arguments)
        if calls % 2 == 0:
            raise ConnectionError
        return made

    monkeypatch.setattr(engine, "claim", dying)
    for _ in range(20):
        try:
            await shop.beat()
        except ConnectionError:
            continue
    assert [one.key for one in wanted] == [row["profile_key"] for row in await shop.sends()]
    assert 9 == (await shop.ask(pb.GetBroadcastRequest(name=SPRING))).decided_count


async def test_many_at_once_claim_each_customer_once(shop, monkeypatch):
    monkeypatch.setattr(engine, "SLICE", 2)
    await shop.world.customers(12)
    await shop.create()
    await shop.verb("Send")
    for _ in range(7):
        await asyncio.gather(*(shop.beat() for _ in range(4)))
    assert "SENT" == await shop.finish()
    found = await shop.ask(pb.GetBroadcastRequest(name=SPRING))
    assert (12, 12, 12) == (len(await shop.sends()), found.decided_count, found.audience_count)


async def test_who_becomes_part_of_another_gets_no_second(shop, monkeypatch):
    monkeypatch.setattr(engine, "SLICE", 1)
    first, second = await shop.world.customers(2)
    monkeypatch.setattr(engine, "MOST_WAITING", 1)
    await shop.create()
    await shop.verb("Send")
    await shop.beat()
    assert [first.key] == [row["profile_key"] for row in await shop.sends()]
    await shop.world.run("UPDATE contact SET merged_into = $1 WHERE key = $2", second.key, first.key)
    monkeypatch.setattr(engine, "MOST_WAITING", 100)
    await shop.beat()
    assert ("SENT", 1) == (await shop.finish(), len(await shop.sends()))


async def test_a_pause_stops_what_was_claimed_too_and_loses_nobody(shop, sink):
    await shop.world.customers(5)
    await shop.create()
    await shop.verb("Send")
    await shop.beat()
    # Everything was claimed: what a pause can still stop is what waits to be sent.
    await shop.verb("Pause")
    await shop.world.deliver()
    assert [] == await sink.mails()

    await shop.verb("Resume")
    await shop.beat()
    await shop.world.deliver()
    assert ("SENT", 5) == (await shop.finish(), len(await sink.mails()))


async def test_a_cancelled_broadcast_sends_nothing_more(shop, sink):
    await shop.world.customers(3)
    await shop.create()
    await shop.verb("Send")
    await shop.beat()
    await shop.verb("Cancel")
    await shop.world.deliver()
    assert ([], {"FAILED": 3}, "CANCELLED") == (
        await sink.mails(),
        await shop.world.states(),
        await shop.state(),
    )
    assert "BROADCAST_STATE_FORBIDS" == (await shop.refusal(pb.ResumeBroadcastRequest(name=SPRING))).reason


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"audience": None}, "audience"),
        ({"variants": ()}, "variants"),
        ({"variants": ("nothing",)}, "variants"),
        ({"local_time": True}, "send_time"),
        ({"variants": ("hello", "sms")}, "variants"),
    ],
    ids=range(5),
)
async def test_what_is_not_complete_is_not_sent(shop, said, field):
    await shop.world.template("sms", channel="sms")
    await shop.create(**said)
    refusal = await shop.refusal(pb.SendBroadcastRequest(name=SPRING))
    assert ("BROADCAST_INCOMPLETE", [field]) == (refusal.reason, [each.field for each in refusal.violations])


async def test_a_broadcast_is_changed_until_it_begins_and_deleted_as_a_draft(shop):
    made = await shop.create(display_name="Spring")
    changed = content.Broadcast(name=SPRING, display_name="Summer")
    mask = FieldMask(paths=["display_name", "send_time"])
    updated = await shop.ask(pb.UpdateBroadcastRequest(broadcast=changed, update_mask=mask))
    assert ("Summer", made.audience, False) == (
        updated.display_name,
        updated.audience,
        updated.HasField("send_time"),
    )
    changed.etag = made.etag
    assert "RESOURCE_CHANGED" == (await shop.refusal(pb.UpdateBroadcastRequest(broadcast=changed))).reason

    await shop.verb("Send")
    await shop.beat()
    again = content.Broadcast(name=SPRING, display_name="Autumn")
    for request in (pb.UpdateBroadcastRequest(broadcast=again), pb.DeleteBroadcastRequest(name=SPRING)):
        assert "BROADCAST_STATE_FORBIDS" == (await shop.refusal(request)).reason


async def test_an_audience_that_asks_what_she_did_is_refused(shop):
    with pytest.raises(Refusal) as told:
        await shop.create(did())
    assert "CONDITION_INVALID" == told.value.reason


async def test_no_workspace_sees_the_broadcasts_of_another(shop):
    await shop.create(display_name="Ours")
    await shop.create(workspace="other", display_name="Theirs")
    for workspace, name in ((WORKSPACE, "Ours"), ("other", "Theirs")):
        listed = await shop.ask(pb.ListBroadcastsRequest(), workspace)
        assert [name] == [each.display_name for each in listed.broadcasts]
    await shop.ask(pb.DeleteBroadcastRequest(name=SPRING), "other")
    assert "Ours" == (await shop.ask(pb.GetBroadcastRequest(name=SPRING))).display_name
    assert "BROADCAST_NOT_FOUND" == (await shop.refusal(pb.SendBroadcastRequest(name=SPRING), "other")).reason


@pytest.mark.parametrize(
    ("lacks", "setting"), [("sender", {"sender": ""}), ("postal_address", {"postal_address": ""})]
)
async def test_what_could_not_go_out_is_not_sent(shop, lacks, setting):
    await shop.world.channel(**setting)
    await shop.create()
    refusal = await shop.refusal(pb.SendBroadcastRequest(name=SPRING))
    assert "BROADCAST_INCOMPLETE" == refusal.reason
    assert f"channels/email has no {lacks}" in refusal.message
