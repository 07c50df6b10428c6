"""Doors that are only looked at."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from gateway import errors
from gateway.exchange import DOMAIN, Door, Header, Receive, Scope, Send, reply


class Page(NamedTuple):
    status: int
    headers: Sequence[Header]
    body: bytes


def page_door(show: Callable[[], Awaitable[Page]]) -> Door:
    """GET sees the page, HEAD only its headers; any other verb is told so."""

    async def door(scope: Scope, _receive: Receive, send: Send) -> None:
        verb = scope["method"]
        if verb in {"GET", "HEAD"}:
            seen = await show()
        else:
            seen = Page(*errors.problem(errors.no_route(("GET",)).status(DOMAIN)))
        await reply(send, *seen, head=verb == "HEAD")

    return door


def still(page: Page) -> Door:
    """A door to a page that never changes while we live."""

    async def show() -> Page:
        return page

    return page_door(show)
