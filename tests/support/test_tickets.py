"""Tickets and what is said in them, over real gRPC."""

import asyncio
from datetime import timedelta

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.support.v1 import desk_pb2
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.eventually import eventually
from tests.support.house import AGENT, CUSTOMER, Shop

Ticket = t.Ticket


def creating(text: str = "It is broken.", *, author: str = "ada@example.com", id: str = "", **more):
    message = t.Message(author=CUSTOMER, author_name=author, text=text)
    said = {"subject": "My lamp", "channel": t.WEB_FORM, **more}
    return pb.CreateTicketRequest(ticket=Ticket(**said), message=message, request_id=id)


async def create(shop: Shop, *arguments, **more) -> Ticket:
    return await shop.ask(creating(*arguments, **more))


async def test_a_web_form_opens_a_ticket_of_its_sender(shop):
    ada = await shop.introduce("ada@example.com")
    made = await create(shop, tags=["lamp"])

    assert ("tickets/1", ada, Ticket.NEW, t.WEB_FORM, 1) == (
        made.name,
        made.profile,
        made.state,
        made.channel,
        made.message_count,
    )
    assert made.waiting_since_time == made.create_time
    (told,) = await shop.facts(events.TicketOpened)
    assert (ada, "tickets/1", True, "It is broken.", ["lamp"]) == (
        told.profile,
        told.ticket,
        told.by_customer,
        told.text,
        list(told.tags),
    )
    assert ["TicketOpened"] == await shop.story()
    assert made == await shop.ticket("tickets/1")


async def test_a_repeat_with_the_same_request_id_opens_no_second_ticket(shop):
    request = creating(id="once")
    assert await shop.ask(request) == await shop.ask(request)
    assert 1 == len(await shop.tickets())


async def test_numbers_count_from_one_without_gaps_whatever_comes_at_once(shop, other):
    made = await asyncio.gather(*(create(shop) for _ in range(20)), create(other))

    assert {f"tickets/{n}" for n in range(1, 21)} == {ticket.name for ticket in made[:20]}
    assert "tickets/1" == made[20].name


async def test_a_ticket_needs_a_customer(shop):
    refusal = await shop.refusal(pb.CreateTicketRequest(ticket=Ticket(subject="Whose?")))
    assert (grpc.StatusCode.INVALID_ARGUMENT, "CUSTOMER_MISSING") == (refusal.code, refusal.reason)

    refusal = await shop.refusal(creating(profile="profiles/019aa0f0-0000-7000-8000-000000000000"))
    assert "PROFILE_NOT_FOUND" == refusal.reason


@pytest.mark.parametrize("name", ["tickets/9", "tickets/0", "tickets/x", "tickets/1\0", f"tickets/{10**30}"])
async def test_there_is_no_ticket_of_such_a_name(shop, name):
    assert "TICKET_NOT_FOUND" == (await shop.refusal(pb.GetTicketRequest(name=name))).reason


async def test_text_with_a_nul_is_refused_before_the_database_sees_it(shop):
    refusal = await shop.refusal(creating("a\0b"))
    assert (grpc.StatusCode.INVALID_ARGUMENT, ["message.text"]) == (refusal.code, refusal.fields)


async def test_an_update_writes_what_the_mask_names_and_is_logged(shop):
    made = await create(shop)
    said = Ticket(name=made.name, subject="No", priority=Ticket.URGENT, tags=["a"], etag=made.etag)
    request = pb.UpdateTicketRequest(ticket=said, update_mask=FieldMask(paths=["priority", "tags"]))
    changed = await shop.ask(request)

    assert ("My lamp", Ticket.URGENT, ["a"]) == (changed.subject, changed.priority, list(changed.tags))
    assert "TICKET_CHANGED" == (await shop.refusal(request)).reason
    log = (await shop.ask(pb.ListTicketChangesRequest(parent=made.name))).changes
    assert [("tags", "", "a"), ("priority", "NORMAL", "URGENT")] == [
        (each.field, each.old_value, each.new_value) for each in log
    ]
    assert {"keys/ada"} == {each.actor for each in log}


async def test_custom_fields_are_a_json_object(shop):
    made = await create(shop, custom_fields=b'{"order_value": 12}')
    assert b'{"order_value":12}' == made.custom_fields
    said = Ticket(name=made.name, custom_fields=b"[1]")
    assert ["ticket.custom_fields"] == (await shop.refusal(pb.UpdateTicketRequest(ticket=said))).fields


# States.


async def resolved(shop: Shop) -> Ticket:
    made = await create(shop)
    return await shop.ask(pb.ResolveTicketRequest(name=made.name, resolution="sent a new one"))


async def test_an_agents_reply_opens_a_new_ticket_and_ends_the_waiting(shop):
    made = await create(shop)
    assert Ticket.NEW == made.state
    await shop.say(made.name, channel=t.PHONE)

    now = await shop.ticket(made.name)
    assert (Ticket.OPEN, False) == (now.state, now.HasField("waiting_since_time"))


@pytest.mark.parametrize(
    ("more", "left", "waits"),
    [
        ({"internal": True}, Ticket.NEW, True),
        ({"author": t.Message.BOT, "channel": t.CHAT}, Ticket.NEW, True),
        ({"author": t.Message.SYSTEM, "channel": t.CHAT}, Ticket.NEW, True),
    ],
)
async def test_notes_bots_and_the_system_answer_nothing(shop, more, left, waits):
    made = await create(shop)
    await shop.say(made.name, **more)

    now = await shop.ticket(made.name)
    assert (left, waits) == (now.state, now.HasField("waiting_since_time"))


async def test_the_first_unanswered_message_says_since_when_she_waits(shop):
    made = await create(shop)
    shop.house.clock.forward(minutes=5)
    await shop.say(made.name, channel=t.PHONE)
    shop.house.clock.forward(minutes=5)
    second = await shop.say(made.name, "And?", author=CUSTOMER)
    shop.house.clock.forward(minutes=5)
    await shop.say(made.name, "Hello?", author=CUSTOMER)

    assert second.event_time == (await shop.ticket(made.name)).waiting_since_time


async def test_a_ticket_is_resolved_once_and_told_with_the_last_contact(shop):
    await shop.introduce("ada@example.com")
    made = await create(shop)
    shop.house.clock.forward(minutes=5)
    done = await shop.ask(pb.ResolveTicketRequest(name=made.name, resolution="sent a new one"))

    assert (Ticket.RESOLVED, True) == (done.state, done.HasField("resolve_time"))
    assert "TICKET_STATE_FORBIDS" == (await shop.refusal(pb.ResolveTicketRequest(name=made.name))).reason
    (told,) = await shop.facts(events.TicketResolved)
    assert ("sent a new one", made.last_contact_time) == (told.resolution, told.last_contact_time)


async def test_only_a_resolved_ticket_is_reopened(shop):
    await shop.introduce("ada@example.com")
    done = await resolved(shop)
    again = await shop.ask(pb.ReopenTicketRequest(name=done.name, reason="came back"))

    assert Ticket.OPEN == again.state
    assert "TICKET_STATE_FORBIDS" == (await shop.refusal(pb.ReopenTicketRequest(name=done.name))).reason
    (told,) = await shop.facts(events.TicketReopened)
    assert ("came back", False) == (told.reason, told.by_customer)
    assert ["TicketOpened", "TicketResolved", "TicketReopened"] == await shop.story()


async def test_what_the_customer_says_reopens_and_takes_up_again(shop):
    await shop.introduce("ada@example.com")
    done = await resolved(shop)
    await shop.say(done.name, "Still broken", author=CUSTOMER)
    assert Ticket.OPEN == (await shop.ticket(done.name)).state
    (told,) = await shop.facts(events.TicketReopened)
    assert told.by_customer

    await shop.ask(pb.HoldTicketRequest(name=done.name, state=Ticket.ON_HOLD))
    await shop.say(done.name, "Still broken!", author=CUSTOMER)
    assert Ticket.OPEN == (await shop.ticket(done.name)).state


async def test_a_ticket_on_hold_is_taken_up_again_when_its_time_has_come(shop):
    made = await create(shop)
    until = Timestamp()
    until.FromDatetime((shop.house.clock() + timedelta(hours=1)).replace(tzinfo=None))
    held = await shop.ask(pb.HoldTicketRequest(name=made.name, state=Ticket.WAITING, until_time=until))
    assert (Ticket.WAITING, until) == (held.state, held.hold_until_time)

    shop.house.clock.forward(hours=2)
    await eventually(Ticket.OPEN, lambda: state(shop, made.name))
    rows = await shop.rows("SELECT state, event_time FROM ticket_state ORDER BY position")
    assert [(1, made.create_time), (3, held.update_time), (2, until)] == [
        (row["state"], stamp(row["event_time"])) for row in rows
    ]


async def state(shop: Shop, name: str) -> int:
    return (await shop.ticket(name)).state


def stamp(moment) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(moment.replace(tzinfo=None))
    return made


async def test_a_hold_until_the_past_is_refused(shop):
    made = await create(shop)
    request = pb.HoldTicketRequest(name=made.name, state=Ticket.WAITING, until_time=Timestamp(seconds=1))
    assert ["until_time"] == (await shop.refusal(request)).fields


# Messages.


async def test_a_message_needs_something_to_say(shop):
    made = await create(shop)
    request = pb.CreateMessageRequest(parent=made.name, message=t.Message(author=AGENT, text=" "))
    assert "MESSAGE_EMPTY" == (await shop.refusal(request)).reason


async def test_html_is_cleaned_and_read_as_text(shop):
    made = await create(shop)
    html = '<p>Hello<script>alert(1)</script> <img src="https://spy.example/x.png" onerror="x()">Ada</p>'
    said = await shop.say(made.name, "", html=html, internal=True)

    assert ("<p>Hello <img>Ada</p>", "Hello Ada") == (said.html, said.text)


async def test_the_customer_sees_no_notes(shop):
    made = await create(shop)
    await shop.say(made.name, "She is angry.", internal=True)

    assert ["It is broken."] == [m.text for m in await shop.messages(made.name, public_only=True)]
    assert 2 == len(await shop.messages(made.name))
    assert 2 == (await shop.ticket(made.name)).message_count


async def test_messages_come_in_pages_oldest_first(shop):
    made = await create(shop, "0")
    for number in range(1, 7):
        await shop.say(made.name, str(number), author=CUSTOMER)
    request = pb.ListMessagesRequest(parent=made.name, page_size=3)
    texts = []
    while True:
        page = await shop.ask(request)
        texts.append([message.text for message in page.messages])
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break

    assert [["0", "1", "2"], ["3", "4", "5"], ["6"]] == texts


async def test_a_file_hangs_on_one_message_only(shop):
    await shop.mailbox()
    made = await create(shop)
    file = t.Attachment(file_name="../../bill.pdf", content_type="application/pdf", content=b"%PDF")
    stored = await shop.ask(pb.CreateAttachmentRequest(attachment=file))
    assert ("bill.pdf", 4) == (stored.file_name, stored.size_bytes)
    note = await shop.say(made.name, "her bill", internal=True, attachments=[stored.name])
    assert [stored.name] == list(note.attachments)
    assert b"%PDF" == (await shop.ask(pb.GetAttachmentRequest(name=stored.name))).content

    message = t.Message(author=AGENT, text="here", attachments=[stored.name])
    refusal = await shop.refusal(pb.CreateMessageRequest(parent=made.name, message=message))
    assert "ATTACHMENT_NOT_FOUND" == refusal.reason


async def test_a_file_no_message_carries_is_removed_after_a_day(shop):
    file = t.Attachment(file_name="a", content=b"a")
    stored = await shop.ask(pb.CreateAttachmentRequest(attachment=file))
    shop.house.clock.forward(hours=25)

    await eventually([], lambda: shop.rows("SELECT id FROM attachment"))
    assert "ATTACHMENT_NOT_FOUND" == (await shop.refusal(pb.GetAttachmentRequest(name=stored.name))).reason


# Lists and search.


async def test_tickets_are_listed_by_priority_and_then_by_who_waited_longest(shop):
    for number, priority in enumerate((Ticket.LOW, Ticket.NORMAL, Ticket.URGENT, Ticket.NORMAL), 1):
        shop.house.clock.forward(minutes=1)
        await create(shop, subject=f"{number}", priority=priority)

    assert ["3", "2", "4", "1"] == [ticket.subject for ticket in await shop.tickets()]
    request, found = pb.ListTicketsRequest(page_size=2), []
    while request.page_token or not found:
        page = await shop.ask(request)
        found += [ticket.subject for ticket in page.tickets]
        request.page_token = page.next_page_token
    assert ["3", "2", "4", "1"] == found


async def test_tickets_are_found_by_what_they_are(shop):
    await shop.ask(pb.CreateTeamRequest(team=desk_pb2.Team(name="teams/lamps")))
    ada = await shop.introduce("ada@example.com")
    first = await create(shop, tags=["a", "b"], team="teams/lamps")
    await create(shop, author="bob@example.com", tags=["a"])
    await shop.ask(pb.ResolveTicketRequest(name="tickets/2"))

    assert [first.name] == [each.name for each in await shop.tickets(profile=ada)]
    assert [first.name] == [each.name for each in await shop.tickets(tags=["a", "b"])]
    assert [first.name] == [each.name for each in await shop.tickets(team="teams/lamps")]
    assert ["tickets/2"] == [each.name for each in await shop.tickets(states=[Ticket.RESOLVED])]
    assert 2 == len(await shop.tickets(assignee="-"))


async def search(shop: Shop, query: str) -> list[str]:
    found = await shop.ask(pb.SearchTicketsRequest(query=query))
    return [match.ticket.name for match in found.matches]


async def test_tickets_are_found_by_words_phrases_and_beginnings(shop, other):
    lamp = await create(shop, "Das Licht geht nicht an. Kaputt!", subject="Lampe Größe XL")
    await create(shop, "nicht das licht, die Heizung", subject="Heizung")
    russian = await create(shop, "Лампа не работает", subject="Лампа")
    await create(other, "Licht", subject="Lampe")

    assert [lamp.name] == await search(shop, "lampe LICHT")
    assert [lamp.name] == await search(shop, "größe")
    assert {"tickets/1", "tickets/2"} == set(await search(shop, "licht nicht"))
    assert [lamp.name] == await search(shop, '"das licht geht"')
    assert ["tickets/2"] == await search(shop, '"nicht das licht"')
    assert [russian.name] == await search(shop, "ламп* работ*")
    assert [] == await search(shop, "lamp")
    assert [lamp.name] == await search(shop, "lamp*")
    assert [] == await search(shop, "!!! ???")
    assert [] == await search(shop, "licht wasser")


async def test_a_find_shows_the_place_and_nothing_that_acts(shop):
    await create(shop, "Hello <b>you</b> & the lamp <script>is</script> broken")
    (match,) = (await shop.ask(pb.SearchTicketsRequest(query="broken lamp"))).matches

    assert "the <b>lamp</b>" in match.snippet
    assert "<b>broken</b>" in match.snippet
    assert "<script>" not in match.snippet


async def test_what_is_said_later_is_found_and_a_new_subject_as_well(shop):
    made = await create(shop)
    await shop.say(made.name, "a note on giraffes", internal=True)
    said = Ticket(name=made.name, subject="Zebra")
    await shop.ask(pb.UpdateTicketRequest(ticket=said))

    assert [made.name] == await search(shop, "giraffes zebra broken")
    assert [] == await search(shop, "lamp")


async def test_searching_goes_through_an_index(shop):
    range = "word >= 'la' AND word <= 'lb' ORDER BY word, document"
    sql = f"EXPLAIN SELECT document FROM word WHERE workspace = $1 AND {range}"
    await shop.rows("SELECT set_config('enable_sort', 'off', false)")
    plan = "\n".join(row[0] for row in await shop.rows(sql, shop.workspace))
    await shop.rows("RESET enable_sort")
    assert "(word >= 'la'" in plan.partition("Index Cond")[2].partition("Filter")[0], plan


# Workspaces.


async def test_a_brand_sees_nothing_of_another(shop, other):
    made = await create(shop)
    said = await shop.say(made.name, "secret", internal=True)
    file = await shop.ask(pb.CreateAttachmentRequest(attachment=t.Attachment(file_name="a", content=b"a")))

    assert [] == await other.tickets()
    assert [] == await search(other, "lamp")
    for request in (
        pb.GetTicketRequest(name=made.name),
        pb.GetMessageRequest(name=said.name),
        pb.GetAttachmentRequest(name=file.name),
        pb.ListMessagesRequest(parent=made.name),
        pb.ListTicketChangesRequest(parent=made.name),
        pb.ResolveTicketRequest(name=made.name),
    ):
        assert grpc.StatusCode.NOT_FOUND == (await other.refusal(request)).code
