"""Topics, and what the shop writes for a customer."""

import asyncio

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1.sending_pb2 import Subscription, SubscriptionGroup

from tests.profile.house import refused

ABSENT = "00000000-0000-0000-0000-000000000000"


async def ask(shop, method, **said):
    request = getattr(pb, f"{method}Request")(**said)
    return await shop.ask(getattr(shop.world.campaign_service, method), request)


async def create(shop, slug, request_id="", **said):
    group = SubscriptionGroup(name=f"subscription_groups/{slug}", **said)
    return await ask(shop, "CreateSubscriptionGroup", subscription_group=group, request_id=request_id)


async def update(shop, slug, mask=(), **said):
    group = SubscriptionGroup(name=f"subscription_groups/{slug}", **said)
    paths = FieldMask(paths=mask) if mask else None
    return await ask(shop, "UpdateSubscriptionGroup", subscription_group=group, update_mask=paths)


async def get(shop, slug):
    return await ask(shop, "GetSubscriptionGroup", name=f"subscription_groups/{slug}")


async def listed(shop, **said):
    return await ask(shop, "ListSubscriptionGroups", **said)


async def subscribe(shop, profile, slug, *, mask=(), **said):
    subscription = Subscription(name=f"{profile}/subscriptions/{slug}", **said)
    paths = FieldMask(paths=mask or ["subscribed"])
    return await ask(shop, "UpdateSubscription", subscription=subscription, update_mask=paths)


async def subscriptions(shop, profile, **said):
    return await ask(shop, "ListSubscriptions", parent=profile, **said)


async def no(asking):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await asking
    return refused(error.value)


async def test_a_group_is_as_it_was_made(shop):
    made = await create(
        shop, "news", display_name="News", rank=3, channels=[content_pb2.EMAIL], default_subscribed=True
    )
    assert made == await get(shop, "news")
    assert ("1", [content_pb2.EMAIL], True, False) == (
        made.etag,
        list(made.channels),
        made.default_subscribed,
        made.hidden,
    )


async def test_a_request_that_is_repeated_makes_one_group(shop):
    first, second = [await create(shop, "news", request_id="once") for _ in range(2)]
    assert first == second
    assert "NAME_TAKEN" == (await no(create(shop, "news"))).reason


async def test_groups_come_in_the_order_of_the_preference_page(shop):
    for slug, rank in (("c", 0), ("b", -5), ("a", 0), ("d", -5)):
        await create(shop, slug, rank=rank)
    names, token = [], ""
    while True:
        page = await listed(shop, page_size=3, page_token=token)
        names += [group.name.rpartition("/")[2] for group in page.subscription_groups]
        if not (token := page.next_page_token):
            break
    assert ["b", "d", "a", "c"] == names


async def test_an_update_writes_what_its_mask_says(shop):
    await create(shop, "news", display_name="News", rank=3, default_subscribed=True)
    after = await update(shop, "news", ["default_subscribed", "rank"], display_name="ignored", etag="1")
    assert ("News", 0, False, "2") == (after.display_name, after.rank, after.default_subscribed, after.etag)
    assert "2" == (await update(shop, "news", ["rank"])).etag
    assert "RESOURCE_CHANGED" == (await no(update(shop, "news", ["rank"], rank=1, etag="1"))).reason
    assert "FIELD_NOT_WRITABLE" == (await no(update(shop, "news", ["etag"]))).reason


async def test_a_group_that_a_template_names_stays(shop):
    await create(shop, "news")
    await shop.template("news")
    said = await no(ask(shop, "DeleteSubscriptionGroup", name="subscription_groups/news"))
    assert ("RESOURCE_IN_USE", ["templates/news"]) == (said.reason, said.fields)
    await create(shop, "offers")
    await ask(shop, "DeleteSubscriptionGroup", name="subscription_groups/offers")
    assert "SUBSCRIPTION_GROUP_NOT_FOUND" == (await no(get(shop, "offers"))).reason


async def test_who_left_a_group_has_left_it_when_it_comes_back(shop):
    _, ada = await shop.customer()
    await create(shop, "news", default_subscribed=True)
    await subscribe(shop, ada, "news", subscribed=False)
    await ask(shop, "DeleteSubscriptionGroup", name="subscription_groups/news")
    await create(shop, "news", default_subscribed=True)
    [hers] = (await subscriptions(shop, ada)).subscriptions
    assert not hers.subscribed


@pytest.mark.parametrize("slug", ["gone", "no\0thing", "x" * 200])
async def test_what_is_not_there_is_not_found(shop, slug):
    _, ada = await shop.customer()
    assert "SUBSCRIPTION_GROUP_NOT_FOUND" == (await no(get(shop, slug))).reason
    assert "SUBSCRIPTION_GROUP_NOT_FOUND" == (await no(subscribe(shop, ada, slug, subscribed=True))).reason


@pytest.mark.parametrize("profile", [f"profiles/{ABSENT}", "profiles/nobody", "profiles/no\0body"])
async def test_who_is_not_known_has_no_subscriptions(shop, profile):
    await create(shop, "news")
    assert "PROFILE_NOT_FOUND" == (await no(subscriptions(shop, profile))).reason
    assert "PROFILE_NOT_FOUND" == (await no(subscribe(shop, profile, "news", subscribed=True))).reason


async def test_who_never_decided_has_what_the_group_says(shop):
    _, ada = await shop.customer()
    await create(shop, "news", default_subscribed=True, display_name="News")
    await create(shop, "offers", hidden=True)
    assert [("News", True, True, "0"), ("", False, True, "0")] == [
        (each.display_name, each.subscribed, each.by_default, each.etag)
        for each in (await subscriptions(shop, ada)).subscriptions
    ]


async def test_leaving_is_told_once_and_coming_back_is_told_too(shop):
    _, ada = await shop.customer()
    await create(shop, "news", default_subscribed=True, channels=[content_pb2.EMAIL])
    for _ in range(3):
        left = await subscribe(
            shop, ada, "news", subscribed=False, evidence="on the phone", mask=["subscribed", "evidence"]
        )
    assert (False, False, "api", "on the phone", "1") == (
        left.subscribed,
        left.by_default,
        left.source,
        left.evidence,
        left.etag,
    )
    shop.world.clock.forward(hours=1)
    back = await subscribe(shop, ada, "news", subscribed=True, etag=left.etag)
    assert (True, "2") == (back.subscribed, back.etag)
    assert ["SubscriptionChanged", "Unsubscribed", "SubscriptionChanged"] == await shop.names_told()
    [_, unsubscribed, _] = await shop.told()
    assert (content_pb2.EMAIL, "subscription_groups/news", "") == (
        unsubscribed.channel,
        unsubscribed.subscription_group,
        unsubscribed.message.send,
    )
    stale = subscribe(shop, ada, "news", subscribed=False, etag=left.etag)
    assert "RESOURCE_CHANGED" == (await no(stale)).reason


async def test_ten_who_decide_the_same_at_once_decide_once(shop):
    _, ada = await shop.customer()
    await create(shop, "news", default_subscribed=True)
    await asyncio.gather(*(subscribe(shop, ada, "news", subscribed=False) for _ in range(10)))
    assert ["SubscriptionChanged", "Unsubscribed"] == await shop.names_told()


async def test_a_former_name_leads_to_the_survivor(shop):
    (ghost, ghost_name), (ada, ada_name) = await shop.customer("ghost@example.com"), await shop.customer()
    await create(shop, "news")
    await subscribe(shop, ghost_name, "news", subscribed=True)
    await shop.absorb(ghost, ada)
    shop.world.clock.forward(hours=1)
    for name in (ghost_name, ada_name):
        [hers] = (await subscriptions(shop, name)).subscriptions
        assert (f"{ada_name}/subscriptions/news", True) == (hers.name, hers.subscribed)
    left = await subscribe(shop, ghost_name, "news", subscribed=False)
    assert (f"{ada_name}/subscriptions/news", False) == (left.name, left.subscribed)
