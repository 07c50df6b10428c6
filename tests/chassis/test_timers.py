"""Time: a steady beat, failures that pass and failures that do not, rows that fall due."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from chassis.db import Parked
from chassis.errors import Unavailable
from chassis.letters import Letter
from chassis.parked import listed, park, replay
from chassis.timers import every, take_due, until_next
from tests.chassis.words import at_work
from tests.eventually import eventually

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def test_work_is_told_the_time_at_once_and_on_every_beat():
    told = []

    async def work(now):
        told.append(now)

    async with at_work(every(0.01, work, clock=lambda: NOON)):
        await eventually(True, lambda: len(told) >= 3)
    assert {NOON} == set(told)


@pytest.mark.parametrize(("elapsed", "wait"), [(0, 10), (0.5, 9.5), (9.75, 0.25), (10, 10), (37, 3)], ids=str)
async def test_the_beat_keeps_its_places_and_missed_beats_are_gone(elapsed, wait):
    assert wait == until_next(elapsed, 10)


async def test_an_outage_is_waited_out():
    tries = []

    async def work(_now):
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("AWAY", "Try again.")

    async with at_work(every(0.01, work)):
        await eventually(True, lambda: len(tries) > 3)


async def test_a_bug_ends_the_loop():
    async def work(_now):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await every(0.01, work)


@pytest.fixture
async def due_rows(db):
    """Three rows: two are due."""
    for word in ("first", "second", "later"):
        letter = Letter(
            "google.protobuf.StringValue.acme", StringValue(value=word).SerializeToString(), {}, word
        )
        await park(db, "demo", letter, ArithmeticError())
    rows = sorted(await listed(db), key=lambda row: row.parked_at)
    await replay(db, [row.id for row in rows[:2]])
    return [row.id for row in rows[:2]]


async def taken(tx, now=None, limit=100):
    rows = await take_due(tx, Parked, Parked.replay_at, now or datetime.now(UTC), limit=limit)
    return [row.id for row in rows]


async def test_due_rows_are_taken_when_their_time_has_come(db, due_rows):
    async with db.begin(()) as tx:
        assert set(due_rows) == set(await taken(tx))
        assert [] == await taken(tx, now=datetime.now(UTC) - timedelta(hours=1))


async def test_a_rival_takes_other_rows(db, due_rows):
    async with db.begin(()) as one, db.begin(()) as other:
        first, second = await taken(one, limit=1), await taken(other)
        assert (1, 1) == (len(first), len(second))
        assert set(due_rows) == {*first, *second}
