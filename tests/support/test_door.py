"""The SMTP door: who gets in, and when we say that we have it."""

import asyncio

import aiosmtplib
import pytest
from rapport.support.v1 import support_pb2 as pb

from services.support.mail import door as doors
from services.support.mail.door import Door, open_door
from tests.profile.house import cleared
from tests.support.house import REPLY_SECRET, Hands, Shop, running_house

STRANGE = ["nobody@shop.example", "reply+aaaa@shop.example", "x", "help@", '"a b"@c.d']


@pytest.mark.parametrize("address", STRANGE)
async def test_mail_to_nobody_is_refused(shop, address):
    await shop.mailbox()
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await shop.house.send(shop.mail(), [address])
    assert refused.value.recipients[0].code in {501, 550, 553}


async def test_mail_is_stored_before_it_is_acknowledged(shop):
    await shop.mailbox()
    await shop.house.send(shop.mail(Message_ID="<one@a>"), [shop.address.upper()])
    (row,) = await shop.rows("SELECT * FROM mail")
    assert ("<one@a>", "ada@example.com") == (row["message_id"], row["envelope_sender"])


async def test_a_deleted_mailbox_takes_nothing_and_its_tickets_stay(shop):
    await shop.mailbox()
    await shop.write()
    await shop.say("tickets/1")
    (sent,) = await shop.sent()
    await shop.ask(pb.DeleteMailboxRequest(name="mailboxes/help"))
    for address in (shop.address, str(sent.mail["Reply-To"])):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await shop.house.send(shop.mail(), [address])
    assert "tickets/1" == (await shop.ticket("tickets/1")).name


async def test_a_brand_gets_no_mail_by_the_token_of_another(shop, other):
    for each in (shop, other):
        await each.mailbox()
        await each.write()
    await shop.say("tickets/1")
    (sent,) = await shop.sent()
    reply = str(sent.mail["Reply-To"])
    answer = await other.write("Re: My lamp", To=reply, In_Reply_To=str(sent.mail["Message-ID"]))

    assert ("tickets/2", pb.ReceiveMailResponse.NEW_TICKET) == (answer.ticket, answer.threading)
    await shop.house.send(shop.mail("Re: My lamp"), [reply])
    await shop.until_taken_in()
    assert 3 == (await shop.ticket("tickets/1")).message_count
    assert 2 == len(await other.tickets())


async def test_a_null_sender_is_no_sender(shop):
    await shop.mailbox()
    await shop.house.send(shop.mail(), [shop.address], sender="")
    await shop.until_taken_in()
    (row,) = await shop.rows("SELECT * FROM mail")
    assert ("", True) == (row["envelope_sender"], row["automatic"])


async def test_a_large_mail_is_taken_and_one_too_large_is_not(shop):
    await shop.mailbox()
    await shop.house.send(shop.mail(body="x" * 70 + "\n" * 1000 + "y " * 2_000_000), [shop.address])
    with pytest.raises(aiosmtplib.SMTPException) as refused:
        await shop.house.send(
            b"Subject: x\r\n\r\n" + b"x" * 78 + (b"\r\n" + b"x" * 78) * 430_000, [shop.address]
        )
    assert 552 == refused.value.code
    await shop.until_taken_in()
    assert 1 == len(await shop.tickets())


async def test_while_the_database_is_away_the_sender_is_asked_to_come_again(database, nats_server, sink):
    clone = await database("support")
    async with running_house(clone.url, await cleared(nats_server.url), Hands(), sink) as house:
        shop = Shop(house)
        await shop.mailbox()
        host, port = house.app.smtp_address.rsplit(":", 1)
        async with aiosmtplib.SMTP(hostname=host, port=int(port), start_tls=False) as client:
            await client.mail("ada@example.com")
            await client.rcpt(shop.address)
            await house.connection.close()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(house.app.db, "begin", away)
                with pytest.raises(aiosmtplib.SMTPDataError) as failed:
                    await client.data(shop.mail())
                await client.rset()
                await client.mail("ada@example.com")
                with pytest.raises(aiosmtplib.SMTPResponseException) as unknown:
                    await client.rcpt(shop.address)
        assert [451, 451] == [failed.value.code, unknown.value.code]
        assert [] == await shop.tickets()


def away(*_):
    raise ConnectionRefusedError("the database is away")


async def test_there_is_an_end_to_how_many_come_at_once(house, monkeypatch):
    monkeypatch.setattr(doors, "MOST_SESSIONS", 2)
    async with open_door(Door(house.app.db, REPLY_SECRET, house.clock), "127.0.0.1:0") as address:
        host, port = address.rsplit(":", 1)
        clients = [aiosmtplib.SMTP(hostname=host, port=int(port), start_tls=False) for _ in range(3)]
        for client in clients:
            await client.connect()
        answers = [await client.execute_command(b"EHLO", b"x") for client in clients[:2]]
        assert [250, 421] == [answers[0].code, (await clients[2].execute_command(b"EHLO", b"x")).code]
        for client in clients:
            client.close()


async def test_mail_we_cannot_take_in_is_kept_with_the_reason_and_tried_again(shop, monkeypatch):
    """Our own bug: nothing is lost by it, and others go on."""
    from services.support.actions import receive

    await shop.mailbox()
    real = receive.placed

    async def broken(mail):
        if mail.letter.subject == "poison":
            raise KeyError("a bug")
        return await real(mail)

    monkeypatch.setattr(receive, "placed", broken)
    await shop.house.send(shop.mail("poison"), [shop.address])
    await shop.house.send(shop.mail("fine"), [shop.address])
    from tests.eventually import eventually

    await eventually(["fine"], lambda: subjects(shop))
    await eventually("KeyError: 'a bug'", lambda: failure(shop))
    monkeypatch.setattr(receive, "placed", real)
    shop.house.clock.forward(minutes=5)
    await eventually(["fine", "poison"], lambda: subjects(shop))
    assert "" == await failure(shop)


async def subjects(shop: Shop) -> list[str]:
    return sorted(ticket.subject for ticket in await shop.tickets())


async def failure(shop: Shop) -> str:
    return (await shop.rows("SELECT failure FROM mail ORDER BY receive_time, id"))[0]["failure"]


async def test_many_mails_at_once_are_each_a_ticket(shop):
    await shop.mailbox()
    await asyncio.gather(
        *(shop.house.send(shop.mail(f"{n}", From=f"c{n}@example.com"), [shop.address]) for n in range(20))
    )
    await shop.until_taken_in()
    assert {f"tickets/{n}" for n in range(1, 21)} == {ticket.name for ticket in await shop.tickets()}
