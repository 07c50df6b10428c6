"""The command line of a service: `python -m services.profile [serve|worker|all|migrate|parked …]`."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, NoReturn

from .settings import MigrationSettings, ServiceSettings, load

Roles = frozenset[str]
# A composition root: settings and roles ("serve" calls, "work" through events and timers) in, a life out.
CompositionRoot = Callable[[Any, Roles], AbstractAsyncContextManager[Any]]


def run_service(
    package: str,
    *,
    settings: str,
    app: str,
    roles: Sequence[str] = ("serve", "worker"),
    arguments: Sequence[str] | None = None,
) -> NoReturn:
    """Does what the command line says, and exits.

    *settings* and *app* are `module:name` below *package*, imported only by the commands that need them:
    every start begins with `migrate`, which must not pay for the whole service.
    """
    line = command_line(package, roles)
    asked, rest = line.parse_known_args(arguments)
    if rest and asked.command != "parked":
        line.error(f"{asked.command} does not know {' '.join(rest)}")
    name = package.rpartition(".")[2]
    match asked.command:
        case "migrate":
            migrate(package, name)
            sys.exit(0)
        case "parked":
            named(package, app)  # so that the types of what is parked are known, and can be shown
            sys.exit(asyncio.run(parked(load(named(package, settings)), rest)))
        case command:
            chosen = frozenset(roles if command == "all" else [command])
            told = load(named(package, settings))
            sys.exit(live(told, name, named(package, app)(told, chosen)))


def command_line(package: str, roles: Sequence[str]) -> argparse.ArgumentParser:
    line = argparse.ArgumentParser(prog=f"python -m {package}")
    commands = line.add_subparsers(dest="command", metavar="command")
    for role in roles:
        commands.add_parser(role, help=ROLES[role])
    if len(roles) > 1:
        commands.add_parser("all", help="both in one process; so it is when no command is given")
    commands.add_parser("migrate", help="bring the database to its newest form, as its owner")
    commands.add_parser(
        "parked",
        add_help=False,
        help="messages that could not be handled: list, show ID, replay ID… or --all",
    )
    line.set_defaults(command="all" if len(roles) > 1 else roles[0])
    return line


def migrate(package: str, name: str) -> None:
    from . import migrations  # noqa: PLC0415 -- each command imports what it needs, and no more

    owner = load(MigrationSettings, f"{name.upper()}_")
    asyncio.run(migrations.run(package, owner.owner_database_url, f"rapport_{name}"))


async def parked(settings: ServiceSettings, arguments: Sequence[str]) -> int:
    from .db import Database  # noqa: PLC0415
    from .parked import parked_command  # noqa: PLC0415

    async with Database.open(settings.database_url, pool_size=1) as db:
        return await parked_command(db, arguments)


def live(settings: ServiceSettings, name: str, app: AbstractAsyncContextManager[Any]) -> int:
    from . import metrics, runtime  # noqa: PLC0415
    from .telemetry import telemetry  # noqa: PLC0415

    with telemetry(name, settings.log_format):
        if settings.metrics_listen:
            metrics.serve_metrics(settings.metrics_listen)
        return runtime.live(app)


def named(package: str, what: str) -> Any:
    module, _, name = what.partition(":")
    return getattr(import_module(f"{package}.{module}"), name)


ROLES = {
    "serve": "answer calls",
    "worker": "work through events and timers",
}
