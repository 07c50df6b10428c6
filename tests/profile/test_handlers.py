"""What the profile service does when others speak: settings of workspaces, and facts for the timeline."""

import itertools
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.profile.v1 import events_pb2 as events
from rapport.profile.v1 import profile_pb2 as pb
from rapport.support.v1 import events_pb2 as support

from chassis import parked
from tests.eventually import eventually
from tests.profile.house import identify, order, said, time
from tests.profile.world import NOON

SETTINGS = {
    1: {"region_code": "DE", "currency_code": "EUR", "time_zone": "Europe/Berlin"},
    2: {"region_code": "CH", "currency_code": "CHF", "time_zone": "Europe/Zurich"},
    3: {"region_code": "US", "currency_code": "USD", "time_zone": "America/New_York"},
}


@pytest.mark.parametrize("revisions", [*itertools.permutations(SETTINGS), (3, 3, 1)], ids=str)
async def test_the_newest_settings_hold_in_whatever_order_they_are_heard(shop, revisions):
    for revision in revisions:
        await shop.update_settings(revision=revision, **SETTINGS[revision])

    [row] = await shop.rows("SELECT * FROM workspace_setting WHERE workspace = $1", shop.workspace)
    assert {"workspace": shop.workspace, "revision": 3, **SETTINGS[3]} == dict(row)


async def test_settings_tell_how_captured_numbers_and_sums_are_read(shop, other):
    await shop.update_settings(region_code="DE", currency_code="JPY")
    known = pb.LookupProfileRequest(identifier="phone:030 901820")
    await eventually("PROFILE_NOT_FOUND", lambda: reason(shop, known))
    for each in (shop, other):
        await each.take(identify(60, userId="ada", traits={"phone": "030 901820"}), order("o1", total=1200))
        await each.take(order("o2", currency="USD", total=12))

    def worth(profile):
        return [(sum.currency_code, sum.units) for sum in profile.computed.lifetime_values]

    ada = await shop.profile("phone:+4930901820")
    assert [("JPY", 1200), ("USD", 12)] == worth(ada)
    assert [("EUR", 1200), ("USD", 12)] == worth(await other.profile("user_id:ada"))
    assert ["user_id"] == [one.kind for one in (await other.profile("user_id:ada")).identifiers]


async def reason(shop, request):
    return (await shop.answer(request)).reason


# Facts of other services.


def opened(profile, seconds_before_noon=30, **more):
    when = Timestamp()
    when.FromDatetime(NOON - timedelta(seconds=seconds_before_noon))
    told = {"profile": profile, "event_time": when, "ticket": "tickets/1", "subject": "Help!"}
    return support.TicketOpened(**told | more)


async def timeline(shop, name, **filters):
    return list((await shop.ask(pb.ListActivitiesRequest(parent=name, **filters))).activities)


async def heard(shop, fact, id=""):
    await shop.house.until_heard(await shop.tell(fact, id))


async def test_a_fact_stands_in_her_timeline_with_all_it_says(shop):
    await shop.take(said("page", 60, userId="ada"), said("page", 10, userId="ada"))
    ada = await shop.name("user_id:ada")
    await heard(shop, opened(ada, text="Ümläut ✓", tags=["a", "b"]))

    _, ticket, _ = await timeline(shop, ada)
    assert ("rapport.support.v1.TicketOpened", "TicketOpened") == (ticket.type, ticket.event)
    assert NOON - timedelta(seconds=30) == time(ticket.event_time)
    assert ("Help!", "Ümläut ✓", ["a", "b"]) == tuple(
        json.loads(ticket.properties)[name] for name in ("subject", "text", "tags")
    )
    assert not ticket.HasField("recorded_under"), "it was told of her, and under none of her identifiers"
    assert [ticket] == await timeline(shop, ada, type="rapport.support.v1.TicketOpened")
    told = [one for fact in await shop.facts(events.ActivityRecorded) for one in fact.activities]
    assert (ada, "TicketOpened") == (told[-1].profile, told[-1].event)
    assert ["user_id"] == [one.kind for one in (await shop.profile("user_id:ada")).identifiers]


async def test_a_fact_that_is_told_twice_stands_there_once(shop):
    await shop.take(said("page", 60, userId="ada"))
    ada, fact = await shop.name("user_id:ada"), opened(await shop.name("user_id:ada"))
    await heard(shop, fact, id := str(uuid4()))
    await shop.tell(fact, id)
    await heard(shop, fact)

    assert ["TicketOpened", "TicketOpened", ""] == [one.event for one in await timeline(shop, ada)]
    assert 3 == (await shop.profile("user_id:ada")).activity_count


async def test_a_fact_for_a_former_name_lands_at_the_survivor(shop):
    await shop.take(said("page", 60, anonymousId="a1"), identify(50, userId="ada"))
    visitor, ada = await shop.name("anonymous_id:a1"), await shop.name("user_id:ada")
    await heard(shop, opened(visitor, 45, subject="before"))
    await shop.take(identify(40, userId="ada", anonymousId="a1"))
    await heard(shop, opened(visitor, 35, subject="after"))

    subjects = [
        json.loads(one.properties)["subject"] for one in await timeline(shop, ada, event="TicketOpened")
    ]
    assert ["after", "before"] == subjects
    assert ada == (await shop.facts(events.ActivityRecorded))[-1].activities[-1].profile
    assert 5 == (await shop.profile("user_id:ada")).activity_count


async def test_a_fact_follows_the_profile_it_was_told_of_when_a_merge_proves_wrong(shop):
    """A visitor was taken for Bob and opened a ticket; then it comes out that she was Ada."""
    await shop.take(identify(60, userId="bob"), said("page", 55, anonymousId="a1"))
    visitor, bob = await shop.name("anonymous_id:a1"), await shop.name("user_id:bob")
    await shop.take(identify(40, userId="bob", anonymousId="a1"))
    await heard(shop, opened(visitor, subject="hers"))
    await heard(shop, opened(bob, subject="his"))
    assert 2 == len(await timeline(shop, bob, event="TicketOpened"))
    await shop.take(identify(45, userId="ada", anonymousId="a1"))

    ada = await shop.name("user_id:ada")
    for who, subject in ((ada, "hers"), (bob, "his")):
        [ticket] = await timeline(shop, who, event="TicketOpened")
        assert subject == json.loads(ticket.properties)["subject"]


async def test_a_fact_that_is_still_to_come_waits_for_its_time(shop):
    await shop.take(said("page", 60, userId="ada"))
    ada, clock = await shop.name("user_id:ada"), shop.house.clock
    tomorrow = clock() + timedelta(days=1)
    fact = opened(ada)
    fact.event_time.FromDatetime(tomorrow)
    await heard(shop, fact)
    assert [] == await timeline(shop, ada, event="TicketOpened")

    clock.forward(days=1)

    await eventually([tomorrow], lambda: times(shop, ada))


async def times(shop, name):
    return [time(one.event_time) for one in await timeline(shop, name, event="TicketOpened")]


async def test_a_fact_of_somebody_we_do_not_know_is_parked_and_holds_nobody_up(shop):
    await shop.take(said("page", 60, userId="ada"))
    ada, stranger = await shop.name("user_id:ada"), f"profiles/{uuid4()}"
    await shop.tell(opened(stranger))
    await heard(shop, opened(ada))

    await eventually([f"LookupError: There is no {stranger.replace('s/', ' ')}."], lambda: reasons(shop))
    assert 1 == len(await timeline(shop, ada, event="TicketOpened"))


async def reasons(shop):
    return [row.reason for row in await parked.listed(shop.house.app.db) if row.workspace == shop.workspace]
