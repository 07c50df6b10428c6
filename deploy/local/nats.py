"""The embedded NATS with JetStream: the server of a wheel, on 127.0.0.1, every write synced."""

import json
import shutil
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .child import child


@dataclass(frozen=True, slots=True)
class Nats:
    url: str
    pid: int


@asynccontextmanager
async def embedded_nats(store_dir: Path, *, port: int = -1, log: Path | None = None) -> AsyncIterator[Nats]:
    """Runs the server on *store_dir* until the block ends, on *port* or on a free one."""
    config = _prepared(store_dir, port)

    def ready() -> bool:
        return bool(_urls(store_dir))

    async with child(_server(), "-c", config, ready=ready, log=log or store_dir / "nats.log"):
        [url] = _urls(store_dir)
        yield Nats(url, int((store_dir / "nats.pid").read_text()))


def _prepared(store_dir: Path, port: int) -> Path:
    store_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for leftover in store_dir.glob("*.ports"):
        leftover.unlink()
    config = store_dir.resolve() / "nats.conf"
    config.write_text(configuration(store_dir.resolve(), port))
    return config


def _urls(store_dir: Path) -> list[str]:
    """Where the server listens, as soon as it says so."""
    said = [file.read_text() for file in store_dir.glob("*.ports")]
    return [url for text in said if text for url in json.loads(text)["nats"]]


def configuration(store_dir: Path, port: int) -> str:
    """Every write is synced: an outbox row dies on the acknowledgement, so that has to survive the power."""
    settings = {
        "listen": f"127.0.0.1:{port}",
        "ports_file_dir": str(store_dir),
        "pid_file": str(store_dir / "nats.pid"),
        "max_payload": 8 * 1024 * 1024,
        "jetstream": {"store_dir": str(store_dir), "sync_interval": "always"},
    }
    return json.dumps(settings, indent=2)  # JSON is a subset of the server's own syntax


def _server() -> str:
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    if found is None:
        raise RuntimeError("nats-server is not installed: run make setup, or set RAPPORT_EXTERNAL_NATS_URL.")
    return found
