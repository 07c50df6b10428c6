"""What a reviewer with fresh eyes found: each of these once failed."""

import contextlib
import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapport.profile.v1 import events_pb2 as events
from rapport.profile.v1 import profile_pb2 as pb

from chassis.db import Database
from chassis.workspaces import Workspaces
from services.profile import actions, convert
from services.profile.domain import kinds, resolution
from services.profile.engine.take import Engine
from services.profile.timers import Timers
from tests.profile.follower import followed
from tests.profile.test_order_independence import anchors, outcome
from tests.profile.world import NOON, NOON_US, SHOP, batches, event, world
from tests.thorough import examples
from tracking import identifiers
from tracking.consent import Consent

ADDRESSES = [f"email:e{n}@example.com" for n in range(1, 8)]


@pytest.fixture
async def shop(database):
    async with world((await database("profile")).url) as opened:
        yield opened


@pytest.fixture
async def db(shop):
    async with Database.open(shop.url, clock=lambda: shop.now) as opened:
        yield opened


async def staff(shop, db, *happened):
    """What another process writes while the worker lives on: an API call, a timer."""
    async with db.begin(SHOP) as tx:
        await actions.write_alone(tx)
        await actions.take(tx, happened, Workspaces(), lambda: shop.now)


async def profile_of(shop, identifier):
    kind, value = identifier.rsplit(":", 1)
    sql = """SELECT p.* FROM identifier i JOIN profile p ON p.key = i.profile_key
             WHERE i.kind = $1 AND i.value = $2"""
    return (await shop.rows(sql, kind, value))[0]


# Who is who.


async def test_late_evidence_may_leave_an_address_to_nobody(shop):
    for number, address in enumerate(ADDRESSES[:5], 1):
        await shop.take([event(number, "user_id:u1", address, at=60 - number)])
    await shop.take([event(6, "user_id:u1", ADDRESSES[5], at=90)])

    assert {frozenset({"user_id:u1", *ADDRESSES[:4], ADDRESSES[5]})} == await shop.partition()
    [told] = (
        shop.told[-2].profiles if isinstance(shop.told[-2], events.ProfileUpdated) else shop.told[-1].profiles
    )
    assert 6 == len(told.identifiers)


async def test_a_profile_is_born_under_an_identifier_that_always_belongs_to_somebody(shop):
    weak, strong = "email:e2@example.com", "email:e1@example.com"
    await shop.take([event(1, "user_id:u1", weak, at=10), event(2, strong, weak, at=50)])
    for number, address in enumerate(("a", "b", "c", "d"), 3):
        await shop.take([event(number, "user_id:u1", f"email:{address}@x.io", at=100)])
        await shop.take([event(number + 10, "user_id:u2", f"email:{address}{address}@x.io", at=100)])
    await shop.take([event(20, "user_id:u1", "email:f@x.io", at=90)])
    await shop.take([event(21, "user_id:u2", strong, at=90)])

    owned = {one for group in await shop.partition() for one in group}
    assert strong in owned
    assert weak not in owned


async def test_a_conflict_is_dated_by_the_first_event_that_shows_it(shop):
    await shop.take([event(1, "user_id:u1", "anonymous_id:tablet", at=60)])
    await shop.take([event(2, "user_id:u2", "anonymous_id:tablet", at=10)])
    await shop.take([event(3, "user_id:u2", "anonymous_id:tablet", at=20)])

    [conflict] = await shop.rows("SELECT * FROM conflict")
    assert NOON_US - 20_000_000 == conflict["time_us"]


# Two writers.


async def test_the_worker_hears_who_was_absorbed_elsewhere(shop, db):
    await shop.take([event(1, "user_id:u1"), event(2, "email:e1@example.com")])
    await staff(shop, db, event(3, "user_id:u1", "email:e1@example.com"))
    await shop.take([event(4, "email:e1@example.com", traits={"name": "Ada"})])

    [updated] = [one for one in shop.told if isinstance(one, events.ProfileUpdated)][-1].profiles
    assert (await profile_of(shop, "user_id:u1"))["id"] == (await profile_of(shop, ADDRESSES[0]))["id"]
    assert f"profiles/{(await profile_of(shop, 'user_id:u1'))['id']}" == updated.profile


async def test_what_is_nobodys_may_have_been_given_away_elsewhere(shop, db):
    for number, address in enumerate(ADDRESSES[:6], 1):
        await shop.take([event(number, "user_id:u1", address, at=60 - number)])
    await staff(shop, db, event(8, "user_id:u2", ADDRESSES[5]))
    await shop.take([event(9, ADDRESSES[5])])

    assert frozenset({"user_id:u2", ADDRESSES[5]}) in await shop.partition()


async def test_what_is_nobodys_is_not_held_in_memory(shop):
    for number, address in enumerate(ADDRESSES, 1):
        await shop.take([event(number, "user_id:u1", address)])
    await shop.take([event(9, "user_id:u2")])

    assert all(anchor.profile for anchor in shop.engine.memory.anchors.values())


async def test_a_claim_keeps_its_earliest_time_whoever_saw_it(shop, db):
    seen = ("user_id:u1", "anonymous_id:a1")
    await shop.take([event(1, *seen, at=10)])
    await staff(shop, db, event(2, *seen, at=50))
    await shop.take([event(3, *seen, at=30)])

    [claim] = await shop.rows("SELECT * FROM claim")
    assert NOON_US - 50_000_000 == claim["time_us"]


# What is told.


async def test_whoever_follows_the_facts_knows_whose_everything_is(shop):
    """One claim gives an anchor away, and absorbs the profile that it came from."""
    for number in range(5):
        await shop.take([event(number + 1, "user_id:u2", f"email:f{number}@x.io", at=90)])
    await shop.take([event(10, "anonymous_id:a1", at=80)])
    await shop.take([event(11, "user_id:u3", "anonymous_id:a1", at=50)])
    await shop.take([event(12, "email:e1@x.io", "anonymous_id:a1", at=40), event(13, "email:e1@x.io")])
    await shop.take([event(14, "user_id:u1", "email:e1@x.io", at=30)])
    await shop.take([event(15, "user_id:u2", "anonymous_id:a1", at=60)])

    assert await owners(shop) == followed(shop.told)


async def owners(shop):
    sql = """SELECT DISTINCT i.key, i.profile_key FROM activity a
             JOIN identifier i ON i.workspace = a.workspace AND i.key = a.anchor"""
    return {row["key"]: row["profile_key"] for row in await shop.rows(sql)}


async def test_no_fact_is_larger_than_the_bus_carries(shop):
    text = "x" * 30_000
    happened = [
        event(n, f"user_id:u{n}", type="identify", name="", traits={"t": text}, properties={"t": text})
        for n in range(1, 301)
    ]
    await shop.take(happened)

    assert max(fact.ByteSize() for fact in shop.told) < 2_000_000
    told = [
        each for fact in shop.told if isinstance(fact, events.ActivityRecorded) for each in fact.activities
    ]
    assert [str(one.id) for one in happened] == [each.id for each in told]
    told = [each for fact in shop.told if isinstance(fact, events.ProfileUpdated) for each in fact.profiles]
    assert 300 == len(told)


def consents_told(shop):
    return [
        (fact.profile_key, fact.consent.decision, fact.consent.expire_time.seconds)
        for fact in shop.told
        if isinstance(fact, events.ConsentChanged)
    ]


async def test_consent_that_was_another_persons_is_taken_back(shop):
    grant = Consent("email", "marketing", True, "form")
    await shop.take([event(1, "user_id:u1", "anonymous_id:tablet", at=30)])
    await shop.take([event(2, "anonymous_id:tablet", at=20, consents=(grant,))])
    first = await profile_of(shop, "user_id:u1")
    await shop.take([event(3, "user_id:u2", "anonymous_id:tablet", at=60)])

    now = {key: decision for key, decision, _ in consents_told(shop)}
    assert pb.GRANTED == now[(await profile_of(shop, "anonymous_id:tablet"))["key"]]
    assert pb.CONSENT_DECISION_UNSPECIFIED == now[(await profile_of(shop, "user_id:u1"))["key"]]
    assert first["key"] in now


async def test_consent_that_came_and_went_within_a_batch_is_not_told_as_given(shop):
    grant = Consent("email", "marketing", True, "form")
    await shop.take(
        [event(1, "user_id:u1", at=90), event(2, "anonymous_id:tablet", at=20, consents=(grant,))]
    )
    await shop.take([event(3, "email:e1@x.io", "anonymous_id:tablet", at=30)])
    one = (await profile_of(shop, "user_id:u1"))["key"]
    await shop.take(
        [
            event(4, "user_id:u1", "email:e1@x.io", at=60),
            event(5, "user_id:u2", "anonymous_id:tablet", at=50),
        ]
    )
    assert one == (await profile_of(shop, "user_id:u1"))["key"]
    assert [] == [decision for key, decision, _ in consents_told(shop) if key == one]


async def test_consent_handed_on_ends_when_it_was_to_end(shop):
    end = NOON_US + 3_600_000_000
    grant = Consent("email", "marketing", True, "form", expire_time_us=end)
    await shop.take([event(1, "anonymous_id:a1", at=20, consents=(grant,))])
    await shop.take([event(2, "user_id:u1", at=30)])
    await shop.take([event(3, "user_id:u1", "anonymous_id:a1", at=10)])

    assert {end // 1_000_000} == {expire for _, _, expire in consents_told(shop)}


# What is asked.


async def test_who_is_absorbed_while_she_is_read_is_her_survivor(shop):
    await shop.take([event(1, "user_id:u1"), event(2, "anonymous_id:a1")])
    keys = [row["key"] for row in await shop.rows("SELECT key FROM profile")]
    await shop.take([event(3, "user_id:u1", "anonymous_id:a1")])

    shown = [convert.profile_message(found) for found in await anchors(shop, SHOP, keys)]
    assert 2 == len(shown)
    assert shown[0] == shown[1]


async def test_a_decision_that_staff_record_is_evidence_whatever_they_call_it(shop, db):
    await shop.take([event(1, "user_id:u1")])
    name = f"profile:{(await profile_of(shop, 'user_id:u1'))['id']}"
    grant = Consent("email", "marketing", True, "context.consent")
    for number in (2, 3):
        await staff(shop, db, event(number, name, consents=(grant,)))

    assert 2 == len(await shop.rows("SELECT * FROM consent"))


# What nothing may sink.


async def test_what_cannot_happen_when_its_time_comes_holds_up_nothing(shop, db, monkeypatch):
    later = [event(n, f"user_id:u{n}", at=-3600) for n in (1, 2, 3)]
    await shop.take(later)
    shop.now += timedelta(hours=2)
    timers = Timers(db, Workspaces(), lambda: shop.now)
    take = actions.take

    async def picky(tx, happened, *around):
        await take(tx, happened, *around)
        if any(one.id.int == 2 for one in happened):
            raise ValueError("poison")

    monkeypatch.setattr(actions, "take", picky)
    await timers.let_future_happen(shop.now)

    assert [1, 3] == sorted(row["id"].int for row in await shop.rows("SELECT id FROM activity"))
    [kept] = await shop.rows("SELECT * FROM quarantined_event")
    assert "poison" in kept["reason"]


# Any life whatever: few identifiers are allowed of a kind, two processes write, memory holds one profile.


@pytest.fixture(scope="module")
def url(clone):
    return clone.url


CROWD = [
    f"{kind}:{n}" for kind, most in (("user_id", 3), ("email", 4), ("anonymous_id", 4)) for n in range(most)
]
LIVES = itertools.count(1)


@st.composite
def deeds(draw, number):
    named = draw(st.lists(st.sampled_from(CROWD), min_size=1, max_size=4, unique=True))
    about = {"at": draw(st.integers(0, 8))}
    match draw(st.sampled_from(["identify", "view", "order", "cart", "consent"])):
        case "identify":
            traits = draw(
                st.dictionaries(st.sampled_from("xyz"), st.sampled_from([1, None, True]), min_size=1)
            )
            about |= {"type": "identify", "name": "", "traits": traits}
        case "view":
            about |= {"name": "Product Viewed", "properties": {"category": draw(st.sampled_from("ch"))}}
            about |= {"locale": draw(st.sampled_from(["", "de", "en"]))}
        case "order":
            properties = {"order_id": draw(st.sampled_from(["o1", "o2"])), "total": draw(st.integers(1, 9))}
            about |= {
                "name": draw(st.sampled_from(["Order Completed", "Order Refunded"])),
                "properties": properties,
            }
        case "cart":
            about |= {"name": "Product Added", "properties": {"product_id": "p"}}
        case _:
            about |= {"consents": (Consent("email", "marketing", draw(st.booleans()), "form"),)}
    return event(number, *named, **about)


@st.composite
def lives(draw):
    """What happened, and two ways in which it may arrive: in which order and batches, and through whom."""
    happened = [draw(deeds(number)) for number in range(1, draw(st.integers(3, 12)) + 1)]
    ways = []
    for _ in range(2):
        again = draw(st.lists(st.sampled_from(happened), max_size=3))
        parts = batches(
            draw(st.permutations([*happened, *again])), draw(st.lists(st.integers(1, 4), max_size=8))
        )
        ways.append(
            [(part, draw(st.sampled_from(["worker", "worker", "staff", "staff", "lost"]))) for part in parts]
        )
    return ways, draw(st.sampled_from([1, 50])), draw(st.sampled_from([2, 4]))


@contextlib.contextmanager
def allowing(most):
    """So many addresses and browsers for each person."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifiers, "LIMITS", identifiers.LIMITS | {"email": most, "anonymous_id": most})
        yield


class RolledBackError(Exception):
    """What a transaction that does not commit ends with."""


async def live(shop, part, through, workspace):
    match through:
        case "staff":
            worker, shop.engine = shop.engine, Engine(shop.engine.clock, Workspaces(), owner=False)
            await shop.take(part, workspace)
            shop.engine = worker
            return
        case "lost":
            told = list(shop.told)
            with contextlib.suppress(RolledBackError):
                async with shop.connection.transaction():
                    await shop.take(part, workspace)
                    raise RolledBackError
            shop.engine.forget()
            shop.told = told
    await shop.take(part, workspace)


@settings(
    max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(life=lives())
async def test_in_a_crowd_with_two_writers_the_outcome_is_the_same(url, life):
    ways, held, most = life
    with allowing(most):
        outcomes = []
        for way in ways:
            workspace = f"crowd-{next(LIVES)}"
            async with world(url) as shop:
                shop.engine = Engine(lambda: NOON, Workspaces(), profiles_max=held)
                for part, through in way:
                    await live(shop, part, through, workspace)
                    await at_peace(shop, workspace)
                outcomes.append(await outcome(shop, workspace))
        assert outcomes[0] == outcomes[1]


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(life=lives(), data=st.data())
async def test_what_is_addressed_to_a_profile_follows_it(url, life, data):
    """Whose it is depends on which profile lived on; but everything stored says the same of it."""
    ways, held, most = life
    with allowing(most):
        workspace, other = (f"crowd-{next(LIVES)}" for _ in range(2))
        async with world(url) as shop:
            shop.engine = Engine(lambda: NOON, Workspaces(), profiles_max=held)
            await shop.take([one for part, _ in ways[1] for one in part], other)
            stranger = await outcome(shop, other)
            shop.told.clear()
            for part, through in ways[0]:
                await live(shop, part, through, workspace)
                ids = [
                    row["id"]
                    for row in await shop.rows("SELECT id FROM profile ORDER BY id", workspace=workspace)
                ]
                named = [
                    f"profile:{data.draw(st.sampled_from(ids))}",
                    *data.draw(st.sets(st.sampled_from(CROWD), max_size=1)),
                ]
                told = event(next(LIVES) + 1000, *named, at=data.draw(st.integers(0, 8)), traits={"x": 2})
                await live(shop, [told], "staff", workspace)
                await at_peace(shop, workspace)
            assert stranger == await outcome(shop, other)


async def at_peace(shop, workspace):
    """What is stored agrees with itself, with the rule, and with what was told."""

    async def rows(sql):
        return await shop.rows(sql, workspace=workspace)

    identifier = {row["key"]: row for row in await rows("SELECT * FROM identifier")}
    profile = {row["key"]: row for row in await rows("SELECT * FROM profile")}
    groups = {}
    for key, row in identifier.items():
        if row["profile_key"] is not None:
            groups.setdefault(row["profile_key"], set()).add(key)
    claims = [
        resolution.Claim(tuple(row["identifiers"]), row["time_us"], row["message"])
        for row in await rows("SELECT * FROM claim")
    ]
    heads = {one.identifiers[0] for one in claims} | {key for key, row in identifier.items() if row["solo"]}
    kind_of = {key: row["kind"] for key, row in identifier.items()}
    folded, _ = resolution.fold(claims, heads, kind_of, kinds.limit)
    assert {frozenset(group) for group in groups.values()} == set(folded.groups())

    living = {key for key, row in profile.items() if row["merged_into"] is None}
    assert living == set(groups)
    assert {row["merged_into"] for row in profile.values()} <= {None, *living}
    for key in living:
        assert profile[key]["birth"] in groups[key]
    sql = "SELECT DISTINCT anchor FROM activity"
    assert {row["anchor"]: identifier[row["anchor"]]["profile_key"] for row in await rows(sql)} == followed(
        shop.told
    )
    told = {}
    for fact in shop.told:
        if isinstance(fact, events.ProfileUpdated):
            told |= {one.profile_key: one for one in fact.profiles}
    for found in await anchors(shop, workspace, sorted(living)):
        shown, heard = convert.profile_message(found), told[found[0]["key"]]
        assert shown.identifiers == heard.identifiers
        assert (shown.traits, shown.computed, shown.etag) == (
            heard.traits,
            heard.computed,
            str(heard.revision),
        )
        assert convert.registers.decisions(convert.folded(found)) == consented(shop.told, found[0]["key"])


def consented(told, key):
    """The decisions of a profile, as one who hears every fact knows them."""
    held = {}
    words = {pb.GRANTED: "granted", pb.DENIED: "denied"}
    for fact in told:
        if isinstance(fact, events.ConsentChanged) and fact.profile_key == key:
            held[fact.consent.channel, fact.consent.purpose] = words.get(fact.consent.decision)
    return {about: word for about, word in held.items() if word}
