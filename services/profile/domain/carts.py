"""What lies in a cart: the fold of what was done to it since it was last seen whole or bought.

Kept per anchor and cart id; a person's cart is the fold over all of her anchors, in the order in which it
happened. That is exact in any order of arrival, as long as nothing was done to one cart more than
OPERATIONS_MAX times since it was last seen whole: then the oldest become a snapshot, which counts as such.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from services.profile.domain.lines import Line, identity, same_product


class Kind(StrEnum):
    """What an operation does."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    CLEAR = "clear"


class Operation(NamedTuple):
    """One thing done to a cart; known by its time and event."""

    time_us: int
    id: str
    kind: Kind
    lines: list[Line]


Operations = list[Operation]


@dataclass(frozen=True, slots=True)
class CartChange:
    """What one event does to a cart, or to EVERY one."""

    cart_id: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart as it stands, and when it was last changed."""

    lines: list[Line]
    update_time_us: int


def change(operations: Operations, new: Operation) -> Operations:
    """The operations with *new* among them; those from before the last that says it all are gone."""
    at = bisect_left(operations, new[:2], key=itemgetter(0, 1))
    if operations[at : at + 1] and operations[at][:2] == new[:2]:
        return operations
    if at == 0 and operations and operations[0].kind in WHOLE:
        return operations
    changed = [*operations[:at], new, *operations[at:]]
    return _bounded(changed[at:] if new.kind in WHOLE else changed)


def contents(shelves: Iterable[Mapping[str, Operations]]) -> dict[str, Cart]:
    """Every cart of a person, from the carts of her anchors: by id, those that are empty too."""
    shelves = list(shelves)
    ids = sorted({cart_id for shelf in shelves for cart_id in shelf} - {EVERY})
    return {
        cart_id: _cart([shelf.get(id, []) for shelf in shelves for id in (cart_id, EVERY)]) for cart_id in ids
    }


def lines(shelves: Iterable[Operations]) -> list[Line]:
    """What lies in one cart, from the operations under several anchors."""
    held: list[Line] = []
    for operation in sorted(chain.from_iterable(shelves), key=itemgetter(0, 1)):
        match operation.kind:
            case Kind.SET:
                held = _added([], operation.lines)
            case Kind.ADD:
                held = _added(held, operation.lines)
            case Kind.REMOVE:
                held = _removed(held, operation.lines)
            case Kind.CLEAR:
                held = []
    return held


def dump(operations: Operations) -> str:
    """As JSON, the same for the same operations."""
    return json.dumps(operations, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def load(text: str) -> Operations:
    """What `dump` wrote."""
    return [Operation(time_us, id, Kind(kind), held) for time_us, id, kind, held in json.loads(text)]


def _cart(shelves: list[Operations]) -> Cart:
    return Cart(lines(shelves), max(operation.time_us for operation in chain.from_iterable(shelves)))


def _added(held: list[Line], more: list[Line]) -> list[Line]:
    """The same product lies in one line; what was said of it last holds."""
    found = {identity(one): one for one in held}
    for one in more:
        known = found.get(identity(one), Line(quantity=0))
        found[identity(one)] = Line(**(known | one | {"quantity": known["quantity"] + one["quantity"]}))
    return list(found.values())


def _removed(held: list[Line], less: list[Line]) -> list[Line]:
    left = list(held)
    for one in less:
        gone = one["quantity"]
        for at, line in enumerate(left):
            if gone and same_product(line, one):
                taken = min(gone, line["quantity"])
                left[at] = Line(**(line | {"quantity": line["quantity"] - taken}))
                gone -= taken
        left = [line for line in left if line["quantity"]]
    return left


def _bounded(operations: Operations) -> Operations:
    if len(operations) <= OPERATIONS_MAX:
        return operations
    oldest, rest = operations[: -OPERATIONS_MAX // 2], operations[-OPERATIONS_MAX // 2 :]
    return [Operation(oldest[-1].time_us, oldest[-1].id, Kind.SET, lines([oldest])), *rest]


# An operation after which nothing before it matters.
WHOLE = frozenset((Kind.SET, Kind.CLEAR))
# The cart of events that name none, and the place of what is done to all carts: no shop can call one so.
DEFAULT, EVERY = "default", ""
OPERATIONS_MAX = 500
