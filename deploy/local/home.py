"""Where the house on this machine keeps its state, and what it is told from outside."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


class Trouble(Exception):  # noqa: N818 - it says what is the matter
    """Something on this machine is in the way; the message says what, and what to do."""


@dataclass(frozen=True)
class Home:
    """The folder of the state (`RAPPORT_HOME`), the gateway's port, and servers that are not ours."""

    folder: Path
    port: int
    external_database_url: str | None = None
    external_nats_url: str | None = None

    @classmethod
    def from_environment(cls) -> "Home":
        port = os.environ.get("RAPPORT_PORT", "8080")
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise Trouble(f"RAPPORT_PORT is {port!r}; it has to be a number from 1 to 65535.")
        return cls(
            folder=Path(os.environ.get("RAPPORT_HOME") or ".rapport").absolute(),
            port=int(port),
            external_database_url=os.environ.get("RAPPORT_EXTERNAL_DATABASE_URL") or None,
            external_nats_url=os.environ.get("RAPPORT_EXTERNAL_NATS_URL") or None,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo_env(self) -> Path:
        return self.folder / "demo.env"

    @cached_property
    def sockets(self) -> Path:
        """Short, because a socket's path holds about a hundred characters, and ours alone."""
        mark = hashlib.sha256(f"{self.folder} {os.geteuid()}".encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"rapport-{mark}"

    def socket(self, part: str) -> str:
        return f"unix:{self.sockets}/{part}.sock"

    def log(self, part: str) -> Path:
        return self.folder / "log" / f"{part}.log"

    def pid_file(self, part: str) -> Path:
        return self.folder / "run" / f"{part}.pid"

    def prepare(self) -> None:
        """Makes the folders, and says early what would fail late."""
        for folder in (self.folder, self.folder / "log", self.folder / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o711, exist_ok=True)
        if self.sockets.stat().st_uid != os.geteuid():
            raise Trouble(f"{self.sockets} belongs to somebody else; set RAPPORT_HOME to another folder.")
        free = shutil.disk_usage(self.folder).free
        if free < LEAST_FREE_BYTES:
            raise Trouble(
                f"Only {free >> 20} MiB are free where {self.folder} lies; the house needs"
                f" {LEAST_FREE_BYTES >> 20} MiB. Free some, or set RAPPORT_HOME to a folder on another disk."
            )

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """One house at a time lives here."""
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Trouble(
                    f"A house runs in {self.folder} already. Stop it, or set RAPPORT_HOME to another folder."
                ) from None
            yield

    def postgres_folder(self) -> Path:
        """Where the database lies: in the house's folder, unless its server may not go there.

        As root the server runs as somebody else, and a folder in a private home is closed to her.
        """
        inside, elsewhere = self.folder / "postgres", self.folder / "postgres.elsewhere"
        if elsewhere.exists():
            return Path(elsewhere.read_text())
        if inside.exists() or os.geteuid() != 0 or open_to_all(self.folder):
            return inside
        folder = Path("/var/lib/rapport") / secrets.token_hex(8)
        folder.mkdir(mode=0o755, parents=True)
        elsewhere.write_text(str(folder / "postgres"))
        print(f"PostgreSQL may not run as root, nor read {self.folder}: its data lies in {folder}.")  # noqa: T201
        return folder / "postgres"

    def secret(self, name: str) -> str:
        """A secret of this house, made on first use and kept."""
        kept = self._secrets()
        if name not in kept:
            kept[name] = secrets.token_urlsafe(32)
            write_private(self.folder / "secrets.json", json.dumps(kept))
        return kept[name]

    def _secrets(self) -> dict[str, str]:
        file = self.folder / "secrets.json"
        return dict(json.loads(file.read_text())) if file.exists() else {}


def open_to_all(folder: Path) -> bool:
    """Whether anybody may go through to *folder*."""
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and for nobody else to read."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(path)


LEAST_FREE_BYTES = 512 << 20
