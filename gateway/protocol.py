"""HTTP as uvicorn reads it; what is no HTTP, or has a head without end, gets a problem document too."""

from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from chassis.errors import Invalid

from . import errors
from .exchange import DOMAIN


class Protocol(HttpToolsProtocol):
    """One connection. Nothing else bounds a head: it is kept whole before anybody may look at it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._heads = 0
        self._in_head = self._refused = False
        # What came of a head since the piece in which it began.
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        heads = self._heads
        super().data_received(data)
        if self._in_head and self._heads == heads:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(f"The request line and headers are larger than {MOST_HEAD_BYTES} bytes.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heads, self._in_head, self._head_bytes = self._heads + 1, True, 0

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's words are for its log
        self._refuse("This is no request of HTTP/1.1 that we can read.")

    def _refuse(self, sentence: str) -> None:
        """Says why, once, and reads on for a moment: who is still sending would not hear it otherwise."""
        if self._refused:
            return
        self._refused = True
        told = errors.problem(Invalid("REQUEST_UNREADABLE", sentence).status(DOMAIN))
        length = str(len(told.body)).encode()
        headers = [*told.headers, (b"content-length", length), (b"connection", b"close")]
        lines = (name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[HTTPStatus.BAD_REQUEST] + b"".join(lines) + b"\r\n" + told.body)
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


MOST_HEAD_BYTES = 64 * 1024
LINGER_SECONDS = 2.0
