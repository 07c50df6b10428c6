"""What an attempt comes to: never twice where anybody could know, and never for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain import keys
from services.campaign.domain.ledger import (
    ASKED_FOR,
    LONGEST_WAIT,
    MOST_TRIES,
    Ending,
    Known,
    Outcome,
    State,
    back_off,
    effect,
    late,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SURELY_NOT = (Ending.REFUSED, Ending.REJECTED, Ending.MISSING, Ending.NOT_BEGUN)


def came_to(ending, message_class="marketing", tries=0, carriers=1, age=timedelta(), **said):
    known = Known(message_class, tries, carriers, NOW - age)
    return effect(Outcome(ending, **said), known, NOW, 0.5)


def test_what_was_taken_is_settled():
    assert (State.HANDED_OVER, None) == (came_to(Ending.TAKEN).state, came_to(Ending.TAKEN).due)
    assert (State.CONFIRMED, None) == (came_to(Ending.FOUND).state, came_to(Ending.FOUND).due)


def test_what_may_have_gone_out_is_asked_for_and_nobody_else_gets_it():
    doubt = came_to(Ending.UNCERTAIN)
    assert (State.CLAIMED, True, True) == (doubt.state, doubt.open, doubt.bound)
    assert doubt.due > NOW


def test_a_provider_that_never_says_is_asked_for_a_day():
    assert came_to(Ending.UNCERTAIN, age=ASKED_FOR - HOUR).open
    assert State.UNKNOWN is came_to(Ending.UNCERTAIN, age=ASKED_FOR).state


def test_where_nobody_can_be_asked_marketing_stays_unknown_and_the_rest_is_sent_again_by_the_same():
    assert State.UNKNOWN is came_to(Ending.UNANSWERABLE).state
    for message_class in ("transactional", "operational"):
        again = came_to(Ending.UNANSWERABLE, message_class)
        assert (State.CLAIMED, True, False) == (again.state, again.bound, again.open)
        assert State.UNKNOWN is came_to(Ending.UNANSWERABLE, message_class, MOST_TRIES - 1).state


def test_the_next_provider_at_once_and_a_pause_after_the_last():
    assert NOW == came_to(Ending.REFUSED, carriers=2).due
    assert came_to(Ending.REFUSED, carriers=2, tries=1).due > NOW
    assert came_to(Ending.REFUSED).due > NOW
    asked = came_to(Ending.REFUSED, retry_after=timedelta(minutes=10)).due
    assert NOW + timedelta(minutes=10) == asked
    assert NOW + LONGEST_WAIT == came_to(Ending.REFUSED, retry_after=timedelta(days=30)).due


def test_what_was_never_begun_is_no_try():
    found = came_to(Ending.NOT_BEGUN, tries=MOST_TRIES, retry_after=timedelta(seconds=3))
    assert (State.CLAIMED, False, NOW + timedelta(seconds=3)) == (found.state, found.counts, found.due)


@given(st.sampled_from(list(Ending)), st.sampled_from(["marketing", "transactional"]), st.integers(1, 5))
def test_it_comes_to_an_end_whatever_happens_again_and_again(ending, message_class, carriers):
    tries, steps, now, begun = 0, 0, NOW, NOW
    if ending is Ending.NOT_BEGUN:
        return
    while True:
        found = effect(Outcome(ending), Known(message_class, tries, carriers, begun), now, 0.5)
        if found.due is None:
            break
        assert found.due >= now
        tries, steps, now = tries + found.counts, steps + 1, max(found.due, now)
        begun = begun if found.open else now
        assert steps < 10_000
    assert found.state is not State.CLAIMED


@given(st.sampled_from(list(Ending)), st.sampled_from(["marketing", "transactional"]), st.integers(0, 20))
def test_a_place_is_given_back_only_for_what_surely_was_not_sent(ending, message_class, tries):
    found = came_to(ending, message_class, tries)
    if found.gives_back:
        assert ending in SURELY_NOT
        assert found.state is State.FAILED


@given(st.integers(1, 60), st.floats(0, 1))
def test_pauses_grow_to_a_bound_and_differ(tries, jitter):
    assert back_off(1, 0) <= back_off(tries, jitter) <= LONGEST_WAIT
    assert back_off(3, 0.1) != back_off(3, 0.9)


@pytest.mark.parametrize(
    ("campaign", "by", "expected"),
    [
        ("", HOUR, False),
        ("", HOUR + timedelta(seconds=1), True),
        ("journeys/a", 2 * HOUR, True),
        ("broadcasts/a", 2 * HOUR, False),
    ],
)
def test_single_messages_are_late_and_broadcasts_as_a_whole(campaign, by, expected):
    assert expected is late(NOW - by, NOW, HOUR, campaign)


def test_the_same_cause_has_the_same_key_and_no_two_causes_share_one():
    run = keys.run_id("acme", "welcome", 1, 7, "", 0)
    others = {
        keys.run_id("acme", "welcome", 1, 7, "", 1),
        keys.run_id("acme", "welcome", 1, 7, "order-1", 0),
        keys.run_id("acme", "welcome", 17, 7, "", 0),
        keys.run_id("acme", "welcome", 1, 77, "", 0),
        keys.run_id("zen", "welcome", 1, 7, "", 0),
    }
    assert run == keys.run_id("acme", "welcome", 1, 7, "", 0)
    assert 5 == len(others - {run})
    send = keys.send_id_for_step(run, "hello", 0, "email")
    assert send == keys.send_id_for_step(run, "hello", 0, "email")
    assert send not in {
        keys.send_id_for_step(run, "hello", 1, "email"),
        keys.send_id_for_step(run, "hello", 0, "sms"),
    }
    assert f"<{send.hex}@acme.example>" == keys.message_id(send, "acme.example")
    assert keys.send_id_for_broadcast("acme", "sale", 7, "email") != keys.send_id_for_broadcast(
        "acme", "sale", 8, "email"
    )
