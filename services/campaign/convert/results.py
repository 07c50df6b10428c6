"""The figures of campaigns."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from google.type.money_pb2 import Money
from rapport.campaign.v1 import content_pb2 as pb
from rapport.campaign.v1 import journeys_pb2

from tracking import money


def figures(
    funnel: Sequence[asyncpg.Record], conversions: Sequence[asyncpg.Record], currency: str
) -> list[pb.MessageResults]:
    """Rows of `store.results`: one for each message, the last for all together."""
    converted = {place(row): row for row in conversions}
    return [message_results(row, converted.get(place(row), NOTHING), currency) for row in funnel]


def place(row: asyncpg.Record) -> tuple[bool, str, str]:
    return row["together"], row["step"] or "", row["variant"] or ""


def message_results(row: asyncpg.Record, converted: Any, currency: str) -> pb.MessageResults:
    """The probability to win is not computed yet."""
    return pb.MessageResults(
        step=row["step"] or "",
        variant=row["variant"] or "",
        decided_count=row["decided"],
        sent_count=row["sent"],
        delivered_count=row["delivered"],
        opened_count=row["opened"],
        machine_opened_count=row["machine_opened"],
        clicked_count=row["clicked"],
        bounced_count=row["bounced"],
        complained_count=row["complained"],
        unsubscribed_count=row["unsubscribed"],
        suppressed_count=row["suppressed"],
        failed_count=row["failed"],
        unknown_count=row["unknown"],
        converted_count=converted["converted"],
        order_count=converted["orders"],
        revenue=sum_of(converted["revenue"], currency),
    )


def sum_of(minor: int, currency: str) -> Money:
    units, rest = divmod(minor, 10 ** money.EXPONENTS.get(currency, 0))
    nanos = rest * 10 ** (9 - money.EXPONENTS.get(currency, 0))
    return Money(currency_code=currency, units=units, nanos=nanos)


def has_goal(graph: bytes) -> bool:
    return journeys_pb2.Graph.FromString(graph).HasField("goal")


NOTHING = {"converted": 0, "orders": 0, "revenue": 0}
