"""What the tests of the bus speak: a StringValue, kept in the stream PROTOBUF, written down as a note."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from sqlmodel import select

from chassis.bus import Bus, Patience
from chassis.db import Database, Tx
from chassis.ids import uuid7
from chassis.runtime import stopped
from chassis.streams import Stream
from tests.chassis.demo.tables import Note

WORDS = Stream("PROTOBUF", ("google.protobuf.>",), max_bytes=64 * 1024 * 1024, keep_seconds=3600)
QUEUE = Stream("QUEUE", ("queue.>",), max_bytes=64 * 1024 * 1024, keep_seconds=None)
SUBJECT = "google.protobuf.StringValue"
SOON = Patience(retry_seconds=(0.02, 0.02), replay_seconds=0.1)


@asynccontextmanager
async def at_work(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """The loops run while the block does. One that dies fails the test."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
                pytest.fail(f"{task} ended")
    finally:
        await stopped(tasks)


async def notes(db: Database, *workspaces: str) -> list[str]:
    """In the order they were written."""
    async with db.begin(workspaces or ("acme",)) as tx:
        return [note.words for note in await tx.exec(select(Note).order_by(Note.id))]


async def write_down(tx: Tx, event: StringValue) -> None:
    tx.add(Note(workspace=tx.workspace, id=uuid7(), words=event.value))


async def say(bus: Bus, *words: str, workspace: str = "acme") -> None:
    for each in words:
        data = StringValue(value=each).SerializeToString()
        await bus.publish(f"{SUBJECT}.{workspace}", data, {"ce-id": str(uuid7())})


async def promise(db: Database, *words: str, workspace: str = "acme") -> None:
    async with db.begin(workspace) as tx:
        for each in words:
            tx.emit(StringValue(value=each))
