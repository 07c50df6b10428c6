"""The figures of a campaign, counted from what was sent and what became of it."""

import pytest
from rapport.campaign.v1 import campaign_pb2 as pb

from chassis.callers import Caller, acting_as
from chassis.errors import Refusal
from services.campaign.domain.experiments import chance, mismatch
from services.campaign.rpc.results import Results
from tests.campaign.broadcasts.test_broadcasts import SPRING, Shop
from tests.campaign.sending.world import WORKSPACE, world

NAME = f"{SPRING}/results"


@pytest.fixture
async def shop(database, sink):
    async with world((await database("campaign")).url, sink.smtp_url, sink.lookup_url) as made:
        await made.channel()
        await made.template()
        yield Shop(made)


async def results(shop, name=NAME, workspace=WORKSPACE, **asked):
    with acting_as(Caller(workspace, "keys/ada", frozenset(), "request")):
        return await Results(shop.world.db, shop.world.clock).GetResults(
            pb.GetResultsRequest(name=name, **asked), None
        )


async def react(shop, send, *kinds):
    for kind, origin in kinds:
        await shop.world.run(
            "INSERT INTO reaction VALUES ($1, $2, $3, $4, 0, 1, '')", WORKSPACE, send, kind, origin
        )


async def test_the_funnel_counts_customers_and_leaves_machines_and_tests_out(shop):
    ones = await shop.world.customers(4)
    silent = await shop.world.customer(consents=())
    await shop.create()
    ids = await shop.world.claim(*ones, silent, campaign=SPRING, variant="a")
    await shop.world.claim(ones[0], campaign=SPRING, variant="a", test=True, address="me@b.example")
    (held_out,) = await shop.world.claim(
        await shop.world.customer(), campaign=SPRING, variant="a", holdout_basis_points=10_000
    )
    await shop.world.deliver()
    await react(
        shop, ids[0], ("delivered", ""), ("opened", "human"), ("opened", "machine"), ("clicked", "human")
    )
    await react(shop, ids[1], ("delivered", ""), ("opened", "machine"), ("clicked", "machine"))
    await react(shop, ids[2], ("bounced_hard", ""), ("complained", ""), ("unsubscribed", ""))

    found = await results(shop)

    assert ["a", "holdout"] == [each.variant for each in found.messages]
    a, total = found.messages[0], found.total
    assert (5, 4, 2, 1, 2, 1, 1, 1, 1, 1, 0, 0) == (
        a.decided_count,
        a.sent_count,
        a.delivered_count,
        a.opened_count,
        a.machine_opened_count,
        a.clicked_count,
        a.bounced_count,
        a.complained_count,
        a.unsubscribed_count,
        a.suppressed_count,
        a.failed_count,
        a.unknown_count,
    )
    assert (6, 4, 1) == (total.decided_count, total.sent_count, total.clicked_count)
    assert (await shop.world.send(held_out))["state"] == 8
    assert (False, "") == (found.sample_ratio_mismatch, found.winner)


async def test_only_a_span_of_time_is_counted_when_that_is_asked(shop):
    await shop.create()
    await shop.world.claim(*await shop.world.customers(2), campaign=SPRING)
    await shop.world.deliver()
    now = shop.world.clock()
    before = pb.GetResultsRequest()
    before.end_time.FromDatetime(now.replace(year=2020))
    assert 0 == (await results(shop, end_time=before.end_time)).total.sent_count
    assert 2 == (await results(shop, start_time=before.end_time)).total.sent_count


async def test_figures_are_a_campaigns_of_this_workspace(shop):
    await shop.create()
    for name, workspace in (
        (NAME, "other"),
        ("broadcasts/none/results", WORKSPACE),
        ("journeys/none/results", WORKSPACE),
    ):
        with pytest.raises(Refusal) as told:
            await results(shop, name, workspace)
        assert told.value.reason in {"BROADCAST_NOT_FOUND", "JOURNEY_NOT_FOUND"}


@pytest.mark.parametrize(
    ("counts", "weights", "wrong"),
    [
        ((500, 500), (1, 1), False),
        ((450, 550), (1, 1), False),
        ((440, 560), (1, 1), True),
        ((250, 750), (1, 3), False),
        ((4, 0), (1, 1), False),
        ((1000,), (1,), False),
        ((400, 300, 300), (1, 1, 1), True),
    ],
)
def test_groups_of_the_wrong_size_are_noticed(counts, weights, wrong):
    assert wrong == mismatch(counts, weights)


def test_a_difference_that_may_be_chance_is_told_from_one_that_is_not():
    # By hand: z = (0.12 - 0.10) / sqrt(0.11 * 0.89 * 2 / 1000) = 1.4293; p = 0.1529.
    assert 0.1529 == pytest.approx(chance((120, 1000), (100, 1000)), abs=1e-4)
    assert chance((200, 1000), (100, 1000)) < 1e-9
    assert 1 == chance((0, 0), (1, 10)) == chance((0, 10), (0, 10))


async def test_variants_are_compared_with_the_first_that_was_sent_and_never_with_the_holdout(shop):
    await shop.create()
    for variant, clicks in (("x", 0), ("y", 15)):
        ids = await shop.world.claim(*await shop.world.customers(20), campaign=SPRING, variant=variant)
        await shop.world.deliver()
        for id in ids[:clicks]:
            await react(shop, id, ("clicked", "human"))
    await shop.world.claim(
        await shop.world.customer(), campaign=SPRING, variant="x", holdout_basis_points=10_000
    )
    await shop.world.deliver()
    found = {each.variant: each.p_value for each in (await results(shop)).messages}
    assert found["y"] < 0.001
    assert (1, 1) == (found["x"], found["holdout"])
