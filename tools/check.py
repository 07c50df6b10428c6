"""Everything that must hold beside the tests: format, lint, types, protos, derived documents, the lock.

Run by `make check`. All checks run, also when one fails; the exit code is 1 if any did.
"""

import os
import re
import subprocess
import sys
import sysconfig
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
TOOLS = Path(sysconfig.get_path("scripts"))


class Outcome(NamedTuple):
    complaint: str
    seconds: float


def main() -> int:
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        running = {name: workers.submit(timed, check) for name, check in CHECKS.items()}
        for name, check in running.items():
            complaint, seconds = check.result()
            failed += bool(complaint)
            print(f"{'FAILED' if complaint else 'ok':6}  {seconds:5.1f} s  {name}", flush=True)
            if complaint:
                print(complaint, flush=True)
    return 1 if failed else 0


def timed(check: Callable[[], str]) -> Outcome:
    start = time.monotonic()
    complaint = check()
    return Outcome(complaint, time.monotonic() - start)


def command(*arguments: str | Path) -> Callable[[], str]:
    """What a program says when it fails; nothing when it does not."""

    def check() -> str:
        run = subprocess.run(
            arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return (run.stdout.strip() or f"exit code {run.returncode}") if run.returncode else ""

    return check


def lock_fits() -> str:
    """Every dependency is locked, every locked one by its hashes, and from no index in particular."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = chain(project["dependencies"], *project["optional-dependencies"].values())
    lock = (ROOT / "requirements.lock").read_text()
    entries = {normal(match[1]): match[0] for match in ENTRY.finditer(lock)}
    missing = {normal(END_OF_NAME.split(each)[0]) for each in wanted} - entries.keys()
    complaints = [f"{name} is not in the lock; run `make lock`" for name in sorted(missing)]
    complaints += [f"{name} has no hash" for name, entry in entries.items() if "--hash=" not in entry]
    complaints += [f"the lock names a host: {line}" for line in lock.splitlines() if HOST.search(line)]
    return "\n".join(complaints)


def normal(name: str) -> str:
    """One spelling per project, as PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


# In a requirement: extras, versions or markers may follow.
END_OF_NAME = re.compile(r"[^A-Za-z0-9._-]")
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==.*(?:\n +.*)*", re.MULTILINE)
HOST = re.compile(r"https?://|--(extra-)?index-url|--find-links")
# Tests are left out: pytest hands them their fixtures untyped, so that a checker would see little but noise.
TYPED = ("chassis", "conditions", "tracking", "services", "gateway", "deploy", "tools")
CHECKS = {
    "format": command(TOOLS / "ruff", "format", "--check", "."),
    "lint": command(TOOLS / "ruff", "check", "--output-format", "concise", "."),
    "types": command(TOOLS / "mypy", *(name for name in TYPED if (ROOT / name).exists())),
    "protos: format": command(TOOLS / "buf", "format", "--diff", "--exit-code", "protos"),
    "protos: lint": command(TOOLS / "buf", "lint", "gen/descriptors.binpb"),
    "protos: generated code": command(sys.executable, "tools/protos.py", "--check"),
    "derived documents": command(sys.executable, "tools/documents.py", "--check"),
    "lock": lock_fits,
}

if __name__ == "__main__":
    sys.exit(main())
