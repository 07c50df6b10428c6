"""The transaction of a hot batch: effects, promises, parked poison and the watermark, in one commit."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import asyncpg
import orjson
from google.protobuf.message import Message

from .clock import Clock
from .db import Database, Outbox, Parked, Tx, allowed, promise
from .ids import uuid7
from .letters import Letter
from .parked import reason, storable
from .tracing import inject

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection  # generic in its stubs only


class Transaction(Protocol):
    """What an engine needs of a transaction, whoever opened it: a hot batch, or a door."""

    @property
    def connection(self) -> Connection: ...

    @property
    def position(self) -> int:
        """How far the stream is heard, with all that this transaction takes of it."""

    def emit(self, workspace: str, event: Message) -> None: ...


@dataclass(frozen=True, slots=True)
class Within:
    """The transaction of a door, as an engine wants it."""

    tx: Tx
    connection: Connection
    position: int = 0

    def emit(self, workspace: str, event: Message) -> None:
        self.tx.emit(event, workspace=workspace)


@dataclass(slots=True)
class HotTx:
    """What a batch works with: `connection` for set-based SQL, `emit` for promises. It never commits.

    The workspaces of the batch's items are open already. Savepoints are made by hand, not by
    `connection.transaction()`.
    """

    connection: Connection
    clock: Clock
    workspaces: set[str]
    position: int
    promises: list[Outbox] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def emit(self, workspace: str, event: Message, headers: Mapping[str, str] | None = None) -> None:
        """Promises *event*; all promises of a batch are written as one statement at its end."""
        about = dict(headers) if headers is not None else inject({})
        self.promises.append(promise(event, workspace, self.clock(), about))

    async def allow(self, workspaces: Sequence[str]) -> None:
        """Opens more workspaces to this transaction."""
        self.workspaces.update(workspaces)
        await self.connection.execute(opening(self.workspaces))

    async def savepoint(self) -> "Savepoint":
        """The way back. There is one at a time: a new one takes the place of the last."""
        await self.connection.execute("SAVEPOINT way_back")
        return Savepoint(len(self.promises), len(self.parked))

    async def back_to(self, savepoint: "Savepoint") -> None:
        await self.connection.execute("ROLLBACK TO SAVEPOINT way_back; RELEASE SAVEPOINT way_back")
        del self.promises[savepoint.promises :], self.parked[savepoint.parked :]

    def park(self, consumer: str, letter: Letter, failure: BaseException) -> None:
        now = self.clock()
        self.parked.append(
            Parked(
                id=uuid7(now),
                consumer=consumer,
                workspace=letter.workspace,
                subject=letter.subject,
                headers=storable(letter.headers),
                payload=letter.data,
                reason=reason(failure),
                parked_at=now,
            )
        )

    async def write_promises(self) -> None:
        if self.promises:
            await self.connection.execute(PROMISE, *columns(self.promises, PROMISED))
        if self.parked:
            await self.connection.execute(PARK, *columns(self.parked, PARKED))

    async def move(self, watermark: "Watermark", seq: int) -> None:
        """Only from where we left it: whoever else has moved it is the owner now."""
        args = (watermark.name, watermark.stream_created, watermark.seq, seq)
        if await self.connection.execute(MOVE, *args) != "UPDATE 1":
            raise StartOver(f"somebody else has taken {watermark.name} on")


@dataclass(frozen=True, slots=True)
class Savepoint:
    promises: int
    parked: int


class StartOver(Exception):  # noqa: N818 -- no error: the way to the beginning
    """What we hold is no longer what is so: forget it and read it anew."""


@dataclass(slots=True)
class Watermark:
    """How far *name* has come in the stream that was made at *stream_created*."""

    name: str
    stream_created: datetime
    seq: int

    @classmethod
    async def read(
        cls, connection: Connection, name: str, stream_created: datetime, *, most: int
    ) -> "Watermark":
        """A stream that was made anew counts from one again, and so do we; one that lost its end, from it."""
        return cls(name, stream_created, await connection.fetchval(READ, name, stream_created, most))


@asynccontextmanager
async def begun(
    connection: Connection, workspaces: set[str], db: Database, *, position: int = 0
) -> AsyncIterator[HotTx]:
    """Begins and opens the workspaces in one round trip; promises come last, their commit wakes the relay."""
    await connection.execute(f"BEGIN; {opening(workspaces)}")
    tx = HotTx(connection, db.clock, workspaces, position)
    try:
        yield tx
        await tx.write_promises()
        await connection.execute("COMMIT")
    except Exception:
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
        raise
    if tx.promises:
        db.promised.set()


async def heard(connection: Connection, name: str) -> int:
    """How far a hot consumer has come in its stream; 0 before it began."""
    return await connection.fetchval("SELECT seq FROM hot_offset WHERE name = $1", name) or 0


def opening(workspaces: set[str]) -> str:
    """`allowed` lets slugs through and nothing else, so this needs no quoting."""
    return f"SELECT set_config('rapport.workspaces', '{allowed(sorted(workspaces))}', true)"


def columns(rows: Sequence[Outbox] | Sequence[Parked], names: Sequence[str]) -> list[list[object]]:
    return [[plain(getattr(row, name)) for row in rows] for name in names]


def plain(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


PROMISED = ("workspace", "event_id", "subject", "payload", "headers", "promised_at")
PROMISE = """
INSERT INTO outbox (workspace, event_id, subject, payload, headers, promised_at)
SELECT workspace, event_id, subject, payload, headers, promised_at
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::jsonb[], $6::timestamptz[])
WITH ORDINALITY AS promised (workspace, event_id, subject, payload, headers, promised_at, place)
ORDER BY place
"""
PARKED = ("id", "consumer", "workspace", "subject", "headers", "payload", "reason", "parked_at")
PARK = """
INSERT INTO parked (id, consumer, workspace, subject, headers, payload, reason, parked_at)
SELECT * FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[], $7::text[], $8::timestamptz[]
)
"""
READ = """
INSERT INTO hot_offset AS known (name, stream_created, seq) VALUES ($1, $2, 0)
ON CONFLICT (name) DO UPDATE SET
    stream_created = excluded.stream_created,
    seq = CASE WHEN known.stream_created = excluded.stream_created THEN least(known.seq, $3) ELSE 0 END
RETURNING seq
"""
MOVE = "UPDATE hot_offset SET seq = $4 WHERE name = $1 AND stream_created = $2 AND seq = $3"
