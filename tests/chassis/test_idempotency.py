"""A request that comes twice."""

import asyncio

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from rapport.gateway.v1.gateway_pb2 import ApiKey, CreateApiKeyRequest, UpdateWorkspaceRequest
from sqlmodel import select

from chassis.errors import Invalid
from chassis.idempotency import Answer, answer, answered
from tests.eventually import eventually


def request(name: str, request_id: str = "once") -> CreateApiKeyRequest:
    return CreateApiKeyRequest(api_key=ApiKey(display_name=name), request_id=request_id)


async def asked(db, request, reply, workspace="acme", before_commit=None) -> str:
    async with db.begin(workspace) as tx:
        if known := await answered(tx, request, StringValue):
            return known.value
        if before_commit:
            await before_commit()
        return (await answer(tx, request, StringValue(value=reply))).value


async def test_a_repeat_hears_the_first_answer(db):
    assert "first" == await asked(db, request("till"), "first")
    assert "first" == await asked(db, request("till"), "second")


async def test_without_a_request_id_every_request_is_new(db):
    assert "first" == await asked(db, request("till", ""), "first")
    assert "second" == await asked(db, request("till", ""), "second")
    async with db.begin("acme") as tx:
        assert [] == list(await tx.exec(select(Answer)))


async def test_the_same_id_in_another_workspace_is_another_request(db):
    assert "hers" == await asked(db, request("till"), "hers")
    assert "his" == await asked(db, request("till"), "his", workspace="zen")


@pytest.mark.parametrize("other", [request("other"), UpdateWorkspaceRequest(request_id="once")])
async def test_the_same_id_for_another_request_is_refused(db, other):
    await asked(db, request("till"), "first")
    with pytest.raises(Invalid) as refusal:
        await asked(db, other, "second")
    assert "REQUEST_ID_REUSED" == refusal.value.reason


async def test_a_rival_waits_and_hears_the_answer(db):
    claimed, finish = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        claimed.set()
        await finish.wait()

    first = asyncio.create_task(asked(db, request("till"), "first", before_commit=hold))
    await claimed.wait()
    rival = asyncio.create_task(asked(db, request("till"), "rival"))
    await eventually(1, lambda: waiting(db))
    finish.set()

    assert ["first", "first"] == await asyncio.gather(first, rival)


async def test_a_failed_request_may_be_tried_again(db):
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await asked(db, request("till"), "first", before_commit=fail)
    assert "second" == await asked(db, request("till"), "second")


async def waiting(db) -> int:
    async with db.begin(()) as tx:
        connection = await tx.raw()
        return await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        )
