"""What only A is told, of every kind there is, and by what it would be recognised elsewhere."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.doors.asked import Asked
from tests.doors.conftest import House, Shop
from tests.doors.things import encoded, links, made, report
from tests.eventually import eventually

# Stands in everything that only A is told.
MARK = "only-alpha-knows"
# What B's own drafts may name although it is not there.
REFERENCES = re.compile(rf"(templates|segments)/{MARK}(?![\w-])")
# How many of A's ids are tried.
TURNS = 3
ADDRESS = f"{MARK}@customers.example"
ORDER = {"order_id": f"{MARK}-2", "total": 10, "currency": "EUR", "products": [{"product_id": MARK}]}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@dataclass(frozen=True, slots=True)
class Known:
    """What is A's alone: ids by collection, and every text by which A could be recognised."""

    ids: dict[str, list[str]]
    marks: frozenset[str]

    def names(self) -> Iterator[dict[str, str]]:
        """An id of each collection, in several turns."""
        for turn in range(TURNS):
            yield defaultdict(
                lambda: "nothing",
                {collection: ids[turn % len(ids)] for collection, ids in self.ids.items()},
            )

    def leaked(self, wanted: Asked, text: str) -> set[str]:
        """What of A's stands in an answer, but for what was in the question."""
        shown = REFERENCES.sub("", text)
        return {mark for mark in self.marks if mark in shown and mark not in wanted.told}


async def all_told(shops: House) -> Known:
    """A is told things that B is not, of every kind there is; then all of its names are read."""
    a = shops.a
    await tell(shops)
    profiles = await a.listed("/v1/profiles")
    orders = [each["name"] for one in profiles for each in await a.listed(f"/v1/{one['name']}/orders")]
    keys = await a.listed("/v1/api_keys")
    conflicts = await a.listed("/v1/conflicts")
    quarantined = await a.listed("/v1/quarantined_events")
    assert all(MARK in str(each) for each in (profiles, orders, keys, conflicts, quarantined))
    things = await made(a, MARK, (await a.profile(f"user_id:{MARK}") or {})["name"].split("/")[1])
    await tell_more(shops, things)
    texts = {each["name"].split("/")[1] for each in (*profiles, *keys, *conflicts)}
    texts |= {id for ids in things.values() for id in ids if len(id) == len(str(UUID(int=0)))}
    return Known(
        {
            **things,
            "profiles": ids(each["name"] for each in profiles),
            "orders": ids(name for name in orders if MARK in name),
            "api_keys": ids(each["name"] for each in keys),
            "versions": ["1"],
            "members": things["profiles"],
            "mark": [MARK],
        },
        frozenset(texts | {MARK, a.workspace, a.secret, a.write, *(each["hint"] for each in keys)}),
    )


async def tell(shops: House) -> None:
    """Everything that can be told: through every door, and only to A."""
    a, before = shops.a, await shops.taken(shops.a)
    await a.ask("PATCH", "/v1/workspace", {"display_name": MARK}, idempotency_key=MARK)
    await a.ask("POST", "/v1/api_keys", {"kind": "WRITE", "display_name": MARK})
    traits = {"secret": MARK, "email": ADDRESS}
    product = {"product_id": MARK, "name": MARK, "price": 10, "quantity": 1, "category": MARK}
    events = [
        {"type": "identify", "userId": MARK, "anonymousId": f"tablet-{MARK}", "traits": traits},
        {"type": "identify", "userId": f"{MARK}-2", "anonymousId": f"tablet-{MARK}"},
        {
            "type": "track",
            "userId": MARK,
            "event": "Product Added",
            "properties": {"cart_id": MARK, **product},
        },
        {
            "type": "track",
            "userId": MARK,
            "event": "Order Completed",
            "properties": {"order_id": MARK, "total": 10, "currency": "EUR", "products": [product]},
        },
        {"type": "dance", "userId": MARK},
    ]
    answer = await a.capture("batch", {"batch": events})
    assert [4] == [each["index"] for each in answer.json()["rejected"]]
    await eventually(before + 4, lambda: shops.taken(a))
    found = await a.profile(f"user_id:{MARK}")
    assert found
    consent = {"channel": "email", "purpose": "marketing", "decision": "GRANTED", "evidence": MARK}
    told = await a.ask("POST", f"/v1/{found['name']}/consents", consent, idempotency_key=MARK)
    assert 200 == told.status_code, told.text


async def tell_more(shops: House, ids: dict[str, list[str]]) -> None:
    """What comes after: a link is followed, orders come and go back, a mail is returned, somebody leaves."""
    a, tokens = shops.a, links(shops.a, ids["sends"][0])
    await eventually(True, lambda: shops.holds(a, "campaign.link"))
    await follow(shops, tokens, ("GET", "o"), ("GET", "c"))
    query = "SELECT DISTINCT kind FROM reaction WHERE workspace = $1 AND kind IN ('opened', 'clicked')"

    async def reactions() -> int:
        return len(await shops.rows("campaign", query, a.workspace))

    await eventually(2, reactions, seconds=20)
    kept = ORDER | {"order_id": f"{MARK}-3"}
    await happen(a, ("Order Completed", ORDER), ("Order Completed", kept))
    await eventually(True, lambda: shops.holds(a, "loyalty.earned"))
    await happen(a, ("Order Refunded", ORDER), (f"{MARK} again", {}))
    reply = (await a.get(f"/v1/tickets/{ids['tickets'][0]}/messages/{ids['replies'][0]}")).json()
    undelivered = {"raw": encoded(report(reply["message_id"], f"neighbour@{MARK}.example"))}
    answer = await a.ask("POST", f"/v1/mailboxes/{MARK}:receive", undelivered)
    assert 200 == answer.status_code, answer.text
    await follow(shops, tokens, ("GET", "u"), ("GET", "p"), ("POST", "u"), ("POST", "p"))
    tables = {"campaign.opt_out", "campaign.heard", "loyalty.clawback"}

    async def empty() -> set[str]:
        return {table for table in tables if not await shops.holds(a, table)}

    await eventually(set(), empty)


async def happen(shop: Shop, *events: tuple[str, dict[str, Any]]) -> None:
    told = [{"type": "track", "userId": MARK, "event": name, "properties": said} for name, said in events]
    answer = await shop.capture("batch", {"batch": told})
    assert {"success": True} == answer.json()


async def follow(shops: House, tokens: dict[str, str], *doors: tuple[str, str]) -> None:
    for verb, door in doors:
        sent = {"data": {"List-Unsubscribe": "One-Click"}} if verb == "POST" else {}
        path = f"/{door}/{tokens[door]}"
        answer = await shops.http.request(verb, path, headers={"user-agent": BROWSER}, **sent)
        assert answer.status_code < 400, (verb, path, answer.text)


def ids(names: Any) -> list[str]:
    return [name.split("/", 1)[1] for name in names]
