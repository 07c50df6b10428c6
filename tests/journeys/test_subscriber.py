"""The examples of docs/examples/subscribe, run as a reader of the docs would run them."""

import asyncio
import shutil
import sys
import uuid

import pytest
from rapport.profile.v1 import events_pb2 as events

from tests.eventually import eventually
from tests.journeys.house import ROOT, House, connected, surroundings

EXAMPLES = ROOT / "docs" / "examples" / "subscribe"
COMMANDS = [
    pytest.param((sys.executable, EXAMPLES / "subscribe.py"), id="python"),
    pytest.param(
        ("node", EXAMPLES / "subscribe.mjs"),
        id="node",
        marks=pytest.mark.skipif(not shutil.which("node"), reason="node is not installed"),
    ),
]


async def customer(house: House) -> tuple[str, str]:
    """A new customer, who bought something, and of whom was told; her profile and her order."""
    user = f"ada-{uuid.uuid4().hex[:8]}"
    async with house.hearing() as facts:
        async with house.shop() as shop:
            shop.identify(user, {"first_name": "Ada"})
            shop.track(user, "Order Completed", {"order_id": f"O-{user}", "total": 10, "currency": "EUR"})
        order = f"orders/O-{user}"
        await eventually(
            1, lambda: len([fact for fact in facts.of(events.OrderPlaced) if fact.order.name == order]), 30
        )
    return (await house.find(f"user_id:{user}"))["name"], order


async def facts_told(house: House) -> int:
    """How many facts about customers of the demo shop the bus keeps."""
    async with connected(house.nats_url) as bus:
        subject = "rapport.profile.v1.*.demo"
        info = await bus.jetstream().stream_info("PROFILE", subjects_filter=subject)
    return sum((info.state.subjects or {}).values())


async def heard(house: House, command: tuple, durable: str, count: int) -> list[str]:
    """What the example prints until it has heard of *count* facts."""
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--count", str(count), "--durable", durable),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # The house's folder lies where the examples look for it, as in a clone.
        cwd=house.home.parent,
        env=surroundings(),
    )
    try:
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert 0 == process.returncode, said.decode()
    return said.decode().splitlines()


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_subscriber_hears_of_customers_and_goes_on_where_it_stopped(house, command):
    durable = f"reader-{uuid.uuid4().hex[:8]}"
    ada, her_order = await customer(house)
    before = await facts_told(house)
    lines = await heard(house, command, durable, before)

    assert before == len(lines)
    assert tells(lines, "ProfileCreated", ada)
    assert tells(lines, "OrderPlaced", her_order)

    eve, her_order = await customer(house)
    lines = await heard(house, command, durable, await facts_told(house) - before)
    assert tells(lines, "ProfileCreated", eve)
    assert tells(lines, "OrderPlaced", her_order)
    assert not tells(lines, "ProfileCreated", ada)


def tells(lines: list[str], fact: str, name: str) -> bool:
    return any(line.startswith(fact) and name in line for line in lines)
