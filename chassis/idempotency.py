"""A request_id is answered once; a repeat hears the same answer, and a rival waits for it."""

from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from google.protobuf.message import Message
from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from .db import Tx
from .errors import Invalid

Reply = TypeVar("Reply", bound=Message)


async def answered(tx: Tx, request: Message, reply: type[Reply]) -> Reply | None:
    """The answer this request_id already got. None makes it ours to give; a rival then waits here for us."""
    if not (request_id := _request_id(request)):
        return None
    claim = insert(Answer).values(
        workspace=tx.workspace,
        request_id=request_id,
        digest=_digest(request),
        reply=b"",
        answered_at=tx.clock(),
    )
    if (await tx.exec(claim.on_conflict_do_nothing())).rowcount:
        return None
    row = await tx.get_one(Answer, (tx.workspace, request_id))
    if row.digest != _digest(request):
        raise Invalid(
            "REQUEST_ID_REUSED",
            "This request_id already stood for a different request; give each request an id of its own.",
        )
    return reply.FromString(row.reply)


async def answer(tx: Tx, request: Message, reply: Reply) -> Reply:
    """Keeps the reply for whoever repeats the request, and hands it back. Comes after `answered`."""
    if request_id := _request_id(request):
        (await tx.get_one(Answer, (tx.workspace, request_id))).reply = reply.SerializeToString()
    return reply


class Answer(SQLModel, table=True):
    """What a request was answered, by the id its caller gave it."""

    workspace: str = Field(primary_key=True)
    request_id: str = Field(primary_key=True)
    digest: bytes
    reply: bytes
    answered_at: datetime = Field(sa_type=DateTime(timezone=True))


def _request_id(request: Message) -> str:
    return request.request_id  # type: ignore[attr-defined, no-any-return]


def _digest(request: Message) -> bytes:
    """Two requests are the same when they are of one type and say the same."""
    name = request.DESCRIPTOR.full_name.encode()
    return sha256(name + b"\0" + request.SerializeToString(deterministic=True)).digest()
