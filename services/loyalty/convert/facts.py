"""What happened to a member, told."""

from typing import Any, cast

from google.protobuf.message import Message
from rapport.loyalty.v1 import events_pb2 as events
from rapport.loyalty.v1 import ledger_pb2 as pb

from services.loyalty.convert.accounts import held_balance, tier_name
from services.loyalty.convert.times import timestamp, when
from services.loyalty.domain.ledger import Entry, Kind
from services.loyalty.domain.member import Member, TierChange
from services.loyalty.domain.terms import Terms
from services.loyalty.domain.tiers import rank


def fact(member: Member, entry: Entry) -> Message | None:
    """The fact of an entry; None for what concerns nobody else."""
    common: dict[str, Any] = {
        "profile": member.profile_name,
        "event_time": timestamp(entry.event_us),
        "account": member.name,
        "entry": f"{member.name}/entries/{entry.id}",
        "currency": entry.currency,
        "balance": balance_after(member, entry),
    }
    about, told = entry.about, entry.told
    match entry.kind:
        case Kind.EARN | Kind.PEND:
            assert told.lot is not None, "a credit opens a lot"
            return events.PointsEarned(
                **common,
                points=entry.moved,
                rule=about.rule,
                rule_version=about.version if about.rule else 0,
                source=about.source,
                available_time=timestamp(told.lot.available_us),
                expire_time=when(told.lot.expires_us),
                historical=told.historical,
            )
        case Kind.ACCEPT:
            return events.PointsAccepted(**common, points=entry.moved, source=about.source)
        case Kind.REJECT | Kind.CLAW_BACK:
            return events.PointsClawedBack(
                **common,
                points=told.wanted,
                taken_points=entry.moved - told.debt,
                debt_points=told.debt,
                order=about.source if about.source.startswith("orders/") else "",
                refund_id=told.refund_id,
            )
        case Kind.EXPIRE:
            assert told.lot is not None, "a lot expires"
            return events.PointsExpired(**common, points=entry.moved, lot=f"{member.name}/lots/{told.lot.id}")
        case Kind.CONFIRM:
            assert told.reservation is not None, "a reservation is confirmed"
            return events.PointsRedeemed(
                **common,
                points=entry.moved,
                reservation=f"{member.name}/reservations/{told.reservation.id}",
                reward=told.reservation.reward,
                order=told.reservation.order,
            )
        case Kind.RETURN:
            return events.PointsReturned(**common, points=entry.moved, order=about.source)
        case Kind.ADJUST:
            return events.PointsAdjusted(
                **common, points=entry.points, reason=about.description, actor=about.actor
            )
    return None


def balance_after(member: Member, entry: Entry) -> pb.Balance:
    """What the account holds after it; what expires next, as of the end of the transaction."""
    lots = member.account.wallet(entry.currency).lots.values()
    last = entry.number == member.account.number
    return held_balance(
        entry.currency, entry.after, ((lot.expires_us, lot.active) for lot in lots) if last else ()
    )


def tier_changed(member: Member, change: TierChange, terms: Terms) -> events.TierChanged:
    tiers = terms.tiers
    name = next((tier.display_name for tier in tiers if tier.name == change.now.tier), "")
    return events.TierChanged(
        profile=member.profile_name,
        event_time=timestamp(change.at),
        account=member.name,
        tier=tier_name(member.programme, change.now.tier),
        former_tier=tier_name(member.programme, change.former.tier),
        display_name=name,
        upgrade=rank(tiers, change.now.tier) > rank(tiers, change.former.tier),
        reason=cast("pb.TierReason", change.reason),
        until_time=when(change.now.until_us),
        metric=change.metric,
    )


def enrolled(member: Member) -> events.MemberEnrolled:
    return events.MemberEnrolled(
        profile=member.profile_name,
        event_time=timestamp(member.enrol_us),
        account=member.name,
        tier=tier_name(member.programme, member.held.tier),
    )
