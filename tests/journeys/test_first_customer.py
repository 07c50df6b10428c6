"""The main job: events of an official SDK go in, and a customer comes out."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta

import httpx
from rapport.profile.v1 import events_pb2 as events

from tests.eventually import eventually

COAT = {"product_id": "parka", "name": "Parka Nordkap", "price": 249.0, "category": "Coats", "quantity": 1}
SCARF = {"product_id": "scarf", "name": "Scarf Sylt", "price": 39.9, "category": "Scarves", "quantity": 1}


def newcomer():
    """Names that nobody had before."""
    mark = uuid.uuid4().hex[:8]
    return f"anon-{mark}", f"ada-{mark}", f"ada-{mark}@example.com"


async def browser_says(house, event: dict) -> None:
    """As analytics.js sends when a page is left: no header that asks for a preflight, the key in the body."""
    body = json.dumps({"writeKey": house.write_key, "messageId": str(uuid.uuid4()), **event})
    async with httpx.AsyncClient() as page:
        answer = await page.post(f"{house.url}/v1/t", content=body, headers={"content-type": "text/plain"})
    assert (200, {"success": True}) == (answer.status_code, answer.json())


async def activity_count(house, identifier: str) -> int:
    profile = await house.find(identifier)
    return int(profile["activity_count"]) if profile else 0


async def own(house, name: str) -> list[dict]:
    """What she did herself: not what the house told of her."""
    timeline = await house.everything(f"/v1/{name}/activities")
    return [each for each in timeline if not each["type"].startswith("rapport.")]


async def own_count(house, identifier: str) -> int:
    profile = await house.find(identifier)
    return len(await own(house, profile["name"])) if profile else 0


async def last_event(house, identifier: str) -> str:
    profile = await house.find(identifier)
    if not profile:
        return ""
    return (await house.get(f"/v1/{profile['name']}/activities", page_size=1))["activities"][0]["event"]


async def test_a_visitor_becomes_a_customer_who_buys_and_returns(house):
    visitor, user, email = newcomer()
    order = {"order_id": f"A-{user}", "total": 288.9, "currency": "EUR", "products": [COAT, SCARF]}
    refund = {"order_id": f"A-{user}", "refund_id": "R-1", "total": 39.9, "products": [SCARF]}
    start = datetime.now(UTC) - timedelta(hours=1)
    minute = [start + timedelta(minutes=number) for number in range(6)]
    async with house.hearing() as facts:
        async with house.shop() as shop:
            shop.page(anonymous_id=visitor, name="Winter", context={"locale": "de-DE"}, timestamp=minute[0])
            shop.track(event="Product Viewed", properties=COAT, anonymous_id=visitor, timestamp=minute[1])
            shop.identify(
                user,
                {"email": email.upper(), "first_name": "Ada", "consent": {"email": True, "sms": False}},
                anonymous_id=visitor,
                timestamp=minute[2],
            )
            shop.track(user, "Order Completed", order, timestamp=minute[3])
            await browser_says(
                house,
                {
                    "userId": user,
                    "anonymousId": visitor,
                    "event": "Order Completed",
                    "properties": order,
                    "timestamp": minute[4].isoformat(),
                },
            )
            shop.track(user, "Order Refunded", refund, timestamp=minute[5])
        await eventually(6, lambda: own_count(house, f"user_id:{user}"))
        ada = await house.find(f"user_id:{user}")
        await eventually(1, lambda: len([one for one in facts.of(events.OrderRefunded) if is_hers(one, ada)]))

    assert [ada["name"]] * 2 == [
        (await house.find(one))["name"] for one in (f"email:{email}", f"anonymous_id:{visitor}")
    ]
    assert ada == await house.get(f"/v1/{ada['name']}")
    assert "Ada" == ada["traits"]["first_name"]
    computed = ada["computed"]
    assert ("1", "Coats", "de-DE") == (
        computed["order_count"],
        computed["favourite_category"],
        computed["locale"],
    )
    assert [money("249", 0)] == computed["lifetime_values"]

    timeline = await own(house, ada["name"])
    assert [
        "Order Refunded",
        "Order Completed",
        "Order Completed",
        "identify",
        "Product Viewed",
        "Winter",
    ] == [one["event"] or one["type"] for one in timeline]
    assert visitor == timeline[-1]["recorded_under"]["value"]

    [kept] = await house.everything(f"/v1/{ada['name']}/orders")
    assert ("PARTIALLY_REFUNDED", money("288", 900_000_000), money("39", 900_000_000)) == (
        kept["state"],
        kept["total"],
        kept["refunded"],
    )
    assert ["Parka Nordkap", "Scarf Sylt"] == [line["product_name"] for line in kept["lines"]]
    assert kept == await house.get(f"/v1/{kept['name']}")

    consents = await house.everything(f"/v1/{ada['name']}/consents")
    assert {("email", "marketing", "GRANTED"), ("sms", "marketing", "DENIED")} == {
        (one["channel"], one["purpose"], one["decision"]) for one in consents
    }

    told = [one.DESCRIPTOR.name for one in facts.heard.values() if is_hers(one, ada)]
    assert {
        "ProfileCreated",
        "ProfileUpdated",
        "ActivityRecorded",
        "ConsentChanged",
        "OrderPlaced",
        "OrderRefunded",
    } <= set(told)
    assert 1 == told.count("OrderPlaced")


async def test_two_browsers_turn_out_to_be_one_person(house):
    (desktop, user, email), (phone, _, _) = newcomer(), newcomer()
    async with house.shop() as shop:
        shop.track(event="Product Viewed", properties=COAT, anonymous_id=desktop)
        shop.track(event="Product Viewed", properties=SCARF, anonymous_id=phone)
    await eventually(1, lambda: activity_count(house, f"anonymous_id:{desktop}"))
    await eventually(1, lambda: activity_count(house, f"anonymous_id:{phone}"))
    former = [(await house.find(one))["name"] for one in (f"anonymous_id:{desktop}", f"anonymous_id:{phone}")]

    async with house.hearing() as facts:
        async with house.shop() as shop:
            shop.identify(user, {"email": email}, anonymous_id=desktop)
            shop.identify(user, {"email": email}, anonymous_id=phone)
        await eventually(4, lambda: activity_count(house, f"user_id:{user}"))
        await eventually(
            1, lambda: len([one for one in facts.of(events.ProfileMerged) if one.absorbed in former])
        )

    ada = await house.find(f"email:{email}")
    assert 4 == len(await house.everything(f"/v1/{ada['name']}/activities"))
    assert [ada["name"]] * 2 == [(await house.get(f"/v1/{name}"))["name"] for name in former]


async def test_a_bad_event_is_reported_and_its_neighbours_are_taken(house):
    _, user, _ = newcomer()
    good = [{"type": "track", "event": f"Step {number}", "userId": user} for number in range(3)]
    answer = await house.http.post(
        "/v1/batch", json={"batch": [good[0], {"type": "track", "userId": user}, *good[1:]]}
    )

    assert 200 == answer.status_code
    assert [1] == [one["index"] for one in answer.json()["rejected"]]
    await eventually(3, lambda: activity_count(house, f"user_id:{user}"))


async def test_what_was_sent_twice_counts_once(house):
    _, user, _ = newcomer()
    event = {"userId": user, "event": "Signed Up", "messageId": f"once-{user}"}
    await asyncio.gather(*(browser_says(house, event) for _ in range(5)))
    await browser_says(house, {"userId": user, "event": "Signed In"})

    await eventually("Signed In", lambda: last_event(house, f"user_id:{user}"))
    assert 2 == await activity_count(house, f"user_id:{user}")


def money(units: str, nanos: int) -> dict:
    return {"currency_code": "EUR", "units": units, "nanos": nanos}


def is_hers(fact, profile: dict) -> bool:
    """Whether the fact, or one of its items, names this profile."""
    return profile["name"].encode() in fact.SerializeToString()
