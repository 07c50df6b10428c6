"""Two profiles turned out to be one person: one account in each programme, and nothing is lost or doubled."""

from uuid import UUID

from services.loyalty.actions.orders import enrolled, settle
from services.loyalty.actions.work import Work
from services.loyalty.domain.member import Member
from services.loyalty.domain.moves import merge
from services.loyalty.domain.tiers import Held, Reason, higher
from services.loyalty.store import members, orders


async def join(work: Work, survivor: UUID, absorbed: UUID) -> None:
    """Also when other merges of either were told before this one."""
    living, gone = await orders.join(work.connection, work.workspace, survivor, absorbed)
    if living == gone:
        return
    brought = await orders.of_profile(work.connection, work.workspace, gone)
    await orders.absorb(work.connection, work.workspace, living, gone)
    rows = await members.of_profiles(work.connection, work.workspace, [living, gone])
    mine = {row["programme"]: row["id"] for row in rows if row["profile"] == living}
    held = {each.id: each for each in await work.members(row["id"] for row in rows)}
    for row in rows:
        if row["profile"] == living:
            continue
        if row["programme"] in mine:
            await join_members(work, held[mine[row["programme"]]], held[row["id"]])
        else:
            held[row["id"]].profile = living
            await members.rename(work.connection, work.workspace, row["id"], living)
    for member in held.values():
        if member.moved_to is None:
            await work.rise(member, Reason.QUALIFIED)
    await work.save(*held.values())
    # Orders of a guest who was enrolled under her other name earn now.
    for purchase in brought:
        moved = dict(purchase) | {"profile": living}
        if moved["placed"] and (fresh := await enrolled(work, moved, since_us=moved["order_us"])):
            await settle(work, moved, fresh=fresh)


async def join_members(work: Work, survivor: Member, absorbed: Member) -> None:
    terms = (await work.catalog(survivor.programme, survivor.stamp)).terms
    merge(absorbed.account, survivor.account, work.now)
    kept = higher(survivor.held, absorbed.held, terms.tiers)
    if kept != survivor.held:
        survivor.change_tier(kept, work.now, Reason.MERGED, 0)
    absorbed.held, absorbed.moved_to = Held(), survivor.id
    # Before what moves is written: closed lots and what was earned by them follow as well.
    await members.move(work.connection, work.workspace, absorbed.id, survivor.id)
