"""What the profile service tells the house on NATS: each thing once, and nothing that is not so."""

import json

from rapport.profile.v1 import events_pb2 as events
from rapport.profile.v1 import profile_pb2 as pb

from tests.profile.house import identify, order, said, track
from tests.profile.world import NOON_US


def money(sum):
    return sum.currency_code, sum.units, sum.nanos


async def activities(shop):
    return [one for told in await shop.facts(events.ActivityRecorded) for one in told.activities]


async def updates(shop):
    return [one for told in await shop.facts(events.ProfileUpdated) for one in told.profiles]


def us(seconds_before_noon):
    return NOON_US - seconds_before_noon * 1_000_000


async def test_whoever_is_new_is_told_once(shop):
    await shop.take(identify(60, userId="ada"), said("page", 50, userId="ada"))
    await shop.take(said("page", 40, userId="ada"))

    [created] = await shop.facts(events.ProfileCreated)
    ada = await shop.profile("user_id:ada")
    assert (ada.name, ada.create_time) == (created.profile, created.create_time)
    assert created.profile_key


async def test_what_is_known_of_her_is_told_whole_when_it_changed_and_not_for_mere_use(shop):
    await shop.take(identify(60, userId="ada", traits={"name": "Ada", "email": "ada@example.com"}))
    [first] = await updates(shop)
    await shop.take(
        said("page", 50, userId="ada"),
        track("Something Done", 45, userId="ada"),
        identify(40, userId="ada", traits={"name": "Ada"}),
        identify(9000, userId="ada", traits={"name": "An older name"}),
    )
    assert [first] == await updates(shop)

    await shop.take(identify(30, userId="ada", traits={"city": "London"}, messageId="moved"))

    _, second = await updates(shop)
    ada = await shop.profile("user_id:ada")
    assert (ada.name, ada.etag) == (second.profile, str(second.revision))
    assert second.revision > first.revision
    assert list(ada.identifiers) == list(second.identifiers)
    assert {"name": "Ada", "email": "ada@example.com", "city": "London"} == json.loads(second.traits)
    [moved] = [one for one in await activities(shop) if b"London" in one.properties]
    assert moved.id == second.cause


async def test_a_new_device_is_told_and_the_same_one_is_not(shop):
    def seen(at, agent):
        return said("page", at, userId="ada", context={"userAgent": agent, "locale": "de-DE"})

    await shop.take(seen(60, "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"))
    await shop.take(seen(50, "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"))
    assert ["de-DE"] == [one.computed.locale for one in await updates(shop)]
    await shop.take(seen(40, "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"))

    assert ["Windows", "Linux"] == [one.computed.device.os for one in await updates(shop)]


async def test_each_thing_done_is_told_in_one_message_per_transaction_and_workspace(shop, other):
    await shop.take(*(track(f"Done {number}", number, userId=f"u{number % 3}") for number in range(9)))
    await other.take(track("Done elsewhere", userId="ada"))

    [told] = await shop.facts(events.ActivityRecorded)
    assert [f"Done {number}" for number in range(9)] == [one.event for one in told.activities]
    [elsewhere] = await other.facts(events.ActivityRecorded)
    assert ["Done elsewhere"] == [one.event for one in elsewhere.activities]
    keys = {fact.profile: fact.profile_key for fact in await shop.facts(events.ProfileCreated)}
    assert keys == {one.profile: one.profile_key for one in told.activities}


async def test_an_activity_is_told_as_the_timeline_shows_it(shop):
    context = {"page": {"path": "/coats"}}
    await shop.take(track("Viewed Product", 60, userId="ada", properties={"sku": "coat"}, context=context))

    [told] = await activities(shop)
    [kept] = (await shop.ask(pb.ListActivitiesRequest(parent=told.profile))).activities
    assert kept.name == f"{told.profile}/activities/{told.id}"
    assert ("track", "Product Viewed") == (told.type, told.event) == (kept.type, kept.event)
    assert {"sku": "coat"} == json.loads(told.properties) == json.loads(kept.properties)
    assert context == json.loads(told.context)
    assert (kept.event_time.ToMicroseconds(), kept.receive_time.ToMicroseconds()) == (
        told.event_time_us,
        told.receive_time_us,
    )


async def test_two_who_turn_out_to_be_one_are_told_once(shop):
    await shop.take(said("page", 60, anonymousId="a1"))
    await shop.take(identify(50, userId="ada"))
    ghost, ada = await shop.name("anonymous_id:a1"), await shop.name("user_id:ada")
    joined = identify(40, userId="ada", anonymousId="a1", messageId="joined")
    await shop.take(joined)
    await shop.take(joined, identify(30, userId="ada", anonymousId="a1"))

    [merged] = await shop.facts(events.ProfileMerged)
    keys = {fact.profile: fact.profile_key for fact in await shop.facts(events.ProfileCreated)}
    assert (ada, ghost) == (merged.survivor, merged.absorbed)
    assert (keys[ada], keys[ghost]) == (merged.survivor_key, merged.absorbed_key)
    [at, *_] = [one for one in await activities(shop) if one.event_time_us == us(40)]
    assert at.id == merged.cause
    assert str(merged.revision) == (await shop.profile("user_id:ada")).etag
    assert [] == await shop.facts(events.IdentifiersMoved)


async def test_late_evidence_moves_what_was_thought_to_be_hers(shop):
    """Bob signed in on the tablet; then it comes out that it was Ada who had it before him."""
    await shop.take(identify(20, userId="bob", anonymousId="tablet"), said("page", 10, anonymousId="tablet"))
    bob, anchor = await shop.name("user_id:bob"), (await activities(shop))[1].anchor
    await shop.take(identify(60, userId="ada", anonymousId="tablet"))
    ada = await shop.name("user_id:ada")

    [moved] = await shop.facts(events.IdentifiersMoved)
    assert (bob, ada, [anchor]) == (moved.source, moved.destination, list(moved.anchors))
    assert moved.source_key != moved.destination_key
    assert ada == await shop.name("anonymous_id:tablet")
    assert [] == await shop.facts(events.ProfileMerged)
    last = {one.profile: one for one in await updates(shop)}
    assert [["user_id"], ["user_id", "anonymous_id"]] == [
        [i.kind for i in last[of].identifiers] for of in (bob, ada)
    ]


async def test_who_was_absorbed_on_wrong_evidence_lives_again_under_her_own_name(shop):
    """A visitor was taken for Bob; then it comes out that Ada had signed in there before him."""
    await shop.take(identify(60, userId="bob"), said("page", 55, anonymousId="a1"))
    visitor, bob = await shop.name("anonymous_id:a1"), await shop.name("user_id:bob")
    await shop.take(identify(40, userId="bob", anonymousId="a1"))
    assert bob == (await shop.ask(pb.GetProfileRequest(name=visitor))).name
    await shop.take(identify(45, userId="ada", anonymousId="a1"))

    assert (
        visitor == (await shop.ask(pb.GetProfileRequest(name=visitor))).name == await shop.name("user_id:ada")
    )
    assert [bob, visitor, visitor] == sorted(fact.profile for fact in await shop.facts(events.ProfileCreated))
    [moved] = await shop.facts(events.IdentifiersMoved)
    assert (bob, visitor) == (moved.source, moved.destination)


# Orders.


async def test_an_order_is_told_as_placed_once_though_three_report_it(shop):
    await shop.take(order("o1", 60, total=10, messageId="browser"))
    await shop.take(
        order("o1", 59, total=10, messageId="server"), order("o1", 58, total=10, messageId="again")
    )

    [placed] = await shop.facts(events.OrderPlaced)
    ada = await shop.name("user_id:ada")
    assert ("orders/o1", ada, ("EUR", 10, 0)) == (
        placed.order.name,
        placed.order.profile,
        money(placed.order.total),
    )
    assert [] == await shop.facts(events.OrderUpdated)
    assert 1 == (await shop.profile("user_id:ada")).computed.order_count
    told = {one.event_time_us: one.id for one in await activities(shop)}
    assert told[us(60)] == placed.cause


async def test_an_order_reported_three_times_in_one_batch_is_told_once_with_all_that_is_known(shop):
    products = [{"sku": "coat", "price": 10}]
    await shop.take(
        order("o1", 60, total=10),
        order("o1", 59, products=products),
        order("o1", 58, coupon="NEW"),
    )

    [placed] = await shop.facts(events.OrderPlaced)
    assert ("NEW", ["coat"], ("EUR", 10, 0)) == (
        placed.order.coupon,
        [line.sku for line in placed.order.lines],
        money(placed.order.total),
    )
    assert [] == await shop.facts(events.OrderUpdated)


async def test_more_that_becomes_known_of_an_order_is_an_update(shop):
    await shop.take(order("o1", 60, total=10))
    await shop.take(order("o1", 50, name="Order Updated", total=12, coupon="NEW"))
    await shop.take(order("o1", 40, name="Order Cancelled"))

    updated, cancelled = await shop.facts(events.OrderUpdated)
    assert (("EUR", 12, 0), "NEW", pb.PLACED) == (
        money(updated.order.total),
        updated.order.coupon,
        updated.order.state,
    )
    assert pb.CANCELLED == cancelled.order.state
    [placed] = await shop.facts(events.OrderPlaced)
    assert placed.order.revision < updated.order.revision < cancelled.order.revision
    assert cancelled.order == await shop.ask(pb.GetOrderRequest(name="orders/o1"))


async def test_an_order_that_a_stronger_name_reports_too_is_told_as_hers(shop):
    await shop.take(
        track("Order Completed", 60, anonymousId="a1", properties={"order_id": "o1", "total": 10})
    )
    await shop.take(order("o1", 50, total=10))

    [placed], [updated] = await shop.facts(events.OrderPlaced), await shop.facts(events.OrderUpdated)
    assert await shop.name("anonymous_id:a1") == placed.order.profile
    assert await shop.name("user_id:ada") == updated.order.profile
    assert 1 == (await shop.profile("user_id:ada")).computed.order_count
    assert 0 == (await shop.profile("anonymous_id:a1")).computed.order_count


async def test_a_refund_is_told_once_with_what_it_really_took_off(shop):
    def refund(id, at, total):
        return order("o1", at, name="Order Refunded", refund_id=id, total=total, messageId=f"{id} {at}")

    await shop.take(order("o1", 60, total=100))
    await shop.take(refund("r1", 50, 80), refund("r1", 49, 80))
    await shop.take(refund("r1", 48, 80), refund("r2", 40, 80))

    first, second = await shop.facts(events.OrderRefunded)
    assert [("r1", ("EUR", 80, 0), ("EUR", 80, 0)), ("r2", ("EUR", 80, 0), ("EUR", 20, 0))] == [
        (fact.refund.refund_id, money(fact.refund.amount), money(fact.effective)) for fact in (first, second)
    ]
    assert [pb.PARTIALLY_REFUNDED, pb.REFUNDED] == [fact.order.state for fact in (first, second)]
    assert [] == await shop.facts(events.OrderUpdated)
    [worth] = (await updates(shop))[-1].computed.lifetime_values
    assert ("EUR", 0, 0) == money(worth)


async def test_a_refund_that_comes_before_its_order_is_told_with_it(shop):
    await shop.take(order("o1", 50, name="Order Refunded", refund_id="r1", total=30))
    assert [] == await shop.facts(events.OrderRefunded)
    await shop.take(order("o1", 60, total=100))

    [placed], [refunded] = await shop.facts(events.OrderPlaced), await shop.facts(events.OrderRefunded)
    assert placed.order == refunded.order
    assert (("EUR", 30, 0), ["r1"]) == (
        money(refunded.effective),
        [one.refund_id for one in placed.order.refunds],
    )


async def test_an_order_that_was_called_off_before_we_heard_of_it_is_never_told_as_placed(shop):
    await shop.take(order("o1", 50, name="Order Cancelled"))
    await shop.take(order("o1", 60, total=100))

    assert [] == await shop.facts(events.OrderPlaced)
    assert 0 == (await shop.profile("user_id:ada")).computed.order_count


# Carts and consents.


async def test_a_cart_is_told_when_what_lies_in_it_changed(shop):
    def added(at, sku, **more):
        return track("Product Added", at, userId="ada", properties={"sku": sku, "price": 2.5, **more})

    await shop.take(added(60, "coat"))
    await shop.take(added(50, "hat", quantity=2))
    await shop.take(track("Cart Viewed", 40, userId="ada"))
    await shop.take(track("Product Removed", 35, userId="ada", properties={"sku": "scarf"}))
    await shop.take(order("o1", 30, total=7.5))

    assert [["coat"], ["coat", "hat"], []] == [
        [line.sku for line in fact.cart.lines] for fact in await shop.facts(events.CartUpdated)
    ]
    ada = await shop.name("user_id:ada")
    assert {f"{ada}/carts/default"} == {fact.cart.name for fact in await shop.facts(events.CartUpdated)}
    assert [("EUR", 7, 500_000_000)] == [
        money(each) for each in (await shop.facts(events.CartUpdated))[1].cart.totals
    ]


async def decisions(shop):
    return [(fact.consent.purpose, fact.consent.decision) for fact in await shop.facts(events.ConsentChanged)]


async def test_a_decision_is_told_only_when_another_one_holds(shop):
    def decided(at, **told):
        return identify(at, userId="ada", traits={"consent": {"email": told}})

    await shop.take(decided(60, marketing=True), decided(59, marketing=True))
    await shop.take(decided(90, marketing=False), decided(50, marketing=True, profiling=False))
    await shop.take(decided(40, marketing=False))
    await shop.take(decided(40, marketing=True, messageId="zzz"))

    assert [
        ("marketing", pb.GRANTED),
        ("profiling", pb.DENIED),
        ("marketing", pb.DENIED),
    ] == await decisions(shop)
    kept = (await shop.ask(pb.ListConsentsRequest(parent=await shop.name("user_id:ada")))).consents
    assert 7 == len(kept), "every decision is evidence"
    last = (await shop.facts(events.ConsentChanged))[-1].consent
    assert last == next(one for one in kept if one.current and one.purpose == "marketing")


async def test_what_a_browser_repeats_with_every_event_is_told_and_kept_once(shop):
    context = {"consent": {"categoryPreferences": {"Advertising": True, "DataSharing": False}}}
    await shop.take(*(said("page", 60 - at, anonymousId="a1", context=context) for at in range(5)))
    await shop.take(said("page", 1, anonymousId="a1", context=context))

    assert {("advertising", pb.GRANTED), ("data_sharing", pb.DENIED)} == set(await decisions(shop))
    assert 2 == len(await decisions(shop))
    kept = (await shop.ask(pb.ListConsentsRequest(parent=await shop.name("anonymous_id:a1")))).consents
    assert 2 == len(kept)


async def test_a_decision_that_comes_with_a_merge_is_told(shop):
    await shop.take(identify(60, userId="ada", traits={"consent": {"email": True}}))
    await shop.take(said("page", 50, anonymousId="a1", context={"traits": {"consent": {"email": False}}}))
    await shop.take(identify(40, userId="ada", anonymousId="a1"))

    assert [pb.GRANTED, pb.DENIED, pb.DENIED] == [decision for _, decision in await decisions(shop)]
    last = (await shop.facts(events.ConsentChanged))[-1].consent
    assert (await shop.name("user_id:ada"), us(50)) == (last.profile, last.decision_time.ToMicroseconds())


async def test_what_staff_does_is_told_like_everything_else(shop):
    await shop.take(identify(60, userId="ada"))
    ada = await shop.name("user_id:ada")
    await shop.update(ada, {"city": "Paris"})
    consent = pb.Consent(channel="email", purpose="marketing", decision=pb.GRANTED, source="phone call")
    recorded = await shop.ask(pb.RecordConsentRequest(parent=ada, consent=consent))
    await shop.ask(pb.RecordConsentRequest(parent=ada, consent=consent))

    assert {"city": "Paris"} == json.loads((await updates(shop))[-1].traits)
    [told] = await shop.facts(events.ConsentChanged)
    assert recorded == told.consent
    assert 4 == len(await activities(shop))
