"""Well-known types as text, both ways: instants by RFC 3339, lengths of time in seconds, masks by commas."""

import re
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp


class MisfitError(ValueError):
    """A value that does not fit; the words say what would, to follow "must be"."""


def moment(instant: Timestamp) -> datetime:
    """What orjson writes as RFC 3339 in UTC, to the microsecond: twice as fast as making the text here."""
    return EPOCH + timedelta(0, instant.seconds, instant.nanos // 1000)


def instant(text: object) -> Timestamp:
    """Nanoseconds are kept; an offset is taken into account, and gone afterwards."""
    if not isinstance(text, str) or not (shape := INSTANT.fullmatch(text)):
        raise MisfitError(INSTANT_EXPECTED)
    try:
        moment = datetime.fromisoformat(f"{shape['day']}T{shape['time']}{shape['zone'].upper()}")
        since = moment.astimezone(UTC) - EPOCH
    except (ValueError, OverflowError) as impossible:
        raise MisfitError(INSTANT_EXPECTED) from impossible
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=nanos(shape["fraction"]))


def duration_text(duration: Duration) -> str:
    """`3.5s`: seconds with as many digits as tell something."""
    sign = "-" if duration.seconds < 0 or duration.nanos < 0 else ""
    whole, part = abs(duration.seconds), abs(duration.nanos)
    return f"{sign}{whole}" + (f".{part:09}".rstrip("0") if part else "") + "s"


def duration(text: object) -> Duration:
    shape = DURATION.fullmatch(text) if isinstance(text, str) else None
    if shape is None or int(shape["whole"]) > MOST_SECONDS:
        raise MisfitError(DURATION_EXPECTED)
    sign = -1 if shape["sign"] else 1
    return Duration(seconds=sign * int(shape["whole"]), nanos=sign * nanos(shape["fraction"]))


def mask_text(mask: FieldMask) -> str:
    return ",".join(mask.paths)


def mask(text: object) -> FieldMask:
    """Names stay as the protos spell them: protobuf's own JSON form wants them in camelCase."""
    paths = [path.strip() for path in text.split(",")] if isinstance(text, str) else [""]
    if not all(MASK_PATH.fullmatch(path) for path in paths):
        raise MisfitError(MASK_EXPECTED)
    return FieldMask(paths=paths)


def nanos(fraction: str | None) -> int:
    return int((fraction or "")[:9].ljust(9, "0"))


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt](?P<time>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,30}))?"
    r"(?P<zone>[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
INSTANT_EXPECTED = "an instant by RFC 3339, such as 2026-01-31T12:00:00Z"
DURATION = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,12})(?:\.(?P<fraction>\d{1,9}))?s", re.ASCII)
DURATION_EXPECTED = "a length of time in seconds, such as 3.5s"
# Ten thousand years, the range of google.protobuf.Duration.
MOST_SECONDS = 315_576_000_000
MASK_PATH = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_.*-]*")
MASK_EXPECTED = "names of fields with commas between them, such as display_name,time_zone"
