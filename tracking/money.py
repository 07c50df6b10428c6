"""Exact money: ISO 4217 currencies and amounts in their minor units, never floats."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation


class NotMoney(ValueError):  # noqa: N818
    """No amount, or of no currency. The text says which."""


def minor_units(value: Decimal | str | float, currency: str) -> int:
    """The amount in minor units (12.345 EUR is 1234, half to even). A float means what it prints as."""
    places = exponent(currency)
    if isinstance(value, bool):
        raise NotMoney("true and false are no amounts")
    try:
        amount = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation:
        raise NotMoney(f"{str(value)[:50]!r} is no amount") from None
    if not amount.is_finite() or amount.adjusted() > LARGEST_DIGITS:
        raise NotMoney(f"{str(value)[:50]!r} is no amount")
    if amount.adjusted() < -LARGEST_DIGITS:
        return 0
    return int(amount.scaleb(places).to_integral_value(rounding=ROUND_HALF_EVEN))


def exponent(currency: str) -> int:
    """How many decimal places a currency has."""
    places = EXPONENTS.get(currency)
    if places is None:
        raise NotMoney(f"{currency[:10]!r} is no ISO 4217 currency")
    return places


def decimal(units: int, currency: str) -> Decimal:
    """The amount in the currency itself: 1234 minor units of EUR are 12.34."""
    return Decimal(units).scaleb(-exponent(currency))


def currency(value: object) -> str | None:
    """The ISO 4217 code a client meant (`eur ` is EUR); None when it is none."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if code in EXPONENTS else None


# Minor units of anything below a million billions fit 64 bits.
LARGEST_DIGITS = 14
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD
XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
EXPONENTS = {
    code: places
    for places, codes in ((2, _TWO), (0, _NONE), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}
