"""What several doors look up, and refuse, alike."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import Changed, Invalid, NotFound, NotNow, Violation
from services.loyalty.actions.work import Work
from services.loyalty.domain.member import Member
from services.loyalty.domain.terms import Terms
from services.loyalty.store import definitions, members


class Name(NamedTuple):
    """`programmes/{programme}/{kind}/{id}/{part}/{part_id}`, as far as it goes."""

    programme: str
    kind: str = ""
    id: str = ""
    part: str = ""
    part_id: str = ""

    @classmethod
    def of(cls, name: str) -> "Name":
        return cls(*name.split("/")[1:6])


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text.rpartition("/")[2])
    except ValueError:
        return None


def plain(slug: str) -> bool:
    """Whether it may be asked of the database at all."""
    return "\0" not in slug


async def programme(work: Work, name: str, *, lock: bool = False) -> asyncpg.Record:
    slug = Name.of(name).programme
    row = (
        await definitions.programme(work.connection, work.workspace, slug, lock=lock) if plain(slug) else None
    )
    if row is None:
        shown = f"programmes/{slug}"
        raise NotFound("PROGRAMME_NOT_FOUND", f"There is no programme {slug}.", name=shown)
    return row


async def account(work: Work, name: str) -> Member:
    """The account of this name or of who she became, alone with us and as it is now."""
    asked = Name.of(name)
    profile = uuid_of(asked.id)
    if profile and plain(asked.programme) and (found := await work.account(asked.programme, profile)):
        return found
    raise await unknown_account(work, name)


async def seen_account(work: Work, name: str) -> Member:
    """The same for who only looks: nothing is locked, and what she is brought up to is not written."""
    asked = Name.of(name)
    profile = uuid_of(asked.id)
    id = None
    if profile and plain(asked.programme):
        id = await members.id_of(work.connection, work.workspace, asked.programme, profile)
    if id is None:
        raise await unknown_account(work, name)
    [found] = await members.seen(work.connection, work.workspace, [id])
    await work.bring_up(found)
    return found


async def unknown_account(work: Work, name: str) -> NotFound:
    await programme(work, name)
    shown = "/".join(name.split("/")[:4])
    return NotFound("ACCOUNT_NOT_FOUND", f"{shown} is not enrolled; create the account first.", name=shown)


def profile_of(name: str) -> UUID:
    found = uuid_of(name) if name.startswith("profiles/") else None
    if found is None:
        raise NotFound(
            "PROFILE_NOT_FOUND", f"No profile is named {name}; names are profiles/{{uuid}}.", name=name
        )
    return found


def currency(terms: Terms, named: str) -> str:
    found = terms.currency(named)
    if found is None:
        known = ", ".join(terms.currencies)
        raise Invalid(
            "CURRENCY_UNKNOWN",
            f"The programme does not count in {named}; it counts in {known}.",
            violations=[Violation("currency", f"must be one of {known}")],
        )
    return found


def insist_on_open(terms: Terms) -> None:
    if terms.closed:
        raise NotNow(
            "PROGRAMME_CLOSED",
            "The programme is closed: points can be spent in it, and no longer earned.",
            name=f"programmes/{terms.programme}",
        )


def insist_on_etag(given: str, row: Any, what: str) -> None:
    if given not in {"", str(row["revision"])}:
        raise Changed(
            "RESOURCE_CHANGED", f"The {what} changed since you read it; read it again and give its new etag."
        )


def insist_on_sense(reason: str, violations: list[Violation]) -> None:
    if violations:
        first, more = violations[0], len(violations) - 1
        rest = f" {more} more do not fit." if more > 1 else " One more does not fit." if more else ""
        raise Invalid(reason, f"{first.field} {first.description}.{rest}", violations=violations)


def insufficient(points: int, there: int, currency: str) -> NotNow:
    return NotNow(
        "POINTS_INSUFFICIENT",
        f"The account holds {there} {currency} to spend, and {points} are wanted.",
        active_points=str(there),
        wanted_points=str(points),
    )


def past_instant(given: Timestamp, now: datetime, field: str = "as_of_time") -> int:
    """The instant that is asked for: of the past, or now."""
    found = given.ToMicroseconds()
    if not 0 <= found <= round(now.timestamp() * 1_000_000):
        raise Invalid(
            "AS_OF_OUT_OF_RANGE",
            f"{field} must lie in the past, since 1970; leave it out for now.",
            violations=[Violation(field, "must not lie in the future")],
        )
    return found


def instant(given: Timestamp, field: str) -> int:
    found = given.ToMicroseconds()
    if not 0 <= found < LATEST:
        raise Invalid(
            "TIMES_INVALID",
            f"{field} must lie between 1970 and 9998.",
            violations=[Violation(field, "must lie between 1970 and 9998")],
        )
    return found


# The year 9998: calendars end a year later.
LATEST = 253_339_228_800_000_000
FOREVER = 1 << 62
