from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.money import EXPONENTS, NotMoney, currency, decimal, exponent, minor_units


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (19.99, "EUR", 1999),
        ("19.99", "EUR", 1999),
        (" 5 ", "USD", 500),
        (1999, "JPY", 1999),
        ("1.5", "JPY", 2),
        ("2.5", "JPY", 2),
        (0.1 + 0.2, "EUR", 30),
        ("0.125", "EUR", 12),
        ("0.135", "EUR", 14),
        ("1.2345", "KWD", 1234),
        ("1.00005", "CLF", 10000),
        (Decimal("-3.335"), "EUR", -334),
        ("1e3", "EUR", 100000),
        ("1e-999999", "EUR", 0),
        (0, "EUR", 0),
    ],
)
def test_amounts_become_minor_units_half_to_even(value, code, expected):
    assert expected == minor_units(value, code)


@pytest.mark.parametrize(
    "value",
    ["", "ten", "1,50", "nan", "inf", float("nan"), float("-inf"), True, "1e15", "1e999999", None, []],
)
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(NotMoney, match="amount"):
        minor_units(value, "EUR")


@pytest.mark.parametrize("code", ["eur", "", "XXX", "EURO"])
def test_what_is_no_currency_is_refused(code):
    with pytest.raises(NotMoney, match="ISO 4217"):
        minor_units(1, code)


@given(st.integers(-(10**14), 10**14), st.sampled_from(sorted(EXPONENTS)))
def test_units_and_amounts_are_one_another(units, code):
    assert units == minor_units(decimal(units, code), code)
    assert units == minor_units(str(decimal(units, code)), code)


def test_the_currency_a_client_meant():
    assert "EUR" == currency(" eur ")
    assert [None, None, None] == [currency("€"), currency(None), currency(978)]
    assert (0, 2, 3, 4) == (exponent("ISK"), exponent("HUF"), exponent("BHD"), exponent("UYW"))
    assert len(EXPONENTS) > 160
