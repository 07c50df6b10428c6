"""A sender in a process of its own, which dies at a step it was told: by SIGKILL, with nothing tidied up."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from chassis.db import Database
from chassis.workspaces import Workspaces
from services.campaign.channels import smtp
from services.campaign.channels.providers import Providers
from services.campaign.sending import deliver, handing
from services.campaign.store import ledger
from tests.campaign.sending.world import sender

# Before a statement, after it, and after its transaction; around the call of a stranger, and within it.
WRITES = ("take", "decide", "begin", "end")
STEPS = (
    *(f"{when} {write}" for write in WRITES for when in ("before", "after", "having committed")),
    "before hand over",
    "after hand over",
    "half of the data",
    "all of the data",
    "before look up",
    "after look up",
)


def live(where: tuple[str, str, str | None, float], step: str, count: int) -> None:
    """Sends all there is to send; dies at *step*, when it comes there for the *count*th time."""
    Death(step, count).lurk()
    asyncio.run(send_all(*where))


async def send_all(url: str, smtp_url: str, lookup_url: str | None, lease: float) -> None:
    def clock() -> datetime:
        return datetime.now(UTC)

    async with Database.open(url, clock=clock) as db:
        pool = Providers(smtp_url=smtp_url, smtp_lookup_url=lookup_url, seconds=lease / 2, clock=clock)
        running = asyncio.create_task(sender(db, pool, Workspaces(), clock, lease, lease / 2).run())
        while await waiting(db) and not running.done():
            await asyncio.wait([running], timeout=0.05)
        running.cancel()
        await asyncio.wait([running])
        await pool.close()


async def waiting(db: Database) -> int:
    async with db.begin(()) as tx:
        return int(await (await tx.raw()).fetchval("SELECT count(*) FROM send_due"))


class Death:
    def __init__(self, step: str, count: int) -> None:
        self.step, self.left = step, count
        self.wrote = ""

    def lurk(self) -> None:
        """Behind the sender's own functions; they do what they always do."""
        for name in WRITES:
            setattr(ledger, name, self.around(getattr(ledger, name), name))
        deliver.many = self.committing(deliver.many)
        deliver.handed_over = self.around(handing.handed_over, "hand over")
        deliver.looked_up = self.around(handing.looked_up, "look up")
        over = smtp.Transfer.over

        async def cut_short(transfer: smtp.Transfer, connection: Any) -> None:
            if self.step in {"half of the data", "all of the data"}:
                connection.protocol.write = self.writing(connection.protocol.write)
            await over(transfer, connection)

        smtp.Transfer.over = cut_short  # type: ignore[method-assign]

    def around(self, work: Callable[..., Awaitable[Any]], name: str) -> Callable[..., Awaitable[Any]]:
        async def watched(*args: Any) -> Any:
            self.at(f"before {name}")
            done = await work(*args)
            self.at(f"after {name}")
            self.wrote = name
            return done

        return watched

    def committing(self, many: Callable[..., Any]) -> Callable[..., Any]:
        @asynccontextmanager
        async def watched(*args: Any) -> Any:
            async with many(*args) as batch:
                # What was taken before was committed by now.
                if self.wrote == "take":
                    self.at("having committed take")
                yield batch
            self.at(f"having committed {self.wrote}")

        return watched

    def writing(self, write: Callable[[bytes], None]) -> Callable[[bytes], None]:
        def cut(data: bytes) -> None:
            if data.endswith(b"\r\n.\r\n"):
                write(data[: len(data) // 2] if self.step == "half of the data" else data)
                self.at(self.step)
                write(data[len(data) // 2 :] if self.step == "half of the data" else b"")
            else:
                write(data)

        return cut

    def at(self, step: str) -> None:
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
