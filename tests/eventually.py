"""Waiting for facts: tests never sleep for a guessed time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any


async def eventually(expected: Any, ask: Callable[[], Awaitable[Any] | Any], seconds: float = 10) -> None:
    """Asks until the answer is *expected*; after *seconds* the test fails and shows the last answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer == expected or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.02)
    assert expected == answer, f"{answer!r} is still not {expected!r}"
