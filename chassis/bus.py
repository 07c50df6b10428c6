"""Facts travel here: outbox row -> JetStream -> handler; at least once on the wire, once in effect."""

import asyncio
import logging
from asyncio import Future
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.js.api import PubAck, StreamInfo
from nats.js.errors import BadRequestError, NotFoundError

from .consumer import Consumer, On, Patience
from .db import Database
from .errors import Unavailable
from .relay import relay
from .streams import Stream

__all__ = ["Bus", "On", "Patience"]

log = logging.getLogger(__name__)


class Bus:
    """One connection to the bus. It comes back by itself, however long the bus was away."""

    def __init__(self, connection: Client) -> None:
        self.connection = connection
        self.js = connection.jetstream()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, name: str = "rapport") -> AsyncIterator["Bus"]:
        connection = await connected(url, name)
        try:
            yield cls(connection)
        finally:
            # Not drain(): it waits for messages nobody will take. They come again.
            await connection.close()

    @property
    def reachable(self) -> bool:
        return self.connection.is_connected

    async def publish(
        self,
        subject: str,
        data: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        within_seconds: float = 5.0,
    ) -> PubAck:
        """Returns when the bus has stored the message; whatever prevents that is Unavailable.

        A message that was refused for want of an answer may have been stored all the same: give it an id.
        """
        self._insist_on_connection()
        try:
            return await self.js.publish(
                subject, data, timeout=within_seconds, headers=dict(headers) if headers else None
            )
        except nats.errors.MaxPayloadError:
            raise  # it will never fit: our own door let it through
        except (nats.errors.Error, OSError) as failure:
            raise unavailable() from failure

    async def send(self, subject: str, data: bytes, headers: Mapping[str, str]) -> "Future[PubAck]":
        """Puts a message on the wire without waiting; the future is its acknowledgement."""
        self._insist_on_connection()
        return await self.js.publish_async(subject, data, headers=dict(headers))

    def _insist_on_connection(self) -> None:
        """Otherwise the client would keep the message, and send it long after we gave it up."""
        if not self.reachable:
            raise unavailable()

    async def ensure_streams(self, streams: Iterable[Stream], *, update: bool = False) -> list[StreamInfo]:
        """Makes the streams that are missing. Only who runs the house changes those that are there."""
        return [await self._ensure(stream, update=update) for stream in streams]

    async def _ensure(self, stream: Stream, *, update: bool) -> StreamInfo:
        try:
            found = await self.js.stream_info(stream.name)
        except NotFoundError:
            return await self._make(stream)
        return await self.js.update_stream(stream.config()) if update else found

    async def _make(self, stream: Stream) -> StreamInfo:
        try:
            return await self.js.add_stream(stream.config())
        except BadRequestError as refusal:
            if refusal.err_code != NAME_IN_USE:
                raise
            return await self.js.stream_info(stream.name)  # somebody else was faster

    async def relay(self, db: Database) -> None:
        """Keeps the promises in the outbox of *db*, for as long as the service lives."""
        await relay(self.send, db)

    async def consume(
        self, db: Database, service: str, on: On[Any], patience: Patience | None = None
    ) -> None:
        """Hands every such event to its handler, once each, for as long as the service lives.

        What fails comes again, and is parked when the *patience* is at its end.
        """
        await Consumer(self.js, db, service, on, patience or Patience()).run()


async def connected(url: str, name: str) -> Client:
    connection = Client()

    async def failed(failure: Exception) -> None:
        log.warning("%s: %s", type(failure).__name__, failure or "the bus does not answer")

    async def lost() -> None:
        if not connection.is_closed:
            log.warning("The connection to the bus is lost")

    async def found() -> None:
        log.info("The connection to the bus is back")

    async with asyncio.timeout(CONNECT_SECONDS):
        await connection.connect(
            url,
            name=name,
            error_cb=failed,
            disconnected_cb=lost,
            reconnected_cb=found,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_PAUSE_SECONDS,  # type: ignore[arg-type]  # a float does as well
            # A reader that died without a word is noticed by its silence.
            ping_interval=PING_SECONDS,
        )
    return connection


def unavailable() -> Unavailable:
    return Unavailable(
        "BUS_UNAVAILABLE", "We cannot take this at the moment. Send it again.", retry_after_seconds=1
    )


NAME_IN_USE = 10058
CONNECT_SECONDS = 30
RECONNECT_PAUSE_SECONDS = 0.25
PING_SECONDS = 10
