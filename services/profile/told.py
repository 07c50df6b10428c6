"""What other services tell of customers, from their streams: the timeline keeps it, with all it says."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from google.protobuf import json_format
from google.protobuf.message import Message
from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import events_pb2 as campaign
from rapport.loyalty.v1 import events_pb2 as loyalty
from rapport.support.v1 import events_pb2 as support

from chassis.clock import Clock
from chassis.hot import Hot
from chassis.hottx import HotTx
from chassis.letters import Letter
from chassis.tracing import TRACEPARENT
from chassis.workspaces import Workspaces
from services.profile import actions
from services.profile.engine.items import Item
from services.profile.engine.take import Engine
from tracking.consent import Consent


class Told:
    """Makes items of facts, and takes them by an engine of its own: the worker is told what that wrote."""

    def __init__(self, workspaces: Workspaces, clock: Clock) -> None:
        self._workspaces, self._clock = workspaces, clock

    def opened(self, letter: Letter) -> list[Item]:
        """One item of a fact that stands in somebody's timeline; none of any other."""
        name = letter.subject.removesuffix(f".{letter.workspace}")
        if name not in KEPT:
            return []
        fact = KEPT[name].FromString(letter.data)
        if not fact.profile:
            return []
        event = actions.timeline_event(
            fact.profile,
            UUID(letter.event_id),
            type=name,
            name=fact.DESCRIPTOR.name,
            time_us=fact.event_time.ToMicroseconds(),
            now=self._clock(),
            properties=document(fact),
            consents=withdrawn(fact),
        )
        traceparent = letter.headers.get(TRACEPARENT, "")
        return [Item(letter.workspace, event, event.receive_time_us, traceparent, letter=letter)]

    async def take(self, tx: HotTx, items: Sequence[Item]) -> None:
        await Engine(self._clock, self._workspaces, owner=False).take(tx, items)


def document(fact: Message) -> bytes:
    return json_format.MessageToJson(fact, preserving_proto_field_name=True, indent=None).encode()


def withdrawn(fact: Message) -> tuple[Consent, ...]:
    """Who leaves all that a channel advertises withdraws her consent to it; who leaves a topic does not."""
    if not isinstance(fact, campaign.Unsubscribed) or fact.subscription_group:
        return ()
    channel = content_pb2.Channel.Name(fact.channel).lower()
    return (Consent(channel, "marketing", granted=False, source=fact.source, evidence=fact.evidence),)


def listening(owner: str) -> Hot:
    return Hot(owner.upper(), f"profile-{owner}", f"rapport.{owner}.v1.*.*")


# The facts of the timeline, by their full names.
KEPT: dict[str, type[Any]] = {
    fact.DESCRIPTOR.full_name: fact
    for fact in (
        campaign.MessageSent,
        campaign.MessageDelivered,
        campaign.MessageOpened,
        campaign.MessageClicked,
        campaign.MessageBounced,
        campaign.MessageComplained,
        campaign.MessageFailed,
        campaign.MessageSuppressed,
        campaign.Unsubscribed,
        campaign.SubscriptionChanged,
        campaign.JourneyEntered,
        campaign.JourneyEnded,
        campaign.CouponIssued,
        support.TicketOpened,
        support.TicketReplied,
        support.CustomerReplied,
        support.TicketResolved,
        support.TicketReopened,
        support.TargetBreached,
        support.TicketAssigned,
        support.TicketMerged,
        loyalty.MemberEnrolled,
        loyalty.PointsEarned,
        loyalty.PointsAccepted,
        loyalty.PointsClawedBack,
        loyalty.PointsExpired,
        loyalty.PointsRedeemed,
        loyalty.PointsReturned,
        loyalty.PointsAdjusted,
        loyalty.TierChanged,
        loyalty.ReferralDecided,
    )
}
OWNERS = ("campaign", "support", "loyalty")
