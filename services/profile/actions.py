"""What several doors do alike: hand events of our own to the engine, as the worker does with everybody's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.clock import Clock
from chassis.db import Tx
from chassis.hottx import Within
from chassis.ids import uuid7
from chassis.workspaces import Workspaces
from services.profile.domain.kinds import PROFILE
from services.profile.domain.registers import canonical
from services.profile.engine.items import Item
from services.profile.engine.take import WRITER_LOCK, Engine, microseconds
from tracking.consent import Consent
from tracking.event import Event
from tracking.identifiers import Identifier, named


async def write_alone(tx: Tx) -> None:
    """From here to the end of *tx* nobody else writes profiles; what is read now stays true."""
    await (await tx.raw()).execute(WRITER_LOCK)


async def take(tx: Tx, events: Sequence[Event], workspaces: Workspaces, clock: Clock) -> None:
    """Takes events in this transaction."""
    connection = await tx.raw()
    engine = Engine(clock, workspaces, owner=False)
    items = [Item(tx.workspace, event, event.receive_time_us, admitted=True) for event in events]
    await engine.take(Within(tx, connection), items)


def told_by_us(
    profile: str,
    now: datetime,
    *,
    time_us: int | None = None,
    traits: dict[str, Any] | None = None,
    consents: tuple[Consent, ...] = (),
    region: str = "",
) -> Event:
    """An event addressed to a profile by its name: traits and consents that staff or a program state."""
    return timeline_event(
        profile,
        uuid7(now),
        type="identify",
        name="",
        time_us=microseconds(now) if time_us is None else time_us,
        now=now,
        properties=canonical(traits).encode() if traits else b"",
        traits=traits,
        consents=consents,
        region=region,
    )


def timeline_event(
    profile: str,
    id: UUID,
    *,
    type: str,
    name: str,
    time_us: int,
    now: datetime,
    properties: bytes = b"",
    traits: dict[str, Any] | None = None,
    consents: tuple[Consent, ...] = (),
    region: str = "",
) -> Event:
    address = Identifier(PROFILE, profile.removeprefix("profiles/"))
    return Event(
        id=id,
        message_id=str(id),
        type=type,
        name=name,
        time_us=time_us,
        original_time_us=None,
        receive_time_us=microseconds(now),
        identifiers=(address, *named(traits=traits, region=region)),
        traits=traits,
        properties=properties,
        context=b"",
        integrations=b"",
        historical=False,
        user_agent="",
        ip="",
        locale="",
        time_zone="",
        campaign=None,
        consents=consents,
        page_url="",
        group_id="",
    )
