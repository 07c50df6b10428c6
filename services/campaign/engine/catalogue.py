"""The journeys of a workspace made ready: which of them an event matters to, found by its type and name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from chassis.hottx import Connection
from conditions.events import Event
from services.campaign.convert.graph import graph_of
from services.campaign.domain.graph import Graph, Meant
from services.campaign.store import journeys


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey as it takes customers in: by its newest version."""

    slug: str
    state: str
    version: int
    graph: Graph

    @property
    def live(self) -> bool:
        return self.state == LIVE


class Ear(NamedTuple):
    """What listens to events: the beginning of a journey, or a run that waits."""

    meant: Meant
    # The journey it begins; None for what a run waits for or is ended by.
    begins: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that somebody listens to, and the journeys that begin by it."""

    event: Event
    begins: tuple[str, ...]


@dataclass(slots=True)
class Catalogue:
    """What a workspace has published, as of a revision."""

    revision: int = 0
    journeys: dict[str, Journey] = field(default_factory=dict)
    # By journey and version: the newest, and those by which runs are on their way.
    graphs: dict[tuple[str, int], Graph] = field(default_factory=dict)
    named: dict[tuple[str, str], list[Ear]] = field(default_factory=dict)
    loose: dict[str, list[Ear]] = field(default_factory=dict)
    # Segments whose entries, and whose exits, bring somebody in.
    entered: dict[str, list[str]] = field(default_factory=dict)
    exited: dict[str, list[str]] = field(default_factory=dict)
    # Segments that can end a run, and whether anything else that is known of her can.
    watched: frozenset[str] = frozenset()
    watching: bool = False

    def __post_init__(self) -> None:
        for journey in self.journeys.values():
            if journey.live:
                for meant in journey.graph.beginning:
                    self.listen(Ear(meant, journey.slug))
                for segment in journey.graph.entered:
                    self.entered.setdefault(segment, []).append(journey.slug)
                for segment in journey.graph.exited:
                    self.exited.setdefault(segment, []).append(journey.slug)
        for graph in self.graphs.values():
            for meant in graph.awaited:
                self.listen(Ear(meant, None))
        self.watched = frozenset(name for graph in self.graphs.values() for name in graph.watched_segments)
        self.watching = any(graph.ending for graph in self.graphs.values())

    def know(self, journey: Journey, version: int, graph: Graph) -> None:
        """A version somebody goes by that was not known to be gone by."""
        self.journeys.setdefault(journey.slug, journey)
        self.graphs[journey.slug, version] = graph
        for meant in graph.awaited:
            self.listen(Ear(meant, None))
        self.watched |= graph.watched_segments
        self.watching = self.watching or bool(graph.ending)

    def listen(self, ear: Ear) -> None:
        heard = ear.meant.listens
        if heard.names and not heard.prefix:
            for type in heard.types:
                for name in heard.names:
                    self.named.setdefault((type, name), []).append(ear)
        else:
            for type in heard.types:
                self.loose.setdefault(type, []).append(ear)

    def minds(self, type: str, name: str) -> bool:
        """Whether anybody may listen to this: asked of every event there is."""
        return type in self.loose or (type, name) in self.named

    def hit(self, event: Event, zone: tzinfo) -> Hit | None:
        """Who means this event; None when nobody does."""
        ears = (*self.named.get((event.type, event.name), ()), *self.loose.get(event.type, ()))
        found = [ear for ear in ears if ear.meant.fits(event, zone)]
        if not found:
            return None
        return Hit(event, tuple(dict.fromkeys(ear.begins for ear in found if ear.begins is not None)))


class Catalogues:
    """The definitions as they stand until the transaction ends, read again where they changed.

    They are read before anything else is locked. Holds nothing that is not committed.
    """

    def __init__(self) -> None:
        self.held: dict[str, Catalogue] = {}

    async def read(self, connection: Connection, workspaces: Iterable[str]) -> dict[str, Catalogue]:
        names = sorted(set(workspaces))
        await journeys.hold(connection, names)
        revisions = await journeys.revisions(connection, names)
        for name in names:
            held, revision = self.held.get(name), revisions.get(name, 0)
            if held is None or held.revision != revision:
                self.held[name] = await read_catalogue(connection, name, revision)
        return {name: self.held[name] for name in names}

    def forget(self) -> None:
        self.held.clear()


async def read_catalogue(connection: Connection, workspace: str, revision: int) -> Catalogue:
    rows = await journeys.acting(connection, workspace) if revision else []
    graphs = {(row["journey"], row["version"]): graph_of(row["graph"]) for row in rows}
    newest = [row for row in rows if row["newest"]]
    return Catalogue(
        revision,
        {
            row["journey"]: Journey(
                row["journey"], row["state"], row["version"], graphs[row["journey"], row["version"]]
            )
            for row in newest
        },
        graphs,
    )


async def know_versions(
    catalogue: Catalogue, connection: Connection, workspace: str, wanted: Iterable[tuple[str, int]]
) -> None:
    """A run may have begun by a version while the next one was published, or while its journey was ended."""
    for slug, number in sorted(set(wanted) - catalogue.graphs.keys()):
        row = await journeys.journey(connection, workspace, slug)
        version = await journeys.version(connection, workspace, slug, number)
        assert row is not None, f"a run goes through {slug}, which is not there"
        assert version is not None, f"a run goes by version {number} of {slug}, which is not there"
        graph = graph_of(version["graph"])
        catalogue.know(Journey(slug, row["state"], row["version"], graph_of(row["graph"])), number, graph)


LIVE, PAUSED, ARCHIVED = "LIVE", "PAUSED", "ARCHIVED"
