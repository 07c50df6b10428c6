"""The names of the e-commerce spec (v2), and every way its first version and sloppy callers write them."""

from functools import lru_cache


def standard(name: str) -> str:
    """An event's name in the words of the spec; other names stay as they are, trimmed."""
    return name if name in SPEC else _sought(name)


@lru_cache(4096)
def _sought(name: str) -> str:
    trimmed = name.strip()
    return SPELLINGS.get(compact(trimmed), trimmed)


def compact(name: str) -> str:
    """What case, blanks and underscores leave of a name."""
    return name.lower().replace(" ", "").replace("_", "")


def spellings() -> dict[str, str]:
    """Each name in both orders (Product Viewed, Viewed Product), and the aliases in both orders too."""
    found: dict[str, str] = {}
    pairs = [(thing, action, f"{thing} {action}") for thing, action in SPEC_PAIRS]
    pairs += [(thing, action, name) for (thing, action), name in ALIASES.items()]
    for thing, action, name in pairs:
        for spelling in (f"{thing}{action}", f"{action}{thing}"):
            known = found.setdefault(compact(spelling), name)
            assert known == name, f"{spelling} would mean {known} and {name}"
    return found


# What happens to what. The name is the thing, then what happened.
SPEC_PAIRS = (
    ("Products", "Searched"),
    ("Product List", "Viewed"),
    ("Product List", "Filtered"),
    ("Promotion", "Viewed"),
    ("Promotion", "Clicked"),
    ("Product", "Clicked"),
    ("Product", "Viewed"),
    ("Product", "Added"),
    ("Product", "Removed"),
    ("Cart", "Viewed"),
    ("Checkout", "Started"),
    ("Checkout Step", "Viewed"),
    ("Checkout Step", "Completed"),
    ("Payment Info", "Entered"),
    ("Order", "Completed"),
    ("Order", "Updated"),
    ("Order", "Refunded"),
    ("Order", "Cancelled"),
    ("Coupon", "Entered"),
    ("Coupon", "Applied"),
    ("Coupon", "Denied"),
    ("Coupon", "Removed"),
    ("Product", "Added to Wishlist"),
    ("Product", "Removed from Wishlist"),
    ("Wishlist Product", "Added to Cart"),
    ("Product", "Shared"),
    ("Cart", "Shared"),
    ("Product", "Reviewed"),
)
ALIASES = {
    ("Product Category", "Viewed"): "Product List Viewed",
    ("Product Details", "Viewed"): "Product Viewed",
    ("Product Detail", "Viewed"): "Product Viewed",
    ("Order", "Started"): "Checkout Started",
    ("Order", "Refund"): "Order Refunded",
    ("Order", "Canceled"): "Order Cancelled",
    ("Payment Info", "Added"): "Payment Info Entered",
    ("Product", "Added to Cart from Wishlist"): "Wishlist Product Added to Cart",
}
SPEC = frozenset(f"{thing} {action}" for thing, action in SPEC_PAIRS)
SPELLINGS = spellings()
