"""python -m deploy.local.mail --smtp 127.0.0.1:1025 --http 127.0.0.1:8025 --folder PATH."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

import uvloop

from .sink import mail_sink


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local.mail", description="Keeps mail and shows it."
    )
    parser.add_argument("--smtp", required=True, type=address, help="where mail is taken")
    parser.add_argument("--http", required=True, type=address, help="where it is shown")
    parser.add_argument("--folder", required=True, type=Path, help="where it is kept")
    told = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    uvloop.run(run(told.folder, told.smtp, told.http))


async def run(folder: Path, smtp_port: int, http_port: int) -> None:
    """Until it is told to stop."""
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with mail_sink(folder, smtp_port, http_port):
        await stop.wait()


def address(text: str) -> int:
    """A port of this machine. Anybody could read along at any other address."""
    host, _, port = text.rpartition(":")
    if host not in {"127.0.0.1", "localhost"} or not port.isdecimal():
        raise argparse.ArgumentTypeError(
            f"{text} must be 127.0.0.1:PORT; mail is shown on this machine alone"
        )
    return int(port)


if __name__ == "__main__":
    main()
