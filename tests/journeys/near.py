"""The same house in one process, on a clock that a journey moves by days; asked over HTTP all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local import furniture
from deploy.local.campaigns import JOURNEYS
from deploy.local.segments import SEGMENTS
from tests.conftest import Clone
from tests.eventually import eventually
from tests.journeys.house import Shop
from tests.whole import OPERATOR_KEY, MovedClock, Whole, standing


@dataclass(slots=True)
class Near:
    """A workspace with what the demo shop has, but for its past."""

    whole: Whole
    clock: MovedClock
    http: httpx.AsyncClient
    url: str
    write_key: str

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any) -> Any:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def find(self, identifier: str) -> Any:
        answer = await self.http.get("/v1/profiles:lookup", params={"identifier": identifier})
        return answer.json() if answer.status_code == 200 else None

    async def everything(self, path: str) -> list[Any]:
        page = await self.get(path, page_size=1000)
        assert not page.pop("next_page_token")
        [items] = page.values()
        return list(items)

    async def mails(self, to: str) -> list[Any]:
        return [
            {
                "subject": one.mail.subject,
                "copies": one.mail.copies,
                "headers": [{"name": name, "value": value} for name, value in one.letter.headers],
                "text": one.letter.text,
                "html": one.letter.html,
            }
            for one in await self.whole.sink.mails(to)
        ]

    def shop(self, **options: Any) -> Shop:
        return Shop(self, **options)


@asynccontextmanager
async def near(folder: Path, nats_url: str, clones: dict[str, Clone]) -> AsyncIterator[Near]:
    clock = MovedClock()
    async with (
        standing(folder, nats_url, clones, clock) as whole,
        httpx.AsyncClient(base_url=f"http://{whole.address}", timeout=30) as http,
    ):
        opened = await http.post(
            "/v1/workspaces",
            json={"name": "workspaces/near", "time_zone": "Europe/Berlin", "currency_code": "EUR"},
            headers={"authorization": f"Bearer {OPERATOR_KEY}"},
        )
        assert opened.status_code == 200, opened.text
        http.headers["authorization"] = f"Bearer {opened.json()['api_key']['key']}"
        house = Near(whole, clock, http, f"http://{whole.address}", "")
        house.write_key = (await house.post("/v1/api_keys", {"kind": "WRITE"}))["key"]
        await furnish(house)
        yield house


async def furnish(house: Near) -> None:
    """With what the demo shop has."""
    for verb, path, body in furniture.shop(JOURNEYS, address="help@near.example"):
        answer = await house.http.request(verb, path, json=body)
        assert answer.status_code == 200, answer.text
    await eventually(len(SEGMENTS), lambda: published(house), 20)


async def published(house: Near) -> int:
    return sum(each["state"] == "LIVE" for each in await house.everything("/v1/segments"))
