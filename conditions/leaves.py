"""The leaves of a condition, each one function: the answer at an instant, and until when it stays so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from hashlib import blake2b

from . import measures
from .calendar import FOREVER
from .compare import DATED, MOVING
from .dates import Judge, dated, instant
from .events import judge_of
from .facts import Facts
from .grammar import (
    EVENT_TIME,
    Belongs,
    Comparison,
    Condition,
    Did,
    Followed,
    Has,
    Listed,
    Operator,
    Regularly,
    Sampled,
)
from .lasting import has_been
from .measures import AT_LEAST_ONE, Measure
from .sweep import Answer, counting, sweeping

# At an instant: what holds, and until when it stays so if nothing happens; FOREVER is far enough.
Run = Callable[[Facts, int], Answer]
# What an instant's answer rests on: the value that was compared, and the points it is made of.
Seen = Callable[[Facts, int], tuple[object, tuple[tuple[object, ...], ...]]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf made ready, and what it needs of the facts."""

    run: Run
    seen: Seen
    measure: Measure | None = None
    trait: str = ""
    remembers: bool = False
    segment: str = ""
    list: str = ""
    # Time alone can change its answer, though nothing is dated in the future.
    moves: bool = False


def leaf(rule: Condition) -> Leaf:
    match rule:
        case Has():
            return has(rule)
        case Did():
            return did(rule)
        case Followed():
            return counts(measures.followed(rule), AT_LEAST_ONE)
        case Regularly():
            return counts(measures.regular(rule), Comparison(Operator.GTE, rule.at_least))
        case Belongs(name):
            return belongs(name)
        case Listed(name):
            return Leaf(
                lambda facts, t: (facts.listed(name, t), FOREVER),
                lambda facts, t: (facts.listed(name, t), ()),
                list=name,
            )
        case Sampled(share, salt):
            return Leaf(
                lambda facts, _: (drawn(facts.profile, salt) < share, FOREVER),
                lambda facts, _: (drawn(facts.profile, salt), ()),
            )
    raise AssertionError(f"no leaf: {rule!r}")


def belongs(name: str) -> Leaf:
    def run(facts: Facts, t: int) -> Answer:
        holds, until = facts.member(name, t)
        return holds, FOREVER if until is None else until

    return Leaf(run, lambda facts, t: (facts.member(name, t).holds, ()), segment=name)


def has(rule: Has) -> Leaf:
    path, compare = rule.path, rule.compare
    judge, own = judge_of(compare), compare.customer_zone
    moves = rule.has_been is not None or moving(compare)

    def run(facts: Facts, t: int) -> Answer:
        value, until = facts.trait(path, t)
        holds, changes = judge(value, t, zone_of(facts, own))
        return holds, min(until, changes)

    lasting = None if rule.has_been is None else has_been(path, judge, own, rule.has_been)
    return Leaf(
        lasting or run,
        lambda facts, t: (facts.trait(path, t)[0], ()),
        trait=path,
        remembers=rule.has_been is not None,
        moves=moves,
    )


def did(rule: Did) -> Leaf:
    compare = rule.compare or AT_LEAST_ONE
    found = counts(measures.counted(rule), compare, at_time=rule.aggregate.path == EVENT_TIME)
    if rule.known_for_at_least is None:
        return found
    age, run = rule.known_for_at_least, found.run

    def run_if_old(facts: Facts, t: int) -> Answer:
        if facts.known_since is None:
            return False, FOREVER
        grown = facts.known_since + age
        if t >= grown:
            return run(facts, t)
        holds, until = run(facts, grown)
        return False, grown if holds else until

    return Leaf(run_if_old, found.seen, found.measure, moves=True)


def counts(measure: Measure, compare: Comparison, *, at_time: bool = False) -> Leaf:
    """A comparison with what a measure comes to. Without a value it is false, however it is meant."""
    judge = compared(compare, at_time=at_time)
    run = counting(measure, compare, sweeping(measure, judge, own=compare.customer_zone))

    def seen(facts: Facts, t: int) -> tuple[object, tuple[tuple[object, ...], ...]]:
        zone = zone_of(facts, measure.window.customer_zone)
        points, low, high, _ = measure.slice(facts.points(measure.key), t, zone)
        return measure.fold(points, low, high, zone), points[low:high][-MOST_EVIDENCE:][::-1]

    moves = measure.window.moves or moving(compare)
    return Leaf(run, seen, measure, moves=moves)


def compared(compare: Comparison, *, at_time: bool) -> Judge:
    judge = dated(compare, instant) if at_time and compare.operator in DATED else judge_of(compare)

    def judged(value: object, t: int, zone: tzinfo) -> Answer:
        return (False, FOREVER) if value is None else judge(value, t, zone)

    return judged


def moving(compare: Comparison) -> bool:
    """Whether the same value can compare otherwise at another instant."""
    return compare.operator in MOVING or (compare.operator is Operator.ON and compare.value is None)


def zone_of(facts: Facts, own: bool) -> tzinfo:
    """The zone a condition is meant in: the workspace's while the customer's is not known."""
    return (facts.own_zone if own else None) or facts.zone


def drawn(profile: str, salt: str) -> int:
    """A customer's place in a sample, from 0 to 9999: always the same, and another with another salt."""
    digest = blake2b(f"{salt}\0{profile}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) * 10_000 >> 64


MOST_EVIDENCE = 20
