"""What is known of each workspace: its zone, in which days begin, and its currency."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chassis.db import Database
from services.segment.store import settings


@dataclass(frozen=True, slots=True)
class Workspace:
    zone: ZoneInfo
    currency_code: str


class Workspaces:
    """The settings as the gateway last told them, held in memory and read again every few seconds."""

    def __init__(self) -> None:
        self._known: dict[str, Workspace] = {}

    async def refresh(self, db: Database) -> None:
        async with db.begin(()) as tx:
            rows = await settings.every(await tx.raw())
        self._known = {
            row["workspace"]: Workspace(zone(row["time_zone"]), row["currency_code"]) for row in rows
        }

    def of(self, workspace: str) -> Workspace:
        return self._known.get(workspace, UNTOLD)


def zone(name: str) -> ZoneInfo:
    """The zone of this name; UTC when there is none, since a day has to begin some time."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UNTOLD.zone


UNTOLD = Workspace(ZoneInfo("UTC"), "EUR")
REFRESH_SECONDS = 5.0
