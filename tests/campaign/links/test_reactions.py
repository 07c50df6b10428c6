"""Opens and clicks are kept once, told once, and of each it is known who did it."""

import asyncio

import grpc
import pytest
from rapport.campaign.v1 import links_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from services.campaign.sending.reactions import settle_clicks
from services.campaign.store import links, reactions
from services.campaign.store.links import Stored
from services.campaign.store.reactions import Reaction
from tests.campaign.links.world import BROWSER

PAGES = ("https://shop.example/a", "https://shop.example/b", "https://shop.example/c")


@pytest.fixture
async def mail(shop):
    return await shop.message(*await shop.customer(), *PAGES)


async def opens(shop, mail, agent=BROWSER, **how):
    visit = pb.Visit(user_agent=agent, **how)
    request = pb.OpenMessageRequest(send=f"sends/{mail.send}", visit=visit)
    return await shop.ask(shop.world.link_service.OpenMessage, request)


async def clicks(shop, mail, number=0, agent=BROWSER, **how):
    visit = pb.Visit(user_agent=agent, **how)
    request = pb.FollowLinkRequest(send=f"sends/{mail.send}", number=number, visit=visit)
    return (await shop.ask(shop.world.link_service.FollowLink, request)).url


async def a_while_later(shop, **length):
    await settle_clicks(shop.world.db, shop.world.clock.forward(**length or {"seconds": 3}))


async def origins(shop):
    """What was told: by kind, with the link and who it was."""
    return [
        (each.DESCRIPTOR.name, getattr(each, "url", ""), sending_pb2.Origin.Name(each.origin))
        for each in await shop.told()
    ]


async def test_an_open_is_told_once_for_each_origin(shop, mail):
    for agent in (BROWSER, BROWSER, "curl/8", BROWSER, "curl/8", ""):
        await opens(shop, mail, agent)
    assert [("MessageOpened", "", origin) for origin in ("HUMAN", "MACHINE", "UNCERTAIN")] == await origins(
        shop
    )


async def test_what_is_told_says_which_message_and_whose(shop):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile, *PAGES, step="hello", variant="b")
    await opens(shop, mail)
    [told] = await shop.told()
    assert (profile, f"sends/{mail.send}", "broadcasts/spring") == (
        told.profile,
        told.message.send,
        told.message.campaign,
    )
    assert ("templates/news", "hello", "b", "Spring") == (
        told.message.template,
        told.message.step,
        told.message.variant,
        told.message.subject,
    )
    assert shop.world.clock() == told.event_time.ToDatetime(shop.world.clock().tzinfo)


async def test_a_click_leads_to_the_stored_address_and_is_told_when_it_stayed_alone(shop, mail):
    assert PAGES[1] == await clicks(shop, mail, 1)
    await settle_clicks(shop.world.db, shop.world.clock.forward(seconds=1))
    assert [] == await origins(shop)
    await a_while_later(shop)
    assert [("MessageClicked", PAGES[1], "HUMAN")] == await origins(shop)


async def test_the_same_click_twice_at_once_is_one(shop, mail):
    await asyncio.gather(*(clicks(shop, mail) for _ in range(20)))
    await a_while_later(shop)
    await clicks(shop, mail)
    await a_while_later(shop)
    assert [("MessageClicked", PAGES[0], "HUMAN")] == await origins(shop)


async def test_two_timers_at_once_tell_a_click_once(shop, mail):
    await clicks(shop, mail)
    now = shop.world.clock.forward(seconds=3)
    await asyncio.gather(*(settle_clicks(shop.world.db, now) for _ in range(5)))
    assert [("MessageClicked", PAGES[0], "HUMAN")] == await origins(shop)


async def test_who_follows_several_links_at_once_is_a_machine_from_the_first_on(shop, mail):
    await clicks(shop, mail, 0)
    shop.world.clock.forward(seconds=1.5)
    await clicks(shop, mail, 1)
    shop.world.clock.forward(seconds=10)
    await clicks(shop, mail, 2)
    await a_while_later(shop)
    assert {
        ("MessageClicked", PAGES[0], "MACHINE"),
        ("MessageClicked", PAGES[1], "MACHINE"),
        ("MessageClicked", PAGES[2], "HUMAN"),
    } == {*await origins(shop)}


async def test_company_is_seen_although_the_first_was_settled_before_the_second(shop, mail):
    await clicks(shop, mail, 0)
    shop.world.clock.forward(seconds=2)
    await clicks(shop, mail, 1)
    await settle_clicks(shop.world.db, shop.world.clock())
    await a_while_later(shop)
    assert {"MACHINE"} == {origin for _, _, origin in await origins(shop)}


async def test_a_scanner_does_not_hide_the_person_who_comes_after_it(shop, mail):
    for number in range(3):
        await clicks(shop, mail, number, "Barracuda Sentinel (EE)")
    await a_while_later(shop, minutes=5)
    await clicks(shop, mail, 1)
    await a_while_later(shop)
    told = await origins(shop)
    assert 3 == sum(origin == "MACHINE" for _, _, origin in told)
    assert ("MessageClicked", PAGES[1], "HUMAN") == told[-1]


async def test_what_asks_for_headers_alone_or_too_soon_is_a_machine(shop):
    customer = await shop.customer()
    mail = await shop.message(*customer, *PAGES)
    await clicks(shop, mail, head=True)
    await opens(shop, mail, head=True)
    now_us = round(shop.world.clock().timestamp() * 1_000_000)
    fresh = await shop.message(*customer, *PAGES, send_us=now_us)
    shop.world.clock.forward(seconds=2)
    await opens(shop, fresh)
    await clicks(shop, fresh)
    assert ["MACHINE"] * 4 == [origin for _, _, origin in await origins(shop)]


async def test_a_link_nobody_put_into_the_message_leads_nowhere(shop, mail):
    for number in (3, 65535):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await clicks(shop, mail, number)
        assert grpc.StatusCode.NOT_FOUND is refused.value.code()
    assert [] == await shop.told()


async def test_a_message_of_another_shop_is_not_found(shop, mail):
    stranger = type(shop)(shop.world)
    for ask in (opens, clicks):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(stranger, mail)
        assert grpc.StatusCode.NOT_FOUND is refused.value.code()


async def test_of_a_test_nothing_is_noted_and_its_links_lead_there(shop):
    test = await shop.message(0, "profiles/00000000-0000-0000-0000-000000000000", *PAGES, test=True)
    assert PAGES[2] == await clicks(shop, test, 2)
    await opens(shop, test)
    await a_while_later(shop)
    assert [] == await shop.told()


@pytest.mark.parametrize("channel", ["email", "any"])
async def test_who_forbids_tracking_afterwards_is_led_there_and_not_counted(shop, channel):
    key, profile = await shop.customer()
    mail = await shop.message(key, profile, *PAGES)
    await opens(shop, mail)
    await shop.consent(key, shop.world.clock(), channel=channel, purpose="tracking", decision="denied")
    await opens(shop, mail, "")
    assert PAGES[0] == await clicks(shop, mail)
    await a_while_later(shop)
    assert [("MessageOpened", "", "HUMAN")] == await origins(shop)


async def test_what_became_of_a_message_is_read_with_its_links_oldest_first(shop, mail):
    await opens(shop, mail)
    shop.world.clock.forward(seconds=1)
    await clicks(shop, mail, 1)
    await a_while_later(shop)
    async with shop.world.db.begin(shop.workspace) as tx:
        connection = await tx.raw()
        bounced = Reaction(mail.send, "bounced_hard", 1, description="550 5.1.1 nobody here")
        assert [bounced] == await reactions.record(connection, shop.workspace, [bounced, bounced])
        assert [] == await reactions.record(connection, shop.workspace, [bounced._replace(time_us=2)])
        assert [] == await reactions.record(connection, shop.workspace, [])
        rows = await reactions.of(connection, shop.workspace, mail.send)
    assert [("bounced_hard", ""), ("opened", ""), ("clicked", PAGES[1])] == [
        (row["kind"], row["url"]) for row in rows
    ]
    assert "550 5.1.1 nobody here" == rows[0]["description"]


async def test_a_message_that_is_rendered_anew_has_the_links_of_its_last_form(shop, mail):
    async with shop.world.db.begin(shop.workspace) as tx:
        anew = Stored(shop.workspace, mail.send, ["https://shop.example/new"])
        await links.keep(await tx.raw(), [anew])
    assert "https://shop.example/new" == await clicks(shop, mail, 0)
    assert PAGES[1] == await clicks(shop, mail, 1)


async def test_of_forgotten_messages_nothing_is_left(shop, mail):
    await opens(shop, mail)
    await clicks(shop, mail)
    async with shop.world.db.begin(shop.workspace) as tx:
        connection = await tx.raw()
        await reactions.forget(connection, shop.workspace, [mail.send])
        assert [] == await reactions.of(connection, shop.workspace, mail.send)
        assert None is await links.url(connection, shop.workspace, mail.send, 0)
    await a_while_later(shop)
    assert ["MessageOpened"] == await shop.names_told()
