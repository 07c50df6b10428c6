"""What the worker holds in memory is never more than a shortcut: the outcome is that of the database."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rapport.profile.v1 import events_pb2 as events

from chassis.db import Database
from chassis.workspaces import Workspaces
from services.profile import actions
from services.profile.engine.take import Engine
from tests.profile.house import identify, said
from tests.profile.test_order_independence import anchor_of, folded, outcome, told
from tests.profile.world import batches, event, world
from tests.thorough import examples

WORKSPACES = itertools.count(1)


async def test_the_worker_hears_of_what_staff_changed(shop):
    await shop.take(identify(60, userId="ada", traits={"city": "London"}))
    ada = await shop.name("user_id:ada")
    await shop.update(ada, {"city": "Paris", "email": "ada@example.com"})
    await shop.take(
        identify(30, userId="ada", traits={"pet": "cat"}),
        said("page", 20, anonymousId="a1", context={"traits": {"email": "ada@example.com"}}),
    )

    now = (await shop.facts(events.ProfileUpdated))[-1].profiles[-1]
    assert {"city": "Paris", "pet": "cat", "email": "ada@example.com"} == json.loads(now.traits)
    assert ["user_id", "email", "anonymous_id"] == [one.kind for one in now.identifiers]
    assert ada == now.profile == await shop.name("anonymous_id:a1")


async def test_the_worker_hears_of_a_decision_that_staff_recorded(shop):
    await shop.take(identify(60, userId="ada", traits={"consent": {"email": True}}))
    ada = await shop.name("user_id:ada")
    await shop.update(ada, {"city": "Paris"})
    await shop.take(identify(50, userId="ada", traits={"consent": {"email": True}}))

    assert 1 == len(await shop.facts(events.ConsentChanged))
    assert {"city": "Paris"} == json.loads((await shop.profile("user_id:ada")).traits)


async def test_the_worker_hears_of_who_was_absorbed_at_the_word_of_staff(shop):
    """It knew both; what comes for the absorbed one is the survivor's."""
    await shop.take(
        identify(60, userId="ada"),
        identify(50, anonymousId="a1", traits={"email": "ada@example.com"}),
    )
    ada, ghost = await shop.name("user_id:ada"), await shop.name("anonymous_id:a1")
    assert ada != ghost
    assert ada == (await shop.update(ada, {"email": "ada@example.com"})).name

    await shop.take(identify(40, anonymousId="a1", traits={"phone": "+49 30 901820"}))

    assert ada == await shop.name("phone:+4930901820")
    assert ada == (await shop.facts(events.ActivityRecorded))[-1].activities[-1].profile


async def test_the_worker_hears_of_whom_an_address_without_owner_was_given_to(shop):
    """The sixth address of Ada is nobody's, which the worker knows; then staff tells that it is Bob's."""
    await shop.take(
        *(identify(60 - n, userId="ada", traits={"email": f"a{n}@example.com"}) for n in range(6)),
        identify(50, userId="bob"),
    )
    bob = await shop.name("user_id:bob")
    assert bob == (await shop.update(bob, {"email": "a5@example.com"})).name

    await shop.take(identify(10, userId="guest", traits={"email": "a5@example.com", "pet": "dog"}))

    assert bob == await shop.name("email:a5@example.com")
    assert {"email": "a5@example.com", "pet": "dog"} == json.loads((await shop.profile("user_id:bob")).traits)


@pytest.fixture(scope="module")
async def url(clone):
    return clone.url


@st.composite
def lives(draw):
    """What happened, each once, in some order, in batches; and what becomes of each batch."""
    events = [draw(told(number)) for number in range(1, draw(st.integers(2, 10)) + 1)]
    parts = batches(draw(st.permutations(events)), draw(st.lists(st.integers(1, 4), max_size=6)))
    return (
        events,
        [(part, draw(st.sampled_from(FATES))) for part in parts],
        draw(st.sampled_from([50_000, 1, 2])),
    )


async def by_the_worker(shop, _db, workspace, part):
    await shop.take(part, workspace)


async def by_another_process(shop, db, workspace, part):
    async with db.begin(workspace) as tx:
        await actions.write_alone(tx)
        await actions.take(tx, part, Workspaces(), lambda: shop.now)


async def by_the_worker_at_the_second_try(shop, _db, workspace, part):
    """The first one is rolled back, and so is what it remembered."""
    failed = shop.connection.transaction()
    await failed.start()
    await shop.take(part, workspace)
    await failed.rollback()
    shop.engine.forget()
    await shop.take(part, workspace)


async def by_a_worker_that_has_just_started(shop, _db, workspace, part):
    shop.engine.forget()
    await shop.take(part, workspace)


# Most of it is done by the worker.
FATES = (
    by_the_worker,
    by_the_worker,
    by_the_worker,
    by_another_process,
    by_the_worker_at_the_second_try,
    by_a_worker_that_has_just_started,
)


# The worker knows both; another process makes them one; then the absorbed one is seen with something new.
MET = (
    event(1, "user_id:u0", at=6),
    event(2, "email:e0@example.com", "anonymous_id:a0", at=5),
    event(3, "user_id:u0", "email:e0@example.com", at=4),
    event(4, "anonymous_id:a0", "anonymous_id:a1", at=3),
)
ABSORBED_ELSEWHERE = (
    [*MET],
    [(MET[:2], by_the_worker), (MET[2:3], by_another_process), (MET[3:], by_the_worker)],
    50_000,
)


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(life=lives())
@example(life=ABSORBED_ELSEWHERE)
async def test_whoever_takes_a_batch_and_whatever_was_forgotten_the_outcome_is_the_same(url, life):
    happened, parts, profiles_max = life
    workspace, plain = (f"memory-{next(WORKSPACES)}" for _ in range(2))
    async with Database.open(url, pool_size=1) as db, world(url) as shop:
        shop.engine = Engine(lambda: shop.now, Workspaces(), profiles_max=profiles_max)
        for part, fate in parts:
            await fate(shop, db, workspace, part)
        lived = await outcome(shop, workspace)
        shop.engine = Engine(lambda: shop.now, Workspaces())
        await shop.take(happened, plain)
        assert await outcome(shop, plain) == lived
    assert {frozenset(group) for group in folded(happened)[0]} == set(lived["people"])
    for person, known in lived["people"].items():
        assert known["activities"] == sum(anchor_of(one) in person for one in happened)


async def test_memory_is_bounded_and_who_is_busy_stays(database):
    async with world((await database("profile")).url) as shop:
        shop.engine = Engine(lambda: shop.now, Workspaces(), profiles_max=2)
        for number, user in enumerate(["ada", "bob", "ada", "cyd", "ada", "dan", "eve"], start=1):
            await shop.take([event(number, f"user_id:{user}")])
        shop.engine.memory.trim()
        held = {anchor.value for anchor in shop.engine.memory.anchors.values()}

        assert {"dan", "eve"} == held
        await shop.take([event(8, "user_id:dan"), event(9, "user_id:fay")])
        shop.engine.memory.trim()
        assert {"dan", "fay"} == {anchor.value for anchor in shop.engine.memory.anchors.values()}
        assert [3] == [row[0] for row in await shop.rows(COUNT, "ada")]


async def test_nothing_is_held_of_identifiers_that_nobody_owns(database):
    async with world((await database("profile")).url) as shop:
        for number in range(1, 8):
            await shop.take([event(number, "user_id:ada", f"email:a{number}@example.com", at=60 - number)])
        shop.engine.memory.trim()

        assert 6 == len(shop.engine.memory.anchors)


async def test_a_batch_larger_than_memory_is_taken_whole(database):
    async with world((await database("profile")).url) as shop:
        shop.engine = Engine(lambda: shop.now, Workspaces(), profiles_max=1)
        await shop.take(
            [event(number, f"user_id:u{number % 20}", name=str(number)) for number in range(1, 101)]
        )

        assert [5] * 20 == [row["activity_count"] for row in await shop.rows("SELECT * FROM anchor")]


COUNT = """
SELECT activity_count FROM anchor JOIN identifier USING (workspace, key) WHERE value = $1
"""
