"""Where a story plays: a workspace of its own in a house, the desk's door, the mail that came."""

import base64
import json
import smtplib
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote
from urllib.request import Request, urlopen

from segment.analytics.client import Client

from .furniture import Piece
from .home import Trouble
from .web import Refused, call

Answer = TypeVar("Answer")


@dataclass
class Stage:
    """*pass_days* lets time pass as this stage does: by waiting, or by moving the clock of the house."""

    url: str
    mail_url: str
    desk: str
    operator_key: str
    # What time it is in the house.
    clock: Callable[[], datetime]
    pass_days: Callable[[float], None]
    # How long a day lasts, in seconds.
    day: float
    say: Callable[[str], None]
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    secret_key: str = ""
    write_key: str = ""

    @property
    def help_address(self) -> str:
        return f"help-{self.mark}@nordlicht.example"

    def open(self, pieces: Iterable[Piece]) -> None:
        """A workspace with this furniture."""
        workspace = {
            "name": f"workspaces/story-{self.mark}",
            "display_name": "Nordlicht, for one story",
            "time_zone": "Europe/Berlin",
            "currency_code": "EUR",
            "region_code": "DE",
        }
        opened = call(f"{self.url}/v1/workspaces", self.operator_key, workspace)
        self.secret_key = opened["api_key"]["key"]
        self.write_key = self.post("/v1/api_keys", {"display_name": "Shop front", "kind": "WRITE"})["key"]
        for verb, path, body in pieces:
            call(f"{self.url}{path}", self.secret_key, body, method=verb)

    def get(self, path: str) -> Any:
        return call(f"{self.url}{path}", self.secret_key)

    def asked(self, path: str) -> Any:
        """What is there; None when nothing is."""
        try:
            return self.get(path)
        except Refused as refused:
            if refused.status == NOT_FOUND:
                return None
            raise

    def post(self, path: str, body: Any) -> Any:
        return call(f"{self.url}{path}", self.secret_key, body)

    def patch(self, path: str, body: Any) -> Any:
        return call(f"{self.url}{path}", self.secret_key, body, method="PATCH")

    @cached_property
    def library(self) -> Client:
        """The official library, as a shop's own server uses it; each call ends when it was acknowledged."""
        return Client(self.write_key, host=self.url, sync_mode=True)

    def write_to_the_desk(self, sender: str, subject: str, text: str) -> None:
        """By SMTP, as any mail server would."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = sender, self.help_address, subject
        letter["Message-ID"] = f"<{uuid.uuid4().hex}@example.com>"
        letter["Date"] = self.clock()
        letter.set_content(text)
        host, _, port = self.desk.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=30) as server:
            server.send_message(letter)

    def mails(self, to: str) -> list[Any]:
        """What lies in the sink for this address, oldest first."""
        listed = fetched(f"{self.mail_url}/api/mails?to={quote(to)}&after=0")["mails"]
        return [fetched(f"{self.mail_url}/api/mails/{mail['id']}") for mail in listed]

    def mail(self, to: str, subject: str) -> Any:
        """The mail whose subject begins so, once it has come."""
        return self.until(
            lambda: next((one for one in self.mails(to) if one["subject"].startswith(subject)), None),
            f"no mail “{subject}…” came to {to}",
        )

    def until(self, asked: Callable[[], Answer | None], otherwise: str) -> Answer:
        """The answer, as soon as there is one; Trouble with what is missing when there is none for long."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if answer := asked():
                return answer
            time.sleep(LOOK_SECONDS)
        raise Trouble(f"The story did not come true: {otherwise}.")

    def insist(self, true: object, otherwise: str) -> None:
        if not true:
            raise Trouble(f"The story did not come true: {otherwise}.")

    def shown(self, path: str) -> str:
        """Where it can be looked at, with the key as the user's name."""
        key = base64.b64encode(f"{self.secret_key}:".encode()).decode()
        return f"curl -s -H 'Authorization: Basic {key}' '{self.url}{path}'"


def fetched(url: str) -> Any:
    with urlopen(Request(url), timeout=10) as answer:  # noqa: S310 - the sink of our own house
        return json.loads(answer.read())


NOT_FOUND = 404
PATIENCE_SECONDS = 40.0
LOOK_SECONDS = 0.1
