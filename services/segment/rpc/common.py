"""What several doors look up, and refuse, alike."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from rapport.conditions.v1 import conditions_pb2

from chassis.db import Tx
from chassis.errors import Changed, Invalid, NotFound, NotNow, Violation
from conditions.check import Known, Problem, check, references
from conditions.reading import read
from services.segment.store import definitions, lists, reads


async def segment(tx: Tx, name: str, *, lock: bool = False) -> asyncpg.Record:
    """The segment's row with what is in force."""
    slug = name.removeprefix("segments/").partition("/")[0]
    row = None if "\0" in slug else await definitions.segment(await tx.raw(), tx.workspace, slug, lock=lock)
    if row is None:
        raise NotFound("SEGMENT_NOT_FOUND", f"There is no segment {slug}.", name=f"segments/{slug}")
    return row


async def profile_key(tx: Tx, name: str) -> int:
    """The living profile's number, by its name or a former one."""
    id = uuid_of(name)
    key = await reads.profile_key(await tx.raw(), tx.workspace, id) if id else None
    if key is None:
        raise NotFound("PROFILE_NOT_FOUND", f"There is no profile {name}.", name=name)
    return key


def uuid_of(name: str) -> UUID | None:
    try:
        return UUID(name.rpartition("/")[2])
    except ValueError:
        return None


def insist_on_etag(given: str, row: asyncpg.Record, reason: str, what: str) -> None:
    if given not in {"", str(row["revision"])}:
        raise Changed(reason, f"The {what} changed since you read it; read it again and give its new etag.")


async def sensible(tx: Tx, message: conditions_pb2.Condition, *, field: str, defines: str = "") -> bytes:
    """The condition as it is kept. Refused when it makes no sense."""
    known = await what_is_known(tx, defines)
    condition = read(message)
    if problems := check(condition, known):
        raise nonsense(problems, field)
    return message.SerializeToString(deterministic=True)


async def what_is_known(tx: Tx, defines: str) -> Known:
    """What a condition may refer to. A segment refers to what its draft does, and what is in force."""
    connection = await tx.raw()
    rows = await definitions.segments(connection, tx.workspace)
    return Known(
        segments={f"segments/{row['slug']}": referred(row) for row in rows},
        lists=frozenset(f"lists/{slug}" for slug in await lists.slugs(connection, tx.workspace)),
        defines=defines,
    )


def referred(row: asyncpg.Record) -> frozenset[str]:
    """The segments and lists a segment refers to, in its draft or in any version that decides."""
    kept = (row["draft"], row["condition"], row["waiting"])
    return frozenset(name for condition in kept if condition for name in references(read(parsed(condition))))


def parsed(condition: bytes) -> conditions_pb2.Condition:
    return conditions_pb2.Condition.FromString(condition)


def nonsense(problems: Sequence[Problem], field: str) -> Invalid:
    first, more = problems[0], len(problems) - 1
    reason = next((reason for mark, reason in REASONS.items() if mark in first.sentence), "CONDITION_INVALID")
    others = f" {more} more things are wrong." if more > 1 else " One more thing is wrong." if more else ""
    where = f"{first.path} " if first.path else "The condition "
    violations = [Violation(".".join(filter(None, (field, each.path))), each.sentence) for each in problems]
    return Invalid(reason, f"{where}{first.sentence}.{others}", violations=violations)


async def insist_on_no_references(tx: Tx, name: str, reason: str) -> None:
    rows = await definitions.segments(await tx.raw(), tx.workspace)
    users = [f"segments/{row['slug']}" for row in rows if name in referred(row)]
    if users:
        raise NotNow(
            reason,
            f"{name} is used by {', '.join(users[:5])}; change that first.",
            violations=[Violation(user, f"refers to {name}") for user in users],
        )


def instant(given: Timestamp, now: datetime) -> int:
    """The instant that is asked for: of the past, or now."""
    found = given.ToMicroseconds()
    if not 0 <= found <= round(now.timestamp() * 1_000_000):
        raise Invalid(
            "AS_OF_OUT_OF_RANGE",
            "as_of_time must lie in the past, since 1970; leave it out for now.",
            violations=[Violation("as_of_time", "must not lie in the future")],
        )
    return found


# By what the check says of it.
REASONS = {
    "circle": "SEGMENT_CYCLE",
    "refer to itself": "SEGMENT_CYCLE",
    "levels deep": "CONDITION_TOO_DEEP",
}
