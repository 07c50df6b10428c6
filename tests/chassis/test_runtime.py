"""A service lives as a whole, is told things by its environment and its command line, and stops well."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from rapport.profile.v1 import profile_pb2 as pb
from rapport.profile.v1 import profile_pb2_grpc as stubs

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.clock import utc_now
from chassis.health import serve_health
from chassis.rpc import rpc_server
from chassis.runtime import running, stopped
from tests.eventually import eventually

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the house"


def hers():
    """Signed when it is used: a signature holds for a minute only."""
    return metadata(Caller("shop", "keys/ada"), SECRET, utc_now())


APP = """
import asyncio, os, sys
from contextlib import asynccontextmanager
from chassis.health import serve_health
from chassis.rpc import rpc_server
from chassis.runtime import App, running

async def loop(name):
    print(name, "begins", flush=True)
    try:
        if name == os.environ.get("TINY_DIES"):
            raise RuntimeError("no more")
        await asyncio.Event().wait()
    finally:
        print(name, "ends", flush=True)

@asynccontextmanager
async def tiny_app(settings, roles):
    if "TINY_SLOW" in os.environ:
        print("starting", flush=True)
        await asyncio.Event().wait()
    server, address = rpc_server("tiny.rapport", settings.listen, settings.caller_secret.get_secret_value())
    health = serve_health(server, ["tiny"])
    try:
        async with running(
            server if "serve" in roles else None,
            *(loop(role) for role in sorted(roles)),
            grace_seconds=settings.grace_seconds,
            health=health,
        ) as failed:
            yield App(failed, address)
    finally:
        print("closed", flush=True)
"""
SETTINGS = """
from pydantic_settings import SettingsConfigDict
from chassis.settings import ServiceSettings

class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="TINY_")
"""
MAIN = """
from chassis.commands import run_service

run_service("tiny", settings="settings:Settings", app="app:tiny_app")
"""
TOLD = {
    "TINY_DATABASE_URL": "postgresql://tiny@/tiny?host=/nowhere",
    "TINY_NATS_URL": "nats://127.0.0.1:4222",
    "TINY_CALLER_SECRET": SECRET,
    "TINY_LISTEN": "127.0.0.1:0",
}

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path):
    """Starts `python -m tiny …` as a process of its own."""
    package = tmp_path / "tiny"
    package.mkdir()
    for name, source in {"__init__": "", "app": APP, "settings": SETTINGS, "__main__": MAIN}.items():
        (package / f"{name}.py").write_text(source)
    begun: list[subprocess.Popen[str]] = []

    def tiny(*arguments: str, told: dict[str, str] = TOLD) -> subprocess.Popen[str]:
        path = f"{tmp_path}:{ROOT}:{ROOT / 'gen'}"
        begun.append(
            subprocess.Popen(
                [sys.executable, "-m", "tiny", *arguments],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": path} | told,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return begun[-1]

    yield tiny
    for process in begun:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str], lines: int) -> list[str]:
    return [process.stdout.readline().strip() for _ in range(lines)]


def logged(errors: str) -> list[dict]:
    """Our lines; the C core of gRPC writes some of its own."""
    return [json.loads(line) for line in errors.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("arguments", "roles"),
    [([], ["serve", "worker"]), (["all"], ["serve", "worker"]), (["worker"], ["worker"])],
)
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_it_does_what_it_is_asked_until_it_is_told_to_stop(start, arguments, roles, word):
    process = start(*arguments)
    assert said(process, len(roles)) == [f"{role} begins" for role in roles]

    process.send_signal(word)
    out, errors = process.communicate(timeout=10)

    assert sorted(out.splitlines()) == sorted(["closed", *(f"{role} ends" for role in roles)])
    assert process.returncode == 0
    assert [line["event"] for line in logged(errors)][-1] == f"{word.name}: stopping"


def test_it_can_be_stopped_while_it_starts(start):
    process = start(told=TOLD | {"TINY_SLOW": "1"})
    assert said(process, 1) == ["starting"]

    process.terminate()
    process.communicate(timeout=10)

    assert process.returncode == 0


def test_when_a_loop_dies_the_process_says_why_closes_and_fails(start):
    process = start(told=TOLD | {"TINY_DIES": "worker"})

    out, errors = process.communicate(timeout=10)

    assert process.returncode == 1
    assert out.splitlines()[-1] == "closed"
    [line] = [line for line in logged(errors) if line["level"] == "error"]
    assert line["event"] == "loop died"
    assert "RuntimeError: no more" in line["exception"]


def test_a_start_that_fails_is_logged_and_fails(start):
    process = start(told=TOLD | {"TINY_LISTEN": "unix:/nowhere/at/all"})

    _, errors = process.communicate(timeout=10)

    assert process.returncode == 1
    assert logged(errors)[-1]["event"] == "The process cannot go on"


def test_what_is_missing_or_wrong_is_said_in_one_line_each(start):
    secret = "too short"
    told = {
        "TINY_CALLER_SECRET": secret,
        "TINY_DATABASE_URL": "mysql://root:password@x",
        "TINY_GRACE_SECONDS": "x",
    }
    process = start(told=told)

    out, errors = process.communicate(timeout=10)

    assert process.returncode == 2
    assert errors.splitlines() == [
        "TINY_DATABASE_URL is wrong: string should match pattern '^postgres(ql)?://'.",
        "TINY_NATS_URL is not set.",
        "TINY_CALLER_SECRET is wrong: value should have at least 16 items after validation, not 9.",
        "TINY_GRACE_SECONDS is wrong: input should be a valid number, unable to parse string as a number.",
    ]
    assert out == ""


def test_only_migrate_is_told_the_owner(start):
    process = start("migrate", told={})

    _, errors = process.communicate(timeout=10)

    assert process.returncode == 2
    assert errors == "TINY_OWNER_DATABASE_URL is not set.\n"


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["dance"], 2), (["serve", "--fast"], 2)])
def test_the_command_line_explains_itself(start, arguments, code):
    process = start(*arguments, told={})

    out, errors = process.communicate(timeout=10)

    assert process.returncode == code
    assert "python -m tiny" in out + errors


async def test_parked_messages_are_listed_and_replayed(start, database):
    process = start("parked", "list", told=TOLD | {"TINY_DATABASE_URL": (await database("demo")).url})

    out, errors = await asyncio.to_thread(process.communicate, timeout=10)

    assert (process.returncode, out, errors) == (0, "Nothing is parked.\n", "")


async def test_it_serves_only_while_it_is_ready():
    server, address = rpc_server("profile.rapport", "127.0.0.1:0", SECRET)
    health = serve_health(server, ["profile"])
    in_hand, finish = asyncio.Event(), asyncio.Event()

    class Slow(stubs.ProfileServiceServicer):
        async def GetProfile(self, request, _):
            in_hand.set()
            await finish.wait()
            return pb.Profile(name=request.name)

    stubs.add_ProfileServiceServicer_to_server(Slow(), server)
    said = []
    async with channel(address) as to:
        ask = health_pb2_grpc.HealthStub(to)
        leave = asyncio.Event()

        async def live():
            async with running(server, grace_seconds=5, health=health):
                said.append((await ask.Check(health_pb2.HealthCheckRequest())).status)
                await leave.wait()

        life = asyncio.create_task(live())
        watching = ask.Watch(health_pb2.HealthCheckRequest(service="profile"), wait_for_ready=True)
        said.append((await watching.read()).status)
        call = stubs.ProfileServiceStub(to).GetProfile(
            pb.GetProfileRequest(name="profiles/1"), metadata=hers()
        )
        asked = asyncio.ensure_future(call)
        await in_hand.wait()
        leave.set()
        said.append((await watching.read()).status)
        watching.cancel()
        finish.set()
        assert (await asked).name == "profiles/1"
        await life

    assert said[-1] == health_pb2.HealthCheckResponse.NOT_SERVING
    assert set(said[:-1]) == {health_pb2.HealthCheckResponse.SERVING}


async def test_calls_that_outlast_the_grace_are_cut_and_loops_live_as_long_as_calls():
    server, address = rpc_server("profile.rapport", "127.0.0.1:0", SECRET)
    order, in_hand = [], asyncio.Event()

    class Endless(stubs.ProfileServiceServicer):
        async def GetProfile(self, *_):
            in_hand.set()
            try:
                await asyncio.Event().wait()
            finally:
                order.append("call")

    async def relay():
        try:
            await asyncio.Event().wait()
        finally:
            order.append("loop")

    stubs.add_ProfileServiceServicer_to_server(Endless(), server)
    async with channel(address) as to:
        async with running(server, relay(), grace_seconds=0.05):
            call = stubs.ProfileServiceStub(to).GetProfile(
                pb.GetProfileRequest(name="profiles/1"), metadata=hers()
            )
            asked = asyncio.ensure_future(call)
            await in_hand.wait()
        with pytest.raises(grpc.aio.AioRpcError):
            await asked

    await eventually(["call", "loop"], lambda: order)


async def test_the_first_loop_that_dies_is_named():
    async def dies():
        raise RuntimeError("no more")

    async with running(None, dies(), asyncio.Event().wait(), grace_seconds=1) as failed:
        assert str(await failed) == "no more"


async def test_a_loop_that_merely_ends_has_died_too():
    async def ends():
        return

    async with running(None, ends(), grace_seconds=1) as failed:
        assert "ends ended" in str(await failed)


async def test_a_cancellation_that_is_swallowed_once_is_repeated():
    began = asyncio.Event()
    cancellations = 0

    async def stubborn():
        nonlocal cancellations
        began.set()
        while cancellations < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancellations += 1

    task = asyncio.create_task(stubborn())
    await began.wait()
    await stopped([task])
    assert task.done()
