"""The demo shop: a workspace with keys, and a past that came in through the front door."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tracking import shop as generator

from . import furniture
from .campaigns import JOURNEYS
from .furniture import Piece
from .home import Home, write_private
from .web import call


@dataclass(frozen=True, slots=True)
class Shop:
    write_key: str
    secret_key: str
    customers: int


async def open_shop(home: Home) -> Shop:
    """The shop of this house: opened and given its past on the first start, found again later."""
    file = home.folder / "demo.json"
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if "write_key" not in kept:
        kept |= await asyncio.to_thread(open_workspace, home)
        kept["born"] = datetime.now(UTC).isoformat()
        keep(file, kept)
    if not kept.get("seeded"):
        await asyncio.to_thread(send_past, home, kept["write_key"], datetime.fromisoformat(kept["born"]))
        kept["seeded"] = True
        keep(file, kept)
    if not kept.get("furnished"):
        pieces = furniture.shop(JOURNEYS, address="help@nordlicht.example")
        await asyncio.to_thread(furnish, home.url, kept["secret_key"], pieces)
        kept["furnished"] = True
        keep(file, kept)
    return Shop(kept["write_key"], kept["secret_key"], CUSTOMERS)


def open_workspace(home: Home) -> dict[str, str]:
    workspace = {
        "name": "workspaces/demo",
        "display_name": "Nordlicht, a demo shop",
        "time_zone": "Europe/Berlin",
        "currency_code": "EUR",
        "region_code": "DE",
    }
    opened = call(f"{home.url}/v1/workspaces", home.secret("operator"), workspace)
    secret = opened["api_key"]["key"]
    public = call(f"{home.url}/v1/api_keys", secret, {"display_name": "Shop front", "kind": "WRITE"})
    return {"secret_key": secret, "write_key": public["key"]}


def send_past(home: Home, write_key: str, born: datetime) -> None:
    """Weeks of events until the shop was born. Sent twice, they count once: their ids follow the seed."""
    past = generator.Shop(seed=SEED, customers=CUSTOMERS, days=DAYS, now=born)
    batch: list[Any] = []
    for event in past:
        batch.append(event)
        if len(batch) == BATCH:
            call(f"{home.url}/v1/import", write_key, {"batch": batch})
            batch = []
    if batch:
        call(f"{home.url}/v1/import", write_key, {"batch": batch})


def furnish(url: str, secret_key: str, pieces: Iterable[Piece]) -> None:
    """Makes all of it. Asked again after a crash, each is made once: by its request id."""
    for number, (verb, path, body) in enumerate(pieces):
        query = "" if verb == "POST" and ":" in path else f"?request_id=furniture-{number}"
        told = body if query else {**body, "request_id": f"furniture-{number}"}
        call(f"{url}{path}{query}", secret_key, told, method=verb)


def keep(file: Path, kept: dict[str, Any]) -> None:
    write_private(file, json.dumps(kept, indent=2))


SEED = 7
CUSTOMERS = 300
DAYS = 42
BATCH = 250
