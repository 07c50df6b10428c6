"""What was promised, from the history of a ticket: when clocks start, stop and pause; pure."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.support.domain.calendars import ROUND_THE_CLOCK
from services.support.domain.clocks import History, Metric, Moved, Pause, Spoken, pauses
from services.support.domain.policies import Facts, Filter, Policy, Promise, first_match, problems
from services.support.domain.targets import Standing, Terms, targets
from services.support.domain.tickets import Author, Channel, Priority, State
from tests.support.sla.cases import OFFICE, at, calendar
from tests.thorough import examples

FR, NR, RES = Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.RESOLUTION
RUNNING, PAUSED, MET, BREACHED = Standing.RUNNING, Standing.PAUSED, Standing.MET, Standing.BREACHED
HOUR = timedelta(hours=1)


def clock(text: str) -> datetime:
    """`9:30` of Friday; `mon 9:30` of the Monday behind it."""
    day, _, time = text.rpartition(" ")
    return at(f"{'2026-11-23' if day else '2026-11-20'}T{time.zfill(5)}")


def history(story: str) -> History:
    """`9:00 asks; 9:30 answers; 10:00 waiting` in words; it begins with the first of them."""
    spoken, states = [], []
    for part in story.split(";"):
        when, _, what = part.strip().rpartition(" ")
        if what in SAYS:
            spoken.append(Spoken(clock(when), *SAYS[what]))
        else:
            states.append(Moved(clock(when), State[what.upper()]))
    start = clock(story.split(";", maxsplit=1)[0].strip().rpartition(" ")[0])
    return History(start, spoken, [Moved(start, State.NEW), *states])


SAYS = {
    "asks": (Author.CUSTOMER,),
    "answers": (Author.AGENT,),
    "notes": (Author.AGENT, False),
    "vacation": (Author.CUSTOMER, True, True),
    "confirmation": (Author.SYSTEM, True, True),
    "bot": (Author.BOT,),
    "friend": (Author.PARTICIPANT,),
}


def terms(first_only: bool = False, hours=None, target: timedelta = HOUR) -> dict[Metric, Terms]:
    hours = hours or calendar(OFFICE)
    return {metric: Terms(target, hours, "gold", 1, first_only=first_only) for metric in Metric}


# What happened, when somebody looks, and what stands: metric, cycle, start, due, stop, standing.
STORIES = [
    (
        "9:00 asks",
        "9:30",
        [(FR, 1, "9:00", "10:00", None, RUNNING), (RES, 1, "9:00", "10:00", None, RUNNING)],
    ),
    (
        "9:00 asks",
        "10:00",
        [(FR, 1, "9:00", "10:00", None, RUNNING), (RES, 1, "9:00", "10:00", None, RUNNING)],
    ),
    (
        "9:00 asks",
        "10:01",
        [(FR, 1, "9:00", "10:00", None, BREACHED), (RES, 1, "9:00", "10:00", None, BREACHED)],
    ),
    # Stopped at the very instant it was due, and just after.
    ("9:00 asks; 10:00 answers", "12:00", [(FR, 1, "9:00", "10:00", "10:00", MET)]),
    ("9:00 asks; 10:01 answers", "12:00", [(FR, 1, "9:00", "10:00", "10:01", BREACHED)]),
    # On Friday at closing time, answered on Monday at opening: an hour was used up on Friday.
    ("16:00 asks; mon 9:00 answers", "mon 9:00", [(FR, 1, "16:00", "17:00", "mon 9:00", BREACHED)]),
    ("16:30 asks; mon 9:30 answers", "mon 9:30", [(FR, 1, "16:30", "mon 9:30", "mon 9:30", MET)]),
    # Notes, bots, machines and auto-replies stop nothing; nor do they start anything.
    (
        "9:00 asks; 9:10 notes; 9:11 bot; 9:12 confirmation; 9:30 answers",
        "9:40",
        [(FR, 1, "9:00", "10:00", "9:30", MET)],
    ),
    ("9:00 vacation; 9:10 answers", "9:20", []),
    ("9:00 friend; 9:10 answers", "9:20", []),
    # We opened it: the clock starts when she first writes.
    ("9:00 answers", "12:00", []),
    ("9:00 answers; 9:30 asks", "9:40", [(FR, 1, "9:30", "10:30", None, RUNNING)]),
    ("9:00 answers; 9:30 asks; 9:45 answers", "9:50", [(FR, 1, "9:30", "10:30", "9:45", MET)]),
    # Of one instant, who was heard first was first.
    ("9:00 asks; 9:00 answers", "9:10", [(FR, 1, "9:00", "10:00", "9:00", MET)]),
    ("9:00 answers; 9:00 asks", "9:10", [(FR, 1, "9:00", "10:00", None, RUNNING)]),
    (
        "9:00 asks; 9:00 answers; 9:00 asks",
        "9:10",
        [(FR, 1, "9:00", "10:00", "9:00", MET), (NR, 1, "9:00", "10:00", None, RUNNING)],
    ),
    # More questions start nothing anew, and a next response never pre-empts the first.
    ("9:00 asks; 9:20 asks; 9:30 asks", "9:40", [(FR, 1, "9:00", "10:00", None, RUNNING)]),
    (
        "9:00 asks; 9:30 answers; 9:40 asks; 9:50 asks; 10:00 answers; 10:05 answers; 10:20 asks",
        "10:30",
        [
            (FR, 1, "9:00", "10:00", "9:30", MET),
            (NR, 1, "9:40", "10:40", "10:00", MET),
            (NR, 2, "10:20", "11:20", None, RUNNING),
        ],
    ),
    (
        "9:00 asks; 9:30 answers; 9:40 asks; 11:00 answers; 11:10 asks",
        "12:30",
        [
            (FR, 1, "9:00", "10:00", "9:30", MET),
            (NR, 1, "9:40", "10:40", "11:00", BREACHED),
            (NR, 2, "11:10", "12:10", None, BREACHED),
        ],
    ),
    # Pauses count for every clock: waiting, on hold, also from the beginning.
    (
        "9:00 asks; 9:30 on_hold",
        "15:00",
        [(FR, 1, "9:00", "15:30", None, PAUSED), (RES, 1, "9:00", "15:30", None, PAUSED)],
    ),
    ("9:00 asks; 9:30 on_hold; 11:30 open", "11:40", [(FR, 1, "9:00", "12:00", None, RUNNING)]),
    ("9:00 asks; 9:30 on_hold; 11:30 open; 12:00 answers", "14:00", [(FR, 1, "9:00", "12:00", "12:00", MET)]),
    (
        "9:00 asks; 9:30 on_hold; 11:30 open; 12:01 answers",
        "14:00",
        [(FR, 1, "9:00", "12:00", "12:01", BREACHED)],
    ),
    ("9:00 asks; 9:30 on_hold; 15:00 answers", "16:00", [(FR, 1, "9:00", "15:30", "15:00", MET)]),
    ("9:00 asks; 9:00 waiting", "15:00", [(FR, 1, "9:00", "16:00", None, PAUSED)]),
    # It was too late before it paused, and stays so.
    ("9:00 asks; 10:30 on_hold", "15:00", [(FR, 1, "9:00", "10:00", None, BREACHED)]),
    # What comes after a stop changes nothing of it.
    ("9:00 asks; 9:30 answers; 9:30 waiting; 12:00 open", "13:00", [(FR, 1, "9:00", "10:00", "9:30", MET)]),
    # Over the night and the weekend a pause costs nothing.
    ("16:30 asks; 17:00 waiting; mon 9:00 open", "mon 9:10", [(FR, 1, "16:30", "mon 9:30", None, RUNNING)]),
    # Resolved, reopened: the resolved span is a pause.
    ("9:00 asks; 9:30 resolved", "12:00", [(RES, 1, "9:00", "10:00", "9:30", MET)]),
    ("9:00 asks; 9:30 resolved; 11:30 open", "11:40", [(RES, 1, "9:00", "12:00", None, RUNNING)]),
    (
        "9:00 asks; 9:30 resolved; 11:30 open; 12:00 resolved",
        "15:00",
        [(RES, 1, "9:00", "12:00", "12:00", MET)],
    ),
    (
        "9:00 asks; 9:30 resolved; 11:30 open; 12:01 resolved",
        "15:00",
        [(RES, 1, "9:00", "12:00", "12:01", BREACHED)],
    ),
    ("9:00 asks; 11:00 resolved; 12:00 open", "12:30", [(RES, 1, "9:00", "10:00", None, BREACHED)]),
    # Nobody answered, and it was resolved: nothing runs.
    ("9:00 asks; 9:30 resolved", "15:00", [(FR, 1, "9:00", "15:30", None, PAUSED)]),
    # Merged and taken apart again: it did not count meanwhile, and what was resolved stays so.
    ("9:00 asks; 9:30 merged; 11:30 open", "11:40", [(RES, 1, "9:00", "12:00", None, RUNNING)]),
    (
        "9:00 asks; 9:30 resolved; 10:00 merged; 12:00 resolved",
        "15:00",
        [(RES, 1, "9:00", "10:00", "9:30", MET)],
    ),
]


@pytest.mark.parametrize(("story", "now", "expected"), STORIES)
def test_a_story_has_these_targets(story, now, expected):
    found = {
        (each.metric, each.cycle): (each.start, each.due, each.stop, each.standing)
        for each in targets(history(story), terms(), clock(now))
    }
    told = {
        (metric, cycle): (clock(start), clock(due), clock(stop) if stop else None, standing)
        for metric, cycle, start, due, stop, standing in expected
    }
    assert told == {key: found[key] for key in told}
    named = {metric for metric, _ in told}
    assert {key for key in found if key[0] in named | {FR, NR}} - {(FR, 1)} <= {*told}
    assert ((FR, 1) in found) == ("asks" in story)


def test_where_only_the_first_resolution_counts_a_reopening_resumes_nothing():
    story = history("9:00 asks; 9:30 resolved; 11:30 open; 16:00 resolved")
    (first,) = [each for each in targets(story, terms(True), clock("16:30")) if each.metric is RES]
    assert (MET, clock("9:30")) == (first.standing, first.stop)


def test_a_pause_that_lasts_has_no_end():
    story = history("9:00 asks; 9:30 waiting; 10:00 open; 11:00 on_hold")
    assert [
        Pause(clock("9:30"), clock("10:00"), State.WAITING),
        Pause(clock("11:00"), None, State.ON_HOLD),
    ] == pauses(story, clock("12:00"))


def test_what_stopped_keeps_its_terms_and_what_runs_takes_the_new_ones():
    story = history("9:00 asks; 9:50 answers; 10:00 asks")
    kept = {(FR, 1): terms()[FR]}
    found = {each.key: each for each in targets(story, terms(target=HOUR / 2), clock("10:10"), kept)}
    assert (MET, HOUR) == (found[FR, 1].standing, found[FR, 1].terms.duration)
    assert clock("10:30") == found[NR, 1].due


def test_what_was_resolved_and_is_open_again_takes_the_new_terms():
    story = history("9:00 asks; 9:30 resolved; 9:40 open")
    kept = {(RES, 1): terms()[RES]}
    (found,) = [t for t in targets(story, terms(target=3 * HOUR), clock("9:50"), kept) if t.metric is RES]
    assert clock("12:10") == found.due


def test_the_first_policy_that_matches_applies_and_no_other():
    urgent = Policy("urgent", 1, Filter(priorities=frozenset({Priority.URGENT})), (Promise(FR, HOUR),))
    lamps = Policy("lamps", 1, Filter(teams=frozenset({"lamps"}), tags=frozenset({"vip"})), ())
    rest = Policy("rest", 1, Filter(), ())
    facts = Facts("lamps", Priority.URGENT, Channel.CHAT, frozenset({"vip", "new"}))
    assert urgent is first_match([urgent, lamps, rest], facts)
    assert lamps is first_match([lamps, urgent, rest], facts)
    assert rest is first_match([lamps, rest], Facts("lamps", Priority.LOW, Channel.CHAT))
    assert first_match([urgent], Facts("", Priority.LOW, Channel.CHAT)) is None
    assert "the team is lamps; it has the tags vip" == lamps.match.reason(facts)
    assert "it is for all tickets" == rest.match.reason(facts)


def test_a_promise_for_a_priority_goes_before_the_one_for_all():
    policy = Policy("p", 1, Filter(), (Promise(FR, 4 * HOUR), Promise(FR, HOUR, Priority.URGENT)))
    assert HOUR == policy.promise(FR, Priority.URGENT).duration
    assert 4 * HOUR == policy.promise(FR, Priority.LOW).duration
    assert policy.promise(RES, Priority.LOW) is None


def test_nothing_is_promised_twice():
    twice = [Promise(FR, HOUR), Promise(FR, HOUR, Priority.LOW), Promise(FR, 2 * HOUR)]
    assert [(2, "metric")] == [(place, field) for place, field, _ in problems(twice)]
    assert ["first_only"] == [field for _, field, _ in problems([Promise(FR, HOUR, first_only=True)])]


MINUTES = st.integers(0, 3000).map(lambda n: clock("9:00") + timedelta(minutes=n))
WHO = st.sampled_from([Author.CUSTOMER, Author.CUSTOMER, Author.AGENT, Author.BOT])
SPOKEN = st.lists(
    st.builds(Spoken, MINUTES, WHO, st.booleans(), st.booleans()), max_size=12, unique_by=lambda said: said.at
)
STATES = st.lists(st.builds(Moved, MINUTES, st.sampled_from(State)), max_size=8).map(
    lambda moved: sorted(moved, key=lambda each: each.at)
)


@given(SPOKEN, STATES, st.integers())
@settings(max_examples=examples(200), deadline=None)
def test_the_order_in_which_messages_are_heard_makes_no_difference(spoken, states, seed):
    shuffled = random.Random(seed).sample(spoken, len(spoken))
    one, two = (History(clock("9:00"), said, states) for said in (spoken, shuffled))
    assert targets(one, terms(), clock("mon 12:00")) == targets(two, terms(), clock("mon 12:00"))


@given(SPOKEN, STATES, MINUTES, MINUTES)
@settings(max_examples=examples(200), deadline=None)
def test_whenever_somebody_looks_the_outcome_is_the_same(spoken, states, one, two):
    """What stopped is judged once; what was too late stays so; and nobody is late before the due instant."""
    story = History(clock("9:00"), spoken, states)
    end = max([one, two, *(each.at for each in (*spoken, *states))])
    early = {each.key: each for each in targets(story, terms(hours=ROUND_THE_CLOCK), end)}
    late = {each.key: each for each in targets(story, terms(hours=ROUND_THE_CLOCK), end + timedelta(days=3))}
    assert {*early} == {*late}
    for key, before in early.items():
        after = late[key]
        if before.stop or before.standing is BREACHED:
            assert (before.standing, before.due, before.stop) == (after.standing, after.due, after.stop)
        if before.standing is RUNNING:
            assert before.due == after.due
            assert before.due >= end
        assert (before.standing is BREACHED) == ((before.stop or end) > before.due)
        assert before.counted <= after.counted
