"""What a template sees: the customer, what brought the message about, and what follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from services.campaign.domain.person import Contact

Activity = Mapping[str, object]


def data_for(
    contact: Contact | None,
    *,
    zone: tzinfo | None = None,
    event: Activity | None = None,
    # Newest first.
    evidence: Sequence[Activity] = (),
    order: Mapping[str, object] | None = None,
    cart: Mapping[str, object] | None = None,
    products: Sequence[Mapping[str, object]] | None = None,
    coupon: Mapping[str, object] | None = None,
    links: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The variables of a template by their first step.

    `event` and each of `evidence` say `event`, `time`, `properties` and what else they carry. `order`, `cart`
    and `products` are found in them unless they are given. *extra* is what a send brings of its own; it hides
    what has the same name. *zone* is the workspace's, for who has none of her own.
    """
    happened = [*([event] if event else []), *evidence]
    found: dict[str, object] = {
        "profile": profile(contact, zone),
        "event": event,
        "evidence": list(evidence),
        "order": order or newest(happened, "order_id"),
        "cart": cart or newest(happened, "cart_id"),
        "products": list(products) if products is not None else distinct(happened),
        "coupon": coupon,
        "links": links or {},
    }
    return found | dict(extra or {})


def data_of(
    contact: Contact | None,
    document: Mapping[str, object],
    *,
    zone: tzinfo | None = None,
    links: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """The same from a document: what a send was claimed with, or what a caller says stands for it.

    `event`, `evidence`, `order`, `cart`, `products` and `coupon` have their places when they are of the right
    form. All else, and what stands in `extra`, comes in under its own name.
    """
    evidence, products = objects(document.get("evidence")), document.get("products")
    extra = {name: value for name, value in document.items() if name not in PLACED}
    return data_for(
        contact,
        zone=zone,
        event=an_object(document.get("event")),
        evidence=evidence,
        order=an_object(document.get("order")),
        cart=an_object(document.get("cart")),
        products=objects(products) if products is not None else None,
        coupon=an_object(document.get("coupon")),
        links=links,
        extra=extra | dict(an_object(document.get("extra")) or {}),
    )


def an_object(value: object) -> Mapping[str, object] | None:
    return value if isinstance(value, Mapping) else None


def objects(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def profile(contact: Contact | None, zone: tzinfo | None) -> dict[str, object]:
    """Traits by their own names, and below `traits` too, for those that share a name with what is ours."""
    own = str(zone) if zone else "UTC"
    if contact is None:
        return {"time_zone": own}
    identifiers = {kind: values[0] for kind, values in contact.identifiers.items() if values}
    known: dict[str, object] = {
        **contact.traits,
        **identifiers,
        "name": contact.traits.get("name") or full_name(contact.traits),
        "id": contact.profile.rpartition("/")[2],
        "locale": contact.locale or None,
        "time_zone": str(contact.zone) if contact.zone else own,
        "traits": dict(contact.traits),
        "computed": dict(contact.computed),
        "segments": [name.rpartition("/")[2] for name in sorted(contact.segments)],
    }
    return known


def full_name(traits: Mapping[str, object]) -> str | None:
    parts = (traits.get("first_name"), traits.get("last_name"))
    return " ".join(part for part in parts if isinstance(part, str) and part) or None


def newest(happened: Iterable[Activity], key: str) -> Mapping[str, object] | None:
    """The properties of the newest activity that names such a thing, an order or a cart."""
    return next((said for each in happened if (said := properties(each)).get(key)), None)


def distinct(happened: Iterable[Activity]) -> list[Mapping[str, object]]:
    """The products that were seen, put into a cart or bought: each once, as last seen, newest first."""
    found: dict[str, Mapping[str, object]] = {}
    for activity in happened:
        said = properties(activity)
        listed = said.get("products")
        for product in listed if isinstance(listed, list) else [said]:
            id = product.get("product_id") if isinstance(product, Mapping) else None
            if isinstance(id, str | int) and not isinstance(id, bool):
                found.setdefault(str(id), product)
    return list(found.values())


def properties(activity: Activity) -> Mapping[str, object]:
    said = activity.get("properties")
    return said if isinstance(said, Mapping) else {}


# By which a template's variables may begin; a send may bring others of its own.
ROOTS = frozenset(("profile", "event", "evidence", "order", "cart", "products", "coupon", "links"))
PLACED = ROOTS - {"profile", "links"} | {"extra"}
# Of `profile`, what is not a trait.
NOT_TRAITS = frozenset(
    ("email", "phone", "user_id", "id", "locale", "time_zone", "computed", "segments", "traits", "name")
)
