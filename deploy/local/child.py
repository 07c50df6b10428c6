"""A server process that ends when we do, however we end."""

import asyncio
import os
import pwd
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path


class Died(Exception):  # noqa: N818 - it says what happened
    """A server ended, or took too long, before it was ready."""


@asynccontextmanager
async def child(
    *command: str | Path,
    ready: Callable[[], bool],
    log: Path,
    stop: signal.Signals = signal.SIGTERM,
    user: pwd.struct_passwd | None = None,
    pid_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[None]:
    """Runs *command* for as long as the block lasts; the block begins when the server is *ready*.

    Between us and the server stands a shell that waits for the end of a pipe which only we hold open. So
    to end in order and to be killed come to the same: the pipe closes, and the server is told to stop.
    *pid_file*, when given, holds the number of the server itself.
    """
    guard = _guarded(
        [str(word) for word in command],
        log=log,
        stop=stop,
        user=user,
        pid_file=pid_file,
        environment=environment,
    )
    try:
        await _until(ready, guard, log)
        yield
    finally:
        await asyncio.to_thread(_end, guard)


def _guarded(
    command: Sequence[str],
    *,
    log: Path,
    stop: signal.Signals,
    user: pwd.struct_passwd | None,
    pid_file: Path | None,
    environment: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the command is ours
            ["/bin/sh", "-c", GUARD, "guard", str(int(stop)), str(pid_file or "/dev/null"), *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            # A group of its own: Ctrl-C at the terminal is for us; servers end after those who use them.
            start_new_session=True,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=user and [],
        )


def run(*command: str | Path, user: pwd.struct_passwd | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a short command to its end, as *user* when given."""
    return subprocess.run(  # noqa: S603 - the command is ours
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        extra_groups=user and [],
    )


async def _until(ready: Callable[[], bool], guard: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if guard.poll() is not None or time.monotonic() > deadline:
            raise Died(f"The server did not become ready. The end of its log {log}:\n{_tail(log)}")
        await asyncio.sleep(PAUSE_SECONDS)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])


def _end(guard: subprocess.Popen[bytes]) -> None:
    assert guard.stdin is not None
    guard.stdin.close()
    try:
        guard.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(guard.pid, signal.SIGKILL)
        guard.wait()


GUARD = """
signal=$1; pid_file=$2; shift 2
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
echo "$server" >"$pid_file"
{ read -r _; kill -s "$signal" "$server" 2>/dev/null; } <&3 &
wait "$server"
"""
READY_SECONDS = 60.0
STOP_SECONDS = 60.0
PAUSE_SECONDS = 0.01
LOG_LINES = 20
