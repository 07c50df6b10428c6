"""Shares of an order: they add up to the cent, whatever the model, however many, whatever went back."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from services.campaign.domain.attribution import (
    DAY_US,
    MOST_TOUCHES,
    Model,
    Purchase,
    Rules,
    Touch,
    credits_of,
    rules_of,
    shares,
    weigh,
)

ORDERED = 100 * DAY_US
HOUR_US = DAY_US // 24
RULES = {model: Rules(model) for model in Model}

touches = some.builds(
    Touch,
    time_us=some.integers(ORDERED - 6 * DAY_US, ORDERED + DAY_US),
    send=some.integers(0, 20).map(lambda number: UUID(int=number)),
    channel=some.sampled_from(["email", "sms", "push", "web_push", "webhook"]),
    clicked=some.booleans(),
)


def one_channel(seen):
    """A message goes out on one channel."""
    channels = {}
    return [each._replace(channel=channels.setdefault(each.send, each.channel)) for each in seen]


def order(gross=1000, refunded=0, *, cancelled=False, order_us=ORDERED):
    return Purchase("orders/1", 1, 1, order_us, "EUR", gross, refunded, cancelled)


def touch(send, hours_before, *, clicked=True, channel="email"):
    return Touch(ORDERED - round(hours_before * HOUR_US), UUID(int=send), channel, clicked)


def given_to(seen, rules=RULES[Model.LAST_TOUCH], bought=None):
    found = credits_of(bought or order(), sorted(seen), rules)
    return {credit.touch.send.int: credit.amount for credit in found}


@given(some.sampled_from(Model), some.lists(touches, max_size=40), some.integers(0, 10**12), some.data())
@example(Model.TIME_DECAY, [touch(1, 0.001), touch(2, 119)], 1, None)
def test_credits_add_up_to_what_the_order_is_worth(model, seen, gross, data):
    seen = one_channel(seen)
    refunded = data.draw(some.integers(0, gross)) if data else 0
    bought = order(gross, refunded)
    found = credits_of(bought, sorted(seen), RULES[model])
    counted = {
        each.send
        for each in seen
        if 0
        <= ORDERED - each.time_us
        < (RULES[model].clicks if each.clicked else RULES[model].opens).get(each.channel, 0)
    }
    assert bool(counted) == bool(found)
    assert {credit.touch.send for credit in found} <= counted
    assert len(found) == len({credit.touch.send for credit in found})
    assert all(credit.amount >= 0 for credit in found)
    assert not found or bought.net == sum(credit.amount for credit in found)
    if model in {Model.LAST_TOUCH, Model.FIRST_TOUCH}:
        assert len(found) <= 1
    else:
        assert counted == {credit.touch.send for credit in found}


@given(some.sampled_from(Model), some.lists(touches, max_size=20), some.randoms())
def test_it_does_not_matter_in_which_order_touches_are_known_nor_how_often(model, seen, random):
    seen = one_channel(seen)
    again = [*seen, *seen[:5]]
    random.shuffle(again)
    assert given_to(seen, RULES[model]) == given_to(again, RULES[model])


@given(
    some.sampled_from(Model), some.lists(touches, max_size=20), some.lists(some.integers(0, 999), max_size=6)
)
def test_a_refund_never_adds_to_anybodys_share(model, seen, refunds):
    seen = one_channel(seen)
    whole = given_to(seen, RULES[model], order(999))
    for refunded in refunds:
        left = given_to(seen, RULES[model], order(999, refunded))
        assert left.keys() == whole.keys()
        assert all(left[send] <= whole[send] for send in whole)


@given(some.integers(0, 10**9), some.lists(some.integers(0, 10**9), min_size=1, max_size=50).filter(any))
def test_a_share_is_less_than_a_cent_from_what_is_exact(amount, weights):
    parts = shares(amount, weights)
    assert amount == sum(parts)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)
    ranked = sorted(zip(weights, parts, strict=True))
    assert all(one <= other for (light, one), (heavy, other) in pairwise(ranked) if light < heavy)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Model.LAST_TOUCH, {4: 1000}),
        (Model.FIRST_TOUCH, {1: 1000}),
        (Model.LINEAR, {1: 250, 2: 250, 3: 250, 4: 250}),
        (Model.POSITION, {1: 400, 2: 100, 3: 100, 4: 400}),
        # 2 days before the last weigh half, 4 days a quarter: 1/4, 1/2, 1/2, 1 of 2.25.
        (Model.TIME_DECAY, {1: 111, 2: 222, 3: 222, 4: 445}),
    ],
)
def test_models_share_as_they_are_described(model, expected):
    seen = [touch(1, 100), touch(2, 52), touch(3, 52), touch(4, 4)]
    assert expected == given_to(seen, RULES[model])


def test_by_position_one_gets_all_and_two_share_alike():
    assert {1: 1000} == given_to([touch(1, 1)], RULES[Model.POSITION])
    assert {1: 500, 2: 500} == given_to([touch(1, 2), touch(2, 1)], RULES[Model.POSITION])
    assert [2, 1, 2] == weigh(Model.POSITION, [1, 2, 3])


def test_a_click_outranks_an_open_of_the_same_message_and_no_other():
    seen = [touch(1, 10), touch(1, 1, clicked=False), touch(2, 5, clicked=False)]
    # By its click the first message comes before the second.
    assert {2: 1000} == given_to(seen)
    assert {1: 1000} == given_to(seen, RULES[Model.FIRST_TOUCH])
    [credit] = credits_of(order(), sorted(seen[:2]), RULES[Model.LAST_TOUCH])
    assert seen[0] == credit.touch


def test_a_click_that_is_too_old_leaves_the_open():
    seen = [touch(1, 121), touch(1, 1, clicked=False)]
    [credit] = credits_of(order(), sorted(seen), RULES[Model.LAST_TOUCH])
    assert not credit.touch.clicked


@pytest.mark.parametrize(
    ("channel", "clicked", "days"),
    [
        ("email", True, 5),
        ("email", False, 5),
        ("sms", True, 5),
        ("push", True, 1),
        ("web_push", True, 1),
        ("sms", False, 0),
        ("push", False, 0),
        ("webhook", True, 0),
    ],
)
def test_windows_are_as_the_rules_say(channel, clicked, days):
    inside = touch(1, days * 24, clicked=clicked, channel=channel)
    inside = inside._replace(time_us=inside.time_us + 1)
    outside = touch(1, days * 24, clicked=clicked, channel=channel)
    assert ({1: 1000} if days else {}) == given_to([inside])
    assert {} == given_to([outside])


def test_a_touch_at_the_instant_of_the_order_counts_and_a_later_one_does_not():
    assert {1: 1000} == given_to([touch(1, 0)])
    assert {} == given_to([touch(1, 0)._replace(time_us=ORDERED + 1)])


def test_a_workspace_may_say_otherwise_by_channel():
    rules = rules_of(Model.LAST_TOUCH, clicks=[("email", HOUR_US), ("webhook", DAY_US)], opens=[("email", 0)])
    assert {} == given_to([touch(1, 2)], rules)
    assert {1: 1000} == given_to([touch(1, 0.5)], rules)
    assert {} == given_to([touch(1, 0, clicked=False)], rules)
    assert {1: 1000} == given_to([touch(1, 23, channel="webhook")], rules)
    assert {1: 1000} == given_to([touch(1, 119, channel="sms")], rules)


def test_nobody_is_credited_with_an_order_that_was_called_off():
    assert {} == given_to([touch(1, 1)], bought=order(cancelled=True))
    assert {1: 0} == given_to([touch(1, 1)], bought=order(1000, 1000))


def test_of_very_many_messages_the_last_count():
    seen = [touch(number, 100 - number / 100) for number in range(1, MOST_TOUCHES + 11)]
    assert {11: 1000} == given_to(seen, RULES[Model.FIRST_TOUCH])
