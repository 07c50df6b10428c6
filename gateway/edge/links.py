"""Where the links in mails lead: clicks, opens, the way out, and what customers want to read.

These doors are for whoever holds a mail in her hands: no key, no login, no cookie. What a link is about
stands in its token, which only we can have signed; where it leads was stored when the mail went out. Looking
never unsubscribes anybody: scanners look at every link.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

from google.rpc import error_details_pb2, status_pb2
from rapport.campaign.v1 import links_pb2 as pb

from chassis import metrics
from chassis.callers import Caller, acting_as
from chassis.errors import Exhausted, Refusal
from chassis.tokens import Token, unseal
from chassis.tracing import TRACEPARENT, Kind, span
from gateway import errors
from gateway.calls import Call, RefusedError
from gateway.exchange import DOMAIN, ClientGoneError, Door, Receive, Scope, Send, header, read_body, reply
from gateway.limits import Limits

from . import link_pages
from .link_forms import Form, read_form
from .link_words import Words, words_for
from .pages import Page
from .senders import Senders

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """One request whose token is ours."""

    scope: Scope
    receive: Receive
    token: Token
    # As it stood in the address.
    sealed: str
    words: Words

    @property
    def send(self) -> str:
        return f"sends/{self.token.id}"

    @property
    def visit(self) -> pb.Visit:
        agent = header(self.scope, b"user-agent")[:LONGEST_AGENT]
        return pb.Visit(user_agent=agent, head=self.scope["method"] == "HEAD")

    async def form(self) -> Form | None:
        """What was sent; None for who only looks."""
        if self.scope["method"] != "POST":
            return None
        body = await read_body(self.scope, self.receive, limit=LARGEST_FORM_BYTES)
        return read_form(header(self.scope, b"content-type"), body)


class Entrance(NamedTuple):
    """One kind of door: what its tokens are for, what it answers to, and what happens behind it."""

    name: str
    purpose: str
    verbs: tuple[str, ...]
    work: Callable[[Asked], Awaitable[Page]]
    # What is answered instead, by status: to who brings no token of ours, and when nobody answers us.
    otherwise: Callable[[int, Words], Page] = link_pages.sorry


class Links:
    """*calls* are the methods of LinkService by their names."""

    def __init__(self, calls: Mapping[str, Call], *, secret: str, limits: Limits, senders: Senders) -> None:
        self._calls, self._secret, self._limits, self._senders = calls, secret, limits, senders

    @property
    def patterns(self) -> tuple[tuple[re.Pattern[str], Door], ...]:
        leaving = ("GET", "POST")
        entrances = (
            Entrance("/c/{token}", "click", ("GET",), self._click),
            Entrance("/o/{token}", "open", ("GET",), self._open, lambda *_: PIXEL),
            Entrance("/u/{token}", "unsubscribe", leaving, self._unsubscribe),
            Entrance("/p/{token}", "unsubscribe", leaving, self._preferences),
        )
        return tuple(
            (re.compile(each.name.replace("{token}", "[^/]*")), partial(self._pass, each))
            for each in entrances
        )

    async def _pass(self, entrance: Entrance, scope: Scope, receive: Receive, send: Send) -> None:
        began, verb = perf_counter(), scope["method"]
        name = f"{verb if verb in VERBS else 'OTHER'} {entrance.name}"
        with span(name, Kind.SERVER, {TRACEPARENT: header(scope, b"traceparent")}):
            answer = await self._answer(entrance, scope, receive)
        if answer is None:
            return
        metrics.HTTP_REQUESTS.labels(name, answer.status).inc()
        metrics.HTTP_SECONDS.labels(name).observe(perf_counter() - began)
        await reply(send, *answer, head=verb == "HEAD")

    async def _answer(self, entrance: Entrance, scope: Scope, receive: Receive) -> Page | None:
        """The one place where a no becomes a page. None when nobody waits any more."""
        verb, words = scope["method"], words_for(header(scope, b"accept-language"))
        allowed = (*entrance.verbs, "HEAD", "OPTIONS")
        if verb == "OPTIONS":
            return Page(204, [(b"allow", ", ".join(allowed).encode())], b"")
        if verb not in allowed:
            return Page(*errors.problem(errors.no_route(allowed).status(DOMAIN)))
        sealed = scope["path"][len("/c/") :].removesuffix(".gif")
        token = unseal(self._secret, entrance.purpose, sealed)
        if token is None:
            return entrance.otherwise(404, words)
        try:
            self._spend(scope)
            with acting_as(Caller(token.workspace, ACTOR, SCOPES)):
                return await entrance.work(Asked(scope, receive, token, sealed, words))
        except ClientGoneError:
            return None
        except Refusal as no:
            status = no.status(DOMAIN)
        except RefusedError as no:
            status = no.status
        except Exception:
            log.exception("%s %s failed", verb, entrance.name)
            return entrance.otherwise(500, words)
        log.warning("%s %s: %s", verb, entrance.name, status.message)
        return entrance.otherwise(shown_as(errors.http_status(status.code, reason(status))), words)

    def _spend(self, scope: Scope) -> None:
        wait_seconds = self._limits.take(
            self._senders.address(scope, dict(scope["headers"]))
        ).retry_after_seconds
        if wait_seconds:
            raise Exhausted(
                "RATE_LIMITED", "More links than one address may follow.", retry_after_seconds=wait_seconds
            )

    async def _click(self, asked: Asked) -> Page:
        """To where the link led when the mail went out; nothing in the request can say otherwise."""
        request = pb.FollowLinkRequest(send=asked.send, number=asked.token.number, visit=asked.visit)
        found: Any = await self._calls["FollowLink"](request)
        assert found.url.isascii(), "what is stored is fit for a header"
        assert found.url.isprintable(), "and holds no second one"
        return Page(302, [(b"location", found.url.encode()), *link_pages.PRIVATE], b"")

    async def _open(self, asked: Asked) -> Page:
        await self._calls["OpenMessage"](pb.OpenMessageRequest(send=asked.send, visit=asked.visit))
        return PIXEL

    async def _unsubscribe(self, asked: Asked) -> Page:
        """Who posts here leaves, whatever the form says: there is nothing else to say at this address."""
        form = await asked.form()
        if form is None:
            seen: Any = await self._calls["GetUnsubscribePage"](pb.GetUnsubscribePageRequest(send=asked.send))
        else:
            source = "one_click" if form.get("List-Unsubscribe") == ["One-Click"] else "unsubscribe_page"
            request = pb.UnsubscribeByLinkRequest(send=asked.send, source=source)
            seen = await self._calls["UnsubscribeByLink"](request)
        return link_pages.unsubscribe(seen, asked.sealed, asked.words)

    async def _preferences(self, asked: Asked) -> Page:
        form = await asked.form()
        if form is None:
            seen: Any = await self._calls["GetPreferences"](pb.GetPreferencesRequest(send=asked.send))
        else:
            request = pb.SetPreferencesRequest(
                send=asked.send,
                shown=dict.fromkeys(form.get("shown", ())),
                taken=dict.fromkeys(form.get("topic", ())),
                opt_out=form.get("button") == ["all"],
            )
            seen = await self._calls["SetPreferences"](request)
        return link_pages.preferences(seen, asked.words, saved=form is not None)


def reason(status: status_pb2.Status) -> str:
    info = errors.detail(status, error_details_pb2.ErrorInfo)
    return info.reason if info else ""


def shown_as(status: int) -> int:
    """Who took too long is as good as away; and what no person can mend is not explained to her."""
    return {504: 503, 400: 404}.get(status, status)


VERBS = frozenset(("GET", "HEAD", "POST", "OPTIONS"))
# On whose behalf the service is asked.
ACTOR, SCOPES = "services/gateway", frozenset(("links.read", "links.write"))
LONGEST_AGENT = 1000
LARGEST_FORM_BYTES = 64 * 1024
# A transparent one; never kept, so that looking again is seen again.
PIXEL = Page(
    200,
    [(b"content-type", b"image/gif"), *link_pages.PRIVATE],
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
)
