"""One HTTP exchange over ASGI: the body within its limit, the answer in two messages."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]


class BodyTooLargeError(Exception):
    """The body is larger than this door takes. What is still on its way stays unread."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes.")
        self.limit = limit


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
        raise BodyTooLargeError(limit)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def reply(
    send: Send,
    status: int,
    body: bytes = b"",
    *,
    content_type: bytes = b"application/json",
    headers: Sequence[Header] = (),
    head: bool = False,
) -> None:
    """Answers. To HEAD goes what GET would have said, without saying it."""
    own: list[Header] = [(b"x-content-type-options", b"nosniff")]
    if status not in BODILESS:
        own += [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": b"" if head else body})


BODILESS = frozenset({204, 304})
