"""Promises are kept: in order, once, and whatever happens to the bus meanwhile."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from google.protobuf.wrappers_pb2 import BytesValue, StringValue
from sqlmodel import func, select

from chassis.bus import Bus
from chassis.db import Outbox
from chassis.relay import relay
from deploy.local.nats import embedded_nats
from tests.chassis.words import SUBJECT, WORDS, at_work, promise
from tests.eventually import eventually


@pytest.fixture
async def bus(nats_url):
    async with Bus.open(nats_url) as opened:
        await opened.ensure_streams([WORDS])
        yield opened


async def owed(db):
    async with db.begin(()) as tx:
        return (await tx.exec(select(func.count()).select_from(Outbox))).one()


async def told(bus):
    """The words in the stream, in its order."""
    state = (await bus.js.stream_info("PROTOBUF")).state
    raw = [await bus.js.get_msg("PROTOBUF", seq) for seq in range(1, state.last_seq + 1)]
    return [StringValue.FromString(msg.data).value for msg in raw]


async def test_promises_are_told_in_order_and_forgotten(bus, db):
    spoken = [f"word {number}" for number in range(1200)]
    await promise(db, *spoken)

    async with at_work(bus.relay(db)):
        await eventually(0, lambda: owed(db))
    assert len(spoken) == (await bus.js.stream_info("PROTOBUF")).state.messages
    assert spoken[:20] == (await told(bus))[:20]


async def test_a_commit_wakes_the_relay(bus, db):
    async with at_work(relay(bus.send, db, poll_seconds=3600)):
        for word in ("first", "second"):
            await promise(db, word)
            await eventually(0, lambda: owed(db))
    assert ["first", "second"] == await told(bus)


async def test_what_another_process_left_is_found_by_looking(bus, db):
    async with at_work(relay(bus.send, db, poll_seconds=0.05)):
        await promise(db, "ours")
        await eventually(0, lambda: owed(db))
        await promise(db, "theirs")
        db.promised.clear()
        await eventually(0, lambda: owed(db))


async def test_a_fact_carries_what_cloudevents_want(bus, db):
    async with db.begin("acme", cause="the-cause") as tx:
        tx.emit(StringValue(value="hello"))
    async with at_work(bus.relay(db)):
        await eventually(0, lambda: owed(db))

    msg = await bus.js.get_msg("PROTOBUF", 1)
    assert f"{SUBJECT}.acme" == msg.subject
    assert msg.headers["ce-id"] == msg.headers["Nats-Msg-Id"]
    assert (SUBJECT, "1.0") == (msg.headers["ce-type"], msg.headers["ce-specversion"])
    assert ("/rapport/protobuf", "the-cause") == (msg.headers["ce-source"], msg.headers["ce-cause"])


async def test_relays_of_several_processes_tell_each_fact_once(bus, db, nats_url):
    spoken = {f"word {number}" for number in range(600)}
    async with Bus.open(nats_url) as other, at_work(bus.relay(db), other.relay(db)):
        await promise(db, *spoken)
        await eventually(0, lambda: owed(db))
    assert len(spoken) == (await bus.js.stream_info("PROTOBUF")).state.messages


async def test_what_a_relay_told_before_it_died_is_not_told_again(bus, db):
    await promise(db, "told")
    dying = asyncio.Event()

    async def send_and_die(subject, data, headers):
        await bus.publish(subject, data, headers)
        dying.set()
        return asyncio.get_running_loop().create_future()

    async with at_work(relay(send_and_die, db)):
        await dying.wait()
    assert 1 == await owed(db)

    async with at_work(bus.relay(db)):
        await eventually(0, lambda: owed(db))
    assert ["told"] == await told(bus)


async def test_a_full_stream_leaves_the_promises_where_they_are_until_there_is_room(bus, db):
    await bus.ensure_streams([replace(WORDS, max_bytes=1500)], update=True)
    await promise(db, *(f"{number} {'x' * 300}" for number in range(10)))

    async with at_work(bus.relay(db)):
        await eventually(True, lambda: some_but_not_all(db))
        await bus.ensure_streams([WORDS], update=True)
        await eventually(0, lambda: owed(db))
    assert {str(number) for number in range(10)} == {word.split()[0] for word in await told(bus)}


async def some_but_not_all(db):
    return 0 < await owed(db) < 10


async def test_a_fact_that_never_fits_does_not_hold_back_the_others(bus, db):
    async with db.begin("acme") as tx:
        tx.emit(BytesValue(value=bytes(9 * 1024 * 1024)))
    await promise(db, "small")

    async with at_work(bus.relay(db)):
        await eventually(1, lambda: owed(db))
    assert ["small"] == await told(bus)


async def test_large_facts_are_taken_a_few_at_a_time(bus, db):
    async with db.begin("acme") as tx:
        for _ in range(12):
            tx.emit(BytesValue(value=bytes(3 * 1024 * 1024)))

    async with at_work(bus.relay(db)):
        await eventually(0, lambda: owed(db))
    assert 12 == (await bus.js.stream_info("PROTOBUF")).state.messages


async def test_promises_outlive_an_outage_of_the_bus(state, db):
    folder = state / "relay-nats"
    async with AsyncExitStack() as first:
        server = await first.enter_async_context(embedded_nats(folder))
        port = int(server.url.rpartition(":")[2])
        async with Bus.open(server.url) as bus:
            await bus.ensure_streams([WORDS])
            async with at_work(bus.relay(db)):
                await promise(db, "before")
                await eventually(0, lambda: owed(db))
                await first.aclose()

                await promise(db, "meanwhile")
                await eventually(False, lambda: bus.reachable)
                assert 1 == await owed(db)

                async with embedded_nats(folder, port=port):
                    await eventually(0, lambda: owed(db), seconds=20)
                    assert ["before", "meanwhile"] == await told(bus)
