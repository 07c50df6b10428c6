"""One customer, from every room of the house: the services are asked at once, and each answers for itself."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2
from rapport.campaign.v1 import campaign_pb2
from rapport.gateway.v1 import overview_pb2 as pb
from rapport.gateway.v1 import overview_pb2_grpc
from rapport.loyalty.v1 import loyalty_pb2
from rapport.profile.v1 import profile_pb2
from rapport.segment.v1 import segment_pb2
from rapport.support.v1 import support_pb2

from chassis.callers import caller
from chassis.errors import Refusal

from .callers import ALL
from .calls import Call, RefusedError
from .errors import reason_of
from .routes import Route

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A field of the overview, the method that knows it, and the field of its reply; none for all of it."""

    field: str
    rpc: str
    ask: Callable[[str], Message]
    of: str = ""


class OverviewService(overview_pb2_grpc.OverviewServiceServicer):
    """*calls* and *routes* are those behind the gateway, as everybody else reaches them."""

    def __init__(self, calls: Mapping[str, Call], routes: Iterable[Route]) -> None:
        self._calls = calls
        self._scopes = {route.rpc: route.scope for route in routes}

    async def GetProfileOverview(
        self, request: pb.GetProfileOverviewRequest, _: "grpc.aio.ServicerContext[Any, Any]"
    ) -> pb.ProfileOverview:
        found = pb.ProfileOverview()
        parts = await asyncio.gather(*(self._part(part, request.name) for part in PARTS))
        for part, reply in zip(PARTS, parts, strict=True):
            if isinstance(reply, pb.MissingPart):
                found.missing.append(reply)
            elif part.of:
                getattr(found, part.field).extend(getattr(reply, part.of))
            elif reply is not None:
                getattr(found, part.field).CopyFrom(reply)
        return found

    async def _part(self, part: Part, name: str) -> Message | pb.MissingPart | None:
        """What a service says; why it says nothing; None for a customer it has not heard of yet."""
        scope = self._scopes[part.rpc]
        if caller().scopes.isdisjoint({scope, ALL}):
            return missing(part, "SCOPE_MISSING", f"The key does not have the right {scope}.")
        try:
            async with asyncio.timeout(PART_SECONDS):
                return await self._calls[part.rpc](part.ask(name))
        except TimeoutError:
            return missing(part, "SERVICE_UNAVAILABLE", "The service took too long; try again shortly.")
        except Refusal as no:
            return missing(part, no.reason, no.message)
        except RefusedError as no:
            if no.status.code != code_pb2.NOT_FOUND:
                return missing(part, reason_of(no.status), no.status.message)
            if part.field == "profile":
                raise
            return None


def missing(part: Part, reason: str, description: str) -> pb.MissingPart:
    log.warning("an overview lacks %s: %s", part.field, description)
    return pb.MissingPart(part=part.field, reason=reason, description=description)


PROFILE = "/rapport.profile.v1.ProfileService/"
PARTS = (
    Part("profile", f"{PROFILE}GetProfile", lambda name: profile_pb2.GetProfileRequest(name=name)),
    Part(
        "memberships",
        "/rapport.segment.v1.SegmentService/ListMemberships",
        lambda name: segment_pb2.ListMembershipsRequest(parent=name, page_size=MOST_MEMBERSHIPS),
        "memberships",
    ),
    Part(
        "activities",
        f"{PROFILE}ListActivities",
        lambda name: profile_pb2.ListActivitiesRequest(parent=name, page_size=MOST),
        "activities",
    ),
    Part(
        "orders",
        f"{PROFILE}ListOrders",
        lambda name: profile_pb2.ListOrdersRequest(parent=name, page_size=MOST),
        "orders",
    ),
    Part(
        "tickets",
        "/rapport.support.v1.SupportService/ListTickets",
        lambda name: support_pb2.ListTicketsRequest(profile=name, page_size=MOST),
        "tickets",
    ),
    Part(
        "sends",
        "/rapport.campaign.v1.CampaignService/ListSends",
        lambda name: campaign_pb2.ListSendsRequest(profile=name, page_size=MOST),
        "sends",
    ),
    Part(
        "accounts",
        "/rapport.loyalty.v1.LoyaltyService/ListProfileAccounts",
        lambda name: loyalty_pb2.ListProfileAccountsRequest(parent=name),
        "accounts",
    ),
)
PART_SECONDS = 2.0
MOST = 20
MOST_MEMBERSHIPS = 100
