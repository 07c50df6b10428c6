"""Rules by which points are earned, and whether one applies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from conditions import compiler
from conditions.check import Known
from conditions.check import problems as condition_problems
from conditions.facts import Person
from conditions.forms import Problem
from conditions.grammar import All, Any, Condition, EventFilter, Has, Not, Sampled
from services.loyalty.domain.earning import Basis, Earning, OrderRule, best, earned, factor_of
from services.loyalty.domain.expiry import Expiry, expires
from services.loyalty.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    version: int
    rank: int = 0
    group: str = ""
    order: OrderRule | None = None
    events: EventFilter | None = None
    # For each of those events.
    points: int = 0
    condition: Condition | None = None
    currency: str = "points"
    from_us: int | None = None
    until_us: int | None = None
    pending_us: int = 0
    # As the programme says, when it is left out.
    expiry: Expiry | None = None
    # Per member and day; 0 is no limit.
    daily_limit: int = 0

    def runs(self, t: int) -> bool:
        return (self.from_us is None or self.from_us <= t) and (self.until_us is None or t < self.until_us)


class Credit(NamedTuple):
    """What a rule gives, and when."""

    rule: Rule
    points: int
    factor: str
    # What is still allowed that day, when there is a limit.
    most: int | None
    available_us: int
    expires_us: int | None


def credit_of(rule: Rule, terms: Terms, points: int, at: int, factor: str = "1") -> Credit:
    return Credit(
        rule,
        points,
        factor,
        None,
        at + rule.pending_us,
        expires(rule.expiry or terms.expiry, at, terms.zone),
    )


def credits_of_order(
    rules: Sequence[Rule],
    terms: Terms,
    basis: Basis,
    at: int,
    *,
    person: Person,
    tier: str,
    left: dict[str, int],
) -> list[Credit]:
    """What an order placed at *at* earns. *left* is what limits of the day leave, by rule."""
    found = {}
    for rule in rules:
        if rule.order is None or not rule.runs(at) or not fits(rule.condition, person, at):
            continue
        factor = factor_of(rule.order, (tier,))
        made = credit_of(rule, terms, earned(basis, rule.order, factor), at, str(factor))
        if rule.daily_limit:
            most = max(0, left.get(rule.name, rule.daily_limit))
            made = made._replace(points=min(made.points, most), most=most)
        found[rule.name] = made
    chosen = best(Earning(one.rule.name, one.rule.group, one.rule.rank, one.points) for one in found.values())
    return [found[each.rule] for each in chosen]


def fits(condition: Condition | None, person: Person, at: int) -> bool:
    return condition is None or compiler.compile(condition).evaluate(person, at).holds


def person_of(profile: str, tier: str, zone: tzinfo) -> Person:
    """What conditions of a programme can know of a member: who she is, and her tier."""
    return Person(profile=profile, zone=zone, registers={"loyalty.tier": ((0, tier or None),)})


def problems(condition: Condition) -> list[Problem]:
    """What keeps a condition from being decided here: it may ask for her tier, and draw a sample."""
    found = list(condition_problems(condition, Known(roots=frozenset(("loyalty",))), "", 1))
    return found or list(beyond(condition))


def beyond(condition: Condition) -> list[Problem]:
    match condition:
        case All(of) | Any(of):
            return [problem for each in of for problem in beyond(each)]
        case Not(inner):
            return beyond(inner)
        case Has(path, _, has_been):
            if path == "loyalty.tier" and has_been is None:
                return []
        case Sampled():
            return []
    return [
        Problem("", "must be about loyalty.tier or a sample; what else is known of her is not known here")
    ]
