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
# A composition root: settings and what to do (serve calls, work through events and timers) in, a life out.
CompositionRoot = Callable[[Any, Roles], AbstractAsyncContextManager[Any]]


def run_service(
    package: str,
    *,
    settings: str,
    app: str,
    roles: Sequence[str] = ("serve", "worker"),
    arguments: Sequence[str] | None = None,
) -> NoReturn:
    """Does what the command line says and exits.

    *settings* and *app* are named as `module:name` below *package* and imported when a command needs them:
    a start begins with `migrate`, which must not pay for the whole service.
    """
    asked = command_line(package, roles).parse_args(arguments)
    name = package.rpartition(".")[2]
    match asked.command:
        case "migrate":
            migrate(package, name)
        case "parked":
            parked(load(named(package, settings)), name, asked)
        case command:
            chosen = frozenset(roles if command == "all" else [command])
            live(load(named(package, settings)), name, named(package, app), chosen)
    sys.exit(0)


def command_line(package: str, roles: Sequence[str]) -> argparse.ArgumentParser:
    line = argparse.ArgumentParser(prog=f"python -m {package}")
    commands = line.add_subparsers(dest="command", metavar="command")
    for role in roles:
        commands.add_parser(role, help=ROLES[role])
    if len(roles) > 1:
        commands.add_parser("all", help="all of these in one process (when no command is given)")
    commands.add_parser("migrate", help="bring the database to its newest form, as its owner")
    parked = commands.add_parser("parked", help="messages that could not be handled").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    parked.add_parser("list", help="the last of them, with the reason")
    parked.add_parser("show", help="one, in full").add_argument("id", type=int)
    replay = parked.add_parser("replay", help="hand them to their handler again")
    replay.add_argument("id", type=int, nargs="*")
    replay.add_argument("--all", action="store_true")
    line.set_defaults(command="all" if len(roles) > 1 else roles[0])
    return line


def migrate(package: str, name: str) -> None:
    from . import migrations  # noqa: PLC0415 -- each command imports what it needs, and starts at once

    owner = load(MigrationSettings, f"{name.upper()}_")
    asyncio.run(migrations.run(package, owner.owner_database_url, f"rapport_{name}"))


def live(settings: ServiceSettings, name: str, app: CompositionRoot, roles: Roles) -> None:
    from . import metrics, runtime  # noqa: PLC0415
    from .telemetry import telemetry  # noqa: PLC0415

    with telemetry(name, settings.log_format):
        if settings.metrics_listen:
            metrics.serve_metrics(settings.metrics_listen)
        code = runtime.live(app(settings, roles))
    sys.exit(code)


def named(package: str, what: str) -> Any:
    module, _, name = what.partition(":")
    return getattr(import_module(f"{package}.{module}"), name)


ROLES = {
    "serve": "answer calls",
    "worker": "work through events and timers",
}
