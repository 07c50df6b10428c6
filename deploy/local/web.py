"""Small HTTP calls to the house's own gateway, with nothing but the standard library."""

import base64
import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from .home import Trouble


def call(url: str, key: str, body: Any = None, *, method: str | None = None) -> Any:
    """Sends *body* as JSON with *key*; the answer's JSON, or Trouble with what the gateway said."""
    basic = base64.b64encode(f"{key}:".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    try:
        with urlopen(Request(url, data, headers, method=method), timeout=30) as answer:  # noqa: S310 - our own
            return json.loads(answer.read() or b"null")
    except HTTPError as refused:
        problem = refused.read().decode(errors="replace")
        raise Refused(f"{url} answered {refused.code}: {problem}", refused.code) from None


class Refused(Trouble):
    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status
