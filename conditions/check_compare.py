"""What can never make sense in a comparison, or in a path to what is compared."""

from collections.abc import Iterator
from datetime import UTC

from .compare import DATED, MOVING, NUMERIC
from .dates import is_day, span
from .forms import Problem
from .grammar import UNREADABLE, Comparison, Operator
from .values import missing, number


def compare_problems(
    compare: Comparison,
    path: str,
    *,
    only: frozenset[Operator] | None = None,
    moves: bool = True,
    customer_zone: bool = True,
) -> Iterator[Problem]:
    """What is wrong. *only* these operators fit; those that look at now, and her own zone, may not."""
    operator = compare.operator
    if operator is Operator.NONE:
        yield Problem(f"{path}.operator", f"is no operator; use one of {names(KNOWN)}")
        return
    if only is not None and operator not in only:
        yield Problem(f"{path}.operator", f"{operator} does not fit here; use one of {names(only)}")
        return
    if not moves and (operator in MOVING or (operator is Operator.ON and compare.value is None)):
        yield Problem(f"{path}.operator", "looks at now, and so cannot have been true for a while")
    if compare.customer_zone and not customer_zone:
        yield Problem(f"{path}.zone", "must be WORKSPACE: an event is matched in one zone for all")
    yield from duration_problems(compare, path)
    if compare.yearly and operator not in DATED:
        yield Problem(f"{path}.yearly", f"is for dates; {operator} compares none")
    if compare.value is UNREADABLE:
        yield Problem(f"{path}.value", "is not JSON")
    else:
        yield from VALUES.get(operator, scalar_problems)(compare, f"{path}.value")


def duration_problems(compare: Comparison, path: str) -> Iterator[Problem]:
    if compare.operator not in MOVING:
        if compare.duration is not None:
            yield Problem(f"{path}.duration", "is for WITHIN_LAST and WITHIN_NEXT")
        return
    if compare.duration is None or compare.duration <= 0:
        yield Problem(f"{path}.duration", "is required, and must be longer than nothing")
    elif compare.duration > (LONGEST_YEARLY if compare.yearly else LONGEST):
        longest = "366 days when it comes round every year" if compare.yearly else "100 years"
        yield Problem(f"{path}.duration", f"must be at most {longest}")


def scalar_problems(compare: Comparison, path: str) -> Iterator[Problem]:
    if missing(compare.value):
        yield Problem(path, "is required; whether there is a value at all is asked with EXISTS")
    elif isinstance(compare.value, list | dict):
        yield Problem(path, "must be a text, a number, true or false")


def number_problems(compare: Comparison, path: str) -> Iterator[Problem]:
    if number(compare.value) is None:
        yield Problem(path, f"must be a number; {compare.operator} compares nothing else")


def several_problems(compare: Comparison, path: str) -> Iterator[Problem]:
    wanted = compare.value
    if not isinstance(wanted, list) or not wanted:
        yield Problem(path, "must be an array with at least one value")
    elif len(wanted) > MOST_VALUES:
        yield Problem(path, f"has {len(wanted)} values; at most {MOST_VALUES} are compared")
    else:
        for index, each in enumerate(wanted):
            if missing(each) or isinstance(each, list | dict):
                yield Problem(f"{path}[{index}]", "must be a text, a number, true or false")


def date_problems(compare: Comparison, path: str) -> Iterator[Problem]:
    wanted = compare.value
    if wanted is None and compare.operator is Operator.ON:
        return
    if not isinstance(wanted, str) or span(wanted, UTC) is None:
        yield Problem(path, "must be a date by ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z")
    elif compare.operator is Operator.ON and not is_day(wanted):
        yield Problem(path, "must be a day, such as 2026-01-31")


def no_problems(compare: Comparison, path: str) -> Iterator[Problem]:
    if compare.value is not None:
        yield Problem(path, f"must be left out; {compare.operator} compares with nothing")


def path_problems(path: str, roots: frozenset[str], where: str) -> Iterator[Problem]:
    root, _, rest = path.partition(".")
    if not path:
        yield Problem(where, "is required")
    elif root not in roots or not rest:
        yield Problem(where, f"must lead into one of {names(roots)}, such as {min(roots)}.name")
    elif not all(path.split(".")):
        yield Problem(where, "has an empty name between its dots")


def names(known: frozenset[Operator] | frozenset[str]) -> str:
    return ", ".join(sorted(str(each) for each in known))


KNOWN = frozenset(Operator) - {Operator.NONE}
VALUES = (
    dict.fromkeys(NUMERIC, number_problems)
    | dict.fromkeys((Operator.IN, Operator.HAS_ALL), several_problems)
    | dict.fromkeys((Operator.BEFORE, Operator.AFTER, Operator.ON), date_problems)
    | dict.fromkeys((*MOVING, Operator.EXISTS), no_problems)
)
MOST_VALUES = 1000
DAY = 86_400_000_000
LONGEST = 36_600 * DAY
LONGEST_YEARLY = 366 * DAY
