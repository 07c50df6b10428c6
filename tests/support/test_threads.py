"""Where mail belongs over time: replies late and early, twice, to two, by others; and by the raw door."""

import pytest
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.support.house import AGENT, CUSTOMER, Shop
from tests.support.test_tickets import create

Why = pb.ReceiveMailResponse
Ticket = t.Ticket


async def resolved(shop: Shop, **mailbox) -> None:
    await shop.mailbox(**mailbox)
    await shop.write(Message_ID="<one@a>")
    await shop.ask(pb.ResolveTicketRequest(name="tickets/1"))


@pytest.mark.parametrize(
    ("mailbox", "days", "again"),
    [({}, 13.9, True), ({}, 14, False), ({"reopen_days": 2}, 1.9, True), ({"reopen_days": 0}, 0.1, False)],
)
async def test_a_reply_reopens_for_some_days_and_opens_a_linked_ticket_later(shop, mailbox, days, again):
    await shop.introduce("ada@example.com")
    await resolved(shop, **mailbox)
    shop.house.clock.forward(days=days)
    reply = await shop.write("Re: My lamp", In_Reply_To="<one@a>")

    old = await shop.ticket("tickets/1")
    if again:
        assert ("tickets/1", Why.REFERENCES, Ticket.OPEN) == (reply.ticket, reply.threading, old.state)
        assert ["TicketOpened", "TicketResolved", "TicketReopened", "CustomerReplied"] == await shop.story()
    else:
        assert ("tickets/2", Why.LINKED_TICKET, Ticket.RESOLVED) == (
            reply.ticket,
            reply.threading,
            old.state,
        )
        assert ["tickets/1"] == list((await shop.ticket("tickets/2")).linked_tickets)
        assert ["tickets/1"] == list((await shop.facts(events.TicketOpened))[1].linked_tickets)
        more = await shop.write("Re: My lamp", In_Reply_To="<one@a>")
        assert "tickets/2" == more.ticket, "the ticket that follows takes what else comes"


async def test_automatic_mail_reopens_nothing_and_is_not_told(shop):
    await shop.introduce("ada@example.com")
    await resolved(shop)
    reply = await shop.write("Away", In_Reply_To="<one@a>", Auto_Submitted="auto-replied")

    assert ("tickets/1", True) == (reply.ticket, reply.automatic)
    now = await shop.ticket("tickets/1")
    assert (Ticket.RESOLVED, 2) == (now.state, now.message_count)
    assert ["TicketOpened", "TicketResolved"] == await shop.story()


async def test_the_same_mail_is_taken_once(shop):
    await shop.mailbox()
    raw = shop.mail(Message_ID="<one@a>")
    first, second = await shop.receive(raw), await shop.receive(raw)

    assert (False, True) == (first.duplicate, second.duplicate)
    assert (first.ticket, first.message) == (second.ticket, second.message)
    await shop.house.send(raw, [shop.address])
    await shop.until_taken_in()
    assert 1 == (await shop.ticket("tickets/1")).message_count
    without = shop.mail(Message_ID="x").replace(b"Message-ID: x", b"X-Nothing: x")
    assert [False, True] == [(await shop.receive(without)).duplicate for _ in range(2)]


async def test_a_mail_to_two_mailboxes_is_one_message(shop):
    await shop.mailbox()
    await shop.mailbox("sales")
    raw = shop.mail(Message_ID="<one@a>")
    await shop.house.send(raw, [shop.address, f"sales@{shop.workspace}.example"])
    await shop.until_taken_in()

    assert 1 == len(await shop.tickets())
    assert 1 == (await shop.ticket("tickets/1")).message_count
    assert 2 == len(await shop.rows("SELECT id FROM mail"))


async def test_a_mail_to_two_brands_is_a_ticket_of_each(shop, other):
    for each in (shop, other):
        await each.mailbox()
    await shop.house.send(shop.mail(), [shop.address, other.address])
    for each in (shop, other):
        await each.until_taken_in()
        assert ["tickets/1"] == [ticket.name for ticket in await each.tickets()]


async def test_a_conversation_outside_of_the_tool_is_one_ticket(shop):
    """An agent answered from her own mail program: nobody told us of that id, and we saw it referred to."""
    await shop.mailbox()
    await shop.write(References="<outside@agent> <before@agent>")
    first = await shop.write("Re: something", In_Reply_To="<outside@agent>")
    second = await shop.write("Re: anything", References="<x@y> <before@agent>", In_Reply_To="<z@y>")

    assert ["tickets/1"] * 2 == [first.ticket, second.ticket]
    assert Why.REFERENCES == first.threading


async def test_a_mail_that_comes_after_its_answer_belongs_to_it(shop):
    await shop.mailbox()
    answer = await shop.write("Re: My lamp", In_Reply_To="<late@a>")
    late = await shop.write(Message_ID="<late@a>")
    assert answer.ticket == late.ticket


async def test_a_stranger_gets_a_ticket_of_his_own_and_only_one(shop):
    await shop.mailbox()
    await shop.write(Message_ID="<one@a>")
    await shop.say("tickets/1", "Dear Ada, your address is Main Street 1.")
    (sent,) = await shop.sent()
    headers = {"In_Reply_To": str(sent.mail["Message-ID"]), "From": "eve@evil.example"}
    first = await shop.write("Re: My lamp", "And mine?", **headers)
    second = await shop.write("Re: My lamp", "Well?", **headers)
    token = await shop.write("Hi", "?", From="eve@evil.example", To=str(sent.mail["Reply-To"]))

    assert ["tickets/2"] * 3 == [first.ticket, second.ticket, token.ticket]
    assert Why.LINKED_TICKET == first.threading
    assert 2 == (await shop.ticket("tickets/1")).message_count
    assert ["eve@evil.example"] == list((await shop.ticket("tickets/2")).participants)
    await shop.say("tickets/2", "Who are you?")
    (answer,) = await shop.sent(to="eve@evil.example")
    assert b"Main Street" not in answer.raw


async def test_another_address_of_the_same_customer_takes_part(shop):
    await shop.mailbox()
    await shop.introduce("ada@example.com", "ada@home.example")
    await shop.write(Message_ID="<one@a>")
    reply = await shop.write("Re: My lamp", From="ada@home.example", In_Reply_To="<one@a>")

    assert "tickets/1" == reply.ticket
    assert CUSTOMER == (await shop.messages("tickets/1"))[-1].author


async def test_a_participant_is_not_the_customer(shop):
    await shop.introduce("ada@example.com")
    await shop.mailbox()
    await shop.write(Cc="bob@example.com", Message_ID="<one@a>")
    reply = await shop.write("Re: My lamp", From="bob@example.com", In_Reply_To="<one@a>")

    assert "tickets/1" == reply.ticket
    assert t.Message.PARTICIPANT == (await shop.messages("tickets/1"))[-1].author
    assert ["TicketOpened"] == await shop.story()


async def test_the_same_subject_is_asked_only_where_the_mailbox_says_so(shop):
    await shop.mailbox()
    await shop.mailbox("same", same_subject_days=3)
    for mailbox, same in (("help", False), ("same", True)):
        first = await shop.receive(shop.mail("Where is it?", To=f"{mailbox}@x.example"), mailbox)
        shop.house.clock.forward(days=2)
        second = await shop.receive(shop.mail("AW: where is IT?"), mailbox)
        stranger = await shop.receive(shop.mail("Where is it?", From="bob@example.com"), mailbox)
        assert same == (first.ticket == second.ticket)
        assert first.ticket != stranger.ticket
        shop.house.clock.forward(days=4)
        assert first.ticket != (await shop.receive(shop.mail("Where is it?"), mailbox)).ticket


async def test_a_reply_takes_a_waiting_ticket_up_at_once_by_the_senders_clock(shop):
    await shop.mailbox()
    await shop.write(Message_ID="<one@a>")
    shop.house.clock.forward(hours=3)
    await shop.say("tickets/1", hold=True)
    shop.house.clock.forward(hours=2)
    await shop.write("Re: My lamp", In_Reply_To="<one@a>", Date="Sun, 22 Nov 2020 13:00:00 +0000")
    rows = await shop.rows("SELECT state FROM ticket_state ORDER BY position")
    assert [1, 2, 3, 2] == [1, *[row["state"] for row in rows][-3:]] or [1, 3, 2] == [
        r["state"] for r in rows
    ]
    assert Ticket.OPEN == (await shop.ticket("tickets/1")).state


@pytest.mark.parametrize(("hours", "believed"), [(-2, True), (-24 * 6, True), (-24 * 8, False), (1, False)])
async def test_the_senders_clock_is_believed_where_that_can_be(shop, hours, believed):
    from datetime import timedelta
    from email.utils import format_datetime

    await shop.mailbox()
    said = shop.house.clock() + timedelta(hours=hours)
    await shop.write(Date=format_datetime(said))
    (message,) = await shop.messages("tickets/1")
    expected = said if believed else shop.house.clock()
    assert expected.timestamp() == message.event_time.ToDatetime().timestamp() + local_offset()


def local_offset() -> float:
    from datetime import UTC, datetime

    return datetime(2026, 11, 22, tzinfo=UTC).timestamp() - datetime(2026, 11, 22).timestamp()  # noqa: DTZ001


async def test_a_mailbox_gives_its_team(shop):
    from rapport.support.v1 import desk_pb2

    await shop.ask(pb.CreateTeamRequest(team=desk_pb2.Team(name="teams/lamps")))
    await shop.mailbox(team="teams/lamps")
    answer = await shop.write()
    assert "teams/lamps" == (await shop.ticket(answer.ticket)).team


async def test_mail_for_no_mailbox_is_refused(shop):
    refusal = await shop.refusal(pb.ReceiveMailRequest(name="mailboxes/none", raw=b"x"))
    assert "MAILBOX_NOT_FOUND" == refusal.reason


async def test_a_repeat_with_the_same_request_id_hears_the_same(shop):
    await shop.mailbox()
    request = pb.ReceiveMailRequest(name="mailboxes/help", raw=shop.mail(), request_id="once")
    assert await shop.ask(request) == await shop.ask(request)


# People.


async def test_a_ticket_of_an_unknown_sender_is_told_once_somebody_knows_her(shop):
    await shop.mailbox()
    await shop.write(Message_ID="<one@a>")
    await shop.say("tickets/1")
    await shop.write("Re: My lamp", "And?", In_Reply_To="<one@a>")
    await shop.ask(pb.ResolveTicketRequest(name="tickets/1"))
    assert [] == await shop.story()
    assert "" == (await shop.ticket("tickets/1")).profile

    ada = await shop.introduce("ada@example.com")
    assert ["TicketOpened", "TicketReplied", "CustomerReplied", "TicketResolved"] == await shop.story()
    told = [fact for fact in await shop.facts(object) if not isinstance(fact, events.TicketChanged)]
    assert {ada} == {fact.profile for fact in told}
    assert ada == (await shop.ticket("tickets/1")).profile
    (message, *_) = await shop.messages("tickets/1")
    assert message.event_time == told[0].event_time, "as it happened"
    await shop.introduce("ada@example.com", profile=None, revision=2)
    assert 4 == len(await shop.story()), "each once"


async def test_tickets_follow_the_survivor_in_whatever_order_merges_are_told(shop):
    from rapport.profile.v1 import events_pb2 as profile

    ada, ghost, third = [await shop.introduce(f"{name}@example.com") for name in ("ada", "ghost", "third")]
    made = await create(shop, author="ghost@example.com")
    assert ghost == made.profile
    await shop.tell(profile.ProfileMerged(survivor=third, absorbed=ada))
    await shop.tell(profile.ProfileMerged(survivor=ada, absorbed=ghost))
    await shop.tell(profile.ProfileMerged(survivor=ada, absorbed=ghost))

    assert third == (await shop.ticket(made.name)).profile
    assert [made.name] == [each.name for each in await shop.tickets(profile=ghost)]
    assert third == (await create(shop, author="", profile=ghost)).profile
    assert third == (await create(shop, author="ghost@example.com")).profile


async def test_an_older_state_of_a_profile_changes_nothing(shop):
    from chassis.ids import uuid7

    id = uuid7()
    await shop.introduce("new@example.com", profile=id, revision=2)
    await shop.introduce("old@example.com", profile=id, revision=1)
    assert "" == (await create(shop, author="old@example.com")).profile
    assert f"profiles/{id}" == (await create(shop, author="new@example.com")).profile


async def test_a_ticket_of_a_profile_is_answered_to_its_address(shop):
    await shop.mailbox()
    ada = await shop.introduce("ada@example.com")
    made = await create(shop, author="", profile=ada, channel=t.EMAIL)
    await shop.say(made.name, author=AGENT)
    assert ["ada@example.com"] == (await shop.sent())[0].recipients
