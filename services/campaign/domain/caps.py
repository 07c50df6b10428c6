"""Frequency caps: at most so many messages in any stretch of time of this length. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Cap:
    count: int
    window: timedelta
    # Of which class, and on which channel; on all together when empty.
    message_class: str = "marketing"
    channel: str = ""

    def counts(self, channel: str, message_class: str) -> bool:
        return message_class == self.message_class and self.channel in ("", channel)

    def __str__(self) -> str:
        where = f" by {self.channel}" if self.channel else ""
        return f"{self.count} {self.message_class} in {spoken(self.window)}{where}"


@dataclass(frozen=True, slots=True)
class Use:
    """A message she got, or is about to get."""

    time_us: int
    channel: str
    message_class: str


def full(
    caps: Iterable[Cap], uses: Iterable[Use], channel: str, message_class: str, now_us: int
) -> tuple[Cap, int] | None:
    """The cap that leaves no room for one more and stays so longest, with the instant it has room again."""
    taken = sorted(uses, key=lambda use: use.time_us)
    found: tuple[Cap, int] | None = None
    for cap in caps:
        if not cap.counts(channel, message_class):
            continue
        window_us = cap.window // MICROSECOND
        within = [
            use.time_us
            for use in taken
            if use.time_us > now_us - window_us and cap.counts(use.channel, use.message_class)
        ]
        if len(within) >= cap.count:
            free_us = within[len(within) - cap.count] + window_us
            found = (cap, free_us) if found is None or free_us > found[1] else found
    return found


def longest(caps: Iterable[Cap]) -> timedelta:
    """How far back anybody has to look."""
    return max((cap.window for cap in caps), default=timedelta())


def spoken(window: timedelta) -> str:
    for name, unit in UNITS:
        if window >= unit and not window % unit:
            count = window // unit
            return f"{count} {name}" + ("s" if count > 1 else "")
    return f"{window.total_seconds():g} seconds"


MICROSECOND = timedelta(microseconds=1)
UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
