"""One HTTP exchange over ASGI: the body within its limit, the answer in two messages."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from chassis.errors import Invalid, Unavailable

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]


class ClientGoneError(Exception):
    """The client left before the body was complete; there is nobody to answer."""


def header(scope: Scope, name: bytes) -> str:
    """The first header of this lower-case name, or nothing."""
    headers: Iterable[Header] = scope["headers"]
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


async def read_body(scope: Scope, receive: Receive, *, limit: int) -> bytes:
    """The whole body. Refused by its announced length before a byte is read, and by its true one after."""
    announced = header(scope, b"content-length")
    if announced.isdecimal() and int(announced) > limit:
        raise too_large(limit)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await whole_body(receive, limit)
    except TimeoutError:
        # It may still listen: an answer that never came would be an error of ours, a 4xx would lose events.
        raise Unavailable(
            "SERVICE_UNAVAILABLE",
            f"The body did not arrive within {BODY_SECONDS:g} seconds. Send it again.",
            retry_after_seconds=1,
        ) from None


async def whole_body(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def request_id(given: str) -> str:
    """The caller's own id, when it is fit to stand in logs and headers; otherwise nothing."""
    return given if REQUEST_ID.fullmatch(given) else ""


def too_large(limit: int) -> Invalid:
    return Invalid("BODY_TOO_LARGE", f"The body is larger than {limit} bytes.", limit_bytes=str(limit))


async def reply(
    send: Send, status: int, headers: Iterable[Header], body: bytes = b"", *, head: bool = False
) -> None:
    """Answers. To HEAD goes what GET would have said, without saying it."""
    length = [] if status in BODILESS else [(b"content-length", str(len(body)).encode())]
    sent = [*headers, *length, (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if head else body})


REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
DOMAIN = "gateway.rapport"
JSON: Header = (b"content-type", b"application/json")
# Four megabytes over a poor line; whoever is slower holds a place that others need.
BODY_SECONDS = 60.0
BODILESS = frozenset({204, 304})
