"""Programmes, rules, tiers and rewards: messages to values, rows to messages."""

from collections.abc import Iterable
from datetime import date, tzinfo
from fractions import Fraction
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from google.type.money_pb2 import Money
from rapport.conditions.v1 import conditions_pb2
from rapport.loyalty.v1 import programme_pb2 as pb

from conditions.grammar import Period
from conditions.reading import read, read_filter
from services.loyalty.convert.times import microseconds, timestamp
from services.loyalty.domain.earning import OrderRule
from services.loyalty.domain.expiry import Expiry
from services.loyalty.domain.rules import Rule
from services.loyalty.domain.terms import GRACE_US, RESERVATION_US, Terms
from services.loyalty.domain.tiers import Kind, Metric, Span, Tier, sorted_tiers

Resource = TypeVar("Resource", pb.Programme, pb.EarnRule, pb.Tier, pb.Reward)


def terms(row: Any, tiers: Iterable[Any], zone: tzinfo) -> Terms:
    """The terms in force. *zone* is the workspace's."""
    said = pb.Programme.FromString(row["terms"])
    return Terms(
        row["slug"],
        row["version"],
        tuple(each.code for each in said.currencies),
        ZoneInfo(said.time_zone) if said.time_zone else zone,
        expiry(said.expiry) if said.HasField("expiry") else None,
        said.spending_order == pb.Programme.FIRST_IN_FIRST_OUT,
        said.refund_policy == pb.Programme.DEBT,
        tiers=sorted_tiers([tier(each) for each in tiers]),
        metric=metric(said.tier_metric) if said.HasField("tier_metric") else None,
        closed=row["closed"],
        reservation_us=microseconds(said.reservation_ttl)
        if said.HasField("reservation_ttl")
        else RESERVATION_US,
        grace_us=microseconds(said.return_grace) if said.HasField("return_grace") else GRACE_US,
    )


def expiry(said: pb.Expiry) -> Expiry:
    day = date.fromisoformat(said.date) if said.date else None
    period = Period(conditions_pb2.Period.Name(said.round_up_to)) if said.round_up_to else Period.NONE
    return Expiry(said.days, said.months, day, period)


def metric(said: pb.TierMetric) -> Metric:
    return Metric(Kind(said.kind), Span(said.window), said.months, said.currency)


def tier(row: Any) -> Tier:
    said = pb.Tier.FromString(row["terms"])
    return Tier(
        row["slug"],
        said.threshold,
        said.renewal_threshold if said.HasField("renewal_threshold") else None,
        said.validity_months,
        said.grace_days,
        said.downgrade == pb.Tier.REEVALUATE,
        said.downgrade_on_refund,
        said.display_name,
    )


def rule(row: Any, currencies: tuple[str, ...]) -> Rule:
    """A version of a rule, from its row."""
    said = pb.EarnRule.FromString(row["terms"])
    return Rule(
        name=row["slug"],
        version=row["version"],
        rank=said.rank,
        group=said.group,
        order=order_rule(said.order) if said.HasField("order") else None,
        events=read_filter(said.event.events) if said.HasField("event") else None,
        points=said.event.points,
        condition=read(said.condition) if said.HasField("condition") else None,
        currency=said.currency or currencies[0],
        from_us=microseconds(said.active_from_time) if said.HasField("active_from_time") else None,
        until_us=microseconds(said.active_until_time) if said.HasField("active_until_time") else None,
        pending_us=microseconds(said.pending),
        expiry=expiry(said.expiry) if said.HasField("expiry") else None,
        daily_limit=said.daily_limit,
    )


def order_rule(said: pb.OrderEarning) -> OrderRule:
    return OrderRule(
        Fraction(said.points_per_unit),
        frozenset(said.product_ids),
        frozenset(said.categories),
        frozenset(said.brands),
        frozenset(said.collections),
        (said.minimum.currency_code, sum_of(said.minimum)) if said.HasField("minimum") else None,
        said.fixed_points,
        {slug(each.tier): Fraction(each.factor) for each in said.factors},
    )


def sum_of(money: Money) -> Fraction:
    """Exact, in units of its currency."""
    return money.units + Fraction(money.nanos, 1_000_000_000)


def slug(name: str) -> str:
    return name.rpartition("/")[2]


def programme_message(row: Any) -> pb.Programme:
    found = pb.Programme.FromString(row["terms"])
    found.name = f"programmes/{row['slug']}"
    found.state = pb.Programme.CLOSED if row["closed"] else pb.Programme.ACTIVE
    found.version = row["version"]
    return stamped(found, row)


def rule_message(row: Any) -> pb.EarnRule:
    found = pb.EarnRule.FromString(row["shown"])
    found.name = f"programmes/{row['programme']}/earn_rules/{row['slug']}"
    found.version = row["shown_version"]
    return stamped(found, row)


def tier_message(row: Any) -> pb.Tier:
    found = pb.Tier.FromString(row["terms"])
    found.name = f"programmes/{row['programme']}/tiers/{row['slug']}"
    found.member_count = row["member_count"]
    return stamped(found, row)


def reward_message(row: Any) -> pb.Reward:
    found = pb.Reward.FromString(row["terms"])
    found.name = f"programmes/{row['programme']}/rewards/{row['slug']}"
    found.ClearField("stock_count")
    if row["stock"] is not None:
        found.stock_count = row["stock"]
    return stamped(found, row)


def stamped(found: Resource, row: Any) -> Resource:
    found.etag = str(row["revision"])
    found.create_time.CopyFrom(timestamp(row["create_us"]))
    found.update_time.CopyFrom(timestamp(row["update_us"]))
    return found


def kept(said: Any) -> bytes:
    """A definition without what the server says of it."""
    bare = type(said)()
    bare.CopyFrom(said)
    for name in ("name", "state", "version", "etag", "create_time", "update_time", "member_count"):
        if name in bare.DESCRIPTOR.fields_by_name:
            bare.ClearField(name)
    encoded: bytes = bare.SerializeToString(deterministic=True)
    return encoded
