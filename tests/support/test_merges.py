"""Two tickets become one and two again; one becomes two."""

import pytest
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.support.house import CUSTOMER, Shop

Ticket = t.Ticket


@pytest.fixture
async def pair(shop: Shop) -> tuple[str, str]:
    await shop.mailbox()
    first = await shop.write("My lamp", "one", Message_ID="<one@a>")
    shop.house.clock.forward(minutes=1)
    second = await shop.write("The same lamp", "two", Message_ID="<two@a>")
    return first.ticket, second.ticket


def texts(messages) -> list[str]:
    return [message.text.strip() for message in messages]


async def merge(shop: Shop, name: str, other: str) -> Ticket:
    return await shop.ask(pb.MergeTicketRequest(name=name, other=other))


async def test_a_merge_keeps_both_histories_in_the_order_of_time(shop, pair):
    one, two = pair
    shop.house.clock.forward(minutes=1)
    await shop.say(one, "three", author=CUSTOMER)
    merged = await merge(shop, two, one)

    assert (two, [one], 3) == (merged.name, list(merged.absorbed_tickets), merged.message_count)
    assert ["one", "two", "three"] == texts(await shop.messages(two))
    assert merged == await shop.ticket(one), "its name leads to the survivor"


async def test_mail_to_a_merged_ticket_goes_to_the_survivor(shop, pair):
    one, two = pair
    await merge(shop, two, one)
    reply = await shop.write("Re: My lamp", "four", In_Reply_To="<one@a>")

    assert (two, pb.ReceiveMailResponse.REFERENCES) == (reply.ticket, reply.threading)


async def test_a_merge_can_be_taken_back(shop, pair):
    one, two = pair
    await shop.ask(pb.ResolveTicketRequest(name=one))
    await merge(shop, two, one)
    await shop.write("Re: My lamp", "four", In_Reply_To="<one@a>")
    await shop.ask(pb.UnmergeTicketRequest(name=two, absorbed=one))

    assert ["one"] == texts(await shop.messages(one))
    assert ["two", "four"] == texts(await shop.messages(two))
    assert (one, Ticket.RESOLVED) == ((await shop.ticket(one)).name, (await shop.ticket(one)).state)
    refusal = await shop.refusal(pb.UnmergeTicketRequest(name=two, absorbed=one))
    assert "MERGE_NOT_FOUND" == refusal.reason


async def test_merges_of_merges_come_apart_again(shop, pair):
    one, two = pair
    three = (await shop.write("Third", "three")).ticket
    await merge(shop, two, one)
    await merge(shop, three, two)
    assert ["one", "two", "three"] == texts(await shop.messages(one))

    await shop.ask(pb.UnmergeTicketRequest(name=three, absorbed=two))
    assert ["one", "two"] == texts(await shop.messages(two))
    await shop.ask(pb.UnmergeTicketRequest(name=two, absorbed=one))
    assert [["one"], ["two"], ["three"]] == [texts(await shop.messages(each)) for each in (one, two, three)]


async def test_a_ticket_is_not_merged_with_itself_under_any_name(shop, pair):
    one, two = pair
    await merge(shop, two, one)
    for name, other in ((two, two), (one, two), (two, one)):
        refusal = await shop.refusal(pb.MergeTicketRequest(name=name, other=other))
        assert "MERGE_WITH_SELF" == refusal.reason


async def test_a_merge_is_told_and_who_took_part_may_write_on(shop):
    await shop.mailbox()
    ada, bob = await shop.introduce("ada@example.com"), await shop.introduce("bob@example.com")
    one = (await shop.write(Message_ID="<ada@a>")).ticket
    two = (await shop.write("Bob's", From="bob@example.com")).ticket
    await merge(shop, one, two)
    reply = await shop.write("Re: My lamp", From="bob@example.com", In_Reply_To="<ada@a>")

    assert one == reply.ticket
    assert t.Message.PARTICIPANT == (await shop.messages(one))[-1].author
    (told,) = await shop.facts(events.TicketMerged)
    assert (ada, bob, one, two) == (told.profile, told.absorbed_profile, told.survivor, told.absorbed)


async def test_a_split_keeps_authors_and_a_link_back(shop, pair):
    await shop.introduce("ada@example.com")
    one, _ = pair
    question = await shop.write("Re: My lamp", "and my bill?", In_Reply_To="<one@a>", Message_ID="<bill@a>")
    new = await shop.ask(pb.SplitTicketRequest(name=one, messages=[question.message], subject="The bill"))

    assert ("The bill", [one], CUSTOMER) == (
        new.subject,
        list(new.linked_tickets),
        (await shop.messages(new.name))[0].author,
    )
    assert ["one"] == texts(await shop.messages(one))
    told = (await shop.facts(events.TicketOpened))[-1]
    assert (new.name, [one], True) == (told.ticket, list(told.linked_tickets), told.by_customer)
    later = await shop.write("Re: The bill", "well?", In_Reply_To="<bill@a>")
    assert new.name == later.ticket


async def test_only_messages_of_the_ticket_are_split_off(shop, pair):
    one, two = pair
    (foreign,) = await shop.messages(two)
    request = pb.SplitTicketRequest(name=one, messages=[foreign.name])
    assert "MESSAGE_NOT_FOUND" == (await shop.refusal(request)).reason
