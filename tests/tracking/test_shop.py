import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tracking.check import check
from tracking.shop import Shop

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def past():
    return list(Shop(seed=7, customers=200, days=30, now=NOW))


def of(past, name):
    return {event["messageId"]: event for event in past if event.get("event") == name}


def test_the_same_seed_has_the_same_past(past):
    assert past == list(Shop(seed=7, customers=200, days=30, now=NOW))
    assert past != list(Shop(seed=8, customers=200, days=30, now=NOW))


def test_every_event_can_be_understood(past):
    for start in range(0, len(past), 500):
        body = json.dumps({"batch": past[start : start + 500]}).encode()
        assert [] == check("import", body).rejected


def test_nothing_happened_outside_its_days(past):
    first = (NOW - timedelta(days=30)).isoformat()[:19]
    assert all(first <= event["timestamp"] < "2026-11-22T12:00:00" for event in past)


def test_the_mix_is_that_of_a_shop(past):
    share = Counter(event.get("event") or event["type"] for event in past)
    total = len(past)
    assert 0.5 < (share["page"] + share["Product Viewed"]) / total < 0.7
    assert 0.01 < share["Order Completed"] / total < 0.04
    expected = {"Order Refunded", "Order Cancelled", "Cart Viewed", "Checkout Started", "Product Removed"}
    assert expected <= set(share)


def test_some_events_come_twice_and_some_come_late(past):
    repeated = total_repeats(past) / len(past)
    late = sum(one["timestamp"] > other["timestamp"] for one, other in pairwise(past))
    assert 0.02 < repeated < 0.08
    assert 0.02 < late / len(past) < 0.15


def total_repeats(past):
    return len(past) - len({event["messageId"] for event in past})


def test_few_customers_do_most_of_it_and_strangers_sign_in(past):
    known = Counter(event["userId"] for event in past if "userId" in event)
    assert sum(count for _, count in known.most_common(20)) > sum(known.values()) / 5
    strangers = {event["anonymousId"] for event in past if "userId" not in event and "anonymousId" in event}
    assert strangers & {event.get("anonymousId") for event in past if event["type"] == "identify"}


def test_a_few_tablets_are_shared(past):
    users = {}
    for event in past:
        if "userId" in event and "anonymousId" in event:
            users.setdefault(event["anonymousId"], set()).add(event["userId"])
    shared = [each for each in users.values() if len(each) > 1]
    assert 0 < len(shared) < 20


def test_the_sums_of_an_order_are_exact(past):
    orders = of(past, "Order Completed").values()
    assert {"EUR", "USD"} == {order["properties"]["currency"] for order in orders}
    for order in orders:
        told = {key: Decimal(str(value)) for key, value in order["properties"].items() if key in SUMS}
        lines = order["properties"]["products"]
        goods = sum(Decimal(str(line["price"])) * line["quantity"] for line in lines)
        assert goods == told["subtotal"]
        assert told["subtotal"] - told["discount"] + told["shipping"] == told["total"]


def test_a_refund_is_of_an_order_and_no_more_than_it(past):
    orders = {
        each["properties"]["order_id"]: each["properties"] for each in of(past, "Order Completed").values()
    }
    for refund in of(past, "Order Refunded").values():
        assert refund["properties"]["total"] <= orders[refund["properties"]["order_id"]]["subtotal"] + 5


def test_people_are_told_apart_by_address_and_number(past):
    people = {event["userId"]: event["traits"] for event in past if event["type"] == "identify"}
    for trait in ("email", "phone"):
        values = [traits[trait] for traits in people.values() if trait in traits]
        assert len(values) == len(set(values))


def test_as_many_events_as_a_benchmark_wants():
    shop = Shop(seed=1, customers=5_000, days=3, now=NOW)
    events = list(shop.events(2_000))
    assert 2_000 == len(events)
    assert events == list(shop.events(2_000))
    assert [] == list(shop.events(0))


SUMS = {"subtotal", "discount", "shipping", "total", "tax", "revenue"}
