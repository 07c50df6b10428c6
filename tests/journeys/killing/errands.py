"""What people do by the API and by mail while processes die: tickets, answers, points. Each counts once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from random import Random
from typing import Any

import aiosmtplib

from tests.eventually import eventually
from tests.journeys.killing.ground import PROGRAMME, Ground
from tests.journeys.killing.traffic import Account, Traffic

Errand = Callable[[], Awaitable[None]]


@dataclass
class Errands:
    """In an order of their own, spread over the whole fire; some are asked twice at once, under one key."""

    ground: Ground
    random: Random
    traffic: Traffic
    # Who has written how often, by API and by mail; whom the desk answered, and how often.
    writers: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    # Customer -> what she has of points beside what her orders earned.
    points: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    mailed_again: int = 0
    asked_twice: int = 0

    def all(self, tickets: int, mails: int) -> list[Errand]:
        errands: list[Errand] = [
            *(partial(self.write, number) for number in range(tickets)),
            *(partial(self.mail, number) for number in range(mails)),
            *(partial(self.collect, account) for account in self.collecting()),
        ]
        self.random.shuffle(errands)
        return errands

    def collecting(self) -> list[Account]:
        return [each for each in self.traffic.accounts if each.collects]

    async def enrol(self) -> None:
        """Before the fire: what is bought from now on earns."""
        for account in self.collecting():
            await self.ask(
                f"/v1/{PROGRAMME}/accounts", {"profile": await self.profile(account)}, "enrol", account
            )

    async def profile(self, account: Account) -> str:
        found = await self.ground.caller.get("/v1/profiles:lookup", identifier=f"user_id:{account.user_id}")
        return str(found["name"])

    async def ask(self, path: str, body: Any, *key: object) -> Any:
        """The answer to one request, which some are too impatient to send only once."""
        name = "-".join(getattr(each, "user_id", str(each)) for each in key)
        if self.random.random() < TWICE:
            self.asked_twice += 1
            first, second = await asyncio.gather(
                *(self.ground.caller.post(path, body, key=name) for _ in range(2))
            )
            assert first["name"] == second["name"], "one request, one answer"
            return first
        return await self.ground.caller.post(path, body, key=name)

    async def write(self, number: int) -> None:
        """Somebody opens a ticket through a form of the shop, and gets an answer."""
        address = f"w{number}@{self.traffic.mark}.example"
        ticket = {"subject": f"Form {number}", "channel": "EMAIL", "participants": [address]}
        made = await self.ask("/v1/tickets", ticket, "ticket", number)
        says = {"author": "CUSTOMER", "author_name": address, "text": f"Question {number}"}
        await self.ask(f"/v1/{made['name']}/messages", says, "question", number)
        says = {"author": "AGENT", "text": f"Answer {number}"}
        await self.ask(f"/v1/{made['name']}/messages", says, "answer", number)
        self.writers.append(address)
        self.answers[address] += 1

    async def mail(self, number: int) -> None:
        """Somebody writes to the desk; her mail server tries until it is told that the mail was taken."""
        address = f"m{number}@{self.traffic.mark}.example"
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = address, self.ground.desk, f"Mail {number}"
        message["Message-ID"] = f"<{number}@mail.{self.traffic.mark}.example>"
        message.set_content(f"Question {number}")
        host, _, port = self.ground.told("RAPPORT_DESK_SMTP").rpartition(":")

        async def accepted() -> bool:
            ended = await taken(message, host, int(port))
            self.mailed_again += not ended
            return ended

        await eventually(True, accepted, PATIENCE_SECONDS)
        self.senders.append(address)

    async def collect(self, account: Account) -> None:
        """She is given points, sets some aside, and spends a part of those, or none."""
        [held] = (await self.ground.caller.get(f"/v1/{await self.profile(account)}/accounts"))["accounts"]
        gift = {"points": GIFT, "reference": "welcome"}
        await self.ask(f"/v1/{held['name']}:earn", gift, "gift", account)
        self.points[account.user_id] += GIFT
        aside = await self.ask(f"/v1/{held['name']}/reservations", {"points": ASIDE}, "aside", account)
        if self.random.random() < 0.5:
            await self.ask(f"/v1/{aside['name']}:release", {}, "release", account)
        else:
            await self.ask(f"/v1/{aside['name']}:confirm", {"points": SPENT}, "confirm", account)
            self.spent[account.user_id] += SPENT


async def taken(message: EmailMessage, host: str, port: int) -> bool:
    """Whether the desk says that it has it. Being told never to come again is a failure."""
    try:
        await aiosmtplib.send(message, hostname=host, port=port, timeout=10)
    except aiosmtplib.SMTPRecipientsRefused as refused:
        if all(each.code < 500 for each in refused.recipients):
            return False
        raise
    except aiosmtplib.SMTPResponseException as refused:
        if refused.code < 500:
            return False
        raise
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


# How many requests are sent twice at the same time.
TWICE = 0.25
# More than is set aside remains, whatever refunds take back meanwhile.
GIFT, ASIDE, SPENT = 1000, 60, 40
# Longer than any part is away.
PATIENCE_SECONDS = 120.0
