"""What the loyalty service does when the house speaks."""

from typing import Any
from uuid import UUID

from rapport.gateway.v1 import events_pb2 as gateway
from rapport.profile.v1 import events_pb2 as profile

from chassis.bus import On
from chassis.db import Tx
from chassis.workspaces import Workspace, keep
from services.loyalty.actions.activities import take_activities
from services.loyalty.actions.merging import join
from services.loyalty.actions.orders import take_order
from services.loyalty.actions.work import Desk


class Handlers:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def keep_settings(self, tx: Tx, event: gateway.WorkspaceUpdated) -> None:
        told = event.workspace
        kept = Workspace(told.time_zone, told.currency_code, told.region_code)
        await keep(await tx.raw(), tx.workspace, event.revision, kept)

    async def earn_on_order(self, tx: Tx, event: profile.OrderPlaced) -> None:
        work = await self.desk.begin(tx)
        await take_order(work, event.order, placed=True, historical=event.historical)

    async def follow_order(self, tx: Tx, event: profile.OrderUpdated) -> None:
        """Called off, or worth less: what it earned goes back."""
        await take_order(await self.desk.begin(tx), event.order)

    async def claw_back(self, tx: Tx, event: profile.OrderRefunded) -> None:
        """A refund that is told before its order is kept, and applied when the order comes."""
        await take_order(await self.desk.begin(tx), event.order, refund_id=event.refund.refund_id)

    async def join_members(self, tx: Tx, event: profile.ProfileMerged) -> None:
        names = (UUID(name.rpartition("/")[2]) for name in (event.survivor, event.absorbed))
        await join(await self.desk.begin(tx), *names)

    async def earn_on_activity(self, tx: Tx, event: profile.ActivityRecorded) -> None:
        await take_activities(await self.desk.begin(tx), event.activities)

    def subscriptions(self) -> tuple[On[Any], ...]:
        return (
            On(profile.OrderPlaced, self.earn_on_order),
            On(profile.OrderUpdated, self.follow_order),
            On(profile.OrderRefunded, self.claw_back),
            On(profile.ProfileMerged, self.join_members),
            On(profile.ActivityRecorded, self.earn_on_activity),
            On(gateway.WorkspaceUpdated, self.keep_settings),
        )
