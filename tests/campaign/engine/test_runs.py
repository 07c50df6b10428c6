"""How customers come into journeys, how each goes on, and what ends it."""

import json

from rapport.campaign.v1.events_pb2 import JourneyEntered
from rapport.profile.v1 import events_pb2 as told

from tests.campaign.engine.world import (
    DAY,
    HOUR,
    MINUTE,
    at,
    consent,
    created,
    delay,
    did,
    graph,
    merged,
    name,
    on,
    send,
    trait,
    updated,
    wait,
)
from tests.segment.world import order


async def test_a_trigger_sees_a_trait_that_its_own_event_set(shop):
    await shop.publish("welcome", graph(delay("rest", HOUR), entry=trait("traits.plan", "gold")))

    await shop.take(created(1), updated(1, 1, traits={"plan": "gold"}), did(1, 1, "Signed Up"))
    await shop.take(created(2), updated(2, 1, traits={"plan": "tin"}), did(2, 2, "Signed Up"))

    assert [("welcome", 1, "rest", "time")] == await shop.runs()
    (entry,) = await shop.facts(JourneyEntered)
    assert (name(1), "journeys/welcome") == (entry.profile, entry.journey)


async def test_a_run_goes_step_by_step_at_its_own_times(shop):
    await shop.publish("welcome", graph(delay("rest", HOUR, "more"), delay("more", HOUR)))
    await shop.take(did(1, 1, "Signed Up", 5))

    await shop.until(5 + HOUR + MINUTE)
    assert [("welcome", 1, "more", "time")] == await shop.runs()
    await shop.until(DAY)

    assert [("welcome", 1, "more", "COMPLETED")] == await shop.runs()
    assert [
        ("rest", 0, "elapsed", 5, 5 + HOUR),
        ("more", 0, "elapsed", 5 + HOUR, 5 + 2 * HOUR),
    ] == await shop.way()
    assert ["COMPLETED"] == await shop.reasons()
    assert [] == await shop.rows("SELECT * FROM run_due")


async def test_a_late_timer_comes_to_the_same_as_a_punctual_one(shop):
    way = graph(
        delay("rest", MINUTE, "look"), wait("look", "Bought", MINUTE, "rest2", "rest2"), delay("rest2", 1)
    )
    await shop.publish("welcome", way)
    await shop.take(did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    # She bought while she should have been waiting for that; nobody had come round to it.
    shop.now = shop.now.replace(minute=1, second=30)
    await shop.take(did(3, 1, "Bought", 80))
    await shop.until(DAY)

    assert {
        ("rest", 0, "elapsed", 0, 60),
        ("look", 0, "event", 60, 80),
        ("rest2", 0, "elapsed", 80, 81),
        ("look", 0, "timeout", 60, 120),
        ("rest2", 0, "elapsed", 120, 121),
    } == set(await shop.way())
    outcomes = {row["profile_key"]: row["outcome"] for row in await shop.rows(LOOKS)}
    assert {1: "event", 2: "timeout"} == outcomes


async def test_an_event_takes_a_waiting_run_on_at_once(shop):
    await shop.publish("welcome", graph(wait("look", "Bought", HOUR, "rest"), delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(did(2, 1, "Bought", 30))
    assert [("welcome", 1, "rest", "time")] == await shop.runs()


async def test_an_event_from_before_the_deadline_wins_though_it_is_heard_of_later(shop):
    await shop.publish("welcome", graph(wait("look", "Bought", HOUR, "", "rest"), delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.until(HOUR + 30)
    await shop.take(did(2, 1, "Bought", HOUR - 1))
    assert [("look", 0, "event", 0, HOUR - 1)] == await shop.way()


async def test_after_the_lateness_the_timeout_has_won_for_good(shop):
    await shop.publish("welcome", graph(wait("look", "Bought", HOUR, "", "rest"), delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.until(HOUR + 61)
    await shop.take(did(2, 1, "Bought", HOUR - 1))
    assert ("look", 0, "timeout", 0, HOUR) == (await shop.way())[0]


async def test_a_goal_ends_a_run_in_the_middle_of_a_delay(shop):
    way = graph(delay("rest", DAY, "mail"), send("mail"), goal=on("Bought"))
    await shop.publish("welcome", way)
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(did(2, 1, "Bought", 60))

    assert [("welcome", 1, "rest", "GOAL_REACHED")] == await shop.runs()
    await shop.until(2 * DAY)
    assert [] == await shop.sends()
    assert ["GOAL_REACHED"] == await shop.reasons()


async def test_an_exit_that_becomes_true_of_her_ends_a_run_at_once(shop):
    await shop.publish(
        "welcome", graph(delay("rest", DAY), exits=[{"condition": trait("traits.left", True)}])
    )
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(updated(1, 1, traits={"left": True}))
    assert [("welcome", 1, "rest", "EXITED")] == await shop.runs()


async def test_a_decision_about_consent_can_end_a_run(shop):
    ends = {"condition": trait("consents.email.marketing", "denied")}
    await shop.publish("welcome", graph(delay("rest", DAY), exits=[ends]))
    await shop.take(consent(1, "GRANTED", 0), did(1, 1, "Signed Up"))
    await shop.take(consent(1, "DENIED", 60))
    assert [("welcome", 1, "rest", "EXITED")] == await shop.runs()


async def test_a_message_is_claimed_with_the_run_that_wants_it(shop):
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up", plan="gold", order_id="o-1"))

    (claimed,) = await shop.sends()
    (run,) = await shop.rows("SELECT * FROM run")
    assert (run["id"], run["awaits_send"]) == (claimed["run"], claimed["id"])
    assert ("journeys/welcome", "mail", "a", "email", "marketing", "hello") == tuple(
        claimed[name] for name in ("campaign", "step", "variant", "channel", "class", "template")
    )
    event = json.loads(claimed["data"])["event"]
    assert ("Signed Up", {"plan": "gold", "order_id": "o-1"}) == (event["event"], event["properties"])

    shop.now = shop.now.replace(minute=5)
    await shop.settle(seconds=5)
    await shop.until(MINUTE)
    assert [("mail", 0, "a", 0, 5), ("rest", 0, "", 5, None)] == await shop.way()
    assert [claimed["id"], None] == [
        row["send"] for row in await shop.rows("SELECT * FROM visit ORDER BY place")
    ]


async def test_a_message_that_was_held_back_may_end_the_run(shop):
    await shop.publish("welcome", graph(send("mail", "rest", when_held_back="LEAVE"), delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.settle(state=7)
    await shop.until(1)
    assert [("welcome", 1, "mail", "HELD_BACK")] == await shop.runs()


async def test_what_ends_a_run_takes_back_the_message_it_waits_for(shop):
    await shop.publish("welcome", graph(send("mail", "rest"), delay("rest", HOUR), goal=on("Bought")))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(did(2, 1, "Bought", 1))
    assert [7] == [row["state"] for row in await shop.sends()]
    assert [] == await shop.rows("SELECT * FROM send_due")


async def test_a_word_of_the_sender_is_not_lost_on_an_event_in_between(shop):
    ends = {"condition": trait("traits.left", True)}
    await shop.publish(
        "welcome", graph(send("mail", "rest"), delay("rest", HOUR), exits=[ends, on("Bought")])
    )
    await shop.take(did(1, 1, "Signed Up"))
    await shop.settle()
    await shop.take(did(2, 1, "Other"), updated(1, 1, traits={"left": False}))
    await shop.until(1)
    assert [("welcome", 1, "rest", "time")] == await shop.runs()


async def test_nobody_comes_in_twice_unless_it_is_said(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.until(HOUR)
    await shop.take(did(2, 1, "Signed Up", HOUR))
    assert 1 == len(await shop.runs())


async def test_she_may_come_in_again_when_the_run_before_has_ended(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE), reentry={"rule": "WHEN_ENDED"}))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(did(2, 1, "Signed Up", 30))
    assert 1 == len(await shop.runs())
    await shop.until(HOUR)
    await shop.take(did(3, 1, "Signed Up", HOUR))

    assert [0, 1] == [row["rotation"] for row in await shop.rows("SELECT * FROM run ORDER BY rotation")]


async def test_she_may_come_in_again_when_some_time_has_passed(shop):
    again = {"rule": "AFTER", "after": f"{DAY}s"}
    await shop.publish("welcome", graph(delay("rest", MINUTE), reentry=again))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.until(DAY)
    await shop.take(did(2, 1, "Signed Up", DAY - 1))
    assert 1 == len(await shop.runs())
    await shop.take(did(3, 1, "Signed Up", DAY))
    assert 2 == len(await shop.runs())


async def test_each_order_goes_its_own_way(shop):
    way = graph(delay("rest", HOUR), triggers=[on("Order Completed")], run_per="ORDER")
    await shop.publish("thanks", way)
    await shop.take(
        did(1, 1, "Order Completed", order_id="a"),
        did(2, 1, "Order Completed", order_id="b"),
        did(3, 1, "Order Completed", order_id="a"),
        did(4, 1, "Order Completed"),
    )
    assert ["a", "b"] == [row["entry"] for row in await shop.rows("SELECT * FROM run ORDER BY entry")]


async def test_an_order_as_it_stands_begins_a_journey_once(shop):
    big = {"all": [{"path": "properties.value", "compare": {"operator": "GTE", "value": 100}}]}
    triggers = [{"event": {"type": "order", "where": [big]}}]
    way = graph(delay("rest", 1), triggers=triggers, reentry={"rule": "WHEN_ENDED"})
    await shop.publish("thanks", way)
    await shop.take(
        order(told.OrderPlaced, "a", 1, 0, 1, total=50), order(told.OrderPlaced, "b", 2, 0, 1, total=150)
    )
    await shop.until(MINUTE)
    await shop.take(order(told.OrderUpdated, "b", 2, 0, 2, total=160, updated=50))
    await shop.take(order(told.OrderUpdated, "a", 1, 0, 2, total=100, updated=55))

    assert [(2, "orders/b@1"), (1, "orders/a@2")] == [
        (row["profile_key"], json.loads(row["document"])["event"]["id"])
        for row in await shop.rows("SELECT * FROM run ORDER BY started_us")
    ]


async def test_what_comes_out_of_the_past_starts_nothing_and_takes_nothing_on(shop):
    await shop.publish("welcome", graph(wait("look", "Bought", HOUR), goal=on("Paid")))
    await shop.take(did(1, 1, "Signed Up", historical=True))
    assert [] == await shop.runs()
    await shop.take(did(2, 1, "Signed Up"))
    await shop.take(did(3, 1, "Bought", 10, historical=True), did(4, 1, "Paid", 10, historical=True))
    assert [("welcome", 1, "look", "event")] == await shop.runs()


async def test_an_activity_counts_once_however_often_it_is_told(shop):
    await shop.publish("welcome", graph(delay("rest", 1), reentry={"rule": "WHEN_ENDED"}))
    await shop.take(did(1, 1, "Signed Up"), did(1, 1, "Signed Up"))
    await shop.until(MINUTE)
    await shop.take(did(1, 1, "Signed Up"))
    assert 1 == len(await shop.runs())


async def test_what_arrives_long_after_it_happened_begins_when_it_arrives(shop):
    await shop.publish("welcome", graph(delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up", -10 * DAY, received=0))
    assert [("rest", 0, "", 0, None)] == await shop.way()


async def test_what_happened_after_the_trigger_but_came_before_it_counts(shop):
    await shop.publish("welcome", graph(delay("rest", HOUR), goal=on("Bought")))
    await shop.take(did(1, 1, "Bought", 10))
    await shop.take(did(2, 1, "Signed Up", 5))
    assert ["GOAL_REACHED"] == [run[3] for run in await shop.runs()]


async def test_a_paused_journey_takes_nobody_in_and_loses_nobody(shop):
    way = graph(delay("rest", MINUTE, "look"), wait("look", "Bought", HOUR, "mail", "mail"), send("mail"))
    await shop.publish("welcome", way)
    await shop.take(did(1, 1, "Signed Up"))
    await shop.be("welcome", "PAUSED")
    await shop.take(did(2, 2, "Signed Up", 10), did(3, 1, "Bought", 2 * MINUTE))
    await shop.until(DAY)
    assert [("welcome", 1, "rest", "time")] == await shop.runs()
    assert [] == await shop.rows("SELECT * FROM run_due")

    await shop.be("welcome", "LIVE")
    await shop.until(DAY + 1)
    assert [("welcome", 1, "mail", "send")] == await shop.runs()
    assert [("rest", "elapsed", 60), ("look", "event", 120), ("mail", "", None)] == [
        (step, outcome, done) for step, _, outcome, _, done in await shop.way()
    ]


async def test_archiving_ends_every_run_with_its_reason(shop):
    await shop.publish("welcome", graph(delay("rest", DAY)))
    await shop.take(did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    await shop.be("welcome", "ARCHIVED")
    await shop.until(1)
    assert ["ARCHIVED", "ARCHIVED"] == [run[3] for run in await shop.runs()]


async def test_waiting_runs_stay_on_their_version_and_new_ones_take_the_newest(shop):
    await shop.publish("welcome", graph(wait("old", "Bought", DAY, "rest"), delay("rest", HOUR)))
    await shop.take(did(1, 1, "Signed Up"))
    await shop.publish("welcome", graph(delay("new", DAY)))
    await shop.publish("welcome", graph(delay("newer", DAY)))
    await shop.publish("welcome", graph(delay("newest", DAY)))
    await shop.publish("welcome", graph(delay("last", DAY)))
    shop.restart()
    await shop.take(did(2, 2, "Signed Up"), did(3, 1, "Bought", 10))
    assert [("welcome", 1, "rest", "time"), ("welcome", 2, "last", "time")] == await shop.runs()


async def test_of_two_runs_about_the_same_the_older_goes_on_after_a_merge(shop):
    await shop.publish("welcome", graph(wait("look", "Bought", DAY, "rest"), delay("rest", HOUR)))
    await shop.publish("other", graph(delay("rest", DAY)))
    await shop.take(did(1, 2, "Signed Up", 0))
    await shop.take(did(2, 1, "Signed Up", 10))
    await shop.take(merged(1, 2))

    assert [("other", 1, "rest", "time"), ("welcome", 1, "look", "event")] == [
        run for run in await shop.runs() if run[3] != "MERGED"
    ]
    assert ["MERGED", "MERGED"] == await shop.reasons()
    oldest = await shop.rows("SELECT * FROM run WHERE end_us IS NULL")
    assert {2} == {row["origin_key"] for row in oldest}
    # She goes on under her new number, and by what is still told under the old one.
    await shop.take(did(3, 2, "Bought", 60))
    assert ("welcome", 1, "rest", "time") in await shop.runs()


async def test_what_either_did_before_a_merge_counts_for_both(shop):
    await shop.publish("welcome", graph(delay("rest", DAY), goal=on("Bought")))
    await shop.take(did(1, 1, "Signed Up", 0))
    await shop.take(did(2, 2, "Bought", 10))
    await shop.take(merged(1, 2))
    assert ["GOAL_REACHED"] == [run[3] for run in await shop.runs()]


async def test_who_was_in_under_either_name_does_not_come_in_again(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(did(1, 2, "Signed Up", 0))
    await shop.until(HOUR)
    await shop.take(merged(1, 2), did(2, 1, "Signed Up", HOUR))
    assert 1 == len(await shop.runs())


async def test_who_lives_by_herself_again_goes_on_with_the_runs_she_began(shop):
    await shop.publish("welcome", graph(delay("rest", DAY), reentry={"rule": "WHEN_ENDED"}))
    await shop.take(created(1), created(2), did(1, 2, "Signed Up", 0))
    await shop.take(merged(1, 2))
    await shop.take(created(2), updated(2, 5))
    assert [("welcome", 2, "rest", "time")] == await shop.runs()
    await shop.take(did(2, 1, "Signed Up", 5))
    assert 2 == len(await shop.runs())


async def test_brands_do_not_meet(shop):
    await shop.publish("welcome", graph(delay("rest", DAY)))
    await shop.publish("hello", graph(delay("rest", DAY)), workspace="zen")
    await shop.take(did(1, 1, "Signed Up"))
    await shop.take(did(1, 1, "Signed Up"), workspace="zen")
    assert [("welcome", 1, "rest", "time")] == await shop.runs()
    assert [("hello", 1, "rest", "time")] == await shop.runs("zen")


async def test_one_broken_run_does_not_keep_its_neighbours_waiting(shop):
    await shop.publish("welcome", graph(delay("rest", MINUTE)))
    await shop.take(did(1, 1, "Signed Up"), did(2, 2, "Signed Up"))
    await shop.rows("UPDATE run SET step = 'gone' WHERE profile_key = 1")
    await shop.until(HOUR)
    assert {(1, "time"), (2, "COMPLETED")} == {(run[1], run[3]) for run in await shop.runs()}
    (due,) = await shop.rows("SELECT * FROM run_due")
    assert at(2 * HOUR) == due["due_us"]


LOOKS = """
SELECT r.profile_key, v.outcome FROM visit v JOIN run r ON r.id = v.run WHERE v.step = 'look'
"""
