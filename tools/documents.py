"""Writes the documents that follow from the code: settings, metrics, the API, the facts, tables in READMEs.

Run by `make docs`. `--check` fails when one of them is stale, and says which.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr

from chassis import metrics
from chassis.settings import MigrationSettings, ServiceSettings
from gateway.comments import first_sentence, read_comments
from gateway.edge.documents import DESCRIPTORS, api_document, house_routes
from tools import asyncapi

ROOT = Path(__file__).parent.parent


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="fail when a document is stale")
    check = arguments.parse_args().check
    stale = {path: text for path, text in derived() if not holds(path, text)}
    for path, text in stale.items():
        if check:
            print(
                f"{path.relative_to(ROOT)} is stale; run `make docs` and commit the result.", file=sys.stderr
            )
        else:
            path.write_text(text)
    return 1 if check and stale else 0


def holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text


def derived() -> Iterator[tuple[Path, str]]:
    """Every derived document with its text."""
    yield ROOT / "docs" / "settings.md", settings_page()
    yield ROOT / "docs" / "metrics.md", metrics_page()
    yield ROOT / "docs" / "openapi.json", openapi_document()
    yield from asyncapi.derived(DESCRIPTORS.read_bytes()).items()
    for package in packages():
        page = ROOT / package.replace(".", "/") / "README.md"
        if page.exists():
            yield page, filled(page.read_text(), package)


def packages() -> list[str]:
    """What runs as a process of its own: the gateway and the services."""
    services = sorted(path.parent.name for path in (ROOT / "services").glob("*/settings.py"))
    return ["gateway", *(f"services.{name}" for name in services)]


def openapi_document() -> str:
    document = orjson.dumps(api_document(house_routes()), option=orjson.OPT_INDENT_2)
    return document.decode() + "\n"


def settings_page() -> str:
    sections = [f"## python -m {package}\n\n{settings_table(package)}" for package in packages()]
    return "\n\n".join([SETTINGS_HEAD, *sections]) + "\n"


def settings_table(package: str) -> str:
    """A service's own settings first, then what all are told."""
    settings: type[ServiceSettings] = import_module(f"{package}.settings").Settings
    prefix = settings.model_config["env_prefix"]
    fields = settings.model_fields
    names = sorted(fields, key=lambda name: name in ServiceSettings.model_fields)
    rows = [setting(prefix + name, fields[name]) for name in names]
    rows += [setting(prefix + name, field) for name, field in MigrationSettings.model_fields.items()]
    return table(("Variable", "Default", "What it says"), rows)


def setting(variable: str, field: Any) -> tuple[str, str, str]:
    if field.is_required():
        default = "must be set"
    elif field.default in (None, ""):
        default = "unset"
    else:
        assert not isinstance(field.default, SecretStr), f"{variable}: a secret has no default"
        default = f"`{field.default}`"
    return f"`{variable.upper()}`", default, " ".join([field.description, *limits(field)])


def limits(field: Any) -> Iterator[str]:
    """The bounds of a number, in words."""
    for rule in field.metadata:
        for name, words in BOUNDS.items():
            if hasattr(rule, name):
                yield f"{words} {getattr(rule, name)}."


def metrics_page() -> str:
    rows = [
        (
            f"`{each.name}{'_total' if each.type == 'counter' else ''}`",
            each.type,
            ", ".join(f"`{label}`" for label in metric._labelnames),  # noqa: SLF001 - told nowhere else
            each.documentation,
        )
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
        for each in metric.describe()
    ]
    return f"{METRICS_HEAD}\n\n{table(('Metric', 'Kind', 'Labels', 'What it says'), rows)}\n"


def filled(page: str, package: str) -> str:
    """The page with its derived tables, between the marks that ask for them."""
    makers = {"settings": settings_table, "asked": asked_table, "tells": tells_table}
    return MARKED.sub(
        lambda mark: f"<!-- {mark[1]} -->\n{makers[mark[1]](package)}\n<!-- /{mark[1]} -->", page
    )


def asked_table(package: str) -> str:
    """The methods of a service that are built, in the order of its proto."""
    comments = read_comments(DESCRIPTORS.read_bytes())
    rows = [
        (
            f"`{route.verb} {route.template.text}`",
            f"`{route.scope}`",
            first_sentence(comments[route.method.full_name]),
        )
        for route in house_routes().all
        if route.service.startswith(f"rapport.{owner(package)}.")
    ]
    return table(("Call", "Scope", "What it does"), rows)


def tells_table(package: str) -> str:
    """The facts of a service, in the order of its events.proto."""
    descriptors = DESCRIPTORS.read_bytes()
    comments = read_comments(descriptors)
    rows = [
        (f"`{fact.name}`", first_sentence(comments[fact.full_name]))
        for fact in asyncapi.facts(descriptors)
        if fact.full_name.startswith(f"rapport.{owner(package)}.")
    ]
    return table(("Fact", "What happened"), rows)


def owner(package: str) -> str:
    return package.rpartition(".")[2]


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def cell(text: str) -> str:
    return text.replace("|", "\\|")


BOUNDS = {"gt": "More than", "ge": "At least", "lt": "Less than", "le": "At most"}
MARKED = re.compile(r"<!-- (settings|asked|tells) -->.*?<!-- /\1 -->", re.DOTALL)
SETTINGS_HEAD = """\
# Settings

Derived from the code by `make docs`; edit the settings classes, not this page.

Every process reads its environment once, when it starts, and says in one line each what is missing or \
wrong. Traces are sent when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; the other `OTEL_*` variables are those of \
the OpenTelemetry SDK."""
METRICS_HEAD = """\
# Metrics

Derived from `chassis/metrics.py` by `make docs`. Each process serves those it has where \
`<SERVICE>_METRICS_LISTEN` says, in the form of Prometheus."""

if __name__ == "__main__":
    sys.exit(main())
