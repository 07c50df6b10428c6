"""One thing of every kind that staff make, told to one workspace: what another must never see."""

from typing import Any, NamedTuple

from tests.doors.conftest import Shop

KNOWN = {
    "any": {
        "of": [
            {"trait": {"path": "traits.secret", "compare": {"operator": "EXISTS"}}},
            {"event": {"events": {"type": "track", "names": ["Heard"]}}},
        ]
    }
}


class Thing(NamedTuple):
    """What to ask for it, and the collection its name stands in."""

    path: str
    body: dict[str, Any]
    # Under which collections of paths its id is found; the last part of its name is the id.
    collection: str = ""


async def made(shop: Shop, mark: str, profile: str) -> dict[str, list[str]]:
    """Makes them all; their ids, by the collections they are found under."""
    found: dict[str, list[str]] = {}
    for thing in things(mark, profile):
        answer = await shop.ask("POST", thing.path, thing.body, idempotency_key=f"{mark} {thing.path}")
        assert 200 == answer.status_code, (thing, answer.text)
        if thing.collection:
            found[thing.collection] = [answer.json()["name"].rpartition("/")[2]]
    return found


def things(mark: str, profile: str) -> list[Thing]:
    """In the order in which they can be made; *mark* stands in each, *profile* is a customer."""
    return [
        Thing("/v1/lists", {"name": f"lists/{mark}", "display_name": mark}, "lists"),
        Thing(f"/v1/lists/{mark}:add", {"profiles": [profile]}),
        Thing(
            "/v1/segments",
            {"name": f"segments/{mark}", "display_name": mark, "condition": KNOWN},
            "segments",
        ),
        Thing(f"/v1/segments/{mark}:publish", {}),
    ]
