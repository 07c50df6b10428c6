"""What a transaction changed, written and told: states, deadlines, members, and the numbered changes."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from google.protobuf.message import Message
from rapport.segment.v1 import events_pb2 as events

from chassis.hottx import Transaction
from chassis.tracing import milestone
from services.segment import convert
from services.segment.engine.state import Profile, dump
from services.segment.engine.work import Change, Work
from services.segment.store import writes

Item = TypeVar("Item", bound=Message)
log = logging.getLogger(__name__)


async def finish(work: Work, tx: Transaction, *, owner: bool) -> None:
    """Everything this work decided, in a handful of statements."""
    await write_profiles(work, owner=owner)
    if work.changes:
        work.changes.sort(key=lambda change: change.time_us)
        await write_members(work)
        first = await work.store.advance(len(work.changes))
        await work.store.write(writes.CHANGES, map(row, rows_of(work, first)))
        await tell(work, tx, first)


async def write_profiles(work: Work, *, owner: bool) -> None:
    changed = sorted(work.changed.values(), key=lambda profile: profile.key)
    numbers = work.catalog.numbers
    await work.store.write(writes.STATES, ((one.key, one.clock_us, dump(one, numbers)) for one in changed))
    due = {one: one.next_us() for one in changed}
    await work.store.write(
        writes.DUE, ((one.key, next_us) for one, next_us in due.items() if wakes(one, next_us))
    )
    idle = [one for one, next_us in due.items() if next_us is None and one.due_us is not None]
    if idle:
        await work.store.do(writes.NOT_DUE, [one.key for one in idle])
    for one, next_us in due.items():
        one.due_us = next_us if next_us is None or wakes(one, next_us) else one.due_us
    if not owner:
        await work.store.write(writes.TOUCHED, ((one.key, one.key) for one in changed))


def wakes(profile: Profile, next_us: int | None) -> bool:
    """Whether the hour at which she is woken must be another. Too early does no harm, and spares a write."""
    due = profile.due_us
    return (
        next_us is not None and next_us != due and (due is None or next_us < due or due <= profile.clock_us)
    )


async def write_members(work: Work) -> None:
    """Who came and went, whatever happened in between; and how many are in now."""
    first: dict[tuple[int, int], Change] = {}
    for change in work.changes:
        first.setdefault((change.acting.id, change.profile.key), change)
    gone = [place for place, change in first.items() if not change.entered]
    come = [
        (*place, change.profile.members[place[0]])
        for place, change in first.items()
        if place[0] in change.profile.members
    ]
    await work.store.write(writes.EXITED, sorted(gone))
    await work.store.write(writes.ENTERED, sorted(come))
    counts = Counter[int]()
    for change in work.changes:
        counts[change.acting.id] += 1 if change.entered else -1
    await work.store.write(writes.COUNTS, sorted(each for each in counts.items() if each[1]))


def rows_of(work: Work, first: int) -> Iterable[tuple[int, Change, int]]:
    return ((first + place, change, work.now_us) for place, change in enumerate(work.changes))


def row(numbered: tuple[int, Change, int]) -> tuple[Any, ...]:
    number, change, now_us = numbered
    return (
        number,
        change.acting.id,
        change.acting.number,
        change.profile.key,
        change.entered,
        change.time_us,
        now_us,
        change.why.kind,
        change.why.activity,
        change.why.other_profile,
        change.why.late,
    )


async def tell(work: Work, tx: Transaction, first: int) -> None:
    """One message of each kind, unless that would grow too large for the bus."""
    told = await evidence(work)
    entries, exits = [], []
    for number, change, _ in rows_of(work, first):
        if change.why.traceparent:
            turn = "enters" if change.entered else "leaves"
            sentence = f"{change.profile.name} {turn} {change.acting.name}"
            milestone(log, sentence, change.why.traceparent, workspace=work.workspace)
        if change.entered:
            known = [told[key] for one in change.evidence if (key := (change.profile.key, one.id)) in told]
            entries.append(
                convert.entered(change, number, [convert.recorded(change.profile.name, one) for one in known])
            )
        else:
            exits.append(convert.exited(change, number))
    for came in parts(entries):
        tx.emit(work.workspace, events.SegmentEntered(entries=came, profile_position=tx.position))
    for went in parts(exits):
        tx.emit(work.workspace, events.SegmentExited(exits=went, profile_position=tx.position))


async def evidence(work: Work) -> dict[tuple[int, str], asyncpg.Record]:
    """The activities behind the entries, by profile and id."""
    wanted = {
        (change.profile.key, one.time, UUID(one.id))
        for change in work.changes
        for one in change.evidence
        if len(one.id) == HEX_DIGITS
    }
    rows = await work.store.write(writes.EVIDENCE, sorted(wanted))
    return {(row["profile_key"], row["id"].hex): row for row in rows}


def parts(items: Sequence[Item]) -> Iterable[list[Item]]:
    """Cut so that each part fits into a message."""
    part: list[Item] = []
    size = 0
    for item in items:
        if part and size + item.ByteSize() > MESSAGE_BYTES:
            yield part
            part, size = [], 0
        part.append(item)
        size += item.ByteSize()
    if part:
        yield part


# Activities are known by UUIDs; what has another id is an order.
HEX_DIGITS = 32
MESSAGE_BYTES = 512 * 1024
