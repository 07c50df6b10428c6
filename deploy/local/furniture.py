"""What a shop has made before its first customer comes: segments, messages, journeys, a desk, points."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .campaigns import SENDER, SIZING, TEMPLATES, Document
from .segments import SEGMENTS


class Piece(NamedTuple):
    """Something to be made: asked again under the same request id, it is made once."""

    verb: str
    path: str
    body: Document


def shop(journeys: Sequence[Document], *, address: str) -> Iterator[Piece]:
    """Everything, in the order in which one needs another; *address* is where customers write to."""
    yield from segments()
    yield Piece("PATCH", "/v1/channels/email", {**SENDER, "reply_to": address})
    for template in (*TEMPLATES, SIZING):
        yield Piece("POST", "/v1/templates", template)
    for journey in journeys:
        yield Piece("POST", "/v1/journeys", journey)
        yield Piece("POST", f"/v1/{journey['name']}:publish", {})
    yield from desk(address)
    yield from points()


def segments() -> Iterator[Piece]:
    for slug, (display_name, condition) in SEGMENTS.items():
        segment = {"name": f"segments/{slug}", "display_name": display_name, "condition": condition}
        yield Piece("POST", "/v1/segments", segment)
        yield Piece("POST", f"/v1/segments/{slug}:publish", {})


def desk(address: str) -> Iterator[Piece]:
    week = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
    hours = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in week]
    yield Piece(
        "POST",
        "/v1/calendars",
        {
            "name": "calendars/office",
            "display_name": "Monday to Friday, nine to five",
            "time_zone": "Europe/Berlin",
            "open_hours": hours,
            "holidays": [{"date": "2026-12-25", "display_name": "Christmas Day"}],
        },
    )
    yield Piece(
        "POST",
        "/v1/teams",
        {"name": "teams/help", "display_name": "Help", "routing": "MANUAL", "calendar": "calendars/office"},
    )
    yield Piece(
        "POST",
        "/v1/policies",
        {
            "name": "policies/standard",
            "display_name": "An answer within four hours, a solution within two days",
            "calendar": "calendars/office",
            "targets": [
                {"metric": "FIRST_RESPONSE", "duration": "14400s"},
                {"metric": "NEXT_RESPONSE", "duration": "14400s"},
                {"metric": "RESOLUTION", "duration": "57600s"},
            ],
        },
    )
    yield Piece(
        "POST",
        "/v1/agents",
        {"display_name": "Kim", "email": "kim@nordlicht.example", "teams": ["teams/help"]},
    )
    yield Piece(
        "POST",
        "/v1/mailboxes",
        {
            "name": "mailboxes/help",
            "display_name": "Nordlicht help",
            "address": address,
            "team": "teams/help",
        },
    )


def points() -> Iterator[Piece]:
    programme = "/v1/programmes/nordlicht"
    yield Piece(
        "POST",
        "/v1/programmes",
        {
            "name": "programmes/nordlicht",
            "display_name": "Nordlicht friends",
            "currencies": [{"code": "points", "display_name": "Points"}],
            "expiry": {"months": 24, "round_up_to": "MONTH"},
            "tier_metric": {"kind": "SPEND", "window": "ROLLING_MONTHS", "months": 12},
        },
    )
    yield Piece(
        "POST",
        f"{programme}/earn_rules",
        {
            "name": "programmes/nordlicht/earn_rules/orders",
            "display_name": "A point for every euro",
            "order": {"points_per_unit": "1"},
        },
    )
    for slug, name, threshold in (("silver", "Silver", 20_000), ("gold", "Gold", 100_000)):
        tier = {
            "name": f"programmes/nordlicht/tiers/{slug}",
            "display_name": name,
            "threshold": threshold,
            "validity_months": 12,
        }
        yield Piece("POST", f"{programme}/tiers", tier)
