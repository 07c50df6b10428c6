"""A moment as the reader's clock and language say it."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time

from services.campaign.content.locales import locale_of


def shown(value: object, form: str, zone: object, locale: str, now: datetime) -> str:
    """*form* is a pattern of strftime, or a word: `short`, `medium`, `long`, `full`, `time`.

    A day without a time is the same day everywhere. What is no date is shown as it is.
    """
    moment = read(value, now)
    if moment is None:
        return str(value)
    spoken = locale_of(locale)
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone_of(zone))
    if form in FORMS:
        return format_date(moment, FORMS[form], locale=spoken)
    if form == "time":
        return format_time(moment, "short", locale=spoken) if isinstance(moment, datetime) else ""
    if len(form) > LONGEST_FORM:
        raise ValueError(f"a pattern has at most {LONGEST_FORM} characters")
    whole = moment if isinstance(moment, datetime) else datetime.combine(moment, time.min, UTC)

    def spell(directive: re.Match[str]) -> str:
        flag, letter = directive["flag"], directive["letter"]
        if letter == "%":
            return "%"
        pattern = PATTERNS.get(letter)
        if pattern is None:
            raise ValueError(f"%{letter} is no part of a date")
        text = format_datetime(whole, pattern, locale=spoken)
        if flag == "-":
            return text.lstrip("0") or "0"
        return text.upper() if flag == "^" else text

    return DIRECTIVE.sub(spell, form)


def read(value: object, now: datetime) -> date | None:
    """A moment with its zone, or a day; None for what is neither."""
    match value:
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case date():
            return value
        case bool():
            return None
        case "now" | "today":
            return now
        case int() | float():
            return from_seconds(value)
        case str():
            text = value.strip()
            return from_seconds(int(text)) if SECONDS.fullmatch(text) else from_text(text)
    return None


def from_seconds(value: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def from_text(text: str) -> date | None:
    if len(text) > LONGEST_DATE:
        return None
    try:
        if len(text) == DAY_CHARACTERS:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def zone_of(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name if isinstance(name, str) and name else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


FORMS = {"short": "short", "medium": "medium", "long": "long", "full": "full"}
DIRECTIVE = re.compile(r"%(?P<flag>[-^]?)(?P<letter>.)", re.DOTALL)
# What of strftime a message needs, as CLDR writes it.
PATTERNS = {
    "Y": "yyyy",
    "y": "yy",
    "m": "MM",
    "B": "MMMM",
    "b": "MMM",
    "h": "MMM",
    "d": "dd",
    "e": "d",
    "j": "DDD",
    "A": "EEEE",
    "a": "EEE",
    "H": "HH",
    "I": "hh",
    "k": "H",
    "l": "h",
    "M": "mm",
    "S": "ss",
    "p": "a",
    "Z": "z",
    "z": "Z",
    "F": "yyyy-MM-dd",
    "T": "HH:mm:ss",
    "R": "HH:mm",
    "D": "MM/dd/yy",
}
SECONDS = re.compile(r"\d{9,11}")
DAY_CHARACTERS = 10
LONGEST_DATE = 40
LONGEST_FORM = 200
