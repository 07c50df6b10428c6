"""The parking lot: what waits there is shown, and replayed by the loop that could not take it."""

from uuid import uuid4

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from chassis import parked
from chassis.bus import Bus, On
from tests.chassis.words import SOON, WORDS, at_work, notes, say, write_down
from tests.eventually import eventually


@pytest.fixture
async def bus(nats_url):
    async with Bus.open(nats_url) as opened:
        await opened.ensure_streams([WORDS])
        yield opened


@pytest.fixture
def moody():
    """A handler, and the words it does not like today."""
    disliked = {"poison"}

    async def moody(tx, event):
        await write_down(tx, event)
        if event.value in disliked:
            raise ArithmeticError(f"not {', '.join(sorted(disliked))}")

    return moody, disliked


async def rows(db):
    return [(row.reason, row.replay_at is not None) for row in await parked.listed(db)]


async def test_a_replayed_message_takes_effect_and_leaves(bus, db, moody):
    handle, disliked = moody
    await say(bus, "poison")
    async with at_work(bus.consume(db, "demo", On(StringValue, handle), SOON)):
        await eventually([("ArithmeticError: not poison", False)], lambda: rows(db))
        disliked.clear()

        assert 1 == await parked.replay(db, None)

        await eventually(["poison"], lambda: notes(db))
        await eventually([], lambda: rows(db))


async def test_what_fails_again_stays_with_the_new_reason_until_it_is_asked_for_again(bus, db, moody):
    handle, disliked = moody
    await say(bus, "poison")
    async with at_work(bus.consume(db, "demo", On(StringValue, handle), SOON)):
        await eventually([("ArithmeticError: not poison", False)], lambda: rows(db))
        disliked.add("gall")
        [row] = await parked.listed(db)

        await parked.replay(db, [row.id])

        await eventually([("ArithmeticError: not gall, poison", False)], lambda: rows(db))
    assert [] == await notes(db)


async def test_a_replay_and_a_late_redelivery_take_effect_once(bus, db, moody):
    handle, disliked = moody
    await say(bus, "poison")
    on = On(StringValue, handle)
    async with at_work(bus.consume(db, "demo", on, SOON)):
        await eventually(1, lambda: count(db))
        disliked.clear()
        [row] = await parked.listed(db)
        await parked.replay(db, None)
        await eventually(["poison"], lambda: notes(db))

        await bus.publish(row.subject, row.payload, {"ce-id": row.headers["ce-id"]})
        await eventually(0, lambda: waiting(bus, on))
    assert ["poison"] == await notes(db)


async def count(db):
    return len(await parked.listed(db))


async def waiting(bus, on):
    info = await bus.js.consumer_info(on.stream, on.durable("demo"))
    return info.num_pending + info.num_ack_pending


async def test_the_operator_lists_shows_and_replays(bus, db, moody, capsys):
    async def command(*argv):
        code = await parked.parked_command(db, argv)
        return code, capsys.readouterr().out

    assert (0, "Nothing is parked.\n") == await command("list")
    await say(bus, "poison")
    async with at_work(bus.consume(db, "demo", On(StringValue, moody[0]), SOON)):
        await eventually(1, lambda: count(db))
    [row] = await parked.listed(db)

    code, listed = await command("list")
    assert 0 == code
    head, line = listed.splitlines()
    assert ["id", "parked", "consumer", "workspace", "reason"] == head.split()
    assert line.startswith(str(row.id))
    assert line.endswith("demo-google_protobuf_StringValue-moody  acme       ArithmeticError: not poison")

    code, shown = await command("show", str(row.id))
    assert 0 == code
    assert "subject: google.protobuf.StringValue.acme" in shown
    assert shown.rstrip().endswith('"poison"')

    assert 0 == (await command("replay", str(row.id)))[0]
    assert [("ArithmeticError: not poison", True)] == await rows(db)
    assert 2 == (await command("replay"))[0]
    assert 1 == (await command("show", str(uuid4())))[0]
