"""From a click to a message: a visitor looks at coats, becomes known, is written to, and buys."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from tests.eventually import eventually

PARKA = {"product_id": "parka-nordkap", "name": "Parka Nordkap", "price": 249.0, "category": "Coats"}
WOOL = {"product_id": "wool-fjell", "name": "Wool coat Fjell", "price": 319.0, "category": "Coats"}
SCARF = {"product_id": "scarf-sylt", "name": "Scarf Sylt", "price": 39.9, "category": "Scarves"}


class Told(Protocol):
    """A house that is asked over HTTP, and whose mail can be read."""

    write_key: str

    async def get(self, path: str, **query: Any) -> Any: ...

    async def find(self, identifier: str) -> Any: ...

    async def everything(self, path: str) -> list[Any]: ...

    async def mails(self, to: str) -> list[Any]: ...

    def shop(self, **options: Any) -> Any: ...


@dataclass
class Ada:
    """A customer nobody met before."""

    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def visitor(self) -> str:
        return f"anon-{self.mark}"

    @property
    def user(self) -> str:
        return f"ada-{self.mark}"

    @property
    def email(self) -> str:
        return f"ada-{self.mark}@example.com"

    @property
    def order(self) -> dict[str, Any]:
        return {"order_id": f"A-{self.mark}", "total": 249.0, "currency": "EUR", "products": [PARKA]}


async def looks_at_coats(house: Told, ada: Ada, now: datetime) -> None:
    """Without a name, and at a scarf as well."""
    async with house.shop() as shop:
        for number, product in enumerate((PARKA, SCARF, WOOL)):
            seen = now + timedelta(seconds=number - 10)
            properties = {**product, "currency": "EUR", "quantity": 1}
            shop.track(
                event="Product Viewed", properties=properties, anonymous_id=ada.visitor, timestamp=seen
            )


async def signs_in(house: Told, ada: Ada, now: datetime) -> None:
    traits = {"email": ada.email, "first_name": "Ada", "consent": {"email": True}}
    async with house.shop() as shop:
        shop.identify(ada.user, traits, anonymous_id=ada.visitor, timestamp=now)


async def buys(house: Told, ada: Ada, now: datetime) -> None:
    async with house.shop() as shop:
        shop.track(ada.user, "Order Completed", ada.order, timestamp=now)


async def mail(house: Told, ada: Ada, number: int) -> dict[str, Any]:
    """The *number*th mail she got, once it has come; and no more came than that."""
    await eventually(number, lambda: count(house, ada), 20)
    return (await house.mails(ada.email))[-1]


async def count(house: Told, ada: Ada) -> int:
    return len(await house.mails(ada.email))


def header(mail: dict[str, Any], name: str) -> str:
    return next((each["value"] for each in mail["headers"] if each["name"].lower() == name.lower()), "")


def links(mail: dict[str, Any]) -> list[str]:
    """The paths of links, as the gateway serves them."""
    return [urlsplit(url).path for url in re.findall(r'href="([^"]+)"', mail["html"])]


async def runs(house: Told, profile: str) -> dict[str, tuple[str, str]]:
    """How each journey of hers stands, and why it ended."""
    listed = await house.everything(f"/v1/{profile}/runs")
    return {each["name"].split("/")[1]: (each["state"], each["end_reason"]) for each in listed}


async def timeline(house: Told, profile: str) -> list[str]:
    """What she did and what was told of her, oldest first."""
    listed = await house.everything(f"/v1/{profile}/activities")
    return [each["event"] or each["type"] for each in reversed(listed)]
