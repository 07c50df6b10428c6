"""The Segment tracking API: events are looked at, stored on the bus as they came, and only then acknowledged.

This is the hot door of the house. It judges no meaning: what cannot be understood goes along, is reported to
the sender, and is kept in quarantine by the profile service.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache, partial
from time import perf_counter
from typing import NamedTuple, Protocol

import msgspec
from rapport.capture.v1 import capture_pb2 as pb

from chassis import metrics
from chassis.clock import Clock
from chassis.errors import Broken, Invalid, Refusal, Unauthenticated, Unavailable, Violation
from chassis.tracing import TRACEPARENT, Kind, Trace, span
from gateway import errors
from gateway.callers import Holder, shown_key
from gateway.cors import Cors
from gateway.exchange import (
    JSON,
    ClientGoneError,
    Door,
    Header,
    Receive,
    Scope,
    Send,
    read_body,
    reply,
    request_id,
)
from gateway.limits import Limits
from tracking import wire
from tracking.check import Checked, Rejection, check

from .capture_body import plain
from .capture_settings import settings_document
from .capture_stream import CaptureStream
from .senders import Senders

log = logging.getLogger(__name__)


class Keys(Protocol):
    """Who knows whose a key is: `gateway.callers.Callers`."""

    async def holder(self, key: str) -> Holder: ...


class Asked(NamedTuple):
    """A request before its body: its headers by lower-case name, and the trace it belongs to."""

    scope: Scope
    receive: Receive
    headers: Mapping[bytes, bytes]
    trace: Trace

    @property
    def request_id(self) -> str:
        """The sender's own; SDKs give none."""
        given = self.headers.get(b"x-request-id")
        return request_id(given.decode("latin-1")) if given else ""


class Answer(NamedTuple):
    status: int
    headers: list[Header]
    body: bytes


Work = Callable[[Asked], Awaitable[Answer]]


class Entrance(NamedTuple):
    """One door: where it is, what it answers to, and what happens behind it."""

    name: str
    verb: str
    work: Work

    def insist(self, method: str) -> None:
        """A door that can be read can be asked for its headers alone."""
        if method != self.verb and (method, self.verb) != ("HEAD", "GET"):
            raise errors.no_route((self.verb, "OPTIONS"))


class Capture:
    """The doors of the tracking API. Every one of them answers to pages of any origin."""

    def __init__(
        self, *, stream: CaptureStream, keys: Keys, limits: Limits, senders: Senders, clock: Clock
    ) -> None:
        self._stream, self._keys, self._limits = stream, keys, limits
        self._senders, self._clock = senders, clock

    @property
    def paths(self) -> dict[str, Door]:
        """Every exact path with its door, with and without a slash at the end."""
        works: dict[str, Work] = {name: partial(self._captured, call) for name, call in CALLS.items()}
        works["m"] = self._counted
        doors: dict[str, Door] = {}
        for name, work in works.items():
            door = partial(self._pass, Entrance(f"POST /v1/{name}", "POST", work))
            doors |= {f"/v1/{name}": door, f"/v1/{name}/": door}
        return doors

    @property
    def patterns(self) -> tuple[tuple[re.Pattern[str], Door], ...]:
        """The door whose path holds a key."""
        entrance = Entrance("GET /v1/projects/{key}/settings", "GET", self._settings)
        return ((SETTINGS, partial(self._pass, entrance)),)

    async def _pass(self, entrance: Entrance, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange at one of our doors, from any origin."""
        began, method, headers = perf_counter(), scope["method"], dict(scope["headers"])
        allow = f"{entrance.verb}, OPTIONS"
        if method == "OPTIONS":
            await reply(send, 204, [(b"allow", allow.encode()), *CORS.preflight(scope, allow)])
            return
        parent = headers.get(TRACEPARENT.encode(), b"").decode("latin-1")
        with span(entrance.name, Kind.SERVER, {TRACEPARENT: parent}) as trace:
            asked = Asked(scope, receive, headers, trace)
            answer = await self._answer(entrance, asked)
            if trace.sampled and answer:
                log.info("%s answers %s", entrance.name, answer.status)
        if answer is None:
            return
        REQUESTS(entrance.name, answer.status).inc()
        SECONDS(entrance.name).observe(perf_counter() - began)
        sent = [*answer.headers, *CORS.headers(scope)] if b"origin" in headers else answer.headers
        if asked.request_id:
            sent = [*sent, (b"x-request-id", asked.request_id.encode())]
        await reply(send, answer.status, sent, answer.body, head=method == "HEAD")

    async def _answer(self, entrance: Entrance, asked: Asked) -> Answer | None:
        """The one place where a bug of ours is caught and logged. None when nobody waits any more."""
        try:
            entrance.insist(asked.scope["method"])
            return await entrance.work(asked)
        except Refusal as no:
            return problem(no, asked)
        except ClientGoneError:
            return None
        except Exception:
            log.exception("%s failed", entrance.name)
            broken = Broken("INTERNAL", "Something broke on our side; it has been logged. Send it again.")
            return problem(broken, asked)

    async def _captured(self, call: pb.CaptureCall, asked: Asked) -> Answer:
        """Takes one request: whose it is, what is in it, may they now; then to the bus, then the yes."""
        shown = outer_key(asked)
        holder = await self._holder(shown) if shown else None
        body = plain(
            await read_body(asked.scope, asked.receive, limit=LARGEST_BODY_BYTES),
            asked.headers.get(b"content-encoding", b""),
            limit=LARGEST_BODY_BYTES,
        )
        holder = holder or await self._holder(wire.write_key(body))
        checked = looked_at(pb.CaptureCall.Name(call).lower(), body)
        self._spend(holder, checked.count)
        if checked.count:
            await self._store(call, asked, body, holder.workspace, checked.count)
        EVENTS("accepted").inc(checked.count - len(checked.rejected))
        if checked.rejected:
            EVENTS("rejected").inc(len(checked.rejected))
            return Answer(200, [JSON], ENCODER.encode(Taken(checked.rejected)))
        return TAKEN

    async def _holder(self, key: str | None) -> Holder:
        if not key:
            raise Unauthenticated(
                "API_KEY_INVALID",
                "Show a write key: as user name of Basic authorization, or as `writeKey` in the body.",
            )
        holder = await self._keys.holder(key)
        if not holder.capture_only:
            holder.require(SCOPE)
        return holder

    def _spend(self, holder: Holder, count: int) -> None:
        """Over the limit is a passing fault: 503, because libraries give up for good on most of 4xx."""
        wait_seconds = self._limits.take(holder.actor, max(1, count)).retry_after_seconds
        if wait_seconds:
            EVENTS("refused").inc(count)
            raise Unavailable(
                "RATE_LIMITED",
                "This key captured more events than its limit allows; send them again later.",
                retry_after_seconds=wait_seconds,
            )

    async def _store(
        self, call: pb.CaptureCall, asked: Asked, body: bytes, workspace: str, count: int
    ) -> None:
        headers, now = asked.headers, self._clock()
        request = pb.CapturedRequest(
            call=call,
            body=body,
            receive_time_us=round(now.timestamp() * 1_000_000),
            ip=self._senders.address(asked.scope, headers),
            user_agent=headers.get(b"user-agent", b"").decode("latin-1")[:LONGEST_AGENT],
            global_privacy_control=headers.get(b"sec-gpc") == b"1",
        )
        began = perf_counter()
        try:
            await self._stream.add(workspace, request, asked.trace)
        except Unavailable:
            EVENTS("refused").inc(count)
            raise
        metrics.CAPTURE_SECONDS.observe(perf_counter() - began)

    async def _counted(self, asked: Asked) -> Answer:
        """Numbers that analytics.js keeps about itself: taken, so that it is content, and not kept."""
        await read_body(asked.scope, asked.receive, limit=LARGEST_BODY_BYTES)
        return TAKEN

    async def _settings(self, asked: Asked) -> Answer:
        """What analytics.js asks before it sends: where to, and that there is nothing else to load."""
        found = SETTINGS.fullmatch(asked.scope["path"])
        assert found, "the pattern led here"
        holder = await self._keys.holder(found["key"])
        if not holder.capture_only:
            raise Unauthenticated(
                "API_KEY_INVALID", "This is no write key. A secret key belongs on a server, not in a page."
            )
        document = settings_document(found["key"], *self._senders.origin(asked.scope, asked.headers))
        return Answer(200, [JSON, (b"cache-control", b"private, max-age=120")], ENCODER.encode(document))


class Taken(msgspec.Struct):
    """What a sender reads when the bus has its events."""

    rejected: list[Rejection]
    success: bool = True


def outer_key(asked: Asked) -> str | None:
    """The key in the header or the query. A header that shows none may still have one in the body."""
    if authorization := asked.headers.get(b"authorization"):
        try:
            return shown_key(authorization.decode("latin-1"))
        except Unauthenticated:
            return None
    found = QUERY_KEY.search(asked.scope["query_string"])
    return found["key"].decode() if found else None


def looked_at(call: str, body: bytes) -> Checked:
    """What the events of a body are worth; refused only where there is no finding them."""
    try:
        return check(call, body)
    except wire.Unreadable as unreadable:
        violation = Violation("batch" if call in wire.BATCHES else "body", str(unreadable))
        raise Invalid("REQUEST_UNREADABLE", str(unreadable), violations=[violation]) from None
    except wire.TooMany as many:
        raise Invalid("BODY_TOO_LARGE", str(many), limit_events=str(wire.MOST_EVENTS)) from None


def problem(no: Refusal, asked: Asked) -> Answer:
    status = no.status(DOMAIN)
    return Answer(*errors.problem(status, request_id=asked.request_id, trace_id=asked.trace.trace_id))


# Every call by its path; the letters are what analytics.js uses.
CALLS = {
    "identify": pb.IDENTIFY,
    "track": pb.TRACK,
    "page": pb.PAGE,
    "screen": pb.SCREEN,
    "group": pb.GROUP,
    "alias": pb.ALIAS,
    "batch": pb.BATCH,
    "import": pb.IMPORT,
    "i": pb.IDENTIFY,
    "t": pb.TRACK,
    "p": pb.PAGE,
    "s": pb.SCREEN,
    "g": pb.GROUP,
    "a": pb.ALIAS,
    "b": pb.BATCH,
}
SETTINGS = re.compile(r"/v1/projects/(?P<key>[^/]+)/settings/?")
QUERY_KEY = re.compile(rb"(?:^|&)writeKey=(?P<key>[A-Za-z0-9_-]{1,200})(?:&|$)")
SCOPE = "events.write"
DOMAIN = "gateway.rapport"
LARGEST_BODY_BYTES = 4 * 1024 * 1024
LONGEST_AGENT = 1000
CORS = Cors()
# To look a label up takes as long as to read an event.
REQUESTS = lru_cache(256)(metrics.HTTP_REQUESTS.labels)
SECONDS = lru_cache(64)(metrics.HTTP_SECONDS.labels)
EVENTS = lru_cache(8)(metrics.CAPTURE_EVENTS.labels)
ENCODER = msgspec.json.Encoder()
TAKEN = Answer(200, [JSON], b'{"success":true}')
