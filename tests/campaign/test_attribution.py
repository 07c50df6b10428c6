"""Results say what messages sold: the running service hears orders from the bus, and is asked over gRPC."""

import itertools
from uuid import UUID

import pytest
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2, settings_pb2
from rapport.campaign.v1 import journeys_pb2 as resources
from rapport.gateway.v1 import events_pb2 as gateway
from rapport.profile.v1 import profile_pb2

from tests.campaign.engine.crediting import SPRING, Desk, in_currency, placed, refunded, updated
from tests.campaign.engine.world import created, delay, graph, on
from tests.campaign.house import Shop, running_house
from tests.eventually import eventually
from tests.profile.house import Hands
from tests.segment.world import NOON, at, merged

NUMBERS = itertools.count(1)


@pytest.fixture
async def house(database, nats_url):
    async with running_house((await database("campaign")).url, nats_url, Hands(NOON)) as running:
        yield running


@pytest.fixture
async def shop(house):
    return await opened(house)


async def opened(house) -> Shop:
    """A shop with the broadcast `spring`."""
    shop = Shop(house)
    template = content_pb2.Template(
        name="templates/hello",
        channel=content_pb2.EMAIL,
        contents=[content_pb2.Content(locale="en", subject="Hello", text="Hello.")],
        **{"class": content_pb2.MARKETING},
    )
    await shop.ask(pb.CreateTemplateRequest(template=template))
    variants = [content_pb2.Variant(id=id, template="templates/hello") for id in "ab"]
    broadcast = content_pb2.Broadcast(name=SPRING, variants=variants)
    await shop.ask(pb.CreateBroadcastRequest(broadcast=broadcast))
    return shop


def desk_of(shop) -> Desk:
    return Desk(shop.house.app.db, shop.workspace)


async def results(shop, campaign=SPRING, **asked) -> content_pb2.Results:
    return await shop.ask(pb.GetResultsRequest(name=f"{campaign}/results", **asked))


def sold(figures) -> tuple[int, int, str]:
    revenue = figures.revenue
    amount = f"{revenue.units}.{revenue.nanos // 10_000_000:02} {revenue.currency_code}"
    return figures.converted_count, figures.order_count, amount


async def total(shop, campaign=SPRING):
    return sold((await results(shop, campaign)).total)


async def test_a_click_an_order_and_a_refund_make_the_figures_of_a_broadcast(shop):
    desk = desk_of(shop)
    await shop.take(*(created(key) for key in (1, 2, 3)))
    a, b, other = [
        await desk.send(key, 0, variant=variant) for key, variant in ((1, "a"), (2, "b"), (3, "b"))
    ]
    assert (0, 0, "0.00 EUR") == await total(shop)
    for send in (a, b):
        await desk.react(send, "clicked", 10)
    await desk.react(other, "opened", 10, "machine")
    await shop.tell(
        placed("o1", 1, 100, 49.99),
        placed("o2", 1, 200, 10),
        placed("o3", 2, 100, 0.01),
        placed("o4", 3, 100, 5),
    )
    await eventually((2, 3, "60.00 EUR"), lambda: total(shop))
    await shop.tell(refunded("o1", 1, 100, 49.99, 20))
    await eventually((2, 3, "40.00 EUR"), lambda: total(shop))
    found = await results(shop)
    assert {"a": (1, 2, "39.99 EUR"), "b": (1, 1, "0.01 EUR")} == {
        each.variant: sold(each) for each in found.messages
    }
    await shop.tell(updated("o2", 1, 200, 10, state=profile_pb2.CANCELLED))
    await eventually((2, 2, "30.00 EUR"), lambda: total(shop))


async def test_told_again_and_in_disorder_it_is_the_same(shop):
    desk = desk_of(shop)
    await shop.take(created(1))
    send = await desk.send(1, 0)
    facts = (refunded("o", 1, 100, 30, 10, revision=3), updated("o", 1, 100, 30), placed("o", 1, 100, 20))
    await shop.tell(*facts, *facts)
    await eventually([3], lambda: revisions(desk))
    assert (0, 0, "0.00 EUR") == await total(shop)
    # Only now it is known that she clicked before.
    await desk.react(send, "clicked", 50)
    await eventually((1, 1, "20.00 EUR"), lambda: total(shop))
    await shop.tell(*facts)
    await desk.react(send, "clicked", 50)
    await eventually(9, lambda: handled(desk))
    await eventually([], lambda: desk.rows("SELECT * FROM credit_due"))
    assert (1, 1, "20.00 EUR") == await total(shop)


async def revisions(desk):
    return [row["revision"] for row in await desk.rows("SELECT revision FROM purchase WHERE placed")]


async def handled(desk):
    [row] = await desk.rows(
        "SELECT count(*) FROM inbox WHERE consumer LIKE 'campaign-rapport_profile_v1_Order%'"
    )
    return row["count"]


async def test_who_clicked_as_a_stranger_and_bought_as_a_customer_is_one(shop):
    desk = desk_of(shop)
    await shop.take(created(1), created(2))
    one, other = await desk.send(1, 0), await desk.send(2, 0)
    await desk.react(other, "clicked", 20)
    await desk.react(one, "clicked", 10)
    await shop.tell(placed("o", 1, 100, 10), merged(1, 2), placed("p", 1, 200, 20))
    await eventually({("o", other): 1000, ("p", other): 2000}, desk.credits)
    found = (await results(shop)).total
    assert (1, 1, 2) == (found.converted_count, found.clicked_count, found.sent_count)


async def test_an_order_is_shared_to_the_cent_among_campaigns_and_counted_once_in_each(shop):
    desk = desk_of(shop)
    policy = settings_pb2.SendingPolicy(
        attribution=settings_pb2.Attribution(model=settings_pb2.Attribution.LINEAR)
    )
    await shop.ask(pb.UpdateSendingPolicyRequest(sending_policy=policy))
    await shop.take(created(1))
    sends = [await desk.send(1, 0, variant=variant) for variant in "ab"]
    sends.append(await desk.send(1, 0, campaign="broadcasts/other"))
    for send in sends:
        await desk.react(send, "clicked", 10)
    await shop.tell(placed("o", 1, 100, 10))
    # Which of three equals has the odd cent is decided by their ids.
    await eventually([333, 333, 334], lambda: amounts(desk))
    found = await results(shop)
    assert (1, 1) == sold(found.total)[:2]
    assert [(1, 1), (1, 1)] == [sold(each)[:2] for each in found.messages]
    [row] = await desk.rows("SELECT sum(amount) FROM credit WHERE campaign = $1", SPRING)
    assert row["sum"] == found.total.revenue.units * 100 + found.total.revenue.nanos // 10_000_000


async def amounts(desk):
    return sorted((await desk.credits()).values())


async def test_currencies_are_never_mixed(shop):
    desk = desk_of(shop)
    await shop.take(created(1))
    await desk.react(await desk.send(1, 0), "clicked", 10)
    await shop.tell(
        placed("euros", 1, 100, 10),
        in_currency(placed("yen", 1, 100, 1500), "JPY"),
        in_currency(placed("dinars", 1, 100, 7), "KWD"),
    )
    await eventually([1000, 1500, 7000], lambda: amounts(desk))
    assert (1, 3, "10.00 EUR") == await total(shop)
    settings = gateway.WorkspaceUpdated(revision=2)
    settings.workspace.time_zone, settings.workspace.currency_code = "Asia/Tokyo", "JPY"
    await shop.tell(settings)
    await eventually((1, 3, "1500.00 JPY"), lambda: total(shop))


async def test_another_shop_sees_nothing_of_it(house, shop):
    other = await opened(house)
    desk, theirs = desk_of(shop), desk_of(other)
    await shop.take(created(1))
    await other.take(created(1))
    await desk.react(await desk.send(1, 0), "clicked", 10)
    await theirs.send(1, 0)
    await shop.tell(placed("o", 1, 100, 10))
    await other.tell(placed("o", 1, 100, 10))
    await eventually((1, 1, "10.00 EUR"), lambda: total(shop))
    assert (0, 0, "0.00 EUR") == await total(other)


async def test_only_messages_of_the_span_count(shop):
    desk = desk_of(shop)
    await shop.take(created(1))
    await desk.react(await desk.send(1, 0), "clicked", 10)
    await shop.tell(placed("o", 1, 100, 10))
    await eventually((1, 1, "10.00 EUR"), lambda: total(shop))
    span = pb.GetResultsRequest()
    span.start_time.FromMicroseconds(at(1))
    assert (0, 0, "0.00 EUR") == sold((await results(shop, start_time=span.start_time)).total)
    assert (1, 1, "10.00 EUR") == sold((await results(shop, end_time=span.start_time)).total)


async def test_where_a_journey_has_a_goal_who_reached_it_is_converted(shop):
    desk = desk_of(shop)
    way = graph(delay("rest", 60), goal=on("Order Completed"))
    await shop.ask(pb.CreateJourneyRequest(journey=resources.Journey(name="journeys/welcome", graph=way)))
    await shop.ask(pb.PublishJourneyRequest(name="journeys/welcome"))
    ends = {
        # Reached after the message, before it, not at all, after she was held out, and before it was sent.
        1: ("GOAL_REACHED", 50, 2),
        2: ("GOAL_REACHED", 5, 2),
        3: ("COMPLETED", 50, 2),
        4: ("GOAL_REACHED", 50, 8),
        5: ("GOAL_REACHED", 50, 7),
    }
    sends = {}
    for key, (reason, end, state) in ends.items():
        await shop.take(created(key))
        run = await ran(desk, key, 1, reason, end)
        sends[key] = await desk.send(key, 10, campaign="journeys/welcome", run=run, step="hello", state=state)
    # She bought by it, and yet the goal was not reached.
    await desk.react(sends[3], "clicked", 20)
    await shop.tell(placed("o", 3, 60, 10))
    await eventually((2, 1, "10.00 EUR"), lambda: total(shop, "journeys/welcome"))
    found = {each.variant: sold(each) for each in (await results(shop, "journeys/welcome")).messages}
    assert {"a": (1, 1, "10.00 EUR"), "holdout": (1, 0, "0.00 EUR")} == found


async def test_without_a_goal_who_bought_is_converted(shop):
    desk = desk_of(shop)
    journey = resources.Journey(name="journeys/welcome", graph=graph(delay("rest", 60)))
    await shop.ask(pb.CreateJourneyRequest(journey=journey))
    await shop.ask(pb.PublishJourneyRequest(name="journeys/welcome"))
    await shop.take(created(1))
    run = await ran(desk, 1, 1, "COMPLETED", 50)
    for step in ("one", "two"):
        send = await desk.send(1, 10, campaign="journeys/welcome", run=run, step=step)
        await desk.react(send, "clicked", {"one": 20, "two": 30}[step])
    await shop.tell(placed("o", 1, 60, 10))
    await eventually((1, 1, "10.00 EUR"), lambda: total(shop, "journeys/welcome"))
    found = {each.step: sold(each) for each in (await results(shop, "journeys/welcome")).messages}
    assert {"one": (0, 0, "0.00 EUR"), "two": (1, 1, "10.00 EUR")} == found


async def ran(desk, key, version, reason, end) -> UUID:
    id = UUID(int=next(NUMBERS))
    await desk.rows(RUN, desk.workspace, id, version, key, UUID(int=key), at(0), at(end), reason)
    return id


RUN = """
INSERT INTO run (workspace, id, journey, version, profile_key, origin_key, origin, entry, rotation, step,
  visits, step_since_us, wait_kind, started_us, create_us, end_us, end_reason, cause, document, traceparent)
VALUES ($1, $2, 'welcome', $3, $4, $4, $5, '', 0, 'hello', '{}', $6, '', $6, $6, $7, $8, '', '{}', '')
"""
