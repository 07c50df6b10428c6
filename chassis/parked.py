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
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from . import metrics
from .db import Database, Parked, Tx
from .faults import passing

log = logging.getLogger(__name__)

# Subject, headers, payload and event id in; the effect in a transaction of its own. May raise.
Handle = Callable[[str, Mapping[str, str], bytes, str], Awaitable[object]]


async def park(
    db: Database,
    consumer: str,
    subject: str,
    headers: Mapping[str, str],
    payload: bytes,
    event_id: str,
    failure: BaseException,
) -> None:
    """Keeps a message with the reason; the same message only once, even when the bus brings it again."""
    row = Parked(
        id=uuid5(NAMESPACE_URL, f"rapport:parked/{consumer}/{event_id}"),
        consumer=consumer,
        workspace=subject.rpartition(".")[2],
        subject=subject,
        headers={**headers, EVENT_ID: event_id},
        payload=payload,
        reason=reason(failure),
        parked_at=db.clock(),
    )
    async with db.begin(()) as tx:
        await tx.exec(insert(Parked).values(row.model_dump()).on_conflict_do_nothing())


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


async def replay_due(db: Database, consumer: str, handle: Handle) -> int:
    """Hands what is due to its handler again; what fails again waits for the next request, with the new reason."""
    async with db.begin(()) as tx:
        query = select(Parked.id).where(Parked.consumer == consumer, col(Parked.replay_at) <= db.clock())
        due = list(await tx.exec(query.order_by(col(Parked.parked_at), col(Parked.id)).limit(REPLAY_ROWS)))
    for id in due:
        await replay_one(db, id, handle)
    return len(due)


async def replay_one(db: Database, id: UUID, handle: Handle) -> None:
    """The row is locked meanwhile, so a rival passes it over. The inbox makes a repetition harmless."""
    async with db.begin(()) as tx:
        row = await due_row(tx, id)
        if row is None:
            return
        try:
            await handle(row.subject, row.headers, row.payload, row.headers.get(EVENT_ID, str(row.id)))
        except Exception as failure:
            if passing(failure):
                raise
            log.exception("%s could not handle the parked %s", row.consumer, row.id)
            row.reason, row.replay_at, outcome = reason(failure), None, "failed"
        else:
            await tx.delete(row)
            outcome = "done"
        metrics.REPLAYED.labels(row.consumer, outcome).inc()


async def due_row(tx: Tx, id: UUID) -> Parked | None:
    query = select(Parked).where(Parked.id == id, col(Parked.replay_at).is_not(None))
    return (await tx.exec(query.with_for_update(skip_locked=True))).first()


def reason(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}".replace("\x00", "")[:REASON_CHARACTERS]


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


def first_line(text: str) -> str:
    return text.partition("\n")[0][:100]


def said(text: str, *, code: int = 0) -> int:
    sys.stdout.write(f"{text}\n")
    return code


# The header under which a parked message keeps the id its consumer knows it by.
EVENT_ID = "rapport-event-id"
REASON_CHARACTERS = 2000
REPLAY_ROWS = 20
