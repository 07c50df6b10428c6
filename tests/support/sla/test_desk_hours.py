"""Calendars and policies, over real gRPC."""

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.gateway.v1 import events_pb2 as gateway
from rapport.gateway.v1 import gateway_pb2
from rapport.support.v1 import desk_pb2 as d
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.support.sla.desk import FIRST, OFFICE, RESOLUTION, calendar, create, hours, policy, promise
from tests.support.test_desk import team

URGENT, LOW = t.Ticket.URGENT, t.Ticket.LOW


def holiday(date: str, name: str = "", **more) -> d.Holiday:
    return d.Holiday(date=date, display_name=name, **more)


async def update(shop, said: d.Calendar, *paths: str):
    return await shop.answer(pb.UpdateCalendarRequest(calendar=said, update_mask=FieldMask(paths=paths)))


async def test_a_calendar_is_made_read_listed_changed_and_deleted(shop):
    made = await calendar(shop, display_name="Office", time_zone="Europe/Berlin")
    assert ("calendars/office", "Office", "Europe/Berlin", 1, "1", 5) == (
        made.name,
        made.display_name,
        made.time_zone,
        made.version,
        made.etag,
        len(made.open_hours),
    )
    assert made == await shop.ask(pb.GetCalendarRequest(name=made.name))
    assert "NAME_TAKEN" == (await shop.refusal(pb.CreateCalendarRequest(calendar=made))).reason

    named = await update(shop, d.Calendar(name=made.name, display_name="The office", etag=made.etag))
    assert ("The office", 1, "2", 5) == (named.display_name, named.version, named.etag, len(named.open_hours))
    stale = await update(shop, d.Calendar(name=made.name, display_name="Late", etag=made.etag))
    assert "RESOURCE_CHANGED" == stale.reason
    longer = await update(
        shop, d.Calendar(name=made.name, open_hours=hours("mon 09:00-12:00, mon 13:00-24:00"))
    )
    assert (2, "3", 2) == (longer.version, longer.etag, len(longer.open_hours))
    assert longer == await update(shop, longer), "what changes nothing is no change"

    await calendar(shop, "always", "mon 00:00-24:00")
    listed = await shop.ask(pb.ListCalendarsRequest(page_size=1))
    rest = await shop.ask(pb.ListCalendarsRequest(page_size=1, page_token=listed.next_page_token))
    assert ["calendars/always", "calendars/office"] == [
        each.name for page in (listed, rest) for each in page.calendars
    ]
    await shop.ask(pb.DeleteCalendarRequest(name=made.name))
    assert "CALENDAR_NOT_FOUND" == (await shop.refusal(pb.GetCalendarRequest(name=made.name))).reason
    assert 3 == (await calendar(shop)).version, "versions of a name are never given twice"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"open_hours": []}, "calendar.open_hours"),
        ({"open_hours": hours("mon 17:00-09:00")}, "calendar.open_hours[0].closes"),
        ({"open_hours": hours("mon 09:00-17:00, tue 09:00-09:00")}, "calendar.open_hours[1].closes"),
        ({"open_hours": hours("09:00-17:00")}, "calendar.open_hours[0].weekday"),
        ({"time_zone": "Europe/Nowhere"}, "calendar.time_zone"),
        ({"time_zone": "../../etc/passwd"}, "calendar.time_zone"),
        ({"holidays": [holiday("2026-02-30")]}, "calendar.holidays[0].date"),
        ({"holidays": [holiday("2026-02-01"), holiday("2026-02-01")]}, "calendar.holidays[1].date"),
        (
            {"holidays": [holiday("2026-02-01", open_hours=hours("12:00-09:00"))]},
            "calendar.holidays[0].open_hours[0].closes",
        ),
    ],
)
async def test_what_is_no_calendar_is_refused(shop, said, field):
    given = d.Calendar(name="calendars/odd", **{"open_hours": hours(OFFICE), **said})
    no = await shop.refusal(pb.CreateCalendarRequest(calendar=given))
    assert (grpc.StatusCode.INVALID_ARGUMENT, "CALENDAR_INVALID", [field]) == (no.code, no.reason, no.fields)


async def test_a_calendar_without_a_zone_has_the_workspaces(shop):
    told = gateway_pb2.Workspace(time_zone="Asia/Tokyo", currency_code="JPY", region_code="JP")
    await shop.tell(gateway.WorkspaceUpdated(workspace=told, revision=1))
    assert "Asia/Tokyo" == (await calendar(shop)).time_zone


async def test_a_calendar_somebody_counts_on_stays(shop):
    one, two = await calendar(shop, "one"), await calendar(shop, "two")
    await team(shop, calendar=one.name)
    made = await policy(shop, calendar=two.name)
    for each in (one, two):
        assert "CALENDAR_IN_USE" == (await shop.refusal(pb.DeleteCalendarRequest(name=each.name))).reason
    await shop.ask(pb.DeletePolicyRequest(name=made.name))
    await shop.ask(pb.DeleteCalendarRequest(name=two.name))


async def test_a_team_works_by_a_calendar_there_is(shop):
    said = d.Team(name="teams/lamps", calendar="calendars/none")
    no = await shop.refusal(pb.CreateTeamRequest(team=said))
    assert ("CALENDAR_NOT_FOUND", ["team.calendar"]) == (no.reason, no.fields)
    await team(shop)
    assert "CALENDAR_NOT_FOUND" == (await shop.refusal(pb.UpdateTeamRequest(team=said))).reason


FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:xmas@feed
DTSTART;VALUE=DATE:20201225
RRULE:FREQ=YEARLY
EXDATE;VALUE=DATE:20281225
SUMMARY:Christmas\\, the first day
END:VEVENT
BEGIN:VEVENT
UID:shut@feed
DTSTART;VALUE=DATE:20261228
DTEND;VALUE=DATE:20261231
SUMMARY:Between the years
END:VEVENT
BEGIN:VEVENT
UID:party@feed
DTSTART:20261211T180000Z
DTEND:20261211T230000Z
SUMMARY:Party
END:VEVENT
BEGIN:VEVENT
UID:gone@feed
DTSTART;VALUE=DATE:20261208
STATUS:CANCELLED
SUMMARY:Cancelled
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


async def test_holidays_come_from_a_feed_and_the_same_feed_changes_nothing(shop):
    year = shop.house.clock().year
    made = await calendar(
        shop, holidays=[holiday("2026-12-29", "Inventory", open_hours=hours("09:00-10:00"))]
    )

    async def imported(feed: str = FEED):
        return await shop.ask(pb.ImportHolidaysRequest(name=made.name, icalendar=feed))

    once = await imported()
    found = {each.date: (each.display_name, each.feed_uid) for each in once.holidays}
    assert 2 == once.version
    assert ("Christmas, the first day", "xmas@feed") == found["2026-12-25"]
    assert ("Between the years", "shut@feed") == found["2026-12-28"] == found["2026-12-30"]
    assert ("Inventory", "") == found["2026-12-29"], "what the desk said itself goes before a feed"
    assert not {"2026-12-31", "2026-12-11", "2026-12-08", "2028-12-25"} & {*found}
    assert {f"{each}-12-25" for each in range(year - 1, year + 11)} - {"2028-12-25"} == {
        day for day, (_, uid) in found.items() if uid == "xmas@feed"
    }
    assert once == await imported()

    # A day the desk opened after all stays open, whatever the feed repeats.
    for each in once.holidays:
        each.inactive = each.date == "2026-12-30"
    opened = await update(shop, once, "holidays")
    (day,) = [each for each in opened.holidays if each.date == "2026-12-30"]
    assert (3, True, "shut@feed") == (opened.version, day.inactive, day.feed_uid)
    assert opened == await imported()

    fewer = await imported(FEED.replace("DTEND;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20261229"))
    assert 4 == fewer.version
    assert "2026-12-30" not in {each.date for each in fewer.holidays}


@pytest.mark.parametrize(
    "feed",
    [
        "nonsense",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        FEED.replace("FREQ=YEARLY", "FREQ=SECONDLY"),
        FEED.replace("20261231", "20991231"),
    ],
)
async def test_a_feed_that_cannot_be_read_is_refused_as_a_whole(shop, feed):
    made = await calendar(shop)
    no = await shop.refusal(pb.ImportHolidaysRequest(name=made.name, icalendar=feed))
    assert (grpc.StatusCode.INVALID_ARGUMENT, "CALENDAR_INVALID", ["icalendar"]) == (
        no.code,
        no.reason,
        no.fields,
    )
    assert made == await shop.ask(pb.GetCalendarRequest(name=made.name))


async def test_a_rule_that_never_comes_true_takes_no_time(shop):
    made = await calendar(shop)
    feed = FEED.replace("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    found = await shop.ask(pb.ImportHolidaysRequest(name=made.name, icalendar=feed))
    assert "xmas@feed" not in {each.feed_uid for each in found.holidays}


async def test_a_policy_is_made_read_listed_in_order_changed_and_deleted(shop):
    await team(shop)
    last = await policy(shop, "last", rank=9)
    vip = await policy(shop, "vip", rank=1, match=d.TicketFilter(teams=["teams/lamps"], tags=["vip"]))
    shop.house.clock.forward(seconds=1)
    same = await policy(shop, "same", rank=1)
    listed = await shop.ask(pb.ListPoliciesRequest(page_size=2))
    rest = await shop.ask(pb.ListPoliciesRequest(page_size=2, page_token=listed.next_page_token))
    assert [vip, same, last] == [*listed.policies, *rest.policies]
    assert vip == await shop.ask(pb.GetPolicyRequest(name=vip.name))
    assert "NAME_TAKEN" == (await shop.refusal(pb.CreatePolicyRequest(policy=vip))).reason

    first = await shop.ask(pb.UpdatePolicyRequest(policy=d.Policy(name=last.name, rank=-1, etag=last.etag)))
    assert (-1, 2, "2", 3) == (first.rank, first.version, first.etag, len(first.targets))
    assert first == await shop.ask(pb.UpdatePolicyRequest(policy=first)), "what changes nothing is no change"
    listed = await shop.ask(pb.ListPoliciesRequest())
    assert last.name == listed.policies[0].name
    await shop.ask(pb.DeletePolicyRequest(name=vip.name))
    assert "POLICY_NOT_FOUND" == (await shop.refusal(pb.GetPolicyRequest(name=vip.name))).reason


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"targets": []}, "policy.targets"),
        ({"targets": [promise(FIRST, 5), promise(FIRST, 6)]}, "policy.targets[1].metric"),
        ({"targets": [promise(FIRST, 5, URGENT), promise(FIRST, 6, URGENT)]}, "policy.targets[1].metric"),
        ({"targets": [promise(FIRST, 5, first_only=True)]}, "policy.targets[0].first_only"),
        ({"targets": [promise(FIRST, 60 * 24 * 4000)]}, "policy.targets[0].duration"),
        ({"match": d.TicketFilter(teams=["teams/none"])}, "policy.match.teams[0]"),
        ({"match": d.TicketFilter(segments=["segments/vip"])}, "policy.match.segments"),
        ({"match": d.TicketFilter(tiers=["programmes/club/tiers/gold"])}, "policy.match.tiers"),
    ],
)
async def test_what_is_no_policy_is_refused(shop, said, field):
    given = d.Policy(name="policies/odd", **{"targets": [promise(RESOLUTION, 5)], **said})
    no = await shop.refusal(pb.CreatePolicyRequest(policy=given))
    assert (grpc.StatusCode.INVALID_ARGUMENT, "POLICY_INVALID", [field]) == (no.code, no.reason, no.fields)


async def test_a_policy_counts_on_a_calendar_there_is(shop):
    given = d.Policy(name="policies/odd", targets=[promise(FIRST, 5)], calendar="calendars/none")
    no = await shop.refusal(pb.CreatePolicyRequest(policy=given))
    assert (grpc.StatusCode.NOT_FOUND, ["policy.calendar"]) == (no.code, no.fields)


async def test_a_repeat_with_the_same_request_id_makes_nothing_twice(shop):
    said = d.Calendar(name="calendars/office", open_hours=hours(OFFICE))
    request = pb.CreateCalendarRequest(calendar=said, request_id="once")
    assert await shop.ask(request) == await shop.ask(request)
    asked = pb.CreatePolicyRequest(
        policy=d.Policy(name="policies/p", targets=[promise(FIRST, 5)]), request_id="also"
    )
    assert await shop.ask(asked) == await shop.ask(asked)


async def test_other_workspaces_have_calendars_and_policies_of_their_own(shop, other):
    await calendar(shop)
    made = await policy(shop, calendar="calendars/office")
    assert "POLICY_NOT_FOUND" == (await other.refusal(pb.GetPolicyRequest(name=made.name))).reason
    assert (
        "CALENDAR_NOT_FOUND" == (await other.refusal(pb.GetCalendarRequest(name="calendars/office"))).reason
    )
    assert [] == list((await other.ask(pb.ListPoliciesRequest())).policies)
    ticket = await create(other)
    assert [] == list((await other.ask(pb.ListTargetsRequest(parent=ticket.name))).targets)
