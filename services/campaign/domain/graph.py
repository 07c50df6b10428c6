"""A journey's way as values: what brings a customer in, where it leads her, and what ends it. Pure.

A graph is read as it was drawn, mistakes and all, and `check` says what is wrong with it. Its conditions and
filters are made ready when they are first asked: only a graph without problems may be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from functools import cached_property

from conditions.check import references
from conditions.compiler import Compiled
from conditions.compiler import compile as made_ready
from conditions.events import Event, Listens, Matches, listens, matcher
from conditions.facts import Facts, Verdict
from conditions.grammar import Condition, EventFilter


@dataclass(frozen=True)
class Rule:
    """What has to be true of her."""

    said: Condition

    @cached_property
    def ready(self) -> Compiled:
        return made_ready(self.said)

    def evaluate(self, facts: Facts, t: int) -> Verdict:
        """Whether it holds of her at *t*, and until when it does if nothing happens."""
        return self.ready.evaluate(facts, t)

    def holds(self, facts: Facts, t: int) -> bool:
        return self.evaluate(facts, t).holds


@dataclass(frozen=True)
class Meant:
    """Which of the things she does are meant."""

    said: EventFilter

    @cached_property
    def listens(self) -> Listens:
        """What can matter, by type and name alone."""
        return listens(self.said)

    @cached_property
    def matches(self) -> Matches:
        return matcher(self.said)

    def fits(self, event: Event, zone: tzinfo) -> bool:
        """Dates without an offset are read in *zone*, the workspace's."""
        return self.matches(event, zone)


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """She did something."""

    event: Meant


@dataclass(frozen=True, slots=True)
class SegmentEntered:
    """She entered `segments/{slug}`."""

    segment: str


@dataclass(frozen=True, slots=True)
class SegmentExited:
    """She left `segments/{slug}`."""

    segment: str


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """A trigger, a delay or a step that is designed and not built; its field in the proto says which."""

    kind: str


Trigger = EventTrigger | SegmentEntered | SegmentExited | NotBuilt


class RunPer(StrEnum):
    """What a run is about; the last two are not built."""

    PROFILE = "PROFILE"
    ORDER = "ORDER"
    CART = "CART"
    SUBSCRIPTION = "SUBSCRIPTION"
    PRODUCT = "PRODUCT"


class ReentryRule(StrEnum):
    """When a customer may come in again, for the same entry."""

    NEVER = "NEVER"
    WHEN_ENDED = "WHEN_ENDED"
    AFTER = "AFTER"


@dataclass(frozen=True, slots=True)
class Reentry:
    rule: ReentryRule = ReentryRule.NEVER
    # Since the run before began; for AFTER.
    after_us: int | None = None


@dataclass(frozen=True, slots=True)
class For:
    """So long, in real time."""

    length_us: int


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """The next time her clocks show this."""

    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class WeekdayTime:
    """The next time her clocks show this on this day of the week: 1 is Monday, 7 is Sunday."""

    weekday: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class DateOffset:
    """A date of hers, and so long after it; before it, when negative."""

    path: str
    offset_us: int


Until = For | TimeOfDay | WeekdayTime | DateOffset | NotBuilt


@dataclass(frozen=True, slots=True)
class Delay:
    until: Until


@dataclass(frozen=True, slots=True)
class WaitForEvent:
    """Until she does something; `next_on_timeout` is where it goes on when she did not."""

    event: Meant
    timeout_us: int
    next_on_timeout: str
    # How late an event from before the deadline may be heard of and win.
    lateness_us: int
    # Also what she did before the step, since the run began.
    since_start: bool


@dataclass(frozen=True, slots=True)
class Path:
    rule: Rule
    next: str


@dataclass(frozen=True, slots=True)
class Branch:
    """The first path whose rule holds; the step's own `next` when none does."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Way:
    id: str
    weight: int
    next: str


@dataclass(frozen=True, slots=True)
class Split:
    """One way by chance, always the same for the same customer and experiment."""

    # Empty: the journey and the step.
    experiment: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    # `templates/{slug}`.
    template: str
    weight: int


class WhenHeldBack(StrEnum):
    """What happens when the policy says no."""

    SKIP = "SKIP"
    WAIT = "WAIT"
    LEAVE = "LEAVE"


@dataclass(frozen=True, slots=True)
class SendMessage:
    variants: tuple[Variant, ...]
    when_held_back: WhenHeldBack
    # For WAIT; then the message is skipped.
    wait_at_most_us: int


Action = Delay | WaitForEvent | Branch | Split | SendMessage | NotBuilt


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    action: Action
    # Empty: the run ends as completed.
    next: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        """Every place it can lead to; empty ones are the end."""
        match self.action:
            case WaitForEvent(next_on_timeout=other):
                return (self.next, other)
            case Branch(paths):
                return (*(path.next for path in paths), self.next)
            case Split(ways=ways):
                return tuple(way.next for way in ways)
        return (self.next,)


@dataclass(frozen=True, slots=True)
class Goal:
    """What ends a run at once: an event of hers since it began, or something that is true of her."""

    display_name: str = ""
    event: Meant | None = None
    rule: Rule | None = None


@dataclass(frozen=True)
class Graph:
    triggers: tuple[Trigger, ...] = ()
    # Who is taken in. None: everybody.
    entry: Rule | None = None
    run_per: RunPer = RunPer.PROFILE
    reentry: Reentry = Reentry()
    # As they were drawn; of two with one id the first counts.
    drawn: tuple[Step, ...] = ()
    goal: Goal | None = None
    exits: tuple[Goal, ...] = ()
    exempt_from_support_quiet_period: bool = False
    holdout_basis_points: int = 0

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """By id."""
        return {step.id: step for step in reversed(self.drawn)}

    @property
    def first(self) -> str:
        """Where every run begins; empty when there is no step."""
        return self.drawn[0].id if self.drawn else ""

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What ends a run: the goal, then the exits."""
        return (*((self.goal,) if self.goal else ()), *self.exits)

    @cached_property
    def awaited(self) -> tuple[Meant, ...]:
        """What a run waits for or is ended by: the events of hers that must be kept while she has one."""
        waits = [step.action.event for step in self.drawn if isinstance(step.action, WaitForEvent)]
        return (*waits, *(goal.event for goal in self.goals if goal.event))

    @cached_property
    def beginning(self) -> tuple[Meant, ...]:
        """The events that bring somebody in."""
        return tuple(each.event for each in self.triggers if isinstance(each, EventTrigger))

    @cached_property
    def listens(self) -> tuple[Listens, ...]:
        """Everything she can do that matters here, by type and name: what begins, takes on or ends a run."""
        return tuple(dict.fromkeys(meant.listens for meant in (*self.beginning, *self.awaited)))

    @cached_property
    def entered(self) -> frozenset[str]:
        """The segments that bring in who enters them."""
        return frozenset(each.segment for each in self.triggers if isinstance(each, SegmentEntered))

    @cached_property
    def exited(self) -> frozenset[str]:
        """The segments that bring in who leaves them."""
        return frozenset(each.segment for each in self.triggers if isinstance(each, SegmentExited))

    @cached_property
    def ending(self) -> tuple[Rule, ...]:
        """What ends a run once it is true of her: looked at whenever something about her changes."""
        return tuple(goal.rule for goal in self.goals if goal.rule)

    @cached_property
    def watched_segments(self) -> frozenset[str]:
        """The segments whose coming and going can end a run."""
        return frozenset(name for rule in self.ending for name in references(rule.said))

    @cached_property
    def watched_paths(self) -> frozenset[str]:
        """The paths into what is known of her whose change can end a run."""
        return frozenset(path for rule in self.ending for path in rule.ready.traits)

    @cached_property
    def segments(self) -> frozenset[str]:
        """Every segment it names."""
        named = {name for rule in self.rules for name in references(rule.said)}
        return self.entered | self.exited | named

    @cached_property
    def templates(self) -> frozenset[str]:
        """Every template it names."""
        sends = (step.action for step in self.drawn if isinstance(step.action, SendMessage))
        return frozenset(variant.template for send in sends for variant in send.variants)

    @property
    def rules(self) -> Iterator[Rule]:
        """Every condition in it."""
        if self.entry:
            yield self.entry
        for step in self.drawn:
            if isinstance(step.action, Branch):
                yield from (path.rule for path in step.action.paths)
        yield from (goal.rule for goal in self.goals if goal.rule)

    def hears(self, type: str, name: str) -> bool:
        """Whether something of this type and name can matter here."""
        return any(each.hears(type, name) for each in self.listens)

    def begins(self, event: Event, zone: tzinfo) -> bool:
        """Whether the event brings her in, as far as the triggers say."""
        return any(meant.fits(event, zone) for meant in self.beginning)
