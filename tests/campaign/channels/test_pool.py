"""Which providers carry a workspace's messages: by rank, as fast as they may, and not while they are down."""

import asyncio
from uuid import uuid4

import orjson
import pytest

from chassis.db import Database
from services.campaign.channels.health import Bucket, Circuit, Health
from services.campaign.channels.providers import Carrier, Providers
from services.campaign.domain.outgoing import Refused, Uncertain
from services.campaign.store import providers as store
from services.campaign.store.providers import Kept
from tests.campaign.channels.strangers import NOW, Mailman, Stand, clock
from tests.eventually import eventually


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
async def db(database):
    async with Database.open((await database("campaign")).url) as opened:
        yield opened


@pytest.fixture
async def pool(sink, time):
    providers = Providers(
        smtp_url=sink.smtp_url, smtp_lookup_url=sink.lookup_url, seconds=5, clock=clock, monotonic=time
    )
    yield providers
    await providers.close()


def kept(sink, **changed) -> Kept:
    host, _, port = sink.smtp_url.removeprefix("smtp://").partition(":")
    settings = {"host": host, "port": int(port), "security": "none", "lookup_url": sink.lookup_url}
    said = {
        "display_name": "",
        "channel": "email",
        "adapter": "smtp",
        "settings": orjson.dumps(settings).decode(),
        "secrets": {},
        "rank": 0,
        "rate_per_second": 0,
        "enabled": True,
    }
    return Kept(**(said | changed))


async def write(db, slug, provider, workspace="demo"):
    async with db.begin(workspace) as tx:
        connection = await tx.raw()
        if not await store.create(connection, workspace, slug, provider, NOW):
            await store.update(connection, workspace, slug, provider, NOW)


async def carriers(db, pool, channel="email", workspace="demo"):
    async with db.begin(workspace) as tx:
        return await pool.for_channel(await tx.raw(), workspace, channel)


async def named(db, pool, slug, workspace="demo"):
    async with db.begin(workspace) as tx:
        return await pool.carrier(await tx.raw(), workspace, slug)


async def test_without_any_of_its_own_mail_goes_by_the_house(db, pool, sink):
    (carrier,) = await carriers(db, pool)
    await carrier.hand_over(Mailman(sink).message())

    assert ("providers/default", True) == (carrier.name, carrier.provider.answerable)
    assert carrier is await named(db, pool, "default")
    assert [] == await carriers(db, pool, "webhook")
    assert 1 == len(await sink.mails())


async def test_the_lowest_rank_comes_first_and_what_is_off_is_not_used(db, pool, sink):
    for slug, rank, enabled in [("second", 2, True), ("first", 1, True), ("off", 0, False)]:
        await write(db, slug, kept(sink, rank=rank, enabled=enabled))

    assert ["first", "second"] == [each.slug for each in await carriers(db, pool)]
    assert "off" == (await named(db, pool, "off")).slug
    assert await named(db, pool, "never-made") is None


async def test_who_has_switched_off_his_own_gets_no_other(db, pool, sink):
    await write(db, "own", kept(sink, enabled=False))

    assert [] == await carriers(db, pool)


async def test_workspaces_do_not_share_providers(db, pool, sink):
    await write(db, "own", kept(sink), workspace="other")

    assert ["default"] == [each.slug for each in await carriers(db, pool)]
    assert ["own"] == [each.slug for each in await carriers(db, pool, workspace="other")]


async def test_a_change_is_noticed_within_seconds_and_what_is_unchanged_stays(db, pool, sink, time):
    await write(db, "own", kept(sink))
    await write(db, "other", kept(sink, rank=5))
    before = {each.slug: each for each in await carriers(db, pool)}
    await write(db, "own", kept(sink, rank=9))
    assert before == {each.slug: each for each in await carriers(db, pool)}

    time.now += 3
    after = await carriers(db, pool)

    assert [("other", 5), ("own", 9)] == [(each.slug, each.rank) for each in after]
    assert after[0] is before["other"]
    # Whoever still holds the old one may use it to the end.
    await before["own"].hand_over(Mailman(sink).message())


async def test_what_was_deleted_is_gone(db, pool, sink, time):
    await write(db, "own", kept(sink))
    assert ["own"] == [each.slug for each in await carriers(db, pool)]
    async with db.begin("demo") as tx:
        await store.delete(await tx.raw(), "demo", "own")
    time.now += 30

    assert ["default"] == [each.slug for each in await carriers(db, pool)]
    assert await named(db, pool, "own") is None


async def test_what_is_used_no_more_is_closed_once_nobody_can_be_using_it(db, pool, sink, time):
    await write(db, "own", kept(sink))
    (before,) = await carriers(db, pool)
    await before.hand_over(Mailman(sink).message())
    (connection,) = before.provider._connections._idle
    await write(db, "own", kept(sink, rank=1))
    time.now += 3
    await carriers(db, pool)
    assert connection.smtp.is_connected

    time.now += 30
    await carriers(db, pool)

    await eventually(False, lambda: connection.smtp.is_connected)


async def test_workspaces_that_were_not_heard_of_for_long_are_forgotten(db, pool, sink, monkeypatch):
    monkeypatch.setattr("services.campaign.channels.providers.MOST_WORKSPACES", 2)
    for workspace in ("one", "two", "three"):
        await write(db, "own", kept(sink), workspace)
        await carriers(db, pool, workspace=workspace)

    assert ["two", "three"] == list(pool._known)
    assert ["own"] == [each.slug for each in await carriers(db, pool, workspace="one")]


async def test_a_provider_whose_settings_fit_no_more_is_passed_over(db, pool, sink, caplog):
    await write(db, "broken", kept(sink, settings='{"hosts": "a"}'))
    await write(db, "sound", kept(sink, rank=1))

    assert ["sound"] == [each.slug for each in await carriers(db, pool)]
    assert "providers/broken of demo" in caplog.text


# How much a provider is given.


def carrier(stand, time, *, rate=0.0) -> Carrier:
    return Carrier(
        slug="stand",
        channel="email",
        rank=0,
        enabled=True,
        provider=stand.provider(0.2),
        bucket=Bucket(rate, time),
        circuit=Circuit(time),
    )


async def attempt(carrier, stand) -> str:
    try:
        await carrier.hand_over(stand.message(uuid4()))
    except Refused as refused:
        return refused.code
    except Uncertain:
        return "uncertain"
    return "handed over"


async def test_a_rate_is_never_passed(time):
    stand = Stand()
    slow = carrier(stand, time, rate=10)

    told = [await attempt(slow, stand) for _ in range(15)]
    assert ["handed over"] * 10 + ["RATE_LIMITED"] * 5 == told
    with pytest.raises(Refused) as refused:
        await slow.hand_over(stand.message())
    assert (False, 0.1) == (refused.value.permanent, pytest.approx(refused.value.retry_after_seconds))

    time.now += 0.5
    assert 5 == slow.bucket.available()
    told = [await attempt(slow, stand) for _ in range(6)]
    assert ["handed over"] * 5 + ["RATE_LIMITED"] == told
    assert Health.WORKING == slow.circuit.health


def test_without_a_rate_there_is_no_limit(time):
    free = Bucket(0, time)
    assert (None, 0) == (free.available(), sum(free.take() for _ in range(1000)))


async def test_a_circuit_opens_after_failures_in_a_row_and_not_before(time):
    stand = Stand()
    tried = carrier(stand, time)
    stand.mood = "later"
    assert ["later"] * 4 == [await attempt(tried, stand) for _ in range(4)]
    assert Health.FALTERING == tried.circuit.health
    stand.mood = ""
    assert "handed over" == await attempt(tried, stand)
    assert Health.WORKING == tried.circuit.health

    stand.mood = "later"
    assert ["later"] * 5 + ["CIRCUIT_OPEN"] == [await attempt(tried, stand) for _ in range(6)]
    assert Health.OPEN_CIRCUIT == tried.circuit.health


async def test_an_open_circuit_lets_one_message_after_another_find_out(time):
    stand = Stand()
    tried = carrier(stand, time)
    stand.mood = "later"
    for _ in range(5):
        await attempt(tried, stand)

    pauses = []
    for _ in range(12):
        pauses.append(tried.circuit.wait())
        time.now += pauses[-1]
        assert ["later", "CIRCUIT_OPEN"] == [await attempt(tried, stand) for _ in range(2)]
    assert [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] == pauses

    time.now += 300
    stand.mood = ""
    assert ["handed over"] * 3 == [await attempt(tried, stand) for _ in range(3)]
    assert (0, Health.WORKING) == (tried.circuit.wait(), tried.circuit.health)


async def test_while_one_finds_out_the_others_wait(time):
    stand = Stand()
    tried = carrier(stand, time)
    stand.mood = "later"
    for _ in range(5):
        await attempt(tried, stand)
    time.now += 1
    stand.mood = "sleeps"

    told = await asyncio.gather(*(attempt(tried, stand) for _ in range(4)))

    assert ["uncertain", *["CIRCUIT_OPEN"] * 3] == told


async def test_a_message_that_is_cancelled_keeps_nobody_waiting(time):
    stand = Stand()
    tried = carrier(stand, time)
    stand.mood = "later"
    for _ in range(5):
        await attempt(tried, stand)
    time.now += 1
    stand.mood = "sleeps"
    trying = asyncio.create_task(attempt(tried, stand))
    await asyncio.sleep(0)
    trying.cancel()
    await asyncio.wait([trying])
    stand.mood = ""

    assert "handed over" == await attempt(tried, stand)


async def test_what_is_refused_for_good_opens_no_circuit(time):
    stand = Stand()
    tried = carrier(stand, time)
    stand.mood = "never"

    assert ["never"] * 20 == [await attempt(tried, stand) for _ in range(20)]
