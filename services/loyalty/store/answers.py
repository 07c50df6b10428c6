"""Answers to many requests at once, kept as `chassis.idempotency` keeps one."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from google.protobuf.message import Message

from chassis.hottx import Connection


async def claim(
    connection: Connection, workspace: str, requests: Sequence[Message], now: datetime
) -> dict[str, tuple[bytes, bytes]]:
    """Makes the request ids ours to answer; digest and reply of those that were answered before."""
    digests = {request_id(each): digest(each) for each in requests if request_id(each)}
    if not digests:
        return {}
    ids = sorted(digests)
    rows = await connection.fetch(CLAIM, workspace, ids, [digests[id] for id in ids], now)
    known = sorted({*ids} - {row["request_id"] for row in rows})
    if not known:
        return {}
    found = await connection.fetch(KNOWN, workspace, known)
    return {row["request_id"]: (row["digest"], row["reply"]) for row in found}


async def keep(
    connection: Connection, workspace: str, replies: dict[str, bytes], refused: Sequence[str]
) -> None:
    """Who was refused may ask again under the same id, as if nothing had been asked."""
    if replies:
        await connection.execute(KEEP, workspace, list(replies), list(replies.values()))
    if refused:
        await connection.execute(FORGET, workspace, refused)


def request_id(request: Message) -> str:
    return request.request_id  # type: ignore[attr-defined, no-any-return]


def digest(request: Message) -> bytes:
    """The same as of one request by itself."""
    name = request.DESCRIPTOR.full_name.encode()
    return sha256(name + b"\0" + request.SerializeToString(deterministic=True)).digest()


CLAIM = """
INSERT INTO answer (workspace, request_id, digest, reply, answered_at)
SELECT $1, each.id, each.digest, '', $4
FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS each (id, digest, place) ORDER BY place
ON CONFLICT DO NOTHING RETURNING request_id
"""
KNOWN = "SELECT request_id, digest, reply FROM answer WHERE workspace = $1 AND request_id = ANY ($2)"
KEEP = """
UPDATE answer a SET reply = each.reply FROM unnest($2::text[], $3::bytea[]) AS each (id, reply)
WHERE a.workspace = $1 AND a.request_id = each.id
"""
FORGET = "DELETE FROM answer WHERE workspace = $1 AND request_id = ANY ($2)"
