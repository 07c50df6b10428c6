"""What the profile service does when the house speaks."""

from typing import Any
from uuid import UUID

from google.protobuf import json_format
from rapport.gateway.v1 import events_pb2 as gateway

from chassis.bus import On
from chassis.clock import Clock
from chassis.db import Tx
from chassis.workspaces import Workspace, Workspaces, keep
from services.profile import actions


class Handlers:
    def __init__(self, workspaces: Workspaces, clock: Clock) -> None:
        self.workspaces, self.clock = workspaces, clock

    async def keep_settings(self, tx: Tx, event: gateway.WorkspaceUpdated) -> None:
        told = event.workspace
        kept = Workspace(told.time_zone, told.currency_code, told.region_code)
        await keep(await tx.raw(), tx.workspace, event.revision, kept)

    async def keep_in_timeline(self, tx: Tx, event: Any) -> None:
        """A fact another service tells of a customer: recorded under her profile's name, with all it says."""
        assert tx.cause, "every fact has an id"
        await actions.write_alone(tx)
        said = json_format.MessageToJson(event, preserving_proto_field_name=True, indent=None)
        fact = actions.timeline_event(
            event.profile,
            UUID(tx.cause),
            type=event.DESCRIPTOR.full_name,
            name=event.DESCRIPTOR.name,
            time_us=event.event_time.ToMicroseconds(),
            now=self.clock(),
            properties=said.encode(),
        )
        await actions.take(tx, [fact], self.workspaces, self.clock)

    def subscriptions(self) -> tuple[On[Any], ...]:
        return (On(gateway.WorkspaceUpdated, self.keep_settings),)
