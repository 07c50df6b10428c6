"""Queues are given out: to whom, in which order, and never too much."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapport.support.v1 import desk_pb2 as d
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from services.support.actions.route import drain
from services.support.domain.routing import Candidate, Routing, chosen
from tests.eventually import eventually
from tests.support.house import Shop
from tests.support.test_desk import agent, team
from tests.support.test_tickets import create

LAMPS = "teams/lamps"


async def owners(shop: Shop, *names: str) -> list[str]:
    return [(await shop.ticket(name)).assignee for name in names]


async def test_a_ticket_goes_to_the_least_loaded_and_of_several_to_who_waited_longest(shop):
    await team(shop)
    ada, bob = [await agent(shop, name, 5, teams=[LAMPS]) for name in ("Ada", "Bob")]
    made = []
    for _ in range(4):
        made.append(await create(shop, team=LAMPS))
        await eventually(True, lambda: owned(shop, made[-1].name))
        shop.house.clock.forward(seconds=1)
    assert [ada.name, bob.name, ada.name, bob.name] == await owners(shop, *(each.name for each in made))
    await shop.ask(pb.ResolveTicketRequest(name=made[1].name))
    await shop.ask(pb.ResolveTicketRequest(name=made[3].name))
    for _ in range(2):
        more = await create(shop, team=LAMPS)
        await eventually([bob.name], lambda name=more.name: owners(shop, name))


async def owned(shop: Shop, name: str) -> bool:
    return bool((await shop.ticket(name)).assignee)


async def test_a_round_is_strict_whoever_is_done_first(shop):
    await team(shop, routing=d.Team.ROUND_ROBIN)
    ada, bob = [await agent(shop, name, 9, teams=[LAMPS]) for name in ("Ada", "Bob")]
    made = []
    for _ in range(4):
        made.append(await create(shop, team=LAMPS))
        await eventually(True, lambda: owned(shop, made[-1].name))
        await shop.ask(pb.ResolveTicketRequest(name=made[0].name)) if len(made) == 1 else None
    assert [ada.name, bob.name] * 2 == await owners(shop, *(each.name for each in made))


async def test_a_queue_waits_for_room_and_is_given_out_in_its_order(shop):
    await team(shop)
    low, normal, urgent, later = [
        (await create(shop, team=LAMPS, priority=priority)).name
        for priority in (t.Ticket.LOW, t.Ticket.NORMAL, t.Ticket.URGENT, t.Ticket.NORMAL)
    ]
    ada = await agent(shop, "Ada", 1, teams=[LAMPS])
    for expected in (urgent, normal, later, low):
        await eventually([ada.name], lambda name=expected: owners(shop, name))
        assert 1 == (await shop.ask(pb.GetAgentRequest(name=ada.name))).active_count
        await shop.ask(pb.ResolveTicketRequest(name=expected))


@pytest.mark.parametrize(
    ("more", "tags"),
    [
        ({"available": False}, []),
        ({"teams": []}, []),
        ({"capacity": 0}, []),
        ({"skills": ["english"]}, ["skill:french"]),
    ],
)
async def test_who_may_not_or_has_no_room_gets_nothing(shop, more, tags):
    await shop.introduce("ada@example.com")
    await team(shop)
    await agent(shop, **{"name": "Ada", "teams": [LAMPS], "capacity": 1, **more})
    made = await create(shop, team=LAMPS, tags=tags)
    await until_drained(shop)
    assert [""] == await owners(shop, made.name)
    right = await agent(shop, "Bob", 1, teams=[LAMPS], skills=["french"])
    await eventually([right.name], lambda: owners(shop, made.name))
    assert [True] == [fact.automatic for fact in await shop.facts(events.TicketAssigned)]


async def test_a_team_that_helps_itself_is_given_nothing_until_it_wants(shop):
    await team(shop, routing=d.Team.MANUAL)
    ada = await agent(shop, "Ada", teams=[LAMPS])
    made = await create(shop, team=LAMPS)
    await until_drained(shop)
    assert [""] == await owners(shop, made.name)
    await shop.ask(pb.UpdateTeamRequest(team=d.Team(name=LAMPS, routing=d.Team.LEAST_LOADED)))
    await eventually([ada.name], lambda: owners(shop, made.name))


async def until_drained(shop: Shop) -> None:
    sql = "SELECT count(*) FROM due WHERE kind = 'drain' AND workspace = $1"
    await eventually(0, lambda: shop.house.connection.fetchval(sql, shop.workspace))


async def test_nobody_gets_too_much_and_nothing_goes_twice_whatever_number_of_workers(shop):
    await shop.introduce("ada@example.com")
    await team(shop)
    made = await asyncio.gather(*(create(shop, team=LAMPS) for _ in range(20)))
    people = [await agent(shop, f"A{n}", 3, teams=[LAMPS]) for n in range(4)]

    async def worker():
        more = True
        while more:
            async with shop.house.app.db.begin(shop.workspace) as tx:
                more = await drain(tx, shop.house.clock())

    async def person(n: int):
        await shop.answer(pb.AssignTicketRequest(name=made[n].name, agent=people[n % 4].name))

    await asyncio.gather(*(worker() for _ in range(5)), *(person(n) for n in range(20)))
    await until_drained(shop)
    assert [3] * 4 == [(await shop.ask(pb.GetAgentRequest(name=each.name))).active_count for each in people]
    assert 8 == len(await shop.tickets(assignee="-"))


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        id=st.uuids(),
        teams=st.lists(st.sampled_from("ab"), max_size=2),
        skills=st.lists(st.sampled_from("xy"), max_size=2),
        capacity=st.integers(0, 3),
        active=st.integers(0, 4),
        assign_time=st.one_of(st.none(), st.integers(0, 9).map(lambda n: NOON + timedelta(hours=n))),
    ),
    max_size=6,
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(
    st.sampled_from(Routing), st.sampled_from("ab"), st.lists(st.sampled_from(["skill:x", "z"])), CANDIDATES
)
def test_the_chosen_one_may_has_room_and_nobody_was_before_her(routing, of_team, tags, candidates):
    found = chosen(routing, of_team, tags, candidates)
    fitting = [
        each
        for each in candidates
        if of_team in each.teams
        and each.active < each.capacity
        and ("skill:x" not in tags or "x" in each.skills)
    ]
    assert (found is None) == (not fitting or routing is Routing.MANUAL)
    if found:
        assert found in fitting
        if routing is Routing.LEAST_LOADED:
            assert found.active == min(each.active for each in fitting)
        else:
            waited = [each.assign_time or datetime.min.replace(tzinfo=UTC) for each in fitting]
            assert (found.assign_time or datetime.min.replace(tzinfo=UTC)) == min(waited)


def test_of_equals_always_the_same_is_chosen():
    pair = [Candidate(UUID(int=n), ["a"], [], 1, 0, None) for n in (2, 1)]
    assert UUID(int=1) == chosen(Routing.LEAST_LOADED, "a", [], pair).id
