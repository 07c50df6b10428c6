"""The house as its owner gets it: the launcher in a process of its own, asked over HTTP and NATS only."""

import asyncio
import importlib
import os
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx
import nats
import psutil
from google.protobuf import symbol_database
from google.protobuf.message import Message
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy
from segment.analytics import Client

from tests.eventually import eventually

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Launcher:
    """`make run`, started; perhaps not ready yet, perhaps ended."""

    process: asyncio.subprocess.Process
    home: Path
    output: Path

    def said(self) -> str:
        return self.output.read_text()

    def last_line(self) -> str:
        return self.said().splitlines()[-1]

    def logs(self) -> str:
        """What it said, and the end of what each part said."""
        parts = [f"── the launcher\n{self.said()}"]
        for log in sorted((self.home / "log").glob("*.log")):
            last = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            parts.append("\n".join([f"── {log.name}", *last]))
        return "\n".join(parts)

    def ready_or_ended(self) -> bool:
        return READY.search(self.said()) is not None or self.process.returncode is not None

    def seconds_to_ready(self) -> float:
        ready = READY.search(self.said())
        assert ready, self.said()
        return float(ready[1])

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself or by our word."""
        async with asyncio.timeout(STOP_SECONDS):
            return await self.process.wait()


@dataclass(slots=True)
class House:
    """A running house, with the keys it wrote down for us."""

    launcher: Launcher
    http: httpx.AsyncClient
    url: str
    write_key: str
    secret_key: str
    nats_url: str
    mail_url: str
    # Where mail to the desk comes in, by SMTP.
    desk: str

    @property
    def home(self) -> Path:
        return self.launcher.home

    @property
    def mail_addresses(self) -> tuple[str, str, str]:
        """Where mail goes to be kept, where it is looked at, and where it comes to the desk."""
        sink = psutil.Process(self.pid("mail")).cmdline()
        return sink[sink.index("--smtp") + 1], self.mail_url, self.desk

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def find(self, identifier: str) -> Any:
        """The profile that owns `kind:value`; None while nobody does."""
        answer = await self.http.get("/v1/profiles:lookup", params={"identifier": identifier})
        assert answer.status_code in (200, 404), answer.text
        return answer.json() if answer.status_code == 200 else None

    async def everything(self, path: str) -> list[Any]:
        """All pages of a list, as one."""
        found: list[Any] = []
        query: dict[str, Any] = {"page_size": 1000}
        while True:
            page = await self.get(path, **query)
            found += page[path.rpartition("/")[2]]
            if not (token := page["next_page_token"]):
                return found
            query["page_token"] = token

    async def mails(self, to: str) -> list[Any]:
        """What the sink has for this address, oldest first, each with its headers and what it says."""
        async with httpx.AsyncClient(base_url=self.mail_url) as sink:
            listed = (await sink.get("/api/mails", params={"to": to, "after": 0})).json()["mails"]
            return [(await sink.get(f"/api/mails/{mail['id']}")).json() for mail in listed]

    def shop(self, **options: Any) -> "Shop":
        return Shop(self, **options)

    def pid(self, part: str) -> int | None:
        """Of the process that is this part now; None while there is none."""
        file = self.home / "run" / f"{part}.pid"
        text = file.read_text() if file.exists() else ""
        return int(text) if text and psutil.pid_exists(int(text)) else None

    async def kill(self, part: str) -> int:
        """Ends a part as a power cut would, as soon as it is there to be ended. Returns its former number."""
        await self.there(part)
        pid = self.pid(part)
        assert pid
        os.kill(pid, signal.SIGKILL)
        return pid

    async def there(self, part: str) -> None:
        """The part lives, ready or not."""
        await eventually(True, lambda: self.pid(part) is not None, RESTART_SECONDS)

    async def whole(self) -> None:
        """Every part is there again, and can be asked."""
        await eventually(True, self.ready, RESTART_SECONDS)

    async def ready(self) -> bool:
        try:
            return (await self.http.get("/readyz")).is_success
        except httpx.TransportError:
            return False

    async def waiting_events(self) -> int:
        """How many captured messages the profile service has not taken yet."""
        async with connected(self.nats_url) as bus:
            return (await bus.jetstream().stream_info("CAPTURE")).state.messages

    async def captured(self) -> int:
        """How many messages of events were ever captured."""
        async with connected(self.nats_url) as bus:
            return (await bus.jetstream().stream_info("CAPTURE")).state.last_seq

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator["Facts"]:
        """What is told of customers of the demo shop from now on."""
        facts = Facts()
        async with connected(self.nats_url) as bus:
            for owner in OWNERS:
                await bus.jetstream().subscribe(
                    f"rapport.{owner}.v1.*.demo",
                    cb=facts.hear,
                    ordered_consumer=True,
                    deliver_policy=DeliverPolicy.NEW,
                )
            yield facts


class Shop(Client):
    """The official SDK, pointed at the house; leaving the block waits until everything is acknowledged."""

    def __init__(self, house: House, **options: Any) -> None:
        self.errors: list[Exception] = []
        super().__init__(house.write_key, host=house.url, on_error=self.failed, **options)

    def failed(self, error: Exception, _: list[Any]) -> None:
        self.errors.append(error)

    def unacknowledged(self) -> int:
        return self.queue.unfinished_tasks

    async def settled(self, seconds: float = 30) -> None:
        """Every event was acknowledged; the SDK gave up on none."""
        await eventually(0, self.unacknowledged, seconds)
        assert not self.errors, self.errors

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, failed: type[BaseException] | None, *_: object) -> None:
        try:
            if failed is None:
                await self.settled()
        finally:
            await asyncio.to_thread(self.join)


class Facts:
    """What was heard, each fact once by its id, in the order in which it was told."""

    def __init__(self) -> None:
        self.heard: dict[str, Message] = {}
        # When each was heard, by our clock.
        self.times: dict[int, datetime] = {}

    async def hear(self, message: Msg) -> None:
        assert message.headers
        kind = symbol_database.Default().GetSymbol(message.headers["ce-type"])
        fact = kind.FromString(message.data)
        self.times[id(self.heard.setdefault(message.headers["ce-id"], fact))] = datetime.now(UTC)

    def heard_at(self, fact: Message) -> datetime:
        return self.times[id(fact)]

    def of(self, kind: type[Message]) -> list[Any]:
        return [fact for fact in self.heard.values() if isinstance(fact, kind)]


@asynccontextmanager
async def running(home: Path, port: int, **settings: str) -> AsyncIterator[House]:
    """The house of *home*, ready; at the end it is told to stop, unless it has ended, and leaves nothing."""
    async with launched(home, port, **settings) as launcher:
        await eventually(True, launcher.ready_or_ended, START_SECONDS)
        assert launcher.process.returncode is None, launcher.said()
        told = dict(line.split("=", 1) for line in (home / "demo.env").read_text().splitlines())
        async with httpx.AsyncClient(
            base_url=told["RAPPORT_URL"], auth=(told["RAPPORT_SECRET_KEY"], ""), timeout=30
        ) as http:
            yield House(
                launcher,
                http,
                url=told["RAPPORT_URL"],
                write_key=told["RAPPORT_WRITE_KEY"],
                secret_key=told["RAPPORT_SECRET_KEY"],
                nats_url=told["RAPPORT_NATS_URL"],
                mail_url=told["RAPPORT_MAIL_URL"],
                desk=told["RAPPORT_DESK_SMTP"],
            )
        if launcher.process.returncode is not None:
            return
        launcher.process.terminate()
        assert await launcher.ended() == 0
        assert not (home / "demo.env").exists()
        assert not (left := residents(home)), left


@asynccontextmanager
async def launched(home: Path, port: int, **settings: str) -> AsyncIterator[Launcher]:
    """`make run` for the block, without its setup. What was said is shown when the block fails."""
    output = home.with_name(f"{home.name}-{uuid.uuid4().hex[:6]}.out")
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "deploy.local", "run"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            cwd=ROOT,
            env=surroundings(RAPPORT_HOME=str(home), RAPPORT_PORT=str(port), **settings),
            start_new_session=True,
        )
    launcher = Launcher(process, home, output)
    try:
        yield launcher
    except BaseException:
        sys.stdout.write(launcher.logs())
        raise
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def surroundings(**ours: str) -> dict[str, str]:
    """Our environment without settings of another house."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")} | ours


def residents(home: Path) -> list[str]:
    """Every process that belongs to the house: started by it, or with its folder for a place."""
    return [f"{each.pid} {each.info['name']}" for each in processes(home)]


def processes(home: Path) -> Iterator[psutil.Process]:
    for each in psutil.process_iter(["name", "environ", "cwd", "status"]):
        told = (each.info["environ"] or {}).get("RAPPORT_HOME")
        if told == str(home) or Path(each.info["cwd"] or "/").is_relative_to(home):
            yield each


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[nats.NATS]:
    connection = await nats.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


# Whose facts are told. Who decodes them must know their messages: importing the modules makes them known.
OWNERS = ("gateway", "profile", "segment", "campaign", "support", "loyalty")
for owner in OWNERS:
    importlib.import_module(f"rapport.{owner}.v1.events_pb2")
READY = re.compile(r"is up after ([\d.]+) s")
START_SECONDS = 90.0
STOP_SECONDS = 60.0
# The launcher waits longer each time before it starts a part again.
RESTART_SECONDS = 30.0
LOG_LINES = 60
