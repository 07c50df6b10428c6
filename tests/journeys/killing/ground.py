"""Where it happens: a workspace of its own with segments, journeys, a programme and a desk."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from deploy.local.home import Home
from deploy.local.segments import SPENT, at_least, bought, did, trait
from tests.eventually import eventually
from tests.journeys.house import House
from tests.journeys.killing.caller import Caller
from tests.journeys.killing.traffic import Traffic

Condition = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """The house as this workspace sees it."""

    house: House
    caller: Caller
    workspace: str
    segments: dict[str, Condition]
    desk: str

    @property
    def places(self) -> Home:
        return Home(self.house.home, 0, None, None)

    def told(self, name: str) -> str:
        """What the launcher wrote down for those who talk to the house."""
        lines = (self.house.home / "demo.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)[name]


@asynccontextmanager
async def ground(house: House, traffic: Traffic) -> AsyncIterator[Ground]:
    """Opened, and furnished for this traffic."""
    workspace = f"kill-{traffic.mark}"
    keys = await opened(house, workspace)
    async with httpx.AsyncClient(base_url=house.url, auth=(keys["secret"], ""), timeout=10) as http:
        ours = replace(house, http=http, write_key=keys["write"], secret_key=keys["secret"])
        made = Ground(ours, Caller(http), workspace, conditions(traffic), f"desk@{traffic.mark}.example")
        await make_segments(made)
        await make_journeys(made)
        await make_programme(made)
        await made.caller.post(
            "/v1/mailboxes",
            {"name": f"mailboxes/{traffic.mark}", "display_name": "Desk", "address": made.desk},
        )
        yield made


async def opened(house: House, workspace: str) -> dict[str, str]:
    """Its keys: a secret and a public one."""
    operator = json.loads((house.home / "secrets.json").read_text())["operator"]
    async with httpx.AsyncClient(base_url=house.url, auth=(operator, "")) as http:
        about = {"name": f"workspaces/{workspace}", "time_zone": "Europe/Berlin", "currency_code": "EUR"}
        secret = (await Caller(http).post("/v1/workspaces", about))["api_key"]["key"]
    async with httpx.AsyncClient(base_url=house.url, auth=(secret, "")) as http:
        public = await Caller(http).post("/v1/api_keys", {"display_name": "Shops", "kind": "WRITE"})
    return {"secret": secret, "write": public["key"]}


def conditions(traffic: Traffic) -> dict[str, Condition]:
    """A count in a window, a trait, and a sum net of refunds: each true of about half of all customers."""
    since, until = (moment.isoformat() for moment in traffic.stretch())
    window = {"between": {"start_time": since, "end_time": until}}
    return {
        "segments/lookers": did("Product Viewed", compare=at_least(traffic.often()), window=window),
        "segments/regulars": trait("traits.visits", "GTE", VISITS),
        "segments/spenders": bought(aggregate=SPENT, compare=at_least(traffic.much())),
    }


def members(traffic: Traffic) -> dict[str, set[str]]:
    """The same on paper: the user ids."""
    rules = {
        "segments/lookers": lambda one: one.looked(*traffic.stretch()) >= traffic.often(),
        "segments/regulars": lambda one: one.last_visits() >= VISITS,
        "segments/spenders": lambda one: one.worth() >= 100 * traffic.much(),
    }
    return {
        name: {one.user_id for one in traffic.accounts if belongs(one)} for name, belongs in rules.items()
    }


async def make_segments(made: Ground) -> None:
    for name, condition in made.segments.items():
        await made.caller.post("/v1/segments", {"name": name, "condition": condition})
        await made.caller.post(f"/v1/{name}:publish")
    for name in made.segments:
        await eventually("LIVE", lambda name=name: state(made, name), 30)


async def state(made: Ground, name: str) -> str:
    return str((await made.caller.get(f"/v1/{name}"))["state"])


async def make_journeys(made: Ground) -> None:
    """One thanks for each order, one greets who came into a segment; both write to who consented, at once."""
    await made.caller.ask("PATCH", "/v1/channels/email", json=SENDER)
    entered = {"segment_entered": "segments/lookers"}
    bought = {"event": {"type": "track", "names": ["Order Completed"]}}
    for slug, subject, begins, run_per in (
        ("thanks", "Thank you for {{ event.properties.order_id }}", bought, "ORDER"),
        ("greeting", GREETING, entered, "PROFILE"),
    ):
        contents = [{"locale": "en", "subject": subject, "html": HTML}]
        template = {
            "name": f"templates/{slug}",
            "channel": "EMAIL",
            "class": "MARKETING",
            "contents": contents,
        }
        await made.caller.post("/v1/templates", template)
        send = {"variants": [{"id": "a", "template": f"templates/{slug}"}], "when_held_back": "SKIP"}
        graph = {
            "triggers": [begins],
            "run_per": run_per,
            "reentry": {"rule": "NEVER"},
            "steps": [{"id": "mail", "send": send}],
        }
        await made.caller.post("/v1/journeys", {"name": f"journeys/{slug}", "graph": graph})
        await made.caller.post(f"/v1/journeys/{slug}:publish")


async def make_programme(made: Ground) -> None:
    """A point for each euro. What cannot be taken back is owed, so that sums do not depend on the order."""
    await made.caller.post("/v1/programmes", {"name": PROGRAMME, "refund_policy": "DEBT"})
    rule = {"name": f"{PROGRAMME}/earn_rules/euros", "order": {"points_per_unit": "1"}}
    await made.caller.post(f"/v1/{PROGRAMME}/earn_rules", rule)


VISITS = 500
PROGRAMME = "programmes/points"
GREETING = "You like coats"
HTML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section></mj-body></mjml>"
)
SENDER = {"enabled": True, "sender": "Shop <shop@kill.example>", "postal_address": "Hafenstraße 1, Hamburg"}
