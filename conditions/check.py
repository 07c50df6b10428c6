"""What can never make sense in a condition, said where it stands and how to mend it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .check_compare import compare_problems, path_problems
from .check_events import did_problems, events_problems, followed_problems, regularly_problems
from .forms import Problem
from .grammar import (
    All,
    Any,
    Belongs,
    Condition,
    Did,
    Followed,
    Has,
    Listed,
    Not,
    Nothing,
    Regularly,
    Sampled,
)

__all__ = ["Known", "Problem", "check", "events_problems", "references"]


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition may refer to."""

    # Every segment, `segments/{slug}`, with the segments it refers to itself.
    segments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    # The segment the condition is to define; empty within a journey.
    defines: str = ""
    # Where a path into what is known of her may begin; a journey adds `trigger` and `entry`.
    roots: frozenset[str] = frozenset(("traits", "computed", "lifecycle", "consents", "loyalty", "tickets"))


def check(condition: Condition, known: Known) -> list[Problem]:
    """Everything that is wrong; nothing when the condition can be saved."""
    found = list(problems(condition, known, "", 1))
    leaves = leaves_within(condition)
    if leaves > MOST_LEAVES:
        found.append(Problem("", f"has {leaves} conditions; at most {MOST_LEAVES} are evaluated together"))
    return found


def problems(condition: Condition, known: Known, path: str, depth: int) -> Iterator[Problem]:
    """What is wrong with a condition *depth* levels down."""
    if depth > MOST_DEPTH:
        yield Problem(
            path, f"lies more than {MOST_DEPTH} levels deep; make a segment of a part and refer to it"
        )
        return
    match condition:
        case All(of):
            yield from several_problems(of, known, joined(path, "all"), depth)
        case Any(of):
            yield from several_problems(of, known, joined(path, "any"), depth)
        case Not(inner):
            yield from problems(inner, known, joined(path, "not"), depth + 1)
        case Has():
            yield from has_problems(condition, known, joined(path, "trait"))
        case Did():
            yield from did_problems(condition, joined(path, "event"))
        case Followed():
            yield from followed_problems(condition, joined(path, "sequence"))
        case Regularly():
            yield from regularly_problems(condition, joined(path, "regularly"))
        case _:
            yield from other_problems(condition, known, path)


def other_problems(condition: Condition, known: Known, path: str) -> Iterator[Problem]:
    match condition:
        case Listed(name):
            if name not in known.lists:
                yield Problem(joined(path, "list.list"), f"{name!r} is no list; make the list first")
        case Belongs(name):
            yield from segment_problems(name, known, joined(path, "segment.segment"))
        case Sampled(share, salt):
            if not 0 <= share <= 10_000:
                yield Problem(joined(path, "sample.basis_points"), "must be from 0 to 10000")
            if not salt:
                yield Problem(joined(path, "sample.salt"), "is required; the sample is drawn by it")
        case Nothing():
            yield Problem(path, "says nothing; give one of all, any, not, trait, event, …")


def several_problems(of: tuple[Condition, ...], known: Known, path: str, depth: int) -> Iterator[Problem]:
    if not of:
        yield Problem(f"{path}.of", "is empty; give at least one condition")
    for index, each in enumerate(of):
        yield from problems(each, known, f"{path}.of[{index}]", depth + 1)


def has_problems(rule: Has, known: Known, path: str) -> Iterator[Problem]:
    yield from path_problems(rule.path, known.roots, f"{path}.path")
    yield from compare_problems(rule.compare, f"{path}.compare", moves=rule.has_been is None)
    if rule.has_been is not None and rule.has_been <= 0:
        yield Problem(f"{path}.has_been", "must be longer than nothing")


def segment_problems(name: str, known: Known, path: str) -> Iterator[Problem]:
    if name == known.defines and name:
        yield Problem(path, f"{name} cannot refer to itself")
    elif name not in known.segments:
        yield Problem(path, f"{name!r} is no segment; make the segment first")
    elif way := way_to(known.defines, name, known.segments):
        yield Problem(path, f"makes a circle: {' → '.join((known.defines, *way))}")


def way_to(goal: str, start: str, segments: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The references that lead from one segment to another; empty when none do."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while goal and ways:
        way = ways.pop()
        for each in sorted(segments.get(way[-1], ())):
            if each == goal:
                return (*way, each)
            if each not in seen:
                seen.add(each)
                ways.append((*way, each))
    return ()


def references(condition: Condition) -> frozenset[str]:
    """The segments and lists a condition refers to."""
    match condition:
        case All(of) | Any(of):
            return frozenset[str]().union(*map(references, of))
        case Not(inner):
            return references(inner)
        case Belongs(name) | Listed(name):
            return frozenset((name,))
    return frozenset()


def leaves_within(condition: Condition) -> int:
    match condition:
        case All(of) | Any(of):
            return sum(map(leaves_within, of))
        case Not(inner):
            return leaves_within(inner)
    return 1


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


MOST_DEPTH = 8
MOST_LEAVES = 200
