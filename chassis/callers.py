"""Who is asking: signed by the gateway, verified by the services, gone after a minute."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson

from .errors import Unauthenticated
from .tracing import inject

METADATA_KEY = "rapport-caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call runs: `keys/…`, `staff/…` or `services/…` of one workspace."""

    workspace: str
    actor: str
    scopes: frozenset[str] = frozenset()
    request_id: str = ""


def caller() -> Caller:
    """The caller of the running call. Asking outside of one is our bug, and a LookupError."""
    return current_caller.get()


@contextmanager
def acting_as(caller: Caller) -> Iterator[None]:
    """Runs the block as *caller*: for doors that serve in-process, and for tests."""
    before = current_caller.set(caller)
    try:
        yield
    finally:
        current_caller.reset(before)


def metadata(caller: Caller, secret: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """What to send along with a call: who asks, and the trace it belongs to."""
    return tuple(inject({METADATA_KEY: sign(caller, secret, now)}).items())


def sign(caller: Caller, secret: str, now: datetime) -> str:
    """A token of two parts, `claims.mac`, that holds for LIFE_SECONDS."""
    claims = [
        int(now.timestamp()),
        caller.workspace,
        caller.actor,
        sorted(caller.scopes),
        caller.request_id,
    ]
    body = urlsafe_b64encode(orjson.dumps(claims)).decode()
    return f"{body}.{mac(body, secret)}"


def verify(token: str, secret: str, now: datetime) -> Caller:
    """The caller a token was signed for; Unauthenticated when it is forged, stale or of the future."""
    body, _, given = token.partition(".")
    if not hmac.compare_digest(mac(body, secret).encode(), given.encode()):
        raise Unauthenticated("CALLER_UNKNOWN", "The caller's signature is not ours.")
    signed, workspace, actor, scopes, request_id = orjson.loads(urlsafe_b64decode(body))
    if not -SKEW_SECONDS <= now.timestamp() - signed <= LIFE_SECONDS:
        raise Unauthenticated("CALLER_STALE", "The caller's signature has expired; ask again.")
    return Caller(workspace, actor, frozenset(scopes), request_id)


def mac(body: str, secret: str) -> str:
    signed = keyed(secret).copy()
    signed.update(body.encode())
    return signed.hexdigest()


@lru_cache(maxsize=8)
def keyed(secret: str) -> hmac.HMAC:
    """The beginning of every mac; starting anew for each would double the price of a call's verification.

    The purpose is part of what is signed: a mac made for something else proves nothing here.
    """
    return hmac.new(secret.encode(), f"{METADATA_KEY}:".encode(), "sha256")


current_caller: ContextVar[Caller] = ContextVar("caller")

LIFE_SECONDS = 60
# Clocks of two machines differ a little.
SKEW_SECONDS = 5
