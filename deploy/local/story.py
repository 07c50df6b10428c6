"""`make demo`: one customer's story, told through the doors of a running house or of one of its own.

The story opens a workspace of its own, in which a day lasts some seconds. It insists on what it tells: a
sentence that turns out to be untrue ends it with trouble.
"""

import asyncio
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .home import Home
from .house import free_port, house
from .lena import tell
from .run import addresses
from .stage import Stage
from .tail import running


async def demo(home: Home, _: list[str]) -> int:
    """Beside a running house it only adds a workspace; a house of its own is gone afterwards."""
    if home.demo_env.exists():
        await asyncio.to_thread(tell, stage(home, running(home)))
        return 0
    folder = spare_folder()
    say("No house is running; starting one for this story …")
    try:
        own = replace(home, folder=folder, port=free_port())
        async with house(own) as standing:
            await asyncio.to_thread(tell, stage(own, addresses(standing)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def stage(home: Home, told: dict[str, str]) -> Stage:
    return Stage(
        url=told["RAPPORT_URL"],
        mail_url=told["RAPPORT_MAIL_URL"],
        desk=told["RAPPORT_DESK_SMTP"],
        operator_key=home.secret("operator"),
        clock=lambda: datetime.now(UTC),
        pass_days=lambda days: time.sleep(days * DAY_SECONDS),
        day=DAY_SECONDS,
        say=say,
    )


def spare_folder() -> Path:
    """Open to the database's own user, which is not ours when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-demo-"))
    folder.chmod(0o755)
    return folder


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it is a story


DAY_SECONDS = 4.0
