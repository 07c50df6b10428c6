"""The parking lot: messages no patience could help are kept whole, shown, and replayed when somebody asks."""

import argparse
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from . import metrics
from .db import Database, Parked, Tx
from .faults import passing
from .letters import Letter

log = logging.getLogger(__name__)

# Takes a letter inside a transaction of its workspace. May raise.
Take = Callable[[Tx, Letter], Awaitable[object]]


async def park(db: Database, consumer: str, letter: Letter, failure: BaseException) -> None:
    """Keeps a message with the reason; the same message only once, even when the bus brings it again."""
    row = Parked(
        id=uuid5(NAMESPACE_URL, f"rapport:parked/{consumer}/{letter.event_id}"),
        consumer=consumer,
        workspace=letter.workspace,
        subject=letter.subject,
        headers=storable({**letter.headers, EVENT_ID: letter.event_id}),
        payload=letter.data,
        reason=reason(failure),
        parked_at=db.clock(),
    )
    async with db.begin(()) as tx:
        await tx.exec(insert(Parked).values(row.model_dump()).on_conflict_do_nothing())
    await note_count(db, consumer)


async def note_count(db: Database, consumer: str) -> None:
    async with db.begin(()) as tx:
        query = select(func.count()).select_from(Parked).where(Parked.consumer == consumer)
        metrics.PARKED.labels(consumer).set((await tx.exec(query)).one())


async def listed(db: Database, *, limit: int = 100) -> list[Parked]:
    """The newest of them."""
    async with db.begin(()) as tx:
        query = select(Parked).order_by(col(Parked.parked_at).desc(), col(Parked.id).desc()).limit(limit)
        return list(await tx.exec(query))


async def found(db: Database, id: UUID) -> Parked | None:
    async with db.begin(()) as tx:
        return await tx.get(Parked, id)


async def replay(db: Database, ids: Sequence[UUID] | None) -> int:
    """Marks these as due, or all of them when *ids* is None; the loop of their consumer takes them up."""
    async with db.begin(()) as tx:
        marked = update(Parked).values(replay_at=db.clock())
        if ids is not None:
            marked = marked.where(col(Parked.id).in_(ids))
        return (await tx.exec(marked)).rowcount


async def replay_due(db: Database, consumer: str, take: Take) -> None:
    """Takes what is due again; what fails again waits for the next request, with the new reason."""
    async with db.begin(()) as tx:
        query = select(Parked.id, Parked.workspace).where(
            Parked.consumer == consumer, col(Parked.replay_at) <= db.clock()
        )
        due = (await tx.exec(query.order_by(col(Parked.parked_at), col(Parked.id)).limit(REPLAY_ROWS))).all()
    for id, workspace in due:
        try:
            async with db.begin(workspace) as tx:
                await retake(tx, id, take)
        except Exception as failure:
            if passing(failure):
                raise
            log.exception("%s could not handle the parked %s", consumer, id)
            await keep(db, id, failure)
            metrics.REPLAYED.labels(consumer, "failed").inc()
        else:
            metrics.REPLAYED.labels(consumer, "done").inc()
    if due:
        await note_count(db, consumer)


async def retake(tx: Tx, id: UUID, take: Take) -> None:
    """The row is locked meanwhile, so that a rival passes it over, and goes with the effect."""
    query = select(Parked).where(Parked.id == id, col(Parked.replay_at).is_not(None))
    row = (await tx.exec(query.with_for_update(skip_locked=True))).first()
    if row is None:
        return
    tx.cause = row.headers.get(EVENT_ID)
    await take(tx, Letter(row.subject, row.payload, row.headers, tx.cause or str(row.id)))
    await tx.delete(row)


async def keep(db: Database, id: UUID, failure: BaseException) -> None:
    async with db.begin(()) as tx:
        again = update(Parked).where(col(Parked.id) == id)
        await tx.exec(again.values(reason=reason(failure), replay_at=None))


def reason(failure: BaseException) -> str:
    return text(f"{type(failure).__name__}: {failure}")[:REASON_CHARACTERS]


def storable(headers: Mapping[str, str]) -> dict[str, str]:
    return {text(name): text(value) for name, value in headers.items()}


def text(anything: str) -> str:
    """PostgreSQL stores no zero characters, nor what is not Unicode."""
    return anything.replace("\x00", "").encode(errors="replace").decode()


async def parked_command(db: Database, argv: Sequence[str]) -> int:
    """`list`, `show ID`, `replay ID…`, `replay --all`: what an operator types. Returns the exit code."""
    asked = command_line().parse_args(argv)
    match asked.action:
        case "list":
            return said(table(await listed(db)))
        case "show":
            row = await found(db, asked.id)
            return said(page(row)) if row else said(f"There is no parked message {asked.id}.", code=1)
        case _:
            if not asked.all and not asked.id:
                return said("Name what to replay, or say --all.", code=2)
            count = await replay(db, None if asked.all else asked.id)
            return said(f"{count} will be handled again in a moment; what fails stays, with the new reason.")


def command_line() -> argparse.ArgumentParser:
    line = argparse.ArgumentParser(prog="parked")
    actions = line.add_subparsers(dest="action", required=True, metavar="action")
    actions.add_parser("list", help="the last of them, with the reason")
    actions.add_parser("show", help="one, in full").add_argument("id", type=UUID)
    again = actions.add_parser("replay", help="hand them to their handler again")
    again.add_argument("id", type=UUID, nargs="*")
    again.add_argument("--all", action="store_true")
    return line


def table(rows: Sequence[Parked]) -> str:
    if not rows:
        return "Nothing is parked."
    lines = [("id", "parked", "consumer", "workspace", "reason")]
    lines += [
        (str(row.id), minute(row.parked_at), row.consumer, row.workspace, first_line(row.reason))
        for row in rows
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(5)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def page(row: Parked) -> str:
    facts = {
        "id": row.id,
        "consumer": row.consumer,
        "workspace": row.workspace,
        "subject": row.subject,
        "parked": row.parked_at.isoformat(),
        "replay": row.replay_at.isoformat() if row.replay_at else "not asked for",
        "reason": row.reason,
        **row.headers,
    }
    return "\n".join([*(f"{name}: {fact}" for name, fact in facts.items()), "", readable(row)])


def readable(row: Parked) -> str:
    """The payload as JSON when this process knows the type and the bytes are of it, else as they are."""
    try:
        descriptor = Default().FindMessageTypeByName(row.subject.rpartition(".")[0])
        event = message_factory.GetMessageClass(descriptor).FromString(row.payload)
    except (KeyError, DecodeError):
        return repr(row.payload)
    return json_format.MessageToJson(event, preserving_proto_field_name=True)


def minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def first_line(reason: str) -> str:
    return reason.partition("\n")[0][:100]


def said(words: str, *, code: int = 0) -> int:
    sys.stdout.write(f"{words}\n")
    return code


# The header under which a parked message keeps the id its consumer knows it by.
EVENT_ID = "rapport-event-id"
REASON_CHARACTERS = 2000
REPLAY_ROWS = 20
