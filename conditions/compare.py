"""Comparisons that look at a value alone, each made into one function. Evaluation is never an error."""

import operator as arithmetic
from collections.abc import Callable, Iterable
from math import ceil, floor

from .grammar import Comparison, Operator
from .values import key, missing, number, text

Test = Callable[[object], bool]


def test(compare: Comparison) -> Test:
    """Whether a value compares so; the exact opposite when the comparison is negated."""
    plain = TESTS[compare.operator](compare.value)
    turned = compare.negated != (compare.operator is Operator.NE)
    return opposite(plain) if turned else plain


def opposite(plain: Test) -> Test:
    return lambda value: not plain(value)


def equals(wanted: object) -> Test:
    sought = key(wanted)

    def holds(value: object) -> bool:
        return not missing(value) and key(value) == sought

    if not isinstance(sought, str):
        return holds
    # A text that looks like no number equals a text when it is the same.
    return lambda value: value == sought if value.__class__ is str else holds(value)


def ordered(compares: Callable[[float, float], bool]) -> Callable[[object], Test]:
    def made(wanted: object) -> Test:
        limit = number(wanted)

        def holds(value: object) -> bool:
            found = number(value)
            return found is not None and limit is not None and compares(found, limit)

        return holds

    return made


def exists(_: object) -> Test:
    return lambda value: not missing(value)


def contains(wanted: object) -> Test:
    part, sought = text(wanted), key(wanted)

    def holds(value: object) -> bool:
        if isinstance(value, list | tuple):
            return any(key(each) == sought for each in value if not missing(each))
        return is_scalar(value) and part in text(value)

    return holds


def starts_with(wanted: object) -> Test:
    part = text(wanted)
    return lambda value: is_scalar(value) and text(value).startswith(part)


def ends_with(wanted: object) -> Test:
    part = text(wanted)
    return lambda value: is_scalar(value) and text(value).endswith(part)


def one_of(wanted: object) -> Test:
    sought = frozenset(map(key, several(wanted)))
    return lambda value: not missing(value) and key(value) in sought


def has_all(wanted: object) -> Test:
    sought = frozenset(map(key, several(wanted)))
    return lambda value: isinstance(value, list | tuple) and sought <= {key(each) for each in value}


def several(wanted: object) -> Iterable[object]:
    return wanted if isinstance(wanted, list | tuple) else (wanted,)


def is_scalar(value: object) -> bool:
    return not missing(value) and not isinstance(value, list | tuple | dict)


def enough(compare: Comparison) -> int:
    """From how many on the answer to a comparison of a count is always the same."""
    numbers = [found for found in map(number, several(compare.value)) if found is not None]
    most = max(numbers, default=0)
    at_least = ceil(most) if compare.operator in {Operator.GTE, Operator.LT} else floor(most) + 1
    return max(1, at_least)


def threshold(compare: Comparison) -> tuple[int, bool] | None:
    """(n, True) when the comparison says "at least n", (n, False) when it says "fewer"; else None."""
    nothing = number(compare.value) == 0
    match compare.operator:
        case Operator.GTE | Operator.GT:
            more = True
        case Operator.LT | Operator.LTE:
            more = False
        case Operator.EQ | Operator.NE if nothing:
            more = compare.operator is Operator.NE
        case _:
            return None
    limit = number(compare.value) or 0
    least = ceil(limit) if compare.operator in {Operator.GTE, Operator.LT} else floor(limit) + 1
    return (least, more != compare.negated) if least >= 1 else None


TESTS: dict[Operator, Callable[[object], Test]] = {
    Operator.EQ: equals,
    Operator.NE: equals,
    Operator.GT: ordered(arithmetic.gt),
    Operator.GTE: ordered(arithmetic.ge),
    Operator.LT: ordered(arithmetic.lt),
    Operator.LTE: ordered(arithmetic.le),
    Operator.EXISTS: exists,
    Operator.CONTAINS: contains,
    Operator.STARTS_WITH: starts_with,
    Operator.ENDS_WITH: ends_with,
    Operator.IN: one_of,
    Operator.HAS_ALL: has_all,
}
NUMERIC = frozenset((Operator.GT, Operator.GTE, Operator.LT, Operator.LTE))
DATED = frozenset((Operator.BEFORE, Operator.AFTER, Operator.ON, Operator.WITHIN_LAST, Operator.WITHIN_NEXT))
MOVING = frozenset((Operator.WITHIN_LAST, Operator.WITHIN_NEXT))
