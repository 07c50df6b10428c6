"""One service, one database; one request or event, one transaction, in one workspace."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
from google.protobuf.message import Message
from sqlalchemy import BigInteger, Column, DateTime, Identity, func
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .clock import Clock, utc_now
from .ids import uuid7
from .tracing import inject


class Tx(AsyncSession):
    """A transaction that can also promise events. Commits at the edge, never in the middle."""

    workspaces: tuple[str, ...]
    clock: Clock
    cause: str | None
    promised: bool = False

    @property
    def workspace(self) -> str:
        assert len(self.workspaces) == 1, "a transaction over several workspaces must name the one it means"
        return self.workspaces[0]

    def emit(self, event: Message, *, workspace: str | None = None) -> None:
        """Promises *event*: it is told if, and only if, this transaction commits."""
        headers: dict[str, str] = {"ce-cause": self.cause} if self.cause else {}
        inject(headers)
        self.add(promise(event, workspace or self.workspace, self.clock(), headers))
        self.promised = True

    async def raw(self) -> "asyncpg.Connection[asyncpg.Record]":
        """The driver's connection inside this same transaction, for set-based SQL. Never commit on it."""
        await self.flush()
        connection = await (await self.connection()).get_raw_connection()
        assert connection.driver_connection is not None
        return connection.driver_connection  # type: ignore[no-any-return]


class Database:
    """A service's database under its application role. `promised` is set when new events await the relay."""

    def __init__(self, engine: AsyncEngine, url: str, clock: Clock) -> None:
        self.url, self.clock = url, clock
        self.promised = asyncio.Event()
        self._engine = engine

    @asynccontextmanager
    async def begin(self, workspace: str | Sequence[str], *, cause: str | None = None) -> AsyncIterator[Tx]:
        """One transaction that sees these workspaces only; commits at the end, or rolls back what fails.

        *cause* is the id of the event or request that led here; it travels with what is emitted.
        """
        workspaces = (workspace,) if isinstance(workspace, str) else tuple(workspace)
        async with Tx(self._engine, expire_on_commit=False) as tx:
            tx.workspaces, tx.clock, tx.cause = workspaces, self.clock, cause
            async with tx.begin():
                await tx.exec(select(func.set_config("rapport.workspaces", allowed(workspaces), True)))
                yield tx
        if tx.promised:
            self.promised.set()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, clock: Clock = utc_now, pool_size: int = 10
    ) -> AsyncIterator["Database"]:
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            # One round trip on a local socket; without it every pooled connection fails once after a restart.
            pool_pre_ping=True,
            # Unique names: a pooler between us and the server may hand one server session to many clients.
            connect_args={"prepared_statement_name_func": lambda: f"rapport_{uuid4().hex}"},
        )
        try:
            yield cls(engine, url, clock)
        finally:
            await engine.dispose()


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection of its own for a hot path. Batches differ too much for one plan: each is planned anew."""
    return await asyncpg.connect(url, server_settings={"plan_cache_mode": "force_custom_plan"})


def allowed(workspaces: Sequence[str]) -> str:
    """The value of `rapport.workspaces` that opens these workspaces to a transaction, and nothing else."""
    for workspace in workspaces:
        if not SLUG.fullmatch(workspace):
            raise ValueError(f"{workspace!r} is no workspace")
    return ",".join(workspaces)


def promise(event: Message, workspace: str, now: datetime, headers: Mapping[str, str]) -> "Outbox":
    return Outbox(
        workspace=workspace,
        event_id=uuid7(now),
        subject=f"{event.DESCRIPTOR.full_name}.{workspace}",
        payload=event.SerializeToString(),
        headers=dict(headers),
        promised_at=now,
    )


async def first_time(tx: Tx, consumer: str, event_id: str) -> bool:
    """Marks the event as taken by this consumer; False when it already was. A rival waits for our outcome."""
    taken = insert(Inbox).values(consumer=consumer, event_id=event_id, taken_at=tx.clock())
    return (await tx.exec(taken.on_conflict_do_nothing())).rowcount == 1


class Outbox(SQLModel, table=True):
    """Events this service owes the house, in the order they were promised."""

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    workspace: str
    event_id: UUID
    subject: str
    payload: bytes
    headers: dict[str, str] = Field(sa_type=JSONB)
    promised_at: datetime = Field(sa_type=DateTime(timezone=True))


class Inbox(SQLModel, table=True):
    """Events this service has already taken to heart."""

    consumer: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    taken_at: datetime = Field(sa_type=DateTime(timezone=True))


class Parked(SQLModel, table=True):
    """Messages no patience could help, kept whole, with the reason; due again from `replay_at` on."""

    id: UUID = Field(primary_key=True, default_factory=uuid7)
    consumer: str
    workspace: str
    subject: str
    headers: dict[str, str] = Field(sa_type=JSONB)
    payload: bytes
    reason: str
    parked_at: datetime = Field(sa_type=DateTime(timezone=True))
    replay_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class HotOffset(SQLModel, table=True):
    """How far a hot consumer has come in a stream, moved in the transaction of its effects."""

    __tablename__ = "hot_offset"

    name: str = Field(primary_key=True)
    # A stream that is made anew counts from one again: its old offset must not hide the new messages.
    stream_created: datetime = Field(sa_type=DateTime(timezone=True))
    seq: int = Field(sa_type=BigInteger)


SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
