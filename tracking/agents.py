"""What a User-Agent tells of the device behind it."""

from functools import lru_cache
from typing import NamedTuple


class Device(NamedTuple):
    """A device as its User-Agent describes it; what it does not tell is empty."""

    # desktop, mobile, tablet or bot.
    type: str
    os: str
    browser: str
    # iPhone, Pixel 8 …
    model: str


@lru_cache(8192)
def device(user_agent: str) -> Device:
    """The device. Empty for agents that are nobody's, such as a server's library."""
    if not user_agent:
        return UNKNOWN
    # Thousands of patterns: not before the first agent comes.
    from ua_parser import parse  # noqa: PLC0415

    told = parse(user_agent[:LONGEST])
    os = told.os.family if told.os else ""
    browser = told.user_agent.family if told.user_agent else ""
    family = told.device.family if told.device else ""
    model = (told.device.model or "") if told.device else ""
    type = form(user_agent, os, family)
    if not type:
        return UNKNOWN
    return Device(type, OS_NAMES.get(os, os), browser, "" if type in ("bot", "desktop") else model)


def form(agent: str, os: str, family: str) -> str:
    """desktop, mobile, tablet, bot, or empty."""
    if family == "Spider":
        return "bot"
    if "iPad" in agent or "Tablet" in agent or "Kindle" in agent:
        return "tablet"
    if os == "Android" and "Mobile" not in agent:
        # Google's rule: phones say Mobile, tablets do not. Apps that do not say Mozilla say neither.
        return "tablet" if agent.startswith("Mozilla/") else "mobile"
    if os in ("iOS", "Android", "Windows Phone", "KaiOS") or "Mobile" in agent:
        return "mobile"
    return "desktop" if os in DESKTOPS else ""


UNKNOWN = Device("", "", "", "")
LONGEST = 1000
OS_NAMES = {"Mac OS X": "macOS"}
DESKTOPS = frozenset(
    ("Windows", "Mac OS X", "Linux", "Ubuntu", "Chrome OS", "Fedora", "Debian", "FreeBSD", "OpenBSD")
)
