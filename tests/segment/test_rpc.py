"""What the segment service answers, over real gRPC, on what was really told."""

import asyncio

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.segment.v1 import events_pb2 as events
from rapport.segment.v1 import resources_pb2 as resources
from rapport.segment.v1 import segment_pb2 as pb

from tests.eventually import eventually
from tests.segment.house import Refused, segment
from tests.segment.world import at, created, did, has, identified, name, times, viewed

TWICE = did(compare=times("GTE", 2))


# Definitions.


async def test_a_segment_is_a_draft_until_it_is_published(shop):
    made = await shop.create("viewers", TWICE, display_name="Viewers")

    assert (resources.Segment.DRAFT, "", True, 0) == (
        made.state,
        made.version,
        made.draft_changed,
        made.member_count,
    )
    assert made == await shop.segment("viewers")


async def test_a_published_segment_is_live_and_its_draft_may_differ(shop):
    await shop.take(created(7, -60), viewed(1, 7, -50), viewed(2, 7, -40))
    live = await shop.publish("viewers", TWICE)
    assert ("segments/viewers/versions/1", False, 1) == (live.version, live.draft_changed, live.member_count)

    changed = await shop.ask(
        pb.UpdateSegmentRequest(segment=segment("viewers", did(compare=times("GTE", 3))))
    )

    assert (True, 1) == (changed.draft_changed, changed.member_count)
    assert {7} == await shop.members("viewers")
    assert 0 == (await shop.publish("viewers", did(compare=times("GTE", 3)))).member_count


async def test_publishing_an_unchanged_draft_changes_nothing(shop):
    before = await shop.publish("viewers", TWICE)
    await shop.ask(pb.PublishSegmentRequest(name="segments/viewers"))

    assert before == await shop.segment("viewers")
    assert 1 == len(await shop.facts(events.SegmentPublished))


async def test_a_name_is_taken_once(shop):
    await shop.create("viewers", TWICE)

    refusal = await shop.refusal(pb.CreateSegmentRequest(segment=segment("viewers", TWICE)))
    assert (grpc.StatusCode.ALREADY_EXISTS, "SEGMENT_EXISTS") == (refusal.code, refusal.reason)


async def test_a_repeat_with_the_same_request_id_makes_no_second_segment(shop):
    request = pb.CreateSegmentRequest(segment=segment("viewers", TWICE), request_id="once")

    assert await shop.ask(request) == await shop.ask(request)


async def test_an_update_writes_what_the_mask_names_and_refuses_to_lose_another(shop):
    made = await shop.create("viewers", TWICE, display_name="Viewers", description="d")
    said = segment("viewers", did(), display_name="New", etag=made.etag)
    request = pb.UpdateSegmentRequest(segment=said, update_mask=FieldMask(paths=["display_name"]))
    updated = await shop.ask(request)

    assert ("New", "d", made.condition) == (updated.display_name, updated.description, updated.condition)
    assert "SEGMENT_CHANGED" == (await shop.refusal(request)).reason


@pytest.mark.parametrize(
    ("document", "reason", "field"),
    [
        (has("traits.age", "GT", "old"), "CONDITION_INVALID", "segment.condition.trait.compare.value"),
        (
            {"segment": {"segment": "segments/nowhere"}},
            "CONDITION_INVALID",
            "segment.condition.segment.segment",
        ),
        ({"list": {"list": "lists/nowhere"}}, "CONDITION_INVALID", "segment.condition.list.list"),
        ({"segment": {"segment": "segments/mine"}}, "SEGMENT_CYCLE", "segment.condition.segment.segment"),
    ],
)
async def test_a_condition_that_makes_no_sense_is_refused_where_it_stands(shop, document, reason, field):
    refusal = await shop.refusal(pb.CreateSegmentRequest(segment=segment("mine", document)))

    assert (grpc.StatusCode.INVALID_ARGUMENT, reason, [field]) == (
        refusal.code,
        refusal.reason,
        refusal.fields,
    )


async def test_a_circle_is_refused_however_long(shop):
    await shop.create("one", TWICE)
    await shop.create("two", {"segment": {"segment": "segments/one"}})
    await shop.create("three", {"not": {"segment": {"segment": "segments/two"}}})

    circle = segment("one", {"segment": {"segment": "segments/three"}})
    assert "SEGMENT_CYCLE" == (await shop.refusal(pb.UpdateSegmentRequest(segment=circle))).reason


async def test_segments_are_listed_by_name_in_pages(shop):
    for slug in ("cherry", "apple", "banana"):
        await shop.create(slug, TWICE)
    await shop.create("date", {"segment": {"segment": "segments/apple"}})

    listed = await shop.pages(pb.ListSegmentsRequest(page_size=3), "segments")
    assert [["apple", "banana", "cherry"], ["date"]] == [[each.name[9:] for each in page] for page in listed]
    referring = await shop.ask(pb.ListSegmentsRequest(refers_to="segments/apple"))
    assert ["segments/date"] == [each.name for each in referring.segments]


async def test_what_another_refers_to_is_not_deleted(shop):
    await shop.create("one", TWICE)
    await shop.create("two", {"segment": {"segment": "segments/one"}})

    refusal = await shop.refusal(pb.DeleteSegmentRequest(name="segments/one"))
    assert (grpc.StatusCode.FAILED_PRECONDITION, "SEGMENT_REFERENCED") == (refusal.code, refusal.reason)
    assert ["segments/two"] == refusal.fields


async def test_who_is_in_a_deleted_segment_leaves(shop):
    await shop.take(created(7, -60), viewed(1, 7, -50), viewed(2, 7, -40))
    await shop.publish("viewers", TWICE)
    await shop.ask(pb.DeleteSegmentRequest(name="segments/viewers"))

    [exited] = await shop.facts(events.SegmentExited)
    assert [(name(7), resources.Cause.DEFINITION)] == [(one.profile, one.cause.kind) for one in exited.exits]
    assert 1 == len(await shop.facts(events.SegmentDeleted))
    assert "SEGMENT_NOT_FOUND" == (await shop.refusal(pb.GetSegmentRequest(name="segments/viewers"))).reason
    await shop.publish("viewers", TWICE)
    assert {7} == await shop.members("viewers")


async def test_a_former_version_can_be_published_again(shop):
    await shop.take(created(7, -60), viewed(1, 7, -50))
    await shop.publish("viewers", did())
    await shop.publish("viewers", TWICE)
    version = "segments/viewers/versions/1"
    await shop.ask(pb.RollbackSegmentRequest(name="segments/viewers", version=version))
    live = await shop.live("viewers")

    assert ("segments/viewers/versions/3", False, 1) == (live.version, live.draft_changed, live.member_count)
    listed = await shop.ask(pb.ListSegmentVersionsRequest(parent="segments/viewers"))
    assert [(1, 0), (0, 1), (1, 0)] == [(each.entered_count, each.exited_count) for each in listed.versions]
    assert listed.versions[2] == await shop.ask(pb.GetSegmentVersionRequest(name=version))
    assert "keys/ada" == listed.versions[0].publisher
    missing = pb.GetSegmentVersionRequest(name="segments/viewers/versions/9")
    assert "VERSION_NOT_FOUND" == (await shop.refusal(missing)).reason


# Trying out.


async def test_a_preview_counts_exactly_and_shows_some(shop):
    await shop.take(
        *(created(key, -60) for key in range(1, 31)), *(viewed(key, key, -key) for key in range(1, 26))
    )

    preview = await shop.ask(pb.PreviewConditionRequest(condition=segment("x", did()).condition))

    assert (25, 30, 20) == (preview.member_count, preview.profile_count, len(preview.members))
    earlier = pb.PreviewConditionRequest(condition=segment("x", did()).condition)
    earlier.as_of_time.FromMicroseconds(at(-10))
    assert 16 == (await shop.ask(earlier)).member_count


async def test_a_comparison_says_who_would_come_and_go(shop):
    await shop.take(viewed(1, 7, -50), viewed(2, 7, -40), viewed(3, 8, -30))
    await shop.publish("viewers", TWICE)
    await shop.ask(pb.UpdateSegmentRequest(segment=segment("viewers", did(compare=times("EQ", 1)))))

    compared = await shop.ask(pb.CompareSegmentRequest(name="segments/viewers"))

    assert (1, 1, 0) == (compared.entering_count, compared.leaving_count, compared.staying_count)
    assert ([name(8)], [name(7)]) == (compared.entering, compared.leaving)


# Members.


async def test_members_are_listed_in_pages_with_the_place_in_the_stream(shop):
    await shop.publish("viewers", did(window={"last": "3600s"}))
    await shop.take(*(viewed(key, key, -key) for key in (3, 1, 2)))

    request = pb.ListMembersRequest(parent="segments/viewers", page_size=2)
    first = await shop.ask(request)
    assert [1, 2] == [member.profile_key for member in first.members]
    assert [at(3599)] == [first.members[0].predicted_exit_time.ToMicroseconds()]
    assert [(0, 3)] == [(place.shard, place.sequence_number) for place in first.positions]
    assert [[1, 2], [3]] == [
        [one.profile_key for one in page] for page in await shop.pages(request, "members")
    ]
    assert 3 == (await shop.ask(pb.CountMembersRequest(name="segments/viewers"))).member_count


async def test_members_of_an_instant_of_the_past(shop):
    await shop.publish("viewers", did())
    await shop.take(created(1, -60), created(2, -60), viewed(1, 1, -20), viewed(2, 2, -10))
    # A version decides from its publishing on.
    then = pb.CountMembersRequest(name="segments/viewers")
    then.as_of_time.FromMicroseconds(at(-1))

    assert 0 == (await shop.ask(then)).member_count
    then.as_of_time.FromMicroseconds(at(1))
    assert "AS_OF_OUT_OF_RANGE" == (await shop.refusal(then)).reason


async def test_a_customer_s_segments_the_last_entered_first(shop):
    await shop.publish("viewers", did())
    await shop.publish("regulars", TWICE)
    await shop.take(viewed(1, 7, -20), viewed(2, 7, -10))

    listed = await shop.pages(pb.ListMembershipsRequest(parent=name(7), page_size=1), "memberships")
    assert [["segments/regulars"], ["segments/viewers"]] == [[one.segment for one in page] for page in listed]
    assert "PROFILE_NOT_FOUND" == (await shop.refusal(pb.ListMembershipsRequest(parent=name(9)))).reason


async def test_why_she_is_in_it_and_when_she_leaves(shop):
    document = {"all": {"of": [did(window={"last": "3600s"}), has("traits.city", "EQ", "Berlin")]}}
    await shop.publish("berliners", document)
    await shop.take(viewed(1, 7, -20, price=5), identified(2, 7, -10, city="Berlin"))

    why = await shop.ask(pb.ExplainMembershipRequest(name=f"segments/berliners/members/{name(7)[9:]}"))

    assert (True, "segments/berliners/versions/1") == (why.member, why.version)
    assert (at(-10), at(3580)) == (
        why.since_time.ToMicroseconds(),
        why.predicted_change_time.ToMicroseconds(),
    )
    viewing, living = why.result.of
    assert ("all.of[0].event", "Product Viewed at least 1 time in the last 1 hour", "1") == (
        viewing.field,
        viewing.summary,
        viewing.observed,
    )
    assert [b'{"price": 5}'] == [one.properties for one in viewing.evidence]
    assert ("traits.city is Berlin", "Berlin", True) == (living.summary, living.observed, living.holds)


async def test_why_somebody_was_never_in_it(shop):
    await shop.create("viewers", did())
    await shop.take(created(7, -60))

    why = await shop.ask(pb.ExplainMembershipRequest(name=f"segments/viewers/members/{name(7)[9:]}"))
    assert (False, "", False) == (why.member, why.version, why.result.holds)


async def test_the_history_of_a_segment_and_of_a_customer(shop):
    await shop.publish("viewers", did(window={"last": "10s"}))
    await shop.take(viewed(1, 7, -20), viewed(2, 8, -5))
    await eventually({8}, lambda: shop.members("viewers"))

    async def told(parent, **more):
        reply = await shop.ask(pb.ListMembershipChangesRequest(parent=parent, **more))
        return [(each.profile, each.direction, each.cause.kind) for each in reply.changes]

    entered, exited = resources.MembershipChange.ENTERED, resources.MembershipChange.EXITED
    event, deadline = resources.Cause.EVENT, resources.Cause.DEADLINE
    await eventually({(name(7), exited, deadline), (name(7), entered, event)}, lambda: as_set(told(name(7))))
    assert {(name(7), entered, event), (name(7), exited, deadline), (name(8), entered, event)} == set(
        await told("segments/viewers")
    )
    assert [(name(7), exited, deadline)] == await told("segments/viewers", cause=deadline)


async def as_set(found):
    return set(await found)


# Lists.


async def test_a_list_lets_in_and_out_whom_it_names(shop):
    await shop.ask(pb.CreateCustomerListRequest(customer_list=resources.CustomerList(name="lists/vip")))
    await shop.publish("vips", {"list": {"list": "lists/vip"}})
    await shop.take(created(7, -60), created(8, -60))

    added = await shop.ask(pb.AddCustomersRequest(name="lists/vip", profiles=[name(7), name(8), name(7)]))
    assert (2, {7, 8}) == (added.customer_count, await shop.members("vips"))
    await shop.ask(pb.AddCustomersRequest(name="lists/vip", profiles=[name(7)]))
    left = await shop.ask(pb.RemoveCustomersRequest(name="lists/vip", profiles=[name(7)]))

    assert (1, {8}) == (left.customer_count, await shop.members("vips"))
    [entered, *_] = await shop.facts(events.SegmentEntered)
    assert {resources.Cause.IMPORT} == {one.cause.kind for one in entered.entries}
    listed = await shop.ask(pb.ListListedCustomersRequest(parent="lists/vip"))
    assert [name(8)] == [one.profile for one in listed.customers]
    nobody = await shop.refusal(pb.AddCustomersRequest(name="lists/vip", profiles=[name(7), name(99)]))
    assert ("PROFILE_NOT_FOUND", ["profiles[1]"]) == (nobody.reason, nobody.fields)


async def test_a_list_that_a_condition_refers_to_is_not_deleted(shop):
    made = await shop.ask(
        pb.CreateCustomerListRequest(customer_list=resources.CustomerList(name="lists/vip"))
    )
    await shop.create("vips", {"list": {"list": "lists/vip"}})
    assert "LIST_REFERENCED" == (await shop.refusal(pb.DeleteCustomerListRequest(name="lists/vip"))).reason
    await shop.ask(pb.DeleteSegmentRequest(name="segments/vips"))

    renamed = resources.CustomerList(name="lists/vip", display_name="VIP", etag=made.etag)
    assert "VIP" == (await shop.ask(pb.UpdateCustomerListRequest(customer_list=renamed))).display_name
    assert 1 == len((await shop.ask(pb.ListCustomerListsRequest())).customer_lists)
    await shop.ask(pb.DeleteCustomerListRequest(name="lists/vip"))
    assert "LIST_NOT_FOUND" == (await shop.refusal(pb.GetCustomerListRequest(name="lists/vip"))).reason


# Apart.


async def test_two_workspaces_with_the_same_numbers_are_strangers(shop, other):
    await asyncio.gather(shop.publish("viewers", did()), other.publish("viewers", TWICE))
    await shop.tell(viewed(1, 7, -20))
    await other.take(viewed(1, 7, -20))

    assert ({7}, set()) == (await shop.members("viewers"), await other.members("viewers"))
    await shop.create("mine", TWICE)
    assert isinstance(await other.answer(pb.GetSegmentRequest(name="segments/mine")), Refused)
    assert [1] == [one.sequence_number for one in (await shop.facts(events.SegmentEntered))[0].entries]
    assert [] == await other.facts(events.SegmentEntered)
