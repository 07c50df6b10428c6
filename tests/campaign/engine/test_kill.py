"""Whoever works may be killed at any moment: runs, visits and messages are those of a day without that.

Two real processes share the streams and the timers, an owner and a standby; either is killed, or both, while
events, entries and hours come. What is told of one brand in peace is told of another in the storm.
"""

import asyncio
import multiprocessing
import signal
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest

from chassis.bus import Bus
from chassis.ids import uuid7
from tests.campaign.engine.living import live
from tests.campaign.engine.world import (
    DAY,
    NOON,
    created,
    delay,
    did,
    entered,
    graph,
    merged,
    on,
    send,
    updated,
    wait,
    world,
)
from tests.eventually import eventually

CUSTOMERS = 30
JOURNEYS = {
    "welcome": graph(
        delay("rest", 3, "mail"),
        send("mail", "look"),
        wait("look", "Bought", DAY, "more", since_start=True),
        delay("more", 1),
    ),
    "late": graph(
        wait("never", "Never", 2, late="out", lateness="0s"), delay("out", 1, "mail"), send("mail")
    ),
    "long": graph(delay("rest", DAY), triggers=[on("Began")], goal=on("Paid")),
    "vips": graph(
        delay("rest", 2, "mail"),
        send("mail"),
        triggers=[{"segment_entered": "segments/vip"}],
        reentry={"rule": "WHEN_ENDED"},
    ),
}


def told(key):
    """What becomes of one customer; every fifth, who waits for nothing else, turns out to be another."""
    yield created(key)
    yield updated(key, 1)
    yield did(10 * key, key, "Began", key / 1000)
    if key % 3 == 0:
        yield did(10 * key + 1, key, "Paid", 0.5)
    if key % 5 == 0:
        yield merged(key - 1, key)
        return
    yield did(10 * key + 2, key, "Signed Up", -1)
    yield entered(key, key, "vip", -1)
    if key % 2:
        yield did(10 * key + 3, key, "Bought", -0.5)


class Day:
    """A day of a brand, which begins when somebody begins to work."""

    def __init__(self, nursery, shop, nats_url, brand, chance):
        self.nursery, self.shop, self.nats_url, self.brand = nursery, shop, nats_url, brand
        self.chance, self.ahead = chance, NOON - datetime.now(UTC)
        self.places = {}
        self.living, self.dead = [], []

    @asynccontextmanager
    async def of(self, count):
        """With so many at work."""
        try:
            await self.begin(count)
            yield self
        finally:
            for child in self.living:
                child.kill()
                await asyncio.to_thread(child.join)

    async def begin(self, count):
        for _ in range(count):
            child = self.nursery.Process(
                target=live, args=(self.shop.url, self.nats_url, self.ahead), daemon=True
            )
            await asyncio.to_thread(child.start)
            self.living.append(child)

    async def strike(self):
        """Kills one of the two, or both, and lets others take their places."""
        for child in self.chance.sample(self.living, self.chance.choice((1, 1, 2))):
            child.kill()
            await asyncio.to_thread(child.join)
            self.living.remove(child)
            self.dead.append(child)
        await self.begin(2 - len(self.living))

    async def tell(self, bus, facts):
        for fact in facts:
            if "rapport.segment" in fact.DESCRIPTOR.full_name:
                fact.profile_position = self.places.get("PROFILE", 0)
            id = str(uuid7())
            when = (datetime.now(UTC) + self.ahead).isoformat()
            headers = {"ce-id": id, "Nats-Msg-Id": id, "ce-time": when}
            subject = f"{fact.DESCRIPTOR.full_name}.{self.brand}"
            ack = await bus.publish(subject, fact.SerializeToString(), headers)
            self.places[ack.stream] = ack.seq

    async def came_to(self, stream):
        name = f"campaign-{stream.lower()}"
        found = await self.shop.connection.fetchval("SELECT seq FROM hot_offset WHERE name = $1", name)
        return found or 0

    async def open(self):
        """What is not taken, due or not told yet."""
        taken = [stream for stream, place in self.places.items() if await self.came_to(stream) < place]
        rows = await self.shop.rows(
            OPEN, self.shop.now_us + 3600 * 1_000_000, self.brand, workspace=self.brand
        )
        return taken + [tuple(row) for row in rows]

    async def outcome(self, bus):
        runs = await self.shop.rows("SELECT * FROM run", workspace=self.brand)
        names = {row["id"]: (row["journey"], row["origin_key"], row["rotation"]) for row in runs}
        visits = await self.shop.rows("SELECT * FROM visit", workspace=self.brand)
        sends = await self.shop.rows("SELECT * FROM send", workspace=self.brand)
        stream = await bus.js.stream_info("CAMPAIGN", subjects_filter=f"*.*.*.*.{self.brand}")
        return {
            "runs": sorted(
                (
                    *names[row["id"]],
                    row["profile_key"],
                    row["started_us"],
                    row["step"],
                    row["end_reason"] or row["wait_kind"],
                )
                for row in runs
            ),
            "visits": sorted(
                (
                    *names[row["run"]],
                    row["place"],
                    row["step"],
                    row["visit"],
                    row["outcome"],
                    bool(row["send"]),
                )
                for row in visits
            ),
            "sends": sorted(
                (*names[row["run"]], row["step"], row["state"], row["decision_count"]) for row in sends
            ),
            "told": {
                subject.removesuffix(self.brand): count
                for subject, count in (stream.state.subjects or {}).items()
            },
        }


@pytest.fixture(scope="module")
def nursery():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.campaign.engine.living"])
    return context


async def test_whoever_is_killed_and_whenever_the_day_ends_as_it_does_in_peace(database, nats_url, nursery):
    clone = await database("campaign")
    async with world(clone.url) as shop, Bus.open(nats_url) as bus:
        for slug, way in JOURNEYS.items():
            for brand in ("peace", "storm"):
                await shop.publish(slug, way, workspace=brand)
        facts = [fact for key in range(1, CUSTOMERS + 1) for fact in told(key)]

        async with Day(nursery, shop, nats_url, "peace", Random(0)).of(1) as peace:
            await eventually(True, lambda: streams(bus), seconds=20)
            await peace.tell(bus, facts)
            await eventually([], peace.open, seconds=20)
            expected = await peace.outcome(bus)

        async with Day(nursery, shop, nats_url, "storm", Random(1)).of(2) as storm:
            for low in range(0, len(facts), PART):
                await storm.tell(bus, facts[low : low + PART])
                place = storm.places["PROFILE"] - storm.chance.randint(0, PART // 2)
                await eventually(True, lambda place=place: reached(storm, place), seconds=20)
                await storm.strike()
            await eventually([], storm.open, seconds=20)
            found = await storm.outcome(bus)
            assert {None} == {child.exitcode for child in storm.living}

    assert {-signal.SIGKILL: len(storm.dead)} == Counter(child.exitcode for child in storm.dead)
    assert expected == found
    ends = Counter((name, end) for name, *_, end in expected["runs"])
    assert {"COMPLETED", "GOAL_REACHED", "MERGED", "event", "time"} == {end for _, end in ends}


async def streams(bus):
    names = {info.config.name for info in await bus.js.streams_info()}
    return {"PROFILE", "SEGMENT", "CAMPAIGN"} <= names


async def reached(day, place):
    return await day.came_to("PROFILE") >= place


PART = 30
OPEN = """
SELECT 'run', due_us FROM run_due WHERE workspace = $2 AND due_us < $1
UNION ALL SELECT 'entrance', due_us FROM entrance_due WHERE workspace = $2
UNION ALL SELECT 'send', due_us FROM send_due WHERE workspace = $2
UNION ALL SELECT 'outbox', id FROM outbox WHERE workspace = $2
"""
