"""`make demo`: one customer's story, told through the API of a running house or of one of its own."""

import asyncio
import shutil
import tempfile
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from .home import Home, Trouble
from .house import free_port, house
from .shop import open_shop
from .tail import running
from .web import Refused, call


async def demo(home: Home, _: list[str]) -> int:
    """Beside a running house it only adds a customer; a house of its own is gone afterwards."""
    if home.demo_env.exists():
        told = running(home)
        await asyncio.to_thread(
            tell, told["RAPPORT_URL"], told["RAPPORT_WRITE_KEY"], told["RAPPORT_SECRET_KEY"]
        )
        return 0
    folder = spare_folder()
    print("No house is running; starting one for this story …", flush=True)  # noqa: T201
    try:
        own = replace(home, folder=folder, port=free_port())
        async with house(own):
            shop = await open_shop(own)
            await asyncio.to_thread(tell, own.url, shop.write_key, shop.secret_key)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def spare_folder() -> Path:
    """Open to the database's own user, which is not ours when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-demo-"))
    folder.chmod(0o755)
    return folder


def tell(url: str, write_key: str, secret_key: str) -> None:
    visitor, customer = f"anon-{uuid.uuid4().hex[:8]}", f"ada-{uuid.uuid4().hex[:8]}"
    email = f"{customer}@example.com"
    say("A visitor without a name looks at two winter coats.")
    for product, price in (("Parka Nordkap", 249.0), ("Wool coat Fjell", 319.0)):
        viewed = {"product_id": product.lower().replace(" ", "-"), "name": product, "price": price}
        track(url, write_key, "Product Viewed", {**viewed, "category": "Coats"}, anonymousId=visitor)

    say(f"She signs in: {email}. The coats are hers, although she was nobody then.")
    traits = {"email": email, "first_name": "Ada", "consent": {"email": True}}
    send(url, write_key, "identify", {"userId": customer, "anonymousId": visitor, "traits": traits})

    say("She buys the parka, and the shop's server and her browser both report the order.")
    order = {
        "order_id": f"A-{uuid.uuid4().hex[:6]}",
        "total": 249.0,
        "currency": "EUR",
        "products": [
            {"product_id": "parka-nordkap", "name": "Parka Nordkap", "price": 249.0, "category": "Coats"}
        ],
    }
    for _ in range(2):
        track(url, write_key, "Order Completed", order, userId=customer)

    say("She sends it back for half of the money.")
    refund = {"order_id": order["order_id"], "refund_id": "R-1", "total": 124.5}
    track(url, write_key, "Order Refunded", refund, userId=customer)

    profile = until_told(f"{url}/v1/profiles:lookup?identifier=user_id:{customer}", secret_key)
    timeline = call(f"{url}/v1/{profile['name']}/activities", secret_key)["activities"]
    say("What the house knows of her now:")
    for line in known(profile, timeline):
        say(f"  {line}")
    say(f"See it yourself, with the secret key as user name: {url}/v1/{profile['name']}/activities")


def track(url: str, key: str, event: str, properties: dict[str, Any], **who: str) -> None:
    send(url, key, "track", {"event": event, "properties": properties, **who})


def send(url: str, key: str, kind: str, body: dict[str, Any]) -> None:
    call(f"{url}/v1/{kind}", key, {"messageId": str(uuid.uuid4()), **body})


def until_told(address: str, key: str) -> Any:
    """Her profile, as soon as all of her story has arrived."""
    for _ in range(ATTEMPTS):
        try:
            profile = call(address, key)
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
        else:
            if int(profile["activity_count"]) == STORY_EVENTS:
                return profile
        time.sleep(0.2)
    raise Trouble(
        "The story did not arrive within 20 seconds; the logs lie in the house's folder, under log/."
    )


def known(profile: Any, timeline: Any) -> list[str]:
    computed = profile["computed"]
    [worth] = computed["lifetime_values"]
    return [
        f"name            {profile['name']}",
        "seen as         " + ", ".join(one["kind"] + " " + one["value"] for one in profile["identifiers"]),
        f"orders          {computed['order_count']}, worth {money(worth)} after refunds",
        f"loves           {computed['favourite_category']}",
        "timeline, newest first:",
        *(f"  {one['event_time']}  {one['event'] or one['type']}" for one in timeline),
    ]


def money(sum: Any) -> str:
    """As people write it; sums of the story have two decimals."""
    return f"{sum['units']}.{sum['nanos'] // 10_000_000:02d} {sum['currency_code']}"


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it is a story


ATTEMPTS = 100
NOT_FOUND = 404
# Two coats, one identify, the order twice, one refund.
STORY_EVENTS = 6
