"""One call for one route: over gRPC to the service that owns it, or in this process to the gateway's own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, status_pb2

from chassis import validation
from chassis.callers import METADATA_KEY, caller, sign
from chassis.clock import Clock
from chassis.errors import Broken, Late, Refusal, Unavailable
from chassis.faults import passing
from chassis.tracing import Kind, inject, span

from .errors import status_from_trailers
from .routes import Route

log = logging.getLogger(__name__)

# On behalf of the running caller.
Call = Callable[[Message], Awaitable[Message]]


class RefusedError(Exception):
    """A service said no; *status* is how, in its own words."""

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(status.message)
        self.status = status


class Asked(Protocol):
    """A method by its gRPC path, and its messages: a route, or one that only doors of our own ask."""

    @property
    def rpc(self) -> str: ...
    @property
    def request(self) -> type[Message]: ...
    @property
    def response(self) -> type[Message]: ...


def remote(
    route: Asked, channel: grpc.aio.Channel, *, caller_secret: str, clock: Clock, deadline_seconds: float
) -> Call:
    """Asks the service at the other end of *channel*, and says for whom."""
    method: Any = channel.unary_unary(
        route.rpc,
        request_serializer=route.request.SerializeToString,
        response_deserializer=route.response.FromString,
    )
    name = route.rpc.removeprefix("/")

    async def call(request: Message) -> Message:
        with span(name, Kind.CLIENT):
            headers = inject({METADATA_KEY: sign(caller(), caller_secret, clock())})
            try:
                reply: Message = await method(
                    request, timeout=deadline_seconds, metadata=tuple(headers.items())
                )
            except grpc.aio.AioRpcError as error:
                raise refusal(error, name) from error
            return reply

    return call


def local(route: Route, servicer: object, *, deadline_seconds: float) -> Call:
    """Asks the gateway's own servicer: the same checks, the same refusals, no wire."""
    method = getattr(servicer, route.method.name)
    name = route.rpc.removeprefix("/")

    async def call(request: Message) -> Message:
        with span(name):
            validation.check(request)
            limit = asyncio.timeout(deadline_seconds)
            try:
                async with limit:
                    reply: Message = await method(request, None)
            except Exception as fault:
                if isinstance(fault, Refusal) or not passing(fault):
                    raise
                log.warning("%s: %r", name, fault)
                raise (too_late if limit.expired() else unavailable)(service_of(name)) from fault
            return reply

    return call


def refusal(error: grpc.aio.AioRpcError, name: str) -> RefusedError | Refusal:
    """The service's own refusal, if it was one; otherwise what its silence means to the caller."""
    if status := status_from_trailers(error.trailing_metadata() or ()):
        return RefusedError(status)
    code = error.code().value[0]
    log.warning("%s: %s %s", name, error.code().name, error.details())
    if code in PASSING:
        return unavailable(service_of(name))
    if code == code_pb2.DEADLINE_EXCEEDED:
        return too_late(service_of(name))
    return Broken("INTERNAL", f"The {service_of(name)} service could not answer; it has been logged.")


def service_of(name: str) -> str:
    """`profile`, of `rapport.profile.v1.ProfileService/GetProfile`."""
    return name.split(".")[1]


def unavailable(service: str) -> Unavailable:
    return Unavailable(
        "SERVICE_UNAVAILABLE",
        f"The {service} service does not answer just now; try again shortly.",
        retry_after_seconds=RETRY_SECONDS,
        service=service,
    )


def too_late(service: str) -> Late:
    return Late(
        "SERVICE_UNAVAILABLE", f"The {service} service took too long; try again shortly.", service=service
    )


# A server that is told to stop cancels what it can no longer finish; one that is full says EXHAUSTED.
PASSING = frozenset({code_pb2.UNAVAILABLE, code_pb2.CANCELLED, code_pb2.RESOURCE_EXHAUSTED})
RETRY_SECONDS = 2
