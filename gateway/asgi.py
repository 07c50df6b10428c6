"""The gateway as an ASGI application: a request finds its door, the one call behind its path, or a no."""

import logging
import re
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

from google.rpc import status_pb2

from chassis import metrics
from chassis.callers import Caller, acting_as
from chassis.clock import Clock
from chassis.errors import Broken, Exhausted, Invalid, Refusal
from chassis.ids import uuid7
from chassis.tracing import TRACEPARENT, Kind, Trace, span

from . import errors
from .callers import Callers, Holder, shown_key
from .calls import Call, RefusedError
from .cors import Cors
from .edge import Edge
from .encode import to_json
from .exchange import (
    DOMAIN,
    JSON,
    ClientGoneError,
    Header,
    Receive,
    Scope,
    Send,
    header,
    read_body,
    reply,
    request_id,
)
from .limits import Limits
from .routes import Match, Routes
from .transcode import to_message

log = logging.getLogger(__name__)


class Request(NamedTuple):
    """What came in, before anybody looked whether it is for us."""

    scope: Scope
    receive: Receive
    id: str
    verb: str
    path: str
    # Headers of the answer, whether it becomes a yes or a no.
    also: list[Header]


class Answer(NamedTuple):
    status: int
    headers: Sequence[Header]
    body: bytes


class Gateway:
    """*calls* are by the gRPC path of their route."""

    def __init__(
        self,
        *,
        routes: Routes,
        calls: Mapping[str, Call],
        edge: Edge,
        callers: Callers,
        limits: Limits,
        cors: Cors,
        clock: Clock,
    ) -> None:
        self._routes, self._calls, self._edge = routes, calls, edge
        self._callers, self._limits, self._cors, self._clock = callers, limits, cors, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "neither web sockets nor lifespan events are asked for"
        if door := self._edge.door(scope["path"]):
            await door(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await self._preflight(scope, send)
        else:
            await self._api(scope, receive, send)

    async def _preflight(self, scope: Scope, send: Send) -> None:
        """What browsers ask before they call from another origin, and without a key."""
        verbs = self._routes.allowed(path_of(scope))
        if not verbs:
            answer = refused(errors.no_route(()).status(DOMAIN), self._request_id(scope), None)
            await reply(send, *answer)
            return
        allow = ", ".join((*verbs, "OPTIONS"))
        await reply(send, 204, [(b"allow", allow.encode()), *self._cors.preflight(scope, allow)])

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, head = perf_counter(), scope["method"] == "HEAD"
        verb, path = "GET" if head else scope["method"], path_of(scope)
        request = Request(scope, receive, self._request_id(scope), verb, path, self._cors.headers(scope))
        match = self._routes.match(verb, path)
        name = f"{verb} {match.route.template.text}" if match else "none"
        with span(name, Kind.SERVER, {TRACEPARENT: header(scope, b"traceparent")}) as trace:
            answer = await self._answer(request, match, trace)
        metrics.HTTP_REQUESTS.labels(name, answer.status).inc()
        metrics.HTTP_SECONDS.labels(name).observe(perf_counter() - began)
        request.also.append((b"x-request-id", request.id.encode()))
        await reply(send, answer.status, [*answer.headers, *request.also], answer.body, head=head)

    async def _answer(self, request: Request, match: Match | None, trace: Trace) -> Answer:
        """A reply, or a problem document. The one place where a bug of ours is caught and logged."""
        try:
            return Answer(200, [JSON], await self._called(request, match))
        except Refusal as no:
            status = no.status(DOMAIN)
        except RefusedError as no:
            status = no.status
        except ClientGoneError:
            return Answer(errors.CLIENT_CLOSED_REQUEST, [], b"")
        except Exception:
            log.exception("%s %s failed", request.verb, request.path, extra={"request_id": request.id})
            status = Broken("INTERNAL", "Something broke on our side; it has been logged.").status(DOMAIN)
        return refused(status, request.id, trace)

    async def _called(self, request: Request, match: Match | None) -> bytes:
        """Who asks, may they, what do they ask: then the one call, and its reply as JSON."""
        if match is None:
            raise errors.no_route(self._routes.allowed(request.path))
        scope, route = request.scope, match.route
        holder = await self._callers.holder(shown_key(header(scope, b"authorization")))
        self._spend(request, holder)
        holder.require(route.scope)
        body = await read_body(scope, request.receive, limit=BODY_BYTES)
        if body and route.body:
            check_media_type(scope)
        message = to_message(
            match,
            query=scope["query_string"],
            body=body,
            idempotency_key=header(scope, b"idempotency-key"),
        )
        with acting_as(Caller(holder.workspace, holder.actor, holder.scopes, request.id)):
            if route.personal:
                log.info("personal data asked for", extra={"actor": holder.actor, "path": request.path})
            return to_json(await self._calls[route.rpc](message))

    def _spend(self, request: Request, holder: Holder) -> None:
        allowance = self._limits.take(holder.actor)
        request.also.extend(allowance.headers)
        if allowance.retry_after_seconds:
            raise Exhausted(
                "RATE_LIMITED",
                "This key made more calls than its limit allows; wait as long as Retry-After says.",
                retry_after_seconds=allowance.retry_after_seconds,
            )

    def _request_id(self, scope: Scope) -> str:
        """The caller's own, when it is fit to stand in logs; otherwise a new one."""
        return request_id(header(scope, b"x-request-id")) or str(uuid7(self._clock()))


def refused(status: status_pb2.Status, request_id: str, trace: Trace | None) -> Answer:
    return Answer(*errors.problem(status, request_id=request_id, trace_id=trace.trace_id if trace else ""))


def path_of(scope: Scope) -> str:
    """As it stood in the request line: an encoded slash in an id is not one between two segments."""
    raw: bytes = scope["raw_path"]
    return raw.decode("latin-1")


def check_media_type(scope: Scope) -> None:
    """JSON, or no word about it; a form or a file must not be read as if it were JSON."""
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    coding = header(scope, b"content-encoding").strip().lower()
    if (kind and not JSON_TYPE.fullmatch(kind)) or coding not in {"", "identity"}:
        raise Invalid("MEDIA_TYPE_UNSUPPORTED", "Send the body as application/json, and uncompressed.")


JSON_TYPE = re.compile(r"application/([a-z0-9.!#$&^_-]+\+)?json")
BODY_BYTES = 1024 * 1024
