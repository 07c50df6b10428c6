"""Processes are killed while customers shop: what was acknowledged is there, once, and the sums are right."""

import os
import secrets
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from tests.eventually import eventually
from tests.journeys.house import House
from tests.journeys.killing.drained import drained, parked
from tests.journeys.killing.errands import Errands
from tests.journeys.killing.facts import facts_told
from tests.journeys.killing.fire import SERVICES, STAND_SECONDS, Fire
from tests.journeys.killing.ground import ground
from tests.journeys.killing.mails import mails_are_right
from tests.journeys.killing.memberships import memberships_are_right
from tests.journeys.killing.points import points_are_right
from tests.journeys.killing.profiles import orders_are_right, people, timelines_are_right
from tests.journeys.killing.tickets import tickets_are_right
from tests.journeys.killing.traffic import Traffic


@dataclass(frozen=True)
class Plan:
    """How much happens, and who is killed, in an order that the seed decides."""

    calls: int
    # How many of them are no repeats, at least.
    events: int
    customers: int
    tickets: int
    mails: int
    servers: int
    victims: Sequence[str]
    drain_seconds: float


SHORT = Plan(2000, 1500, 40, 8, 4, servers=4, victims=SERVICES, drain_seconds=180)
LONG = Plan(
    24_000, 20_000, 400, 80, 40, servers=8, victims=[*SERVICES * 4, "nats", "postgres"], drain_seconds=400
)


async def test_what_was_acknowledged_is_there_once_although_every_service_is_killed(house):
    await survives(house, SHORT)


@pytest.mark.kill
async def test_nothing_is_lost_when_services_are_killed_again_and_again_and_both_servers_once(house):
    await survives(house, LONG)


async def survives(house: House, plan: Plan) -> None:
    seed = int(os.environ.get("RAPPORT_KILL_SEED") or secrets.randbelow(1_000_000))
    say(f"\nseed {seed}")
    random, began = Random(seed), time.monotonic()
    traffic = Traffic(seed, uuid.uuid4().hex[:8], customers=plan.customers, count=plan.calls)
    assert sum(len(account.message_ids) for account in traffic.accounts) >= plan.events

    async with ground(house, traffic) as place:
        async with place.house.shop() as shop:
            for method, arguments in traffic.openings:
                getattr(shop, method)(**arguments)
        await drained(place, 60)
        errands = Errands(place, Random(seed), traffic)
        await errands.enrol()
        fire = Fire(place, traffic, random)
        victims = random.sample(plan.victims, len(plan.victims))
        lit = time.monotonic()
        await fire.burn(victims, errands.all(plan.tickets, plan.mails), plan.servers)
        burnt = time.monotonic()
        await eventually(True, house.ready, STAND_SECONDS)
        await drained(place, plan.drain_seconds)
        calm = time.monotonic()

        told = await facts_told(place)
        assert not (unhandled := await parked(place)), unhandled
        of = await people(place.caller, traffic)
        figures = await timelines_are_right(place, traffic, told, of)
        figures |= await orders_are_right(place, traffic, told, of)
        figures |= await memberships_are_right(place, traffic, told, of)
        figures |= await mails_are_right(place, traffic, errands)
        figures |= await points_are_right(place, traffic, errands, of)
        figures |= await tickets_are_right(place, errands)

    killed = fire.by_victim()
    assert Counter(plan.victims) == killed
    figures |= {
        "calls of shops, repeats among them": len(traffic.calls) + len(traffic.openings),
        "errands by API and mail": fire.errands_done,
        "requests asked twice at once": errands.asked_twice,
        "requests asked again": dict(place.caller.again),
        "mails to the desk tried again": errands.mailed_again,
        "facts told, and repeats on the wire": f"{len(told.facts)}, {told.repeated}",
        "kills": f"{killed.total()}, {fire.in_hand} of them with events not acknowledged",
        "killed": ", ".join(f"{victim} {times}" for victim, times in killed.items()),
        "seconds": f"{lit - began:.0f} before, {burnt - lit:.0f} of fire, {calm - burnt:.0f} until"
        f" all was done, {time.monotonic() - calm:.0f} to compare",
        "seed": seed,
    }
    say("\n".join(f"{name:<52} {figure}" for name, figure in figures.items()))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
