"""However the same facts are cut into batches, and whenever the engine starts anew: the same runs."""

import itertools
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.campaign.engine.world import (
    HOUR,
    NOON,
    consent,
    created,
    delay,
    did,
    graph,
    merged,
    moved,
    on,
    send,
    trait,
    updated,
    wait,
)
from tests.thorough import examples

NUMBERS = itertools.count(1)
CUSTOMERS = st.integers(1, 3)
TIMES = st.integers(0, 100)

JOURNEYS = {
    "welcome": graph(
        wait("look", "Bought", 50, "mail", "rest"), send("mail", "rest"), delay("rest", HOUR), goal=on("Paid")
    ),
    "again": graph(
        delay("rest", HOUR),
        triggers=[on("Signed Up"), on("Bought")],
        entry=trait("traits.plan", "gold"),
        reentry={"rule": "WHEN_ENDED"},
        exits=[{"condition": trait("consents.email.marketing", "denied")}, on("Left")],
    ),
}


EVENTS = st.sampled_from(["Signed Up", "Bought", "Paid", "Left"])
FACTS = st.one_of(
    st.tuples(st.just("did"), CUSTOMERS, EVENTS, TIMES),
    st.tuples(st.just("did"), CUSTOMERS, EVENTS, TIMES),
    st.tuples(st.just("updated"), CUSTOMERS, st.sampled_from(["gold", "tin"]), st.integers(1, 5)),
    st.tuples(st.just("consent"), CUSTOMERS, st.sampled_from(["GRANTED", "DENIED"]), TIMES),
    st.tuples(st.just("merged"), CUSTOMERS, CUSTOMERS, st.integers(0, 4)),
    st.tuples(st.just("moved"), CUSTOMERS, CUSTOMERS, CUSTOMERS),
    st.tuples(st.just("created"), CUSTOMERS),
    st.tuples(st.just("repeated"), st.integers(1, 3)),
)
# What is told of three customers, and where a batch ends.
STORIES = st.lists(st.tuples(FACTS, st.booleans()), min_size=2, max_size=12)


def letters_of(shop, told, workspace):
    """Each with an id of its own, but for those that are told again."""
    letters = []
    for number, (kind, *about) in enumerate(told, 1):
        match kind, *about:
            case "did", key, event, time:
                fact = did(number, key, event, time, received=100)
            case "updated", key, plan, revision:
                fact = updated(key, revision, traits={"plan": plan})
            case "consent", key, decision, time:
                fact = consent(key, decision, time)
            case "merged", survivor, absorbed, revision if survivor != absorbed:
                fact = merged(survivor, absorbed, revision=revision)
            case "moved", source, destination, of if source != destination:
                fact = moved(source, destination, 1000 + of)
            case "repeated", back if back <= len(letters):
                letters.append(letters[-back])
                continue
            case _, key, *_:
                fact = created(key)
        letters.append(shop.letter(fact, workspace))
    return letters


@pytest.fixture
def the_shop(shop):
    """Behind a function, for what Hypothesis is given it may want to print."""
    return lambda: shop


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STORIES)
async def test_what_becomes_of_anybody_does_not_depend_on_where_batches_end(the_shop, story):
    told, ends = [fact for fact, _ in story], [place for place, (_, end) in enumerate(story, 1) if end]
    note(str(story))
    shop = the_shop()
    whole, cut = f"whole-{next(NUMBERS)}", f"cut-{next(NUMBERS)}"
    shop.now = NOON + timedelta(minutes=2)
    for workspace in (whole, cut):
        for slug, way in JOURNEYS.items():
            await shop.publish(slug, way, workspace=workspace)

    await shop.take_letters(letters_of(shop, told, whole), whole)
    letters = letters_of(shop, told, cut)
    for low, high in itertools.pairwise([0, *ends, len(letters)]):
        shop.restart()
        await shop.take_letters(letters[low:high], cut)

    assert await outcome(shop, whole) == await outcome(shop, cut)


async def outcome(shop, workspace):
    """Everything that is kept, by names that do not tell the workspace."""
    runs = await shop.rows("SELECT * FROM run", workspace=workspace)
    names = {row["id"]: (row["journey"], row["origin_key"], row["rotation"]) for row in runs}
    contacts = await shop.rows(
        "SELECT key, merged_into, revision, traits FROM contact ORDER BY key", workspace=workspace
    )
    living = {row["key"]: row["merged_into"] or row["key"] for row in contacts}
    decided = await shop.rows(
        "SELECT profile_key, decision, time_us FROM consent ORDER BY 1, 2", workspace=workspace
    )
    visits = await shop.rows("SELECT * FROM visit", workspace=workspace)
    sends = await shop.rows("SELECT * FROM send", workspace=workspace)
    due = await shop.rows("SELECT * FROM run_due WHERE workspace = $1", workspace, workspace=workspace)
    return json.dumps(
        {
            "contacts": list(map(list, contacts)),
            "consents": list(map(list, decided)),
            "runs": sorted(
                [*names[row["id"]], *(row[name] for name in RUN), "A" if row["awaits_send"] else ""]
                for row in runs
            ),
            "visits": sorted(
                [
                    *names[row["run"]],
                    row["place"],
                    row["step"],
                    row["visit"],
                    row["start_us"],
                    row["end_us"] or 0,
                ]
                for row in visits
            ),
            "sends": sorted(
                [*names[row["run"]], row["step"], living[row["profile_key"]]]
                for row in sends
                if row["state"] == 1
            ),
            "due": sorted([*names[row["run"]], row["due_us"]] for row in due),
        },
        default=str,
    )


RUN = ("profile_key", "entry", "step", "visits", "step_since_us", "wait_kind", "end_reason", "cause")
