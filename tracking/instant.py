"""Times as clients write them, in microseconds since 1970 UTC."""

from datetime import UTC, datetime


def microseconds(value: str | float) -> int | None:
    """An ISO 8601 text (without offset: UTC) or epoch milliseconds; None when it is no time of our age."""
    if type(value) is str:
        try:
            moment = datetime.fromisoformat(value if value[-1:] != " " else value.strip())
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        found = round(moment.timestamp() * 1_000_000)
    else:
        found = round(value * 1000) if EARLIEST_MS <= value <= LATEST_US // 1000 else -1
    return found if EARLIEST_US <= found <= LATEST_US else None


def iso(time_us: int) -> str:
    """The time as Segment's own libraries write it: milliseconds and Z."""
    moment = datetime.fromtimestamp(time_us / 1_000_000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


EARLIEST_US = 0
# 2200-01-01: as far as a double still tells microseconds apart.
LATEST_US = 7_258_118_400_000_000
# 1973. A smaller number is seconds taken for milliseconds.
EARLIEST_MS = 100_000_000_000
