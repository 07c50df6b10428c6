"""A service is a server and a few loops. They start together, and when one dies they all do."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
import uvloop

from .health import Health

log = logging.getLogger(__name__)

Failed = asyncio.Future[BaseException]


class Living(Protocol):
    """What a composition root gives: anything whose `failed` tells when it can live no longer."""

    @property
    def failed(self) -> Failed: ...


@dataclass(frozen=True, slots=True)
class App:
    """The plainest one. A service with more to show (its database, to tests) has its own."""

    failed: Failed
    address: str = ""


@asynccontextmanager
async def running(
    server: grpc.aio.Server | None,
    *loops: Coroutine[Any, Any, None],
    grace_seconds: float,
    health: Health | None = None,
) -> AsyncIterator[Failed]:
    """Serves and loops for as long as the block runs; yields the future of the first loop that fails.

    At the end: we say that we stop, calls in hand get *grace_seconds*, and only then the loops are cancelled,
    so that what those calls promised is still relayed. A loop gives back what it holds by rolling back.
    """
    failed: Failed = asyncio.get_running_loop().create_future()
    if health:
        await health.starts()
    if server:
        await server.start()
    tasks = [asyncio.create_task(loop, name=getattr(loop, "__qualname__", None)) for loop in loops]
    for task in tasks:
        task.add_done_callback(lambda ended: note_end(ended, failed))
    try:
        if health:
            await health.is_ready()
        yield failed
    finally:
        if health:
            await health.stops()
        if server:
            await server.stop(grace_seconds)
        await stopped(tasks)


def note_end(task: asyncio.Task[None], failed: Failed) -> None:
    """A loop that ends, even in peace, leaves work undone that nobody else does."""
    if task.cancelled():
        return
    failure = task.exception() or RuntimeError(f"{task.get_name()} ended")
    log.error("%s died", task.get_name(), exc_info=failure)
    if not failed.done():
        failed.set_result(failure)


async def stopped(tasks: list[asyncio.Task[None]]) -> None:
    """Cancels until it is true: before Python 3.12 `wait_for` can swallow a cancellation."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)


def live(app: AbstractAsyncContextManager[Living]) -> int:
    """Runs *app* until it is told to stop (0) or can live no longer (1)."""
    # uvloop takes an eighth off the cost of a gRPC call, and more off that of a socket.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(until_told(app))


async def until_told(app: AbstractAsyncContextManager[Living]) -> int:
    """The first SIGTERM or SIGINT stops gracefully, even in the middle of the start; the second at once."""
    told = asyncio.Event()
    life = asyncio.create_task(lived(app, told))
    loop = asyncio.get_running_loop()

    def tell(number: signal.Signals) -> None:
        log.info("%s: stopping", number.name)
        for each in SIGNALS:
            loop.remove_signal_handler(each)
        told.set()
        life.cancel()  # once: a second time would cut the graceful stop short

    for each in SIGNALS:
        loop.add_signal_handler(each, tell, each)
    await asyncio.wait({life})
    if not life.cancelled() and (failure := life.exception()):
        log.critical("The process cannot go on", exc_info=failure)
        return 1
    return 0 if told.is_set() else 1


async def lived(app: AbstractAsyncContextManager[Living], told: asyncio.Event) -> None:
    async with app as living:
        # Before Python 3.12 `wait_for` may have swallowed the cancellation while we started.
        if not told.is_set():
            log.info("ready")
            await living.failed


SIGNALS = (signal.SIGTERM, signal.SIGINT)
