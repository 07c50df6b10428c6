"""One call for one route: over gRPC to the service that owns it, or in this process to the gateway's own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, status_pb2

from chassis import validation
from chassis.callers import METADATA_KEY, Caller, acting_as, sign
from chassis.clock import Clock
from chassis.errors import Broken, Late, Refusal, Unavailable
from chassis.tracing import Kind, inject, span

from .outage import FAULTS
from .routes import Route

Call = Callable[[Message, Caller], Awaitable[Message]]


class RefusedError(Exception):
    """A service said no; *status* is how, in its own words."""

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(status.message)
        self.status = status


def remote(
    route: Route, channel: grpc.aio.Channel, *, caller_secret: str, clock: Clock, deadline_seconds: float
) -> Call:
    """Asks the service at the other end of *channel*, on behalf of the caller."""
    method: Any = channel.unary_unary(
        route.rpc,
        request_serializer=route.request.SerializeToString,
        response_deserializer=route.response.FromString,
    )
    name, service = route.rpc.removeprefix("/"), service_word(route)

    async def call(request: Message, caller: Caller) -> Message:
        with span(name, Kind.CLIENT):
            headers = inject({METADATA_KEY: sign(caller, caller_secret, clock())})
            try:
                reply: Message = await method(
                    request, timeout=deadline_seconds, metadata=tuple(headers.items())
                )
            except grpc.aio.AioRpcError as error:
                raise refusal(error, service) from error
            return reply

    return call


def local(route: Route, servicer: object, *, deadline_seconds: float) -> Call:
    """Asks the gateway's own servicer: the same checks, the same refusals, no wire."""
    method = getattr(servicer, route.method.name)

    async def call(request: Message, caller: Caller) -> Message:
        with span(route.rpc.removeprefix("/")), acting_as(caller):
            validation.check(request)
            try:
                async with asyncio.timeout(deadline_seconds):
                    reply: Message = await method(request, None)
            except TimeoutError as late:
                raise too_late(service_word(route)) from late
            except FAULTS as fault:
                raise unavailable(service_word(route)) from fault
            return reply

    return call


def service_word(route: Route) -> str:
    """`profile`, of rapport.profile.v1.ProfileService."""
    return route.service.split(".")[1]


def refusal(error: grpc.aio.AioRpcError, service: str) -> RefusedError | Refusal:
    """The service's own refusal, if it was one; otherwise what its silence means to the caller."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return RefusedError(status_pb2.Status.FromString(value))
    code = error.code().value[0]
    if code in PASSING:
        return unavailable(service)
    if code == code_pb2.DEADLINE_EXCEEDED:
        return too_late(service)
    return Broken("INTERNAL", f"The {service} service could not answer; it has been logged.", service=service)


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
