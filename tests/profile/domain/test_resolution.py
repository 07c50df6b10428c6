"""Who is whom, told by example."""

from uuid import UUID

import pytest

from services.profile.domain.resolution import (
    Assigned,
    Claim,
    Former,
    Partition,
    assign,
    fits,
    fold,
    step,
)

ADA, BOB, ADAS_ADDRESS, BOBS_ADDRESS, TABLET, PHONE = 1, 2, 11, 12, 21, 22
KIND_OF = {
    ADA: "user_id",
    BOB: "user_id",
    ADAS_ADDRESS: "email",
    BOBS_ADDRESS: "email",
    TABLET: "anonymous_id",
    PHONE: "anonymous_id",
}
LIMITS = {"user_id": 1, "email": 5, "anonymous_id": 100}.__getitem__


def claim(time, *identifiers):
    return Claim(identifiers, time, UUID(int=time))


def folded(*claims, solo=()):
    partition, conflicts = fold(claims, solo, KIND_OF, LIMITS)
    groups = [set(group) for group in partition.groups()]
    return groups, [(found.claim.time_us, found.dropped, found.exceeded_kind) for found in conflicts]


def test_what_is_seen_together_is_one_person():
    seen = claim(1, ADA, ADAS_ADDRESS, TABLET)
    assert ([{ADA, ADAS_ADDRESS, TABLET}], []) == folded(seen)


def test_signing_in_joins_what_was_browsed_before():
    groups, _ = folded(claim(1, ADAS_ADDRESS, TABLET), claim(2, ADA, PHONE), claim(3, ADA, TABLET))
    assert [{ADA, ADAS_ADDRESS, TABLET, PHONE}] == groups


def test_a_shared_tablet_stays_with_the_first_who_signed_in_and_fuses_nobody():
    groups, conflicts = folded(claim(1, ADA, TABLET), claim(2, BOB, BOBS_ADDRESS, TABLET))
    assert [{ADA, TABLET}, {BOB, BOBS_ADDRESS}] == groups
    assert [(2, TABLET, "user_id")] == conflicts


def test_late_evidence_gives_the_tablet_to_whoever_signed_in_first_after_all():
    late, known = claim(1, BOB, TABLET), claim(2, ADA, TABLET)
    assert folded(late, known) == folded(known, late) == ([{ADA}, {BOB, TABLET}], [(2, TABLET, "user_id")])


def test_an_address_is_not_lost_because_the_tablet_beside_it_belongs_to_somebody_else():
    groups, conflicts = folded(claim(1, ADA, TABLET), claim(2, BOB, TABLET, BOBS_ADDRESS))
    assert [{ADA, TABLET}, {BOB, BOBS_ADDRESS}] == groups
    assert [(2, TABLET, "user_id")] == conflicts


def test_a_bridge_that_would_fuse_two_customers_is_a_conflict():
    bridge = claim(3, ADAS_ADDRESS, BOBS_ADDRESS)
    groups, conflicts = folded(claim(1, ADA, ADAS_ADDRESS), claim(2, BOB, BOBS_ADDRESS), bridge)
    assert [{ADA, ADAS_ADDRESS}, {BOB, BOBS_ADDRESS}] == groups
    assert [(3, BOBS_ADDRESS, "user_id")] == conflicts


def test_two_users_in_one_event_stay_two():
    groups, conflicts = folded(claim(1, ADA, BOB, TABLET))
    assert [{ADA, TABLET}] == groups, "nobody owns the second until something is recorded under it"
    assert [(1, BOB, "user_id")] == conflicts


def test_what_was_seen_alone_is_a_person_of_its_own():
    assert ([{ADA, TABLET}, {BOB}], []) == folded(claim(1, ADA, TABLET), solo=[BOB, TABLET])


def test_an_identifier_seen_alone_first_is_joined_all_the_same():
    partition = Partition(KIND_OF, LIMITS, {7: {TABLET}, 8: {ADA}})
    assert [] == step(partition, claim(1, ADA, TABLET))
    assert {8: {ADA, TABLET}} == partition.members


def test_a_claim_seen_again_is_told_once():
    one, again = claim(2, BOB, TABLET), claim(4, BOB, TABLET)
    assert folded(claim(1, ADA, TABLET), one) == folded(claim(1, ADA, TABLET), one, again)


def test_the_example_of_the_module():
    groups, conflicts = folded(
        claim(1, ADA, TABLET), claim(2, BOB, BOBS_ADDRESS, TABLET), claim(3, BOBS_ADDRESS, TABLET)
    )
    assert [{ADA, TABLET}, {BOB, BOBS_ADDRESS}] == groups
    assert [(2, TABLET, "user_id"), (3, TABLET, "user_id")] == conflicts


@pytest.mark.parametrize(("keys", "so"), [((ADA, TABLET), True), ((ADA, BOB), False), ((), True)])
def test_limits_count_each_kind(keys, so):
    assert so == fits(keys, KIND_OF, LIMITS)


GHOST, SHOPPER, VETERAN = (
    Former(profile_key=30, birth=TABLET, strength=6, create_order=30),
    Former(profile_key=40, birth=ADA, strength=1, create_order=40),
    Former(profile_key=20, birth=ADAS_ADDRESS, strength=2, create_order=20),
)


def test_the_profile_with_the_strongest_identifier_survives():
    group = frozenset({ADA, TABLET, ADAS_ADDRESS})
    assert [Assigned(group, 40, (20, 30))] == assign([group], [GHOST, SHOPPER, VETERAN])


def test_of_equals_the_oldest_survives():
    group = frozenset({TABLET, PHONE})
    younger = Former(profile_key=31, birth=PHONE, strength=6, create_order=31)
    assert [Assigned(group, 30, (31,))] == assign([group], [younger, GHOST])


def test_a_profile_follows_the_identifier_it_was_born_under_and_the_rest_is_new():
    kept, split = frozenset({TABLET}), frozenset({ADA, PHONE})
    assert [Assigned(split, None), Assigned(kept, 30)] == assign([split, kept], [GHOST])


def test_no_profile_is_lost_silently():
    with pytest.raises(AssertionError):
        assign([frozenset({ADA})], [GHOST])
