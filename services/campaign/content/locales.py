"""What is known of languages: which one a text is in, and which way it runs."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=1000)
def locale_of(tag: str) -> Locale:
    """By its BCP 47 tag, or the nearest that is known; English when there is none."""
    steps = [step for step in tag.replace("_", "-").split("-") if step.isascii() and step.isalnum()]
    while steps:
        try:
            return Locale.parse("-".join(steps), sep="-")
        except (ValueError, UnknownLocaleError):
            steps.pop()
    return Locale("en")


def runs_from_the_right(tag: str) -> bool:
    return bool(tag) and locale_of(tag).text_direction == "rtl"


def same(one: str, other: str) -> bool:
    return normal(one) == normal(other)


def normal(tag: str) -> str:
    return tag.replace("_", "-").lower()
