"""The hot path: in order, once, by one owner, past poison, through every kind of trouble."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import asyncpg
import nats.errors
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from chassis import parked
from chassis.bus import Bus
from chassis.db import Database, connect
from chassis.errors import Unavailable
from chassis.hot import Hot, own
from chassis.hottx import StartOver, Watermark, begun
from chassis.ids import uuid7
from chassis.letters import Letter
from deploy.local.nats import embedded_nats
from tests.chassis.words import QUEUE, at_work, notes
from tests.eventually import eventually

HOT = Hot("QUEUE", "demo-queue", "queue.*", poll_seconds=0.05)


@pytest.fixture
async def bus(nats_url):
    async with Bus.open(nats_url) as opened:
        await opened.ensure_streams([QUEUE])
        yield opened


@dataclass(frozen=True, slots=True)
class Word:
    workspace: str
    text: str

    def alone(self):
        return sentence(self.text, self.workspace)


def sentence(text, workspace="acme"):
    return Letter(f"queue.{workspace}", StringValue(value=text).SerializeToString())


def opened(letter):
    """A message is a sentence, an item a word."""
    return [Word(letter.workspace, word) for word in StringValue.FromString(letter.data).value.split()]


async def write_down(tx, words):
    """Poison fails after it was written, so that a roll-back has something to undo."""
    await tx.connection.execute(
        "INSERT INTO note (workspace, id, words) SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[])",
        [word.workspace for word in words],
        [uuid7() for _ in words],
        [word.text for word in words],
    )
    for word in words:
        tx.emit(word.workspace, StringValue(value=word.text))
        if "poison" in word.text:
            raise ArithmeticError(f"cannot swallow {word.text}")


async def say(bus, *sentences, workspace="acme"):
    for each in sentences:
        letter = sentence(each, workspace)
        await bus.publish(letter.subject, letter.data)


async def queued(bus):
    return (await bus.js.stream_info("QUEUE")).state.messages


async def reasons(db):
    return [row.reason for row in await parked.listed(db)]


def number_words(start, stop):
    return [f"w{number}" for number in range(start, stop)]


async def test_items_are_taken_in_order_and_what_is_done_leaves_the_queue(bus, db):
    words = number_words(0, 500)
    await say(bus, *(" ".join(words[at : at + 5]) for at in range(0, 500, 5)))

    async with at_work(own(bus, db, HOT, write_down, opened)):
        await eventually(words, lambda: notes(db))
        await eventually(0, lambda: queued(bus))
        await say(bus, "and more")
        await eventually([*words, "and", "more"], lambda: notes(db))


async def test_promises_of_a_batch_are_told_in_order_and_wake_the_relay(bus, db):
    await say(bus, "a b", "c")
    async with at_work(own(bus, db, HOT, write_down, opened)):
        async with asyncio.timeout(10):
            await db.promised.wait()
        await eventually(3, lambda: promises(db))
    connection = await connect(db.url)
    rows = await connection.fetch("SELECT subject, payload FROM outbox ORDER BY id")
    await connection.close()
    assert ["a", "b", "c"] == [StringValue.FromString(row["payload"]).value for row in rows]
    assert {"google.protobuf.StringValue.acme"} == {row["subject"] for row in rows}


async def promises(db):
    connection = await connect(db.url)
    try:
        return await connection.fetchval("SELECT count(*) FROM outbox")
    finally:
        await connection.close()


async def test_a_batch_may_hold_several_workspaces(bus, db):
    await say(bus, "hers", workspace="acme")
    await say(bus, "his", workspace="zen")
    async with at_work(own(bus, db, HOT, write_down, opened)):
        await eventually(["hers"], lambda: notes(db, "acme"))
        await eventually(["his"], lambda: notes(db, "zen"))


async def test_a_batch_opens_its_own_workspaces_only(bus, db):
    async def trespass(tx, words):
        await write_down(tx, [replace(word, workspace="zen") for word in words])

    await say(bus, "mine")
    async with at_work(own(bus, db, HOT, trespass, opened)):
        await eventually(1, lambda: parked_count(db))
    assert [] == await notes(db, "acme", "zen")
    assert "row-level security" in (await reasons(db))[0]


async def parked_count(db):
    return len(await parked.listed(db))


async def test_batches_are_whole_messages_up_to_the_most_items(bus, db):
    sizes = []

    async def measure(tx, words):
        sizes.append(len(words))
        await write_down(tx, words)

    await say(bus, *(" ".join(number_words(at, at + 4)) for at in range(0, 40, 4)), "x " * 25)
    small = replace(HOT, items_max=10)
    async with at_work(own(bus, db, small, measure, opened)):
        await eventually(0, lambda: queued(bus))
    assert 65 == sum(sizes)
    assert [8] * 5 == sizes[-6:-1]
    assert 25 == sizes[-1], "a message is never divided"


async def test_there_is_one_owner_and_the_next_goes_on_where_it_stopped(bus, db, nats_url):
    takers = Counter()

    def taken_by(name):
        async def take(tx, words):
            takers[name] += len(words)
            await write_down(tx, words)

        return take

    async with Bus.open(nats_url) as other, AsyncExitStack() as first:
        await first.enter_async_context(at_work(own(bus, db, HOT, taken_by("first"), opened)))
        await say(bus, *number_words(0, 10))
        await eventually(10, lambda: takers["first"])
        async with at_work(own(other, db, HOT, taken_by("second"), opened)):
            await say(bus, *number_words(10, 20))
            await eventually(20, lambda: takers["first"])
            await first.aclose()
            await say(bus, *number_words(20, 30))
            await eventually(10, lambda: takers["second"])
            await eventually(0, lambda: queued(bus))
    assert number_words(0, 30) == await notes(db)


async def test_what_was_committed_and_not_acknowledged_is_skipped_when_it_comes_again(bus, db, nats_url):
    await say(bus, *number_words(0, 10))
    async with Bus.open(nats_url) as dying:

        async def take_and_die(tx, words):
            await write_down(tx, words)
            await dying.connection.close()

        with pytest.raises(nats.errors.ConnectionClosedError):
            await own(dying, db, HOT, take_and_die, opened)
    assert await notes(db)
    assert 10 == await queued(bus)

    await say(bus, "last")
    async with at_work(own(bus, db, HOT, write_down, opened)):
        await eventually(0, lambda: queued(bus))
    assert [*number_words(0, 10), "last"] == await notes(db)


async def test_poison_is_parked_alone_and_its_neighbours_land_in_order(bus, db):
    words = number_words(0, 100)
    words[37] = "poison37"
    forgotten = []
    await say(bus, " ".join(words[:50]), " ".join(words[50:]))

    async with at_work(own(bus, db, HOT, write_down, opened, forget=lambda: forgotten.append(True))):
        await eventually(0, lambda: queued(bus))

    assert [word for word in words if word != "poison37"] == await notes(db)
    assert 99 == await promises(db), "what poison promised before it failed is not told"
    [row] = await parked.listed(db)
    assert ("demo-queue", "acme", "queue.acme") == (row.consumer, row.workspace, row.subject)
    assert "ArithmeticError: cannot swallow poison37" == row.reason
    assert StringValue(value="poison37").SerializeToString() == row.payload
    assert len(forgotten) > 2


async def test_all_poison_is_all_parked(bus, db):
    await say(bus, "poison1 poison2 poison3", "poison4")
    async with at_work(own(bus, db, HOT, write_down, opened)):
        await eventually(0, lambda: queued(bus))
    assert {f"ArithmeticError: cannot swallow poison{number}" for number in range(1, 5)} == set(
        await reasons(db)
    )
    assert [] == await notes(db)


async def test_sql_that_fails_for_one_item_is_poison_too(bus, db):
    async def divide(tx, words):
        await write_down(tx, words)
        await tx.connection.fetch(
            "SELECT 1 / (w <> 'zero')::int FROM unnest($1::text[]) AS w", [w.text for w in words]
        )

    await say(bus, "one zero two")
    async with at_work(own(bus, db, HOT, divide, opened)):
        await eventually(["one", "two"], lambda: notes(db))
        await eventually(["DivisionByZeroError: division by zero"], lambda: reasons(db))


async def test_a_message_nobody_can_read_is_parked_whole(bus, db):
    await say(bus, "before")
    await bus.publish("queue.acme", b"\xff")
    await bus.publish("queue.Not-A-Workspace", sentence("lost").data)
    await say(bus, "after")

    async with at_work(own(bus, db, HOT, write_down, opened)):
        await eventually(["before", "after"], lambda: notes(db))
        await eventually(0, lambda: queued(bus))
    assert {b"\xff", sentence("lost").data} == {row.payload for row in await parked.listed(db)}


async def test_a_replayed_item_is_taken_between_batches_and_leaves(bus, db):
    cured = asyncio.Event()

    async def picky(tx, words):
        if not cured.is_set() and any(word.text == "gall" for word in words):
            raise ArithmeticError("bitter")
        await write_down(tx, words)

    await say(bus, "one gall poison")
    async with at_work(own(bus, db, HOT, picky, opened)):
        await eventually(2, lambda: parked_count(db))
        cured.set()
        await parked.replay(db, None)
        await eventually(["one", "gall"], lambda: notes(db))
        await eventually([("ArithmeticError: cannot swallow poison", None)], lambda: rows(db))


async def rows(db):
    return [(row.reason, row.replay_at) for row in await parked.listed(db)]


async def test_a_replayed_message_of_many_items_leaves_its_poison_behind(bus, db):
    readable = asyncio.Event()

    def learn(letter):
        if not readable.is_set():
            raise ArithmeticError("what is this?")
        return opened(letter)

    await say(bus, "one poison two")
    async with at_work(own(bus, db, HOT, write_down, learn)):
        await eventually(["ArithmeticError: what is this?"], lambda: reasons(db))
        readable.set()
        await parked.replay(db, None)
        await eventually(["one", "two"], lambda: notes(db))
        await eventually(["ArithmeticError: cannot swallow poison"], lambda: reasons(db))


async def test_an_outage_is_no_poison(bus, db):
    tries = []

    async def unlucky(tx, words):
        tries.append(len(words))
        await write_down(tx, words)
        if len(tries) == 1:
            raise Unavailable("AWAY", "Try again.")
        if len(tries) == 2:
            raise asyncpg.DeadlockDetectedError("deadlock detected")

    await say(bus, "one two")
    async with at_work(own(bus, db, HOT, unlucky, opened)):
        await eventually(["one", "two"], lambda: notes(db))
    assert [2, 2, 2] == tries
    assert [] == await reasons(db)


async def test_a_lost_connection_to_the_database_is_made_again(bus, db):
    killed = []

    async def interrupted(tx, words):
        await write_down(tx, words)
        if not killed:
            killed.append(await tx.connection.fetchval("SELECT pg_backend_pid()"))
            await kill(db, killed[0])
            await tx.connection.execute("SELECT 1")

    await say(bus, "one two", "three")
    async with at_work(own(bus, db, HOT, interrupted, opened)):
        await eventually(["one", "two", "three"], lambda: notes(db))
    assert killed
    assert [] == await reasons(db)


async def kill(db: Database, pid):
    connection = await connect(db.url)
    await connection.execute("SELECT pg_terminate_backend($1)", pid)
    await connection.close()


async def test_a_stream_that_is_made_anew_counts_from_one_and_nothing_is_skipped(bus, db):
    async with at_work(own(bus, db, HOT, write_down, opened)):
        await say(bus, *number_words(0, 10))
        await eventually(10, lambda: count(db))
        await bus.js.delete_stream("QUEUE")
        await bus.ensure_streams([QUEUE])
        await say(bus, *number_words(10, 15))
        await eventually(number_words(0, 15), lambda: notes(db), seconds=20)


async def count(db):
    return len(await notes(db))


async def test_a_consumer_that_was_deleted_is_made_again(bus, db):
    async with at_work(own(bus, db, HOT, write_down, opened)):
        await say(bus, *number_words(0, 10))
        await eventually(10, lambda: count(db))
        await bus.js.delete_consumer("QUEUE", HOT.durable)
        await say(bus, *number_words(10, 20))
        await eventually(number_words(0, 20), lambda: notes(db), seconds=20)


async def test_a_delivery_that_was_lost_is_noticed_and_nothing_is_passed_over(bus, db):
    """A thief takes a message from the consumer; the owner sees the gap and begins again."""
    async with at_work(own(bus, db, HOT, write_down, opened)):
        await say(bus, "first")
        await eventually(1, lambda: count(db))
        thief = await bus.js.pull_subscribe_bind(HOT.durable, "QUEUE")
        stealing = asyncio.create_task(thief.fetch(1, timeout=20))
        spoken = ["first"]
        while not stealing.done():
            spoken.append(f"w{len(spoken)}")
            await say(bus, spoken[-1])
        await say(bus, "last")
        await eventually([*spoken, "last"], lambda: notes(db), seconds=20)


async def test_an_outage_of_the_bus_is_waited_out(state, db):
    folder = state / "hot-nats"
    async with AsyncExitStack() as first:
        server = await first.enter_async_context(embedded_nats(folder))
        async with Bus.open(server.url) as bus:
            await bus.ensure_streams([QUEUE])
            async with at_work(own(bus, db, HOT, write_down, opened)):
                await say(bus, "before")
                await eventually(["before"], lambda: notes(db))
                await first.aclose()
                async with embedded_nats(folder, port=int(server.url.rpartition(":")[2])):
                    await eventually(True, lambda: bus.reachable)
                    await say(bus, "after")
                    await eventually(["before", "after"], lambda: notes(db), seconds=20)


async def test_facts_that_are_kept_are_read_on_from_the_watermark(bus, db):
    await bus.ensure_streams([replace(QUEUE, name="KEPT", subjects=("kept.>",), keep_seconds=3600)])
    kept = replace(HOT, stream="KEPT", durable="demo-kept", filter_subject="kept.*")
    for part in (range(5), range(5, 10)):
        for number in part:
            await bus.publish("kept.acme", sentence(f"w{number}").data)
        async with at_work(own(bus, db, kept, write_down, opened)):
            await eventually(number_words(0, part.stop), lambda: notes(db))


async def test_who_was_overtaken_commits_nothing(db):
    connection = await connect(db.url)
    created = db.clock()
    ours = await Watermark.read(connection, "shard", created, most=100)
    await connection.execute("UPDATE hot_offset SET seq = 7")

    async def work():
        async with begun(connection, {"acme"}, db) as tx:
            await write_down(tx, [Word("acme", "late")])
            await tx.move(ours, 5)

    with pytest.raises(StartOver):
        await work()
    assert [] == await notes(db)
    assert 7 == (await Watermark.read(connection, "shard", created, most=100)).seq
    await connection.close()
