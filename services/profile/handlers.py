"""What the profile service does when the house speaks, beside the hot paths."""

from typing import Any

from rapport.gateway.v1 import events_pb2 as gateway

from chassis.bus import On
from chassis.db import Tx
from chassis.workspaces import Workspace, keep


async def keep_settings(tx: Tx, event: gateway.WorkspaceUpdated) -> None:
    told = event.workspace
    kept = Workspace(told.time_zone, told.currency_code, told.region_code)
    await keep(await tx.raw(), tx.workspace, event.revision, kept)


SUBSCRIPTIONS: tuple[On[Any], ...] = (On(gateway.WorkspaceUpdated, keep_settings),)
