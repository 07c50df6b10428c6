"""What is known of each workspace: its currency, its zone, and how its phone numbers are read."""

from dataclasses import dataclass

from chassis.db import Database
from services.profile.store import settings


@dataclass(frozen=True, slots=True)
class Workspace:
    time_zone: str = "UTC"
    currency_code: str = "EUR"
    region_code: str = ""


class Workspaces:
    """The settings as the gateway last told them, held in memory and read again every few seconds."""

    def __init__(self) -> None:
        self._known: dict[str, Workspace] = {}

    async def refresh(self, db: Database) -> None:
        async with db.begin(()) as tx:
            rows = await settings.every(await tx.raw())
        self._known = {
            row["workspace"]: Workspace(row["time_zone"], row["currency_code"], row["region_code"])
            for row in rows
        }

    def region(self, workspace: str) -> str:
        return self._known.get(workspace, UNTOLD).region_code

    def currency(self, workspace: str) -> str:
        return self._known.get(workspace, UNTOLD).currency_code


UNTOLD = Workspace()
REFRESH_SECONDS = 5.0
