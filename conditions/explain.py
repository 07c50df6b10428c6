"""Why a condition holds of somebody or does not, and when that changes: the tree again, with evidence."""

from dataclasses import dataclass
from typing import NamedTuple

from .calendar import FOREVER
from .compiler import Compiled, Node
from .facts import Facts
from .grammar import Condition
from .values import text


class Evidence(NamedTuple):
    """An event a condition counted."""

    time: int
    id: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What one condition of a tree came to."""

    # Where it stands: `all.of[1]`; empty for the whole.
    path: str
    rule: Condition
    holds: bool
    # Until when, if nothing happens. None: for ever.
    until: int | None
    # What was compared: a count, a sum, a trait. Empty for what is made of others, and when it is missing.
    observed: str = ""
    # The events it rests on, newest first, at most twenty of those that are kept.
    evidence: tuple[Evidence, ...] = ()
    of: tuple["Reason", ...] = ()


def explain(compiled: Compiled, facts: Facts, t: int) -> Reason:
    """Why she is in or out at *t*, one condition after the other, and until when each answer stays."""
    return reason(compiled.root, facts, t)


def reason(node: Node, facts: Facts, t: int) -> Reason:
    holds, until = node.run(facts, t)
    last = None if until >= FOREVER else until
    if node.leaf is None:
        parts = tuple(reason(each, facts, t) for each in node.of)
        return Reason(node.path, node.rule, holds, last, of=parts)
    value, points = node.leaf.seen(facts, t)
    shown = "" if value is None else text(value)
    evidence = tuple(Evidence(int(str(each[0])), str(each[1])) for each in points)
    return Reason(node.path, node.rule, holds, last, shown, evidence)
