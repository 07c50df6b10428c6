"""The streams of the house, declared: `python -m deploy.nats.streams nats://… --replicas 3` makes them so.

A service makes what is missing when it starts, in a modest size; who runs the house declares the real one
first.
"""

import argparse
import asyncio

from chassis.bus import Bus
from chassis.streams import Stream, queue_for, stream_for


def declared(
    *, capture_bytes: int | None = None, facts_bytes: int | None = None, replicas: int = 1
) -> tuple[Stream, ...]:
    """CAPTURE is a work queue; the others keep the facts their owners tell."""
    capture = queue_for("capture", max_bytes=capture_bytes or STREAM_BYTES, replicas=replicas)
    facts = (stream_for(each, max_bytes=facts_bytes or STREAM_BYTES, replicas=replicas) for each in OWNERS)
    return (capture, *facts)


def fitting(free_bytes: int) -> tuple[Stream, ...]:
    """The same for a machine with so much free disk: together they take half of it at most."""
    share = min(STREAM_BYTES, free_bytes // 2 // (len(OWNERS) + 1))
    return declared(capture_bytes=share, facts_bytes=share)


async def declare(url: str, streams: tuple[Stream, ...]) -> None:
    async with Bus.open(url, name="deploy") as bus:
        await bus.ensure_streams(streams, update=True)


def command_line() -> argparse.ArgumentParser:
    line = argparse.ArgumentParser(prog="python -m deploy.nats.streams", description=__doc__)
    line.add_argument("url")
    line.add_argument("--capture-bytes", type=int)
    line.add_argument("--facts-bytes", type=int)
    line.add_argument("--replicas", type=int, default=1)
    return line


OWNERS = ("profile", "segment", "campaign", "support", "loyalty", "gateway")
STREAM_BYTES = 8 * 1024**3

if __name__ == "__main__":
    asked = command_line().parse_args()
    asyncio.run(
        declare(
            asked.url,
            declared(
                capture_bytes=asked.capture_bytes, facts_bytes=asked.facts_bytes, replicas=asked.replicas
            ),
        )
    )
