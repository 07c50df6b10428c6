"""What the demo shop sells."""

from itertools import accumulate
from random import Random
from typing import Any, NamedTuple


class Product(NamedTuple):
    """One article. Its price is in cents of either currency."""

    id: str
    sku: str
    name: str
    category: str
    brand: str
    variant: str
    cents: int

    def told(self, quantity: int | None = None) -> dict[str, Any]:
        """As the e-commerce spec tells of a product."""
        slug = self.id.lower()
        about = {
            "product_id": self.id,
            "sku": self.sku,
            "name": self.name,
            "category": self.category,
            "brand": self.brand,
            "variant": self.variant,
            "price": self.cents / 100,
            "url": f"https://{HOST}/products/{slug}",
            "image_url": f"https://{HOST}/images/{slug}.jpg",
        }
        return about if quantity is None else {**about, "quantity": quantity}


def catalogue(seed: int) -> tuple[Product, ...]:
    """The articles of the shop, the best sellers first."""
    rng = Random(f"catalogue/{seed}")  # noqa: S311 -- it must be predictable
    found: list[Product] = []
    for category, (kinds, low, high) in CATEGORIES.items():
        for kind in kinds:
            for variant in rng.sample(VARIANTS, 3):
                number = 1000 + len(found)
                brand = rng.choice(BRANDS)
                cents = rng.randrange(low, high) * 100 - rng.choice((1, 5, 10, 100))
                name = f"{kind} {rng.choice(MODELS)}"
                found.append(
                    Product(
                        f"P{number}", f"{number}-{variant[:3].upper()}", name, category, brand, variant, cents
                    )
                )
    rng.shuffle(found)
    return tuple(found)


def zipf(count: int, skew: float) -> list[float]:
    """Cumulated weights by which the first of *count* things are chosen far more often than the last."""
    return list(accumulate(1 / (rank + 2) ** skew for rank in range(count)))


HOST = "shop.example"
CATEGORIES: dict[str, tuple[tuple[str, ...], int, int]] = {
    "Coats": (("Wool coat", "Raincoat", "Parka", "Trench coat"), 120, 420),
    "Jackets": (("Denim jacket", "Quilted jacket", "Blazer"), 70, 260),
    "Knitwear": (("Cardigan", "Jumper", "Roll-neck"), 45, 160),
    "Dresses": (("Summer dress", "Shirt dress", "Évening dress"), 50, 220),
    "Trousers": (("Chinos", "Jeans", "Culottes"), 50, 150),
    "Shoes": (("Trainers", "Ankle boots", "Loafers", "Sandals"), 60, 240),
    "Bags": (("Tote", "Rucksack", "Clutch"), 40, 280),
    "Accessories": (("Scarf", "Beanie", "Belt", "Gloves"), 12, 80),
}
BRANDS = ("Nordlicht", "Håndværk", "Maison Été", "Küstenwind", "Fjäll & Form", "Lowlands")
VARIANTS = ("black", "navy", "olive", "sand", "rust", "ivory", "grey", "bordeaux")
MODELS = ("Åse", "Bruno", "Clara", "Dune", "Elba", "Föhr", "Greta", "Hygge", "Isar", "Juist")
