"""Links of mails through the real gateway, with the real campaign rooms behind it on a real wire."""

import asyncio
import re
from html.parser import HTMLParser

import pytest

from chassis.tokens import Token, seal
from deploy.local.provision import app_role, owner_role
from gateway.app import LINK_SERVICE
from gateway.routes import MisdescribedError, Routes, inner, routes_of
from tests.campaign.links.world import BROWSER, LINK_SECRET, NUMBERS, Shop, campaign_rooms
from tests.conftest import Clone, execute
from tests.gateway.conftest import running_house
from tests.gateway.kitchen import service_of

PAGES = ("https://shop.example/a?utm_source=rapport", "https://shop.example/b")
PIXEL = b"GIF89a"
EVIL = '"><script>alert(1)</script>&{x}%s'


@pytest.fixture(scope="module")
async def world(postgres, template, state):
    await template("campaign")
    name, owner = f"campaign_gateway_{next(NUMBERS)}", owner_role("campaign")
    await execute(postgres.url(), f"CREATE DATABASE {name} TEMPLATE campaign OWNER {owner}")
    found = Clone(postgres.url(name, app_role("campaign")), postgres.url(name, owner))
    async with campaign_rooms(found, state) as rooms:
        yield rooms
    await execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def house(state, postgres, nats_server, clone, world):
    told = {"campaign_address": world.address, "link_secret": LINK_SECRET}
    async with running_house(state, postgres, nats_server.url, clone, **told) as running:
        yield running


@pytest.fixture
def http(house):
    return house.http


@pytest.fixture
async def shop(world):
    return Shop(world)


@pytest.fixture
async def mail(shop):
    return await shop.message(*await shop.customer(), *PAGES)


def path(address: str) -> str:
    return address.removeprefix("https://mail.example")


async def follow(http, address, method="GET", **headers):
    sent = {"user-agent": BROWSER} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.request(method, path(address), headers=sent)


async def opted_out(shop) -> int:
    sql = "SELECT count(*) FROM opt_out WHERE workspace = $1"
    return await shop.world.administrator.fetchval(sql, shop.workspace)


def insist_on_privacy(answer):
    assert "no-store" == answer.headers["cache-control"]
    assert "no-referrer" == answer.headers["referrer-policy"]
    assert "set-cookie" not in answer.headers


class Read(HTMLParser):
    """A page as a browser understands it."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.tags, self.words = [], []
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


# Clicks


async def test_a_click_goes_to_the_stored_address(http, mail):
    answer = await follow(http, mail.click(1))
    assert (302, PAGES[1]) == (answer.status_code, answer.headers["location"])
    insist_on_privacy(answer)


async def test_nothing_in_the_request_says_where_a_click_goes(http, mail):
    for more in ("?url=https://evil.example", "?next=//evil.example", "#https://evil.example"):
        answer = await http.get(path(mail.click(0)) + more, headers={"host": "evil.example"})
        assert (302, PAGES[0]) == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize("door", ["c", "u", "p"])
async def test_who_brings_no_token_of_ours_reads_a_page_that_says_so(http, mail, door):
    ours = path(mail.click(0) if door == "c" else mail.unsubscribe).rpartition("/")[2]
    forged = seal("another secret of 16", "click", Token(mail.workspace, mail.send))
    elsewhere = path(mail.pixel).rpartition("/")[2].removesuffix(".gif")
    changed = ours[:-1] + ("a" if ours[-1] != "a" else "b")
    for token in ("", "x", forged, elsewhere, changed, ours[:-4], ours + "aa", "%C3%A4", "a" * 4000):
        answer = await http.get(f"/{door}/{token}")
        assert 404 == answer.status_code, token
        assert "text/html; charset=utf-8" == answer.headers["content-type"]
        assert "This link leads nowhere" in answer.text


async def test_a_token_survives_capital_letters(http, mail):
    address = path(mail.click(0))
    assert 302 == (await http.get(address[:3] + address[3:].upper())).status_code


async def test_asking_for_the_headers_alone_redirects_and_is_a_machine(http, shop, mail):
    answer = await follow(http, mail.click(0), "HEAD")
    assert (302, b"") == (answer.status_code, answer.content)
    assert ["MessageClicked"] == await shop.names_told()
    assert 2 == (await shop.told())[0].origin


# Opens


async def test_an_open_is_a_pixel_that_nobody_keeps(http, shop, mail):
    for address in (mail.pixel, mail.pixel.removesuffix(".gif")):
        answer = await follow(http, address)
        assert (200, "image/gif") == (answer.status_code, answer.headers["content-type"])
        assert answer.content.startswith(PIXEL)
        insist_on_privacy(answer)
    assert ["MessageOpened"] == await shop.names_told()


async def test_a_pixel_is_a_pixel_whatever_the_token(http, mail):
    deleted = seal(LINK_SECRET, "open", Token(mail.workspace, type(mail.send)(int=7)))
    for token in ("x.gif", "", "a" * 4000, path(mail.click(0))[3:], f"{deleted}.gif"):
        answer = await http.get(f"/o/{token}")
        assert (200, True) == (answer.status_code, answer.content.startswith(PIXEL))


# Leaving


async def test_looking_at_the_way_out_a_hundred_times_unsubscribes_nobody(http, shop, mail):
    for verb in ("GET", "HEAD"):
        for answer in await asyncio.gather(*(follow(http, mail.unsubscribe, verb) for _ in range(50))):
            assert 200 == answer.status_code
            insist_on_privacy(answer)
    assert (0, []) == (await opted_out(shop), await shop.told())


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
    ],
    ids=["urlencoded", "multipart"],
)
async def test_one_click_unsubscribes_without_cookie_login_or_redirect_and_twice_is_the_same(
    http, shop, mail, body
):
    answers = [await http.post(path(mail.unsubscribe), **body) for _ in range(2)]
    for answer in answers:
        assert 200 == answer.status_code
        assert "location" not in answer.headers
        insist_on_privacy(answer)
        assert "You are unsubscribed" in answer.text
    assert answers[0].text == answers[1].text
    assert 1 == await opted_out(shop)
    assert ["one_click"] == [each.source for each in await shop.told()]


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"button": "page"}},
        {"content": b""},
        {"content": b"\xff\xfe%%%&&&=", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"--x\r\n\r\n", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"json": {"List-Unsubscribe": "One-Click"}},
    ],
)
async def test_whoever_posts_leaves_whatever_the_form_says(http, shop, mail, body):
    assert 200 == (await http.post(path(mail.unsubscribe), **body)).status_code
    assert ["unsubscribe_page"] == [each.source for each in await shop.told()]


async def test_the_button_of_the_page_does_what_it_says(http, shop, mail):
    page = Read(await follow(http, mail.unsubscribe))
    [form], [button] = page.of("form"), page.of("button")
    assert {"method": "post"} == form, "it posts to its own address"
    assert (
        200 == (await http.post(path(mail.unsubscribe), data={button["name"]: button["value"]})).status_code
    )
    assert 1 == await opted_out(shop)
    assert [] == Read(await follow(http, mail.unsubscribe)).of("form")


async def test_a_body_that_is_too_large_unsubscribes_nobody(http, shop, mail):
    answer = await http.post(path(mail.unsubscribe), content=b"x" * 70_000)
    assert 413 == answer.status_code
    assert 0 == await opted_out(shop)


# Preferences


async def test_topics_are_taken_and_left_by_their_boxes(http, shop, mail):
    await shop.group("news", default_subscribed=True, display_name="News", rank=1)
    await shop.group("offers", display_name="Offers", description="Cheap things", rank=2)
    page = Read(await follow(http, mail.preferences))
    boxes = [attrs for attrs in page.of("input") if attrs["type"] == "checkbox"]
    assert [("news", True), ("offers", False)] == [(each["value"], "checked" in each) for each in boxes]
    shown = [attrs["value"] for attrs in page.of("input") if attrs["type"] == "hidden"]
    said = {"shown": shown, "topic": ["offers"], "button": "save"}
    saved = Read(await http.post(path(mail.preferences), data=said))
    boxes = [attrs for attrs in saved.of("input") if attrs["type"] == "checkbox"]
    assert [("news", False), ("offers", True)] == [(each["value"], "checked" in each) for each in boxes]
    assert "Saved." in saved.words
    assert ["SubscriptionChanged", "Unsubscribed", "SubscriptionChanged"] == await shop.names_told()


async def test_an_empty_form_changes_nothing(http, shop, mail):
    await shop.group("news", default_subscribed=True)
    assert 200 == (await http.post(path(mail.preferences), content=b"")).status_code
    assert [] == await shop.told()


async def test_one_button_leaves_everything(http, shop, mail):
    await shop.group("news", default_subscribed=True)
    said = {"shown": ["news"], "topic": ["news"], "button": "all"}
    page = Read(await http.post(path(mail.preferences), data=said))
    assert 1 == await opted_out(shop)
    assert ["save"] == [button["value"] for button in page.of("button")]
    assert any("unsubscribed from all news and offers" in word for word in page.words)


# Every page


async def test_nothing_that_found_its_way_into_a_page_runs(http, shop):
    mail = await shop.message(*await shop.customer(), address=f"{EVIL}@example.com")
    await shop.put("channel_setting", channel="email", sender=f"{EVIL} <news@shop.example>", revision=1)
    await shop.group("news", display_name=EVIL, description=EVIL, default_subscribed=True)
    await shop.template("news")
    for address in (mail.unsubscribe, mail.preferences):
        answer = await follow(http, address)
        page = Read(answer)
        assert [] == page.of("script")
        assert EVIL in "".join(page.words)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy


async def test_a_page_is_fit_for_everybody(http, shop, mail):
    await shop.group("news", description="Weekly")
    for address in (mail.unsubscribe, mail.preferences):
        answer = await follow(http, address, accept_language="de-CH,de;q=0.9,en;q=0.5")
        page = Read(answer)
        assert [{"lang": "de"}] == page.of("html")
        assert "width=device-width" in page.of("meta")[1]["content"]
        assert 1 == len(page.of("h1")) == len(page.of("main")) == len(page.of("title"))
        assert {"input", "label"} <= {tag for tag, _ in page.tags} or address == mail.unsubscribe
        assert not re.search(r"(src|href)=\"?(https?:)?//", answer.text), "nothing from anywhere"
        described = {attrs.get("aria-describedby") for attrs in page.of("input")} - {None}
        assert described <= {attrs.get("id") for attrs in page.of("small")}
    assert [{"lang": "en"}] == Read(await follow(http, mail.unsubscribe, accept_language="xx,*;q=0.1")).of(
        "html"
    )


@pytest.mark.parametrize(
    ("door", "allow"),
    [
        ("c", "GET, HEAD, OPTIONS"),
        ("o", "GET, HEAD, OPTIONS"),
        ("u", "GET, POST, HEAD, OPTIONS"),
        ("p", "GET, POST, HEAD, OPTIONS"),
    ],
)
async def test_a_door_says_what_it_answers_to(http, door, allow):
    assert (204, allow) == (
        (options := await http.options(f"/{door}/x")).status_code,
        options.headers["allow"],
    )
    for verb in ("PUT", "DELETE", "PATCH", *(() if "POST" in allow else ("POST",))):
        answer = await http.request(verb, f"/{door}/x")
        assert (405, allow) == (answer.status_code, answer.headers["allow"])


async def test_no_key_is_asked_for_and_none_is_looked_at(http, mail):
    answer = await follow(http, mail.unsubscribe, authorization="Bearer nonsense", cookie="session=1")
    assert 200 == answer.status_code


async def test_a_link_is_about_its_own_shop_alone(http, world, mail):
    stranger = Shop(world)
    token = seal(LINK_SECRET, "unsubscribe", Token(stranger.workspace, mail.send))
    assert 404 == (await http.post(f"/u/{token}")).status_code
    assert (
        404
        == (
            await http.get(f"/c/{seal(LINK_SECRET, 'click', Token(stranger.workspace, mail.send))}")
        ).status_code
    )


# When something is wrong


async def test_one_address_cannot_follow_links_without_end(make_house, world, shop, mail):
    other = await make_house(campaign_address=world.address, link_secret=LINK_SECRET)
    statuses = {200}
    while 429 not in statuses:
        answers = await asyncio.gather(*(follow(other.http, mail.unsubscribe) for _ in range(50)))
        statuses |= {answer.status_code for answer in answers}
    assert {200, 429} == statuses
    refused = await follow(other.http, mail.unsubscribe)
    assert "text/html; charset=utf-8" == refused.headers["content-type"]
    assert int(refused.headers["retry-after"]) >= 1
    assert 200 == (await follow(other.http, mail.pixel)).status_code
    assert [] == await shop.told(), "what came over the limit is not counted"
    other.ticks.forward(60)
    assert 200 == (await follow(other.http, mail.unsubscribe)).status_code


async def test_while_the_service_is_away_it_says_so_and_a_pixel_stays_a_pixel(make_house, state, mail):
    other = await make_house(campaign_address=f"unix:{state}/nobody", link_secret=LINK_SECRET)
    for verb, address in (
        ("GET", mail.click(0)),
        ("GET", mail.unsubscribe),
        ("POST", mail.unsubscribe),
        ("POST", mail.preferences),
    ):
        answer = await follow(other.http, address, verb)
        assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
        assert "Not just now" in answer.text
    answer = await follow(other.http, mail.pixel)
    assert (200, True) == (answer.status_code, answer.content.startswith(PIXEL))


# What the house knows of them


def test_every_method_of_the_service_is_asked_by_a_door_and_none_is_a_route():
    assert {method.name for method in LINK_SERVICE.methods} == {*inner(LINK_SERVICE)}
    assert [] == [*routes_of(LINK_SERVICE)]
    assert {"links.read", "links.write"} == {method.scope for method in inner(LINK_SERVICE).values()}


def test_an_internal_method_that_is_reachable_over_http_stops_the_gateway():
    option = "option (rapport.access.v1.internal) = true;"
    service = service_of('get: "/v1/odd"', package="inward", more=option)
    with pytest.raises(MisdescribedError, match="internal"):
        Routes(routes_of(service))
