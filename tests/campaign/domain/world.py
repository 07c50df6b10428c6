"""Graphs as a person draws them, and one customer to walk through them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from rapport.campaign.v1 import journeys_pb2 as pb

from conditions.events import Event
from conditions.facts import Person, Verdict
from conditions.forms import from_json
from services.campaign.convert.graph import read_graph
from services.campaign.domain.graph import Graph
from services.campaign.domain.machine import Progress, RunState, SendOutcome, Sent, View, advance

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = round(NOON.timestamp()) * SECOND
ADA = "profiles/00000000-0000-0000-0000-000000000001"
SEND = UUID(int=77)


def graph(*steps: dict[str, Any], **more: Any) -> Graph:
    return read_graph(from_json({"steps": list(steps), **more}, pb.Graph()))


def delay(id: str, next: str = "", **until: Any) -> dict[str, Any]:
    return {"id": id, "next": next, "delay": until or {"duration": "3600s"}}


def wait(id: str, next: str = "", timeout_to: str = "", **more: Any) -> dict[str, Any]:
    """For an order, an hour long."""
    said = {"event": bought(), "timeout": "3600s", "next_on_timeout": timeout_to} | more
    return {"id": id, "next": next, "wait_for_event": said}


def send(id: str, next: str = "", **more: Any) -> dict[str, Any]:
    said = {"variants": [{"id": "a", "template": "templates/hello"}]} | more
    return {"id": id, "next": next, "send": said}


def branch(id: str, next: str = "", *paths: tuple[dict[str, Any], str]) -> dict[str, Any]:
    said = [{"condition": condition, "next": way} for condition, way in paths]
    return {"id": id, "next": next, "branch": {"paths": said}}


def split(id: str, *ways: str, **more: Any) -> dict[str, Any]:
    paths = [{"id": f"way-{number}", "next": way} for number, way in enumerate(ways)]
    return {"id": id, "split": {"paths": paths, **more}}


def bought(**more: Any) -> dict[str, Any]:
    return {"type": "track", "names": ["Order Completed"], **more}


def trait(path: str, value: object, operator: str = "EQ") -> dict[str, Any]:
    return {"trait": {"path": path, "compare": {"operator": operator, "value": value}}}


def order(seconds: float, *, total: float = 10, name: str = "Order Completed") -> Event:
    """An order so many seconds after the start."""
    time = START + round(seconds * SECOND)
    return Event(f"{name} {seconds} {total}", time, "track", name, {"properties": {"total": total}})


def run(**more: Any) -> RunState:
    return replace(RunState(UUID(int=1), "hello", ADA, START), **more)


@dataclass
class Walk:
    """A customer on her way through a graph, with everything that comes of it."""

    graph: Graph
    run: RunState = field(default_factory=run)
    zone: str = ""
    traits: dict[str, object] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    heard: list[Event] = field(default_factory=list)
    progress: Progress | None = None
    # The outcome of each visit that is done.
    outcomes: dict[tuple[str, int], str] = field(default_factory=dict)
    sends: list[str] = field(default_factory=list)

    def at(self, seconds: float, send: SendOutcome | None = None) -> "Walk":
        """Looks at the run so many seconds after its start. As the engine does, it names what was claimed."""
        assert self.progress is None or self.progress.ended is None, "it is over"
        now = START + round(seconds * SECOND)
        self.progress = advance(self.graph, self.run, self.view(now, send), now)
        self.run = self.progress.run
        for visit in self.progress.visits:
            if visit.end_us is not None:
                self.outcomes[visit.step, visit.visit] = visit.outcome
        if self.progress.send:
            self.sends.append(self.progress.send.step)
            self.run = replace(self.run, awaits_send=UUID(int=SEND.int + len(self.sends)))
        return self

    def sent(self, seconds: float, came_to: Sent = Sent.HANDED_OVER) -> "Walk":
        """The message it waits for came to something."""
        assert self.run.awaits_send, "it waits for no message"
        outcome = SendOutcome(self.run.awaits_send, came_to, START + round(seconds * SECOND))
        return self.at(seconds, outcome)

    def view(self, now: int, send: SendOutcome | None = None) -> View:
        facts = Person(
            profile=ADA,
            own_zone=ZoneInfo(self.zone) if self.zone else None,
            registers={f"traits.{name}": [(0, value)] for name, value in self.traits.items()},
            segments=dict.fromkeys(self.segments, Verdict(True, None)),
        )
        return View(facts, tuple(self.heard), send)

    @property
    def ended(self) -> str:
        """Why it is over; empty while it is not."""
        return self.progress.ended.reason if self.progress and self.progress.ended else ""

    @property
    def wakes(self) -> float | None:
        """In seconds after the start."""
        return None if self.run.wake_us is None else (self.run.wake_us - START) / SECOND
