"""One message, once: what is claimed goes out, and what became of it is known and told."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from rapport.campaign.v1 import events_pb2 as events
from rapport.campaign.v1 import sending_pb2 as pb

from deploy.local.mail.sink import mail_sink
from services.campaign.domain.caps import Cap
from services.campaign.domain.ledger import MOST_TRIES
from services.campaign.domain.quiet import Quiet
from services.campaign.sending.deliver import AT_ONCE
from services.campaign.store import links
from tests.campaign.sending.world import WORKSPACE, Customer, sender
from tests.eventually import eventually

DEAD = "550 5.1.1 There is nobody of this name"
BUSY = "451 4.3.0 Come back later"
FULL = "452 4.2.2 Mailbox full"
NEVER = Quiet(time(), time())


async def test_what_is_claimed_goes_out_once_and_is_told(shop, sink):
    ada = await shop.customer(traits={"first_name": "Ada"})
    (id,) = await shop.claim(ada, campaign="journeys/welcome", step="hello")

    await shop.deliver()
    await shop.deliver()

    row, (mail,) = await shop.send(id), await sink.mails()
    assert (pb.Send.HANDED_OVER, "default", ada.address) == (row["state"], row["provider"], row["address"])
    assert f"<{id.hex}@acme.example>" == mail.mail.message_id == row["provider_id"]
    (told,) = await shop.told()
    assert (f"sends/{id}", ada.name, "journeys/welcome") == (
        told.message.send,
        told.profile,
        told.message.campaign,
    )
    assert [("SEND", "")] == await shop.decisions(id)
    assert [("default", "TAKEN")] == await shop.attempts(id)
    assert 0 == await shop.waiting()


async def test_a_claim_that_is_repeated_is_one_message(shop, sink):
    ada = await shop.customer()
    (id,) = await shop.claim(ada)
    await shop.claim(ada, id=id, template="another")
    await shop.deliver()
    await shop.claim(ada, id=id)
    await shop.deliver()

    (mail,) = await sink.mails()
    assert 1 == mail.mail.copies


async def test_it_goes_on_in_the_trace_of_what_brought_it_about(shop):
    trace = "0af7651916cd43dd8448eb211c80319c"
    await shop.claim(await shop.customer(), traceparent=f"00-{trace}-b7ad6b7169203331-01")
    await shop.deliver()

    assert [trace] == [each["traceparent"].split("-")[1] for each in await shop.headers()]


async def test_marketing_has_a_way_out_and_its_links_lead_through_us(shop, sink):
    await shop.template("news", tracking=True, content={"html": '<a href="https://acme.example/new">New</a>'})
    (id,) = await shop.claim(await shop.customer(), template="news")
    await shop.deliver()

    (mail,) = await sink.mails()
    assert b"List-Unsubscribe: <https://shop.example/u/" in mail.mail.raw
    assert "https://shop.example/c/" in mail.letter.html
    async with shop.db.begin(WORKSPACE) as tx:
        url = await links.url(await tx.raw(), WORKSPACE, id, 0)
    assert url.startswith("https://acme.example/new?utm_source=rapport")


async def test_a_dead_address_is_suppressed_at_once_and_for_every_class(shop, sink):
    ada = await shop.customer()
    sink.faults.refuse["RCPT"] = DEAD
    (first,) = await shop.claim(ada)
    await shop.deliver()
    sink.faults.refuse.clear()
    (receipt,) = await shop.claim(ada, message_class="transactional")
    await shop.deliver()

    assert pb.Send.FAILED == (await shop.send(first))["state"]
    bounced, failed, suppressed, held = await shop.told()
    assert (True, "5.1.1", ada.name) == (bounced.hard, bounced.status_code, bounced.profile)
    assert isinstance(failed, events.MessageFailed)
    assert (ada.address, pb.Suppression.HARD_BOUNCE, f"sends/{first}", False) == (
        suppressed.suppression.address,
        suppressed.suppression.reason,
        suppressed.suppression.send,
        suppressed.suppression.marketing_only,
    )
    assert (pb.Decision.SKIP, pb.ADDRESS_NOT_SUPPRESSED) == (held.outcome, held.rule)
    assert pb.Send.SUPPRESSED == (await shop.send(receipt))["state"]
    assert [] == await sink.mails()


async def test_what_is_refused_for_now_is_tried_again_ever_later_and_arrives_once(shop, sink):
    sink.faults.refuse["DATA"] = BUSY
    (id,) = await shop.claim(await shop.customer())
    for _ in range(3):
        await shop.deliver()
        await shop.deliver()
        shop.clock.forward(minutes=5)
    sink.faults.refuse.clear()
    await shop.deliver()

    (mail,) = await sink.mails()
    assert 1 == mail.mail.copies
    assert [*[("default", "REFUSED")] * 3, ("default", "TAKEN")] == await shop.attempts(id)
    assert 1 == len(await shop.told())


async def test_after_so_many_tries_it_has_failed_and_the_place_under_the_cap_is_free_again(shop, sink):
    # Her mailbox is full: that is not the server's fault, and opens no circuit.
    sink.faults.refuse["RCPT"] = FULL
    (id,) = await shop.claim(await shop.customer())
    for _ in range(MOST_TRIES):
        assert 1 == await shop.waiting()
        await shop.deliver()
        assert len(await shop.run("SELECT FROM cap_use")) == await shop.waiting()
        shop.clock.forward(hours=1)

    row, (told,) = await shop.send(id), await shop.told()
    assert (pb.Send.FAILED, 0) == (row["state"], await shop.waiting())
    assert "452" in row["failure"]
    assert isinstance(told, events.MessageFailed)
    assert row["failure"] == told.description


async def two_providers(shop, sink, other_port_refuses=False):
    host, _, port = sink.smtp_url.removeprefix("smtp://").partition(":")
    settings = {"host": host, "port": int(port), "security": "none", "lookup_url": sink.lookup_url}
    closed = settings | {"port": 1}
    await shop.provider("first", rank=1, settings=closed if other_port_refuses else settings)
    await shop.provider("second", rank=2, settings=settings)


async def test_the_next_provider_is_tried_at_once_when_the_first_surely_has_not_got_it(shop, sink):
    await two_providers(shop, sink, other_port_refuses=True)
    (id,) = await shop.claim(await shop.customer())
    await shop.deliver()
    await shop.deliver()

    (mail,) = await sink.mails()
    assert 1 == mail.mail.copies
    assert [("first", "REFUSED"), ("second", "TAKEN")] == await shop.attempts(id)


async def test_what_the_first_provider_may_have_no_other_is_given(shop, sink):
    await two_providers(shop, sink)
    sink.faults.drop = "after_storing"
    (id,) = await shop.claim(await shop.customer())
    await shop.deliver()
    assert [("first", "UNCERTAIN")] == await shop.attempts(id)
    sink.faults.drop = None
    await shop.deliver()
    assert [("first", "UNCERTAIN")] == await shop.attempts(id), "it is not asked for before it can be told"

    shop.clock.forward(seconds=10)
    await shop.deliver()

    (mail,) = await sink.mails()
    assert 1 == mail.mail.copies
    assert [("first", "FOUND")] == await shop.attempts(id)
    assert pb.Send.CONFIRMED == (await shop.send(id))["state"]
    assert 1 == len(await shop.told())


async def test_what_was_lost_on_its_way_is_sent_again_under_the_same_name(shop, sink):
    sink.faults.drop, sink.faults.times = "before_storing", 1
    (id,) = await shop.claim(await shop.customer())
    await shop.deliver()
    assert [] == await sink.mails()
    for _ in range(2):
        shop.clock.forward(seconds=10)
        await shop.deliver()

    (mail,) = await sink.mails()
    assert (f"<{id.hex}@acme.example>", 1) == (mail.mail.message_id, mail.mail.copies)
    assert [("default", "MISSING"), ("default", "TAKEN")] == await shop.attempts(id)


async def test_a_server_that_cannot_be_asked_leaves_marketing_unknown_and_gets_a_receipt_again(mute, sink):
    sink.faults.drop, sink.faults.times = "after_storing", 2
    customers = await mute.customers(2)
    (news,) = await mute.claim(customers[0])
    (receipt,) = await mute.claim(customers[1], message_class="transactional")
    for _ in range(3):
        await mute.deliver()
        mute.clock.forward(seconds=30)

    assert {"UNKNOWN": 1, "HANDED_OVER": 1} == await mute.states()
    copies = {one.mail.message_id: one.mail.copies for one in await sink.mails()}
    assert {f"<{news.hex}@acme.example>": 1, f"<{receipt.hex}@acme.example>": 2} == copies
    assert 0 == await mute.waiting()


async def test_two_senders_share_the_work_and_send_nothing_twice(shop, sink):
    other = sender(shop.db, shop.providers, shop.workspaces, shop.clock, seed=2)
    ids = await shop.claim(*await shop.customers(AT_ONCE + 50))
    running = [asyncio.create_task(each.run()) for each in (shop.sender, other)]
    await eventually(0, shop.waiting, seconds=20)
    for each in running:
        each.cancel()
    await asyncio.wait(running)

    assert {"HANDED_OVER": len(ids)} == await shop.states()
    assert Counter(dict.fromkeys(ids, 1)) == Counter(
        {id: one.mail.copies for one in await sink.mails() for id in ids if id.hex in one.mail.message_id}
    )


async def test_two_sends_at_the_same_instant_cannot_both_take_the_last_place(shop, sink):
    await shop.policy(caps=(Cap(2, timedelta(days=1)),))
    customers = await shop.customers(20)
    for number in range(5):
        await shop.claim(*customers, campaign=f"journeys/{number}")
    others = [sender(shop.db, shop.providers, shop.workspaces, shop.clock, seed=n) for n in (2, 3)]
    senders = [shop.sender, *others]
    await asyncio.gather(*(each.deliver_due() for each in senders))
    await asyncio.gather(*(each.finish() for each in senders))

    assert {"HANDED_OVER": 40, "SUPPRESSED": 60} == await shop.states()
    assert {2} == set(Counter(one.mail.to for one in await sink.mails()).values())
    shop.clock.forward(days=1)
    await shop.claim(customers[0])
    await shop.deliver()
    assert 41 == (await shop.states())["HANDED_OVER"]


async def test_while_a_stranger_is_called_nothing_is_locked_and_no_transaction_is_open(shop, sink):
    sink.faults.pause = "after_storing"
    (id,) = await shop.claim(await shop.customer())
    await shop.sender.deliver_due()
    await eventually(1, lambda: count(sink))

    await shop.run("SELECT FROM contact FOR UPDATE NOWAIT")
    await shop.run("SELECT FROM send FOR UPDATE NOWAIT")
    await shop.run("SELECT FROM send_due FOR UPDATE NOWAIT")
    open_ones = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    assert [] == await shop.run(open_ones)
    assert 1 == (await shop.send(id))["attempt"], "that it is being handed over is known"

    sink.faults.resume.set()
    await shop.sender.finish()
    assert {"HANDED_OVER": 1} == await shop.states()


async def count(sink):
    return len(await sink.mails())


async def test_a_slow_provider_blocks_nobody(shop, sink, tmp_path):
    async with mail_sink(tmp_path / "other") as quick:
        port = int(quick.smtp_url.rpartition(":")[2])
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "lookup_url": quick.lookup_url}
        await shop.channel(workspace="zen")
        await shop.template(workspace="zen")
        await shop.provider("own", workspace="zen", settings=settings)
        sink.faults.pause = "before_storing"
        await shop.claim(*await shop.customers(300))
        await shop.claim(await shop.customer(workspace="zen"), workspace="zen")

        running = asyncio.create_task(shop.sender.run())
        await eventually(1, lambda: count(quick), seconds=4)
        await eventually({"HANDED_OVER": 1}, lambda: shop.states("zen"))

        assert [] == await sink.mails()
        sink.faults.resume.set()
        await eventually({"HANDED_OVER": 300}, shop.states, seconds=20)
        running.cancel()
        await asyncio.wait([running])


async def test_a_provider_is_given_no_more_than_its_rate(shop, sink):
    port = int(sink.smtp_url.rpartition(":")[2])
    settings = {"host": "127.0.0.1", "port": port, "security": "none"}
    await shop.provider("slow", settings=settings, rate_per_second=5.0)
    await shop.claim(*await shop.customers(20))
    await shop.deliver()

    assert 5 <= await count(sink) <= 7
    assert {"HANDED_OVER", "CLAIMED"} == set(await shop.states())
    assert 0 == sum(row["tries"] for row in await shop.run("SELECT tries FROM send"))


async def test_what_is_an_hour_late_waits_for_a_person(shop, sink):
    (id,) = await shop.claim(await shop.customer())
    (broadcast,) = await shop.claim(await shop.customer(), campaign="broadcasts/sale")
    shop.clock.forward(hours=1, seconds=1)
    await shop.deliver()

    row = await shop.send(id)
    assert (pb.Send.WAITING, [("WAIT", "")]) == (row["state"], await shop.decisions(id))
    assert 0 == await shop.waiting()
    assert [f"<{broadcast.hex}@acme.example>"] == [one.mail.message_id for one in await sink.mails()]


async def test_what_waits_for_the_end_of_a_night_goes_out_then(shop, sink):
    now = shop.clock().astimezone(UTC)
    start, end = (now + timedelta(hours=hours) for hours in (-1, 2))
    await shop.policy(quiet_hours=Quiet(time(start.hour, start.minute), time(end.hour, end.minute)))
    waits, leaves = await shop.customers(2)
    (later,) = await shop.claim(waits, when_held_back="wait")
    await shop.claim(leaves, when_held_back="leave")
    await shop.deliver()

    row, (told,) = await shop.send(later), await shop.told()
    assert pb.Send.WAITING == row["state"]
    assert end.replace(second=0, microsecond=0) == datetime.fromtimestamp(row["due_us"] / 1e6, UTC)
    assert (leaves.name, pb.Decision.LEAVE, pb.QUIET_HOURS) == (told.profile, told.outcome, told.rule)
    shop.clock.forward(hours=2)
    await shop.deliver()
    assert [("WAIT", "QUIET_HOURS"), ("SEND", "")] == await shop.decisions(later)
    assert 1 == await count(sink)


async def test_a_run_that_waits_goes_on_when_its_message_went_out_or_was_held_back(shop):
    ada, eve = await shop.customer(), await shop.customer(consents=())
    for one in (ada, eve):
        run = uuid4()
        (id,) = await shop.claim(one, campaign="journeys/welcome", run=run)
        await shop.run(RUN, run, one.key, one.profile, id)
    await shop.deliver()

    due = {row["profile_key"] for row in await shop.run(DUE)}
    assert {ada.key, eve.key} == due
    told = await shop.told()
    assert {"MessageSent", "MessageSuppressed"} == {each.DESCRIPTOR.name for each in told}


async def test_after_a_merge_she_is_one_for_caps_and_in_what_is_told(shop, sink):
    await shop.policy(caps=(Cap(1, timedelta(days=1)),))
    old, new = await shop.customers(2)
    (first,) = await shop.claim(old)
    await shop.deliver()
    (second,) = await shop.claim(old)
    (third,) = await shop.claim(new)
    await shop.run("UPDATE contact SET merged_into = $1 WHERE key = $2", new.key, old.key)
    await shop.deliver()
    (receipt,) = await shop.claim(old, message_class="transactional")
    await shop.deliver()

    assert {pb.Send.SUPPRESSED} == {(await shop.send(id))["state"] for id in (second, third)}
    told = {each.message.send: each.profile for each in await shop.told()}
    assert {old.name, new.name} == {told[f"sends/{first}"], told[f"sends/{receipt}"]}
    assert new.address == (await shop.send(receipt))["address"]


async def test_a_holdout_is_recorded_as_would_have_been_sent(shop, sink):
    (id,) = await shop.claim(await shop.customer(), campaign="journeys/welcome", holdout_basis_points=10_000)
    await shop.deliver()

    (told,) = await shop.told()
    assert (pb.Decision.HOLD_OUT, pb.HOLDOUT) == (told.outcome, told.rule)
    assert "would have been sent" in told.description
    assert pb.Send.HELD_OUT == (await shop.send(id))["state"]
    assert [] == await sink.mails()


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"template": "gone"}, "There is no template gone."),
        ({"template": "broken"}, "The template cannot be filled: subject:"),
        ({"channel": "sms"}, "Nothing goes out on channels/sms: it is off, or has no provider."),
    ],
)
async def test_what_can_never_be_sent_fails_and_its_neighbours_do_not(shop, sink, about, why):
    await shop.template("broken", content={"subject": "{{ 'x' | no_such_filter }}"})
    ada = await shop.customer(
        identifiers={"email": ["ada@example.com"], "phone": ["+436601234567"]},
        consents=(("email", "marketing"), ("sms", "marketing")),
    )
    await shop.channel("sms", quiet_hours=NEVER)
    (bad,) = await shop.claim(ada, **about)
    await shop.claim(await shop.customer())
    await shop.deliver()

    row = await shop.send(bad)
    assert pb.Send.FAILED == row["state"]
    assert row["failure"].startswith(why)
    assert 1 == await count(sink)
    assert [] == await shop.run("SELECT FROM cap_use WHERE send = $1", bad)
    assert 0 == await shop.waiting()


async def test_a_test_is_in_no_figures_and_in_no_timeline(shop, sink):
    nobody = Customer(0, UUID(int=0), "")
    await shop.claim(nobody, test=True, address="me@acme.example")
    await shop.deliver()

    (mail,) = await sink.mails()
    assert ("me@acme.example",) == tuple(mail.mail.to)
    assert [] == await shop.told()
    assert [] == await shop.run("SELECT FROM cap_use")


async def test_what_is_claimed_while_it_runs_goes_out_soon(shop, sink):
    running = asyncio.create_task(shop.sender.run())
    await shop.claim(await shop.customer())
    shop.sender.wake()
    await eventually({"HANDED_OVER": 1}, shop.states, seconds=5)
    running.cancel()
    await asyncio.wait([running])
    assert 1 == await count(sink)


RUN = """
INSERT INTO run (workspace, id, version, profile_key, step, visits, step_since_us, wait_kind, awaits_send,
  end_reason, journey, origin_key, origin, entry, rotation, started_us, create_us, cause, document,
  traceparent)
VALUES ('acme', $1, 1, $2, 'hello', '{}', 0, 'send', $4, '', 'welcome', $2, $3, '', 0, 0, 0, '', '{}', '')
"""
DUE = "SELECT r.profile_key FROM run_due d JOIN run r ON r.id = d.run"
