"""Customers shop, people write, points are spent, and at random moments somebody is killed."""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.eventually import eventually
from tests.journeys.house import Shop
from tests.journeys.killing.errands import Errand
from tests.journeys.killing.ground import Ground
from tests.journeys.killing.traffic import Call, Traffic

SERVICES = ("gateway", "profile", "segment", "campaign", "support", "loyalty")


@dataclass
class Fire:
    ground: Ground
    traffic: Traffic
    random: Random
    kills: list[str] = field(default_factory=list)
    # How many of them fell while something was not acknowledged.
    in_hand: int = 0
    shops: list[Shop] = field(default_factory=list)
    fed: int = 0
    errands_done: int = 0

    async def burn(self, victims: Sequence[str], errands: Sequence[Errand], servers: int) -> None:
        """Everything is sent and acknowledged, every errand is done, every victim was killed."""
        async with AsyncExitStack() as stack:
            for _ in range(servers):
                self.shops.append(
                    await stack.enter_async_context(
                        self.ground.house.shop(upload_size=5, upload_interval=0.05, max_retries=1000)
                    )
                )
            async with asyncio.TaskGroup() as group:
                group.create_task(self.shoot(victims, len(errands)))
                for one in range(ERRANDS_AT_ONCE):
                    group.create_task(self.run(errands[one::ERRANDS_AT_ONCE]))
            await eventually(0, self.waiting, SETTLE_SECONDS)
            assert not [error for shop in self.shops for error in shop.errors]

    async def shoot(self, victims: Sequence[str], errands: int) -> None:
        """In each part of the traffic somebody dies, at a moment that the seed decides."""
        calls = self.traffic.calls
        for number, victim in enumerate(victims):
            wave = calls[number * len(calls) // len(victims) : (number + 1) * len(calls) // len(victims)]
            moment = self.random.randrange(len(wave))
            # Errands keep step with the traffic: those who serve them shall have something in hand as well.
            due = number * errands // len(victims) - ERRANDS_AT_ONCE
            await eventually(True, lambda due=due: self.errands_done >= due, STAND_SECONDS)
            # Who is still starting has nothing in hand that a kill could take from it.
            await eventually(True, lambda victim=victim: self.stands(victim), STAND_SECONDS)
            await self.feed(wave[:moment])
            await self.ground.house.kill(victim)
            self.note(victim)
            await self.feed(wave[moment:])

    def note(self, victim: str) -> None:
        waiting = self.waiting()
        self.kills.append(victim)
        self.in_hand += waiting > 0
        sys.stdout.write(
            f"killed {victim:<9} at event {self.fed:>6}: {waiting} events not acknowledged,"
            f" {self.errands_done} errands done\n"
        )
        sys.stdout.flush()

    async def feed(self, calls: Sequence[Call]) -> None:
        for method, arguments in calls:
            if self.waiting() >= MOST_WAITING:
                await eventually(True, lambda: self.waiting() < MOST_WAITING, SETTLE_SECONDS)
            shop = min(self.shops, key=Shop.unacknowledged)
            getattr(shop, method)(**arguments)
            self.fed += 1

    def waiting(self) -> int:
        return sum(shop.unacknowledged() for shop in self.shops)

    async def run(self, errands: Sequence[Errand]) -> None:
        """One after the other, as the traffic goes on."""
        for number, errand in enumerate(errands):
            begins = number * len(self.traffic.calls) // len(errands)
            await eventually(True, lambda begins=begins: self.fed >= begins, BURN_SECONDS)
            await errand()
            self.errands_done += 1

    async def stands(self, part: str) -> bool:
        """It lives, and can be asked."""
        if self.ground.house.pid(part) is None:
            return False
        if part not in SERVICES:
            return True
        try:
            answer = await self.ground.house.http.get("/readyz")
        except httpx.TransportError:
            return False
        return part not in missing(answer.json())

    def by_victim(self) -> Counter[str]:
        return Counter(self.kills)


def missing(ready: Any) -> list[str]:
    return list(ready["missing"])


ERRANDS_AT_ONCE = 6
MOST_WAITING = 150
STAND_SECONDS = 60.0
SETTLE_SECONDS = 180.0
BURN_SECONDS = 900.0
