"""The box mail is kept in: one SQLite file. What was put in is on the disk before anybody is told so.

Mails that come at the same time are written together, with one sync for all of them.
"""

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from .letters import headers

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came; `copies` is how many came under its Message-ID."""

    id: int
    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    received: datetime
    size: int
    copies: int
    # Empty in lists.
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Incoming:
    sender: str
    to: tuple[str, ...]
    raw: bytes
    received: datetime
    kept: "asyncio.Future[int]"


class Box:
    def __init__(self, file: Path) -> None:
        self._writer, self._reader = connection(file), connection(file)
        self._writer.executescript(TABLES)
        self._reading = threading.Lock()
        self._waiting: list[Incoming] = []
        self._came = asyncio.Event()
        self._closing = False
        # Of its own: whoever keeps the threads of the house busy may be waiting for us.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="mail box")

    @classmethod
    @asynccontextmanager
    async def open(cls, file: Path) -> AsyncIterator["Box"]:
        box = cls(file)
        writing = asyncio.create_task(box.write_on(), name="mail box")
        try:
            yield box
        finally:
            box._closing = True
            box._came.set()
            await writing
            box._threads.shutdown()
            box._writer.close()
            box._reader.close()

    async def put(self, sender: str, to: Sequence[str], raw: bytes, received: datetime) -> int:
        """Its number, once it is on the disk. sqlite3.Error, when there is no room."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append(Incoming(sender, tuple(to), raw, received, kept))
        self._came.set()
        return int(await kept)

    async def write_on(self) -> None:
        """As long as the box is open. One batch is under way while the next gathers."""
        while not self._closing:
            await self._came.wait()
            self._came.clear()
            batch, self._waiting = self._waiting, []
            try:
                ids = await self._aside(self._write, batch)
            except sqlite3.Error as failed:
                tell(batch, failed)
            else:
                for each, id in zip(batch, ids, strict=True):
                    if not each.kept.done():
                        each.kept.set_result(id)

    async def mails(
        self, *, to: str = "", like: str = "", after: int | None = None, before: int | None = None, limit: int
    ) -> list[Mail]:
        """The newest first; those *after* a number in the order they came."""
        return await self._aside(self._mails, to, like, after, before, limit)

    async def mail(self, id: int) -> Mail | None:
        return await self._aside(self._mail, "m.id = ?", id)

    async def message(self, message_id: str) -> Mail | None:
        """The first that came under this Message-ID."""
        return await self._aside(self._mail, "m.message_id = ?", message_id)

    async def count(self) -> int:
        rows = await self._aside(self._rows, "SELECT count(*) FROM mail", ())
        return int(rows[0][0])

    async def clear(self) -> None:
        await self._aside(self._clear)

    async def _aside(self, work: Callable[..., Found], *arguments: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _write(self, batch: list[Incoming]) -> list[int]:
        ids = []
        with self._writer, closing(self._writer.cursor()) as cursor:
            for each in batch:
                message_id, subject = headers(each.raw, "Message-ID", "Subject")
                columns = (
                    message_id.strip() or None,
                    each.sender,
                    json.dumps(each.to),
                    subject,
                    each.received.isoformat(),
                    each.raw,
                )
                id = int(cursor.execute(PUT, columns).lastrowid or 0)
                cursor.executemany(ADDRESS, {(address.lower(), id) for address in each.to})
                ids.append(id)
        return ids

    def _mails(self, to: str, like: str, after: int | None, before: int | None, limit: int) -> list[Mail]:
        conditions, values = ["true"], []
        for condition, value in (
            ("m.id IN (SELECT mail FROM recipient WHERE address = ?)", to.lower()),
            ("m.id IN (SELECT mail FROM recipient WHERE instr(address, ?))", like.lower()),
            ("m.id > ?", after),
            ("m.id < ?", before),
        ):
            if value not in {"", None}:
                conditions.append(condition)
                values.append(value)
        order = "m.id DESC" if after is None else "m.id"
        sql = f"{MAILS} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT ?"
        return [mail_of(row) for row in self._rows(sql, (*values, limit))]

    def _mail(self, condition: str, value: int | str) -> Mail | None:
        rows = self._rows(f"{WHOLE} WHERE {condition} ORDER BY m.id LIMIT 1", (value,))
        return mail_of(rows[0]) if rows else None

    def _rows(self, sql: str, values: Sequence[object]) -> list[sqlite3.Row]:
        with self._reading:
            return self._reader.execute(sql, tuple(values)).fetchall()

    def _clear(self) -> None:
        with self._writer:
            self._writer.execute("DELETE FROM recipient")
            self._writer.execute("DELETE FROM mail")


def tell(batch: list[Incoming], failed: sqlite3.Error) -> None:
    for each in batch:
        if not each.kept.done():
            each.kept.set_exception(failed)


def connection(file: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(file, check_same_thread=False, timeout=30)
    opened.row_factory = sqlite3.Row
    # With this a commit is on the disk when it returns.
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute(f"PRAGMA max_page_count = {MOST_PAGES}")
    return opened


def mail_of(row: Any) -> Mail:
    return Mail(
        id=row["id"],
        message_id=row["message_id"] or "",
        sender=row["sender"],
        to=tuple(json.loads(row["recipients"])),
        subject=row["subject"],
        received=datetime.fromisoformat(row["received"]).astimezone(UTC),
        size=row["size"],
        copies=row["copies"],
        raw=row["raw"] if "raw" in row.keys() else b"",  # noqa: SIM118 - a row is no mapping
    )


# Of 4 kB: ten gigabytes.
MOST_PAGES = 2_621_440
TABLES = """
CREATE TABLE IF NOT EXISTS mail (
  -- Numbers are never given twice, also after everything was deleted.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  received TEXT NOT NULL,
  raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS mail_message ON mail (message_id);
CREATE TABLE IF NOT EXISTS recipient (
  address TEXT NOT NULL,
  mail INTEGER NOT NULL,
  PRIMARY KEY (address, mail)
) WITHOUT ROWID;
"""
PUT = "INSERT INTO mail (message_id, sender, recipients, subject, received, raw) VALUES (?, ?, ?, ?, ?, ?)"
ADDRESS = "INSERT INTO recipient (address, mail) VALUES (?, ?)"
COLUMNS = """
SELECT m.id, m.message_id, m.sender, m.recipients, m.subject, m.received, length(m.raw) AS size,
  CASE WHEN m.message_id IS NULL THEN 1
  ELSE (SELECT count(*) FROM mail c WHERE c.message_id = m.message_id) END AS copies
"""
MAILS = f"{COLUMNS} FROM mail m"
WHOLE = f"{COLUMNS}, m.raw FROM mail m"
