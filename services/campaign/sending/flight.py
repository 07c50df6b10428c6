"""What is on its way to strangers: bounded for each channel and provider. A slow one blocks nobody."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Coroutine, Sequence
from typing import Any
from uuid import UUID

from services.campaign.channels.health import Health
from services.campaign.channels.providers import Carrier
from services.campaign.sending.record import Done

# A workspace and its channel, or its provider.
Place = tuple[str, str]


class Flight:
    """Calls that are under way in this process, and what came of them."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()
        # By workspace, in the order in which they came in.
        self.landed: dict[str, deque[Done]] = defaultdict(deque)
        self.news = asyncio.Event()
        # Something may be taken on again.
        self.freed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._channels: Counter[Place] = Counter()
        self._carriers: Counter[Place] = Counter()
        self._doors: dict[Place, asyncio.Semaphore] = {}

    def room(self, workspace: str, channel: str, rank: int) -> int:
        """How many more may be taken on: many at once, or none. What customers wait for has more."""
        most = MOST_IN_FLIGHT if rank == 0 else MOST_IN_FLIGHT * 3 // 4
        room = most - self._channels[workspace, channel]
        return room if room >= MOST_IN_FLIGHT // 4 else 0

    def capacity(self, workspace: str, carrier: Carrier) -> int:
        """How many more a provider may be given now; one that failed is tried with a single message."""
        if carrier.circuit.wait():
            return 0
        under_way = self._carriers[workspace, carrier.slug]
        available = carrier.bucket.available()
        most = MOST_IN_FLIGHT if available is None else available
        if carrier.circuit.health is Health.OPEN_CIRCUIT:
            most = 1
        return max(0, most - under_way)

    def door(self, workspace: str, slug: str) -> asyncio.Semaphore:
        """So many calls of a provider at the same time."""
        return self._doors.setdefault((workspace, slug), asyncio.Semaphore(CALLS_AT_ONCE))

    def depart(
        self, workspace: str, channel: str, slug: str, id: UUID, call: Coroutine[Any, Any, Done]
    ) -> None:
        """Begins a call, which ends in `landed`."""
        self.ids.add(id)
        self._channels[workspace, channel] += 1
        self._carriers[workspace, slug] += 1
        task = asyncio.create_task(self._fly(workspace, call))
        self._tasks.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._channels[workspace, channel] -= 1
            self._carriers[workspace, slug] -= 1
            if self.room(workspace, channel, 0):
                self.freed.set()

        task.add_done_callback(over)

    async def _fly(self, workspace: str, call: Coroutine[Any, Any, Done]) -> None:
        self.land(workspace, [await call])

    def land(self, workspace: str, done: Sequence[Done]) -> None:
        self.ids.update(one.row["id"] for one in done)
        self.landed[workspace].extend(done)
        self.news.set()

    def recorded(self, done: Sequence[Done]) -> None:
        self.ids.difference_update(one.row["id"] for one in done)

    async def empty(self) -> None:
        """Waits until everything under way has landed."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def abandon(self) -> None:
        """What is under way stays in doubt: it is settled when its lease ends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


MOST_IN_FLIGHT = 256
CALLS_AT_ONCE = 32
