"""How a database comes to its newest form, and stays there."""

import asyncio
import sys
from collections.abc import Sequence
from textwrap import dedent

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import AutoString, SQLModel

from chassis import migrations
from chassis.db import HotOffset, Inbox, Outbox, Parked
from chassis.idempotency import Answer
from deploy.local.provision import provision
from tests.chassis.demo.tables import Note

DEMO = ("tests.chassis.demo", "rapport_demo")


@pytest.fixture
async def empty(postgres):
    """A database of the demo service's owner in which nothing was ever made."""
    await provision(postgres.url(), ["demo"])
    admin = await asyncpg.connect(postgres.url())
    await admin.execute("CREATE DATABASE empty OWNER rapport_demo_owner")
    yield postgres.url("empty", "rapport_demo_owner")
    await admin.execute("DROP DATABASE empty WITH (FORCE)")
    await admin.close()


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_starters_that_race_migrate_once(empty):
    await asyncio.gather(*(migrations.run(DEMO[0], empty, DEMO[1]) for _ in range(3)))

    assert {"note", "outbox", "inbox", "parked", "hot_offset", "answer", "alembic_version"} == await tables(
        empty
    )


async def test_a_newest_database_is_left_alone_without_importing_alembic(empty):
    await migrations.run(DEMO[0], empty, DEMO[1])
    program = f"""
        import asyncio, sys
        from chassis import migrations
        asyncio.run(migrations.run({DEMO[0]!r}, {empty!r}, {DEMO[1]!r}))
        print([name for name in ("alembic", "sqlalchemy") if name in sys.modules])
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", dedent(program), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert "[]" == said.decode().strip()


async def test_a_migration_that_fails_leaves_nothing_behind(empty, tmp_path, monkeypatch):
    versions = tmp_path / "halfway" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_first.py").write_text(migration("0001", None, "CREATE TABLE first ()"))
    (versions / "0002_second.py").write_text(migration("0002", "0001", "CREATE TABLE first ()"))
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(Exception, match="already exists"):
        await migrations.run("halfway", empty, DEMO[1])
    assert set() == await tables(empty)

    (versions / "0002_second.py").write_text(migration("0002", "0001", "CREATE TABLE second ()"))
    await migrations.run("halfway", empty, DEMO[1])
    assert {"first", "second", "alembic_version"} == await tables(empty)

    (versions / "0002_second.py").unlink()
    with pytest.raises(RuntimeError, match="is at 0002; this version of halfway knows 0001"):
        await migrations.run("halfway", empty, DEMO[1])


async def test_a_role_that_may_see_everything_is_refused(empty):
    with pytest.raises(RuntimeError, match="row-level security"):
        await migrations.run(DEMO[0], empty, "postgres")


async def test_the_tables_are_as_their_classes_say(database):
    clone = await database("demo")
    engine = create_async_engine(make_url(clone.owner_url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        assert [] == await connection.run_sync(differences, (Outbox, Inbox, Parked, HotOffset, Answer, Note))
    await engine.dispose()


def differences(connection: Connection, classes: Sequence[type[SQLModel]]) -> list[object]:
    """What is missing, superfluous, of another type or otherwise nullable."""
    declared = MetaData()
    for each in classes:
        each.__table__.to_metadata(declared)
    options = {
        "include_object": lambda _, name, kind, *__: kind != "index" and name != "alembic_version",
        # `str` is VARCHAR to SQLModel and text to us; PostgreSQL knows no difference.
        "compare_type": lambda *types: False if isinstance(types[4], AutoString) else None,
    }
    return compare_metadata(MigrationContext.configure(connection, opts=options), declared)


async def test_the_service_may_do_nothing_but_read_and_write_rows(database):
    connection = await asyncpg.connect((await database("demo")).url)
    for statement in ("CREATE TABLE own ()", "ALTER TABLE note DISABLE ROW LEVEL SECURITY", "TRUNCATE note"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


def migration(revision: str, after: str | None, statement: str) -> str:
    return dedent(f"""
        from alembic import op
        revision, down_revision = {revision!r}, {after!r}
        def upgrade():
            op.execute({statement!r})
    """)
