"""Events for the engine, and an engine on a real database, without the stream between them."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from google.protobuf.message import Message

from chassis.workspaces import Workspaces
from services.profile.engine.items import Item
from services.profile.engine.take import Engine
from tracking.event import Event
from tracking.identifiers import Identifier, strength

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_US = round(NOON.timestamp() * 1_000_000)
SHOP = "shop"


def event(
    number: int,
    *identifiers: str,
    at: int = 0,
    type: str = "track",
    name: str = "Something Done",
    traits: dict[str, Any] | None = None,
    properties: dict[str, Any] | None = None,
    **more: Any,
) -> Event:
    """Event *number*, by `kind:value` identifiers, *at* seconds before noon."""
    named = [Identifier(*text.rsplit(":", 1)) for text in identifiers]
    defaults: dict[str, Any] = {
        "context": b"{}",
        "integrations": b"{}",
        "historical": False,
        "user_agent": "",
        "ip": "",
        "locale": "",
        "time_zone": "",
        "campaign": None,
        "consents": (),
        "page_url": "",
        "group_id": "",
        "original_time_us": None,
    }
    return Event(
        id=UUID(int=number),
        message_id=f"m{number}",
        type=type,
        name=name,
        time_us=NOON_US - at * 1_000_000,
        receive_time_us=NOON_US,
        identifiers=tuple(sorted(named, key=strength)),
        traits=traits,
        properties=json.dumps(properties or {}).encode(),
        **(defaults | more),
    )


class World:
    """One workspace's customers, through the engine and nothing else."""

    def __init__(self, url: str, connection: Any) -> None:
        self.url, self.connection = url, connection
        self.told: list[Message] = []
        self.now = NOON
        self.engine = Engine(lambda: self.now, Workspaces())

    def emit(self, _workspace: str, fact: Message) -> None:
        self.told.append(fact)

    async def take(self, events: Iterable[Event], workspace: str = SHOP) -> None:
        async with self.connection.transaction():
            await self.connection.execute(f"SELECT set_config('rapport.workspaces', '{workspace}', true)")
            items = [Item(workspace, each, each.receive_time_us) for each in events]
            await self.engine.take(self, items)

    async def rows(self, sql: str, *arguments: Any, workspace: str = SHOP) -> list[asyncpg.Record]:
        async with self.connection.transaction():
            await self.connection.execute(f"SELECT set_config('rapport.workspaces', '{workspace}', true)")
            return list(await self.connection.fetch(sql, *arguments))

    async def partition(self) -> set[frozenset[str]]:
        """Who is one person with whom."""
        groups: dict[int, set[str]] = {}
        for row in await self.rows(
            "SELECT * FROM identifier WHERE profile_key IS NOT NULL AND kind <> 'profile'"
        ):
            groups.setdefault(row["profile_key"], set()).add(f"{row['kind']}:{row['value']}")
        return {frozenset(group) for group in groups.values()}


@asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    connection = await asyncpg.connect(url)
    try:
        yield World(url, connection)
    finally:
        await connection.close()


def batches(events: Sequence[Event], cuts: Sequence[int]) -> list[list[Event]]:
    """*events* cut into consecutive batches of these sizes, the rest in one."""
    found, at = [], 0
    for size in cuts:
        found.append(list(events[at : at + size]))
        at += size
    return [*(batch for batch in found if batch), *([list(events[at:])] if at < len(events) else [])]


__all__ = ["NOON", "NOON_US", "SHOP", "World", "batches", "event", "world"]
