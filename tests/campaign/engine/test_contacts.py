"""What is known of customers: in any order, and however often it is told."""

from tests.campaign.engine.world import consent, created, merged, updated


async def test_the_newest_revision_holds_in_whatever_order_they_come(shop):
    await shop.take(created(1), updated(1, 3, traits={"city": "Graz"}))
    await shop.take(updated(1, 2, traits={"city": "Wien"}))

    contact = await shop.contact(1)

    assert (3, {"city": "Graz"}) == (contact.revision, contact.traits)
    assert "1@example.com" == contact.email


async def test_within_one_batch_the_newest_revision_holds(shop):
    await shop.take(updated(1, 3, traits={"a": 3}), updated(1, 2, traits={"a": 2}))
    assert {"a": 3} == (await shop.contact(1)).traits


async def test_who_is_first_named_by_a_consent_is_known(shop):
    await shop.take(consent(1, "GRANTED"))
    contact = await shop.contact(1)
    assert contact.consented("email", "marketing", shop.now)


async def test_of_two_decisions_the_newest_by_its_own_time_holds(shop):
    await shop.take(consent(1, "DENIED", 10))
    await shop.take(consent(1, "GRANTED", 5))
    assert not (await shop.contact(1)).consented("email", "marketing", shop.now)


async def test_a_grant_ends_by_itself(shop):
    await shop.take(consent(1, "GRANTED", 0, expires=100))
    kept = (await shop.contact(1)).consents["email", "marketing"]
    assert 100 == (kept.expires - kept.decided).total_seconds()


async def test_a_decision_that_was_anothers_holds_no_more(shop):
    await shop.take(consent(1, "DENIED", 5), consent(1, "GRANTED", 10))
    await shop.take(consent(1, "DENIED", 5, handed=True))
    assert not (await shop.contact(1)).consented("email", "marketing", shop.now)

    await shop.take(consent(1, "CONSENT_DECISION_UNSPECIFIED", handed=True))
    assert {} == (await shop.contact(1)).consents


async def test_what_was_told_before_late_evidence_does_not_come_back_with_a_replay(shop):
    early = shop.letter(consent(1, "GRANTED", 10))
    await shop.take(consent(1, "CONSENT_DECISION_UNSPECIFIED", handed=True))
    await shop.take_letters([early])
    assert {} == (await shop.contact(1)).consents


async def test_an_absorbed_customer_is_found_by_either_number_and_decided_for_both(shop):
    await shop.take(updated(1, 1, traits={"a": 1}), updated(2, 7, traits={"a": 2}))
    await shop.take(consent(1, "GRANTED", 1), consent(2, "DENIED", 2))
    await shop.take(merged(1, 2))

    contact = await shop.contact(2)

    assert (1, {"a": 1}) == (contact.key, contact.traits)
    assert not contact.consented("email", "marketing", shop.now)


async def test_a_late_state_of_an_absorbed_number_is_not_the_survivors(shop):
    await shop.take(updated(1, 1, traits={"a": 1}), updated(2, 7))
    await shop.take(merged(1, 2))
    await shop.take(updated(2, 8, traits={"a": 2}))
    assert {"a": 1} == (await shop.contact(1)).traits


async def test_merges_follow_one_another_also_within_one_batch(shop):
    await shop.take(created(1), created(2), created(3), merged(2, 3), merged(1, 2), updated(1, 9))
    assert {1} == {(await shop.contact(key)).key for key in (1, 2, 3)}


async def test_a_repeated_merge_does_not_undo_a_parting(shop):
    joining, meeting = shop.letter(merged(1, 2)), shop.letter(created(2))
    await shop.take_letters([meeting])
    await shop.take_letters([joining])
    await shop.take(created(2), updated(2, 5, traits={"own": True}))
    await shop.take_letters([joining])

    assert 2 == (await shop.contact(2)).key

    await shop.take(merged(1, 2))
    await shop.take_letters([meeting])
    assert 1 == (await shop.contact(2)).key


async def test_one_batch_may_join_and_part_and_join_again(shop):
    await shop.take(created(1), created(2), merged(1, 2), created(2), updated(2, 2), merged(2, 1))
    assert {2} == {(await shop.contact(key)).key for key in (1, 2)}


async def test_customers_of_one_brand_are_nobody_in_another(shop):
    await shop.take(updated(1, 1), workspace="shop")
    assert await shop.contact(1, workspace="zen") is None
