"""Handlers: each fact takes effect once, failures are patient, poison is parked and blocks nobody."""

import asyncio
from dataclasses import replace

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from chassis import parked
from chassis.bus import Bus, On, Patience
from chassis.errors import Unavailable
from tests.chassis.words import QUEUE, SOON, SUBJECT, WORDS, at_work, notes, promise, say, write_down
from tests.eventually import eventually

WRITE_DOWN = On(StringValue, write_down)


@pytest.fixture
async def bus(nats_url):
    async with Bus.open(nats_url) as opened:
        await opened.ensure_streams([WORDS])
        yield opened


async def reasons(db):
    return [row.reason for row in await parked.listed(db)]


async def test_what_one_transaction_promises_another_hears(bus, db):
    async with at_work(bus.relay(db), bus.consume(db, "demo", WRITE_DOWN)):
        await promise(db, "hello")
        await eventually(["hello"], lambda: notes(db))


async def test_a_fact_that_is_told_twice_takes_effect_once(bus, db):
    told = StringValue(value="once").SerializeToString()
    for _ in range(3):
        await bus.publish(f"{SUBJECT}.acme", told, {"ce-id": "the-same"})
    await say(bus, "last")

    async with at_work(bus.consume(db, "demo", WRITE_DOWN)):
        await eventually({"once", "last"}, lambda: words_set(db))
        await eventually(0, lambda: waiting(bus, WRITE_DOWN))
    assert 2 == len(await notes(db))


async def words_set(db):
    return set(await notes(db))


async def waiting(bus, on, service="demo"):
    """How many messages the consumer has not acknowledged."""
    info = await bus.js.consumer_info(on.stream, on.durable(service))
    return info.num_pending + info.num_ack_pending


async def test_processes_of_a_service_share_the_work(bus, db, nats_url):
    spoken = [f"word {number}" for number in range(40)]
    async with Bus.open(nats_url) as other:
        await say(bus, *spoken)
        async with at_work(bus.consume(db, "demo", WRITE_DOWN), other.consume(db, "demo", WRITE_DOWN)):
            await eventually(set(spoken), lambda: words_set(db))
            await eventually(0, lambda: waiting(bus, WRITE_DOWN))
    assert len(spoken) == len(await notes(db))


async def test_a_fact_without_an_id_is_known_by_its_place_in_the_stream(bus, db):
    for _ in range(2):
        await bus.publish(f"{SUBJECT}.acme", StringValue(value="same").SerializeToString())

    async with at_work(bus.consume(db, "demo", WRITE_DOWN)):
        await eventually(["same", "same"], lambda: notes(db))


async def test_the_workspace_of_the_transaction_is_that_of_the_subject(bus, db):
    await say(bus, "hers", workspace="acme")
    await say(bus, "his", workspace="zen")

    async with at_work(bus.consume(db, "demo", WRITE_DOWN)):
        await eventually(["hers"], lambda: notes(db, "acme"))
        await eventually(["his"], lambda: notes(db, "zen"))


async def test_a_handler_that_fails_gets_it_again_until_it_succeeds(bus, db):
    tries = []

    async def stumble(tx, event):
        tries.append(event.value)
        await write_down(tx, event)
        if len(tries) < 3:
            raise ArithmeticError

    await say(bus, "at last")
    async with at_work(bus.consume(db, "demo", On(StringValue, stumble), SOON)):
        await eventually(["at last"], lambda: notes(db))

    assert 3 == len(tries)
    assert [] == await reasons(db)


async def choke(tx, event):
    if event.value == "poison":
        raise ArithmeticError("cannot swallow this")
    await write_down(tx, event)


async def test_poison_is_parked_with_its_reason_when_patience_ends_and_its_neighbours_pass(bus, db):
    await say(bus, "one", "poison", "two", "three")

    async with at_work(bus.consume(db, "demo", On(StringValue, choke), SOON)):
        await eventually({"one", "two", "three"}, lambda: words_set(db))
        await eventually(["ArithmeticError: cannot swallow this"], lambda: reasons(db))
        await eventually(0, lambda: waiting(bus, On(StringValue, choke)))

    [row] = await parked.listed(db)
    assert ("demo-google_protobuf_StringValue-choke", "acme") == (row.consumer, row.workspace)
    assert StringValue(value="poison").SerializeToString() == row.payload


async def test_a_handler_that_waits_holds_up_no_neighbour(bus, db):
    gate = asyncio.Event()

    async def wait_for_it(tx, event):
        if event.value == "slow":
            await gate.wait()
        await write_down(tx, event)

    await say(bus, "slow", "one", "two", "three")
    async with at_work(bus.consume(db, "demo", On(StringValue, wait_for_it))):
        await eventually({"one", "two", "three"}, lambda: words_set(db))
        gate.set()
        await eventually(4, lambda: count(db))


async def count(db):
    return len(await notes(db))


async def test_what_cannot_be_decoded_is_parked_at_once(bus, db):
    await bus.publish(f"{SUBJECT}.acme", b"\xff", {"ce-id": "broken"})
    await say(bus, "whole")

    async with at_work(bus.consume(db, "demo", WRITE_DOWN, Patience(replay_seconds=0.1))):
        await eventually(1, lambda: parked_count(db))
        await eventually(["whole"], lambda: notes(db))


async def parked_count(db):
    return len(await parked.listed(db))


async def test_who_stops_gives_back_what_is_in_hand(bus, db):
    begun = asyncio.Event()

    async def hang(tx, event):
        if not begun.is_set():
            begun.set()
            await asyncio.Event().wait()
        await write_down(tx, event)

    await say(bus, "given back")
    async with at_work(bus.consume(db, "demo", On(StringValue, hang))):
        await begun.wait()
    async with at_work(bus.consume(db, "demo", On(StringValue, hang))):
        await eventually(["given back"], lambda: notes(db))


async def test_a_consumer_that_was_deleted_is_made_again(bus, db):
    async with at_work(bus.consume(db, "demo", WRITE_DOWN, SOON)):
        await say(bus, "before")
        await eventually(["before"], lambda: notes(db))
        await bus.js.delete_consumer("PROTOBUF", WRITE_DOWN.durable("demo"))
        await say(bus, "after")
        await eventually(["before", "after"], lambda: notes(db))


async def test_whoever_comes_first_makes_the_streams(nats_url):
    async with Bus.open(nats_url) as one, Bus.open(nats_url) as other:
        made = await asyncio.gather(*(each.ensure_streams([WORDS, QUEUE]) for each in (one, other)))
        assert {("PROTOBUF", "QUEUE")} == {tuple(info.config.name for info in each) for each in made}


async def test_a_stream_that_is_there_is_changed_only_on_purpose(bus):
    larger = replace(WORDS, max_bytes=2 * WORDS.max_bytes)

    [kept] = await bus.ensure_streams([larger])
    assert WORDS.max_bytes == kept.config.max_bytes
    [changed] = await bus.ensure_streams([larger], update=True)
    assert larger.max_bytes == changed.config.max_bytes


async def test_what_the_bus_does_not_take_is_unavailable(bus, nats_url):
    with pytest.raises(Unavailable):
        await bus.publish("nobody.listens", b"", within_seconds=1)
    async with Bus.open(nats_url) as closed:
        pass
    with pytest.raises(Unavailable):
        await closed.publish(SUBJECT, b"")


async def test_a_full_stream_refuses(bus):
    await bus.ensure_streams([replace(QUEUE, max_bytes=2000)])
    await bus.publish("queue.acme", b"x" * 1000)
    with pytest.raises(Unavailable):
        await bus.publish("queue.acme", b"x" * 1000)
