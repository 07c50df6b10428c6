"""However an order is reported, by whomever and in whatever order: it is one order."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.orders import report
from services.profile.domain.purchases import (
    CANCELLED,
    PARTIALLY_REFUNDED,
    PLACED,
    REFUNDED,
    Purchase,
    dump,
    effective,
    load,
    order,
    take,
)

BROWSER, SERVER = ("anonymous_id", 21), ("user_id", 1)
MUG = {"sku": "M", "price": 10, "quantity": 2}


def told(name, time, by=BROWSER, **properties):
    properties = {"order_id": "1001"} | properties
    one = report(name, properties, time_us=time, id=f"e{time}", message_id=f"m{time}", currency="EUR")
    return one, by


def purchase(*reports):
    found = Purchase()
    for one, (kind, anchor) in reports:
        take(found, one, kind, anchor)
    return found


def placed(*reports):
    return order(purchase(*reports))


def test_browser_and_server_report_one_order_and_the_later_word_holds():
    found = placed(
        told("Order Completed", 2, SERVER, total=50, coupon="SPRING"),
        told("Order Completed", 1, total=49, affiliation="Web"),
    )
    assert (5000, "SPRING", "Web") == (found.total, found.coupon, found.affiliation)
    assert (1, 2) == (found.order_time_us, found.update_time_us)


def test_an_order_belongs_to_the_strongest_identifier_that_reported_it_then_to_the_first():
    anonymous = told("Order Completed", 1), told("Order Completed", 2, ("anonymous_id", 22))
    assert 21 == purchase(*anonymous).claimant.anchor
    assert 1 == purchase(*anonymous, told("Order Updated", 3, SERVER)).claimant.anchor


@pytest.mark.parametrize(
    ("sums", "total"),
    [
        ({"total": 30, "value": 29, "revenue": 28}, 3000),
        ({"value": 29, "revenue": 28}, 2900),
        ({"revenue": "28.99"}, 2899),
        ({}, 2000),
        ({"total": "a lot"}, 2000),
        ({"total": 0}, 0),
    ],
)
def test_the_total_is_what_was_paid_else_value_else_revenue_else_the_sum_of_lines(sums, total):
    assert total == placed(told("Order Completed", 1, products=[MUG], **sums)).total


def test_the_total_of_an_order_that_tells_none_is_not_known():
    found = placed(told("Order Completed", 1))
    assert (None, 0, PLACED) == (found.total, found.refunded, found.state)


def test_a_currency_told_once_holds_for_reports_that_tell_none():
    reports = told("Order Completed", 1, total=5, currency="USD"), told("Order Updated", 2, total=6)
    assert ("USD", 600) == (placed(*reports).currency, placed(*reports).total)
    assert "EUR" == placed(told("Order Completed", 1, total=5)).currency


def test_a_cancelled_order_stays_cancelled_when_the_thank_you_page_is_opened_again():
    completed, cancelled = told("Order Completed", 1, total=5), told("Order Cancelled", 2)
    assert CANCELLED == placed(completed, cancelled, told("Order Completed", 3, total=5)).state


def test_the_order_dates_from_when_it_was_placed_not_from_an_earlier_update():
    assert 4 == placed(told("Order Updated", 2), told("Order Completed", 4)).order_time_us
    assert 2 == placed(told("Order Updated", 2)).order_time_us


def test_partial_refunds_add_up_and_never_exceed_the_order():
    completed = told("Order Completed", 1, total=50)
    first = told("Order Refunded", 2, refund_id="a", total=20)
    second = told("Order Refunded", 3, refund_id="b", total="40")
    assert (PARTIALLY_REFUNDED, 2000) == (placed(completed, first).state, placed(completed, first).refunded)
    found = placed(completed, second, first)
    assert (REFUNDED, 5000) == (found.state, found.refunded)
    assert [("a", 2000, 2000), ("b", 4000, 3000)] == [
        (refund.refund_id, refund.amount, refund.effective) for refund in found.refunds
    ]


def test_a_refund_that_names_no_sum_is_of_the_whole_order():
    found = placed(told("Order Completed", 1, total=50), told("Order Refunded", 2))
    assert (REFUNDED, 5000, None) == (found.state, found.refunded, found.refunds[0].amount)


def test_refunded_lines_without_a_price_cost_what_they_were_bought_for():
    bought = told("Order Completed", 1, total=25, products=[MUG, {"sku": "S", "price": 5}])
    found = placed(bought, told("Order Refunded", 2, products=[{"sku": "M", "quantity": 1}]))
    assert (PARTIALLY_REFUNDED, 1000) == (found.state, found.refunded)


def test_a_refund_before_its_order_waits_for_it():
    early = told("Order Refunded", 1, total=5, reason="broken")
    assert placed(early) is None
    found = placed(early, told("Order Completed", 2, total=20))
    assert (500, "broken", 1) == (found.refunded, found.refunds[0].reason, found.refunds[0].time_us)


def test_a_refund_reported_twice_counts_once():
    lines = {"products": [{"sku": "M", "price": 10}]}
    twice = told("Order Refunded", 2, **lines), told("Order Refunded", 3, SERVER, **lines)
    assert 1000 == placed(told("Order Completed", 1, products=[MUG]), *twice).refunded


def test_a_repetition_tells_nothing_new_and_a_correction_does():
    found = purchase(told("Order Completed", 1, total=20))
    again, corrected = told("Order Completed", 2, total=20), told("Order Updated", 3, total=21)
    assert not take(found, again[0], *BROWSER)
    assert take(found, corrected[0], *BROWSER)
    assert take(found, again[0], *SERVER), "it turned out whose it is"
    assert take(found, told("Order Refunded", 4, total=1)[0], *BROWSER)
    assert not take(found, told("Order Refunded", 4, total=1)[0], *BROWSER)


@given(st.integers(0, 100), st.lists(st.none() | st.integers(0, 60), max_size=5))
def test_refunds_never_exceed_the_order(total, amounts):
    taken = effective(total, amounts)
    wanted = sum(total if amount is None else amount for amount in amounts)
    assert sum(taken) == min(total, wanted)
    assert all(
        took >= 0 and (amount is None or took <= amount) for took, amount in zip(taken, amounts, strict=True)
    )


LINES = st.lists(
    st.fixed_dictionaries({"sku": st.sampled_from("MS"), "price": st.integers(0, 9)}), max_size=2
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "total": st.integers(0, 40),
        "revenue": st.integers(0, 40),
        "currency": st.sampled_from(["EUR", "JPY"]),
        "coupon": st.sampled_from("AB"),
        "products": LINES,
        "refund_id": st.sampled_from("rs"),
    },
)
NAMES = st.sampled_from(["Order Completed", "Order Updated", "Order Cancelled", "Order Refunded"])
REPORTS = st.lists(st.tuples(NAMES, st.sampled_from([BROWSER, SERVER, ("email", 11)]), SAID), max_size=7)


@given(REPORTS, st.lists(st.integers(0, 4), min_size=7, max_size=7), st.data())
def test_any_order_and_repetition_of_reports_gives_the_same_order(said, times, data):
    reports = []
    for number, ((name, by, properties), time) in enumerate(zip(said, times, strict=False)):
        one = report(
            name,
            {"order_id": "1"} | properties,
            time_us=time,
            id=f"e{number}",
            message_id="m",
            currency="EUR",
        )
        reports.append((one, by))
    again = data.draw(st.lists(st.sampled_from(reports), max_size=3)) if reports else []
    one = purchase(*reports)
    other = purchase(*data.draw(st.permutations(reports + again)))
    assert dump(one) == dump(other)
    assert order(one) == order(other)


@given(REPORTS)
def test_an_order_survives_being_written_down(said):
    found = purchase(*(told(name, 1 + at, by, **words) for at, (name, by, words) in enumerate(said)))
    assert found == load(dump(found))
    assert order(found) == order(load(dump(found)))


@given(REPORTS)
def test_what_is_refunded_lies_between_nothing_and_the_total(said):
    found = placed(*(told(name, 1 + at, by, **words) for at, (name, by, words) in enumerate(said)))
    if found:
        assert 0 <= found.refunded <= (found.total or 0)
        assert found.refunded == sum(refund.effective for refund in found.refunds)


@given(REPORTS)
def test_reports_are_not_changed_by_being_taken(said):
    reports = [told(name, 1 + at, by, **words) for at, (name, by, words) in enumerate(said)]
    before = deepcopy(reports)
    placed(*reports, *reports)
    assert before == reports
