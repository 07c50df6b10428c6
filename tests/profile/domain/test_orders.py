"""What shops report, and what we make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.carts import DEFAULT, EVERY, CartChange, Kind
from services.profile.domain.orders import UNDERSTOOD, OrderReport, RefundReport, report, viewed_category

MUG = {"product_id": "p1", "sku": "M-1", "name": "Mug", "price": 9.5, "quantity": 2, "category": "Kitchen"}


def read(event, /, **properties):
    return report(event, properties, time_us=5, id="e5", message_id="m5", currency="EUR")


def test_a_completed_order_is_placed_and_empties_the_cart():
    found = read(
        "Order Completed", order_id=" 1001 ", total=19, currency="usd", coupon="SPRING", products=[MUG]
    )
    assert isinstance(found, OrderReport)
    assert ("1001", True, False) == (found.order_id, found.placed, found.cancelled)
    assert ("19", "USD", "SPRING") == tuple(found.said[field] for field in ("total", "currency", "coupon"))
    assert (EVERY, Kind.CLEAR) == (found.cart.cart_id, found.cart.operation.kind)
    assert "c7" == read("Order Completed", order_id=1, cart_id="c7").cart.cart_id


def test_lines_keep_what_is_told_and_prices_to_the_cent():
    (line,) = read("Order Completed", order_id="1", products=[MUG]).said["lines"]
    assert {
        "product_id": "p1",
        "sku": "M-1",
        "product_name": "Mug",
        "category": "Kitchen",
        "quantity": 2,
        "price": "9.5",
    } == line


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ({"order_id": 1001}, "1001"),
        ({"order_id": 1001.0}, "1001"),
        ({"orderId": "A-1"}, "A-1"),
        ({"order_id": " ", "checkout_id": "c9"}, "c9"),
        ({"order_id": None}, "m5"),
        ({"order_id": ["x"]}, "m5"),
        ({"order_id": True}, "m5"),
        ({"order_id": "a\x00b"}, "m5"),
        ({"order_id": "9" * 1001}, "m5"),
        ({"order_id": 10**5000}, "m5"),
    ],
)
def test_an_order_has_the_shops_number_else_that_of_the_checkout_else_of_the_message(properties, key):
    assert key == read("Order Completed", **properties).order_id


@pytest.mark.parametrize("name", ["Order Updated", "Order Cancelled", "Order Refunded"])
def test_news_of_no_order_in_particular_say_nothing(name):
    assert read(name, total=5) is None


@pytest.mark.parametrize("code", ["euro", "XXX", 978, None])
def test_the_currency_of_the_workspace_counts_where_none_is_told(code):
    assert {"assumed_currency": "EUR"} == read("Order Updated", order_id="1", currency=code).said


def test_a_refund_is_known_by_its_id_else_by_its_lines_else_by_its_message():
    assert "r1" == read("Order Refunded", order_id="1", refund_id="r1", products=[MUG]).refund_id
    by_lines = read("Order Refunded", order_id="1", products=[MUG, {"sku": "X"}])
    in_other_words = [{"sku": "X", "price": 3}, MUG | {"name": "Cup"}]
    assert by_lines.refund_id == read("Order Refunded", order_id="1", products=in_other_words).refund_id
    assert by_lines.refund_id != read("Order Refunded", order_id="1", products=[MUG]).refund_id
    assert "m5" == read("Order Refunded", order_id="1").refund_id


def test_a_refund_below_zero_is_a_refund_of_that_sum():
    assert {"total": "4.5"} == read("Order Refunded", order_id="1", total="-4.50").said


def test_what_is_seen_in_a_cart_replaces_it_and_nothing_seen_says_nothing():
    found = read("Cart Viewed", cart_id="c1", products=[MUG])
    assert isinstance(found, CartChange)
    assert ("c1", Kind.SET) == (found.cart_id, found.operation.kind)
    assert "EUR" == found.operation.lines[0]["currency"]
    assert [] == read("Checkout Started", products=[]).operation.lines
    assert read("Cart Viewed", cart_id="c1") is None


def test_a_product_is_added_to_the_cart_it_names():
    found = read("Product Added", **MUG)
    assert (DEFAULT, Kind.ADD, "p1") == (
        found.cart_id,
        found.operation.kind,
        found.operation.lines[0]["product_id"],
    )
    assert Kind.REMOVE == read("Product Removed", **MUG).operation.kind
    assert read("Product Added", quantity=1) is None, "nobody knows what was added"


@pytest.mark.parametrize(
    ("field", "told", "kept"),
    [
        ("quantity", "3", 3),
        ("quantity", None, 1),
        ("quantity", "many", 1),
        ("quantity", -2, 1),
        ("quantity", 1.5, 1),
        ("quantity", True, 1),
        ("price", "12.50", "12.5"),
        ("price", 0.1, "0.1"),
        ("price", 100, "100"),
        ("price", "-0.00", "0"),
        ("price", "1e-999999", "0"),
        ("price", "1e999", None),
        ("price", "free", None),
        ("price", -1, None),
        ("price", {"amount": 5}, None),
        ("name", 7, "7"),
        ("name", ["Mug"], None),
    ],
)
def test_garbage_is_ignored_field_by_field(field, told, kept):
    (line,) = read("Order Completed", order_id="1", products=[{"sku": "X", field: told}]).said["lines"]
    assert kept == line.get("product_name" if field == "name" else field)


def test_a_line_of_more_than_money_can_be_has_no_price():
    line = {"sku": "X", "quantity": 1_000_000_000, "price": 10_000_000_000}
    assert "price" not in read("Order Completed", order_id="1", products=[line]).said["lines"][0]


def test_lines_that_say_nothing_are_none():
    products = [None, 7, [], {}, {"quantity": 2}, {"sku": "X", "quantity": 0}]
    assert [] == read("Order Completed", order_id="1", products=products).said["lines"]


def test_the_category_of_a_viewed_product_is_read():
    assert "Kitchen" == viewed_category("Product Viewed", MUG)
    assert viewed_category("Product Added", MUG) is None


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["1e999", "1e-999999", "NaN", "-Infinity", "9" * 400, "٣"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    [
        "order_id",
        "refund_id",
        "cart_id",
        "total",
        "revenue",
        "currency",
        "products",
        "quantity",
        "price",
        "sku",
    ]
)


@given(st.sampled_from(sorted(UNDERSTOOD)), st.dictionaries(FIELDS, ANYTHING, max_size=6))
def test_whatever_comes_is_read_without_complaint(name, properties):
    product = {key: value for key, value in properties.items() if key != "products"}
    for said in (properties, properties | {"products": [product, *properties]}):
        found = report(name, said, time_us=1, id="e", message_id="m", currency="EUR")
        assert found is None or isinstance(found, OrderReport | RefundReport | CartChange)
