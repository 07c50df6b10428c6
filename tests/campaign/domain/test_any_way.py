"""Whatever way a person draws, and whatever happens: what must be true of every run."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaign.domain.check import Named, problems
from services.campaign.domain.machine import SendOutcome, Sent, advance
from tests.campaign.domain.world import (
    SECOND,
    START,
    Walk,
    bought,
    branch,
    delay,
    graph,
    order,
    send,
    split,
    trait,
    wait,
)
from tests.thorough import examples

IDS = ("a", "b", "c", "d", "e")
THERE = Named(frozenset(("templates/hello",)))
NEXT = st.sampled_from((*IDS, "", ""))


@st.composite
def steps(draw, *, sends: bool = True):
    """A few steps that lead to one another, or nowhere, in every way there is."""
    drawn = []
    kinds = [
        "delay",
        "time",
        "date",
        "wait",
        "since",
        "branch",
        "split",
        *(["send", "leave"] if sends else []),
    ]
    for id in IDS:
        next, other = draw(NEXT), draw(NEXT)
        seconds = f"{draw(st.integers(1, 300))}s"
        match draw(st.sampled_from(kinds)):
            case "delay":
                drawn.append(delay(id, next, duration=seconds))
            case "time":
                drawn.append(delay(id, next, local_time="12:30"))
            case "date":
                drawn.append(delay(id, next, date={"path": "traits.day"}))
            case "wait":
                drawn.append(wait(id, next, other, timeout=seconds))
            case "since":
                drawn.append(wait(id, next, other, timeout=seconds, since_start=True))
            case "branch":
                drawn.append(branch(id, next, (trait("traits.tier", "gold"), other)))
            case "split":
                drawn.append(split(id, next, other))
            case "send":
                drawn.append(send(id, next))
            case _:
                drawn.append(send(id, next, when_held_back="LEAVE"))
    return drawn


EVENTS = st.lists(st.integers(0, 900).map(float), max_size=6, unique=True)


@settings(max_examples=examples(400), deadline=None)
@given(steps(), EVENTS, st.lists(st.sampled_from([*Sent]), min_size=1), st.booleans(), st.booleans())
def test_a_run_always_ends_or_waits_and_does_nothing_twice(drawn, events, outcomes, gold, goal):
    found = graph(*drawn, **({"goal": {"event": bought()}} if goal else {}))
    if problems(found, THERE):
        return
    walk = Walk(found, traits={"tier": "gold"} if gold else {})
    now, done = 0.0, set()
    for turn in range(40):
        walk.heard = [order(seconds) for seconds in events if seconds <= now]
        settles = walk.run.awaits_send if walk.run.wait else None
        outcome = SendOutcome(settles, outcomes[turn % len(outcomes)], at(now)) if settles else None
        before, view = walk.run, walk.view(at(now), outcome)
        walk.at(now, outcome)
        # The same again comes to the same, and what it came to leaves nothing more to do.
        again = advance(found, before, view, at(now))
        assert walk.progress == again
        if walk.progress.ended:
            assert (None, None) == (walk.run.wait, walk.run.wake_us)
            return
        settled = advance(found, walk.run, view, at(now))
        assert ((), None, None) == (settled.visits, settled.send, settled.ended)
        assert walk.run == settled.run
        if walk.progress.send:
            sent = walk.progress.send
            assert (sent.step, sent.visit) not in done
            done.add((sent.step, sent.visit))
        assert walk.run.wake_us is not None or walk.run.awaits_send, "it would wait for ever"
        assert walk.run.wake_us is None or walk.run.wake_us > at(now)
        ahead = [seconds for seconds in events if seconds > now]
        now = min([*ahead, *([walk.wakes] if walk.wakes is not None else [now + 1])])


@settings(max_examples=examples(400), deadline=None)
@given(steps(sends=False), EVENTS, st.integers(0, 59), st.lists(st.integers(0, 900), max_size=10))
def test_what_a_run_comes_to_does_not_depend_on_when_it_is_heard_of_or_looked_at(drawn, events, late, looks):
    found = graph(*drawn)
    if problems(found, THERE):
        return
    assert way(found, events, 0, []) == way(found, events, late, looks)


def way(found, events, late, looks):
    """The steps it took up to an hour, and what each came to; events are heard of so much later."""
    walk, hour = Walk(found), 3600.0
    times = sorted({0.0, *(seconds + late for seconds in events), *map(float, looks)})
    while times and times[0] <= hour and not walk.ended:
        now = times.pop(0)
        walk.heard = [order(seconds) for seconds in events if seconds + late <= now]
        walk.at(now)
        if walk.wakes is not None and not walk.ended:
            times = sorted({*times, walk.wakes})
    return walk.outcomes, walk.run.step, walk.ended


def at(seconds: float) -> int:
    return START + round(seconds * SECOND)
