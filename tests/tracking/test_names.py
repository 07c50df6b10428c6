import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.names import SPEC, standard


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Product Viewed", "Product Viewed"),
        ("Viewed Product", "Product Viewed"),
        ("viewed product", "Product Viewed"),
        ("VIEWED_PRODUCT", "Product Viewed"),
        ("productViewed", "Product Viewed"),
        (" Product Viewed ", "Product Viewed"),
        ("Viewed Product Details", "Product Viewed"),
        ("Viewed Product Category", "Product List Viewed"),
        ("Viewed Product List", "Product List Viewed"),
        ("Added Product", "Product Added"),
        ("Removed Product", "Product Removed"),
        ("Completed Order", "Order Completed"),
        ("Started Order", "Checkout Started"),
        ("Updated Order", "Order Updated"),
        ("Refunded Order", "Order Refunded"),
        ("Refund Order", "Order Refunded"),
        ("Order Canceled", "Order Cancelled"),
        ("Cancelled Order", "Order Cancelled"),
        ("Viewed Cart", "Cart Viewed"),
        ("Started Checkout", "Checkout Started"),
        ("Viewed Checkout Step", "Checkout Step Viewed"),
        ("Completed Checkout Step", "Checkout Step Completed"),
        ("Searched Products", "Products Searched"),
        ("Viewed Promotion", "Promotion Viewed"),
        ("Clicked Promotion", "Promotion Clicked"),
        ("Product Added to Wishlist", "Product Added to Wishlist"),
        ("Applied Coupon", "Coupon Applied"),
        ("  Article Read  ", "Article Read"),
        ("ÖRDER COMPLETED", "ÖRDER COMPLETED"),
        ("Product Viewed Twice", "Product Viewed Twice"),
        ("", ""),
    ],
)
def test_names_are_written_as_the_spec_writes_them(name, expected):
    assert expected == standard(name)


@given(st.text())
def test_a_standard_name_stays_as_it_is(name):
    assert standard(name) == standard(standard(name))


def test_every_name_of_the_spec_is_its_own_standard():
    assert {name: name for name in SPEC} == {name: standard(name.upper()) for name in SPEC}
