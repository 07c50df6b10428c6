"""Targets of real tickets: they follow from events, and a breach is told once."""

import asyncio
from datetime import datetime, timedelta

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.support.v1 import desk_pb2 as d
from rapport.support.v1 import events_pb2 as events
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from chassis.workspaces import Workspaces
from services.support.actions.replan import look
from services.support.timers import Timers
from tests.eventually import eventually
from tests.support.house import AGENT, CUSTOMER
from tests.support.sla.desk import (
    BREACHED,
    CLEARED,
    FIRST,
    MET,
    NEXT,
    PAUSED,
    RESOLUTION,
    RUNNING,
    calendar,
    create,
    explained,
    looked,
    planned,
    policy,
    promise,
    stamp,
    targets,
    when,
)
from tests.support.test_desk import team

Ticket = t.Ticket
MINUTE = timedelta(minutes=1)


def now(shop) -> datetime:
    return shop.house.clock()


def forward(shop, minutes: float) -> None:
    shop.house.clock.forward(minutes=minutes)


async def change(shop, name: str, **more):
    return await shop.ask(pb.UpdateTicketRequest(ticket=Ticket(name=name, **more)))


async def standing(shop, ticket: str) -> dict[str, int]:
    return {name: each.state for name, each in (await targets(shop, ticket)).items()}


async def breaches(shop) -> list[events.TargetBreached]:
    await looked(shop)
    return await shop.facts(events.TargetBreached)


async def test_a_ticket_has_the_targets_of_its_policy_and_is_due_by_the_next(shop):
    made = await policy(shop)
    opened = await create(shop)
    found = await targets(shop, opened.name)

    assert ["first_response-1", "resolution-1"] == [*found]
    first = found["first_response-1"]
    assert (FIRST, 1, RUNNING, made.name, 1, "", 0, 3600) == (
        first.metric,
        first.cycle,
        first.state,
        first.policy,
        first.policy_version,
        first.calendar,
        first.calendar_version,
        first.duration.seconds,
    )
    assert now(shop) == when(first.start_time)
    assert now(shop) + 60 * MINUTE == when(first.due_time) == when(opened.due_time)

    forward(shop, 10)
    await shop.say(opened.name)
    answered = await targets(shop, opened.name)
    assert (MET, now(shop)) == (
        answered["first_response-1"].state,
        when(answered["first_response-1"].stop_time),
    )
    assert now(shop) + 230 * MINUTE == when((await shop.ticket(opened.name)).due_time)
    assert ["resolution-1", "first_response-1"] == [*answered], "the next due first, those that ended last"
    resolved = await shop.ask(pb.ResolveTicketRequest(name=opened.name))
    assert not resolved.HasField("due_time")


async def test_tickets_are_found_by_when_they_are_due(shop):
    await policy(shop, "urgent", promise(FIRST, 10), match=d.TicketFilter(priorities=[Ticket.URGENT]))
    calm, urgent = await create(shop), await create(shop, priority=Ticket.URGENT)
    soon = stamp(now(shop) + 11 * MINUTE)
    assert [urgent.name] == [each.name for each in await shop.tickets(due_before_time=soon)]
    assert not calm.HasField("due_time")


async def test_nothing_is_promised_where_there_is_no_policy(shop):
    opened = await create(shop)
    assert {} == await targets(shop, opened.name)
    no = await shop.refusal(pb.ExplainTargetRequest(name=f"{opened.name}/targets/first_response-1"))
    assert "TARGET_NOT_FOUND" == no.reason


@pytest.mark.parametrize("name", ["x", "first_response-0", "first_response-x", "first_response-2", "\0-1"])
async def test_there_is_no_target_of_such_a_name(shop, name):
    await policy(shop)
    opened = await create(shop)
    no = await shop.refusal(pb.ExplainTargetRequest(name=f"{opened.name}/targets/{name}"))
    assert "TARGET_NOT_FOUND" == no.reason


async def test_each_cycle_of_answers_has_a_target_of_its_own(shop):
    await policy(shop)
    opened = await create(shop)
    for _ in range(3):
        forward(shop, 5)
        await shop.say(opened.name)
        forward(shop, 5)
        await shop.say(opened.name, author=CUSTOMER)
    assert {
        "first_response-1": MET,
        "next_response-1": MET,
        "next_response-2": MET,
        "next_response-3": RUNNING,
        "resolution-1": RUNNING,
    } == await standing(shop, opened.name)
    page = await shop.ask(pb.ListTargetsRequest(parent=opened.name, page_size=3))
    rest = await shop.ask(
        pb.ListTargetsRequest(parent=opened.name, page_size=3, page_token=page.next_page_token)
    )
    assert [*(await targets(shop, opened.name))] == [
        each.name.rpartition("/")[2] for some in (page, rest) for each in some.targets
    ]


async def test_a_breach_is_told_once_at_the_instant_it_was_due(shop):
    ada = await shop.introduce("ada@example.com")
    made = await policy(shop)
    opened = await create(shop)
    due = now(shop) + 60 * MINUTE
    forward(shop, 60)
    assert [] == await breaches(shop), "it may still be kept at this very instant"
    forward(shop, 7)

    (told,) = await breaches(shop)
    assert (ada, opened.name, f"{opened.name}/targets/first_response-1", FIRST, 1, 3600, made.name) == (
        told.profile,
        told.ticket,
        told.target,
        told.metric,
        told.cycle,
        told.duration.seconds,
        told.policy,
    )
    assert due == when(told.event_time)
    await shop.say(opened.name)
    forward(shop, 1)
    assert [told] == await breaches(shop)
    found = (await targets(shop, opened.name))["first_response-1"]
    assert (BREACHED, due) == (found.state, when(found.due_time))


async def test_what_stops_at_the_very_instant_it_is_due_was_kept(shop):
    await policy(shop, "gold", promise(FIRST, 60))
    opened = await create(shop)
    forward(shop, 60)
    await shop.say(opened.name)
    forward(shop, 1)
    assert [] == await breaches(shop)
    assert {"first_response-1": MET} == await standing(shop, opened.name)


async def test_an_answer_we_hear_of_late_counts_from_when_it_was_given(shop):
    await policy(shop, "gold", promise(FIRST, 60))
    kept, late = await create(shop), await create(shop, author="bob@example.com")
    began = now(shop)
    forward(shop, 100)
    await shop.say(kept.name, event_time=stamp(began + 59 * MINUTE))
    await shop.say(late.name, event_time=stamp(began + 61 * MINUTE))
    assert ({"first_response-1": MET}, {"first_response-1": BREACHED}) == (
        await standing(shop, kept.name),
        await standing(shop, late.name),
    )


async def test_a_question_we_hear_of_too_late_is_told_as_a_breach_at_once(shop):
    await shop.introduce("ada@example.com")
    await policy(shop, "gold", promise(FIRST, 60))
    asked = now(shop) - 90 * MINUTE
    message = t.Message(
        author=CUSTOMER, text="Hello?", event_time=stamp(asked), author_name="ada@example.com"
    )
    opened = await shop.ask(
        pb.CreateTicketRequest(ticket=Ticket(subject="Late", channel=t.WEB_FORM), message=message)
    )
    (told,) = await shop.facts(events.TargetBreached)
    assert (opened.name, asked + 60 * MINUTE) == (told.ticket, when(told.event_time))
    assert asked + 60 * MINUTE == when(opened.due_time), "it is still to be answered"


async def test_a_breach_of_somebody_unknown_is_told_once_she_is_known_and_under_the_same_id(shop):
    await policy(shop, "gold", promise(FIRST, 60))
    await create(shop, author="eve@example.com")
    forward(shop, 61)
    assert [] == await breaches(shop)
    eve = await shop.introduce("eve@example.com")
    (told,) = await shop.facts(events.TargetBreached)
    assert eve == told.profile


async def test_nobody_has_to_do_anything_about_a_ticket_that_is_through(shop):
    await policy(shop, "gold", promise(FIRST, 60))
    opened = await create(shop)
    forward(shop, 61)
    await looked(shop)
    assert (await shop.ticket(opened.name)).HasField("due_time")
    assert not (await shop.ask(pb.ResolveTicketRequest(name=opened.name))).HasField("due_time")
    assert {"first_response-1": BREACHED} == await standing(shop, opened.name)


async def test_clocks_pause_while_we_wait_and_the_due_time_moves_on(shop):
    await policy(shop, "gold", promise(FIRST, 60), promise(RESOLUTION, 240))
    opened = await create(shop)
    forward(shop, 30)
    held = await shop.ask(pb.HoldTicketRequest(name=opened.name, state=Ticket.ON_HOLD))
    assert not held.HasField("due_time")
    forward(shop, 1000)
    found = (await targets(shop, opened.name))["first_response-1"]
    assert (PAUSED, now(shop) + 30 * MINUTE) == (found.state, when(found.due_time))
    assert [] == await breaches(shop)

    await shop.say(opened.name, author=CUSTOMER)
    found = (await targets(shop, opened.name))["first_response-1"]
    assert (RUNNING, now(shop) + 30 * MINUTE) == (found.state, when(found.due_time))
    told = await explained(shop, opened.name, "first_response-1")
    (pause,) = told.pauses
    assert (Ticket.ON_HOLD, 1000 * MINUTE) == (pause.state, when(pause.end_time) - when(pause.start_time))


async def test_a_hold_until_a_time_ends_then_whenever_the_timer_wakes_it(shop):
    await policy(shop, "gold", promise(FIRST, 60))
    opened = await create(shop)
    until = now(shop) + 120 * MINUTE
    await shop.ask(pb.HoldTicketRequest(name=opened.name, state=Ticket.ON_HOLD, until_time=stamp(until)))
    forward(shop, 150)
    sql = "SELECT state FROM ticket WHERE workspace = $1"
    await eventually(2, lambda: scalar(shop, sql))
    found = (await targets(shop, opened.name))["first_response-1"]
    assert (RUNNING, until + 60 * MINUTE) == (found.state, when(found.due_time))


async def scalar(shop, sql: str):
    return (await shop.rows(sql, shop.workspace))[0][0]


async def test_a_reopening_resumes_the_resolution(shop):
    await policy(shop, "gold", promise(RESOLUTION, 60))
    opened = await create(shop)
    forward(shop, 20)
    await shop.ask(pb.ResolveTicketRequest(name=opened.name))
    assert {"resolution-1": MET} == await standing(shop, opened.name)
    forward(shop, 500)
    reopened = await shop.ask(pb.ReopenTicketRequest(name=opened.name))
    assert now(shop) + 40 * MINUTE == when(reopened.due_time)
    assert {"resolution-1": RUNNING} == await standing(shop, opened.name)


async def test_where_only_the_first_resolution_counts_it_stays_kept(shop):
    await policy(shop, "gold", promise(RESOLUTION, 60, first_only=True))
    opened = await create(shop)
    await shop.ask(pb.ResolveTicketRequest(name=opened.name))
    reopened = await shop.ask(pb.ReopenTicketRequest(name=opened.name))
    assert not reopened.HasField("due_time")
    assert {"resolution-1": MET} == await standing(shop, opened.name)


async def test_a_change_of_priority_or_team_counts_anew_from_the_original_start(shop):
    lamps = await team(shop)
    await policy(shop, "lamps", promise(FIRST, 30), rank=1, match=d.TicketFilter(teams=[lamps.name]))
    await policy(shop, "rest", promise(FIRST, 240), promise(FIRST, 60, Ticket.URGENT), rank=2)
    opened = await create(shop)
    began = now(shop)
    assert began + 240 * MINUTE == when(opened.due_time)
    forward(shop, 10)
    assert began + 60 * MINUTE == when((await change(shop, opened.name, priority=Ticket.URGENT)).due_time)
    assert began + 30 * MINUTE == when((await change(shop, opened.name, team=lamps.name)).due_time)
    told = await explained(shop, opened.name, "first_response-1")
    assert ("policies/lamps", "the team is lamps") == (told.policy, told.reason)
    forward(shop, 25)
    assert {"first_response-1": BREACHED} == await standing(shop, opened.name)


async def test_the_first_policy_that_matches_applies_and_no_other(shop):
    await policy(shop, "second", promise(FIRST, 20), promise(RESOLUTION, 20), rank=2)
    await policy(shop, "first", promise(FIRST, 90), rank=1)
    opened = await create(shop)
    assert ["first_response-1"] == [*(await targets(shop, opened.name))]
    assert now(shop) + 90 * MINUTE == when(opened.due_time)


async def test_a_new_calendar_or_policy_plans_open_tickets_anew_and_judges_nobody_after_the_fact(shop):
    zone = await calendar(shop, open_hours=ALL_WEEK)
    made = await policy(shop, "gold", promise(FIRST, 60), promise(RESOLUTION, 60), calendar=zone.name)
    done, opened = await create(shop), await create(shop)
    began = now(shop)
    forward(shop, 30)
    await shop.say(done.name)
    forward(shop, 1)

    today = began.date().isoformat()
    shut = d.Calendar(name=zone.name, holidays=[d.Holiday(date=today, display_name="Today")])
    await shop.ask(pb.UpdateCalendarRequest(calendar=shut))
    await planned(shop)
    midnight = datetime.combine(began.date() + timedelta(days=1), datetime.min.time(), began.tzinfo)
    found = (await targets(shop, opened.name))["first_response-1"]
    assert (RUNNING, midnight + 60 * MINUTE, 2) == (
        found.state,
        when(found.due_time),
        found.calendar_version,
    )
    assert midnight + 60 * MINUTE == when((await shop.ticket(opened.name)).due_time)
    kept = (await targets(shop, done.name))["first_response-1"]
    assert (MET, began + 60 * MINUTE, 1) == (kept.state, when(kept.due_time), kept.calendar_version)
    assert today in (await explained(shop, opened.name, "first_response-1")).holidays

    longer = d.Policy(name=made.name, targets=[promise(FIRST, 90)])
    await shop.ask(pb.UpdatePolicyRequest(policy=longer, update_mask=FieldMask(paths=["targets"])))
    await planned(shop)
    found = await targets(shop, opened.name)
    assert (midnight + 90 * MINUTE, 2) == (
        when(found["first_response-1"].due_time),
        found["first_response-1"].policy_version,
    )
    assert CLEARED == found["resolution-1"].state, "no longer promised"


async def test_another_calendar_of_the_team_plans_its_tickets_anew(shop):
    lamps = await team(shop)
    await policy(shop, "gold", promise(FIRST, 60))
    opened = await create(shop, team=lamps.name)
    at = now(shop) + 2 * MINUTE
    later = f"{DAYS_OF_WEEK[(at + timedelta(days=1)).weekday()]} 09:00-17:00"
    slow = await calendar(shop, open_hours=later, time_zone="UTC")
    await shop.ask(pb.UpdateTeamRequest(team=d.Team(name=lamps.name, calendar=slow.name)))
    await planned(shop)
    due = when((await shop.ticket(opened.name)).due_time)
    assert (10, 0) == (due.hour, due.minute)
    assert slow.name == (await targets(shop, opened.name))["first_response-1"].calendar


DAYS_OF_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_WEEK = ", ".join(f"{day} 00:00-24:00" for day in DAYS_OF_WEEK)


async def test_a_policy_that_goes_takes_its_open_targets_with_it(shop):
    made = await policy(shop)
    opened = await create(shop)
    forward(shop, 10)
    await shop.say(opened.name)
    await shop.ask(pb.DeletePolicyRequest(name=made.name))
    await planned(shop)
    assert {"first_response-1": MET, "resolution-1": CLEARED} == await standing(shop, opened.name)
    assert not (await shop.ticket(opened.name)).HasField("due_time")
    forward(shop, 1000)
    assert [] == await breaches(shop)


async def test_a_plan_goes_on_where_a_slice_ended(shop, monkeypatch):
    monkeypatch.setattr("services.support.actions.replan.SLICE_TICKETS", 2)
    made = [await create(shop, author=f"c{n}@example.com") for n in range(5)]
    await policy(shop, "gold", promise(FIRST, 60))
    assert [["first_response-1"]] * 5 == [[*(await targets(shop, each.name))] for each in made]
    assert [] == await shop.rows("SELECT * FROM replan")


async def test_a_merged_ticket_stops_counting_and_counts_again_when_it_is_taken_apart(shop):
    await policy(shop, "gold", promise(FIRST, 60), promise(RESOLUTION, 120))
    one, two = await create(shop), await create(shop)
    began = now(shop)
    forward(shop, 10)
    await shop.ask(pb.MergeTicketRequest(name=one.name, other=two.name))
    rows = await shop.rows("SELECT standing FROM target WHERE workspace = $1 AND ticket = 2", shop.workspace)
    assert [5, 5] == [row["standing"] for row in rows]
    forward(shop, 20)
    await shop.ask(pb.UnmergeTicketRequest(name=one.name, absorbed=two.name))
    found = (await targets(shop, two.name))["first_response-1"]
    assert (RUNNING, began + 80 * MINUTE) == (found.state, when(found.due_time))
    forward(shop, 45)
    await shop.introduce("ada@example.com")
    assert [one.name] == [told.ticket for told in await breaches(shop)]


async def test_a_target_is_explained_by_what_was_counted(shop):
    office = await calendar(shop, open_hours=ALL_WEEK)
    await policy(shop, "vip", promise(FIRST, 60), calendar=office.name, match=d.TicketFilter(tags=["vip"]))
    opened = await create(shop, tags=["vip"])
    began = now(shop)
    forward(shop, 10)
    await shop.ask(pb.HoldTicketRequest(name=opened.name, state=Ticket.WAITING))
    forward(shop, 20)
    await shop.say(opened.name, author=CUSTOMER)
    forward(shop, 15)
    await shop.say(opened.name, author=AGENT)
    told = await explained(shop, opened.name, "first_response-1")
    assert [(0, 10), (30, 45)] == [
        ((when(each.start_time) - began) // MINUTE, (when(each.end_time) - began) // MINUTE)
        for each in told.counted_intervals
    ]
    assert (25 * 60, "policies/vip", "it has the tags vip", MET) == (
        told.counted.seconds,
        told.policy,
        told.reason,
        told.target.state,
    )
    assert [Ticket.WAITING] == [each.state for each in told.pauses]


async def test_a_breach_is_told_once_though_timers_run_at_once_and_die(shop):
    await shop.introduce("ada@example.com")
    await policy(shop, "gold", promise(FIRST, 60))
    opened = await create(shop)
    house = shop.house
    timers = Timers(house.app.db, Workspaces(), house.clock, "a secret of replies")
    (row,) = await shop.rows("SELECT id FROM ticket WHERE workspace = $1", shop.workspace)
    at = now(shop) + 61 * MINUTE

    async with house.app.db.begin(shop.workspace) as tx:
        await look(tx, row["id"], at)
        # Killed before the commit.
        await tx.rollback()
    assert [] == await shop.facts(events.TargetBreached)
    assert {"first_response-1": RUNNING} == await standing(shop, opened.name)

    forward(shop, 61)
    await asyncio.gather(*(timers.tell_breaches(house.clock()) for _ in range(4)))
    for _ in range(2):
        async with house.app.db.begin(shop.workspace) as tx:
            await look(tx, row["id"], now(shop))
    assert 1 == len(await breaches(shop))


async def test_the_id_of_a_breach_follows_from_ticket_metric_and_cycle(shop):
    await shop.introduce("ada@example.com")
    await policy(shop, "gold", promise(FIRST, 60))
    await create(shop)
    (row,) = await shop.rows("SELECT id FROM ticket WHERE workspace = $1", shop.workspace)
    ids = []
    for _ in range(2):
        async with shop.house.app.db.begin(shop.workspace) as tx:
            await look(tx, row["id"], now(shop) + 61 * MINUTE)
            ids += [each.event_id for each in tx.new if "TargetBreached" in each.subject]
            await tx.rollback()
    assert 2 == len(ids)
    assert ids[0] == ids[1]


async def test_a_target_is_seen_in_its_own_workspace_only(shop, other):
    await policy(shop, "gold", promise(FIRST, 60))
    mine, theirs = await create(shop), await create(other)
    assert mine.name == theirs.name
    assert {} == await targets(other, theirs.name)
    no = await other.refusal(pb.ExplainTargetRequest(name=f"{theirs.name}/targets/first_response-1"))
    assert "TARGET_NOT_FOUND" == no.reason
    forward(shop, 61)
    assert [] == await breaches(other)


async def test_a_ticket_opened_while_a_policy_changes_is_planned_by_the_new_one(shop):
    made = await policy(shop, "gold", promise(FIRST, 60))
    longer = pb.UpdatePolicyRequest(policy=d.Policy(name=made.name, targets=[promise(FIRST, 90)]))
    opened = await asyncio.gather(
        *(create(shop, author=f"a{n}@example.com") for n in range(6)),
        shop.ask(longer),
        *(create(shop, author=f"b{n}@example.com") for n in range(6)),
    )
    await planned(shop)
    names = [each.name for each in opened if isinstance(each, Ticket)]
    assert {(5400, 2)} == {
        (each.duration.seconds, each.policy_version)
        for name in names
        for each in (await targets(shop, name)).values()
    }


async def test_a_next_response_is_told_of_with_its_cycle(shop):
    await shop.introduce("ada@example.com")
    await policy(shop, "gold", promise(NEXT, 30))
    opened = await create(shop)
    for _ in range(2):
        await shop.say(opened.name)
        await shop.say(opened.name, author=CUSTOMER)
        forward(shop, 31)
        await looked(shop)
    assert [(NEXT, 1), (NEXT, 2)] == [(told.metric, told.cycle) for told in await breaches(shop)]
