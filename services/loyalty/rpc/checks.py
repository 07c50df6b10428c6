"""What makes no sense in a definition, said where it stands."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapport.conditions.v1 import conditions_pb2
from rapport.loyalty.v1 import programme_pb2 as pb

from chassis.errors import Violation
from conditions.check import events_problems
from conditions.reading import read, read_filter
from services.loyalty.domain.rules import problems


def programme(said: pb.Programme) -> list[Violation]:
    return list(programme_problems(said))


def programme_problems(said: pb.Programme) -> Iterator[Violation]:
    codes = [each.code for each in said.currencies]
    if len(set(codes)) < len(codes):
        yield Violation("programme.currencies", "names a currency twice")
    if said.time_zone and not is_zone(said.time_zone):
        yield Violation("programme.time_zone", f"{said.time_zone[:50]!r} is no IANA time zone")
    if said.HasField("expiry"):
        yield from expiry(said.expiry, "programme.expiry")
    if said.HasField("tier_metric"):
        metric = said.tier_metric
        rolling = metric.window == pb.TierMetric.ROLLING_MONTHS
        if rolling != bool(metric.months):
            yield Violation("programme.tier_metric.months", "is for ROLLING_MONTHS, and required there")
        if metric.currency and metric.currency not in (codes or ["points"]):
            yield Violation("programme.tier_metric.currency", "must be one of the programme's")
    if said.HasField("cost_per_point") and (said.cost_per_point.units, said.cost_per_point.nanos) < (0, 0):
        yield Violation("programme.cost_per_point", "must not be negative")


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def expiry(said: pb.Expiry, path: str) -> Iterator[Violation]:
    if said.HasField("inactivity"):
        yield Violation(f"{path}.inactivity", "is not built yet; use days, months or date")
    if said.date and not is_date(said.date):
        yield Violation(f"{path}.date", f"{said.date} is no day of the calendar")


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).year < LAST_YEAR
    except ValueError:
        return False


def rule(said: pb.EarnRule, currencies: tuple[str, ...], tiers: set[str]) -> list[Violation]:
    return list(rule_problems(said, currencies, tiers))


def rule_problems(said: pb.EarnRule, currencies: tuple[str, ...], tiers: set[str]) -> Iterator[Violation]:
    if not said.WhichOneof("trigger"):
        yield Violation("earn_rule.order", "or event is required: say what is rewarded")
    if said.currency and said.currency not in currencies:
        yield Violation("earn_rule.currency", f"must be one of {', '.join(currencies)}")
    if ends_first(said):
        yield Violation("earn_rule.active_until_time", "must come after active_from_time")
    if said.HasField("expiry"):
        yield from expiry(said.expiry, "earn_rule.expiry")
    if said.HasField("condition"):
        yield from condition(said.condition, "earn_rule.condition")
    if said.HasField("order"):
        yield from order_problems(said.order, tiers)
    if said.HasField("event"):
        events = read_filter(said.event.events)
        for problem in events_problems(events, "earn_rule.event.events"):
            yield Violation(problem.path, problem.sentence)
        if events.type == "order":
            yield Violation("earn_rule.event.events.type", "cannot be order; give `order` instead of `event`")


def order_problems(said: pb.OrderEarning, tiers: set[str]) -> Iterator[Violation]:
    if said.collections:
        yield Violation("earn_rule.order.collections", "are not told with orders yet; use categories")
    if said.HasField("minimum") and not said.minimum.currency_code:
        yield Violation("earn_rule.order.minimum.currency_code", "is required")
    for place, factor in enumerate(said.factors):
        if factor.tier not in tiers:
            path = f"earn_rule.order.factors[{place}].tier"
            yield Violation(path, f"{factor.tier!r} is no tier of the programme; make the tier first")


def condition(said: conditions_pb2.Condition, path: str) -> Iterator[Violation]:
    for problem in problems(read(said)):
        yield Violation(f"{path}.{problem.path}".rstrip("."), problem.sentence)


def tier(said: pb.Tier) -> list[Violation]:
    if said.grace_days and not said.validity_months:
        return [Violation("tier.grace_days", "is for tiers that are held for some months")]
    return []


def reward(said: pb.Reward, currencies: tuple[str, ...]) -> list[Violation]:
    return list(reward_problems(said, currencies))


def reward_problems(said: pb.Reward, currencies: tuple[str, ...]) -> Iterator[Violation]:
    if not said.price:
        yield Violation("reward.price", "is required")
    if not said.kind:
        yield Violation("reward.kind", "is required: COUPON, PRODUCT or CUSTOM")
    if said.kind == pb.Reward.COUPON or said.coupon_pool:
        yield Violation("reward.kind", "coupons from a pool are not built yet; use CUSTOM or PRODUCT")
    if said.currency and said.currency not in currencies:
        yield Violation("reward.currency", f"must be one of {', '.join(currencies)}")
    if said.HasField("condition"):
        yield from condition(said.condition, "reward.condition")
    if ends_first(said):
        yield Violation("reward.active_until_time", "must come after active_from_time")


def ends_first(said: pb.EarnRule | pb.Reward) -> bool:
    if not (said.HasField("active_from_time") and said.HasField("active_until_time")):
        return False
    return said.active_from_time.ToMicroseconds() >= said.active_until_time.ToMicroseconds()


LAST_YEAR = 9998
