"""What is told of customers, taken in the order in which it was told. Read this first.

What a batch holds that matters is found (`listen`), whom it is about is locked and loaded (`load`), each fact
happens in its turn to customers in memory (`happen`), and what came of it is written (`know`, `finish`). So
it does not depend on where one batch ends and the next begins what becomes of anybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapport.profile.v1 import events_pb2 as pb

from chassis.clock import Clock
from chassis.hottx import Connection, Transaction
from chassis.workspaces import Workspaces
from conditions.calendar import moment
from services.campaign.engine import happen, know, listen
from services.campaign.engine.catalogue import Catalogue, Catalogues
from services.campaign.engine.finish import finish
from services.campaign.engine.items import PROFILE, Item
from services.campaign.engine.listen import Happening
from services.campaign.engine.load import hold, load
from services.campaign.engine.work import Work
from services.campaign.store import contacts, heard, runs
from services.campaign.store.runs import About

Happenings = Mapping[int, Happening]


class Engine:
    """Takes facts of any workspaces, each once. Holds definitions in memory, and nothing of customers."""

    def __init__(self, clock: Clock, workspaces: Workspaces) -> None:
        self.clock, self.workspaces = clock, workspaces
        self.catalogues = Catalogues()

    async def take(self, tx: Transaction, items: Sequence[Item]) -> None:
        """Everything these facts of the profile service bring about, written in *tx*."""
        groups = by_workspace(items)
        catalogues = await self.catalogues.read(tx.connection, groups)
        for workspace, group in groups.items():
            await self.take_workspace(tx, workspace, catalogues[workspace], group)

    async def take_workspace(
        self, tx: Transaction, workspace: str, catalogue: Catalogue, items: Sequence[Item]
    ) -> None:
        work = self.work(tx.connection, workspace, catalogue)
        happenings = listen.happenings(work, items)
        left = await first_told(work, [item for item in items if matters(item, happenings)])
        while left:
            taken = await take_some(work, tx, left, happenings)
            left, work = left[taken:], self.work(tx.connection, workspace, catalogue)

    def forget(self) -> None:
        self.catalogues.forget()

    async def begun(self, connection: Connection, workspace: str) -> Work:
        """Work in one workspace, by its definitions as they stand."""
        catalogues = await self.catalogues.read(connection, [workspace])
        return self.work(connection, workspace, catalogues[workspace])

    def work(self, connection: Connection, workspace: str, catalogue: Catalogue) -> Work:
        told = self.workspaces.of(workspace)
        now_us = round(self.clock().timestamp() * 1_000_000)
        return Work(workspace, connection, catalogue, told.zone, told.currency_code, now_us)


def by_workspace(items: Iterable[Item]) -> dict[str, list[Item]]:
    """In the order in which everybody locks."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.workspace].append(item)
    return dict(sorted(groups.items()))


def matters(item: Item, happenings: Happenings) -> bool:
    """What customers do concerns us where somebody listens; what is known of them, always."""
    return isinstance(item.fact, KNOWN) or id(item) in happenings


async def first_told(work: Work, items: Sequence[Item]) -> list[Item]:
    """Without what says again who is who: others are one, or two, since."""
    told = [item.letter.event_id for item in items if isinstance(item.fact, know.IDENTITY)]
    first = await contacts.first_told(work.connection, PROFILE.durable, told, moment(work.now_us))
    found = []
    for item in items:
        if isinstance(item.fact, know.IDENTITY):
            if item.letter.event_id not in first:
                continue
            first.discard(item.letter.event_id)
        found.append(item)
    return found


async def take_some(work: Work, tx: Transaction, items: Sequence[Item], happenings: Happenings) -> int:
    """Takes these facts up to one that parts customers, or that one alone; how many that was."""
    names = {key: name for item in items for key, name in know.named(item)}
    await hold(work, names)
    await know.meet(work, names)
    place = know.parting(work, items)
    if place == 0:
        await know.part(work, items[0].fact)
        return 1
    some = items[:place]
    await load_concerned(work, some, happenings)
    fresh = await heard.hear(
        work.connection, work.workspace, [listen.kept(one) for one in of(some, happenings)]
    )
    for item in some:
        one = happenings.get(id(item))
        if one is None:
            happen.told(work, item)
        elif one.event.id in fresh:
            fresh.discard(one.event.id)
            happen.happened(work, one)
    await know.write(work)
    await finish(work, tx)
    return place


def of(items: Iterable[Item], happenings: Happenings) -> list[Happening]:
    return [happenings[id(item)] for item in items if id(item) in happenings]


async def load_concerned(work: Work, items: Sequence[Item], happenings: Happenings) -> None:
    """Whom to have in memory: who did what matters, who becomes one, whose runs may end by what is known."""
    merges = [item.fact for item in items if isinstance(item.fact, pb.ProfileMerged)]
    groups = together(work, merges)
    found = of(items, happenings)
    deciding = {item.fact.profile_key for item in items if isinstance(item.fact, pb.ConsentChanged)}
    changing = {item.fact.profile_key for item in items if isinstance(item.fact, pb.UpdatedProfile)}
    at = work.connection, work.workspace
    known_anew = {work.living(key) for key in deciding | changing}
    going = await runs.concerned(*at, known_anew, watching=work.catalogue.watching)
    abouts = {
        About(key, slug, about)
        for one in found
        for slug in one.begins
        if (about := one.entry.about(work.catalogue.journeys[slug].graph.run_per)) is not None
        for key in groups.get(work.living(one.profile_key), {one.profile_key})
    }
    await load(work, {one.profile_key for one in found} | groups.keys() | going, abouts)
    work.decisions = await contacts.decisions(*at, {work.living(key) for key in deciding | groups.keys()})


def together(work: Work, merges: Iterable[pb.ProfileMerged]) -> dict[int, set[int]]:
    """With each who become one: what either may have come in about concerns both."""
    groups: dict[int, set[int]] = {}
    for fact in merges:
        pair = work.living(fact.survivor_key), work.living(fact.absorbed_key)
        both = {key for each in pair for key in groups.get(each, {each})}
        groups |= dict.fromkeys(both, both)
    return groups


# What is always listened to.
KNOWN = (pb.UpdatedProfile, pb.ConsentChanged, *know.IDENTITY)
