"""Whoever sends may die at any step: nothing is sent twice, nothing is lost, and nothing stays unknown.

A real process sends from the real database to a real mail server and is killed; another takes over and is
killed too; a third finishes.
"""

import asyncio
import multiprocessing
import signal
from collections import Counter
from collections.abc import AsyncIterator
from random import Random

import pytest

from tests.campaign.sending.dying import STEPS, WRITES, live
from tests.campaign.sending.world import World, world
from tests.eventually import eventually

MESSAGES = 12
LEASE_SECONDS = 1.0


@pytest.fixture(scope="module")
def nursery():
    """Processes are forked from one that has imported everything, and nothing else."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.campaign.sending.dying"])
    return context


@pytest.fixture
async def shops(database, sink) -> AsyncIterator[object]:
    """As many as a test wants, each with a database of its own."""
    opened = []

    async def shop(lookup_url: str | None) -> tuple[World, str]:
        url = (await database("campaign")).url
        opening = world(url, sink.smtp_url, lookup_url, lease=LEASE_SECONDS, hand_over=LEASE_SECONDS / 2)
        made = await opening.__aenter__()
        opened.append(opening)
        await made.channel()
        await made.template()
        return made, url

    yield shop
    for opening in reversed(opened):
        await opening.__aexit__(None, None, None)


async def deaths(nursery, url: str, sink, lookup_url: str | None, ways: list[tuple[str, int]]) -> int:
    """One process after the other; how many of them were killed."""
    killed = 0
    for step, count in ways:
        args = ((url, sink.smtp_url, lookup_url, LEASE_SECONDS), step, count)
        child = nursery.Process(target=live, args=args, daemon=True)
        await asyncio.to_thread(child.start)
        try:
            await asyncio.to_thread(child.join, 20)
            assert child.exitcode in {0, -signal.SIGKILL}, f"{step}: {child.exitcode}"
        finally:
            child.kill()
        killed += child.exitcode != 0
    return killed


def ways(step: str, chance: Random) -> list[tuple[str, int]]:
    """First there, then anywhere. Who shall die over a look-up needs somebody to be looked for."""
    if step.endswith("look up"):
        return [("before end", 1), (step, 1)]
    most = 1 if step.rpartition(" ")[2] in WRITES else MESSAGES // 2
    return [(step, chance.randint(1, most)), (chance.choice(STEPS), chance.randint(1, 3))]


async def copies(sink, ids) -> Counter:
    found = {one.mail.message_id: one.mail.copies for one in await sink.mails()}
    return Counter({id: found.get(f"<{id.hex}@acme.example>", 0) for id in ids})


# Seeds share the steps among them.
@pytest.mark.parametrize(
    ("seed", "message_class"), [(0, "marketing"), (1, "transactional"), (2, "marketing")]
)
async def test_wherever_a_sender_dies_each_message_arrives_exactly_once(
    shops, sink, nursery, seed, message_class
):
    chance, places = Random(seed), asyncio.Semaphore(3)

    async def scenario(step: str, ways: list[tuple[str, int]]) -> None:
        shop, url = await shops(sink.lookup_url)
        ids = await shop.claim(*await shop.customers(MESSAGES), message_class=message_class)
        async with places:
            assert await deaths(nursery, url, sink, sink.lookup_url, ways) >= 1 + step.endswith("look up"), (
                step
            )
        await eventually(0, lambda: looked_at(shop), seconds=20)
        assert dict.fromkeys(ids, 1) == await copies(sink, ids), step
        states = await shop.states()
        assert MESSAGES == states.get("HANDED_OVER", 0) + states.get("CONFIRMED", 0), (step, states)
        told = Counter(each.message.send for each in await shop.told())
        assert {f"sends/{id}": 1 for id in ids} == told, step

    await asyncio.gather(*(scenario(step, ways(step, chance)) for step in STEPS[seed::3]))


async def looked_at(shop: World) -> int:
    await shop.deliver()
    return await shop.waiting()


async def test_what_cannot_be_asked_gets_marketing_at_most_once(shops, sink, nursery):
    async def scenario(step: str) -> None:
        shop, url = await shops(None)
        ids = await shop.claim(*await shop.customers(MESSAGES))
        await deaths(nursery, url, sink, None, ways(step, Random(1))[:1])
        shop.clock.forward(seconds=LEASE_SECONDS)
        await eventually(0, lambda: looked_at(shop))
        came, states = await copies(sink, ids), await shop.states()
        assert max(came.values()) <= 1, step
        assert sum(count == 0 for count in came.values()) <= states.get("UNKNOWN", 0), (step, states)
        assert MESSAGES == states.get("HANDED_OVER", 0) + states.get("UNKNOWN", 0)

    await asyncio.gather(*(scenario(step) for step in UNSURE))


async def test_what_cannot_be_asked_gets_a_receipt_at_least_once(shops, sink, nursery):
    async def scenario(step: str) -> None:
        shop, url = await shops(None)
        ids = await shop.claim(*await shop.customers(MESSAGES), message_class="transactional")
        await deaths(nursery, url, sink, None, ways(step, Random(2))[:1])

        async def later() -> int:
            shop.clock.forward(seconds=10)
            return await looked_at(shop)

        await eventually(0, later)
        assert min((await copies(sink, ids)).values()) >= 1, step
        assert {"HANDED_OVER": MESSAGES} == await shop.states()

    await asyncio.gather(*(scenario(step) for step in UNSURE))


UNSURE = ("having committed begin", "half of the data", "all of the data", "after hand over", "before end")
