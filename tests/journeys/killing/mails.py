"""Whether everybody got what she should get, once, by what lies in the sink."""

from collections import Counter
from typing import Any

import httpx

from tests.journeys.killing.errands import Errands
from tests.journeys.killing.facts import once
from tests.journeys.killing.ground import GREETING, Ground, members
from tests.journeys.killing.profiles import Figures
from tests.journeys.killing.traffic import Traffic


async def mails_are_right(ground: Ground, traffic: Traffic, errands: Errands) -> Figures:
    lookers = members(traffic)["segments/lookers"]
    willing = [account for account in traffic.accounts if account.consents]
    unwilling = {account.email for account in traffic.accounts if not account.consents}
    thanks = {(one.email, f"Thank you for {order}") for one in willing for order in one.orders}
    greetings = {(one.email, GREETING) for one in willing if one.user_id in lookers}
    mails = await ours(ground, traffic)
    assert {1} >= {mail["copies"] for mail in mails}, "no message came twice"
    [to_one] = {len(mail["to"]) for mail in mails}
    assert 1 == to_one
    customers = {account.email for account in traffic.accounts}
    marketing = Counter((mail["to"][0], mail["subject"]) for mail in mails if mail["to"][0] in customers)
    once(marketing, thanks | greetings)
    answers = Counter(mail["to"][0] for mail in mails if mail["to"][0] not in customers)
    assert answers == errands.answers
    return {
        "mails of journeys, each sent once": len(marketing),
        "mails of the desk, each sent once": answers.total(),
        "mails to who did not consent": sum(to in unwilling for to, _ in marketing.elements()),
    }


async def ours(ground: Ground, traffic: Traffic) -> list[dict[str, Any]]:
    """Every mail to somebody of this traffic, and how many copies came of it."""
    found: list[dict[str, Any]] = []
    last = 0
    async with httpx.AsyncClient(base_url=ground.house.mail_url, timeout=30) as sink:
        while page := (await sink.get("/api/mails", params={"after": last})).json()["mails"]:
            found += page
            last = max(mail["id"] for mail in page)
    return [mail for mail in found if any(to.endswith(f"{traffic.mark}.example") for to in mail["to"])]
