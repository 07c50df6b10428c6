"""What every service keeps of each workspace: its zone, in which days begin, its currency and its region."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .db import Database
from .hottx import Connection


@dataclass(frozen=True)
class Workspace:
    time_zone: str = "UTC"
    currency_code: str = "EUR"
    # How phone numbers without a country are read; empty when nobody said.
    region_code: str = ""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone; UTC when there is none of this name, since a day has to begin some time."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")


class Workspaces:
    """The settings as they were last told, held in memory and read again every few seconds."""

    def __init__(self) -> None:
        self._known: dict[str, Workspace] = {}

    async def refresh(self, db: Database) -> None:
        """Another process may have heard of a change."""
        async with db.begin(()) as tx:
            rows = await (await tx.raw()).fetch("SELECT * FROM workspace_setting")
        self._known = {
            row["workspace"]: Workspace(row["time_zone"], row["currency_code"], row["region_code"])
            for row in rows
        }

    def of(self, workspace: str) -> Workspace:
        return self._known.get(workspace, UNTOLD)


async def keep(connection: Connection, workspace: str, revision: int, told: Workspace) -> None:
    """The newest revision holds, in whatever order they are heard."""
    await connection.execute(KEEP, workspace, revision, told.time_zone, told.currency_code, told.region_code)


UNTOLD = Workspace()
REFRESH_SECONDS = 5.0
# For a service's first migration. Loops read it for all workspaces alike: granted, not protected.
TABLE = """
CREATE TABLE workspace_setting (
  workspace text PRIMARY KEY,
  time_zone text NOT NULL,
  currency_code text NOT NULL,
  region_code text NOT NULL,
  revision bigint NOT NULL
)
"""
KEEP = """
INSERT INTO workspace_setting (workspace, revision, time_zone, currency_code, region_code)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace) DO UPDATE
SET revision = excluded.revision, time_zone = excluded.time_zone,
    currency_code = excluded.currency_code, region_code = excluded.region_code
WHERE workspace_setting.revision < excluded.revision
"""
