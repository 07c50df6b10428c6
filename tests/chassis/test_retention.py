"""What grows old is forgotten, and nothing sooner."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlmodel import select

from chassis.db import Inbox
from chassis.idempotency import Answer
from chassis.retention import BATCH_ROWS, KEPT, forget_old
from chassis.streams import KEEP_SECONDS

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
YOUNG, OLD = NOW - KEPT, NOW - KEPT - timedelta(seconds=1)


def mark(event_id: str, taken_at: datetime) -> Inbox:
    return Inbox(consumer="hearer", event_id=event_id, taken_at=taken_at)


def answer(workspace: str, request_id: str, answered_at: datetime) -> Answer:
    return Answer(workspace=workspace, request_id=request_id, digest=b"", reply=b"", answered_at=answered_at)


async def request_ids(db, workspace: str) -> list[str]:
    async with db.begin(workspace) as tx:
        return list(await tx.exec(select(Answer.request_id)))


async def event_ids(db) -> list[str]:
    async with db.begin(()) as tx:
        return list(await tx.exec(select(Inbox.event_id)))


async def test_old_marks_are_forgotten_in_batches_and_young_ones_stay(db):
    async with db.begin(()) as tx:
        tx.add_all([mark(f"old-{number}", OLD) for number in range(BATCH_ROWS + 1)])
        tx.add(mark("young", YOUNG))

    await forget_old(db, NOW)

    assert ["young"] == await event_ids(db)


async def test_old_answers_are_forgotten_in_every_workspace(db):
    for workspace in ("acme", "zen"):
        async with db.begin(workspace) as tx:
            tx.add_all([answer(workspace, "old", OLD), answer(workspace, "young", YOUNG)])

    await forget_old(db, NOW)

    assert ["young"] == await request_ids(db, "acme")
    assert ["young"] == await request_ids(db, "zen")


async def test_the_service_itself_still_sees_one_workspace_at_a_time(db):
    async with db.begin("acme") as tx:
        tx.add(answer("acme", "old", OLD))
    async with db.begin(()) as tx:
        assert [] == list(await tx.exec(select(Answer)))


async def test_nobody_but_the_service_may_make_the_owner_forget(database, postgres):
    clone = await database("demo")
    connection = await asyncpg.connect(postgres.url())
    await connection.execute("CREATE ROLE stranger LOGIN")
    await connection.close()
    name = clone.url.partition("@/")[2].partition("?")[0]
    admin = await asyncpg.connect(postgres.url(name))
    await admin.execute(f"GRANT CONNECT ON DATABASE {name} TO stranger")
    await admin.close()
    stranger = await asyncpg.connect(postgres.url(name, "stranger"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stranger.fetchval("SELECT forget_answers($1, 1)", NOW)
    await stranger.close()


def test_what_guards_outlives_what_it_guards():
    assert timedelta(seconds=KEEP_SECONDS) < KEPT
