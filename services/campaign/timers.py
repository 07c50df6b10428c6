"""What the campaign service does because it is time, beside runs, broadcasts and sends."""

from datetime import datetime

from chassis.db import Database
from chassis.workspaces import Workspaces
from services.campaign.engine.attribution import credit_orders
from services.campaign.engine.forget import forget_old
from services.campaign.sending.forget import forget_uses
from services.campaign.sending.reactions import settle_clicks


class Timers:
    def __init__(self, db: Database, workspaces: Workspaces) -> None:
        self.db, self.workspaces = db, workspaces

    async def refresh_workspaces(self, _: datetime) -> None:
        """Settings as they stand: another process may have heard of a change."""
        await self.workspaces.refresh(self.db)

    async def settle_clicks(self, now: datetime) -> None:
        """Whether a click was a person's is known when nothing followed it at once."""
        await settle_clicks(self.db, now)

    async def credit_orders(self, _: datetime) -> None:
        """Orders, and what led to them, were heard: now they are counted."""
        await credit_orders(self.db)

    async def forget(self, now: datetime) -> None:
        """What nobody can ask after any more."""
        await forget_old(self.db, now)
        await forget_uses(self.db, now)
