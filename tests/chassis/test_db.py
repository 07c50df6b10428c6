"""Transactions: what they see, what they promise, and when."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from chassis.db import Database, Outbox, Tx, connect, first_time
from chassis.ids import uuid7
from chassis.tracing import span
from tests.chassis.demo.tables import Note


async def written(db: Database, workspace: str, words: str) -> None:
    async with db.begin(workspace) as tx:
        tx.add(Note(workspace=workspace, id=uuid7(), words=words))


async def notes(db: Database, *workspaces: str) -> list[str]:
    async with db.begin(workspaces) as tx:
        return sorted(note.words for note in await tx.exec(select(Note)))


@asynccontextmanager
async def rolled_back(db: Database) -> AsyncIterator[Tx]:
    with suppress(ZeroDivisionError):
        async with db.begin("acme") as tx:
            yield tx
            raise ZeroDivisionError


async def promises(db: Database) -> list[Outbox]:
    async with db.begin(()) as tx:
        return list(await tx.exec(select(Outbox).order_by(col(Outbox.id))))


async def test_two_workspaces_see_nothing_of_each_other(db):
    await written(db, "acme", "hers")
    await written(db, "zen", "his")

    assert ["hers"] == await notes(db, "acme")
    assert ["his"] == await notes(db, "zen")
    assert ["hers", "his"] == await notes(db, "acme", "zen")


async def test_without_a_workspace_there_is_nothing_to_see(db):
    await written(db, "acme", "hers")

    connection = await connect(db.url)
    assert [] == await connection.fetch("SELECT * FROM note")
    # A setting that was local to a transaction is an empty string afterwards, no longer null.
    await connection.execute("SELECT set_config('rapport.workspaces', 'acme', false)")
    assert 1 == len(await connection.fetch("SELECT * FROM note"))
    await connection.execute("SELECT set_config('rapport.workspaces', '', false)")
    assert [] == await connection.fetch("SELECT * FROM note")
    await connection.close()
    assert [] == await notes(db)


async def test_without_a_workspace_nothing_can_be_written(db):
    connection = await connect(db.url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("INSERT INTO note VALUES ('acme', gen_random_uuid(), 'words')")
    await connection.close()


async def test_nothing_can_be_written_to_another_workspace(db):
    with pytest.raises(DBAPIError, match="row-level security"):
        async with db.begin("acme") as tx:
            tx.add(Note(workspace="zen", id=uuid7(), words="words"))


async def test_the_owner_of_the_tables_is_kept_to_workspaces_too(database):
    clone = await database("demo")
    async with Database.open(clone.url) as db:
        await written(db, "acme", "hers")
    owner = await connect(clone.owner_url)
    assert [] == await owner.fetch("SELECT * FROM note")
    await owner.close()


@pytest.mark.parametrize("name", ["", "a", "acme,zen", "Acme", "acme-", "1acme", "acme\n", "a" * 41])
async def test_only_a_slug_is_a_workspace(db, name):
    with pytest.raises(ValueError, match="no workspace"):
        async with db.begin(name):
            pass


async def test_an_event_is_promised_with_its_commit_and_wakes_the_relay(db):
    async with db.begin("acme", cause="the-cause") as tx:
        tx.emit(StringValue(value="first"))
        tx.emit(StringValue(value="second"))
        assert not db.promised.is_set()
    assert db.promised.is_set()

    first, second = await promises(db)
    assert ("acme", "google.protobuf.StringValue.acme") == (first.workspace, first.subject)
    assert ["first", "second"] == [StringValue.FromString(each.payload).value for each in (first, second)]
    assert {"ce-cause": "the-cause"} == first.headers
    assert first.event_id < second.event_id


async def test_a_rolled_back_transaction_tells_nothing(db):
    async with rolled_back(db) as tx:
        tx.emit(StringValue(value="never"))
        await tx.flush()

    assert not db.promised.is_set()
    assert [] == await promises(db)


async def test_a_rolled_back_savepoint_tells_nothing(db):
    async with db.begin("acme") as tx:
        savepoint = await tx.begin_nested()
        tx.emit(StringValue(value="never"))
        await savepoint.rollback()

    assert [] == await promises(db)


async def test_a_transaction_over_several_workspaces_names_the_one_it_means(db):
    async with db.begin(["acme", "zen"]) as tx:
        tx.emit(StringValue(), workspace="zen")
        with pytest.raises(AssertionError):
            tx.emit(StringValue())

    assert ["zen"] == [each.workspace for each in await promises(db)]


async def test_an_event_carries_the_trace_it_was_decided_in(db):
    with span("decide") as trace:
        async with db.begin("acme") as tx:
            tx.emit(StringValue())

    [row] = await promises(db)
    assert trace.traceparent == row.headers["traceparent"]


async def test_the_raw_connection_is_in_the_same_transaction(db):
    async with rolled_back(db) as tx:
        tx.add(Note(workspace="acme", id=uuid7(), words="first"))
        connection = await tx.raw()
        await connection.execute("INSERT INTO note VALUES ('acme', $1, 'second')", uuid7())
        assert 2 == await connection.fetchval("SELECT count(*) FROM note")

    assert [] == await notes(db, "acme")


async def test_an_event_is_taken_once_by_each_consumer(db):
    async with db.begin(()) as tx:
        assert await first_time(tx, "one", "event")
        assert await first_time(tx, "other", "event")
    async with db.begin(()) as tx:
        assert not await first_time(tx, "one", "event")


async def test_ids_grow_within_a_millisecond_and_with_time():
    ids = [uuid7() for _ in range(10_000)]
    assert sorted(ids) == ids
    assert {7} == {each.version for each in ids}
