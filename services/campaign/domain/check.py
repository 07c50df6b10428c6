"""What keeps a journey from being published, and what looks odd in it, each where it stands. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conditions.check import Known, check, events_problems
from conditions.forms import Problem
from conditions.grammar import All, Any, Condition, Did, Followed, Has, Listed, Not, Regularly
from services.campaign.domain.graph import (
    Branch,
    DateOffset,
    Delay,
    EventTrigger,
    For,
    Goal,
    Graph,
    NotBuilt,
    ReentryRule,
    Rule,
    RunPer,
    SegmentEntered,
    SegmentExited,
    SendMessage,
    Split,
    Step,
    Trigger,
    Until,
    WaitForEvent,
)
from services.campaign.domain.ways import ways_problems, ways_warnings


@dataclass(frozen=True, slots=True)
class Named:
    """What there is to name: `templates/{slug}`, `segments/{slug}`."""

    templates: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()


def problems(graph: Graph, named: Named) -> list[Problem]:
    """Everything that keeps the graph from being published."""
    found = [*beginning_problems(graph, named)]
    if not graph.drawn:
        found.append(Problem("steps", "is empty; give at least one step"))
    for index, step in enumerate(graph.drawn):
        found += step_problems(step, named, f"steps[{index}]")
    found += ways_problems(graph.drawn)
    for path, goal in goals(graph):
        found += goal_problems(goal, named, path)
    return found


def warnings(graph: Graph) -> list[Problem]:
    """What can be published and looks odd."""
    found = [*ways_warnings(graph.drawn)]
    if not graph.triggers:
        found.append(Problem("triggers", "is empty: customers come in by hand only"))
    return found


def unanswerable(graph: Graph) -> list[Problem]:
    """What campaigns can never answer, wherever it stands: refused already when a draft is saved."""
    return [each for path, rule in rules(graph) for each in elsewhere(rule.said, path)]


def rules(graph: Graph) -> Iterator[tuple[str, Rule]]:
    """Every condition with the path it stands at."""
    if graph.entry:
        yield "entry", graph.entry
    for index, step in enumerate(graph.drawn):
        if isinstance(step.action, Branch):
            for number, path in enumerate(step.action.paths):
                yield f"steps[{index}].branch.paths[{number}].condition", path.rule
    for where, goal in goals(graph):
        if goal.rule:
            yield f"{where}.condition", goal.rule


def goals(graph: Graph) -> Iterator[tuple[str, Goal]]:
    if graph.goal:
        yield "goal", graph.goal
    yield from ((f"exits[{index}]", each) for index, each in enumerate(graph.exits))


def beginning_problems(graph: Graph, named: Named) -> Iterator[Problem]:
    for index, trigger in enumerate(graph.triggers):
        yield from trigger_problems(trigger, named, f"triggers[{index}]")
    if graph.entry:
        yield from rule_problems(graph.entry, named, "entry")
    if graph.run_per in {RunPer.SUBSCRIPTION, RunPer.PRODUCT}:
        yield Problem("run_per", f"{graph.run_per} is not built yet; use PROFILE, ORDER or CART")
    reentry = graph.reentry
    if reentry.rule is ReentryRule.AFTER and reentry.after_us is None:
        yield Problem("reentry.after", "is required for AFTER; say how long after the run before")
    if reentry.rule is not ReentryRule.AFTER and reentry.after_us is not None:
        yield Problem("reentry.after", "is for the rule AFTER; leave it out")
    yield from length_problems(reentry.after_us or 0, "reentry.after")


def trigger_problems(trigger: Trigger, named: Named, path: str) -> Iterator[Problem]:
    match trigger:
        case EventTrigger(event):
            yield from events_problems(event.said, f"{path}.event")
        case SegmentEntered(segment):
            yield from unknown_segment(segment, named, f"{path}.segment_entered")
        case SegmentExited(segment):
            yield from unknown_segment(segment, named, f"{path}.segment_exited")
        case NotBuilt(kind):
            yield not_built(path, kind, "event, segment_entered or segment_exited")


def step_problems(step: Step, named: Named, path: str) -> Iterator[Problem]:
    match step.action:
        case Delay(until):
            yield from until_problems(until, f"{path}.delay")
        case WaitForEvent() as wait:
            yield from events_problems(wait.event.said, f"{path}.wait_for_event.event")
            yield from length_problems(wait.timeout_us, f"{path}.wait_for_event.timeout")
            if wait.lateness_us > MOST_LATENESS_US:
                yield Problem(f"{path}.wait_for_event.lateness", "must be at most 7 days")
        case Branch(paths):
            for index, each in enumerate(paths):
                yield from rule_problems(each.rule, named, f"{path}.branch.paths[{index}].condition")
        case Split(ways=ways):
            yield from repeated((way.id for way in ways), f"{path}.split.paths")
        case SendMessage() as send:
            yield from send_problems(send, named, f"{path}.send")
        case NotBuilt(kind):
            yield not_built(path, kind, "delay, wait_for_event, branch, split or send")


def until_problems(until: Until, path: str) -> Iterator[Problem]:
    match until:
        case For(length):
            yield from length_problems(length, f"{path}.duration")
        case DateOffset(way, offset):
            root, _, rest = way.partition(".")
            if root not in DATES or not rest or not all(way.split(".")):
                some = ", ".join(sorted(DATES))
                yield Problem(
                    f"{path}.date.path", f"must lead into one of {some}, such as traits.renewal_date"
                )
            yield from length_problems(abs(offset), f"{path}.date.offset")
        case NotBuilt(kind):
            yield not_built(path, kind, "duration, local_time, weekday or date")


def send_problems(send: SendMessage, named: Named, path: str) -> Iterator[Problem]:
    yield from repeated((variant.id for variant in send.variants), f"{path}.variants")
    for index, variant in enumerate(send.variants):
        if variant.template not in named.templates:
            yield Problem(
                f"{path}.variants[{index}].template",
                f"{variant.template!r} is no template; make the template first",
            )
    yield from length_problems(send.wait_at_most_us, f"{path}.wait_at_most")


def goal_problems(goal: Goal, named: Named, path: str) -> Iterator[Problem]:
    if goal.event is None and goal.rule is None:
        yield Problem(path, "says nothing; give an event or a condition")
    if goal.event:
        yield from events_problems(goal.event.said, f"{path}.event")
    if goal.rule:
        yield from rule_problems(goal.rule, named, f"{path}.condition")


def rule_problems(rule: Rule, named: Named, path: str) -> Iterator[Problem]:
    """What is asked elsewhere is said first: of the rest a person would mend what then has to go."""
    if found := [*elsewhere(rule.said, path)]:
        yield from found
        return
    known = Known(segments=dict.fromkeys(named.segments, frozenset()), roots=ROOTS)
    for problem in check(rule.said, known):
        yield Problem(joined(path, problem.path), problem.sentence)


def elsewhere(condition: Condition, path: str) -> Iterator[Problem]:
    """Leaves over what only segments know: what she did, lists, and since when something holds."""
    match condition:
        case All(of) | Any(of):
            name = "all" if isinstance(condition, All) else "any"
            for index, each in enumerate(of):
                yield from elsewhere(each, joined(path, f"{name}.of[{index}]"))
        case Not(inner):
            yield from elsewhere(inner, joined(path, "not"))
        case Did():
            yield Problem(joined(path, "event"), f"asks what she did; {SEGMENT}")
        case Followed():
            yield Problem(joined(path, "sequence"), f"asks what she did; {SEGMENT}")
        case Regularly():
            yield Problem(joined(path, "regularly"), f"asks what she did; {SEGMENT}")
        case Listed():
            yield Problem(joined(path, "list"), f"asks for a list; {SEGMENT}")
        case Has(has_been=int()):
            yield Problem(joined(path, "trait.has_been"), f"asks since when; {SEGMENT}")


def unknown_segment(segment: str, named: Named, path: str) -> Iterator[Problem]:
    if segment not in named.segments:
        yield Problem(path, f"{segment!r} is no segment; publish the segment first")


def length_problems(length_us: int, path: str) -> Iterator[Problem]:
    if length_us > LONGEST_US:
        yield Problem(path, "must be at most 10 years")


def repeated(ids: Iterable[str], path: str) -> Iterator[Problem]:
    for id, count in Counter(ids).items():
        if count > 1:
            yield Problem(path, f"has {count} of the id {id!r}; give each its own")


def not_built(path: str, kind: str, others: str) -> Problem:
    return Problem(joined(path, kind), f"is not built yet; use {others}")


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


# What is known of her here, and of what brought her in.
ROOTS = frozenset(("traits", "computed", "consents", "trigger", "entry"))
DATES = ROOTS - {"consents"}
SEGMENT = "put it into a segment and name that segment here"
DAY_US = 86_400_000_000
LONGEST_US = 3_660 * DAY_US
# As long as what she does is kept for certain.
MOST_LATENESS_US = 7 * DAY_US
