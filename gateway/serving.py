"""HTTP on a socket: uvicorn's protocol in our own process, whose signals are nobody's but the runtime's."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from chassis.runtime import Failed, note_end

from .protocol import Protocol

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(
    application: Any, listen: str, *, grace_seconds: float, failed: Failed
) -> AsyncIterator[str]:
    """Serves for as long as the block runs and yields the address; then requests in hand may still finish."""
    listening = bound(listen)
    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=max(1, round(grace_seconds)),
    )
    config.load()
    server = uvicorn.Server(config)
    # Server.serve() would take SIGTERM and SIGINT for itself; its three steps do not.
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    host, port = listening.getsockname()[:2]
    ticking = asyncio.create_task(server.main_loop(), name="http server")
    ticking.add_done_callback(lambda ended: None if server.should_exit else note_end(ended, failed))
    log.info("HTTP is served on http://%s:%s", f"[{host}]" if ":" in host else host, port)
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown(sockets=[listening])


def bound(listen: str) -> socket.socket:
    """A socket on `host:port`, or an error that says which address it could not have."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        listening = socket.create_server(
            (host, int(port)),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            backlog=BACKLOG,
        )
    except OSError as taken:
        raise OSError(taken.errno, f"HTTP cannot be served on {listen}: {taken.strerror}") from taken
    # Connections inherit it. asyncio sets it only where the socket names its protocol, which this one does
    # not; without it the second piece of every answer waits 40 ms for the client's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


BACKLOG = 2048
