"""Whether every way through a journey leads somewhere, takes its time and comes to an end. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from conditions.forms import Problem
from services.campaign.domain.graph import (
    Branch,
    DateOffset,
    Delay,
    SendMessage,
    Split,
    Step,
    WaitForEvent,
)


def ways_problems(drawn: Sequence[Step]) -> Iterator[Problem]:
    """Ids there are twice, ways to nowhere, loops without a wait, and ways without an end."""
    places: dict[str, int] = {}
    for index, step in enumerate(drawn):
        if step.id in places:
            yield Problem(f"steps[{index}].id", f"{step.id!r} is the id of steps[{places[step.id]}] already")
        places.setdefault(step.id, index)
    for index, step in enumerate(drawn):
        for path, way in stated(step):
            if way and way not in places:
                yield Problem(f"steps[{index}].{path}", f"{way!r} is no step")
    yield from loops(drawn, places)
    yield from endless(drawn, places)


def ways_warnings(drawn: Sequence[Step]) -> Iterator[Problem]:
    """Steps nobody comes to, and a way on that is never taken."""
    reached = reachable(drawn)
    for index, step in enumerate(drawn):
        if step.id not in reached:
            yield Problem(f"steps[{index}]", f"nobody comes to {step.id!r}: no step leads there")
        if isinstance(step.action, Split) and step.next:
            yield Problem(f"steps[{index}].next", "is never taken: the paths of a split say where they lead")


def stated(step: Step) -> Iterator[tuple[str, str]]:
    """Every way on, with the path it is stated at."""
    match step.action:
        case Split(ways=ways):
            yield from ((f"split.paths[{number}].next", way.next) for number, way in enumerate(ways))
            return
        case Branch(paths):
            yield from ((f"branch.paths[{number}].next", path.next) for number, path in enumerate(paths))
        case WaitForEvent(next_on_timeout=other):
            yield "wait_for_event.next_on_timeout", other
    yield "next", step.next


def quick(step: Step) -> tuple[str, ...]:
    """The ways on that may take no time at all.

    A date may have passed, and what she did since the run began she has done for good; a message takes time,
    but nobody wants the next one at once.
    """
    match step.action:
        case Delay(DateOffset()) | SendMessage() | Branch() | Split():
            return step.ways
        case WaitForEvent(since_start=True):
            return (step.next,)
    return ()


def loops(drawn: Sequence[Step], places: Mapping[str, int]) -> Iterator[Problem]:
    """A way that leads back without a wait: each is told once, at the step it comes back to."""
    ways = {step.id: quick(step) for step in reversed(drawn)}
    finished: set[str] = set()
    told: dict[str, Problem] = {}
    for step in drawn:
        way: list[str] = []
        todo = [(step.id, 0)]
        while todo:
            id, depth = todo.pop()
            finished.update(way[depth:])
            del way[depth:]
            if id in way:
                circle = " → ".join((*way[way.index(id) :], id))
                told.setdefault(id, Problem(f"steps[{places[id]}]", f"leads back without a wait: {circle}"))
            elif id in ways and id not in finished:
                way.append(id)
                todo += [(each, depth + 1) for each in reversed(ways[id])]
        finished.update(way)
    yield from told.values()


def endless(drawn: Sequence[Step], places: Mapping[str, int]) -> Iterator[Problem]:
    """Steps from which no way comes to an end. A way to nowhere is told elsewhere."""
    ending = {step.id for step in drawn if any(way not in places for way in step.ways)}
    grown = True
    while grown:
        more = {step.id for step in drawn if not ending.isdisjoint(step.ways)} - ending
        ending |= more
        grown = bool(more)
    reached = reachable(drawn)
    for id, index in places.items():
        if id in reached and id not in ending:
            yield Problem(f"steps[{index}]", f"no way on from {id!r} comes to an end; give a way out")


def reachable(drawn: Sequence[Step]) -> set[str]:
    """The steps a run may come to."""
    ways = {step.id: step.ways for step in reversed(drawn)}
    found: set[str] = set()
    todo = [drawn[0].id] if drawn else []
    while todo:
        id = todo.pop()
        if id in ways and id not in found:
            found.add(id)
            todo += ways[id]
    return found
