"""What somebody did, earned on: one activity earns once per rule."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from rapport.profile.v1 import events_pb2 as profile

from conditions.events import Event, listens, matcher
from services.loyalty.actions.catalog import Catalog
from services.loyalty.actions.orders import MOST_PROGRAMMES, allowances, give, named
from services.loyalty.actions.work import Work
from services.loyalty.convert import orders as messages
from services.loyalty.domain.member import Member
from services.loyalty.domain.rules import credit_of, fits, person_of
from services.loyalty.domain.tiers import Reason
from services.loyalty.store import definitions, members, orders


async def take_activities(work: Work, activities: Sequence[profile.RecordedActivity]) -> None:
    """Most of what customers do is no rule's business: that is found out first, and costs one query."""
    rows = await definitions.programmes(work.connection, work.workspace, "", MOST_PROGRAMMES)
    catalogs = [await work.catalog(row["slug"], row["stamp"]) for row in rows if not row["closed"]]
    listening = [catalog for catalog in catalogs if catalog.events]
    if not listening:
        return
    wanted = [each for each in activities if any(concerns(catalog, each) for catalog in listening)]
    if wanted:
        await earn_on(work, listening, wanted)


def concerns(catalog: Catalog, activity: profile.RecordedActivity) -> bool:
    heard = [
        rule.events
        for rule in catalog.events
        if rule.events and listens(rule.events).hears(activity.type, activity.event)
    ]
    event = messages.event(activity) if heard else None
    return event is not None and any(matcher(each)(event, catalog.terms.zone) for each in heard)


async def earn_on(
    work: Work, catalogs: Sequence[Catalog], activities: Sequence[profile.RecordedActivity]
) -> None:
    by_owner: dict[UUID, list[profile.RecordedActivity]] = defaultdict(list)
    named_in = sorted({UUID(each.profile.rpartition("/")[2]) for each in activities})
    owners = {id: await orders.person(work.connection, work.workspace, id) for id in named_in}
    for each in activities:
        by_owner[owners[UUID(each.profile.rpartition("/")[2])]].append(each)
    programmes = {catalog.terms.programme: catalog for catalog in catalogs}
    rows = await members.of_profiles(work.connection, work.workspace, list(by_owner))
    held = await work.members(row["id"] for row in rows if row["programme"] in programmes)
    for member in held:
        before = len(member.account.entries)
        for each in sorted(by_owner[member.profile], key=lambda one: (one.event_time_us, one.id)):
            await earn(work, member, programmes[member.programme], each)
        if len(member.account.entries) > before:
            await work.rise(member, Reason.QUALIFIED)
    await work.save(*held)


async def earn(work: Work, member: Member, catalog: Catalog, activity: profile.RecordedActivity) -> None:
    event: Event = messages.event(activity)
    tier = named(member.programme, member.held.tier)
    person = person_of(member.profile_name, tier, catalog.terms.zone)
    for rule in catalog.events:
        assert rule.events is not None, "a rule for events says which"
        if not (
            rule.runs(event.time)
            and matcher(rule.events)(event, catalog.terms.zone)
            and fits(rule.condition, person, event.time)
        ):
            continue
        key = (member.programme, rule.name, activity.id)
        if await orders.earned_once(work.connection, work.workspace, *key):
            continue
        made = credit_of(rule, catalog.terms, rule.points, event.time)
        if rule.daily_limit:
            left = (await allowances(work, member, catalog, event.time))[rule.name]
            made = made._replace(points=min(rule.points, max(0, left)), most=left)
        if made.points:
            await give(
                work, member, catalog, made, source=activity.id, at=event.time, historical=activity.historical
            )
