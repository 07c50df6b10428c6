"""Runs over real gRPC: begun and ended by hand, and shown with the steps they took."""

import itertools
from contextlib import asynccontextmanager

import grpc
import pytest
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import campaign_pb2_grpc as stubs
from rapport.campaign.v1 import journeys_pb2 as resources

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.serving import answered_by
from services.campaign.rpc.runs import Runs
from tests.campaign.engine.world import (
    HOUR,
    MINUTE,
    SHOP,
    created,
    delay,
    did,
    graph,
    merged,
    name,
    on,
    send,
    trait,
    updated,
    wait,
)
from tests.profile.house import refused

SECRET = "a secret of the house"
NUMBERS = itertools.count(1)
Run = resources.Run


class Desk:
    """Somebody who asks."""

    def __init__(self, service, shop) -> None:
        self.service, self.shop = service, shop

    async def ask(self, request, workspace=SHOP):
        method = getattr(self.service, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(workspace, "keys/ada", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.shop.now))

    async def refusal(self, request, workspace=SHOP):
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await self.ask(request, workspace)
        return refused(told.value).reason

    async def begin(self, key=1, journey="welcome", **more):
        return await self.ask(begin(key, journey, **more))


def begin(key=1, journey="welcome", request_id="", **more):
    run = Run(profile=name(key), **more)
    return pb.CreateRunRequest(parent=f"journeys/{journey}", run=run, request_id=request_id)


@pytest.fixture
async def desk(shop):
    async with answering(shop) as asked:
        yield asked


@asynccontextmanager
async def answering(shop):
    service = answered_by(stubs.CampaignServiceServicer(), Runs(shop.db, shop.workspaces, lambda: shop.now))
    server, address = rpc_server("campaign.rapport", "127.0.0.1:0", SECRET, clock=lambda: shop.now)
    stubs.add_CampaignServiceServicer_to_server(service, server)
    async with running(server, grace_seconds=0) as failed, channel(address) as to:
        yield Desk(stubs.CampaignServiceStub(to), shop)
        assert not failed.done()


async def test_a_run_begun_by_hand_goes_like_any_other(desk, shop):
    await shop.publish("welcome", graph(delay("rest", HOUR, "mail"), send("mail")))
    await shop.take(created(1))

    run = await desk.begin()

    assert (name(1), "journeys/welcome/versions/1", "rest", Run.WAITING, "keys/ada") == (
        run.profile,
        run.version,
        run.step,
        run.state,
        run.cause,
    )
    assert HOUR == (run.wake_time.ToDatetime() - run.create_time.ToDatetime()).total_seconds()
    assert [("rest", "")] == [(visit.step, visit.outcome) for visit in run.visits]

    await shop.until(HOUR)
    run = await desk.ask(pb.GetRunRequest(name=run.name))
    assert ["rest", "mail"] == [visit.step for visit in run.visits]
    (sent,) = await shop.sends()
    assert f"sends/{sent['id']}" == run.visits[1].send


async def test_filter_and_rules_on_reentry_hold_for_hands_too(desk, shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE), entry=trait("traits.plan", "gold")))
    await shop.take(created(1), updated(2, 1, traits={"plan": "gold"}))

    assert "ENTRY_REFUSED" == await desk.refusal(begin(1))
    await desk.begin(2)
    assert "ENTRY_REFUSED" == await desk.refusal(begin(2))
    await shop.until(HOUR)
    assert "ENTRY_REFUSED" == await desk.refusal(begin(2))


async def test_who_goes_by_orders_has_to_name_one(desk, shop):
    await shop.publish("thanks", graph(delay("rest", MINUTE), run_per="ORDER"))
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(created(1))

    assert "ENTRY_REFUSED" == await desk.refusal(begin(1, "thanks"))
    assert "ENTRY_REFUSED" == await desk.refusal(begin(1, "welcome", entry="o-1"))
    assert "o-1" == (await desk.begin(1, "thanks", entry="o-1")).entry
    assert "o-2" == (await desk.begin(1, "thanks", entry="o-2")).entry


async def test_a_paused_journey_takes_nobody_in_by_hand_either(desk, shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(created(1), created(2))
    run = await desk.begin(1)
    await shop.be("welcome", "PAUSED")
    assert "ENTRY_REFUSED" == await desk.refusal(begin(2))
    assert Run.PAUSED == (await desk.ask(pb.GetRunRequest(name=run.name))).state


async def test_a_repeated_request_gets_the_first_answer(desk, shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(created(1))
    assert await desk.begin(request_id="once") == await desk.begin(request_id="once")
    assert 1 == len(await shop.runs())


async def test_a_run_is_ended_by_hand_once(desk, shop):
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", HOUR)))
    await shop.take(created(1))
    run = await desk.begin()

    ended = await desk.ask(pb.EndRunRequest(name=run.name, reason="she asked"))

    assert (Run.ENDED, Run.ENDED_BY_HAND) == (ended.state, ended.end_reason)
    assert [7] == [sent["state"] for sent in await shop.sends()]
    assert "RUN_ENDED" == await desk.refusal(pb.EndRunRequest(name=run.name))
    assert ["ENDED_BY_HAND"] == await shop.reasons()


async def test_what_is_not_there_is_refused(desk, shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(created(1))
    run = await desk.begin()
    strange = [
        ("JOURNEY_NOT_FOUND", begin(1, "other")),
        ("PROFILE_NOT_FOUND", begin(9)),
        ("JOURNEY_NOT_FOUND", pb.ListRunsRequest(parent="journeys/other")),
        ("PROFILE_NOT_FOUND", pb.ListProfileRunsRequest(parent=name(9))),
        ("RUN_NOT_FOUND", pb.GetRunRequest(name="journeys/welcome/runs/none")),
        ("RUN_NOT_FOUND", pb.GetRunRequest(name=run.name.replace("welcome", "other"))),
        ("RUN_NOT_FOUND", pb.EndRunRequest(name="journeys/wel\0come/runs/none")),
    ]
    assert [reason for reason, _ in strange] == [await desk.refusal(request) for _, request in strange]
    assert "RUN_NOT_FOUND" == await desk.refusal(pb.GetRunRequest(name=run.name), "zen")


async def test_runs_are_listed_newest_first_by_state_and_step(desk, shop):
    await shop.publish(
        "welcome", graph(wait("look", "Bought", HOUR, "rest"), delay("rest", HOUR), goal=on("Paid"))
    )
    for key in range(1, 6):
        await shop.take(created(key))
        await shop.until(key)
        await desk.begin(key)
    await shop.take(did(1, 2, "Bought", 60), did(2, 3, "Paid", 60))

    async def listed(**more):
        found, request = [], pb.ListRunsRequest(parent="journeys/welcome", page_size=2, **more)
        while True:
            page = await desk.ask(request)
            found += [run.profile for run in page.runs]
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return found

    assert [name(key) for key in (5, 4, 3, 2, 1)] == await listed()
    assert [name(3)] == await listed(state=Run.ENDED)
    assert [name(key) for key in (5, 4, 2, 1)] == await listed(state=Run.WAITING)
    assert [name(2)] == await listed(step="rest")
    assert [] == await listed(state=Run.PAUSED)


async def test_a_customers_runs_are_found_by_any_name_of_hers(desk, shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.publish("other", graph(delay("rest", MINUTE)))
    await shop.take(created(1), created(2))
    await desk.begin(1)
    await desk.begin(2, "other")
    await shop.take(merged(1, 2))

    for key in (1, 2):
        page = await desk.ask(pb.ListProfileRunsRequest(parent=name(key)))
        assert {("welcome", name(1)), ("other", name(1))} == {
            (run.name.split("/")[1], run.profile) for run in page.runs
        }
