"""How a run goes on: each rule of waits, one customer at a time."""

import pytest

from services.campaign.domain.machine import EndReason, SendOutcome, Sent, Waiting, moved
from tests.campaign.domain.world import (
    HOUR,
    SECOND,
    START,
    Walk,
    bought,
    branch,
    delay,
    graph,
    order,
    run,
    send,
    split,
    trait,
    wait,
)

MINUTES = 60
HOURS = 3600


def test_a_run_goes_from_its_trigger_through_waits_and_messages_to_its_end():
    walk = Walk(graph(delay("later", "hello"), send("hello", "bye"), delay("bye")))
    assert ("later", HOURS) == (walk.at(1).run.step, walk.wakes)
    walk.at(HOURS)
    assert ("hello", None, ["hello"]) == (walk.run.step, walk.wakes, walk.sends)
    walk.sent(HOURS + 5)
    assert ("bye", 2 * HOURS + 5) == (walk.run.step, walk.wakes)
    assert EndReason.COMPLETED == walk.at(2 * HOURS + 5).ended
    assert {("later", 0): "elapsed", ("hello", 0): "a", ("bye", 0): "elapsed"} == walk.outcomes


def test_a_delay_counts_from_when_it_happened_and_not_from_when_we_came_round_to_it():
    walk = Walk(graph(delay("one", "other"), delay("other")))
    assert HOURS == walk.at(20 * MINUTES).wakes
    assert 2 * HOURS == walk.at(HOURS + 10 * MINUTES).wakes


def test_after_a_message_time_counts_from_when_it_went_out():
    """A run that was held for days does not send one message right after the other."""
    walk = Walk(graph(delay("one", "hello"), send("hello", "two"), delay("two", "again"), send("again")))
    walk.at(0).at(50 * HOURS).sent(50 * HOURS + 1)
    assert 51 * HOURS + 1 == walk.wakes
    assert ["hello"] == walk.sends


def test_an_event_before_the_deadline_takes_a_run_on_at_once():
    walk = Walk(graph(wait("order", "yes", "no"), delay("yes"), delay("no")))
    walk.at(0).heard.append(order(600))
    walk.at(601)
    assert ("yes", 600 + HOURS) == (walk.run.step, walk.wakes)
    assert "event" == walk.outcomes["order", 0]


def test_without_an_event_the_timeout_takes_it_on_when_the_lateness_is_over():
    walk = Walk(graph(wait("order", "yes", "no"), delay("yes"), delay("no")))
    assert HOURS + 60 == walk.at(0).wakes
    assert "order" == walk.at(HOURS + 59).run.step
    walk.at(HOURS + 60)
    assert ("no", "timeout") == (walk.run.step, walk.outcomes["order", 0])
    # The lateness is ours, and not the customer's: her time goes on from the deadline.
    assert 2 * HOURS == walk.wakes


@pytest.mark.parametrize(
    ("happened", "step"),
    [
        (HOURS - 0.000001, "yes"),
        # At the very instant of the deadline the timeout wins.
        (HOURS, "no"),
        (HOURS + 1, "no"),
    ],
)
@pytest.mark.parametrize("looks", [(HOURS + 60,), (HOURS, HOURS + 60), (HOURS + 1, HOURS + 30, HOURS + 60)])
def test_event_time_decides_between_event_and_timeout_however_often_we_look(happened, step, looks):
    """Heard of within the lateness, before or after the deadline: it comes to the same."""
    for heard_before in range(len(looks)):
        walk = Walk(graph(wait("order", "yes", "no"), delay("yes"), delay("no"))).at(0)
        for number, seconds in enumerate(looks):
            if number == heard_before:
                walk.heard.append(order(happened))
            if walk.run.step == "order":
                walk.at(seconds)
        assert step == walk.run.step


def test_the_lateness_is_as_the_step_says():
    walk = Walk(graph(wait("order", "yes", "no", lateness="600s"), delay("yes"), delay("no")))
    assert HOURS + 600 == walk.at(0).wakes
    walk.at(HOURS + 599).heard.append(order(HOURS - 1))
    assert "yes" == walk.at(HOURS + 600).run.step
    hasty = Walk(graph(wait("order", "yes", "no", lateness="0s"), delay("yes"), delay("no")))
    assert "no" == hasty.at(0).at(HOURS).run.step


def test_what_was_heard_before_the_wait_was_looked_at_is_not_lost():
    """Register first, then check: between the run's start and the first look something may have happened."""
    walk = Walk(graph(wait("order", "yes", "no"), delay("yes"), delay("no")), heard=[order(2)])
    assert "yes" == walk.at(30).run.step


def test_what_happened_between_the_end_of_a_delay_and_our_look_is_not_lost():
    walk = Walk(graph(delay("later", "order"), wait("order", "yes", "no"), delay("yes"), delay("no")))
    walk.at(0).heard.append(order(HOURS + 1))
    assert "yes" == walk.at(HOURS + 10 * MINUTES).run.step


def test_a_wait_sees_what_she_did_since_the_step_began():
    walk = Walk(graph(delay("later", "order"), wait("order", "yes", "no"), delay("yes"), delay("no")))
    walk.heard.append(order(10))
    assert "order" == walk.at(0).at(HOURS).run.step


def test_a_wait_since_the_start_sees_what_she_did_since_the_run_began():
    since_start = wait("order", "yes", "no", since_start=True)
    walk = Walk(graph(delay("later", "order"), since_start, delay("yes"), delay("no")), heard=[order(10)])
    walk.at(0).at(HOURS)
    assert "yes" == walk.run.step
    # Her time does not go back.
    assert 2 * HOURS == walk.wakes


def test_one_event_is_taken_for_one_wait():
    walk = Walk(graph(wait("one", "two"), wait("two", "done"), delay("done")), heard=[order(5)])
    assert "two" == walk.at(6).run.step
    walk.heard.append(order(7))
    assert "done" == walk.at(8).run.step


def test_a_wait_takes_only_what_is_meant():
    large = bought(
        where=[{"all": [{"path": "properties.total", "compare": {"operator": "GTE", "value": 50}}]}]
    )
    walk = Walk(graph(wait("order", "yes", "no", event=large), delay("yes"), delay("no")))
    walk.heard += [order(5, total=49), order(6, total=80, name="Cart Viewed")]
    assert "order" == walk.at(10).run.step
    walk.heard.append(order(7, total=50))
    assert "yes" == walk.at(11).run.step


def test_a_goal_ends_a_run_at_once_in_the_middle_of_a_delay():
    walk = Walk(
        graph(delay("later", "hello"), send("hello"), goal={"display_name": "sold", "event": bought()})
    )
    walk.at(0).heard.append(order(600))
    assert EndReason.GOAL_REACHED == walk.at(601).ended
    assert ("sold", START + 600 * SECOND) == (walk.progress.ended.display_name, walk.progress.ended.time_us)
    assert ([], None, None) == (walk.sends, walk.run.wait, walk.run.wake_us)
    assert {("later", 0): "GOAL_REACHED"} == walk.outcomes


def test_an_exit_ends_a_run_at_once_while_a_message_waits():
    walk = Walk(graph(send("hello"), exits=[{"event": bought()}])).at(0)
    walk.heard.append(order(600))
    assert EndReason.EXITED == walk.at(601).ended


def test_a_goal_that_was_reached_before_the_run_was_looked_at_sends_nothing():
    walk = Walk(graph(send("hello"), goal={"event": bought()}), heard=[order(1)])
    assert EndReason.GOAL_REACHED == walk.at(2).ended
    assert [] == walk.sends


def test_what_began_a_run_never_is_its_goal():
    walk = Walk(graph(delay("later"), goal={"event": bought()}), heard=[order(0), order(-5)])
    assert "" == walk.at(1).ended
    walk.heard.append(order(0.000001))
    assert EndReason.GOAL_REACHED == walk.at(2).ended


def test_what_became_true_of_her_ends_a_run_at_once():
    walk = Walk(graph(delay("later"), goal={"condition": trait("traits.stage", "active")}))
    assert "" == walk.at(1).ended
    walk.traits["stage"] = "active"
    assert EndReason.GOAL_REACHED == walk.at(2).ended


def test_a_segment_she_comes_into_ends_a_run_at_once():
    walk = Walk(graph(delay("later"), exits=[{"condition": {"segment": {"segment": "segments/lost"}}}])).at(1)
    walk.segments = frozenset(("segments/lost",))
    assert EndReason.EXITED == walk.at(2).ended
    assert {"segments/lost"} == walk.graph.watched_segments


def test_a_run_wakes_when_time_alone_makes_an_exit_true():
    soon = {"trait": {"path": "traits.ends", "compare": {"operator": "WITHIN_NEXT", "duration": "600s"}}}
    walk = Walk(graph(delay("later"), exits=[{"condition": soon}]), traits={"ends": "2026-11-22T12:30:00Z"})
    assert 20 * MINUTES == walk.at(0).wakes
    assert "" == walk.at(20 * MINUTES - 1).ended
    assert EndReason.EXITED == walk.at(20 * MINUTES).ended


def test_of_a_goal_and_an_exit_what_happened_first_counts():
    said = {"goal": {"event": bought()}, "exits": [{"event": {"type": "track", "names": ["Left"]}}]}
    for goal, exit, reason in ((10, 20, "GOAL_REACHED"), (20, 10, "EXITED"), (10, 10, "GOAL_REACHED")):
        walk = Walk(graph(delay("later"), **said))
        walk.heard += [order(exit, name="Left"), order(goal)]
        assert reason == walk.at(30).ended


def test_a_branch_takes_the_first_way_that_holds_now():
    said = (trait("traits.tier", "gold"), "gold"), (trait("traits.tier", None, "EXISTS"), "some")
    tier = branch("tier", "none", *said)
    drawn = graph(tier, delay("gold"), delay("some"), delay("none"))
    for traits, step, outcome in (
        ({"tier": "gold"}, "gold", "paths[0]"),
        ({"tier": "blue"}, "some", "paths[1]"),
        ({}, "none", "else"),
    ):
        walk = Walk(drawn, traits=traits).at(0)
        assert (step, outcome) == (walk.run.step, walk.outcomes["tier", 0])


def test_a_run_about_somebody_in_another_zone_waits_by_her_clocks():
    walk = Walk(graph(delay("nine", local_time="09:00")), zone="Asia/Kathmandu")
    # It is 17:45 there: nine o'clock is fifteen hours and a quarter away.
    assert 15.25 * HOURS == walk.at(0).wakes


@pytest.mark.parametrize("came_to", [*Sent])
def test_a_run_goes_on_whatever_became_of_its_message(came_to):
    walk = Walk(graph(send("hello", "bye"), delay("bye"))).at(0).sent(9, came_to)
    assert "bye" == walk.run.step
    assert ("a" if came_to is Sent.HANDED_OVER else f"a {came_to}") == walk.outcomes["hello", 0]


def test_a_step_that_says_leave_ends_the_run_when_its_message_is_held_back():
    drawn = graph(send("hello", "bye", when_held_back="LEAVE"), delay("bye"))
    assert EndReason.HELD_BACK == Walk(drawn).at(0).sent(9, Sent.HELD_BACK).ended
    assert "bye" == Walk(drawn).at(0).sent(9, Sent.HELD_OUT).run.step


def test_a_run_waits_for_its_own_message_and_no_other():
    walk = Walk(graph(send("one", "two"), send("two"))).at(0)
    first = walk.run.awaits_send
    walk.sent(5)
    walk.at(6, SendOutcome(first, Sent.HANDED_OVER, START + 5 * SECOND))
    assert ("two", "", ["one", "two"]) == (walk.run.step, walk.ended, walk.sends)
    assert EndReason.COMPLETED == walk.sent(7).ended


def test_a_message_is_wanted_as_its_step_says():
    drawn = graph(
        send("hello", when_held_back="WAIT", wait_at_most="7200s"),
        exempt_from_support_quiet_period=True,
        holdout_basis_points=500,
    )
    wanted = Walk(drawn).at(10).progress.send
    assert ("hello", 0, "a", "templates/hello", "WAIT") == (
        wanted.step,
        wanted.visit,
        wanted.variant,
        wanted.template,
        wanted.when_held_back,
    )
    assert START + 10 * SECOND + 2 * HOUR == wanted.wait_until_us
    assert (True, 500) == (wanted.exempt_from_support_quiet_period, wanted.holdout_basis_points)


def test_each_visit_of_a_step_is_one_of_its_own():
    loop = branch("again", "", (trait("traits.again", True), "hello"))
    walk = Walk(graph(send("hello", "later"), delay("later", "again"), loop), traits={"again": True})
    walk.at(0).sent(1).at(HOURS + 1)
    assert 1 == walk.progress.send.visit
    walk.sent(HOURS + 2).traits.clear()
    walk.at(2 * HOURS + 2)
    assert EndReason.COMPLETED == walk.ended
    assert ["again", "hello", "later"] == sorted({step for step, _ in walk.outcomes})
    assert {0, 1} == {visit for _, visit in walk.outcomes}


def test_chance_is_the_same_for_one_customer_and_fair_over_many():
    drawn = graph(split("half", "left", "right"), delay("left"), delay("right"))
    steps = [Walk(drawn, run(profile=f"profiles/{number}")).at(0).run.step for number in range(2000)]
    assert steps == [Walk(drawn, run(profile=f"profiles/{number}")).at(9).run.step for number in range(2000)]
    assert 900 < steps.count("left") < 1100


def test_one_experiment_gives_the_same_way_in_every_journey():
    named = graph(split("half", "left", "right", experiment="colour"), delay("left"), delay("right"))
    unnamed = graph(split("half", "left", "right"), delay("left"), delay("right"))

    def ways(drawn, journey):
        return [Walk(drawn, run(profile=f"{n}", journey=journey)).at(0).run.step for n in range(100)]

    assert ways(named, "one") == ways(named, "other")
    assert ways(unnamed, "one") != ways(unnamed, "other")


def test_a_long_way_is_gone_on_with_later():
    steps = [
        branch(f"step-{number}", f"step-{number + 1}", (trait("traits.x", 1), "")) for number in range(150)
    ]
    walk = Walk(graph(*steps, delay("step-150"))).at(5)
    assert (5, "step-100") == (walk.wakes, walk.run.step)
    walk.at(5)
    assert ("step-150", HOURS) == (walk.run.step, walk.wakes)


def test_a_run_goes_on_by_the_version_it_began_with():
    """An edit makes another graph; who waits is not moved by it, whatever became of her step."""
    before = graph(delay("later", "hello"), send("hello"))
    edited = graph(send("welcome"), delay("later", "welcome", duration="60s"))
    walk = Walk(before).at(0)
    assert HOURS == walk.wakes
    assert ["hello"] == walk.at(HOURS).sends
    assert ["welcome"] == Walk(edited).at(0).sends


def test_a_run_that_is_moved_to_a_wait_of_the_same_kind_waits_no_longer_than_it_would_have():
    walk = Walk(graph(delay("later"))).at(0)
    longer = graph(delay("much-later", "bye", duration="86400s"), send("bye"))
    walk.run, visits = moved(walk.run, longer.steps["much-later"], START + 60 * SECOND)
    assert [("later", 0, "migrated"), ("much-later", 0, "")] == [(v.step, v.visit, v.outcome) for v in visits]
    walk.graph = longer
    assert HOURS == walk.at(61).wakes
    assert ["bye"] == walk.at(HOURS).sends


def test_a_run_that_is_moved_to_another_kind_of_step_arrives_there_now():
    walk = Walk(graph(delay("later"))).at(0)
    walk.graph = graph(wait("order", "yes", "no"), delay("yes"), delay("no"))
    walk.run, _ = moved(walk.run, walk.graph.steps["order"], START + 60 * SECOND)
    assert (None, "order") == (walk.run.wait, walk.run.step)
    walk.heard += [order(59)]
    assert 60 + HOURS + 60 == walk.at(70).wakes
    assert Waiting.EVENT is walk.run.wait.kind


def test_a_run_that_is_moved_while_its_message_is_on_its_way_waits_for_that_one():
    walk = Walk(graph(send("hello"))).at(0)
    walk.graph = graph(send("greeting", "bye"), delay("bye"))
    walk.run, _ = moved(walk.run, walk.graph.steps["greeting"], START + 5 * SECOND)
    assert None is walk.wakes
    assert ["hello"] == walk.at(6).sends
    assert "bye" == walk.sent(9).run.step
    assert "a" == walk.outcomes["greeting", 0]


def test_a_run_that_is_moved_to_the_same_step_is_looked_at_by_the_new_graph():
    walk = Walk(graph(wait("order", "yes", "no"), delay("yes"), delay("no"))).at(0)
    walk.graph = graph(wait("order", "yes", "no", lateness="600s"), delay("yes"), delay("no"))
    walk.run, visits = moved(walk.run, walk.graph.steps["order"], START + 5 * SECOND)
    assert ((), 5) == (visits, walk.wakes)
    assert HOURS + 600 == walk.at(6).wakes
