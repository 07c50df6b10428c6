"""Who comes to the demo shop: people with names, addresses, devices and decisions of their own."""

import unicodedata
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple
from uuid import UUID


class Gadget(NamedTuple):
    """A browser on a device, by the anonymous id that its cookie holds."""

    anonymous_id: str
    user_agent: str
    ip: str


class Person(NamedTuple):
    """A visitor. Members sign in sooner or later; the others stay strangers."""

    user_id: str
    is_member: bool
    traits: dict[str, Any]
    # Whether she allowed each channel and each category.
    channels: dict[str, bool]
    categories: dict[str, bool]
    gadgets: tuple[Gadget, ...]
    locale: str
    time_zone: str
    currency: str


@lru_cache(8192)
def person(seed: int, number: int) -> Person:
    """The *number*th visitor of the shop."""
    rng = Random(f"person/{seed}/{number}")  # noqa: S311 -- it must be predictable
    country = rng.choices(tuple(COUNTRIES), (60, 12, 8, 8, 12))[0]
    cities, language, zone, currency = COUNTRIES[country]
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    traits = {
        "first_name": first,
        "last_name": last,
        "email": f"{plain(first)}.{plain(last)}.{number}@{rng.choice(DOMAINS)}",
        "city": rng.choice(cities),
        "country": country,
        "birthday": f"{rng.randrange(1948, 2007)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        "language": language,
    }
    if rng.random() < 0.6 and (number_told := phone(number)):
        traits["phone"] = number_told
    allows = rng.random() < 0.7
    gadgets = 1 + rng.choices((0, 1, 2), (50, 38, 12))[0]
    return Person(
        user_id=f"customer-{number + 1}",
        is_member=rng.random() < 0.75 or shares_a_tablet(number),
        traits=traits,
        channels={"email": allows, "sms": allows and rng.random() < 0.4},
        categories={"Analytics": allows or rng.random() < 0.5, "Advertising": allows and rng.random() < 0.6},
        gadgets=(*(gadget(rng) for _ in range(gadgets)), *tablets(seed, number)),
        locale=f"{language}-{country}",
        time_zone=zone,
        currency=currency,
    )


def gadget(rng: Random) -> Gadget:
    """A device of her own."""
    return Gadget(anonymous_id(rng), rng.choice(USER_AGENTS), f"198.51.100.{rng.randrange(1, 255)}")


def tablets(seed: int, number: int) -> tuple[Gadget, ...]:
    """The tablet she shares with her neighbour; it lies nearer than her own devices."""
    if not shares_a_tablet(number):
        return ()
    household = Random(f"household/{seed}/{number // 25}")  # noqa: S311 -- as above
    return (Gadget(anonymous_id(household), TABLET, "203.0.113.99"),) * 2


def shares_a_tablet(number: int) -> bool:
    """Two of twenty-five."""
    return number % 25 < 2


def anonymous_id(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def phone(number: int) -> str | None:
    """A number nobody has: those set aside for films. None when they run out; no two people share one."""
    area, line = divmod(number, 1000)
    return f"+49 {AREAS[area]}{line:03d}" if area < len(AREAS) else None


def plain(name: str) -> str:
    """A name as an address can hold it."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in ascii_name if letter.isalnum()) or "kunde"


FIRST_NAMES = (
    "Ada", "Zoë", "Søren", "Łukasz", "José", "Anaïs", "Jürgen", "Ayşe", "Ольга", "美咲", "Björk", "Noémie",
    "Émile", "Greta", "Nils", "Mia", "Ben", "Hannah", "Luca", "Fatima", "Siobhán", "Thandiwe", "Ida",
)  # fmt: skip
LAST_NAMES = (
    "Müller", "O'Brien", "Nguyễn", "García", "Šimić", "Öztürk", "Lindström", "Dupré", "Kowalczyk",
    "van der Berg", "Соколова", "田中", "Jansen", "Weiß", "Ferrari", "Smith", "Fischer", "Sørensen", "Nowak",
)  # fmt: skip
DOMAINS = ("example.com", "example.org", "example.net", "mail.example")
COUNTRIES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "DE": (("Berlin", "Hamburg", "München", "Köln", "Leipzig"), "de", "Europe/Berlin", "EUR"),
    "AT": (("Wien", "Graz", "Linz"), "de", "Europe/Vienna", "EUR"),
    "FR": (("Paris", "Lyon", "Nîmes"), "fr", "Europe/Paris", "EUR"),
    "NL": (("Amsterdam", "Utrecht"), "nl", "Europe/Amsterdam", "EUR"),
    "US": (("New York", "Portland", "Austin"), "en", "America/New_York", "USD"),
}
AREAS = ("30 23125", "69 90009", "40 66969", "221 4710", "89 99998")
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
TABLET = f"Mozilla/5.0 (Linux; Android 13; SM-X200) {CHROME} Safari/537.36"
USER_AGENTS = (
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 14; SM-S911B) {CHROME} Mobile Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15",
    f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
)
