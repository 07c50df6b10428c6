"""Worked examples of the rules: earning, expiry, tiers. No database, no clock."""

from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conditions.calendar import microseconds
from conditions.grammar import Period
from services.loyalty.domain.earning import (
    Basis,
    Earning,
    Line,
    OrderRule,
    Returned,
    best,
    discounted,
    earned,
    factor_of,
    remaining,
    to_claw,
)
from services.loyalty.domain.expiry import Expiry, expires
from services.loyalty.domain.tiers import (
    Held,
    Kind,
    Merit,
    Metric,
    Span,
    Step,
    Tier,
    higher,
    measured,
    reached,
    refunded,
    reviewed,
    risen,
)

BERLIN = ZoneInfo("Europe/Berlin")
ONE = OrderRule(Fraction(1))


def basis(*lines, value=None):
    made = tuple(Line(product, category, "", "", Fraction(paid)) for product, category, paid in lines)
    total = sum((line.paid for line in made), Fraction())
    return Basis("EUR", Fraction(value) if value is not None else total, made)


def us(*when, zone=UTC):
    return microseconds(datetime(*when, tzinfo=zone))


# Earning.


def test_two_items_at_075_earn_one_point_and_one_returned_takes_it_back():
    order = basis(("pen", "", "0.75"), ("pen", "", "0.75"))
    left = remaining(order, [Returned(Fraction("0.75"), (("pen", Fraction("0.75")),))])
    assert (1, 0) == (earned(order, ONE), earned(left, ONE))
    assert 1 == to_claw(1, 0, 0)


def test_a_rule_for_a_category_looks_at_its_lines_only():
    order = basis(("a", "shoes", "10.50"), ("b", "hats", "5"))
    assert 21 == earned(order, OrderRule(Fraction(2), categories=frozenset(("shoes",))))
    assert 0 == earned(order, OrderRule(Fraction(2), categories=frozenset(("coats",)), fixed=10))


def test_lines_earn_on_what_was_paid_for_them():
    order = discounted(basis(("a", "shoes", "50"), ("b", "hats", "50"), value="80"))
    assert 40 == earned(order, OrderRule(Fraction(1), categories=frozenset(("shoes",))))


def test_a_refund_below_the_minimum_takes_everything_back():
    rule = OrderRule(Fraction(1), minimum=("EUR", Fraction(50)), fixed=5)
    order = basis(("a", "", "60"))
    assert (65, 0) == (
        earned(order, rule),
        earned(remaining(order, [Returned(Fraction(20))]), rule),
    )
    assert 0 == earned(order, OrderRule(Fraction(1), minimum=("USD", Fraction(1))))


def test_of_several_factors_the_greatest_applies_and_never_two():
    rule = OrderRule(Fraction(1), factors={"gold": Fraction(2), "early": Fraction(3, 2)})
    assert 20 == earned(basis(("a", "", "10")), rule, factor_of(rule, ("gold", "early")))
    assert 10 == earned(basis(("a", "", "10")), rule, factor_of(rule, ()))


def test_of_equal_rules_in_a_group_the_one_that_is_tried_first_gives():
    chosen = best([Earning("b", "g", 2, 5), Earning("a", "g", 1, 5), Earning("c", "", 9, 1)])
    assert ["a", "c"] == [each.rule for each in chosen]


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=6), st.data())
def test_parts_that_come_back_add_up_to_the_whole(prices, data):
    rule = OrderRule(Fraction(data.draw(st.sampled_from(["1", "0.5", "0.333", "3"]))))
    order = basis(*((str(place), "", Fraction(price, 100)) for place, price in enumerate(prices)))
    whole, clawed, refunds = earned(order, rule), 0, []
    for place in data.draw(st.permutations(range(len(prices)))):
        worth = Fraction(prices[place], 100)
        refunds.append(Returned(worth, ((str(place), worth),)))
        left = earned(remaining(order, refunds), rule)
        clawed += to_claw(whole, left, clawed)
        assert whole - clawed == left
    assert whole == clawed


@given(st.lists(st.integers(0, 3_000), max_size=5), st.integers(1, 5_000))
def test_nothing_less_than_nothing_is_left(refunds, price):
    order = basis(("a", "x", Fraction(price, 100)), ("b", "y", Fraction(price, 50)))
    left = remaining(order, [Returned(Fraction(each, 100)) for each in refunds])
    assert left.value >= 0
    assert all(line.paid >= 0 for line in left.lines)
    assert sum(line.paid for line in left.lines) == left.value


# Expiry.


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        (Expiry(days=30), (2026, 3, 2, 12)),
        (Expiry(months=1), (2026, 2, 28, 12)),
        (Expiry(months=1, round_up_to=Period.MONTH), (2026, 3, 1)),
        (Expiry(months=12), (2027, 1, 31, 12)),
        (Expiry(days=1, round_up_to=Period.DAY), (2026, 2, 2)),
        (Expiry(days=1, round_up_to=Period.WEEK), (2026, 2, 2)),
        (Expiry(days=2, round_up_to=Period.WEEK), (2026, 2, 9)),
        (Expiry(months=1, round_up_to=Period.QUARTER), (2026, 4, 1)),
        (Expiry(months=1, round_up_to=Period.YEAR), (2027, 1, 1)),
        (Expiry(day=date(2026, 12, 31)), (2027, 1, 1)),
        (Expiry(day=date(2026, 12, 31), round_up_to=Period.YEAR), (2027, 1, 1)),
    ],
    ids=repr,
)
def test_points_earned_at_noon_of_the_last_of_january_expire(rule, end):
    earned_us = us(2026, 1, 31, 12, zone=BERLIN)
    assert us(*end, zone=BERLIN) == expires(rule, earned_us, BERLIN)


def test_a_day_that_lost_an_hour_is_a_day():
    before = us(2026, 3, 28, 12, zone=BERLIN)
    assert us(2026, 3, 29, 12, zone=BERLIN) == expires(Expiry(days=1), before, BERLIN)
    assert 23 * 3_600_000_000 == us(2026, 3, 29, 12, zone=BERLIN) - before


def test_without_a_rule_points_never_expire():
    assert expires(None, 0, UTC) is None


@given(st.integers(0, 4_000_000_000_000_000), st.integers(1, 36_500), st.sampled_from(list(Period)))
def test_points_last_at_least_until_the_day_they_were_promised(t, days, period):
    plain = expires(Expiry(days=days), t, BERLIN)
    rounded = expires(Expiry(days=days, round_up_to=period), t, BERLIN)
    assert plain > t
    assert rounded >= plain


# Tiers.

TIERS = (
    Tier("silver", 100, validity_months=12),
    Tier("gold", 500, renewal=300, validity_months=12, grace_days=30),
    Tier("black", 1000, validity_months=12, reevaluate=True, downgrade_on_refund=True),
)


def test_one_rises_at_once_to_the_highest_tier_and_its_validity_ends_at_a_midnight():
    held = risen(Held(), TIERS, 700, us(2026, 1, 15, 12, zone=BERLIN), BERLIN)
    assert ("gold", us(2027, 1, 16, zone=BERLIN)) == (held.tier, held.until_us)
    assert held == risen(held, TIERS, 150, held.since_us + 1, BERLIN)


def test_the_review_keeps_whoever_renews_and_falls_one_level_after_grace():
    held = Held("gold", 0, us(2027, 1, 16, zone=BERLIN))
    kept = reviewed(held, TIERS, 300, held.until_us, BERLIN)
    assert ("gold", us(2028, 1, 16, zone=BERLIN)) == (kept.tier, kept.until_us)

    graced = reviewed(held, TIERS, 299, held.until_us, BERLIN)
    assert ("gold", us(2027, 2, 15, zone=BERLIN)) == (graced.tier, graced.review_us)
    assert "silver" == reviewed(graced, TIERS, 0, graced.review_us, BERLIN).tier
    assert "gold" == reviewed(graced, TIERS, 300, graced.review_us, BERLIN).tier


def test_or_to_what_she_qualifies_for():
    held = Held("black", 0, us(2027, 1, 16, zone=BERLIN))
    assert "gold" == reviewed(held, TIERS, 600, held.until_us, BERLIN).tier
    assert "" == reviewed(held, TIERS, 50, held.until_us, BERLIN).tier


def test_a_refund_takes_a_tier_away_only_where_that_is_asked_for():
    assert "gold" == refunded(Held("black"), TIERS, 600, 1, BERLIN).tier
    assert "gold" == refunded(Held("gold"), TIERS, 0, 1, BERLIN).tier


def test_a_granted_tier_ends_with_what_she_qualifies_for():
    held = Held("black", 0, 100, granted=True)
    assert "silver" == reviewed(held, TIERS, 150, 100, BERLIN).tier


def test_of_two_members_the_higher_tier_holds():
    gold, silver = Held("gold", 0, 10), Held("silver", 0, 99)
    assert gold == higher(gold, silver, TIERS) == higher(silver, gold, TIERS)
    assert Held("gold", 0, 20) == higher(gold, Held("gold", 0, 20), TIERS)


def test_nobody_reaches_a_tier_below_its_threshold():
    assert ["", "silver", "gold", "black"] == [reached(TIERS, each) for each in (99, 100, 999, 1000)]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (Metric(Kind.SPEND, Span.ROLLING_MONTHS, 12), 700),
        (Metric(Kind.SPEND, Span.CALENDAR_YEAR), 500),
        (Metric(Kind.SPEND, Span.MEMBERSHIP_YEAR), 500),
        (Metric(Kind.SPEND, Span.LIFETIME), 1700),
        (Metric(Kind.ORDERS, Span.LIFETIME), 3),
    ],
    ids=repr,
)
def test_a_metric_adds_up_its_window(metric, expected):
    merits = [
        merit(us(2024, 6, 1), 1000),
        merit(us(2025, 11, 1), 200),
        merit(us(2026, 2, 1), 500),
    ]
    assert expected == measured(metric, merits, us(2026, 6, 1), us(2023, 1, 5), BERLIN)


def test_a_refund_lowers_the_metric_from_when_it_happened():
    order = Merit(100, (Step(100, 50, 0, True), Step(200, 20, 0, True), Step(300, 0, 0, False)))
    metric = Metric(Kind.SPEND, Span.LIFETIME)
    assert [0, 50, 20, 0] == [measured(metric, [order], t, 0, UTC) for t in (99, 150, 250, 350)]


def merit(t, spend):
    return Merit(t, (Step(t, spend, 0, True),))
