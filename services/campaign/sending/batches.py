"""One transaction of the sender: statements for many sends at once, and facts in the trace of each send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from google.protobuf.message import Message

from chassis.db import Database, Outbox, Tx, promise
from chassis.hottx import PROMISE, PROMISED, Connection, columns
from chassis.tracing import TRACEPARENT, span
from conditions.calendar import microseconds


class Batch(Protocol):
    """What decisions and outcomes are written to, whoever opened it: the sender, or a door."""

    @property
    def connection(self) -> Connection: ...
    @property
    def workspace(self) -> str: ...
    @property
    def now(self) -> datetime: ...

    @property
    def now_us(self) -> int: ...

    def tell(self, event: Message, traceparent: str) -> None:
        """Promises *event* within the trace that led to it; a new one where none is known."""
        ...


@dataclass(frozen=True, slots=True)
class Many:
    """The sender's: promises are written as one statement."""

    connection: Connection
    workspace: str
    now: datetime
    promises: list[Outbox] = field(default_factory=list)

    @property
    def now_us(self) -> int:
        return microseconds(self.now)

    def tell(self, event: Message, traceparent: str) -> None:
        about = {TRACEPARENT: traceparent} if traceparent else {}
        self.promises.append(promise(event, self.workspace, self.now, about))


@dataclass(frozen=True, slots=True)
class Within:
    """A door's, about one send."""

    tx: Tx
    connection: Connection
    now: datetime

    @property
    def workspace(self) -> str:
        return self.tx.workspace

    @property
    def now_us(self) -> int:
        return microseconds(self.now)

    def tell(self, event: Message, traceparent: str) -> None:
        with span("tell", parent_headers={TRACEPARENT: traceparent} if traceparent else None):
            self.tx.emit(event)


@asynccontextmanager
async def many(db: Database, workspace: str, now: datetime) -> AsyncIterator[Many]:
    async with db.begin(workspace) as tx:
        connection = await tx.raw()
        batch = Many(connection, workspace, now)
        yield batch
        if batch.promises:
            await connection.execute(PROMISE, *columns(batch.promises, PROMISED))
            tx.promised = True
