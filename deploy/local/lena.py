"""The journey that must always work, told and insisted on sentence by sentence."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from . import furniture
from .campaigns import after_purchase, answer, promotion
from .stage import Stage

PARKA = {"product_id": "parka-nordkap", "name": "Parka Nordkap", "price": 249.0, "category": "Coats"}
WOOL = {"product_id": "wool-fjell", "name": "Wool coat Fjell", "price": 319.0, "category": "Coats"}
SCARF = {"product_id": "scarf-sylt", "name": "Scarf Sylt", "price": 39.9, "category": "Scarves"}


@dataclass
class Lena:
    """Who she is on this stage."""

    visitor: str
    user: str
    email: str
    order: str
    profile: str = ""

    @classmethod
    def of(cls, stage: Stage) -> "Lena":
        mark = stage.mark
        return cls(f"anon-{mark}", f"lena-{mark}", f"lena-{mark}@example.com", f"A-{mark}")


def tell(stage: Stage) -> Lena:
    """From the first look to the refund."""
    lena = Lena.of(stage)
    journeys = (answer(stage.day), promotion(stage.day), after_purchase())
    stage.open(furniture.shop(journeys, address=stage.help_address))
    policy = {"support_quiet_period": f"{2 * stage.day}s", "late_after": f"{365 * 86_400}s"}
    stage.patch("/v1/sending_policy", policy)
    looks(stage, lena)
    asks(stage, lena)
    ticket = is_seen_whole(stage, lena)
    is_left_in_peace(stage, lena, "winter-sale", "while her ticket is open")
    mail = is_answered(stage, lena)
    is_helped(stage, lena, ticket)
    is_left_in_peace(stage, lena, "last-call", "so soon after she was in touch")
    buys(stage, lena, mail)
    sends_back(stage, lena)
    looks_back(stage, lena)
    return lena


def looks(stage: Stage, lena: Lena) -> None:
    stage.say("A visitor without a name looks at two winter coats.")
    for product in (PARKA, WOOL):
        properties = {**product, "currency": "EUR", "quantity": 1}
        stage.library.track(anonymous_id=lena.visitor, event="Product Viewed", properties=properties)
    found = stage.until(lambda: profile(stage, f"anonymous_id:{lena.visitor}"), "nobody was met")
    stage.insist(found["identifiers"][0]["kind"] == "anonymous_id", "she has a name already")


def asks(stage: Stage, lena: Lena) -> None:
    stage.pass_days(2)
    stage.say("Two days later she signs up, and writes to the desk about sizes.")
    traits = {"email": lena.email, "first_name": "Lena", "consent": {"email": True}}
    stage.library.identify(lena.user, traits, anonymous_id=lena.visitor)
    found = stage.until(lambda: profile(stage, f"email:{lena.email}"), "her address is not known")
    lena.profile = found["name"]
    stage.post("/v1/programmes/nordlicht/accounts", {"profile": lena.profile})
    text = "Hello, I am between M and L. How do your coats fit? Lena"
    stage.write_to_the_desk(f"Lena <{lena.email}>", "Sizes of the coats", text)


def is_seen_whole(stage: Stage, lena: Lena) -> str:
    ticket = stage.until(lambda: her_ticket(stage, lena), "no ticket was opened for her")
    overview = stage.until(lambda: complete(stage, lena), "the overview lacks a part")
    seen = [each["event"] for each in overview["activities"]]
    stage.insist(seen.count("Product Viewed") == 2, "the agent does not see the coats")
    name: str = ticket["name"]
    stage.say(
        f"The agent opens {name} “{ticket['subject']}” and sees the coats, although she was nobody then."
    )
    stage.say(f"  {stage.shown(f'/v1/{lena.profile}/overview')}")
    return name


def is_left_in_peace(stage: Stage, lena: Lena, slug: str, why: str) -> None:
    """A broadcast to everybody who may be written to: not to her."""
    template = {
        "name": f"templates/{slug}",
        "channel": "EMAIL",
        "class": "MARKETING",
        "contents": [{"locale": "en", "subject": f"{slug}: 20 % off", "text": "Come and see."}],
    }
    stage.post("/v1/templates", template)
    broadcast = {
        "name": f"broadcasts/{slug}",
        "audience": {"segment": {"segment": "segments/reachable-by-email"}},
        "variants": [{"id": "a", "template": f"templates/{slug}"}],
    }
    stage.post("/v1/broadcasts", broadcast)
    stage.post(f"/v1/broadcasts/{slug}:send", {})
    held = stage.until(
        lambda: send_of(stage, lena, f"broadcasts/{slug}"), f"nothing was decided about {slug}"
    )
    stage.insist(held["state"] == "SUPPRESSED", f"{slug} went to her")
    told = stage.get(f"/v1/sends:explain?profile={lena.profile}&campaign=broadcasts/{slug}")
    [decision] = [each for each in stage.get(f"/v1/{held['name']}")["decisions"] if each["outcome"] == "SKIP"]
    stage.insist(decision["rule"] == "SUPPORT_QUIET_PERIOD", f"it was held back by {decision['rule']}")
    stage.say(f"The promotion “{slug}” does not go to her {why}: {told['summary']}")


def is_answered(stage: Stage, lena: Lena) -> Any:
    stage.pass_days(1)
    mail = stage.mail(lena.email, "How they fit:")
    for product in (PARKA, WOOL):
        stage.insist(product["name"] in mail["html"], f"the mail lacks {product['name']}")
    stage.insist("sizing" in mail["html"], "the mail has no sizing guide")
    stage.insist("reviews" in mail["html"].lower(), "the mail has no reviews")
    stage.say("The next day she gets a mail with just those coats, a sizing guide and their reviews:")
    stage.say(f"  “{mail['subject']}”  {stage.mail_url}/mails/{mail['id']}")
    return mail


def is_helped(stage: Stage, lena: Lena, ticket: str) -> None:
    text = "Hello Lena, take the L: it leaves room for a jumper. Kim"
    stage.post(f"/v1/{ticket}/messages?resolve=true", {"author": "AGENT", "text": text})
    mail = stage.mail(lena.email, "Re: Sizes of the coats")
    stage.insist("take the L" in mail["text"], "the answer is not in the mail")
    solved = stage.until(lambda: stage.get(f"/v1/{ticket}")["state"] == "RESOLVED", "the ticket is open")
    targets = stage.get(f"/v1/{ticket}/targets")["targets"]
    stage.insist(solved and targets, "no target was set")
    kept = ", ".join(f"{each['metric'].lower()} {each['state'].lower()}" for each in targets)
    stage.say(f"Kim answers her, in the same thread, and the ticket is resolved ({kept}).")


def buys(stage: Stage, lena: Lena, mail: Any) -> None:
    stage.pass_days(1.5)
    follow(stage, mail)
    stage.pass_days(0.5)
    products = [{**PARKA, "quantity": 1}, {**SCARF, "quantity": 1}]
    order = {"order_id": lena.order, "total": 288.9, "currency": "EUR", "products": products}
    stage.library.track(lena.user, "Order Completed", order)
    thanks = stage.mail(lena.email, "Thank you for your order")
    stage.until(lambda: points(stage, lena) == 288, "her points did not come")
    account = stage.get(f"/v1/{lena.profile}/accounts")["accounts"][0]
    stage.insist(account["tier"].endswith("/silver"), f"her tier is {account['tier'] or 'none'}")
    stage.until(lambda: ended(stage, lena, "promotion") == "GOAL_REACHED", "the promotion did not stop")
    stage.until(lambda: worth(stage, lena) == 28_890, "her profile does not know of the order")
    stage.until(lambda: earned(stage) == 28_890, "the answer is not credited with the order")
    stage.say("She follows it and buys the parka and a scarf: 288 points and the silver tier are hers,")
    stage.say(f"  the promotion stops at once, and she is thanked: “{thanks['subject']}”.")
    stage.say("  Of the shop's revenue, 288.90 EUR are owed to the mail that answered her.")


def sends_back(stage: Stage, lena: Lena) -> None:
    refund = {"order_id": lena.order, "refund_id": "R-1", "total": 39.9, "products": [SCARF]}
    stage.library.track(lena.user, "Order Refunded", refund)
    stage.until(lambda: points(stage, lena) == 249, "the points of the scarf are still hers")
    stage.until(lambda: worth(stage, lena) == 24_900, "her value does not follow the refund")
    stage.until(lambda: earned(stage) == 24_900, "the mail's revenue does not follow the refund")
    stage.until(lambda: "PointsClawedBack" in lived(stage, lena), "her timeline does not tell of it")
    stage.say("She sends the scarf back: its 39 points go back, and so do 39.90 EUR of every figure.")


def looks_back(stage: Stage, lena: Lena) -> None:
    stage.say("Her timeline, oldest first:")
    for each in reversed(activities(stage, lena)):
        stage.say(f"  {each['event_time'][:19]}  {each['event'] or each['type']}")
    stage.say(f"See her yourself: {stage.shown(f'/v1/{lena.profile}/overview')}")
    stage.say(f"And her mail: {stage.mail_url}/?to={lena.email}")


def activities(stage: Stage, lena: Lena) -> list[Any]:
    """Her timeline, newest first."""
    found: list[Any] = stage.get(f"/v1/{lena.profile}/activities?page_size=200")["activities"]
    return found


def lived(stage: Stage, lena: Lena) -> set[str]:
    return {each["event"] for each in activities(stage, lena)}


def profile(stage: Stage, identifier: str) -> Any:
    return stage.asked(f"/v1/profiles:lookup?identifier={identifier}")


def her_ticket(stage: Stage, lena: Lena) -> Any:
    tickets = stage.get(f"/v1/tickets?profile={lena.profile}")["tickets"]
    return tickets[0] if tickets else None


def complete(stage: Stage, lena: Lena) -> Any:
    """The overview, once her ticket stands in it and no part is missing."""
    overview = stage.get(f"/v1/{lena.profile}/overview")
    stage.insist(not overview["missing"], f"the overview lacks {overview['missing']}")
    return overview if overview["tickets"] and overview["accounts"] else None


def send_of(stage: Stage, lena: Lena, campaign: str) -> Any:
    sends = stage.get(f"/v1/sends?profile={lena.profile}&campaign={campaign}")["sends"]
    return next((each for each in sends if each["state"] != "CLAIMED"), None)


def points(stage: Stage, lena: Lena) -> int:
    [account] = stage.get(f"/v1/{lena.profile}/accounts")["accounts"]
    return sum(int(each["active_points"]) for each in account["balances"])


def ended(stage: Stage, lena: Lena, journey: str) -> str:
    runs = stage.get(f"/v1/{lena.profile}/runs")["runs"]
    return next((each["end_reason"] for each in runs if each["name"].startswith(f"journeys/{journey}/")), "")


def worth(stage: Stage, lena: Lena) -> int:
    return sum(map(cents, stage.get(f"/v1/{lena.profile}")["computed"]["lifetime_values"]))


def earned(stage: Stage) -> int:
    """What the answer is credited with."""
    revenue = stage.get("/v1/journeys/answer/results")["total"].get("revenue")
    return cents(revenue) if revenue else 0


def cents(money: Any) -> int:
    return int(money["units"]) * 100 + int(money["nanos"]) // 10_000_000


class Stay(HTTPRedirectHandler):
    """Shops of stories cannot be visited."""

    def redirect_request(self, *_: Any) -> None:
        return None


def follow(stage: Stage, mail: Any) -> None:
    """She follows the first link of a mail that leads to a product, as a browser does."""
    [path, *_] = re.findall(r'href="https?://[^/"]+(/c/[^"]+)"', mail["html"])
    browser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"
    request = Request(f"{stage.url}{path}", headers={"User-Agent": browser})  # noqa: S310 - our own gateway
    try:
        build_opener(Stay).open(request, timeout=10)
    except HTTPError as answer:
        stage.insist(answer.code == 302, f"the link answered {answer.code}")
        stage.insist("nordlicht.example" in answer.headers["location"], "the link leads elsewhere")
