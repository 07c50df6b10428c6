"""The embedded servers: quick to start, hard to kill."""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import asyncpg
import nats
import psutil
import pytest

from deploy.local.child import Died, child
from deploy.local.nats import embedded_nats
from deploy.local.postgres import embedded_postgres
from deploy.local.provision import provision
from tests.eventually import eventually


@pytest.fixture
def home(state: Path) -> Path:
    """Short, for the sockets, and open to the servers' own user."""
    folder = Path(tempfile.mkdtemp(dir=state))
    folder.chmod(0o755)
    return folder


async def count(url: str) -> int:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS visit (id bigint GENERATED ALWAYS AS IDENTITY)")
    await connection.execute("INSERT INTO visit DEFAULT VALUES")
    visits = await connection.fetchval("SELECT count(*) FROM visit")
    await connection.close()
    return visits


async def test_postgres_keeps_what_it_was_told_though_it_is_killed(home):
    async with embedded_postgres(home / "data", home / "s") as server:
        assert 1 == await count(server.url())
        os.kill(server.pid, signal.SIGKILL)
    async with embedded_postgres(home / "data", home / "s") as server:
        assert 2 == await count(server.url())
        assert "on" == await shown(server.url(), "fsync")
        assert "on" == await shown(server.url(), "synchronous_commit")
    assert not psutil.pid_exists(server.pid)


async def test_a_number_that_now_is_somebody_elses_is_no_server(home):
    async with embedded_postgres(home / "data", home / "s"):
        pass
    (home / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'data'}\n0\n5432\n\n\n\nready\n")
    async with embedded_postgres(home / "data", home / "s") as server:
        assert 1 == await count(server.url())


async def test_a_second_launcher_is_refused(home):
    async with embedded_postgres(home / "data", home / "s") as server:
        with pytest.raises(RuntimeError, match="already"):
            async with embedded_postgres(home / "data", home / "s"):
                pass
        assert 1 == await count(server.url())


async def test_the_servers_end_when_their_launcher_is_killed(home):
    program = f"""
        import asyncio
        from pathlib import Path
        from deploy.local.nats import embedded_nats
        from deploy.local.postgres import embedded_postgres

        async def main():
            home = Path({str(home)!r})
            async with embedded_postgres(home / "data", home / "s") as one:
                async with embedded_nats(home / "nats") as other:
                    print(one.pid, other.pid, flush=True)
                    await asyncio.Event().wait()

        asyncio.run(main())
    """
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", dedent(program), stdout=asyncio.subprocess.PIPE
    )
    assert launcher.stdout is not None
    pids = [int(word) for word in (await launcher.stdout.readline()).split()]
    assert all(psutil.pid_exists(pid) for pid in pids)

    launcher.kill()
    await launcher.wait()

    await eventually([], lambda: [pid for pid in pids if psutil.pid_exists(pid)])


async def test_nats_keeps_what_it_acknowledged_though_it_is_killed(home):
    async with embedded_nats(home / "nats") as server:
        connection = await nats.connect(server.url)
        await connection.jetstream().add_stream(name="FACTS", subjects=["facts.>"])
        await connection.jetstream().publish("facts.one", b"one")
        await connection.close()
        os.kill(server.pid, signal.SIGKILL)
    async with embedded_nats(home / "nats") as server:
        connection = await nats.connect(server.url)
        assert 1 == (await connection.jetstream().stream_info("FACTS")).state.messages
        assert 8 * 1024 * 1024 == connection.max_payload
        await connection.close()


async def test_a_server_that_cannot_start_says_why(home):
    with pytest.raises(Died, match="no such thing"):
        async with child(
            "/bin/sh", "-c", "echo no such thing; exit 1", ready=lambda: False, log=home / "log"
        ):
            pass


async def test_a_database_is_for_its_own_service_only(postgres):
    await provision(postgres.url(), ["demo", "other"])
    await provision(postgres.url(), ["demo", "other"], passwords={"rapport_demo": "it's \\ secret"})

    await (await asyncpg.connect(postgres.url("demo", "rapport_demo"))).close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(postgres.url("demo", "rapport_other"))


async def test_roles_that_could_see_all_workspaces_are_refused(postgres):
    admin = await asyncpg.connect(postgres.url())
    await admin.execute("CREATE ROLE rapport_mighty BYPASSRLS")
    with pytest.raises(RuntimeError, match="row-level security"):
        await provision(postgres.url(), ["mighty"])
    await admin.execute("DROP ROLE rapport_mighty, rapport_mighty_owner")
    await admin.close()


async def shown(url: str, setting: str) -> str:
    connection = await asyncpg.connect(url)
    value = await connection.fetchval(f"SHOW {setting}")
    await connection.close()
    return value
