"""A customer's runs: who is taken in, how each goes on, what ends it. Decides; `finish` writes it down."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.campaign.v1 import events_pb2 as events
from rapport.campaign.v1 import journeys_pb2 as pb

from chassis.tracing import milestone
from conditions.calendar import moment
from conditions.facts import Person
from services.campaign.domain import keys
from services.campaign.domain.graph import Graph, Reentry, ReentryRule
from services.campaign.domain.machine import RunState, View, Visited, advance
from services.campaign.domain.person import facts
from services.campaign.engine.catalogue import ARCHIVED, Journey
from services.campaign.engine.entries import Entry
from services.campaign.engine.work import Customer, Visit, Wanted, Work
from services.campaign.store.runs import Before, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody would come in."""

    journey: Journey
    # Which order or cart it is about; empty for the customer.
    about: str
    entry: Entry
    document: bytes

    @property
    def place(self) -> tuple[str, str]:
        return self.journey.slug, self.about


def enter(work: Work, customer: Customer, journey: Journey, entry: Entry) -> Run | str:
    """Takes her in and goes as far with her as it goes at once; or why she stays out, in a sentence."""
    run_per = journey.graph.run_per
    about = entry.about(run_per)
    if about is None:
        return f"The journey goes by the {run_per.lower()}, and none is named."
    asked = Asked(journey, about, entry, entry.document(run_per, about))
    if reason := refusal(work, customer, asked):
        return reason
    run = begun(work, customer, asked)
    go_on(work, customer, run)
    return run


def refusal(work: Work, customer: Customer, asked: Asked) -> str:
    """Why she may not come in; empty when she may."""
    journey, before = asked.journey, customer.before.get(asked.place, Before())
    if not journey.live:
        return f"The journey is {journey.state.lower()}: it takes nobody in."
    if customer.contact.erased:
        return "She was erased."
    if customer.run(asked.place):
        return "She is on her way through it already."
    if before.rotation >= 0 and (reason := too_soon(journey.graph.reentry, before, asked.entry.started_us)):
        return reason
    rule = journey.graph.entry
    if rule and not rule.holds(person(work, customer, asked.document), work.now_us):
        return "The journey's filter does not hold of her."
    return ""


def too_soon(reentry: Reentry, before: Before, now_us: int) -> str:
    """Why she may not come in again; empty when she may. The run before has ended."""
    if reentry.rule is ReentryRule.NEVER:
        return "She was in it before, and nobody comes in twice."
    if reentry.rule is ReentryRule.AFTER and before.started_us is not None:
        again_us = before.started_us + (reentry.after_us or 0)
        if now_us < again_us:
            return f"She was in it before, and may come in again from {moment(again_us).isoformat()} on."
    return ""


def begun(work: Work, customer: Customer, asked: Asked) -> Run:
    """A run that is at no step yet."""
    slug, version, entry = asked.journey.slug, asked.journey.version, asked.entry
    rotation = customer.before.get(asked.place, Before()).rotation + 1
    run = Run(
        state=RunState(
            id=keys.run_id(work.workspace, slug, version, customer.key, asked.about, rotation),
            journey=slug,
            profile=customer.contact.profile,
            started_us=entry.started_us,
            step_since_us=entry.started_us,
        ),
        version=version,
        profile_key=customer.key,
        origin_key=customer.key,
        entry=asked.about,
        rotation=rotation,
        create_us=work.now_us,
        cause=entry.cause,
        document=asked.document,
        traceparent=entry.traceparent,
    )
    customer.before[asked.place] = Before(rotation, entry.started_us)
    customer.runs.append(run)
    work.begun[run.id] = run
    if run.traceparent:
        sentence = f"{customer.contact.profile} comes into journeys/{slug}"
        milestone(log, sentence, run.traceparent, workspace=work.workspace)
    work.told.append(
        events.JourneyEntered(
            profile=customer.contact.profile,
            event_time=timestamp(work.now_us),
            journey=f"journeys/{slug}",
            run=run_name(run),
            cause=entry.cause,
        )
    )
    return run


def go_on(work: Work, customer: Customer, run: Run) -> None:
    """As far as it goes with what is known now. A run of a paused journey stays where it is.

    So does that of a customer of whom only half is known: when the rest is told, all hers go on.
    """
    journey = work.catalogue.journeys[run.journey]
    if journey.state == ARCHIVED:
        end(work, customer, run, "ARCHIVED")
        return
    if not journey.live or not customer.contact.whole:
        return
    graph = work.catalogue.graphs[run.journey, run.version]
    view = View(
        person(work, customer, run.document),
        customer.heard,
        work.outcomes.get(run.state.awaits_send) if run.state.awaits_send else None,
    )
    progress = advance(graph, run.state, view, work.now_us)
    if progress.run == run.state and not progress.visits and progress.ended is None:
        return
    work.touch(run)
    note_visits(work, run, progress.visits)
    run.state = progress.run
    if progress.send:
        work.wanted.append(Wanted(run, progress.send))
    if progress.ended:
        over(work, customer, run, progress.ended.reason, progress.ended.time_us)


def end(work: Work, customer: Customer, run: Run, reason: str) -> None:
    """Ends a run where it is, whatever it waits for."""
    work.touch(run)
    at = run.state
    if at.wait:
        since = at.step_since_us
        note_visits(work, run, [Visited(at.step, at.visit, since, max(since, work.now_us), reason)])
    run.state = replace(at, wait=None, wake_us=None)
    over(work, customer, run, reason, work.now_us)


def over(work: Work, customer: Customer, run: Run, reason: str, time_us: int) -> None:
    run.end_us, run.end_reason = max(time_us, run.state.started_us), reason
    customer.runs.remove(run)
    work.told.append(
        events.JourneyEnded(
            profile=customer.contact.profile,
            event_time=timestamp(run.end_us),
            journey=f"journeys/{run.journey}",
            run=run_name(run),
            reason=pb.Run.EndReason.Name(pb.Run.EndReason.Value(reason)),
        )
    )


def note_visits(work: Work, run: Run, visits: Iterable[Visited]) -> None:
    """*run* as it was before them: the visit it is in has its place already."""
    at = run.state
    next_place = sum(at.visits.values())
    for each in visits:
        place = (run.id, each.step, each.visit)
        if known := work.visits.get(place):
            work.visits[place] = Visit(known.place, each)
        elif at.wait and (each.step, each.visit) == (at.step, at.visit):
            work.visits[place] = Visit(next_place - 1, each)
        else:
            work.visits[place] = Visit(next_place, each)
            next_place += 1


def person(work: Work, customer: Customer, document: bytes) -> Person:
    """What conditions see of her on this run."""
    known = json.loads(document)
    return facts(customer.contact, work.zone, trigger=known["event"], entry=known["entry"])


def look_again(work: Work, customer: Customer, segments: frozenset[str] | None = None) -> None:
    """What is known of her changed: some of her runs may be over. *segments*: only what these can end."""
    for run in list(customer.runs):
        graph = work.catalogue.graphs[run.journey, run.version]
        if concerns(graph, segments):
            go_on(work, customer, run)


def concerns(graph: Graph, segments: frozenset[str] | None) -> bool:
    return bool(graph.ending) if segments is None else not graph.watched_segments.isdisjoint(segments)


def run_name(run: Run) -> str:
    return f"journeys/{run.journey}/runs/{run.id}"


def timestamp(us: int) -> Timestamp:
    found = Timestamp()
    found.FromMicroseconds(us)
    return found
