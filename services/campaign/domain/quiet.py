"""Quiet hours: from one local time of day to another, where she lives. Pure, and right when clocks change.

Each night begins and ends at an instant: a local time that a change of clocks leaves out means the first
instant after it, one that comes twice the first of the two. Between these two instants it is quiet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from conditions.calendar import moment
from services.campaign.domain import waits


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` up to `end`, exclusive; over midnight when it ends before it starts. The same is never."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M} to {self.end:%H:%M}"


def ends(quiet: Quiet, zone: tzinfo, now: datetime) -> datetime | None:
    """The first instant at which it is quiet no more; None when it is not quiet *now*."""
    return next((end for start, end in nights(quiet, zone, now) if start <= now < end), None)


def begins(quiet: Quiet, zone: tzinfo, now: datetime) -> datetime | None:
    """The next time it becomes quiet after *now*; None when it never does."""
    return next((start for start, _ in nights(quiet, zone, now) if start > now), None)


def nights(quiet: Quiet, zone: tzinfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Those around *now*, in order."""
    if quiet.start == quiet.end:
        return
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=offset) for offset in range(-2, 3)):
        last = day if quiet.start < quiet.end else day + timedelta(days=1)
        start, end = instant(day, quiet.start, zone), instant(last, quiet.end, zone)
        if start < end:
            yield start, end


def instant(day: date, wall: time, zone: tzinfo) -> datetime:
    return moment(waits.instant(datetime.combine(day, wall), zone))
