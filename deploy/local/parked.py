"""`make parked`: messages that could not be handled, of every service; listed, shown, replayed."""

import asyncio
import os
import sys

from .home import Home
from .house import external
from .parts import DATABASES, Databases, Mail, Surroundings, environment, module_of
from .postgres import Postgres
from .tail import running


async def parked(home: Home, arguments: list[str]) -> int:
    """Asks each service; the exit code is the worst of theirs."""
    nats_url = running(home)["RAPPORT_NATS_URL"]
    # Of its surroundings a command that only looks at tables needs no port.
    around = Surroundings(reached(home), nats_url, Mail(0, 0, 0))
    codes = []
    for name in DATABASES:
        print(f"── {name}", flush=True)  # noqa: T201 - the launcher speaks to a person
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module_of(name),
            "parked",
            *(arguments or ["list"]),
            env=os.environ | environment(home, name, around),
        )
        codes.append(await process.wait())
    # A message is parked in one service: that the others do not know it is no fault.
    return min(codes) if arguments[:1] == ["show"] else max(codes)


def reached(home: Home) -> Databases:
    """The databases of the house that is running."""
    if home.external_database_url:
        return external(home, home.external_database_url)
    return Databases(Postgres(home.sockets / "pg", 0).url(), {})
