"""Who comes into segments and leaves them: what is kept of it, which journeys begin by it, which runs end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapport.segment.v1 import events_pb2 as pb
from rapport.segment.v1 import resources_pb2

from chassis.hottx import Transaction, heard
from conditions.calendar import moment
from services.campaign.engine.entries import evidence_of, of_change
from services.campaign.engine.finish import finish
from services.campaign.engine.items import PROFILE, SEGMENT, Item
from services.campaign.engine.load import hold, load
from services.campaign.engine.runs import enter, look_again
from services.campaign.engine.take import Engine, by_workspace
from services.campaign.engine.work import Work
from services.campaign.store import contacts, entrances, memberships
from services.campaign.store.entrances import Entrance
from services.campaign.store.memberships import Change
from services.campaign.store.runs import About


class Segments(Engine):
    """Takes what the segment service tells, as `Engine` does what the profile service tells."""

    async def take(self, tx: Transaction, items: Sequence[Item]) -> None:
        groups = by_workspace(items)
        catalogues = await self.catalogues.read(tx.connection, groups)
        # Asked before customers are read: what we know of them then is as new as this, or newer.
        position = await heard(tx.connection, PROFILE.durable)
        for workspace, group in groups.items():
            work = self.work(tx.connection, workspace, catalogues[workspace])
            await take_workspace(work, tx, group, position)


async def take_workspace(work: Work, tx: Transaction, items: Sequence[Item], position: int) -> None:
    at = work.connection, work.workspace
    await know_segments(work, items)
    changes = [item for item in items if isinstance(item.fact, CHANGES)]
    kept = await memberships.keep(*at, map(change_of, changes))
    watched = defaultdict[int, set[str]](set)
    for key, segment in kept:
        if segment in work.catalogue.watched:
            watched[key].add(segment)
    beginning = await first_told(work, [item for item in changes if begins(work, item)])
    names = {item.fact.profile_key for item in beginning} | watched.keys()
    await hold(work, names)
    reached = [item for item in beginning if ripe(work, item, position)]
    waiting = [item for item in beginning if not ripe(work, item, position)]
    await entrances.wait(*at, [(entrance(item), item.position) for item in waiting], work.now_us)
    await act(work, [entrance(item) for item in reached], also=watched.keys())
    for key in sorted(watched):
        if customer := work.customer(key):
            look_again(work, customer, frozenset(watched[key]))
    await finish(work, tx)


async def know_segments(work: Work, items: Sequence[Item]) -> None:
    for item in items:
        fact = item.fact
        match fact:
            case pb.SegmentPublished():
                about = fact.segment, fact.display_name, fact.event_time.ToMicroseconds()
                await memberships.know(work.connection, work.workspace, *about, live=True)
            case pb.SegmentDeleted():
                about = fact.segment, "", fact.event_time.ToMicroseconds()
                await memberships.know(work.connection, work.workspace, *about, live=False)


async def first_told(work: Work, items: Sequence[Item]) -> list[Item]:
    """A journey begins once by each change, however often that is told."""
    ids = {f"{work.workspace}/{item.fact.shard}/{item.fact.sequence_number}": item for item in items}
    now = moment(work.now_us)
    first = await contacts.first_told(work.connection, SEGMENT.durable, sorted(ids), now)
    return [item for id, item in ids.items() if id in first]


def begins(work: Work, item: Item) -> bool:
    fact = item.fact
    if fact.historical:
        return False
    if isinstance(fact, pb.EnteredSegment):
        return fact.segment in work.catalogue.entered
    # Who leaves under one name because she is another now has not left.
    return fact.segment in work.catalogue.exited and fact.cause.kind != resources_pb2.Cause.MERGE


def ripe(work: Work, item: Item, position: int) -> bool:
    """What led to it is heard, and we know whom it is about."""
    return item.position <= position and item.fact.profile_key in work.aliases


async def act(work: Work, ready: Sequence[Entrance], also: Iterable[int] = ()) -> None:
    """Journeys begin by these, in their order. Their customers are locked."""
    abouts = {
        About(one.profile_key, slug, about)
        for one in ready
        for slug in begun_by(work, one)
        if (about := of_change(one).about(work.catalogue.journeys[slug].graph.run_per)) is not None
    }
    await load(work, {one.profile_key for one in ready} | set(also), abouts)
    joined = [one for one in ready if one.joined]
    elsewhere = await memberships.elsewhere(work.connection, work.workspace, joined)
    later = []
    for one in ready:
        customer = work.customer(one.profile_key)
        # She was in it before she became one: nothing began.
        if customer is None or one.place in elsewhere:
            continue
        if not customer.contact.whole:
            later.append((one, HEARD))
            continue
        for slug in begun_by(work, one):
            enter(work, customer, work.catalogue.journeys[slug], of_change(one))
    await entrances.wait(work.connection, work.workspace, later, work.now_us + SECOND_US)


def begun_by(work: Work, one: Entrance) -> Sequence[str]:
    """The journeys that begin by it, as things stand now."""
    brings = work.catalogue.entered if one.entered else work.catalogue.exited
    return brings.get(one.segment, ())


def change_of(item: Item) -> Change:
    fact = item.fact
    inside = isinstance(fact, pb.EnteredSegment)
    return Change(fact.profile_key, fact.segment, fact.sequence_number, inside, item.told_us)


def entrance(item: Item) -> Entrance:
    fact = item.fact
    entered = isinstance(fact, pb.EnteredSegment)
    return Entrance(
        fact.shard,
        fact.sequence_number,
        fact.profile_key,
        fact.segment,
        entered,
        fact.event_time.ToMicroseconds(),
        item.told_us,
        fact.cause.kind == resources_pb2.Cause.MERGE,
        evidence_of(fact.evidence) if entered else "[]",
        fact.traceparent,
    )


CHANGES = (pb.EnteredSegment, pb.ExitedSegment)
# What led to it is heard, but for what is told right after.
HEARD = 0
SECOND_US = 1_000_000
