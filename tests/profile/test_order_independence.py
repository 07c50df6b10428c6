"""Any arrival order, in any batches, with any repetition: the same people, traits, orders and counters."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.profile import convert
from services.profile.domain import kinds, resolution
from services.profile.store import reads
from tests.profile.world import World, batches, event, world
from tests.thorough import examples
from tracking.consent import Consent

IDENTIFIERS = [
    *(f"user_id:u{n}" for n in range(3)),
    *(f"email:e{n}@example.com" for n in range(2)),
    *(f"anonymous_id:a{n}" for n in range(4)),
]
ORDERS = ["o1", "o2"]


@st.composite
def told(draw, number):
    """Event *number* of a small shop in which everybody shares everything."""
    named = draw(st.lists(st.sampled_from(IDENTIFIERS), min_size=1, max_size=3, unique_by=lambda i: i[:2]))
    at = draw(st.integers(0, 6))
    kind = draw(st.sampled_from(["identify", "view", "order", "refund", "cart", "consent"]))
    match kind:
        case "identify":
            traits = draw(st.dictionaries(st.sampled_from("xyz"), st.sampled_from([1, "1", None, True])))
            return event(number, *named, at=at, type="identify", name="", traits=traits)
        case "view":
            properties = {"category": draw(st.sampled_from(["coats", "hats"])), "product_id": "p"}
            return event(number, *named, at=at, name="Product Viewed", properties=properties)
        case "order":
            properties = {"order_id": draw(st.sampled_from(ORDERS)), "total": draw(st.integers(1, 50)) / 4}
            name = draw(st.sampled_from(["Order Completed", "Order Completed", "Order Cancelled"]))
            return event(number, *named, at=at, name=name, properties=properties)
        case "refund":
            properties = {"order_id": draw(st.sampled_from(ORDERS)), "total": draw(st.integers(1, 20))}
            return event(number, *named, at=at, name="Order Refunded", properties=properties)
        case "cart":
            properties = {"product_id": draw(st.sampled_from("pq")), "quantity": 1, "price": 2}
            name = draw(st.sampled_from(["Product Added", "Product Removed"]))
            return event(number, *named, at=at, name=name, properties=properties)
    consent = Consent("email", "marketing", draw(st.booleans()), "traits.consent")
    return event(number, *named, at=at, type="identify", name="", consents=(consent,))


@st.composite
def histories(draw):
    """What happened, and two ways in which it may arrive: shuffled, repeated, cut into batches."""
    events = [draw(told(number)) for number in range(1, draw(st.integers(2, 10)) + 1)]
    arrivals = []
    for _ in range(2):
        again = draw(st.lists(st.sampled_from(events), max_size=3))
        order = draw(st.permutations([*events, *again]))
        arrivals.append(batches(order, draw(st.lists(st.integers(1, 4), max_size=6))))
    return events, arrivals, draw(st.booleans())


@pytest.fixture(scope="module")
async def url(clone):
    return clone.url


WORKSPACES = itertools.count(1)


@settings(
    max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories())
async def test_whatever_the_order_the_outcome_is_the_same(url, history):
    await lived(url, *history)


async def lived(url, events, arrivals, forgetful):
    outcomes = []
    for arrival in arrivals:
        workspace = f"shop-{next(WORKSPACES)}"
        async with world(url) as shop:
            for batch in arrival:
                await shop.take(batch, workspace)
                if forgetful:
                    shop.engine.forget()
            outcomes.append(await outcome(shop, workspace))
    assert outcomes[0] == outcomes[1]
    assert {frozenset(group) for group in folded(events)[0]} == set(outcomes[0]["people"])
    assert folded(events)[1] == outcomes[0]["conflicts"]
    for person, known in outcomes[0]["people"].items():
        assert known["activities"] == sum(anchor_of(one) in person for one in events)


def folded(events):
    """The rule itself: the fold of all claims in the order in which they were made."""
    names = sorted({f"{kind}:{value}" for one in events for kind, value in one.identifiers})
    numbers = {name: number for number, name in enumerate(names)}
    claims, solo = [], []
    for one in events:
        keys = tuple(numbers[f"{kind}:{value}"] for kind, value in one.identifiers)
        claims.append(resolution.Claim(keys, one.time_us, one.id))
        if len(keys) == 1:
            solo.append(keys[0])
    kind_of = {number: name.rsplit(":", 1)[0] for name, number in numbers.items()}
    partition, conflicts = resolution.fold(claims, solo, kind_of, kinds.limit)
    return [{names[key] for key in group} for group in partition.groups()], {
        (frozenset(names[key] for key in one.claim.identifiers), names[one.dropped], one.exceeded_kind)
        for one in conflicts
    }


def anchor_of(one):
    return ":".join(one.identifiers[0])


async def outcome(shop: World, workspace: str):
    """Everything that must not depend on the order, by who is who and not by what she is called."""

    async def rows(sql, *arguments):
        return await shop.rows(sql, *arguments, workspace=workspace)

    people, names = {}, {}
    keys = [row["key"] for row in await rows("SELECT key FROM profile WHERE merged_into IS NULL")]
    for found in await anchors(shop, workspace, keys):
        profile = convert.profile_message(found)
        who = frozenset(f"{one.kind}:{one.value}" for one in profile.identifiers)
        names[found[0]["key"]] = who
        people[who] = {
            "traits": json.loads(profile.traits),
            "computed": str(profile.computed),
            "activities": profile.activity_count,
            "seen": (str(profile.first_seen_time), str(profile.last_seen_time)),
            "decisions": convert.registers.decisions(convert.folded(found)),
        }
    owned = {row["key"]: row for row in await rows("SELECT * FROM identifier")}
    for key, who in names.items():
        carts = await rows(reads.CARTS, workspace, key)
        people[who]["carts"] = [
            (cart.name.rsplit("/", 1)[-1], str(cart.lines)) for cart in convert.cart_messages("", carts)
        ]
    return {
        "people": people,
        "timeline": {
            (row["id"], names[owned[row["anchor"]]["profile_key"]])
            for row in await rows("SELECT * FROM activity")
        },
        "orders": {
            (row["order_id"], row["state"].rpartition(",")[0], names[owned[row["anchor"]]["profile_key"]])
            for row in await rows("SELECT * FROM purchase WHERE anchor IS NOT NULL")
        },
        "conflicts": {
            (
                frozenset(named(owned, key) for key in row["identifiers"]),
                named(owned, row["dropped"]),
                row["exceeded_kind"],
            )
            for row in await rows("SELECT * FROM conflict")
        },
    }


def named(owned, key):
    return f"{owned[key]['kind']}:{owned[key]['value']}"


async def anchors(shop, workspace, keys):
    async with shop.connection.transaction():
        await shop.connection.execute(f"SELECT set_config('rapport.workspaces', '{workspace}', true)")
        return (await reads.profiles(shop.connection, workspace, keys)).values()
