"""How a run goes on: from where it is until it has to wait, or ends. Pure.

A run has a clock of its own, `step_since_us`: when its present step began by what happened, not by when we
came round to it. It begins at the trigger's time; a delay moves it to its end, an event to when she did it, a
timeout to its deadline, a message to when its outcome was known. So an event between two looks of ours is
never missed, and what a run comes to does not depend on how busy we were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from conditions.calendar import FOREVER
from conditions.events import Event
from conditions.facts import Facts
from services.campaign.domain.graph import (
    Action,
    Branch,
    Delay,
    Goal,
    Graph,
    Meant,
    SendMessage,
    Split,
    Step,
    Variant,
    WaitForEvent,
    WhenHeldBack,
)
from services.campaign.domain.splits import chosen
from services.campaign.domain.waits import ends


class Waiting(StrEnum):
    """What a run waits for."""

    TIME = "time"
    EVENT = "event"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait that has begun. It is written down before anything is looked at."""

    kind: Waiting
    # When a delay ends, or the deadline of an event; None for a message.
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a run is. What is written of it is enough to go on."""

    id: UUID
    # Its slug, by which chance is drawn where nothing else is said.
    journey: str
    # `profiles/{uuid}` as it was when the run began: what chance is drawn by, also after a merge.
    profile: str
    # When what brought her in happened.
    started_us: int
    # Empty: not at the first step yet.
    step: str = ""
    # How often each step was begun.
    visits: Mapping[str, int] = field(default_factory=dict)
    # When the present step began, by the run's own clock.
    step_since_us: int = 0
    # None: the step has not begun, or needs no wait.
    wait: Wait | None = None
    # When to look again if nothing happens; None when only something that happens takes it on.
    wake_us: int | None = None
    # The send it waits for: told by whoever claimed it.
    awaits_send: UUID | None = None

    @property
    def visit(self) -> int:
        """How often the present step was visited before."""
        return max(0, self.visits.get(self.step, 0) - 1)


class Sent(StrEnum):
    """What became of a message, as far as a run asks."""

    HANDED_OVER = "handed over"
    HELD_OUT = "held out"
    HELD_BACK = "held back"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    send: UUID
    came_to: Sent
    # When that was known.
    time_us: int


@dataclass(frozen=True, slots=True)
class View:
    """What is known of her now."""

    facts: Facts
    # What she did since the run began, in any order; more does no harm.
    heard: Sequence[Event] = ()
    # What became of the send the run waits for; None as long as it is open.
    send: SendOutcome | None = None


class EndReason(StrEnum):
    """Why a run is over, by the names of the proto."""

    COMPLETED = "COMPLETED"
    GOAL_REACHED = "GOAL_REACHED"
    EXITED = "EXITED"
    HELD_BACK = "HELD_BACK"


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit of a step: begun, or done. The same step and visit is the same visit."""

    step: str
    visit: int
    start_us: int
    # None, while it lasts.
    end_us: int | None = None
    # What came of it: `event`, `timeout`, a path, a variant. Empty, while it lasts.
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class SendWanted:
    """A message the run wants and waits for: to be claimed in the transaction that writes the run."""

    step: str
    visit: int
    variant: str
    template: str
    when_held_back: WhenHeldBack
    # For WAIT: until when, at most.
    wait_until_us: int
    exempt_from_support_quiet_period: bool
    holdout_basis_points: int


@dataclass(frozen=True, slots=True)
class Ended:
    reason: EndReason
    time_us: int
    # What the goal or the exit is called.
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What an advance comes to. A run that ends while it waits for a send needs that send no more."""

    run: RunState
    visits: tuple[Visited, ...] = ()
    # At most one: a run waits for what became of it.
    send: SendWanted | None = None
    ended: Ended | None = None


def advance(graph: Graph, run: RunState, view: View, now_us: int) -> Progress:
    """Goes on until the run has to wait or ends; the same run and view always come to the same.

    What ends a run is looked at first: nothing more is sent to somebody who did what it is all for. A way of
    more than so many steps is gone on with later.
    """
    if ended := over(graph, run.started_us, view, now_us):
        open_visit = done(run, ended.time_us, ended.reason) if run.wait else None
        return Progress(at_rest(run), (open_visit,) if open_visit else (), ended=ended)
    at = run if run.step else arrived(run, graph.first, run.started_us)
    visits: list[Visited] = []
    for _ in range(MOST_STEPS):
        step = graph.steps[at.step]
        fresh = at.wait is None
        if fresh:
            at = begun(at, step, view.facts, now_us)
        exit = way_on(at, step, view, now_us)
        if exit is None:
            wanted = send_wanted(graph, at, step.action, now_us) if fresh else None
            begun_visit = (Visited(at.step, at.visit, at.step_since_us),) if fresh else ()
            return Progress(waiting(graph, at, step, view, now_us), (*visits, *begun_visit), wanted)
        visits.append(done(at, exit.time_us, exit.outcome))
        if exit.leaves or not exit.next:
            reason = EndReason.HELD_BACK if exit.leaves else EndReason.COMPLETED
            return Progress(at_rest(at), tuple(visits), ended=Ended(reason, exit.time_us))
        at = arrived(at, exit.next, exit.time_us)
    return Progress(replace(at, wake_us=now_us), tuple(visits))


def moved(run: RunState, onto: Step, now_us: int) -> tuple[RunState, tuple[Visited, ...]]:
    """A waiting run at a step of another version, where it is to be looked at now.

    A wait of the same kind goes on, and ends when it would have ended: nobody waits twice, and the message
    that is on its way is the one that is waited for. Before any other step she arrives now.
    """
    assert run.wait, "a run that waits for nothing is on its way, and cannot be moved"
    stays = run.wait.kind is WAITS.get(type(onto.action))
    wake_us = run.wake_us if stays and run.wait.kind is Waiting.SEND else now_us
    if stays and run.step == onto.id:
        return replace(run, wake_us=wake_us), ()
    left = done(run, now_us, "migrated")
    if not stays:
        return replace(arrived(run, onto.id, now_us), wake_us=wake_us), (left,)
    visit = run.visits.get(onto.id, 0)
    at = replace(run, step=onto.id, visits={**run.visits, onto.id: visit + 1}, wake_us=wake_us)
    return at, (left, Visited(onto.id, visit, run.step_since_us))


def over(graph: Graph, started_us: int, view: View, now_us: int) -> Ended | None:
    """What ends the run: of several, what happened first, and the goal before an exit of the same instant."""
    reached = [
        (time_us, number)
        for number, goal in enumerate(graph.goals)
        if (time_us := reached_at(goal, started_us, view, now_us)) is not None
    ]
    if not reached:
        return None
    time_us, number = min(reached)
    goal = graph.goals[number]
    reason = EndReason.GOAL_REACHED if goal is graph.goal else EndReason.EXITED
    return Ended(reason, time_us, goal.display_name)


def reached_at(goal: Goal, started_us: int, view: View, now_us: int) -> int | None:
    """When a goal was reached: by an event strictly later than the trigger, or by what is true now."""
    if goal.event and (event := earliest(goal.event, view, after_us=started_us, before_us=FOREVER)):
        return event.time
    return now_us if goal.rule and goal.rule.holds(view.facts, now_us) else None


def earliest(meant: Meant, view: View, *, after_us: int, before_us: int) -> Event | None:
    """The first thing she did that is meant: strictly after one instant, strictly before another."""
    fitting = (
        event
        for event in view.heard
        if after_us < event.time < before_us and meant.fits(event, view.facts.zone)
    )
    return min(fitting, key=lambda event: (event.time, event.id), default=None)


def arrived(run: RunState, step: str, time_us: int) -> RunState:
    """At a step that has not begun. The run's clock never goes back."""
    since = max(run.step_since_us, time_us)
    return replace(run, step=step, step_since_us=since, wait=None, wake_us=None, awaits_send=None)


def begun(run: RunState, step: Step, facts: Facts, now_us: int) -> RunState:
    """At the step, one visit more, with the wait it brings."""
    visits = {**run.visits, step.id: run.visits.get(step.id, 0) + 1}
    wait: Wait | None = None
    match step.action:
        case Delay(until):
            wait = Wait(Waiting.TIME, ends(until, run.step_since_us, facts, now_us))
        case WaitForEvent(timeout_us=timeout):
            wait = Wait(Waiting.EVENT, run.step_since_us + timeout)
        case SendMessage():
            wait = Wait(Waiting.SEND)
    return replace(run, visits=visits, wait=wait)


@dataclass(frozen=True, slots=True)
class Exit:
    """How a step is left: what came of it, where it goes on, and when that was so by the run's clock."""

    outcome: str
    next: str
    time_us: int
    # The run ends here, since a message was held back.
    leaves: bool = False


def way_on(run: RunState, step: Step, view: View, now_us: int) -> Exit | None:
    """How the step is left now; None as long as it has to wait."""
    since = run.step_since_us
    match step.action:
        case Delay():
            return Exit("elapsed", step.next, until(run)) if now_us >= until(run) else None
        case WaitForEvent() as wait:
            return event_or_timeout(run, step, wait, view, now_us)
        case Branch(paths):
            for number, path in enumerate(paths):
                if path.rule.holds(view.facts, now_us):
                    return Exit(f"paths[{number}]", path.next, since)
            return Exit("else", step.next, since)
        case Split(experiment, ways):
            way = ways[chosen([each.weight for each in ways], experiment or salt(run), run.profile)]
            return Exit(way.id, way.next, since)
        case SendMessage() as send:
            return settled(run, step, send, view)
    raise AssertionError(f"{step.id} is published, and what it does is not built")


def event_or_timeout(run: RunState, step: Step, wait: WaitForEvent, view: View, now_us: int) -> Exit | None:
    """Event against timeout. An event of before the deadline wins; one of that very instant does not.

    The timeout waits for late news until the lateness is over. So it is the same whoever comes first.
    """
    deadline = until(run)
    after = run.started_us if wait.since_start else run.step_since_us
    if event := earliest(wait.event, view, after_us=after, before_us=deadline):
        return Exit("event", step.next, event.time)
    return Exit("timeout", wait.next_on_timeout, deadline) if now_us >= deadline + wait.lateness_us else None


def settled(run: RunState, step: Step, send: SendMessage, view: View) -> Exit | None:
    """What became of the message, if that is known, and if it is the one the run waits for."""
    known = view.send
    if known is None or known.send != run.awaits_send:
        return None
    variant = variant_of(run, send).id
    outcome = variant if known.came_to is Sent.HANDED_OVER else f"{variant} {known.came_to}"
    leaves = known.came_to is Sent.HELD_BACK and send.when_held_back is WhenHeldBack.LEAVE
    return Exit(outcome, step.next, known.time_us, leaves)


def send_wanted(graph: Graph, run: RunState, action: Action, now_us: int) -> SendWanted | None:
    """The message a step that has just begun wants; None when it wants none."""
    if not isinstance(action, SendMessage):
        return None
    variant = variant_of(run, action)
    return SendWanted(
        step=run.step,
        visit=run.visit,
        variant=variant.id,
        template=variant.template,
        when_held_back=action.when_held_back,
        wait_until_us=now_us + action.wait_at_most_us,
        exempt_from_support_quiet_period=graph.exempt_from_support_quiet_period,
        holdout_basis_points=graph.holdout_basis_points,
    )


def variant_of(run: RunState, send: SendMessage) -> Variant:
    return send.variants[chosen([each.weight for each in send.variants], salt(run), run.profile)]


def salt(run: RunState) -> str:
    """What chance is drawn by, where no experiment is named."""
    return f"journeys/{run.journey}/{run.step}"


def waiting(graph: Graph, run: RunState, step: Step, view: View, now_us: int) -> RunState:
    """With the time to look again: when the wait is over, or when time alone may make an ending true."""
    times = [rule.evaluate(view.facts, now_us).until for rule in graph.ending]
    match step.action:
        case Delay():
            times.append(until(run))
        case WaitForEvent(lateness_us=lateness):
            times.append(until(run) + lateness)
    return replace(run, wake_us=min((time for time in times if time is not None), default=None))


def until(run: RunState) -> int:
    assert run.wait, f"{run.step} has begun without its wait"
    assert run.wait.until_us is not None, f"{run.step} waits without an end"
    return run.wait.until_us


def done(run: RunState, end_us: int, outcome: str) -> Visited:
    since = run.step_since_us
    return Visited(run.step, run.visit, since, max(since, end_us), outcome)


def at_rest(run: RunState) -> RunState:
    """Where it ended, waiting for nothing."""
    return replace(run, wait=None, wake_us=None)


WAITS: Mapping[type[Action], Waiting] = {
    Delay: Waiting.TIME,
    WaitForEvent: Waiting.EVENT,
    SendMessage: Waiting.SEND,
}
# What one look takes at most; the rest is gone on with at the next.
MOST_STEPS = 100
