"""Who may know whom, read from the imports. To change an arrow, change it here and say why in the commit."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import DELIVERED, ROOT, WRITTEN, files, imports, module, parsed

GENERATED = {"rapport", "buf"}
HOUSE = {*WRITTEN, *GENERATED}
# The meaning of a condition and of an event, which everybody may know.
LEAVES = {"conditions", "tracking"}
# Where the trade is numeric.
NUMERIC = {"numpy", "scipy"}

# What the rooms of a service know of the house, beside themselves; plain names are rooms of the same service.
STEPS = {"actions"}
ROOMS = {
    "": set(),
    "domain": LEAVES,
    "tables": {"chassis", "domain", *LEAVES},
    "store": {"chassis", "domain", "tables", *LEAVES},
    "convert": {"domain", "tables", *GENERATED, *LEAVES},
    "actions": {"chassis", "domain", "tables", "store", "convert", *GENERATED, *LEAVES},
    "rpc": {"chassis", "domain", "tables", "store", "convert", *STEPS, *GENERATED, *LEAVES},
    "handlers": {"chassis", "domain", "tables", "store", "convert", *STEPS, *GENERATED, *LEAVES},
    "timers": {"chassis", "domain", "tables", "store", "convert", *STEPS, *GENERATED, *LEAVES},
    "settings": {"chassis"},
    "migrations": {"chassis"},
    "__main__": {"chassis"},
}
# Steps that several doors of one service share, each knowing what `actions` knows and those before it.
SHARED = {
    "profile": ("engine", "capture", "actions", "told"),
    "segment": ("engine", "actions"),
    "campaign": ("content", "channels", "sending", "engine", "actions"),
    "support": ("mail", "actions"),
    "loyalty": ("actions",),
}
# The composition root knows everything of its service.
ROOT_ROOM = "app"

# What the other parts know of the house, beside themselves.
PARTS = {
    "chassis": set(),
    "tracking": set(),
    "conditions": GENERATED,
    "gateway": {"chassis", *GENERATED, *LEAVES},
    "deploy": {"chassis", "tracking", *GENERATED},
    # An example shows what a stranger can do, with the protos alone.
    "docs": GENERATED,
}
# Leaves import no third party but these.
THIRD_PARTIES = {"tracking": {"msgspec", "ua_parser", "phonenumbers"}, "conditions": {"google"}}


@pytest.mark.parametrize("path", files(*PARTS), ids=str)
def test_a_part_knows_only_what_it_may(path):
    part = path.parts[0]
    known = {name.split(".")[0] for name in imports(path)} & HOUSE
    assert known <= {part, *PARTS[part]}


@pytest.mark.parametrize("path", files("services"), ids=str)
def test_a_room_of_a_service_knows_only_what_it_may(path):
    service, own = service_and_room(path)
    if own == ROOT_ROOM:
        allowed = {"chassis", *LEAVES, *GENERATED, *rooms(service)}
    else:
        assert own in rooms(service), "a new kind of room: say above what it may know"
        allowed = {own, *rooms(service)[own]}
    assert {place(name, service) for name in imports(path) if name.split(".")[0] in HOUSE} <= allowed


@pytest.mark.parametrize("path", files("services"), ids=str)
def test_services_do_not_know_each_other(path):
    service, _ = service_and_room(path)
    others = {name for name in imports(path) if name.startswith("services.")}
    assert {name.split(".")[1] for name in others} <= {service}


@pytest.mark.parametrize("path", [path for path in files("services") if "domain" in path.parts], ids=str)
def test_the_domain_knows_no_library_but_the_standard_one(path):
    assert {name.split(".")[0] for name in imports(path)} - HOUSE - NUMERIC <= sys.stdlib_module_names


@pytest.mark.parametrize("path", files(*THIRD_PARTIES), ids=str)
def test_a_leaf_knows_few_libraries(path):
    strangers = {name.split(".")[0] for name in imports(path)} - HOUSE - sys.stdlib_module_names
    assert strangers <= THIRD_PARTIES[path.parts[0]]


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in files(*DELIVERED)
        if path.name != "settings.py" and path.parts[:2] != ("deploy", "local")
    ],
    ids=str,
)
def test_only_settings_read_the_environment(path):
    assert [] == [node.lineno for node in ast.walk(parsed(path)) if reads_environment(node)]


def test_nothing_connects_when_it_is_imported():
    """In a process without any environment, where whatever reaches out is an error."""
    names = [module(path) for path in files(*DELIVERED)]
    run = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(ROOT), str(ROOT / "gen"), *names],
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (0, "") == (run.returncode, run.stdout), run.stderr


def service_and_room(path: Path) -> tuple[str, str]:
    """`services/profile/store/reads.py` is in the room `store` of `profile`."""
    inner = path.with_suffix("").parts[1:]
    room = inner[1] if len(inner) > 1 else ""
    return inner[0], "" if room == "__init__" else room


def rooms(service: str) -> dict[str, set[str]]:
    shared = SHARED.get(service, ())
    knows = {door: ROOMS[door] | {*shared} for door in ("rpc", "handlers", "timers")}
    steps = {step: ROOMS["actions"] | {*shared[:before]} for before, step in enumerate(shared)}
    return ROOMS | knows | steps


def place(name: str, service: str) -> str:
    """A room of *service*, or the part of the house a module is in."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["services", service] and len(parts) > 2 else parts[0]


def reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(alias.name in {"environ", "environb", "getenv"} for alias in names)
    return False


IMPORT_ALL = """
import importlib, sys

sys.path[:0] = sys.argv[1:3]

def refuse(event, arguments):
    # gRPC and others may look around, but not reach out.
    if event in {"socket.connect", "socket.bind", "subprocess.Popen", "os.system"}:
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(refuse)
for name in sys.argv[3:]:
    importlib.import_module(name)
"""
