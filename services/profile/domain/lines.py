"""What was bought, went back or lies in a cart, as the e-commerce spec writes products.

A line keeps its price as the text of an exact decimal: the currency may be told by another report, later.
Garbage is ignored field by field; the event itself stays in the timeline as it came.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypedDict

from tracking import money
from tracking.identifiers import CONTROL, plain


class Line(TypedDict, total=False):
    """One product. Ready for JSON; what was not told is absent, but for the quantity."""

    product_id: str
    sku: str
    product_name: str
    category: str
    brand: str
    variant: str
    quantity: int
    price: str
    currency: str
    url: str
    image_url: str


def told(properties: Mapping[str, Any]) -> list[Line] | None:
    """The lines under `products`; None when there is no such list. An empty list says: nothing."""
    products = properties.get("products")
    if not isinstance(products, list):
        return None
    found = (line(product) for product in products if isinstance(product, dict))
    return [one for one in found if one]


def line(product: Mapping[str, Any]) -> Line | None:
    """One product as a line; None when it says nothing that tells it from others, or none of it."""
    found = Line()
    for field, spellings in TEXTS:
        if value := text(product, *spellings):
            found[field] = value  # type: ignore[literal-required] # TEXTS lists fields of Line
    if not identity(found) or (quantity := count(product.get("quantity"))) == 0:
        return None
    found["quantity"] = quantity
    price = amount(product.get("price"))
    if price is not None and minor_units(Decimal(price) * quantity, FINEST) is not None:
        found["price"] = price
    return found


def identity(one: Line) -> tuple[str, ...]:
    """What makes two lines the same product; empty when nothing does."""
    known = (one.get("product_id", ""), one.get("sku", ""))
    if not any(known):
        known = ("", one.get("product_name", ""))
    return (*known, one.get("variant", "")) if any(known) else ()


def same_product(one: Line, other: Line) -> bool:
    """Whether both may mean one product: what both tell is equal, the first of it an id, SKU or name."""
    shared = [field for field in ("product_id", "sku", "product_name") if field in one and field in other]
    pinned = [*shared[:1], *(field for field in ("sku", "variant") if field in one and field in other)]
    return bool(shared) and all(one.get(field) == other.get(field) for field in pinned)


def total(lines: Iterable[Line]) -> Decimal | None:
    """What the lines with a price come to; None when there are none."""
    priced = [Decimal(one["price"]) * one["quantity"] for one in lines if "price" in one]
    return sum(priced, Decimal(0)) if priced else None


def amount(value: Any, *, signed: bool = False) -> str | None:
    """A sum of money as told, without its currency: a decimal as text, not below zero unless *signed*."""
    if not isinstance(value, str | int | float) or (found := _decimal(value)) is None:
        return None
    return None if found < 0 and not signed else format(found, "f")


def minor_units(value: Decimal | str, currency: str) -> int | None:
    """Exact minor units of what `amount` or `total` gave; None when that is more than money can be."""
    try:
        return money.minor_units(value, currency)
    except money.NotMoney:
        return None


def count(value: Any) -> int:
    """A quantity; 1 when it is not told, or is none."""
    number = Decimal(amount(value) or 1)
    return int(number) if number == int(number) and number <= MOST_PIECES else 1


def text(properties: Mapping[str, Any], *names: str) -> str | None:
    """The first of *names* that is told as a text or number, trimmed.

    What is empty, endless or holds control characters tells nothing: ids become keys, and PostgreSQL keeps
    no NUL.
    """
    for name in names:
        value = properties.get(name)
        if isinstance(value, int) and value.bit_length() > LONGEST:
            continue
        if (found := (plain(value) or "").strip()) and len(found) <= LONGEST and not CONTROL.search(found):
            return found
    return None


def _decimal(value: str | float) -> Decimal | None:
    """The number a text or number tells. How large one may be, `money` knows; what is tiny is nothing."""
    try:
        money.minor_units(value, FINEST)
        found = Decimal(str(value).strip())
    except ValueError:
        return None
    return (found + 0).normalize() if found.adjusted() >= -money.LARGEST_DIGITS else Decimal(0)


# Each field and how it is written: by the spec, in camel case, and by the first version of the spec.
TEXTS = (
    ("product_id", ("product_id", "productId", "id")),
    ("sku", ("sku",)),
    ("product_name", ("name", "product_name")),
    ("category", ("category",)),
    ("brand", ("brand",)),
    ("variant", ("variant",)),
    ("url", ("url",)),
    ("image_url", ("image_url", "imageUrl")),
)
# A currency of four decimal places: what it cannot tell, no other can.
FINEST = "CLF"
LONGEST = 1000
MOST_PIECES = 1_000_000_000
