"""What the house tests read: the files written by hand, and what each of them imports."""

import ast
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What is delivered, and what is only for those who build it.
DELIVERED = ("chassis", "conditions", "tracking", "services", "gateway", "deploy")
WRITTEN = (*DELIVERED, "tests", "tools", "bench", "docs")


def files(*folders: str) -> list[Path]:
    """Every Python file below these folders, from the root of the repository."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def imports(path: Path) -> set[str]:
    """The modules *path* imports, also inside of functions, each by its whole name."""
    known: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            known |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            module = resolve_name(origin, package(path))
            known |= {deepest(module, alias.name) for alias in node.names}
    return known


def deepest(module: str, name: str) -> str:
    """`from services.profile import store` means a module; `from chassis.db import Tx` a name in one."""
    place = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if place.is_dir() or place.with_suffix(".py").exists() else module


def package(path: Path) -> str:
    return ".".join(path.parent.parts)


def module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
