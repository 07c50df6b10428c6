"""One workspace's share of a transaction: whom it is about, what changes, what will be told."""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple
from uuid import UUID

from google.protobuf.message import Message

from chassis.hottx import Connection
from conditions.events import Event
from services.campaign.domain.machine import SendOutcome, SendWanted, Visited
from services.campaign.domain.person import Contact
from services.campaign.engine.catalogue import Catalogue
from services.campaign.store.contacts import Decisions, Held, State
from services.campaign.store.runs import Before, Run


@dataclass(slots=True)
class Customer:
    """A living customer, locked, with what her runs depend on."""

    contact: Contact
    # On their way, oldest first.
    runs: list[Run] = field(default_factory=list)
    # What she did, as far as anybody listened.
    heard: list[Event] = field(default_factory=list)
    # By journey and entry: how often she came in so far.
    before: dict[tuple[str, str], Before] = field(default_factory=dict)

    @property
    def key(self) -> int:
        return self.contact.key

    def run(self, about: tuple[str, str]) -> Run | None:
        return next((run for run in self.runs if run.about == about), None)


class Visit(NamedTuple):
    """A visit of a step, and its place among those of its run."""

    place: int
    said: Visited


class Wanted(NamedTuple):
    """A message a run wants."""

    run: Run
    said: SendWanted


@dataclass(slots=True)
class Work:
    workspace: str
    connection: Connection
    catalogue: Catalogue
    zone: tzinfo
    currency: str
    now_us: int
    # Number -> living number, of those that are known.
    aliases: dict[int, int] = field(default_factory=dict)
    # By living number: those that were loaded whole.
    customers: dict[int, Customer] = field(default_factory=dict)
    # What became of the sends that runs wait for, as far as known.
    outcomes: dict[UUID, SendOutcome] = field(default_factory=dict)
    # What is known of customers anew, as it will be written; every decision of those it concerns.
    states: dict[int, State] = field(default_factory=dict)
    decisions: dict[int, Decisions] = field(default_factory=dict)
    decided: dict[tuple[int, str, str], Held] = field(default_factory=dict)
    # Absorbed and survivor, in the order in which it happened.
    merges: list[tuple[int, int]] = field(default_factory=list)
    # Written when the work is done. What a run waited for before decides whether its due row is ours.
    begun: dict[UUID, Run] = field(default_factory=dict)
    moved: dict[UUID, Run] = field(default_factory=dict)
    awaited: dict[UUID, UUID | None] = field(default_factory=dict)
    visits: dict[tuple[UUID, str, int], Visit] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)

    def living(self, key: int) -> int:
        return self.aliases.get(key, key)

    def customer(self, key: int) -> Customer | None:
        """Her, when she was loaded."""
        return self.customers.get(self.living(key))

    def touch(self, run: Run) -> None:
        """The run will be written."""
        if run.id not in self.begun and run.id not in self.moved:
            self.moved[run.id] = run
            self.awaited[run.id] = run.state.awaits_send
