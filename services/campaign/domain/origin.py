"""Who opened or followed a link: a person, a machine, or one that cannot be told. Pure.

Machines look at mails before people do: scanners in front of mailboxes follow every link, and proxies fetch
images ahead. Whatever is known as such is one, and so is what comes too soon, or too much at once.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Origin(StrEnum):
    HUMAN = "human"
    MACHINE = "machine"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request looked like."""

    # Its User-Agent.
    agent: str
    now: datetime
    # When a provider took the message; None when that is not known, or not yet.
    handed_over: datetime | None = None
    # It asked for the headers alone: no mail program and no browser does.
    head: bool = False


class Followed(Protocol):
    """A link that was followed, at an instant."""

    @property
    def link(self) -> int: ...
    @property
    def time_us(self) -> int: ...


def of_open(visit: Visit) -> Origin:
    """A proxy that fetches images when somebody looks, and at times ahead, hides who it was."""
    if looks_like_a_machine(visit) or visit.agent.strip() in PREFETCHING:
        return Origin.MACHINE
    return likely(visit)


def of_click(visit: Visit) -> Origin:
    """By itself; `in_company` tells what several clicks together are."""
    if looks_like_a_machine(visit):
        return Origin.MACHINE
    return likely(visit)


def in_company(click: Followed, others: Iterable[Followed]) -> bool:
    """Whether another link of the same message was followed at the same time: nobody reads so fast."""
    return any(each.link != click.link and abs(each.time_us - click.time_us) <= AT_ONCE_US for each in others)


def looks_like_a_machine(visit: Visit) -> bool:
    too_soon = visit.handed_over is not None and visit.now - visit.handed_over < SOON
    return visit.head or too_soon or bool(MACHINES.search(visit.agent))


def likely(visit: Visit) -> Origin:
    """What no machine is known by: a person, where there is a browser and a time to read."""
    return Origin.UNCERTAIN if visit.handed_over is None or hides(visit.agent) else Origin.HUMAN


def hides(agent: str) -> bool:
    """Nothing that a browser or a mail program would call itself."""
    return bool(PROXIES.search(agent)) or not BROWSERS.search(agent)


# Nobody has read a mail that was handed over so short a time ago.
SOON = timedelta(seconds=5)
# Two links of one mail within this are followed by a machine.
AT_ONCE = timedelta(seconds=2)
AT_ONCE_US = AT_ONCE // timedelta(microseconds=1)
# Apple's mail privacy fetches every image of every mail, and calls itself so and no more.
PREFETCHING = frozenset(("Mozilla/5.0",))
# They fetch an image when a mail is opened, and sometimes ahead; who opened it they do not tell.
PROXIES = re.compile(
    r"GoogleImageProxy|YahooMailProxy|YahooCacheSystem|OutlookMailProxy|ImageProxy", re.IGNORECASE
)
BROWSERS = re.compile(
    r"^(Mozilla/\d|Opera/\d|Outlook|Microsoft Office|Thunderbird|Dalvik)|AppleWebKit|Gecko/", re.IGNORECASE
)
# Scanners, previews, crawlers, and libraries that programs use.
MACHINES = re.compile(
    r"barracuda|mimecast|proofpoint|ironport|messagelabs|symantec|fireeye|trend ?micro|fortinet|fortigate|"
    r"sophos|forcepoint|zscaler|avanan|cloudmark|safelinks|urldefense|google-safety|virustotal|urlscan|"
    r"spamassassin|rspamd|vade ?secure|hornetsecurity|kaspersky|bitdefender|"
    r"(?<!cu)bot\b|crawler|spider|slurp|preview|facebookexternalhit|whatsapp|skypeuripreview|embedly|archive\.org|"
    r"headless|phantomjs|puppeteer|playwright|selenium|lighthouse|"
    r"\bcurl/|\bwget/|python|aiohttp|httpx|go-http-client|\bjava/|apache-httpclient|libwww|\bperl\b|"
    r"\bruby\b|node-fetch|axios|guzzlehttp|\bphp/|powershell|postman|insomnia|scrapy|winhttp",
    re.IGNORECASE,
)
