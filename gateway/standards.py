"""Time zones, currencies and regions as the standards know them."""

import zoneinfo
from functools import cache

import phonenumbers

from chassis.errors import Invalid, Violation
from tracking.money import EXPONENTS

from .tables import WorkspaceRow


def check(row: WorkspaceRow) -> None:
    """Refuses settings no standard knows, all of them at once."""
    known = {
        "time_zone": (row.time_zone in time_zones(), "an IANA time zone, such as Europe/Berlin"),
        "currency_code": (row.currency_code in EXPONENTS, "an ISO 4217 currency, such as EUR"),
        "region_code": (
            row.region_code in {"", *phonenumbers.SUPPORTED_REGIONS},
            "an ISO 3166 country, such as DE",
        ),
    }
    violations = [
        Violation(f"workspace.{field}", f"{getattr(row, field)!r} is not {what}")
        for field, (holds, what) in known.items()
        if not holds
    ]
    if violations:
        raise Invalid("SETTING_INVALID", "A setting is not one the standards know.", violations=violations)


@cache
def time_zones() -> frozenset[str]:
    """Read from the disk once: a few hundred small files."""
    return frozenset(zoneinfo.available_timezones())
