"""Customers who become one, and part again: nothing is decided on half of what is known of them."""

from datetime import timedelta

from tests.campaign.engine.world import (
    DAY,
    HOUR,
    MERGE,
    MINUTE,
    NOON,
    consent,
    created,
    delay,
    did,
    entered,
    graph,
    merged,
    moved,
    on,
    trait,
    updated,
    wait,
)


async def test_a_merge_ends_no_run_before_what_is_known_of_both_is_told(shop):
    gone = {"condition": {"not": trait("traits.plan", "gold")}}
    for slug in ("together", "apart"):
        await shop.publish(slug, graph(delay("rest", DAY), exits=[gone]))
    await shop.take(created(1), updated(1, 1), created(2), updated(2, 1, traits={"plan": "gold"}))
    await shop.take(did(1, 2, "Signed Up"))
    joining, known = merged(1, 2, revision=2), updated(1, 2, traits={"plan": "gold"})

    await shop.take(joining)
    shop.restart()
    await shop.until(HOUR)
    await shop.take(did(2, 1, "Other", HOUR))
    await shop.take(known)

    assert {"time"} == {run[3] for run in await shop.runs()}
    await shop.take(updated(1, 3, traits={"plan": "tin"}))
    assert {"EXITED"} == {run[3] for run in await shop.runs()}


async def test_after_a_merge_a_run_takes_its_way_by_what_is_known_of_both(shop):
    golden = {"condition": trait("traits.plan", "gold"), "next": "gold"}
    way = graph(
        wait("look", "Bought", DAY, "which"),
        {"id": "which", "branch": {"paths": [golden]}, "next": "tin"},
        delay("gold", HOUR),
        delay("tin", HOUR),
    )
    await shop.publish("welcome", way)
    await shop.take(updated(1, 1), updated(2, 1, traits={"plan": "gold"}))
    await shop.take(did(1, 1, "Signed Up"), did(2, 2, "Bought", 10))
    await shop.take(merged(1, 2, revision=2))
    await shop.take(updated(1, 2, traits={"plan": "gold"}))
    assert [("welcome", 1, "gold", "time")] == await shop.runs()


async def test_timers_wait_too_until_what_is_known_of_both_is_told(shop):
    gone = {"condition": {"not": trait("traits.plan", "gold")}}
    await shop.publish("welcome", graph(delay("rest", MINUTE, "more"), delay("more", DAY), exits=[gone]))
    await shop.take(updated(1, 1), updated(2, 1, traits={"plan": "gold"}), did(1, 2, "Signed Up"))
    await shop.take(merged(1, 2, revision=2))
    await shop.until(HOUR)
    assert [("welcome", 1, "rest", "time")] == await shop.runs()
    await shop.take(updated(1, 2, traits={"plan": "gold"}))
    assert [("welcome", 1, "more", "time")] == await shop.runs()


async def test_who_enters_a_segment_by_a_merge_comes_in_by_what_is_known_of_both(shop):
    begins = {"triggers": [{"segment_entered": "segments/vip"}], "entry": trait("traits.plan", "gold")}
    await shop.publish("vips", graph(delay("rest", DAY), **begins))
    await shop.take(updated(1, 1), updated(2, 1, traits={"plan": "gold"}))
    await shop.take(merged(1, 2, revision=2))
    await shop.take(entered(1, 1, "vip", cause=MERGE))
    await shop.until(1)
    await shop.take(updated(1, 2, traits={"plan": "gold"}))
    await shop.until(5)
    assert [("vips", 1, "rest", "time")] == await shop.runs()


async def test_what_was_done_under_an_identifier_goes_with_it(shop):
    await shop.publish("welcome", graph(wait("look", "Bought", DAY, "rest"), delay("rest", HOUR)))
    await shop.take(created(1), created(2), did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    # Told of the first, under an identifier that turns out to be the second's.
    await shop.publish("other", graph(delay("rest", DAY), triggers=[on("Began")], goal=on("Paid")))
    await shop.take(did(3, 2, "Began"), did(4, 1, "Paid", 10, anchor=77), did(5, 1, "Other", 11))
    assert "other" in {run[0] for run in await shop.runs() if run[3] == "time"}

    await shop.take(moved(1, 2, 77))
    await shop.until(1)

    assert {("other", 2, "rest", "GOAL_REACHED")} < set(await shop.runs())
    assert {2} == {row["profile_key"] for row in await shop.rows("SELECT * FROM heard WHERE anchor = 77")}


async def test_what_moved_to_somebody_else_does_not_move_again_when_that_is_told_again(shop):
    await shop.publish("other", graph(delay("rest", DAY), triggers=[on("Began")], goal=on("Paid")))
    await shop.take(created(1), created(2), did(1, 1, "Paid", 10, anchor=77))
    there = shop.letter(moved(1, 2, 77))
    await shop.take_letters([there])
    await shop.take(moved(2, 1, 77))
    await shop.take_letters([there])
    assert [1] == [row["profile_key"] for row in await shop.rows("SELECT * FROM heard")]


async def test_who_parts_again_keeps_what_was_done_under_her_own_identifiers(shop):
    await shop.publish("other", graph(delay("rest", DAY), triggers=[on("Began")], goal=on("Paid")))
    await shop.take(created(1), created(2), did(1, 2, "Began"), merged(1, 2))
    # Under the survivor's number, as long as they were one; but not of this journey's person.
    await shop.take(did(2, 1, "Bought", 5, anchor=1002))
    await shop.take(created(2), moved(1, 2, 1002), updated(1, 9), updated(2, 9))
    await shop.take(did(3, 2, "Paid", 20))
    assert [("other", 2, "rest", "GOAL_REACHED")] == await shop.runs()


async def test_a_grant_that_runs_out_ends_a_run_in_that_instant(shop):
    gone = {"condition": {"not": trait("consents.email.marketing", "granted")}}
    await shop.publish("welcome", graph(delay("rest", DAY), exits=[gone]))
    await shop.take(consent(1, "GRANTED", 0, expires=HOUR), did(1, 1, "Signed Up"))
    await shop.until(HOUR - 1)
    assert [("welcome", 1, "rest", "time")] == await shop.runs()
    await shop.until(HOUR)
    assert [("welcome", 1, "rest", "EXITED")] == await shop.runs()


async def test_many_merges_of_one_batch_are_as_those_of_many(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE), reentry={"rule": "WHEN_ENDED"}))
    await shop.take(*(did(key, key, "Signed Up") for key in range(1, 9)))
    await shop.until(HOUR)
    await shop.take(merged(7, 8))
    shop.now = NOON + timedelta(hours=2)
    await shop.take(merged(2, 1), merged(3, 2), merged(5, 4), merged(5, 3), merged(6, 7))
    assert {1: 5, 2: 5, 3: 5, 4: 5, 5: None, 6: None, 7: 6, 8: 6} == {
        row["key"]: row["merged_into"] for row in await shop.rows("SELECT * FROM contact")
    }
    assert [5] * 5 + [6] * 3 == sorted(row["profile_key"] for row in await shop.rows("SELECT * FROM run"))
