"""What happens between two steps of the sender: she leaves, is another, or a stranger says something odd."""

import asyncio
from datetime import timedelta

import pytest
from rapport.campaign.v1 import sending_pb2 as pb

from services.campaign.sending import deliver
from services.campaign.sending.choices import Said, held, opt_out
from services.campaign.sending.erase import erase
from services.campaign.store import people
from tests.campaign.sending.world import WORKSPACE


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
async def test_whatever_a_stranger_answers_is_written_down(shop, sink, stage):
    sink.faults.refuse[stage] = "550 5.7.1 No\0 thanks \x1b[31m\ufffd"
    (id,) = await shop.claim(await shop.customer())
    await shop.deliver()

    row = await shop.send(id)
    assert (pb.Send.FAILED, 0) == (row["state"], await shop.waiting())
    assert row["failure"].startswith("550 5.7.1 No")


async def test_what_a_provider_may_have_stays_its_own_also_when_it_refuses_it_afterwards(mute, sink):
    port = int(sink.smtp_url.rpartition(":")[2])
    for rank, slug in enumerate(("first", "second")):
        await mute.provider(slug, rank=rank, settings={"host": "127.0.0.1", "port": port, "security": "none"})
    sink.faults.drop, sink.faults.times = "after_storing", 1
    (id,) = await mute.claim(await mute.customer(), message_class="transactional")
    await mute.deliver()
    sink.faults.refuse["DATA"] = "451 4.3.0 Come back later"
    for _ in range(3):
        mute.clock.forward(minutes=10)
        await mute.deliver()
    sink.faults.refuse.clear()
    mute.clock.forward(minutes=30)
    await mute.deliver()

    assert pb.Send.HANDED_OVER == (await mute.send(id))["state"]
    assert {"first"} == {provider for provider, _ in await mute.attempts(id)}


def meanwhile(monkeypatch, shop, work):
    """*work* is done while texts are filled: after the ruling, before the attempt."""
    handed_over = deliver.Sender._hand_over

    async def later(sender, *arguments):
        monkeypatch.setattr(deliver.Sender, "_hand_over", handed_over)
        async with shop.db.begin(WORKSPACE) as tx:
            await work(tx)
        await handed_over(sender, *arguments)

    monkeypatch.setattr(deliver.Sender, "_hand_over", later)


async def test_who_unsubscribes_while_her_mail_is_being_filled_does_not_get_it(shop, sink, monkeypatch):
    ada, eve = await shop.customers(2)
    ids = await shop.claim(ada, eve)

    async def leave(tx):
        said = Said("one_click", shop.clock())
        await opt_out(tx, await held(tx, ada.key), "email", said)

    meanwhile(monkeypatch, shop, leave)
    await shop.deliver()
    await shop.deliver()

    assert [eve.address] == [to for each in await sink.mails() for to in each.mail.to]
    assert [("SEND", ""), ("SKIP", "CONSENT")] == await shop.decisions(ids[0])
    assert {"SUPPRESSED": 1, "HANDED_OVER": 1} == await shop.states()
    assert [ids[1]] == [row["send"] for row in await shop.run("SELECT send FROM cap_use")]


async def test_who_is_erased_while_her_mail_is_being_filled_does_not_get_it(shop, sink, monkeypatch):
    ada = await shop.customer()
    (id,) = await shop.claim(ada, message_class="transactional")

    async def forget(tx):
        connection = await tx.raw()
        contact = (await people.contacts(connection, WORKSPACE, [ada.key], lock=True))[ada.key]
        await connection.execute("UPDATE contact SET erased = true, identifiers = '{}'")
        await erase(connection, WORKSPACE, contact, [ada.key], shop.clock())

    meanwhile(monkeypatch, shop, forget)
    await shop.deliver()
    await shop.deliver()

    assert [] == await sink.mails()
    row = await shop.send(id)
    assert (pb.Send.SUPPRESSED, "", "") == (row["state"], row["address"], row["subject"])


async def test_a_merge_while_her_mail_is_being_filled_sends_it_where_she_is_reached_now(
    shop, sink, monkeypatch
):
    old, new = await shop.customers(2)
    await shop.claim(old)

    async def merge(tx):
        connection = await tx.raw()
        await connection.execute("UPDATE contact SET merged_into = $1 WHERE key = $2", new.key, old.key)

    meanwhile(monkeypatch, shop, merge)
    await shop.deliver()
    await shop.deliver()
    assert [new.address] == [to for each in await sink.mails() for to in each.mail.to]


async def test_the_policy_goes_by_the_clock_also_when_there_is_no_end_of_work(shop, monkeypatch):
    """Ten thousand messages that nobody gets take minutes, and quiet hours begin in between."""
    monkeypatch.setattr(deliver, "AT_ONCE", 1)
    await shop.claim(*await shop.customers(3, consents=()))
    seen, thrice = [], asyncio.Event()
    rule = deliver.rule

    async def slow(batch, *arguments):
        seen.append(batch.now)
        shop.clock.forward(minutes=5)
        if len(seen) == 3:
            thrice.set()
        return await rule(batch, *arguments)

    monkeypatch.setattr(deliver, "rule", slow)
    running = asyncio.create_task(shop.sender.run())
    await thrice.wait()
    running.cancel()
    await asyncio.wait([running])
    assert seen[1] - seen[0] >= timedelta(minutes=5)
