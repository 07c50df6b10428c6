"""Customers leave and come back: by a link, or on the preference page; and what that means for later."""

import asyncio
from datetime import timedelta

import grpc
import pytest
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import links_pb2 as pb

from services.campaign.domain.choices import Choices
from services.campaign.domain.person import Consent
from services.campaign.store import subscriptions


async def page(shop, mail):
    request = pb.GetUnsubscribePageRequest(send=f"sends/{mail.send}")
    return await shop.ask(shop.world.link_service.GetUnsubscribePage, request)


async def leave(shop, mail, source="one_click"):
    request = pb.UnsubscribeByLinkRequest(send=f"sends/{mail.send}", source=source)
    return await shop.ask(shop.world.link_service.UnsubscribeByLink, request)


async def preferences(shop, mail):
    request = pb.GetPreferencesRequest(send=f"sends/{mail.send}")
    return await shop.ask(shop.world.link_service.GetPreferences, request)


async def prefer(shop, mail, **said):
    request = pb.SetPreferencesRequest(send=f"sends/{mail.send}", **said)
    return await shop.ask(shop.world.link_service.SetPreferences, request)


async def choices(shop, key) -> Choices:
    async with shop.world.db.begin(shop.workspace) as tx:
        return (await subscriptions.of(await tx.raw(), shop.workspace, [key]))[key]


def granted(moment) -> Consent:
    return Consent(granted=True, decided=moment)


async def test_looking_a_hundred_times_unsubscribes_nobody(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile)
    for _ in range(100):
        assert not (await page(shop, mail)).unsubscribed
    assert {} == (await choices(shop, key)).opted_out
    assert [] == await shop.told()


async def test_without_a_topic_she_leaves_all_marketing_on_the_channel_and_twice_is_the_same(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile)
    for _ in range(3):
        assert (await leave(shop, mail)).unsubscribed
        shop.world.clock.forward(days=1)
    [left] = await shop.told()
    assert ("Unsubscribed", profile, "", "one_click", "ada@example.com") == (
        left.DESCRIPTOR.name,
        left.profile,
        left.subscription_group,
        left.source,
        left.address,
    )
    assert (content_pb2.EMAIL, f"sends/{mail.send}") == (left.channel, left.message.send)
    assert {"email"} == {*(await choices(shop, key)).opted_out}
    assert (await page(shop, mail)).unsubscribed


async def test_of_two_clicks_at_the_same_instant_one_is_told(shop):
    mail = await shop.message(*await shop.customer())
    await asyncio.gather(*(leave(shop, mail) for _ in range(10)))
    assert ["Unsubscribed"] == await shop.names_told()


async def test_with_a_topic_she_leaves_the_topic_and_nothing_else(shop):
    key, profile = await shop.customer()
    await shop.group("news", display_name="Weekly news", default_subscribed=True)
    await shop.group("offers", default_subscribed=True)
    await shop.template("news")
    mail = await shop.message(key, profile)
    assert ("Weekly news", False) == ((seen := await page(shop, mail)).topic, seen.unsubscribed)
    await asyncio.gather(*(leave(shop, mail) for _ in range(5)))
    assert (await page(shop, mail)).unsubscribed
    hers = await choices(shop, key)
    assert (False, True, {}) == (hers.takes("news"), hers.takes("offers"), hers.opted_out)
    changed, left = await shop.told()
    assert (f"{profile}/subscriptions/news", False, False, "one_click") == (
        changed.subscription.name,
        changed.subscription.subscribed,
        changed.subscription.by_default,
        changed.subscription.source,
    )
    assert ("subscription_groups/news", f"one_click of sends/{mail.send}") == (
        left.subscription_group,
        left.evidence,
    )


async def test_only_a_newer_consent_lifts_what_she_said(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile)
    now = shop.world.clock()
    await shop.consent(key, now - timedelta(days=9))
    await leave(shop, mail)
    hers = await choices(shop, key)
    assert now == hers.refused_since("email", granted(now - timedelta(days=9)))
    assert now == hers.refused_since("email", granted(now))
    assert now == hers.refused_since("email", None)
    assert None is hers.refused_since("email", granted(now + timedelta(microseconds=1)))
    assert None is hers.refused_since("sms", None)
    await shop.consent(key, now + timedelta(hours=1))
    shop.world.clock.forward(hours=2)
    assert not (await page(shop, mail)).unsubscribed
    await leave(shop, mail)
    assert ["Unsubscribed"] * 2 == await shop.names_told()
    assert shop.world.clock() == (await choices(shop, key)).opted_out["email"]


async def test_what_she_left_under_one_number_she_left_under_all(shop):
    (ada, ada_name), (ghost, ghost_name) = await shop.customer(), await shop.customer("ghost@example.com")
    await shop.group("news")
    await shop.template("news")
    await leave(shop, await shop.message(ghost, ghost_name))
    await shop.absorb(ghost, ada)
    assert {"news"} == (await choices(shop, ada)).left
    # A mail that went to the one who is gone is still hers.
    shop.world.clock.forward(hours=1)
    await prefer(shop, await shop.message(ghost, ghost_name), shown=["news"], taken=["news"])
    assert {"news"} == (await choices(shop, ada)).taken
    assert ada_name == (await shop.told())[-1].profile


async def test_the_page_tells_a_stranger_little(shop):
    mail = await shop.message(*await shop.customer(), address="ada.lovelace@example.com")
    await shop.put("channel_setting", channel="email", sender='"Tea & Co" <news@tea.example>', revision=1)
    assert ("Tea & Co", "a…@example.com") == ((seen := await page(shop, mail)).shop_name, seen.masked_address)


async def test_by_a_test_nobody_unsubscribes(shop):
    test = await shop.message(0, "profiles/00000000-0000-0000-0000-000000000000", test=True)
    assert (await leave(shop, test)).unsubscribed
    assert [] == await shop.told()


async def test_preferences_show_the_topics_of_the_channel_in_their_order(shop):
    mail = await shop.message(*await shop.customer())
    await shop.group("news", rank=2, default_subscribed=True)
    await shop.group("offers", rank=1, display_name="Offers", description="Cheap things")
    await shop.group("secret", hidden=True)
    await shop.group("alerts", channels=["sms"])
    await shop.group("events", rank=3, channels=[])
    seen = await preferences(shop, mail)
    assert [("offers", "Offers", False), ("news", "news", True), ("events", "events", False)] == [
        (topic.id, topic.display_name, topic.subscribed) for topic in seen.topics
    ]


async def test_only_what_she_was_shown_changes_and_only_what_changed_is_told(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile)
    for slug, default in (("news", True), ("offers", False), ("events", False), ("new", True)):
        await shop.group(slug, default_subscribed=default)
    await shop.group("secret", default_subscribed=True, hidden=True)
    shown = ["news", "offers", "events", "secret", "gone"]
    seen = await prefer(shop, mail, shown=shown, taken=["offers", "gone", "unshown"])
    assert {"new", "offers"} == {topic.id for topic in seen.topics if topic.subscribed}
    assert (await choices(shop, key)).takes("secret")
    told = [(each.DESCRIPTOR.name, each) for each in await shop.told()]
    assert ["SubscriptionChanged", "Unsubscribed", "SubscriptionChanged"] == [name for name, _ in told]
    assert ("news", "offers") == tuple(
        each.subscription.name.rpartition("/")[2] for name, each in told if name == "SubscriptionChanged"
    )
    await prefer(shop, mail, shown=shown, taken=["offers"])
    assert 3 == len(await shop.told())


async def test_who_wants_nothing_at_all_keeps_her_topics_and_gets_nothing(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile)
    await shop.group("news", default_subscribed=True)
    for _ in range(2):
        seen = await prefer(shop, mail, shown=["news"], opt_out=True)
    assert (True, True) == (seen.opted_out, seen.topics[0].subscribed)
    [left] = await shop.told()
    assert ("preference_page", "") == (left.source, left.subscription_group)


async def test_of_an_erased_customer_nothing_is_left(shop):
    key, profile = await shop.customer()
    await shop.group("news", default_subscribed=True)
    await prefer(shop, await shop.message(key, profile), shown=["news"])
    await leave(shop, await shop.message(key, profile))
    async with shop.world.db.begin(shop.workspace) as tx:
        await subscriptions.forget(await tx.raw(), shop.workspace, [key])
    hers = await choices(shop, key)
    assert (frozenset(), {}) == (hers.left, hers.opted_out)


async def test_a_message_of_another_shop_opens_no_door(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile)
    stranger = type(shop)(shop.world)
    for ask in (page, leave, preferences, prefer):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(stranger, mail)
        assert grpc.StatusCode.NOT_FOUND is refused.value.code()
    assert {} == (await choices(shop, key)).opted_out
