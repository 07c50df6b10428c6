"""Who is asking: the key in a request becomes its holder, remembered for five seconds."""

import asyncio
import base64
import binascii
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chassis.errors import Denied, Unauthenticated, Unavailable
from chassis.faults import passing

from . import keys
from .recent import Recent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key, and what it opens."""

    workspace: str
    actor: str
    scopes: frozenset[str]
    capture_only: bool = False

    def require(self, scope: str) -> None:
        """`*` is every right in a workspace; the installation itself is not in any."""
        if self.capture_only:
            raise Denied(
                "WRITE_KEY_ONLY_CAPTURES",
                "This is a write key: it may capture, and nothing else. Use a secret key, from a server.",
                scope=scope,
            )
        if scope in self.scopes or (ALL in self.scopes and not scope.startswith(INSTALLATION)):
            return
        raise Denied("SCOPE_MISSING", f"This key lacks the scope {scope}; use one that has it.", scope=scope)


Find = Callable[[str, bytes], Awaitable[Holder | None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the database said of a digest, and when it was asked."""

    holder: Holder | None
    time: float


class Callers:
    """Keys and their holders. *find* looks a digest up in one workspace; everything else is memory."""

    def __init__(
        self, find: Find, *, pepper: bytes, operator_key: str, monotonic: Callable[[], float]
    ) -> None:
        self._find, self._pepper, self._monotonic = find, pepper, monotonic
        self._operator = operator_key.encode()
        # Two memories: guessing keys must not push the real ones out.
        self._known: Recent[bytes, Answer] = Recent(REMEMBERED)
        self._unknown: Recent[bytes, Answer] = Recent(REMEMBERED)
        self._asking: dict[bytes, asyncio.Task[Answer]] = {}

    async def holder(self, key: str) -> Holder:
        """Who holds this key. Raises Unauthenticated for nobody, Unavailable when we cannot know just now."""
        if hmac.compare_digest(key.encode(), self._operator):
            return OPERATOR
        workspace = keys.workspace_of(key)
        if workspace is None:
            raise unknown_key()
        answer = await self._answer(workspace, keys.digest(self._pepper, key))
        if answer.holder is None:
            raise unknown_key()
        return answer.holder

    async def _answer(self, workspace: str, digest: bytes) -> Answer:
        """A fresh answer; while the database is out of reach a stale one is better than none."""
        answer = self._known.get(digest) or self._unknown.get(digest)
        age = self._monotonic() - answer.time if answer else STALE_SECONDS
        if answer and age < FRESH_SECONDS:
            return answer
        try:
            return await self._asked(workspace, digest)
        except Exception as fault:
            if not passing(fault):
                raise
            log.warning("A key could not be looked up: %r", fault)
            if answer and age < STALE_SECONDS:
                return answer
            raise Unavailable(
                "SERVICE_UNAVAILABLE",
                "Keys cannot be checked just now; try again shortly.",
                retry_after_seconds=RETRY_SECONDS,
                service="gateway",
            ) from fault

    async def _asked(self, workspace: str, digest: bytes) -> Answer:
        """Asks once, however many requests wait for the same key; one that gives up stops no other."""
        task = self._asking.get(digest)
        if task is None:
            task = self._asking[digest] = asyncio.create_task(self._ask(workspace, digest))
            task.add_done_callback(lambda done: self._forget_asking(digest, done))
        return await asyncio.shield(task)

    def _forget_asking(self, digest: bytes, done: "asyncio.Task[Answer]") -> None:
        del self._asking[digest]
        if not done.cancelled():
            done.exception()  # looked at, so that asyncio does not report it when all who waited have left

    async def _ask(self, workspace: str, digest: bytes) -> Answer:
        now = self._monotonic()  # before asking: an answer is as old as its question
        async with asyncio.timeout(LOOKUP_SECONDS):
            answer = Answer(await self._find(workspace, digest), now)
        into, out_of = (self._known, self._unknown) if answer.holder else (self._unknown, self._known)
        into.put(digest, answer)
        out_of.drop(digest)
        return answer


def shown_key(authorization: str) -> str:
    """The key in an Authorization header: a bearer token, or the user name of Basic with no password."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if scheme.lower() == "basic":
        return basic_user(value.strip())
    raise Unauthenticated(
        "API_KEY_INVALID",
        "Show an API key: `Authorization: Bearer <key>`, or Basic with the key as user name.",
    )


def basic_user(encoded: str) -> str:
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, password = "", ""
    if not user or password:
        raise Unauthenticated(
            "API_KEY_INVALID", "Basic authorization takes the key as user name and no password."
        )
    return user


def unknown_key() -> Unauthenticated:
    return Unauthenticated("API_KEY_INVALID", "Nobody has this API key. It may have been deleted.")


ALL = "*"
INSTALLATION = "installation."
OPERATOR = Holder(workspace="", actor="keys/operator", scopes=frozenset({"installation.write"}))

# A deleted key is promised to be refused within five seconds.
FRESH_SECONDS = 5.0
STALE_SECONDS = 60.0
LOOKUP_SECONDS = 2.0
RETRY_SECONDS = 2
REMEMBERED = 10_000
