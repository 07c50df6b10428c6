"""An amount as the reader's language writes it. Exact: an amount is a decimal, never a binary fraction."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision

from services.campaign.content.locales import locale_of


def shown(value: object, currency: str, locale: str) -> str:
    """*value* is a number, a text such as `19.90`, or money as the API writes it. ValueError for all else."""
    amount, said = read(value)
    code = (currency or said).upper()
    if not (len(code) == CODE_LETTERS and code.isascii() and code.isalpha()):
        raise ValueError("money needs a currency, such as {{ order.total | money: 'EUR' }}")
    exact = amount.quantize(Decimal(1).scaleb(-get_currency_precision(code)), ROUND_HALF_UP)
    return format_currency(exact, code, locale=locale_of(locale), currency_digits=True)


def read(value: object) -> tuple[Decimal, str]:
    """The amount, and the currency it says itself."""
    match value:
        case {"currency_code": str(code), "units": units, **rest}:
            return whole(units) + whole(rest.get("nanos", 0)).scaleb(-NANO_DIGITS), code
        case {"currency_code": str(code), "minor_units": minor}:
            return whole(minor).scaleb(-get_currency_precision(code.upper())), code
        case {"amount": amount, "currency": str(code)}:
            return decimal(amount), code
        case Mapping():
            raise ValueError("this is no money")
    return decimal(value), ""


def whole(value: object) -> Decimal:
    """The API writes large integers as texts."""
    amount = decimal(value)
    if amount != amount.to_integral_value():
        raise ValueError(f"{value} is no whole number")
    return amount


def decimal(value: object) -> Decimal:
    """A float is taken as it is written: 19.9 is 19.90, not what the machine makes of it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is no amount")  # noqa: TRY004 -- what is given comes from a template
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount") from None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError(f"{value!r} is no amount")
    return amount


CODE_LETTERS = 3
NANO_DIGITS = 9
LARGEST = Decimal(10) ** 15
