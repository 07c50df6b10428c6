"""The evaluator and the obvious meaning agree, at every instant, whatever came in whichever order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conditions import compiler
from tests.conditions import oracle
from tests.conditions.people import (
    BASE,
    DAY,
    HOUR,
    about_events,
    conditions,
    instants,
    lengths,
    person,
    traits,
    worlds,
)
from tests.thorough import examples

often = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], derandomize=True
)
LATER = BASE + 3650 * DAY


@settings(often, max_examples=examples(350))
@given(conditions, worlds(), instants, st.data())
def test_the_evaluator_says_what_the_definition_says(condition, world, t, data):
    compiled = compiler.compile(condition)
    found = compiled.evaluate(person(world, compiled, data.draw), t)
    assert found.holds == oracle.holds(condition, world, t)


@settings(often, max_examples=examples(200))
@given(conditions, worlds(), instants, st.data())
def test_until_is_never_later_than_the_true_change(condition, world, t, data):
    compiled = compiler.compile(condition)
    found = compiled.evaluate(person(world, compiled, data.draw), t)
    assert found.until is None or found.until > t
    for instant in critical(world, t, found.until, data.draw):
        assert found.holds == oracle.holds(condition, world, instant)


@settings(often, max_examples=examples(350))
@given(about_events, worlds(), instants, st.data())
def test_a_leaf_about_events_changes_exactly_at_until(condition, world, t, data):
    compiled = compiler.compile(condition)
    found = compiled.evaluate(person(world, compiled, data.draw), t)
    if found.until is not None:
        assert found.holds != oracle.holds(condition, world, found.until)
        assert found.holds == oracle.holds(condition, world, found.until - 1)


@settings(often, max_examples=examples(200))
@given(traits(), worlds(), instants, st.data())
def test_following_untils_visits_every_change_of_a_trait(condition, world, t, data):
    compiled = compiler.compile(condition)
    known = person(world, compiled, data.draw)
    changes = {t: compiled.evaluate(known, t)}
    at = t
    while (until := changes[at].until) is not None and len(changes) < 12:
        at = until
        changes[at] = compiled.evaluate(known, at)
        assert changes[at].holds == oracle.holds(condition, world, at)


def critical(world, t, until, draw):
    """Instants from *t* on and before *until* at which something might change."""
    end = LATER if until is None else until
    marks = [event.time for event in world.events] + [event.since for event in world.events]
    marks += [at for at, _, _ in world.said]
    lags = (0, *(draw(lengths) for _ in range(4)))
    near = {
        mark + one + other + off for mark in marks for one in lags for other in lags for off in (0, 1, -1)
    }
    midnights = {BASE + HOUR * hour for hour in range(0, 24 * 40, 6)} | {
        BASE + DAY * day for day in range(0, 400, 15)
    }
    found = sorted(each for each in {t, end - 1, *near, *midnights} if t <= each < end)
    return {t, end - 1} | set(found[:: max(1, len(found) // 25)])
