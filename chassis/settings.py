"""What every process must be told. Read once, at start, from the environment."""

import os
import sys
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Settings = TypeVar("Settings", bound=BaseSettings)


class ServiceSettings(BaseSettings):
    """What every service is told. A service adds its own, and sets `env_prefix`."""

    model_config = SettingsConfigDict(frozen=True)

    database_url: str = Field(
        pattern=r"^postgres(ql)?://",
        repr=False,
        description="The service's own database, as the role that owns nothing: "
        "`postgresql://user:password@host/name` or `postgresql://user@/name?host=/socket/folder`.",
    )
    nats_url: str = Field(
        pattern=r"^(nats|tls)://", repr=False, description="The bus: `nats://user:password@host:4222`."
    )
    caller_secret: SecretStr = Field(
        min_length=16,
        description="With what the gateway signs callers; the same for all, 16 characters or more.",
    )
    listen: str = Field(
        "127.0.0.1:50051",
        description="Where gRPC is served: `host:port` (port 0 is a free one) or `unix:/path`.",
    )
    grace_seconds: float = Field(
        20, ge=0, le=600, description="How long calls in hand may take when the process is asked to stop."
    )
    metrics_listen: str | None = Field(
        None, pattern=r":\d+$", description="Where Prometheus may read: `host:port`. Not served when unset."
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="`json` for machines, `console` for people."
    )


class MigrationSettings(BaseSettings):
    """What `migrate` alone is told: services never hold the owner's password."""

    model_config = SettingsConfigDict(frozen=True)

    owner_database_url: str = Field(
        pattern=r"^postgres(ql)?://",
        repr=False,
        description="The service's own database, as the role that owns it; only `migrate` reads it.",
    )


def load(settings: type[Settings], prefix: str | None = None) -> Settings:
    """Reads the settings, or says in one line each what is missing or wrong and exits with 2."""
    try:
        return settings(_env_prefix=prefix)
    except ValidationError as wrong:
        names = prefix if prefix is not None else settings.model_config.get("env_prefix", "")
        for error in wrong.errors(include_input=False, include_url=False):
            print(complaint(names, error["type"], error["loc"], error["msg"]), file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


def complaint(prefix: str, kind: str, location: tuple[int | str, ...], message: str) -> str:
    """One line a stranger can act on. It never shows the value, which may be a secret."""
    variable = f"{prefix}{location[0] if location else ''}".upper()
    if kind == "missing":
        return f"{variable} is not set."
    return f"{variable} is wrong: {message[0].lower()}{message[1:]}."


def traces_are_collected() -> bool:
    """Whether spans have somewhere to go. The SDK reads its other settings, all named OTEL_*, itself."""
    return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{what}") for what in ("ENDPOINT", "TRACES_ENDPOINT"))
