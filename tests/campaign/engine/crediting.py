"""What tests of attribution put there as the sender and the doors would, and what they look at."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from google.type.money_pb2 import Money
from rapport.campaign.v1 import settings_pb2
from rapport.profile.v1 import events_pb2 as told
from rapport.profile.v1 import profile_pb2

from chassis.db import Database
from services.campaign.domain.settings import SendingPolicy
from services.campaign.sending.claims import Claim, claim
from services.campaign.store import policies, reactions
from services.campaign.store.reactions import Reaction
from tests.segment.world import NOON, at, order

SPRING = "broadcasts/spring"


@dataclass
class Desk:
    """One workspace."""

    db: Database
    workspace: str

    async def send(self, key: int, time: float, **about: Any) -> UUID:
        """A message that went out so many seconds after noon."""
        state = about.pop("state", 2)
        kept = {"channel": "email", "message_class": "marketing", "campaign": SPRING, "variant": "a", **about}
        made = Claim(id=uuid4(), profile_key=key, profile=UUID(int=key), template="hello", **kept)
        async with self.db.begin(self.workspace) as tx:
            connection = await tx.raw()
            await claim(connection, self.workspace, [made], NOON)
            await connection.execute("DELETE FROM send_due WHERE workspace = $1", self.workspace)
            await connection.execute(WENT_OUT, self.workspace, made.id, state, at(time))
        return made.id

    async def react(self, send: UUID, kind: str, time: float, origin: str = "human", link: int = 0) -> None:
        async with self.db.begin(self.workspace) as tx:
            reaction = Reaction(send, kind, at(time), origin, link)
            await reactions.record(await tx.raw(), self.workspace, [reaction])

    async def decide(self, **attribution: Any) -> None:
        said = settings_pb2.Attribution(**attribution).SerializeToString()
        async with self.db.begin(self.workspace) as tx:
            await policies.write(await tx.raw(), self.workspace, SendingPolicy(attribution=said), NOON)

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self.db.begin(self.workspace) as tx:
            return await (await tx.raw()).fetch(sql, *arguments)

    async def credits(self) -> dict[tuple[str, UUID], int]:
        """By order and message."""
        rows = await self.rows("SELECT * FROM credit WHERE workspace = $1", self.workspace)
        return {(row["purchase"].removeprefix("orders/"), row["send"]): row["amount"] for row in rows}


def placed(id: str, key: int, time: float, total: float, revision: int = 1, **more: Any) -> told.OrderPlaced:
    return order(told.OrderPlaced, id, key, time, revision, total=total, **more)


def updated(
    id: str, key: int, time: float, total: float, revision: int = 2, **more: Any
) -> told.OrderUpdated:
    return order(told.OrderUpdated, id, key, time, revision, total=total, **more)


def refunded(  # noqa: PLR0917 -- as an order is told
    id: str, key: int, time: float, total: float, back: float, revision: int = 2
) -> told.OrderRefunded:
    return order(
        told.OrderRefunded,
        id,
        key,
        time,
        revision,
        total=total,
        refunded=back,
        state=profile_pb2.REFUNDED if back == total else profile_pb2.PARTIALLY_REFUNDED,
    )


def in_currency(fact: Any, currency: str) -> Any:
    fact.order.total.CopyFrom(Money(currency_code=currency, units=fact.order.total.units))
    return fact


WENT_OUT = """
UPDATE send SET state = $3::smallint, send_us = CASE WHEN $3 = 2 THEN $4::bigint END, create_us = $4,
  decision_count = 1
WHERE workspace = $1 AND id = $2
"""
