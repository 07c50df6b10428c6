"""What every provider keeps to, whatever it speaks."""

import asyncio

import pytest

from services.campaign.domain.outgoing import Refused, Uncertain
from tests.campaign.channels.strangers import Mailman, Stand, listening
from tests.eventually import eventually

SHORT_SECONDS = 0.3


@pytest.fixture(params=["smtp", "webhook", "stand"])
async def stranger(request, sink):
    if request.param == "smtp":
        yield Mailman(sink)
    elif request.param == "stand":
        yield Stand()
    else:
        async with listening() as listener:
            yield listener


@pytest.fixture
async def provider(stranger):
    speaking = stranger.provider()
    yield speaking
    stranger.recovers()
    await speaking.close()


async def test_what_is_handed_over_the_stranger_has_exactly(stranger, provider):
    message = stranger.message(text="Hello, Ada.")

    handed = await provider.hand_over(message)

    assert [(stranger.key(message), "Hello, Ada.")] == await stranger.has()
    assert stranger.key(message) == handed.provider_id
    assert handed == await provider.look_up(message)


async def test_many_at_once_arrive_each_once(stranger, provider):
    messages = [stranger.message(text=f"Number {n}") for n in range(60)]

    await asyncio.gather(*(provider.hand_over(each) for each in messages))

    expected = {(stranger.key(each), f"Number {n}") for n, each in enumerate(messages)}
    arrived = await stranger.has()
    assert (60, expected) == (len(arrived), set(arrived))


async def test_a_message_that_comes_twice_is_known_by_its_key(stranger, provider):
    message = stranger.message()

    await provider.hand_over(message)
    await provider.hand_over(message)

    keys = [key for key, _ in await stranger.has()]
    assert [stranger.key(message)] * 2 == keys


async def test_a_refusal_for_good_is_told_as_one(stranger, provider):
    stranger.refuses_for_good()

    with pytest.raises(Refused) as told:
        await provider.hand_over(stranger.message())

    assert (True, False) == (told.value.permanent, told.value.about_provider)
    assert "" not in {told.value.code, told.value.description}
    assert [] == await stranger.has()


async def test_a_refusal_for_now_is_told_as_one_and_passes(stranger, provider):
    message = stranger.message()
    stranger.refuses_for_now()

    with pytest.raises(Refused) as told:
        await provider.hand_over(message)
    assert (False, True) == (told.value.permanent, told.value.about_provider)
    assert [] == await stranger.has()

    stranger.recovers()
    await provider.hand_over(message)
    assert 1 == len(await stranger.has())


async def test_where_nobody_answers_nothing_was_sent(stranger):
    provider = stranger.nobody(SHORT_SECONDS)

    with pytest.raises(Refused) as told:
        await provider.hand_over(stranger.message())

    assert not told.value.permanent
    assert await provider.check()
    await provider.close()


async def test_who_dies_after_accepting_may_have_it_and_says_so_when_asked(stranger, provider):
    message = stranger.message()
    stranger.dies_after_accepting()

    with pytest.raises(Uncertain) as told:
        await provider.hand_over(message)
    assert told.value.description

    await eventually(1, lambda: count(stranger))
    found = await provider.look_up(message)
    assert stranger.key(message) == found.provider_id


async def test_who_dies_before_accepting_has_nothing_and_says_so_when_asked(stranger, provider):
    message = stranger.message()
    stranger.dies_before_accepting()

    with pytest.raises((Uncertain, Refused)) as told:
        await provider.hand_over(message)
    assert not getattr(told.value, "permanent", False)

    stranger.recovers()
    assert await provider.look_up(message) is None
    assert [] == await stranger.has()


async def test_who_is_slower_than_we_wait_may_have_it(stranger):
    provider = stranger.provider(SHORT_SECONDS)
    message = stranger.message()
    stranger.sleeps()

    with pytest.raises(Uncertain):
        await provider.hand_over(message)

    assert await provider.look_up(message)
    stranger.recovers()
    await provider.close()


async def test_every_script_arrives_as_it_was_written(stranger, provider):
    text = "Grüße, Żaneta! Привет · مرحبا · こんにちは · 👩‍👩‍👧 · e\u0301"

    await provider.hand_over(stranger.message(text=text))

    assert [text] == [said for _, said in await stranger.has()]


async def test_after_a_failure_the_next_message_goes_out(stranger, provider):
    stranger.dies_before_accepting()
    with pytest.raises((Uncertain, Refused)):
        await provider.hand_over(stranger.message())
    stranger.recovers()

    await provider.hand_over(stranger.message())

    assert 1 == len(await stranger.has())


async def test_it_says_whether_it_would_take_messages(stranger, provider):
    assert await provider.check() is None
    assert [] == await stranger.has()


async def count(stranger) -> int:
    return len(await stranger.has())
