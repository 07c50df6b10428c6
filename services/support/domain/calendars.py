"""When a desk is open, and how much open time lies between two instants. Pure, exact to the microsecond.

An instant is open when the wall clock of the calendar's zone shows an open hour: so an hour the clock skips
is never counted, and one it shows twice is counted twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Half-open, in microseconds since 1970; and as instants.
Span = tuple[int, int]
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from one minute of the local day up to another, which may be its last."""

    opens: int
    closes: int


Day = tuple[Hours, ...]


@dataclass(frozen=True)
class Calendar:
    """Open hours of a week, Monday first, and the dates that differ from it."""

    zone: ZoneInfo
    week: tuple[Day, ...]
    holidays: Mapping[date, Day] = field(default_factory=dict)
    _months: dict[int, "Month"] = field(default_factory=dict, compare=False, repr=False)

    def counted(self, start: datetime, end: datetime, pauses: Sequence[Interval] = ()) -> timedelta:
        """How much open time lies in [start, end), pauses left out."""
        gaps = between(micros(start), micros(end), pauses)
        return timedelta(microseconds=sum(self._length(*gap) for gap in gaps))

    def due(self, start: datetime, target: timedelta, pauses: Sequence[Interval] = ()) -> datetime | None:
        """The earliest instant up to which so much was counted; None when that is a lifetime away."""
        begin, left = micros(start), target // MICROSECOND
        if left <= 0:
            return start
        for gap in between(begin, min(begin + HORIZON, LAST), pauses):
            found, left = self._walk(*gap, left)
            if not left:
                return instant(found)
        return None

    def intervals(self, start: datetime, end: datetime, pauses: Sequence[Interval] = ()) -> list[Interval]:
        """What is counted between the two, piece by piece."""
        spans = [span for gap in between(micros(start), micros(end), pauses) for span in self._open(*gap)]
        return [(instant(a), instant(b)) for a, b in joined(spans)]

    def differing(self, start: datetime, end: datetime) -> list[date]:
        """The dates that differ from the ordinary week and of which a part lies in [start, end)."""
        if start >= end:
            return []
        first = start.astimezone(self.zone).date()
        last = (end - MICROSECOND).astimezone(self.zone).date()
        return sorted(day for day in self.holidays if first <= day <= last)

    def _length(self, begin: int, end: int) -> int:
        length = 0
        for month, whole in months(begin, end):
            open_then = self._month(month)
            if whole:
                length += open_then.length
            else:
                length += sum(b - a for a, b in clipped(open_then.spans, begin, end))
        return length

    def _walk(self, begin: int, end: int, left: int) -> tuple[int, int]:
        """Where *left* is used up and nothing; or the end, and how much is left there."""
        for month, whole in months(begin, end):
            open_then = self._month(month)
            if whole and open_then.length < left:
                left -= open_then.length
                continue
            for a, b in clipped(open_then.spans, begin, end):
                if b - a >= left:
                    return a + left, 0
                left -= b - a
        return end, left

    def _open(self, begin: int, end: int) -> Iterator[Span]:
        for month, _ in months(begin, end):
            yield from clipped(self._month(month).spans, begin, end)

    def _month(self, month: int) -> "Month":
        if (known := self._months.get(month)) is None:
            if len(self._months) >= MOST_MONTHS:
                self._months.clear()
            known = self._months[month] = self._reckoned(month)
        return known

    def _reckoned(self, month: int) -> "Month":
        begin, end = month * MONTH, (month + 1) * MONTH
        # A local date may lie a day off on either side.
        days = range(begin // DAY - 1, end // DAY + 1)
        spans = sorted(span for day in days for span in self._day(day))
        cut = tuple(clipped(joined(spans), begin, end))
        return Month(cut, sum(b - a for a, b in cut))

    def _day(self, number: int) -> Iterator[Span]:
        day = EPOCH.date() + timedelta(days=number)
        hours = self.holidays.get(day, self.week[day.weekday()])
        if not hours:
            return
        midnight = number * DAY
        for since, until, offset in offsets(self.zone, day.year):
            for each in hours:
                begin = max(midnight + each.opens * MINUTE - offset, since)
                end = min(midnight + each.closes * MINUTE - offset, until)
                if begin < end:
                    yield begin, end


@dataclass(frozen=True, slots=True)
class Month:
    """The open spans of four weeks, kept because everybody asks for the same ones."""

    spans: tuple[Span, ...]
    length: int


@lru_cache(maxsize=4096)
def offsets(zone: ZoneInfo, year: int) -> tuple[tuple[int, int, int], ...]:
    """How far local time is ahead of UTC, since when, until when; for a year and a bit around it."""
    begin = micros(datetime(max(year, 2), 1, 1, tzinfo=UTC)) - 2 * DAY
    end = micros(datetime(min(year, 9997) + 1, 1, 1, tzinfo=UTC)) + 2 * DAY
    found, since, offset = [], begin, ahead(zone, begin)
    for at in range(begin + DAY, end + 1, DAY):
        if (after := ahead(zone, at)) != offset:
            change = changing(zone, at - DAY, at, offset)
            found.append((since, change, offset))
            since, offset = change, after
    return (*found, (since, end, offset))


def changing(zone: ZoneInfo, begin: int, end: int, before: int) -> int:
    """The second between the two at which the zone's clock is set."""
    while end - begin > SECOND:
        middle = (begin + end) // 2 // SECOND * SECOND
        begin, end = (middle, end) if ahead(zone, middle) == before else (begin, middle)
    return end


def ahead(zone: ZoneInfo, at: int) -> int:
    offset = instant(at).astimezone(zone).utcoffset()
    assert offset is not None, "a zone has an offset at every instant"
    return offset // MICROSECOND


def months(begin: int, end: int) -> Iterator[tuple[int, bool]]:
    """The months between the two, and whether each lies there as a whole."""
    for month in range(begin // MONTH, -(-end // MONTH)):
        yield month, begin <= month * MONTH and (month + 1) * MONTH <= end


def between(begin: int, end: int, pauses: Sequence[Interval]) -> Iterator[Span]:
    """What of [begin, end) lies in no pause, oldest first. Pauses may overlap."""
    for start, stop in sorted((micros(a), micros(b)) for a, b in pauses if a < b):
        if begin < min(start, end):
            yield begin, min(start, end)
        begin = max(begin, stop)
    if begin < end:
        yield begin, end


def clipped(spans: Sequence[Span], begin: int, end: int) -> Iterator[Span]:
    for a, b in spans:
        if a < end and b > begin:
            yield max(a, begin), min(b, end)


def joined(spans: Sequence[Span]) -> list[Span]:
    """Sorted spans, those that touch made one."""
    made: list[Span] = []
    for a, b in spans:
        if made and a <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], b))
        else:
            made.append((a, b))
    return made


def micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
# Not a month of any calendar: what is reckoned and kept at once.
MONTH = 28 * DAY
# What is not due in forty years is never due.
HORIZON = 40 * 365 * DAY
LAST = micros(datetime(9990, 1, 1, tzinfo=UTC))
MOST_MONTHS = 1_000
ALL_DAY = (Hours(0, 24 * 60),)
ROUND_THE_CLOCK = Calendar(ZoneInfo("UTC"), (ALL_DAY,) * 7)
