"""What is computed is what a naive recount gives."""

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.computed import computed
from services.profile.domain.purchases import CANCELLED, PLACED, Order
from services.profile.domain.registers import write


def an_order(time=1, total=100, refunded=0, currency="EUR", state=PLACED, **categories):
    lines = [{"sku": "x", "category": name, "quantity": many} for name, many in categories.items() if many]
    return Order(
        state, currency, total, refunded, [*lines, {"sku": "y", "quantity": 9}], "", "", time, time, ()
    )


def test_somebody_who_never_ordered():
    found = computed({}, [], {})
    assert (0, {}, None, None, "", "") == (
        found.order_count,
        found.lifetime_values,
        found.first_order_time_us,
        found.last_order_time_us,
        found.last_order_id,
        found.favourite_category,
    )


def test_orders_count_net_of_refunds_for_each_currency():
    orders = {"1": an_order(refunded=30), "2": an_order(total=5, currency="CHF"), "3": an_order(total=None)}
    assert {"CHF": 5, "EUR": 70} == computed(orders, [], {}).lifetime_values


def test_a_cancelled_order_counts_nowhere():
    orders = {
        "1": an_order(2, Mugs=1),
        "2": an_order(1, state=CANCELLED, Forks=9),
        "3": an_order(3, state=CANCELLED),
    }
    found = computed(orders, [], {})
    assert (1, 2, 2, "1", "Mugs", {"EUR": 100}) == (
        found.order_count,
        found.first_order_time_us,
        found.last_order_time_us,
        found.last_order_id,
        found.favourite_category,
        found.lifetime_values,
    )


def test_the_favourite_is_what_was_ordered_most_else_viewed_most_else_first_in_the_alphabet():
    viewed = [{"Forks": 2}, {"Forks": 3, "Mugs": 4}]
    assert "Forks" == computed({}, viewed, {}).favourite_category
    assert "Mugs" == computed({"1": an_order(Mugs=1)}, viewed, {}).favourite_category
    assert "Forks" == computed({"1": an_order(Mugs=2), "2": an_order(Forks=2)}, [], {}).favourite_category


def test_the_client_last_seen_is_told():
    recent = {}
    write(recent, "locale", 1, "a", "de-AT")
    write(recent, "locale", 2, "b", "en")
    write(recent, "user_agent", 1, "a", "curl")
    found = computed({}, [], recent)
    assert ("curl", "en", "") == (found.user_agent, found.locale, found.time_zone)


ORDERS = st.builds(
    an_order,
    time=st.integers(0, 5),
    total=st.none() | st.integers(50, 99),
    refunded=st.just(0) | st.integers(0, 50),
    currency=st.sampled_from(["EUR", "CHF"]),
    state=st.sampled_from([PLACED, CANCELLED]),
    Mugs=st.integers(0, 3),
    Forks=st.integers(0, 3),
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), ORDERS, max_size=5), st.data())
def test_computed_traits_equal_a_recount_in_any_order(orders, data):
    found = computed(dict(data.draw(st.permutations(list(orders.items())))), [{"Cups": 1}], {})
    count, sums, latest, pieces = 0, {}, None, {}
    for id, order in orders.items():
        if order.state != CANCELLED:
            count += 1
            sums[order.currency] = sums.get(order.currency, 0) + (order.total or 0) - order.refunded
            latest = max(latest or (-1, ""), (order.order_time_us, id))
            for line in order.lines:
                if "category" in line:
                    pieces[line["category"]] = pieces.get(line["category"], 0) + line["quantity"]
    assert (count, sums) == (found.order_count, found.lifetime_values)
    assert (found.last_order_time_us, found.last_order_id) == (latest or (None, ""))
    best = max(pieces.values(), default=0)
    assert found.favourite_category == min((name for name in pieces if pieces[name] == best), default="Cups")
