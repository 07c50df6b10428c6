"""The campaign service in a process of its own, by a clock that began at noon, until somebody kills it."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.campaign.app import campaign_app
from services.campaign.settings import Settings


def live(url: str, nats_url: str, ahead: timedelta) -> None:
    asyncio.run(serve(url, nats_url, ahead))


async def serve(url: str, nats_url: str, ahead: timedelta) -> None:
    told = Settings(
        database_url=url,
        nats_url=nats_url,
        caller_secret="a secret of the house",
        link_url="https://shop.example",
        link_secret="a secret of the links",
        listen="127.0.0.1:0",
        grace_seconds=0,
        hand_over_seconds=0.5,
        lease_seconds=1,
    )
    async with campaign_app(told, frozenset(("serve", "worker")), lambda: datetime.now(UTC) + ahead) as app:
        await app.failed
