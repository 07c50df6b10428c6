"""What keeps a journey from being published, said where it stands."""

import pytest

from services.campaign.domain.check import Named, problems, unanswerable, warnings
from tests.campaign.domain.world import bought, branch, delay, graph, send, split, trait, wait

THERE = Named(frozenset(("templates/hello",)), frozenset(("segments/vip",)))
VIP = {"segment": {"segment": "segments/vip"}}


def found(*steps, **more) -> dict[str, str]:
    return {each.path: each.sentence for each in problems(graph(*steps, **more), THERE)}


def odd(*steps, **more) -> dict[str, str]:
    return {each.path: each.sentence for each in warnings(graph(*steps, **more))}


def test_a_journey_that_uses_everything_can_be_published():
    steps = (
        delay("first", "order", local_time="09:00"),
        wait("order", "ways", "half"),
        branch("ways", "half", (VIP, "hello"), (trait("trigger.properties.total", 5, "GT"), "monday")),
        split("half", "hello", "monday"),
        delay("monday", "birthday", weekday={"weekday": 1}),
        delay("birthday", "hello", date={"path": "traits.birthday", "offset": "-86400s"}),
        send("hello", "done"),
        delay("done"),
    )
    more = {
        "triggers": [
            {"event": bought()},
            {"segment_entered": "segments/vip"},
            {"segment_exited": "segments/vip"},
        ],
        "entry": {"all": {"of": [VIP, trait("entry.order_id", "x"), trait("computed.order_count", 1)]}},
        "run_per": "CART",
        "reentry": {"rule": "AFTER", "after": "86400s"},
        "goal": {"display_name": "sold", "event": bought()},
        "exits": [{"condition": trait("consents.email.marketing", "denied")}, {"event": {"type": "order"}}],
    }
    assert {} == found(*steps, **more)
    assert {} == odd(*steps, **more)


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (delay("one", "gone"), "steps[0].next"),
        (wait("one", "", "gone"), "steps[0].wait_for_event.next_on_timeout"),
        (branch("one", "", (VIP, "gone")), "steps[0].branch.paths[0].next"),
        (branch("one", "gone", (VIP, "")), "steps[0].next"),
        (split("one", "", "gone"), "steps[0].split.paths[1].next"),
    ],
)
def test_a_way_to_a_step_that_is_not_there_is_refused(step, path):
    assert {path: "'gone' is no step"} == found(step)


def test_a_graph_without_steps_is_refused():
    assert ["steps"] == [*found(triggers=[{"event": bought()}])]


def test_two_steps_of_one_id_are_refused():
    assert {"steps[2].id": "'one' is the id of steps[0] already"} == found(
        delay("one", "two"), delay("two"), delay("one")
    )


@pytest.mark.parametrize(
    ("steps", "circle"),
    [
        ([send("a", "b"), branch("b", "", (VIP, "a"))], "a → b → a"),
        ([branch("a", "", (VIP, "a"))], "a → a"),
        ([split("a", "b", ""), split("b", "", "a")], "a → b → a"),
        # A date that has passed is not waited for.
        ([delay("a", "b", date={"path": "traits.day"}), split("b", "a", "")], "a → b → a"),
        # What she did since the start she has done for good.
        ([wait("a", "a", "", since_start=True)], "a → a"),
    ],
)
def test_a_loop_without_a_wait_is_refused(steps, circle):
    assert {"steps[0]": f"leads back without a wait: {circle}"} == found(*steps)


@pytest.mark.parametrize(
    "steps",
    [
        [send("a", "b"), delay("b", "c"), split("c", "a", "")],
        [wait("a", "a", "")],
        [wait("a", "", "a", since_start=True)],
        [delay("a", "b", local_time="09:00"), branch("b", "", (VIP, "a"))],
    ],
)
def test_a_loop_with_a_wait_in_it_is_none_of_our_business(steps):
    assert {} == found(*steps)


def test_a_way_that_never_ends_is_refused_where_it_begins():
    steps = split("a", "b", ""), delay("b", "c"), delay("c", "b")
    assert {
        "steps[1]": "no way on from 'b' comes to an end; give a way out",
        "steps[2]": "no way on from 'c' comes to an end; give a way out",
    } == found(*steps)


def test_steps_nobody_comes_to_are_odd():
    steps = delay("a"), delay("b", "c"), delay("c", "b")
    assert {} == found(*steps)
    assert {"steps[1]", "steps[2]", "triggers"} == {*odd(*steps)}


def test_a_journey_without_a_trigger_is_by_hand_only():
    assert {"triggers": "is empty: customers come in by hand only"} == odd(delay("a"))


def test_the_next_of_a_split_is_odd():
    said = split("a", "", "") | {"next": "b"}
    assert "steps[0].next" in odd(said, delay("b"))


@pytest.mark.parametrize(
    ("leaf", "where"),
    [
        ({"event": {"events": {"names": ["Order Completed"]}}}, "event"),
        ({"sequence": {"steps": [{"events": {}}, {"events": {}}]}}, "sequence"),
        ({"regularly": {"events": {}, "at_least": 1, "of_last": 2, "period": "WEEK"}}, "regularly"),
        ({"list": {"list": "lists/vips"}}, "list"),
        ({"trait": trait("traits.a", 1)["trait"] | {"has_been": "60s"}}, "trait.has_been"),
    ],
)
def test_what_only_segments_know_is_asked_of_a_segment(leaf, where):
    nested = {"all": {"of": [VIP, {"not": leaf}]}}
    drawn = graph(
        branch("a", "", (leaf, "")), entry=nested, goal={"condition": leaf}, exits=[{"condition": leaf}]
    )
    paths = {
        f"entry.all.of[1].not.{where}",
        f"steps[0].branch.paths[0].condition.{where}",
        f"goal.condition.{where}",
        f"exits[0].condition.{where}",
    }
    assert (
        paths == {each.path for each in unanswerable(drawn)} == {each.path for each in problems(drawn, THERE)}
    )
    sentences = {each.sentence.partition("; ")[2] for each in unanswerable(drawn)}
    assert {"put it into a segment and name that segment here"} == sentences


def test_what_makes_no_sense_in_a_condition_is_said_where_it_stands():
    said = branch("a", "", (trait("loyalty.tier", "gold"), ""), (trait("traits.a", "x", "GT"), ""))
    assert {
        "steps[0].branch.paths[0].condition.trait.path",
        "steps[0].branch.paths[1].condition.trait.compare.value",
    } == {*found(said)}


def test_templates_and_segments_have_to_be_there():
    paths = found(
        send(
            "a",
            variants=[{"id": "x", "template": "templates/hello"}, {"id": "y", "template": "templates/gone"}],
        ),
        triggers=[{"segment_entered": "segments/gone"}, {"segment_exited": "segments/lost"}],
        entry={"segment": {"segment": "segments/no"}},
    )
    assert {
        "steps[0].send.variants[1].template",
        "triggers[0].segment_entered",
        "triggers[1].segment_exited",
        "entry.segment.segment",
    } == {*paths}


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ({"id": "a", "award_points": {"programme": "programmes/x"}}, "steps[0].award_points"),
        ({"id": "a", "issue_coupon": {"coupon_pool": "coupon_pools/x"}}, "steps[0].issue_coupon"),
        ({"id": "a", "set_trait": {"trait": "x", "value": 1}}, "steps[0].set_trait"),
        ({"id": "a", "open_ticket": {"subject": "x"}}, "steps[0].open_ticket"),
        ({"id": "a", "call_webhook": {"url": "https://x.example"}}, "steps[0].call_webhook"),
        (delay("a", best_time_within="60s"), "steps[0].delay.best_time_within"),
    ],
)
def test_a_step_that_is_not_built_is_refused(step, path):
    assert [path] == [*found(step)]
    assert found(step)[path].startswith("is not built yet; use ")


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"triggers": [{"date": {"path": "traits.birthday"}}]}, "triggers[0].date"),
        ({"triggers": [{"product": {"change": "BACK_IN_STOCK"}}]}, "triggers[0].product"),
        ({"triggers": [{"replenishment": {}}]}, "triggers[0].replenishment"),
        ({"run_per": "SUBSCRIPTION"}, "run_per"),
        ({"run_per": "PRODUCT"}, "run_per"),
        ({"reentry": {"rule": "AFTER"}}, "reentry.after"),
        ({"reentry": {"rule": "WHEN_ENDED", "after": "60s"}}, "reentry.after"),
        ({"reentry": {"rule": "AFTER", "after": "999999999s"}}, "reentry.after"),
        ({"goal": {"display_name": "nothing"}}, "goal"),
        ({"exits": [{"event": bought()}, {}]}, "exits[1]"),
        ({"triggers": [{"event": {"type": "order", "names": ["x"]}}]}, "triggers[0].event.type"),
        ({"goal": {"event": {"where": [{"all": []}]}}}, "goal.event.where[0].all"),
    ],
)
def test_what_begins_and_ends_a_journey_has_to_make_sense(more, path):
    assert [path] == [*found(delay("a"), **more)]


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (delay("a", duration="999999999s"), "steps[0].delay.duration"),
        (delay("a", date={"path": "birthday"}), "steps[0].delay.date.path"),
        (delay("a", date={"path": "consents.email"}), "steps[0].delay.date.path"),
        (delay("a", date={"path": "traits.a", "offset": "-999999999s"}), "steps[0].delay.date.offset"),
        (wait("a", timeout="999999999s"), "steps[0].wait_for_event.timeout"),
        (wait("a", lateness="604801s"), "steps[0].wait_for_event.lateness"),
        (send("a", wait_at_most="999999999s"), "steps[0].send.wait_at_most"),
        (send("a", variants=[{"id": "x", "template": "templates/hello"}] * 2), "steps[0].send.variants"),
        ({"id": "a", "split": {"paths": [{"id": "x"}, {"id": "x"}]}}, "steps[0].split.paths"),
    ],
)
def test_times_and_names_have_their_bounds(step, path):
    assert [path] == [*found(step)]


def test_a_graph_says_what_it_listens_to_and_what_it_names():
    drawn = graph(
        wait("order", "hello", event={"type": "track", "names": ["Paid"]}),
        send("hello"),
        triggers=[{"event": {"names": ["Cart Viewed"]}}, {"segment_entered": "segments/vip"}],
        goal={"event": {"type": "track", "name_prefix": "Order "}},
        exits=[
            {"condition": {"all": {"of": [{"segment": {"segment": "segments/lost"}}, trait("traits.a", 1)]}}}
        ],
    )
    assert drawn.hears("page", "Cart Viewed")
    assert drawn.hears("track", "Order Cancelled")
    assert drawn.hears("track", "Paid")
    assert not drawn.hears("page", "Paid")
    assert 1 == len(drawn.beginning)
    assert 2 == len(drawn.awaited)
    assert ({"segments/vip", "segments/lost"}, {"templates/hello"}) == (drawn.segments, drawn.templates)
    assert ({"segments/lost"}, {"traits.a"}) == (drawn.watched_segments, drawn.watched_paths)
