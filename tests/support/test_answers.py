"""Answers by mail: as they leave, once each, and what may never leave."""

import asyncio
import sys
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from chassis.clock import utc_now
from chassis.ids import uuid7
from services.support.actions import deliver
from services.support.store import outgoing
from tests.eventually import eventually
from tests.house.sources import ROOT
from tests.profile.house import cleared
from tests.support.house import AGENT, REPLY_SECRET, SECRET, Shop, running_house
from tests.support.sink import running_sink
from tests.support.test_tickets import create

Message = t.Message


async def delivery(shop: Shop, name: str) -> int:
    return (await shop.ask(pb.GetMessageRequest(name=name))).delivery


async def test_an_answer_goes_to_the_customer_in_her_thread(shop):
    await shop.mailbox(display_name="Jörg's Lamps", signature="Ticket {{ ticket.number }}")
    ada = await shop.introduce("ada@example.com")
    await shop.write(Message_ID="<one@a>", References="<zero@a>")
    said = await shop.say("tickets/1", "We send a new one. ✓")
    assert (Message.PENDING, True) == (said.delivery, said.message_id.endswith(f"@{shop.workspace}.example>"))

    (sent,) = await shop.sent()
    mail = sent.mail
    assert ("Re: My lamp [#1]", said.message_id, "<one@a>") == (
        mail["Subject"],
        mail["Message-ID"],
        mail["In-Reply-To"],
    )
    assert ["<zero@a>", "<one@a>"] == mail["References"].split()
    assert (f"Jörg's Lamps <{shop.address}>", "ada@example.com") == (str(mail["From"]), str(mail["To"]))
    assert str(mail["Reply-To"]).startswith("reply+")
    assert len(str(mail["Reply-To"]).partition("@")[0]) <= 64
    assert sent.sender == str(mail["Reply-To"])
    assert (None, "We send a new one. ✓\n\n-- \nTicket 1\n") == (mail["Auto-Submitted"], sent.text)
    await eventually(Message.SENT, lambda: delivery(shop, said.name))
    (told,) = await shop.facts(events.TicketReplied)
    assert (ada, said.name, "We send a new one. ✓") == (told.profile, told.message, told.text)


async def test_long_ids_are_folded_and_never_encoded(shop):
    await shop.mailbox()
    ids = [f"<{str(number) * 90}@example.com>" for number in range(1, 9)]
    await shop.write(Message_ID="<first@a>")
    raw = shop.mail("Re: My lamp", Message_ID="<last@a>").replace(
        b"Message-ID:",
        b"In-Reply-To: <first@a>\nReferences: " + b"\n ".join(map(str.encode, ids)) + b"\nMessage-ID:",
    )
    await shop.receive(raw)
    await shop.say("tickets/1")

    (sent,) = await shop.sent()
    head = sent.raw.partition(b"\r\n\r\n")[0]
    assert b"=?" not in head
    assert all(len(line) < 300 for line in head.split(b"\r\n"))
    assert [*ids, "<last@a>"] == sent.mail["References"].split()


async def test_an_answer_carries_html_and_files(shop):
    await shop.mailbox()
    await shop.write()
    picture = t.Attachment(file_name="a.png", content_type="image/png", content=b"\x89PNG", content_id="pic")
    bill = t.Attachment(file_name="Rechnung €.pdf", content_type="application/pdf", content=b"%PDF")
    files = [await shop.ask(pb.CreateAttachmentRequest(attachment=each)) for each in (picture, bill)]
    html = '<p>Look: <img src="cid:pic"></p><script>x</script>'
    await shop.say("tickets/1", "", html=html, attachments=[each.name for each in files])

    (sent,) = await shop.sent()
    parts = {part.get_content_type(): part for part in sent.mail.walk()}
    assert ["Rechnung €.pdf"] == [each.get_filename() for each in sent.mail.iter_attachments()]
    assert ("<pic>", b"\x89PNG") == (parts["image/png"]["Content-ID"], parts["image/png"].get_content())
    assert '<p>Look: <img src="cid:pic"></p>' in parts["text/html"].get_content()
    assert "script" not in parts["text/html"].get_content()
    assert "Look:" in sent.text


async def test_who_took_part_from_the_beginning_gets_a_copy_and_nobody_later(shop):
    await shop.mailbox()
    await shop.write(To=f"{shop.address}, Bob <bob@example.com>", Message_ID="<one@a>")
    await shop.write("Re: My lamp", In_Reply_To="<one@a>", Cc="eve@evil.example")
    await shop.say("tickets/1")

    (sent,) = await shop.sent()
    assert ["ada@example.com", "bob@example.com"] == sorted(sent.recipients)
    assert "bob@example.com" == str(sent.mail["Cc"])
    assert ["ada@example.com", "bob@example.com"] == list((await shop.ticket("tickets/1")).participants)


async def test_an_answer_goes_where_she_wants_it(shop):
    await shop.mailbox()
    await shop.write(Reply_To="ada@home.example")
    await shop.say("tickets/1")
    (sent,) = await shop.sent(to="ada@home.example")
    assert ["ada@home.example"] == sent.recipients

    reply = await shop.write("Re: x", From="ada@home.example", In_Reply_To=str(sent.mail["Message-ID"]))
    assert "tickets/1" == reply.ticket
    assert t.Message.CUSTOMER == (await shop.messages("tickets/1"))[-1].author


async def test_a_web_form_is_answered_by_mail(shop):
    await shop.mailbox()
    made = await create(shop)
    await shop.say(made.name)
    (sent,) = await shop.sent()
    assert "Re: My lamp [#1]" == sent.mail["Subject"]

    reply = await shop.write("Re: My lamp", In_Reply_To=str(sent.mail["Message-ID"]))
    assert (made.name, pb.ReceiveMailResponse.REFERENCES) == (reply.ticket, reply.threading)


async def test_the_desk_may_write_first(shop):
    await shop.mailbox()
    ada = await shop.introduce("ada@example.com")
    ticket = t.Ticket(profile=ada, subject="Your order", channel=t.EMAIL)
    message = Message(author=AGENT, text="It is late.")
    made = await shop.ask(pb.CreateTicketRequest(ticket=ticket, message=message))

    (sent,) = await shop.sent()
    assert (None, t.Ticket.OPEN) == (sent.mail["In-Reply-To"], made.state)
    assert not (await shop.facts(events.TicketOpened))[0].by_customer


async def test_who_cannot_be_reached_is_not_answered(shop):
    made = await create(shop)
    request = pb.CreateMessageRequest(parent=made.name, message=Message(author=AGENT, text="x"))
    assert "CUSTOMER_UNREACHABLE" == (await shop.refusal(request)).reason, "no mailbox"
    await shop.mailbox()
    await shop.ask(request)


# Notes.


async def test_no_note_ever_leaves_the_house(shop):
    """By any road: the API says so, a file of a note does not get out, and the table refuses it."""
    await shop.mailbox(signature="{{ ticket.subject }}")
    await shop.write("My lamp", "hello", Message_ID="<one@a>")
    file = await shop.ask(
        pb.CreateAttachmentRequest(attachment=t.Attachment(file_name="s", content=b"SECRET"))
    )
    note = await shop.say("tickets/1", "SECRET", internal=True, attachments=[file.name], hold=True)
    html = await shop.say("tickets/1", "", html="<p>SECRET</p>", internal=True, channel=t.EMAIL)
    for author in (Message.SYSTEM, Message.BOT):
        await shop.say("tickets/1", "SECRET", internal=True, author=author)
    await shop.say("tickets/1", "public")
    await shop.write("Re: My lamp", "and?", In_Reply_To="<one@a>")
    await shop.say("tickets/1", "public again", resolve=True)

    sent = await shop.sent(2)
    assert not any(b"SECRET" in each.raw or b"U0VDUkVU" in each.raw for each in sent)
    ids = {note.message_id, html.message_id}
    assert {""} == ids
    assert 2 == len(await shop.rows("SELECT message FROM outgoing"))
    told = [fact.SerializeToString() for fact in shop.house.told[shop.workspace]]
    assert not any(b"SECRET" in fact for fact in told)


async def test_the_database_refuses_a_note_on_its_way_out(shop):
    await shop.mailbox()
    await shop.write()
    note = await shop.say("tickets/1", "SECRET", internal=True)
    leaving = outgoing.Leaving(id_of(note.name), "help", ["eve@evil.example"], [], "<x@y>", "", [])
    async with shop.house.app.db.begin(shop.workspace) as tx:
        connection = await tx.raw()
        savepoint = connection.transaction()
        await savepoint.start()
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await outgoing.put(connection, shop.workspace, leaving)
        await savepoint.rollback()
        savepoint = connection.transaction()
        await savepoint.start()
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(outgoing.PUT.replace("true", "false", 1), *as_values(shop, leaving))
        await savepoint.rollback()


async def test_a_message_on_its_way_out_does_not_become_a_note(shop):
    await shop.mailbox()
    await shop.write()
    await shop.say("tickets/1")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await shop.rows("UPDATE message SET public = false WHERE author = 2")


def as_values(shop, leaving):
    return [
        shop.workspace,
        leaving.message,
        leaving.mailbox,
        leaving.recipients,
        leaving.copies,
        leaving.message_id,
        leaving.in_reply_to,
        leaving.ancestors,
    ]


def id_of(name: str) -> UUID:
    return UUID(name.rpartition("/")[2])


# Automatic answers.


async def test_a_person_is_told_at_once_and_once_a_day(shop):
    await shop.mailbox(auto_reply="Dear {{ customer.name }}, we got #{{ ticket.number }}.")
    await shop.write("One")
    await shop.write("Two")
    (sent,) = await shop.sent()
    assert ("auto-replied", "", "Dear Ada, we got #1.\n") == (
        sent.mail["Auto-Submitted"],
        sent.sender,
        sent.text,
    )
    assert t.Ticket.NEW == (await shop.ticket("tickets/1")).state
    shop.house.clock.forward(hours=24)
    await shop.write("Three")
    await shop.write("Four", From="bob@example.com")

    assert 2 == len(await shop.sent(2))
    assert 1 == len(await shop.sent(to="bob@example.com"))
    assert [1, 0, 1, 1] == [
        sum(m.automatic for m in await shop.messages(f"tickets/{number}")) for number in range(1, 5)
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<x>"},
        {"X_Loop": "1"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
        {"From": "no-reply@example.com"},
    ],
    ids=str,
)
async def test_a_machine_is_never_answered_by_a_machine(shop, headers):
    await shop.mailbox(auto_reply="We got it.")
    await shop.write("One", **headers)
    assert [] == await shop.rows("SELECT message FROM outgoing")


# Once each.


async def test_a_passing_no_is_tried_again_and_a_final_one_is_not(shop):
    await shop.mailbox()
    await shop.write()
    shop.house.sink.says = ["451 later"]
    said = await shop.say("tickets/1", "one")
    await eventually(1, lambda: tries(shop))
    await eventually("451 later", lambda: failure(shop))
    assert (Message.PENDING, []) == (await delivery(shop, said.name), shop.mails_to("ada@example.com"))
    shop.house.clock.forward(minutes=1)
    await eventually(Message.SENT, lambda: delivery(shop, said.name))
    assert 1 == len(shop.mails_to("ada@example.com"))

    shop.house.sink.says = ["554 no"]
    said = await shop.say("tickets/1", "two")
    await eventually(Message.FAILED, lambda: delivery(shop, said.name))


async def test_an_address_nobody_has_fails(shop):
    await shop.mailbox()
    await shop.write(From="nobody@example.com")
    said = await shop.say("tickets/1")
    await eventually(Message.FAILED, lambda: delivery(shop, said.name))


@pytest.mark.parametrize(("asks", "mails"), [(True, 1), (False, 2)])
async def test_what_a_killed_process_was_handing_over_is_settled(database, nats_server, asks, mails):
    """Killed by force after the mail server took the mail, and before that could be recorded. Where the
    server can be asked it goes once; where it cannot it goes again, the very same under the same id."""
    url = (await database("support")).url
    async with (
        running_sink() as sink,
        running_house(url, await cleared(nats_server.url), utc_now, sink, roles=("serve",)) as house,
    ):
        shop = Shop(house)
        await shop.mailbox()
        await shop.write()
        said = await shop.say("tickets/1")
        sink.says = ["hang"]
        async with worker(url, nats_server.url, sink, asks=asks) as process:
            await eventually(1, lambda: len(sink.taken), seconds=30)
            process.kill()
            await process.wait()
        assert Message.PENDING == await delivery(shop, said.name)
        async with worker(url, nats_server.url, sink, asks=asks):
            await eventually(Message.SENT, lambda: delivery(shop, said.name), seconds=30)

        assert ([said.message_id] if asks else []) == sink.asked
        assert [said.message_id] * mails == [str(sent.mail["Message-ID"]) for sent in sink.taken]
        assert 1 == len({sent.raw for sent in sink.taken})


@asynccontextmanager
async def worker(url: str, nats_url: str, sink, *, asks: bool):
    told = {
        "SUPPORT_DATABASE_URL": url,
        "SUPPORT_NATS_URL": nats_url,
        "SUPPORT_CALLER_SECRET": SECRET,
        "SUPPORT_REPLY_SECRET": REPLY_SECRET,
        "SUPPORT_SMTP_URL": sink.smtp_url,
        "SUPPORT_LEASE_SECONDS": "1",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
    }
    if asks:
        told["SUPPORT_SMTP_LOOKUP_URL"] = sink.lookup_url
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.support",
        "worker",
        env=told,
        cwd=ROOT,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def tries(shop: Shop) -> int:
    return (await shop.rows("SELECT tries FROM outgoing"))[0]["tries"]


async def failure(shop: Shop) -> str:
    return (await shop.rows("SELECT failure FROM outgoing"))[0]["failure"]


async def test_two_processes_send_each_answer_once(shop):
    await shop.mailbox()
    await shop.write()
    app, sink = shop.house.app, shop.house.sink
    server = deliver.Server(sink.smtp_url, None, 5)
    rival = deliver.Postman(app.db, shop.house.clock, server, "a secret of replies", None, 60)
    for number in range(10):
        await shop.say("tickets/1", str(number))
        await asyncio.gather(*(rival.deliver_due(shop.house.clock()) for _ in range(3)))
    sent = await shop.sent(10)
    await eventually(
        [], lambda: shop.rows("SELECT id FROM due WHERE kind = 'send' AND workspace = $1", shop.workspace)
    )
    assert 10 == len({str(each.mail["Message-ID"]) for each in sent}) == len(shop.mails_to("ada@example.com"))


async def test_an_answer_that_cannot_be_written_fails_alone(shop, monkeypatch):
    await shop.mailbox()
    await shop.write()
    real = deliver.compose

    def broken(answer):
        if "poison" in answer.text:
            raise KeyError("a bug")
        return real(answer)

    monkeypatch.setattr(deliver, "compose", broken)
    bad, good = await shop.say("tickets/1", "poison"), await shop.say("tickets/1", "fine")
    await eventually(Message.SENT, lambda: delivery(shop, good.name))
    await eventually(Message.FAILED, lambda: delivery(shop, bad.name))


async def test_an_address_that_is_not_ascii_is_not_written_to(shop):
    await shop.mailbox(auto_reply="We got it.")
    raw = shop.mail(From="x@y").replace(b"From: x@y", "From: aü@example.com".encode())
    ticket = (await shop.receive(raw)).ticket
    request = pb.CreateMessageRequest(parent=ticket, message=Message(author=AGENT, text="x"))
    assert "CUSTOMER_UNREACHABLE" == (await shop.refusal(request)).reason
    assert [] == await shop.rows("SELECT message FROM outgoing")


# Bounces.


async def test_a_dead_address_is_marked_and_alive_again_when_it_writes(shop):
    await shop.mailbox()
    await shop.write()
    said = await shop.say("tickets/1")
    (sent,) = await shop.sent()
    await eventually(Message.SENT, lambda: delivery(shop, said.name))
    report = bounce(said.message_id, str(sent.mail["Reply-To"]))
    answer = await shop.receive(report, envelope_sender="")
    assert ("tickets/1", True) == (answer.ticket, answer.automatic)
    assert Message.BOUNCED == await delivery(shop, said.name)
    request = pb.CreateMessageRequest(parent="tickets/1", message=Message(author=AGENT, text="x"))
    assert "CUSTOMER_UNREACHABLE" == (await shop.refusal(request)).reason

    await shop.write("I am here")
    await shop.ask(request)


async def test_a_forged_report_marks_nobody(shop):
    await shop.mailbox()
    await shop.write()
    said = await shop.say("tickets/1")
    await shop.receive(bounce(said.message_id, shop.address, of="bob@example.com"), envelope_sender="")
    assert [] == await shop.rows("SELECT address FROM dead_address")
    assert Message.BOUNCED != await delivery(shop, said.name)


def bounce(message_id: str, to: str, of: str = "ada@example.com") -> bytes:
    return f"""From: mailer-daemon@mx.example
To: {to}
Subject: Undelivered
Message-ID: <{uuid7().hex}@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {of}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--b--
""".encode()


async def test_answers_wait_while_there_is_no_mail_server(clone, nats_server, sink, house):
    async with running_house(
        clone.url, nats_server.url, house.clock, sink, smtp_url=None, smtp_listen=None
    ) as quiet:
        assert "" == quiet.app.smtp_address
        shop = Shop(quiet)
        await shop.mailbox()
        await shop.write()
        assert Message.PENDING == (await shop.say("tickets/1", author=AGENT)).delivery
