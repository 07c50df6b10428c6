"""What an order earns by a rule. Exact: fractions, rounded once, down. The same at every hour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple


class Line(NamedTuple):
    """A line of an order, and what was paid for it."""

    product_id: str
    category: str
    brand: str
    collection: str
    paid: Fraction


@dataclass(frozen=True, slots=True)
class Basis:
    """What an order is worth, in units of its currency."""

    currency: str
    value: Fraction
    lines: tuple[Line, ...] = ()
    # Called off, or all of it went back.
    gone: bool = False


class Returned(NamedTuple):
    """A refund: how much, and which lines with what they cost, when that was told."""

    amount: Fraction
    lines: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRule:
    """How orders earn."""

    points_per_unit: Fraction
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    # In a currency.
    minimum: tuple[str, Fraction] | None = None
    fixed: int = 0
    # tier -> how many times as much.
    factors: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def filters(self) -> bool:
        return bool(self.products or self.categories or self.brands or self.collections)

    def wants(self, line: Line) -> bool:
        return (
            line.product_id in self.products
            or line.category in self.categories
            or line.brand in self.brands
            or line.collection in self.collections
        )


def earned(basis: Basis, rule: OrderRule, factor: Fraction = Fraction(1)) -> int:
    """Points for *basis*; *factor* is her tier's, and is stored with what she earned."""
    if basis.gone or not reaches(basis, rule.minimum):
        return 0
    worth = basis.value
    if rule.filters:
        wanted = [line for line in basis.lines if rule.wants(line)]
        if not wanted:
            return 0
        worth = sum((line.paid for line in wanted), Fraction())
    return int((worth * rule.points_per_unit + rule.fixed) * factor // 1)


def reaches(basis: Basis, minimum: tuple[str, Fraction] | None) -> bool:
    """Sums in another currency cannot be compared, and do not reach it."""
    return minimum is None or (basis.currency == minimum[0] and basis.value >= minimum[1])


def factor_of(rule: OrderRule, tiers: Iterable[str]) -> Fraction:
    """The greatest of those that apply, and never two."""
    return max((rule.factors[tier] for tier in tiers if tier in rule.factors), default=Fraction(1))


def discounted(basis: Basis) -> Basis:
    """Lines at what was paid: what the whole order was reduced by is shared among them."""
    listed = sum((line.paid for line in basis.lines), Fraction())
    if listed <= basis.value or not listed:
        return basis
    share = basis.value / listed
    return replace(basis, lines=tuple(line._replace(paid=line.paid * share) for line in basis.lines))


def remaining(original: Basis, refunds: Sequence[Returned]) -> Basis:
    """What is left of an order after its refunds, oldest first. Never less than nothing."""
    value, lines = original.value, list(original.lines)
    for refund in refunds:
        amount = min(refund.amount, value)
        lines = without(lines, amount, refund.lines) if refund.lines else shrunk(lines, amount, value)
        value -= amount
    if value == 0 and refunds:
        return Basis(original.currency, value, gone=True)
    return replace(original, value=value, lines=tuple(line for line in lines if line.paid > 0))


def without(lines: list[Line], amount: Fraction, returned: Sequence[tuple[str, Fraction]]) -> list[Line]:
    """The sum that went back is shared among the lines that went back, by what they cost."""
    cost = sum((worth for _, worth in returned), Fraction())
    left = list(lines)
    for product_id, worth in returned:
        due = amount * worth / cost if cost else Fraction()
        for place, line in enumerate(left):
            if line.product_id == product_id and due:
                part = min(due, line.paid)
                left[place] = line._replace(paid=line.paid - part)
                due -= part
    return left


def shrunk(lines: list[Line], amount: Fraction, value: Fraction) -> list[Line]:
    """No lines were told: all of them shrink alike."""
    share = 1 - amount / value if value else Fraction(1)
    return [line._replace(paid=line.paid * share) for line in lines]


class Earning(NamedTuple):
    """What a rule gives."""

    rule: str
    group: str
    rank: int
    points: int


def best(earnings: Iterable[Earning]) -> list[Earning]:
    """Of rules in one group only the one that gives most; of equals the one that is tried first."""
    chosen: dict[str, Earning] = {}
    for each in sorted(earnings, key=lambda one: (one.rank, one.rule)):
        key = f"group {each.group}" if each.group else f"rule {each.rule}"
        if each.points > 0 and (key not in chosen or each.points > chosen[key].points):
            chosen[key] = each
    return sorted(chosen.values(), key=lambda one: (one.rank, one.rule))


def to_claw(original: int, left: int, clawed: int) -> int:
    """`earned(original) - earned(what remains) - already clawed`; what came back to us stays with us."""
    return max(0, original - left - clawed)
