"""What happens because it is time: the future arrives once, and the months to come have their place."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.db import Database
from chassis.workspaces import Workspaces
from services.profile.engine.take import Engine
from services.profile.timers import AT_ONCE, Timers
from tests.profile.world import NOON, SHOP, event, world

HOUR, DAY = 3600, 86_400


@pytest.fixture
async def shop(database):
    async with world((await database("profile")).url) as opened:
        yield opened


@pytest.fixture
async def timers(shop):
    async with Database.open(shop.url, clock=lambda: shop.now) as db:
        yield Timers(db, Workspaces(), lambda: shop.now)


async def done(shop, workspace=SHOP):
    rows = await shop.rows("SELECT * FROM activity ORDER BY time_us", workspace=workspace)
    return [row["event"] for row in rows if row["workspace"] == workspace]


async def later(shop, timers, hours):
    shop.now = NOON + timedelta(hours=hours)
    await timers.let_future_happen(shop.now)


async def test_events_dated_ahead_happen_when_their_time_has_come_and_not_before(shop, timers):
    await shop.take(event(n, "user_id:ada", at=-n * HOUR, name=f"Done {n}") for n in range(1, 4))
    await shop.take([event(4, "user_id:bob", at=-2 * HOUR, name="Done elsewhere")], workspace="other")
    assert [] == await done(shop)
    await later(shop, timers, 0.99)
    assert [] == await done(shop)

    await later(shop, timers, 2)

    assert ["Done 1", "Done 2"] == await done(shop)
    assert ["Done elsewhere"] == await done(shop, "other")
    await later(shop, timers, 3)
    assert ["Done 1", "Done 2", "Done 3"] == await done(shop)
    assert 0 == await shop.connection.fetchval("SELECT count(*) FROM deferred_event")


async def test_a_crowd_of_events_happens_in_their_order_however_many_are_due(shop, timers):
    many = 2 * AT_ONCE + 100
    await shop.take(
        event(n, "user_id:ada", at=-HOUR - n, type="identify", name="", traits={"n": n})
        for n in range(1, many)
    )

    await later(shop, timers, 2)

    [anchor] = await shop.rows("SELECT * FROM anchor")
    assert many - 1 == anchor["activity_count"] == len(await done(shop))
    assert f",{many - 1}]" in anchor["registers"].replace(" ", "")


async def test_two_processes_whose_clocks_strike_at_once_let_it_happen_once(shop, timers):
    await shop.take(event(n, "user_id:ada", at=-HOUR, name="Done") for n in range(1, 6))
    shop.now = NOON + timedelta(hours=2)

    await asyncio.gather(*(timers.let_future_happen(shop.now) for _ in range(3)))

    assert ["Done"] * 5 == await done(shop)
    [anchor] = await shop.rows("SELECT * FROM anchor")
    assert 5 == anchor["activity_count"]


async def test_the_worker_knows_of_what_happened_by_the_clock(shop, timers):
    """It held Ada and Bob in memory; then they became one because it was time."""
    await shop.take([event(1, "user_id:ada", at=60), event(2, "anonymous_id:a1", at=50)])
    await shop.take([event(3, "user_id:ada", "anonymous_id:a1", at=-HOUR)])
    assert 2 == len(await shop.partition())
    await later(shop, timers, 2)
    await shop.take([event(4, "anonymous_id:a1", "email:ada@example.com", at=-HOUR)])

    assert {frozenset({"user_id:ada", "anonymous_id:a1", "email:ada@example.com"})} == await shop.partition()
    [living] = await shop.rows("SELECT * FROM profile WHERE merged_into IS NULL")
    assert living["key"] in shop_profiles(shop)


def shop_profiles(shop):
    return {key for _, key in shop.engine.memory.profiles}


async def test_what_cannot_happen_when_its_time_has_come_is_kept_aside_and_its_neighbours_happen(
    shop, timers
):
    """Nobody goes by the name it is addressed to; that showed only now."""
    nobody = f"profile:{uuid4()}"
    await shop.take(
        event(n, nobody if n == 3 else "user_id:ada", at=-HOUR - n, name=f"Done {n}") for n in range(1, 6)
    )
    await shop.take([event(6, "user_id:ada", at=-HOUR, name="Done elsewhere")], workspace="other")

    await later(shop, timers, 2)

    assert ["Done 1", "Done 2", "Done 4", "Done 5"] == await done(shop)
    assert ["Done elsewhere"] == await done(shop, "other")
    [aside] = await shop.rows("SELECT * FROM quarantined_event")
    assert aside["reason"].startswith("LookupError: There is no profile ")
    assert b"Done 3" in aside["payload"]
    assert 0 == await shop.connection.fetchval("SELECT count(*) FROM deferred_event")


async def test_an_event_waits_through_a_restart(shop, timers):
    await shop.take([event(1, "user_id:ada", at=-HOUR, name="Done")])
    shop.engine = Engine(lambda: shop.now, Workspaces())
    await shop.take([event(1, "user_id:ada", at=-HOUR, name="Done")])

    await later(shop, timers, 1)

    assert ["Done"] == await done(shop)


@pytest.mark.parametrize(
    ("now", "months"),
    [
        (datetime(2030, 1, 31, tzinfo=UTC), ["2030_01", "2030_02", "2030_03"]),
        (datetime(2030, 11, 30, 23, 59, tzinfo=UTC), ["2030_11", "2030_12", "2031_01"]),
        (datetime(2031, 12, 1, tzinfo=UTC), ["2031_12", "2032_01", "2032_02"]),
    ],
    ids=str,
)
async def test_this_month_and_the_next_two_have_a_place_of_their_own(shop, timers, now, months):
    await timers.prepare_months(now)
    await timers.prepare_months(now)

    assert [f"activity_{month}" for month in months] == await parts(shop)


async def parts(shop):
    rows = await shop.connection.fetch(
        "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relname ~ '^activity_2'"
    )
    return sorted(row["relname"] for row in rows)


async def test_an_activity_lies_in_its_month_and_the_past_in_the_rest(shop, timers):
    shop.now = NOON + timedelta(days=1000)
    await timers.prepare_months(shop.now)
    await shop.take([event(1, "user_id:ada", at=-1000 * DAY), event(2, "user_id:ada", at=400 * DAY)])

    assert ["activity_rest", "activity_2029_08"] == await places(shop)


async def test_a_month_that_was_prepared_too_late_stays_where_it_is(shop, timers):
    shop.now = NOON + timedelta(days=1000)
    await shop.take([event(1, "user_id:ada", at=-1000 * DAY)])
    await timers.prepare_months(shop.now)
    await shop.take([event(2, "user_id:ada", at=-999 * DAY)])

    assert ["activity_2029_09", "activity_2029_10"] == await parts(shop)
    assert ["activity_rest", "activity_rest"] == await places(shop)


async def places(shop):
    rows = await shop.rows("SELECT tableoid::regclass::text AS place FROM activity ORDER BY time_us")
    return [row["place"] for row in rows]
