"""Keeps the parts of the house running: what dies is started again, with patience."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

from .child import Died

Part = TypeVar("Part")
Start = Callable[[], AbstractAsyncContextManager[Part]]


@asynccontextmanager
async def kept(name: str, start: Start[Part], pid: Callable[[Part], int]) -> AsyncIterator[Part]:
    """Runs a part for as long as the block lasts. The first start must succeed; later ones are repeated."""
    first: asyncio.Future[Part] = asyncio.get_running_loop().create_future()
    keeping = asyncio.create_task(keep(name, start, pid, first), name=f"keep {name}")
    waited: set[asyncio.Future[Any]] = {keeping, first}
    try:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            await keeping
        yield first.result()
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


async def keep(
    name: str, start: Start[Part], pid: Callable[[Part], int], first: asyncio.Future[Part]
) -> None:
    patience = SHORTEST_SECONDS
    while True:
        began = time.monotonic()
        try:
            async with start() as part:
                if not first.done():
                    first.set_result(part)
                await ended(pid(part))
        except (Died, OSError, RuntimeError) as died:
            if not first.done():
                raise
            print(f"{name}: {died}", flush=True)  # noqa: T201 - the launcher speaks to a person
        if time.monotonic() - began > STEADY_SECONDS:
            patience = SHORTEST_SECONDS
        print(f"{name} died; starting it again in {patience:.1f} s.", flush=True)  # noqa: T201
        await asyncio.sleep(patience)
        patience = min(2 * patience, LONGEST_SECONDS)


async def ended(pid: int) -> None:
    """Waits for the end of a process that is not our child but our child's."""
    try:
        process = psutil.Process(pid)
        # The system tells only parents of an end, and the parent is our guard.
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
    except psutil.NoSuchProcess:
        return


def see_off(pid_files: list[Path]) -> None:
    """Waits for the parts of a house whose launcher was killed: they stop, but not at once."""
    leaving = [process for file in pid_files if (process := written_in(file))]
    _, stubborn = psutil.wait_procs(leaving, timeout=LEAVE_SECONDS)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn)


def written_in(pid_file: Path) -> psutil.Process | None:
    """The living process a file tells of. One that began after the file was written has only its number."""
    try:
        process = psutil.Process(pid_in(pid_file))
        return process if process.create_time() <= pid_file.stat().st_mtime + CLOCK_SECONDS else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def pid_in(file: Path) -> int:
    return int(file.read_text())


SHORTEST_SECONDS = 0.2
LONGEST_SECONDS = 10.0
STEADY_SECONDS = 30.0
LOOK_SECONDS = 0.1
# Longer than the grace a part takes for itself.
LEAVE_SECONDS = 8.0
# How far the system's clocks for processes and for files may be apart.
CLOCK_SECONDS = 2.0
