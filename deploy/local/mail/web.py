"""Where the mail is looked at: pages for people, JSON for tests and for whoever asks after a message."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from . import pages
from .box import Box, Mail
from .letters import read

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    content_type: str
    body: bytes
    policy: str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'"


class Web:
    def __init__(self, box: Box) -> None:
        self._box = box
        self._doors: tuple[tuple[str, re.Pattern[str], Callable[..., Awaitable[Reply]]], ...] = (
            ("GET", re.compile(r"/"), self._listing),
            ("GET", re.compile(r"/mails/(\d{1,18})"), self._single),
            ("GET", re.compile(r"/mails/(\d{1,18})/html"), self._framed),
            ("GET", re.compile(r"/mails/(\d{1,18})\.eml"), self._raw),
            ("GET", re.compile(r"/api/mails"), self._mails),
            ("DELETE", re.compile(r"/api/mails"), self._cleared),
            ("GET", re.compile(r"/api/mails/(\d{1,18})"), self._mail),
            ("GET", re.compile(r"/api/messages/(.+)"), self._message),
        )

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        assert scope["type"] == "http", "nothing else is served"
        reply = await self._reply(scope)
        headers = [
            (b"content-type", reply.content_type.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (b"content-security-policy", reply.policy.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": body})

    async def _reply(self, scope: Scope) -> Reply:
        if not addressed_here(scope):
            return problem(HTTPStatus.MISDIRECTED_REQUEST, "This is the mail of 127.0.0.1.")
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        # As it was sent: a Message-ID may hold a slash.
        path = scope["raw_path"].decode("ascii", "replace")
        query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace")))
        for known, pattern, door in self._doors:
            if known == method and (match := pattern.fullmatch(path)):
                return await door(query, *map(unquote, match.groups()))
        return problem(HTTPStatus.NOT_FOUND, "There is nothing here.")

    async def _listing(self, query: Mapping[str, str]) -> Reply:
        like, before = query.get("to", ""), number(query, "before", None)
        mails = await self._box.mails(like=like, before=before, limit=PAGE + 1)
        shown, count = mails[:PAGE], await self._box.count()
        return html(pages.listing(shown, like, count, more=len(mails) > PAGE))

    async def _single(self, _: Mapping[str, str], id: str) -> Reply:
        mail = await self._box.mail(int(id))
        return html(pages.single(mail, read(mail.raw))) if mail else nobody()

    async def _framed(self, _: Mapping[str, str], id: str) -> Reply:
        mail = await self._box.mail(int(id))
        if not mail:
            return nobody()
        return Reply(HTTPStatus.OK, HTML, pages.framed(read(mail.raw)).encode(errors="replace"), FRAMED)

    async def _raw(self, _: Mapping[str, str], id: str) -> Reply:
        mail = await self._box.mail(int(id))
        return Reply(HTTPStatus.OK, "message/rfc822", mail.raw) if mail else nobody()

    async def _mails(self, query: Mapping[str, str]) -> Reply:
        limit = min(number(query, "limit", PAGE) or PAGE, MOST)
        mails = await self._box.mails(to=query.get("to", ""), after=number(query, "after", None), limit=limit)
        return json_of({"mails": [summary(mail) for mail in mails]})

    async def _cleared(self, _: Mapping[str, str]) -> Reply:
        await self._box.clear()
        return json_of({})

    async def _mail(self, _: Mapping[str, str], id: str) -> Reply:
        return whole(await self._box.mail(int(id)))

    async def _message(self, _: Mapping[str, str], message_id: str) -> Reply:
        """With its angle brackets or without."""
        return whole(await self._box.message(f"<{message_id.strip('<>')}>"))


def addressed_here(scope: Scope) -> bool:
    """A page elsewhere may make its name point at this machine; it is not asked for by that name here."""
    named = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "")
    return named.rpartition(":")[0] in HERE or named in HERE


def number(query: Mapping[str, str], name: str, otherwise: int | None) -> int | None:
    """What is no number counts as not given."""
    text = query.get(name, "")
    return int(text) if NUMBER.fullmatch(text) else otherwise


def whole(mail: Mail | None) -> Reply:
    if mail is None:
        return problem(HTTPStatus.NOT_FOUND, "There is no such mail.")
    letter = read(mail.raw)
    said = {
        "headers": [{"name": name, "value": value} for name, value in letter.headers],
        "text": letter.text,
        "html": letter.html,
        "attachments": letter.attachments,
    }
    return json_of(summary(mail) | said)


def summary(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "message_id": mail.message_id,
        "sender": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "receive_time": mail.received.isoformat(),
        "size_bytes": mail.size,
        "copies": mail.copies,
    }


def html(text: str) -> Reply:
    return Reply(HTTPStatus.OK, HTML, text.encode(errors="replace"))


def json_of(value: Any, status: int = HTTPStatus.OK) -> Reply:
    return Reply(status, "application/json", json.dumps(value, ensure_ascii=True).encode())


def nobody() -> Reply:
    return problem(HTTPStatus.NOT_FOUND, "There is no such mail.")


def problem(status: int, sentence: str) -> Reply:
    return json_of({"detail": sentence}, status)


HTML = "text/html; charset=utf-8"
# A mail shows its pictures and its style, and runs nothing, also when it is opened outside of its frame.
FRAMED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; "
    "style-src * 'unsafe-inline'; font-src * data:; base-uri 'none'"
)
HERE = {"127.0.0.1", "localhost"}
NUMBER = re.compile(r"\d{1,18}")
PAGE, MOST = 50, 1000
