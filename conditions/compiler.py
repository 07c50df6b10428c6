"""Conditions made ready, once and never per event: one function over facts, and what it needs of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .calendar import FOREVER
from .facts import Facts, Verdict
from .grammar import All, Any, Condition, Not
from .leaves import Leaf, Run, leaf
from .measures import Measure
from .sweep import Answer


class Node(NamedTuple):
    """A condition and those within it, with the path at which it stands."""

    path: str
    rule: Condition
    run: Run
    of: tuple["Node", ...] = ()
    leaf: Leaf | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A condition made ready."""

    root: Node
    # One for each key.
    measures: tuple[Measure, ...]
    # Paths of which the value is read, and those of which its history is.
    traits: frozenset[str]
    histories: frozenset[str]
    segments: frozenset[str]
    lists: frozenset[str]
    # Time alone can change the answer, though nothing is dated in the future.
    needs_time: bool

    def evaluate(self, facts: Facts, t: int) -> Verdict:
        """Whether it holds of her at *t*, and until when it does if nothing happens."""
        holds, until = self.root.run(facts, t)
        return Verdict(holds, None if until >= FOREVER else until)


def compile(condition: Condition) -> Compiled:
    """A condition that was checked, as a function. Equal leaves share their measures by key."""
    root = node(condition, "")
    leaves = list(leaves_of(root))
    return Compiled(
        root=root,
        measures=tuple({each.measure.key: each.measure for each in leaves if each.measure}.values()),
        traits=frozenset(each.trait for each in leaves if each.trait),
        histories=frozenset(each.trait for each in leaves if each.remembers),
        segments=frozenset(each.segment for each in leaves if each.segment),
        lists=frozenset(each.list for each in leaves if each.list),
        needs_time=any(each.moves for each in leaves),
    )


def node(rule: Condition, path: str) -> Node:
    match rule:
        case All(of):
            parts = tuple(node(each, joined(path, f"all.of[{index}]")) for index, each in enumerate(of))
            return Node(path, rule, all_of(tuple(each.run for each in parts)), parts)
        case Any(of):
            parts = tuple(node(each, joined(path, f"any.of[{index}]")) for index, each in enumerate(of))
            return Node(path, rule, any_of(tuple(each.run for each in parts)), parts)
        case Not(inner):
            part = node(inner, joined(path, "not"))
            return Node(path, rule, opposite(part.run), (part,))
    ready = leaf(rule)
    return Node(path, rule, ready.run, leaf=ready)


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def leaves_of(root: Node) -> Iterator[Leaf]:
    if root.leaf:
        yield root.leaf
    for each in root.of:
        yield from leaves_of(each)


def all_of(runs: tuple[Run, ...]) -> Run:
    """True until the first of them may fail; false as long as any one of them surely does."""

    def run(facts: Facts, t: int) -> Answer:
        soonest, longest = FOREVER, t
        for each in runs:
            holds, until = each(facts, t)
            if holds:
                soonest = min(soonest, until)
            elif until >= FOREVER:
                return NO
            else:
                longest = max(longest, until)
        return (True, soonest) if longest == t else (False, longest)

    return run


def any_of(runs: tuple[Run, ...]) -> Run:
    """False until the first of them may hold; true as long as any one of them surely does."""

    def run(facts: Facts, t: int) -> Answer:
        soonest, longest = FOREVER, t
        for each in runs:
            holds, until = each(facts, t)
            if not holds:
                soonest = min(soonest, until)
            elif until >= FOREVER:
                return YES
            else:
                longest = max(longest, until)
        return (False, soonest) if longest == t else (True, longest)

    return run


def opposite(inner: Run) -> Run:
    def run(facts: Facts, t: int) -> Answer:
        holds, until = inner(facts, t)
        return not holds, until

    return run


YES: Answer = (True, FOREVER)
NO: Answer = (False, FOREVER)
