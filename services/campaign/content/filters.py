"""Filters for shops, and the standard ones where they had to be bounded.

A filter may be given, and may make, no more than these sizes; what would make more is found out before.
"""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

import nh3
import orjson
from liquid import Markup
from liquid.exceptions import FilterArgumentError
from liquid.filter import string_filter, with_context

from services.campaign.content import dates, money


class Costly(Exception):  # noqa: N818 -- becomes TooCostly, which says the rest
    """What is being made would be too large, or takes too long."""


class Buffer(StringIO):
    """What is written so far, and how much may still be."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def write(self, text: str) -> int:
        # No character has more bytes than four; only what comes near the limit is counted exactly.
        self.left -= len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self.left < 0:
            raise Costly("it says more than a message may hold")
        return super().write(text)


def insist_on_size(value: object) -> None:
    match value:
        case str():
            if len(value) > LONGEST_TEXT:
                raise Costly(f"a text has more than {LONGEST_TEXT} characters")
        case list() | tuple():
            if len(value) > MOST_ITEMS:
                raise Costly(f"a list has more than {MOST_ITEMS} items")
        case bool():
            pass
        case int() | float():
            if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
                raise Costly("a number is too large")


def insist_on_product(count: int, length: int) -> None:
    if count * length > LONGEST_TEXT:
        raise Costly(f"a text has more than {LONGEST_TEXT} characters")


def replacing(function: Callable[..., str]) -> Callable[..., str]:
    """A filter that puts one text into another's place, as often as it is found there."""

    def bounded(value: str, seq: object, sub: object = "") -> str:
        old, new = text_of(seq), text_of(sub)
        count = value.count(old) if old else len(value) + 1
        insist_on_product(count, max(len(new), 1))
        return function(value, old, new)

    return string_filter(bounded)


def replace(value: str, old: str, new: str) -> str:
    return value.replace(old, new)


def joined(value: Any, separator: object = " ") -> str:
    """In HTML a plain space stays one."""
    items = [text_of(item) for item in (value if isinstance(value, list | tuple | range) else [value])]
    glue = text_of(separator)
    insist_on_product(len(items), len(glue) + max(map(len, items), default=0))
    # Whatever is escaped already makes the others escaped too.
    if any(isinstance(each, Markup) for each in (glue, *items)):
        glue = Markup.escape(glue)
    return glue.join(items)


@string_filter
def strip_html(value: str) -> str:
    """The text between the tags."""
    return str(TAG.sub("", ENTIRE.sub("", str(value))))


@with_context
@string_filter
def safe(value: str, *, context: Any) -> str:
    """HTML that is shown as such, without whatever could do harm in it."""
    return Markup(nh3.clean(str(value))) if context.autoescape else value


def as_json(value: object) -> str:
    """For webhooks: `{{ event | json }}`."""
    if hasattr(value, "__liquid__"):
        value = value.__liquid__()
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError as error:
        raise FilterArgumentError(str(error), token=None) from None


@with_context
def amount(value: object, currency: object = "", *, context: Any) -> str:
    """`{{ order.total | money: order.currency }}`, or money that says its currency itself."""
    if not value and not isinstance(value, int | float | str | Mapping):
        return text_of(value)
    try:
        return money.shown(value, text_of(currency), context.setting.locale)
    except ValueError as error:
        raise FilterArgumentError(str(error), token=None) from None


@with_context
def date(value: object, form: object = "medium", *, context: Any) -> str:
    """By a pattern of strftime, or a word of `dates.FORMS`, in the reader's language and zone."""
    profile = context.globals.get("profile")
    zone = profile.get("time_zone") if isinstance(profile, Mapping) else None
    try:
        return dates.shown(value, text_of(form), zone, context.setting.locale, context.setting.now)
    except ValueError as error:
        raise FilterArgumentError(str(error), token=None) from None


def text_of(value: object) -> str:
    """Markup stays Markup."""
    return value if isinstance(value, str) else str(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "replace": replacing(replace),
    "join": joined,
    "strip_html": strip_html,
    "safe": safe,
    "json": as_json,
    "money": amount,
    "date": date,
}
LONGEST_TEXT = 1_048_576
MOST_ITEMS = 2000
LARGEST_NUMBER = 10**18
ENTIRE = re.compile(r"<(?:script|style)\b[^<>]*>[^<]*</(?:script|style)>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
