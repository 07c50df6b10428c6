"""Teams, agents, mailboxes; who gets a ticket."""

import asyncio

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.support.v1 import desk_pb2 as d
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.support.house import Refused, Shop
from tests.support.test_tickets import create


async def team(shop: Shop, slug: str = "lamps", **more) -> d.Team:
    return await shop.ask(pb.CreateTeamRequest(team=d.Team(name=f"teams/{slug}", **more)))


async def agent(shop: Shop, name: str = "Grace", capacity: int = 2, *, available=True, **more) -> d.Agent:
    said = d.Agent(display_name=name, capacity=capacity, **more)
    made = await shop.ask(pb.CreateAgentRequest(agent=said))
    return await shop.ask(pb.SetAvailabilityRequest(name=made.name, available=available))


async def assign(shop: Shop, ticket: str, **to):
    return await shop.answer(pb.AssignTicketRequest(name=ticket, **to))


async def test_a_team_is_made_changed_listed_and_deleted(shop):
    made = await team(shop, display_name="Lamps")
    assert (d.Team.LEAST_LOADED, 0) == (made.routing, made.queued_count)
    assert "NAME_TAKEN" == (await shop.refusal(pb.CreateTeamRequest(team=made))).reason

    said = d.Team(name=made.name, routing=d.Team.MANUAL, etag=made.etag)
    changed = await shop.ask(pb.UpdateTeamRequest(team=said))
    assert ("Lamps", d.Team.MANUAL) == (changed.display_name, changed.routing)
    assert "RESOURCE_CHANGED" == (await shop.refusal(pb.UpdateTeamRequest(team=said))).reason
    await team(shop, "chairs")
    listed = (await shop.ask(pb.ListTeamsRequest())).teams
    assert ["teams/chairs", "teams/lamps"] == [each.name for each in listed]

    await shop.ask(pb.DeleteTeamRequest(name=made.name))
    assert "TEAM_NOT_FOUND" == (await shop.refusal(pb.GetTeamRequest(name=made.name))).reason


async def test_a_team_with_tickets_is_not_deleted(shop):
    made = await team(shop)
    await create(shop, team=made.name)
    assert 1 == (await shop.ask(pb.GetTeamRequest(name=made.name))).queued_count
    assert "TEAM_IN_USE" == (await shop.refusal(pb.DeleteTeamRequest(name=made.name))).reason


async def test_an_agent_belongs_to_teams_there_are(shop):
    await team(shop)
    made = await agent(shop, teams=["teams/lamps"], email="grace@shop.example", skills=["french"])
    assert (["teams/lamps"], ["french"], True, 2) == (
        list(made.teams),
        list(made.skills),
        made.available,
        made.capacity,
    )
    request = pb.UpdateAgentRequest(agent=d.Agent(name=made.name, teams=["teams/none"]))
    assert (grpc.StatusCode.NOT_FOUND, ["agent.teams[0]"]) == (
        (await shop.refusal(request)).code,
        (await shop.refusal(request)).fields,
    )
    emptied = pb.UpdateAgentRequest(agent=d.Agent(name=made.name), update_mask=FieldMask(paths=["teams"]))
    assert [] == list((await shop.ask(emptied)).teams)
    await agent(shop, "Ada", teams=["teams/lamps"])
    assert ["Ada", "Grace"] == [a.display_name for a in (await shop.ask(pb.ListAgentsRequest())).agents]
    of_team = await shop.ask(pb.ListAgentsRequest(team="teams/lamps"))
    assert ["Ada"] == [each.display_name for each in of_team.agents]


async def test_a_ticket_goes_to_an_agent_and_back_into_the_queue(shop):
    await shop.introduce("ada@example.com")
    await team(shop)
    grace, made = await agent(shop), await create(shop, team="teams/lamps")
    given = await assign(shop, made.name, agent=grace.name)
    assert (grace.name, "teams/lamps") == (given.assignee, given.team)
    assert 1 == (await shop.ask(pb.GetAgentRequest(name=grace.name))).active_count
    assert [made.name] == [each.name for each in await shop.tickets(assignee=grace.name)]

    back = await assign(shop, made.name, team="teams/lamps")
    assert ("", "teams/lamps") == (back.assignee, back.team)
    told = await shop.facts(events.TicketAssigned)
    assert [(grace.name, False), ("", False)] == [(each.assignee, each.automatic) for each in told]


async def test_an_agent_never_has_too_many_whatever_comes_at_once(shop):
    grace = await agent(shop, capacity=3)
    made = [await create(shop) for _ in range(8)]
    answers = await asyncio.gather(*(assign(shop, each.name, agent=grace.name) for each in made))

    assert ["AGENT_AT_CAPACITY"] * 5 == [each.reason for each in answers if isinstance(each, Refused)]
    assert 3 == (await shop.ask(pb.GetAgentRequest(name=grace.name))).active_count
    refused = [ticket for ticket, given in zip(made, answers, strict=True) if isinstance(given, Refused)]
    assert grace.name == (await assign(shop, refused[0].name, agent=grace.name, force=True)).assignee


async def test_a_reopened_ticket_goes_back_to_its_agent_if_she_has_room(shop):
    grace = await agent(shop, capacity=1)
    one, two = await create(shop), await create(shop)
    for each in (one, two):
        await assign(shop, each.name, agent=grace.name)
        await shop.ask(pb.ResolveTicketRequest(name=each.name))

    assert grace.name == (await shop.ask(pb.ReopenTicketRequest(name=one.name))).assignee
    reopened = await shop.ask(pb.ReopenTicketRequest(name=two.name))
    assert "" == reopened.assignee


async def test_what_an_agent_had_goes_back_into_the_queue_when_she_goes(shop):
    grace = await agent(shop)
    one, two = await create(shop), await create(shop)
    for each in (one, two):
        await assign(shop, each.name, agent=grace.name)
    await shop.ask(pb.ResolveTicketRequest(name=two.name))
    await shop.ask(pb.DeleteAgentRequest(name=grace.name))

    assert "AGENT_NOT_FOUND" == (await shop.refusal(pb.GetAgentRequest(name=grace.name))).reason
    assert ["", ""] == [(await shop.ticket(each.name)).assignee for each in (one, two)]
    assert "" == (await shop.ask(pb.ReopenTicketRequest(name=two.name))).assignee


async def test_an_agents_reply_names_an_agent_there_is(shop):
    made, grace = await create(shop), await agent(shop)
    await shop.introduce("ada@example.com")
    await shop.say(made.name, author_name=grace.name, channel=t.PHONE, resolve=True)
    told = [*await shop.facts(events.TicketReplied), *await shop.facts(events.TicketResolved)]
    assert [grace.name] * 2 == [each.agent for each in told]

    message = t.Message(author=t.Message.AGENT, author_name="agents/x", text="hi", channel=t.PHONE)
    request = pb.CreateMessageRequest(parent=made.name, message=message)
    assert "AGENT_NOT_FOUND" == (await shop.refusal(request)).reason


# Mailboxes.


async def test_a_mailbox_is_made_changed_and_deleted(shop):
    made = await shop.mailbox(display_name="Help")
    assert (shop.address, False) == (made.address, made.HasField("reopen_days"))
    said = d.Mailbox(name=made.name, address="NEW@Shop.Example", reopen_days=0)
    changed = await shop.ask(pb.UpdateMailboxRequest(mailbox=said))
    assert ("new@shop.example", 0, "Help") == (changed.address, changed.reopen_days, changed.display_name)
    assert [changed] == list((await shop.ask(pb.ListMailboxesRequest())).mailboxes)
    assert changed == await shop.ask(pb.GetMailboxRequest(name=made.name))
    await shop.ask(pb.DeleteMailboxRequest(name=made.name))
    assert "MAILBOX_NOT_FOUND" == (await shop.refusal(pb.GetMailboxRequest(name=made.name))).reason


async def test_an_address_is_of_one_mailbox_in_the_whole_house(shop, other):
    await shop.mailbox()
    request = pb.CreateMailboxRequest(mailbox=d.Mailbox(name="mailboxes/mine", address=shop.address.upper()))
    assert "ADDRESS_TAKEN" == (await other.refusal(request)).reason
    assert "ADDRESS_TAKEN" == (await shop.refusal(request)).reason
    await shop.ask(pb.DeleteMailboxRequest(name="mailboxes/help"))
    assert shop.address == (await other.ask(request)).address


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"address": "not an address"}, "mailbox.address"),
        ({"address": "reply+x@shop.example"}, "mailbox.address"),
        ({"auto_reply": "{% if %}"}, "mailbox.auto_reply"),
        ({"signature": "{{ a | "}, "mailbox.signature"),
    ],
)
async def test_a_mailbox_that_makes_no_sense_is_refused(shop, more, field):
    said = d.Mailbox(name="mailboxes/x", **{"address": "x@shop.example", **more})
    refusal = await shop.refusal(pb.CreateMailboxRequest(mailbox=said))
    assert ("MAILBOX_INVALID", [field]) == (refusal.reason, refusal.fields)


async def test_the_desk_of_another_brand_is_not_seen(shop, other):
    await shop.mailbox()
    await team(shop)
    grace = await agent(shop)
    for request in (
        pb.GetTeamRequest(name="teams/lamps"),
        pb.GetAgentRequest(name=grace.name),
        pb.GetMailboxRequest(name="mailboxes/help"),
    ):
        assert grpc.StatusCode.NOT_FOUND == (await other.refusal(request)).code
