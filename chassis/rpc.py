"""The door for whoever asks: every call is somebody's, fits, ends in time, and a no is said in full."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, NoReturn, TypeAlias, cast

import grpc
from google.protobuf.message import Message

from . import metrics
from .callers import METADATA_KEY, current_caller, verify
from .channels import MESSAGE_SIZES
from .clock import Clock, utc_now
from .errors import Broken, Late, NotBuilt, Refusal, Unavailable
from .faults import passing
from .tracing import Kind, span
from .validation import check

log = logging.getLogger(__name__)

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Method: TypeAlias = "Callable[[Any, Context], Awaitable[Message]]"


def rpc_server(
    domain: str,
    listen: str,
    caller_secret: str,
    *,
    clock: Clock = utc_now,
    most_seconds: float = 30,
) -> tuple[grpc.aio.Server, str]:
    """A server bound to *listen*, not started, and the address where channels find it.

    *domain* is `<service>.rapport`, as refusals carry it. No call runs longer than *most_seconds*.
    """
    door = Door(domain, caller_secret, clock, most_seconds)
    server = grpc.aio.server(interceptors=[door], options=OPTIONS, maximum_concurrent_rpcs=MOST_CALLS)
    port = server.add_insecure_port(listen)
    return server, listen if listen.startswith("unix:") else f"{listen.rpartition(':')[0]}:{port}"


class Door(grpc.aio.ServerInterceptor):
    """What stands before every method. A method is wrapped once, not at every call: that would cost more."""

    def __init__(self, domain: str, caller_secret: str, clock: Clock, most_seconds: float) -> None:
        self.domain, self.caller_secret = domain, caller_secret
        self.clock, self.most_seconds = clock, most_seconds
        self.handlers: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]],
        details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        known = self.handlers.get(details.method)
        if known is not None:
            return known
        handler = await continuation(details)
        if handler is None or details.method.startswith(OPEN_TO_ALL):
            return handler
        assert handler.unary_unary, f"{details.method} is a stream, and streams have no door"
        # The generated base class answers for what we did not write; its methods are no coroutines.
        built = inspect.iscoroutinefunction(handler.unary_unary)
        inner = cast("Method", handler.unary_unary) if built else not_built
        return self.handlers.setdefault(
            details.method,
            grpc.unary_unary_rpc_method_handler(
                self.guarded(details.method.removeprefix("/"), inner),
                handler.request_deserializer,
                handler.response_serializer,
            ),
        )

    def guarded(self, method: str, inner: Method) -> Method:
        seconds, answered = metrics.RPC_SECONDS.labels(method), metrics.RPC_CALLS.labels(method, "OK")

        async def call(request: Message, context: Context) -> Message:
            began = perf_counter()
            outcome = None
            try:
                headers = {name: str(value) for name, value in context.invocation_metadata() or ()}
                with span(method, Kind.SERVER, headers):
                    reply = await self.answer(method, inner, request, context, headers)
            except Refusal as no:
                outcome = metrics.RPC_CALLS.labels(method, CODES[no.code].name)
                await refuse(context, no, self.domain)
            else:
                outcome = answered
                return reply
            finally:
                # Who leaves without an outcome was cancelled: nobody waits for us any more.
                (outcome or metrics.RPC_CALLS.labels(method, "CANCELLED")).inc()
                seconds.observe(perf_counter() - began)

        return call

    async def answer(
        self, method: str, inner: Method, request: Message, context: Context, headers: Mapping[str, str]
    ) -> Message:
        """What the method says. Whatever else it raises leaves here as a Refusal, and is logged once."""
        # gRPC keeps the caller's own deadline; ours is for who has none, or one too far.
        theirs = context.time_remaining()
        limit = asyncio.timeout(self.most_seconds)
        try:
            current_caller.set(verify(headers.get(METADATA_KEY, ""), self.caller_secret, self.clock()))
            check(request)
            if theirs is not None and theirs <= self.most_seconds:
                return await inner(request, context)
            async with limit:
                return await inner(request, context)
        except Refusal:
            raise
        except Exception as bug:
            if isinstance(bug, TimeoutError) and limit.expired():
                log.warning("%s took longer than %s s", method, self.most_seconds)
                raise Late("TOO_SLOW", f"This took longer than {self.most_seconds:g} seconds.") from bug
            if passing(bug):
                log.warning("%s could not be answered now", method, exc_info=True)
                raise Unavailable(
                    "PASSING_FAULT",
                    "We cannot answer just now; please try again.",
                    retry_after_seconds=RETRY_AFTER_SECONDS,
                ) from bug
            log.exception("%s failed", method)
            raise Broken("INTERNAL", "Something broke on our side; it has been logged.") from bug


async def not_built(_request: Message, _context: Context) -> NoReturn:
    raise NotBuilt("NOT_BUILT", "This method is designed and not built yet.")


async def refuse(context: Context, no: Refusal, domain: str) -> NoReturn:
    """Says no as a google.rpc.Status, which every gRPC client can read."""
    status = no.status(domain)
    details = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(CODES[no.code], status.message, details)


CODES = {code.value[0]: code for code in grpc.StatusCode}

# Asked by machines that cannot sign: balancers, probes, tools. They learn nothing of customers.
OPEN_TO_ALL = ("/grpc.health.v1.Health/", "/grpc.reflection.")
RETRY_AFTER_SECONDS = 1
# More at once would only wait for the database; the caller hears RESOURCE_EXHAUSTED.
MOST_CALLS = 1000
OPTIONS = (
    *MESSAGE_SIZES,
    # Two processes that share a port by accident would each get half of the calls.
    ("grpc.so_reuseport", 0),
    # Channels ping every KEEPALIVE_SECONDS; without this the server takes it for an attack.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
