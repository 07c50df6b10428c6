"""One thing of every kind that staff make, told to one workspace: what another must never see."""

import itertools
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from chassis.tokens import Token, seal
from tests.doors.conftest import Shop
from tests.eventually import eventually
from tests.whole import LINK_SECRET

NUMBERS = itertools.count(1)
EXISTS = {"trait": {"path": "traits.secret", "compare": {"operator": "EXISTS"}}}
KNOWN = {"any": {"of": [EXISTS, {"event": {"events": {"type": "track", "names": ["Heard"]}}}]}}
LATER = "2040-01-31T12:00:00Z"
PLACE = re.compile(r"\{([a-z_]+)\}")
ACCOUNT = "/v1/programmes/{programmes}/accounts/{accounts}"


class Thing(NamedTuple):
    """What to ask for it; what stands in braces is the id found before under that collection."""

    path: str
    body: dict[str, Any]
    # Under which collection of paths its id is found; the last part of its name is the id.
    collection: str = ""
    # GET takes what is last in a list.
    verb: str = "POST"


async def made(shop: Shop, mark: str, profile: str) -> dict[str, list[str]]:
    """Makes them all about the customer of this id; their ids, by the collections they are found under."""
    found = {"profiles": [profile]}
    for number, thing in enumerate(things(mark)):
        named = filled(thing, {collection: ids[0] for collection, ids in found.items()})
        told = await answered(shop, named, f"{mark} {number}")
        if thing.collection:
            [*_, last] = told[thing.collection] if thing.verb == "GET" else [told]
            found[thing.collection] = [last["name"].rpartition("/")[2]]
    return found


async def answered(shop: Shop, thing: Thing, key: str) -> dict[str, Any]:
    """The answer, as soon as every service has heard of what the thing is about."""
    answers: list[httpx.Response] = []

    async def missing() -> str:
        sent = None if thing.verb == "GET" else thing.body
        answers.append(answer := await shop.ask(thing.verb, thing.path, sent, idempotency_key=key))
        # Of a list that is empty there is nothing to take yet.
        missed = not any(answer.json().values()) if thing.verb == "GET" else answer.status_code == 404
        return answer.text if missed else ""

    await eventually("", missing, seconds=15)
    assert 200 == answers[-1].status_code, (thing, answers[-1].text)
    told: dict[str, Any] = answers[-1].json()
    return told


def filled(thing: Thing, names: Mapping[str, str]) -> Thing:
    return thing._replace(path=replaced(thing.path, names), body=replaced(thing.body, names))


def replaced(told: Any, names: Mapping[str, str]) -> Any:
    """With ids in place of the collections in braces."""
    return json.loads(PLACE.sub(lambda place: names[place[1]], json.dumps(told)))


def things(mark: str) -> list[Thing]:
    """In the order in which they can be made; *mark* stands in each."""
    return [*segments(mark), *messages(mark), *campaigns(mark), *desk(mark), *tickets(mark), *points(mark)]


def segments(mark: str) -> list[Thing]:
    return [
        Thing("/v1/lists", {"name": f"lists/{mark}", "display_name": mark}, "lists"),
        Thing("/v1/lists/{lists}:add", {"profiles": ["profiles/{profiles}"]}),
        Thing(
            "/v1/segments",
            {"name": f"segments/{mark}", "display_name": mark, "condition": KNOWN},
            "segments",
        ),
        Thing("/v1/segments/{segments}:publish", {}),
    ]


def messages(mark: str) -> list[Thing]:
    """What is said to customers, by whom, and under which rules."""
    html = f'<p>{mark}</p><p><a href="https://shop.example/{mark}">{mark}</a></p>'
    template = {
        "name": f"templates/{mark}",
        "display_name": mark,
        "channel": "EMAIL",
        "class": "TRANSACTIONAL",
        "contents": [{"locale": "en", "subject": mark, "html": html, "text": mark}],
    }
    marketing = {
        **template,
        "name": f"templates/{mark}-marketing",
        "class": "MARKETING",
        "subscription_group": "subscription_groups/{subscription_groups}",
    }
    return [
        Thing(
            "/v1/subscription_groups",
            {"name": f"subscription_groups/{mark}", "display_name": mark},
            "subscription_groups",
        ),
        Thing("/v1/templates", template, "templates"),
        Thing("/v1/templates", marketing, "marketing"),
        Thing(
            "/v1/providers",
            {
                "name": f"providers/{mark}",
                "display_name": mark,
                "channel": "WEBHOOK",
                "adapter": "webhook",
                "settings": {"url": "https://192.0.2.1/hook"},
            },
            "providers",
        ),
        Thing(
            "/v1/channels/email",
            {
                "enabled": True,
                "sender": f"{mark} <news@{mark}.example>",
                "tracking": True,
                "postal_address": mark,
            },
            "channels",
            "PATCH",
        ),
        Thing(
            "/v1/sending_policy",
            {"caps": [{"count": 10000, "window": "3600s", "class": "TRANSACTIONAL"}]},
            verb="PATCH",
        ),
        Thing(
            "/v1/suppressions",
            {"channel": "EMAIL", "address": f"{mark}@example.com", "reason": "REQUEST", "description": mark},
            "suppressions",
        ),
        Thing(
            "/v1/profiles/{profiles}/subscriptions/{subscription_groups}",
            {"subscribed": True},
            "subscriptions",
            "PATCH",
        ),
    ]


def campaigns(mark: str) -> list[Thing]:
    send = {"id": "hello", "send": {"variants": [{"id": "a", "template": "templates/{templates}"}]}}
    run = {"profile": "profiles/{profiles}", "entry": f"orders/{mark}"}
    again = {"event": {"type": "track", "names": [f"{mark} again"]}, "timeout": "8640000s"}
    wait = {"id": "later", "wait_for_event": again}
    triggers = [{"event": {"type": "track", "names": [mark]}}, {"segment_entered": "segments/{segments}"}]
    graph = {"triggers": triggers, "run_per": "ORDER", "steps": [send, wait]}
    return [
        Thing("/v1/journeys", {"name": f"journeys/{mark}", "display_name": mark, "graph": graph}, "journeys"),
        Thing("/v1/journeys/{journeys}:publish", {}),
        Thing("/v1/journeys/{journeys}/runs", run, "runs"),
        Thing(
            "/v1/broadcasts",
            {
                "name": f"broadcasts/{mark}",
                "display_name": mark,
                "audience": EXISTS,
                "variants": [{"id": "a", "template": "templates/{templates}"}],
                "send_time": LATER,
            },
            "broadcasts",
        ),
        Thing("/v1/broadcasts/{broadcasts}:send", {}),
        Thing(
            "/v1/sends",
            {
                "profile": "profiles/{profiles}",
                "template": "templates/{templates}",
                "data": {"said": mark},
            },
            "sends",
        ),
        Thing("/v1/sends", {"profile": "profiles/{profiles}", "template": "templates/{marketing}"}),
    ]


def desk(mark: str) -> list[Thing]:
    """Who works there, when, and what they promise."""
    open_hours = [{"weekday": "MONDAY", "opens": "09:00", "closes": "17:00"}]
    promises = [{"metric": metric, "duration": "3600s"} for metric in ("FIRST_RESPONSE", "RESOLUTION")]
    return [
        Thing(
            "/v1/calendars",
            {"name": f"calendars/{mark}", "display_name": mark, "open_hours": open_hours},
            "calendars",
        ),
        Thing(
            "/v1/teams",
            {
                "name": f"teams/{mark}",
                "display_name": mark,
                "routing": "MANUAL",
                "calendar": "calendars/{calendars}",
            },
            "teams",
        ),
        Thing(
            "/v1/policies",
            {
                "name": f"policies/{mark}",
                "display_name": mark,
                "targets": promises,
                "calendar": "calendars/{calendars}",
            },
            "policies",
        ),
        Thing(
            "/v1/agents",
            {"display_name": mark, "teams": ["teams/{teams}"], "skills": [mark], "capacity": 1000},
            "agents",
        ),
        Thing(
            "/v1/mailboxes",
            {
                "name": f"mailboxes/{mark}",
                "display_name": mark,
                "address": f"desk@{mark}.example",
                "team": "teams/{teams}",
                "auto_reply": mark,
            },
            "mailboxes",
        ),
    ]


def tickets(mark: str) -> list[Thing]:
    ticket = {
        "profile": "profiles/{profiles}",
        "subject": mark,
        "channel": "EMAIL",
        "team": "teams/{teams}",
        "tags": [mark],
        "custom_fields": {"said": mark},
        "participants": [f"neighbour@{mark}.example"],
    }
    said = {"author": "CUSTOMER", "text": mark}
    reply = {"author": "AGENT", "author_name": "agents/{agents}", "text": mark}
    return [
        Thing("/v1/tickets", ticket, "absorbed"),
        Thing("/v1/tickets", ticket, "other"),
        Thing("/v1/tickets", ticket, "tickets"),
        Thing("/v1/tickets/{tickets}:merge", {"other": "tickets/{absorbed}"}),
        Thing("/v1/tickets/{tickets}/messages", said, "split"),
        Thing("/v1/tickets/{tickets}:split", {"messages": ["tickets/{tickets}/messages/{split}"]}),
        Thing("/v1/tickets/{tickets}/messages", {**reply, "internal": True}),
        Thing("/v1/tickets/{tickets}/messages", said, "moved"),
        Thing("/v1/tickets/{tickets}/messages", said, "messages"),
        Thing(
            "/v1/attachments",
            {"file_name": mark, "content_type": "text/plain", "content": encoded(mark)},
            "attachments",
        ),
        Thing(
            "/v1/tickets/{tickets}/messages",
            {**reply, "attachments": ["attachments/{attachments}"]},
            "replies",
        ),
        Thing("/v1/mailboxes/{mailboxes}:receive", {"raw": encoded(mail(mark))}),
        Thing("/v1/tickets/{tickets}/targets", {}, "targets", "GET"),
    ]


def points(mark: str) -> list[Thing]:
    programme = "programmes/{programmes}"
    metric = {"kind": "POINTS_EARNED", "window": "LIFETIME"}
    return [
        Thing(
            "/v1/programmes",
            {"name": f"programmes/{mark}", "display_name": mark, "tier_metric": metric},
            "programmes",
        ),
        Thing(
            f"/v1/{programme}/earn_rules",
            {
                "name": f"{programme}/earn_rules/{mark}",
                "display_name": mark,
                "order": {"points_per_unit": "1"},
            },
            "earn_rules",
        ),
        Thing(
            f"/v1/{programme}/tiers",
            # Of two tiers no threshold may be the same.
            {
                "name": f"{programme}/tiers/{mark}",
                "display_name": mark,
                "threshold": str(1_000_000 + next(NUMBERS)),
            },
            "tiers",
        ),
        Thing(
            f"/v1/{programme}/rewards",
            {"name": f"{programme}/rewards/{mark}", "display_name": mark, "price": "1", "kind": "CUSTOM"},
            "rewards",
        ),
        Thing(f"/v1/{programme}/accounts", {"profile": "profiles/{profiles}"}, "accounts"),
        Thing(f"{ACCOUNT}:earn", {"points": "1000", "reference": f"{mark} first", "description": mark}),
        Thing(f"{ACCOUNT}:earn", {"points": "10", "reference": f"{mark} waits", "available_time": LATER}),
        Thing(
            f"{ACCOUNT}:grant_tier",
            {"tier": f"{programme}/tiers/{{tiers}}", "until_time": LATER, "reason": mark},
        ),
        Thing(f"{ACCOUNT}/reservations", {"points": "1", "reference": mark}, "reservations"),
        Thing(f"{ACCOUNT}/lots", {}, "lots", "GET"),
        Thing(f"{ACCOUNT}/entries", {}, "entries", "GET"),
    ]


def links(shop: Shop, send: str) -> dict[str, str]:
    """The tokens in a mail, by the doors they open, as they are sealed for this workspace."""
    about = Token(shop.workspace, UUID(send))
    purposes = {"c": "click", "o": "open", "u": "unsubscribe", "p": "unsubscribe"}
    return {door: seal(LINK_SECRET, purpose, about) for door, purpose in purposes.items()}


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def report(message_id: str, address: str) -> str:
    """What a mail server writes when a mail could not be delivered."""
    return (
        f"From: mailer-daemon@mx.example\r\nTo: desk@shop.example\r\nSubject: Undelivered\r\n"
        f"Message-ID: <b{next(NUMBERS)}@mx.example>\r\n"
        f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n--b--\r\n"
    )


def mail(mark: str) -> str:
    return (
        f"From: {mark} <writer@{mark}.example>\r\nTo: desk@{mark}.example\r\nSubject: {mark}\r\n"
        f"Message-ID: <{mark}@{mark}.example>\r\n\r\n{mark}\r\n"
    )
