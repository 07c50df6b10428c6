"""The parts of the house that are ours: each a process, and what it is told."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import urlopen

from chassis import migrations

from .child import child
from .home import Home, Trouble
from .provision import app_role, owner_role, provision

SERVICES = ("profile", "segment", "campaign", "support", "loyalty")
DATABASES = (*SERVICES, "gateway")
PARTS = ("postgres", "nats", "mail", *DATABASES)


@dataclass(frozen=True, slots=True)
class Mail:
    """Where mail goes, to be looked at, and where it comes in."""

    smtp_port: int
    http_port: int
    # Where customers' mail to the desk comes in.
    desk_port: int

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def lookup_url(self) -> str:
        """Followed by a Message-ID it says whether the mail is there."""
        return f"{self.url}/api/messages/"


@dataclass(frozen=True, slots=True)
class Databases:
    """Where each service's database is, for the role that works and the one that owns."""

    admin_url: str
    passwords: dict[str, str]

    def url(self, service: str, role: str) -> str:
        parts = urlsplit(self.admin_url)
        password = f":{quote(self.passwords[role])}" if role in self.passwords else ""
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}{password}@{host}", path=f"/{service}"))

    def app_url(self, service: str) -> str:
        return self.url(service, app_role(service))

    def owner_url(self, service: str) -> str:
        return self.url(service, owner_role(service))

    async def prepare(self) -> None:
        """Databases and roles, then every service's tables."""
        try:
            await provision(self.admin_url, DATABASES, passwords=self.passwords)
        except OSError as refused:
            raise Trouble(f"The database server does not answer: {refused}") from None
        for name in DATABASES:
            await migrations.run(module_of(name), self.owner_url(name), app_role(name))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every part finds around it."""

    databases: Databases
    nats_url: str
    mail: Mail


@asynccontextmanager
async def part(home: Home, name: str, around: Surroundings) -> AsyncIterator[Path]:
    """One process of the house, ready to be asked."""
    role = "serve" if name == "gateway" else "all"
    pid_file = home.pid_file(name)
    pid_file.unlink(missing_ok=True)
    # What a killed process left behind would look ready.
    (home.sockets / f"{name}.sock").unlink(missing_ok=True)
    async with child(
        sys.executable,
        "-m",
        module_of(name),
        role,
        ready=lambda: pid_file.exists() and stands(home, name),
        log=home.log(name),
        pid_file=pid_file,
        environment=os.environ | environment(home, name, around),
    ):
        yield pid_file


def module_of(name: str) -> str:
    return name if name == "gateway" else f"services.{name}"


def environment(home: Home, name: str, around: Surroundings) -> dict[str, str]:
    """What a process is told."""
    prefix = name.upper()
    told = {
        "DATABASE_URL": around.databases.app_url(name),
        "NATS_URL": around.nats_url,
        "CALLER_SECRET": home.secret("caller"),
        "LISTEN": home.socket(name),
        "GRACE_SECONDS": "5",
        "LOG_FORMAT": "console",
        **besides(home, name, around.mail),
    }
    return {f"{prefix}_{setting}": value for setting, value in told.items()}


def besides(home: Home, name: str, mail: Mail) -> dict[str, str]:
    """What this one is told beside what all are."""
    sending = {"SMTP_URL": mail.smtp_url, "SMTP_LOOKUP_URL": mail.lookup_url}
    match name:
        case "gateway":
            addresses = {f"{service.upper()}_ADDRESS": home.socket(service) for service in SERVICES}
            return addresses | {
                "HTTP_LISTEN": f"127.0.0.1:{home.port}",
                "KEY_SECRET": home.secret("keys"),
                "OPERATOR_KEY": home.secret("operator"),
                "LINK_SECRET": home.secret("links"),
            }
        case "campaign":
            return sending | {"LINK_URL": home.url, "LINK_SECRET": home.secret("links")}
        case "support":
            return sending | {
                "REPLY_SECRET": home.secret("replies"),
                "SMTP_LISTEN": f"127.0.0.1:{mail.desk_port}",
            }
    return {}


def stands(home: Home, name: str) -> bool:
    """Whether a part can be asked. Of the gateway that is true whatever lies behind it: it takes events."""
    if name != "gateway":
        return (home.sockets / f"{name}.sock").exists()
    return answers(f"{home.url}/healthz")


def answers(url: str) -> bool:
    """Whether something says yes there."""
    try:
        with urlopen(url, timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
