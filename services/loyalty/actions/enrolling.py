"""A customer joins a programme."""

from uuid import UUID

from services.loyalty.actions.work import Work, standing
from services.loyalty.convert import facts
from services.loyalty.domain.member import Member
from services.loyalty.domain.tiers import Reason, reached, taken_up
from services.loyalty.store import members, orders


async def enrol(work: Work, programme: str, profile: UUID) -> tuple[Member, bool]:
    """The member, and whether she is new. She begins with the tier her past orders reach."""
    living = await orders.person(work.connection, work.workspace, profile)
    id = await members.enrol(work.connection, work.workspace, programme, living, work.now)
    if id is None:
        known = await work.account(programme, living)
        assert known is not None, "she is enrolled"
        return known, False
    [member] = await work.members([id])
    terms = (await work.catalog(programme, member.stamp)).terms
    metric = standing(member, terms, await work.merits(member, terms), work.now)
    tier = reached(terms.tiers, metric)
    if tier:
        held = taken_up(terms.tiers, tier, work.now, terms.zone)
        member.change_tier(held, work.now, Reason.ENROLLED, metric)
    work.emit(facts.enrolled(member))
    await work.save(member)
    return member, True
