"""Times as clients write them, in microseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta


def moment(value: str | float) -> datetime | None:
    """What an ISO 8601 text or epoch milliseconds mean; None when they are no time."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip())
        # A smaller number is seconds taken for milliseconds.
        return EPOCH + timedelta(milliseconds=value) if value >= EARLIEST_MS else None
    except (ValueError, OverflowError):
        return None


def is_of_our_age(when: datetime) -> bool:
    """Whether a clock could have said so. Later than 2200 a double no longer tells microseconds apart."""
    return EARLIEST_YEAR <= when.year < LATEST_YEAR


def microseconds(when: datetime) -> int:
    """Since 1970 UTC. A time without an offset is UTC."""
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return round(when.timestamp() * 1_000_000)


def iso(time_us: int) -> str:
    """The time as Segment's own libraries write it: milliseconds and Z."""
    moment = datetime.fromtimestamp(time_us / 1_000_000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_YEAR = 1970
LATEST_YEAR = 2200
LATEST_US = 7_258_118_400_000_000
# 1973.
EARLIEST_MS = 100_000_000_000
