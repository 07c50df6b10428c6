"""python -m deploy.local [run | demo | tail | parked …]: the whole house on this machine."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from .child import Died
from .home import Home, Trouble
from .parked import parked
from .run import run
from .story import demo
from .tail import tail

WORDS: dict[str, Callable[[Home, list[str]], Awaitable[int]]] = {
    "run": run,
    "demo": demo,
    "tail": tail,
    "parked": parked,
}


def main(arguments: list[str]) -> int:
    word, *rest = arguments or ["run"]
    if word not in WORDS:
        sys.stderr.write(f"python -m deploy.local knows {', '.join(WORDS)}; not {word!r}.\n")
        return 2
    try:
        return asyncio.run(until_told(WORDS[word](Home.from_environment(), rest)))
    except (Trouble, Died, RuntimeError, OSError) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1


async def until_told(work: Awaitable[int]) -> int:
    """Ctrl-C and SIGTERM end the work in order: everything that was started is stopped."""
    task = asyncio.ensure_future(work)
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
