"""Ranks among members: up at once, held for a while, reviewed at local midnight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from enum import IntEnum
from typing import NamedTuple

from conditions.calendar import local_date, running, start
from conditions.dates import midnight
from conditions.grammar import Period
from services.loyalty.domain.expiry import months_later, next_midnight, same_day


class Kind(IntEnum):
    """What is added up. The numbers are those of the proto."""

    SPEND = 1
    POINTS_EARNED = 2
    ORDERS = 3


class Span(IntEnum):
    """Over which time. The numbers are those of the proto."""

    ROLLING_MONTHS = 1
    CALENDAR_YEAR = 2
    MEMBERSHIP_YEAR = 3
    LIFETIME = 4


class Reason(IntEnum):
    """Why a tier changed. The numbers are those of the proto."""

    ENROLLED = 1
    QUALIFIED = 2
    REVIEWED = 3
    REFUNDED = 4
    GRANTED = 5
    GRANT_ENDED = 6
    MERGED = 7
    TIERS_CHANGED = 8


@dataclass(frozen=True, slots=True)
class Metric:
    kind: Kind
    span: Span
    months: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    threshold: int
    renewal: int | None = None
    # For ever, when 0.
    validity_months: int = 0
    grace_days: int = 0
    # To what she qualifies for, instead of one level down.
    reevaluate: bool = False
    downgrade_on_refund: bool = False
    display_name: str = ""

    @property
    def keeps(self) -> int:
        """The metric that keeps one in it."""
        return self.threshold if self.renewal is None else self.renewal


class Held(NamedTuple):
    """The tier she holds; no name for none."""

    tier: str = ""
    since_us: int = 0
    # The review, before any grace. None: for ever.
    until_us: int | None = None
    # The review after grace, once the first has failed.
    grace_us: int | None = None
    granted: bool = False

    @property
    def review_us(self) -> int | None:
        return self.grace_us if self.grace_us is not None else self.until_us


class Step(NamedTuple):
    """What an order or a credit came to from an instant on."""

    since_us: int
    spend: int
    points: int
    counts: bool


class Merit(NamedTuple):
    """Something that counts for the metric: when it happened, and what it came to as time went on."""

    time_us: int
    steps: tuple[Step, ...]


def beginning(metric: Metric, t: int, enrolled_us: int, zone: tzinfo) -> int:
    """From when on merits count at *t*."""
    match metric.span:
        case Span.ROLLING_MONTHS:
            return months_later(t, -metric.months, zone)
        case Span.CALENDAR_YEAR:
            return start(Period.YEAR, running(Period.YEAR, t, zone), zone)
        case Span.MEMBERSHIP_YEAR:
            joined, today = local_date(enrolled_us, zone), local_date(t, zone)
            years = today.year - joined.year
            turned = same_day(joined, years * 12)
            return midnight(turned if turned <= today else same_day(joined, (years - 1) * 12), zone)
    return 0


def measured(metric: Metric, merits: Sequence[Merit], t: int, enrolled_us: int, zone: tzinfo) -> int:
    """The metric as it stood at *t*: what happened in the window, as it was known to be worth then."""
    since = beginning(metric, t, enrolled_us, zone)
    total = 0
    for merit in merits:
        if not since <= merit.time_us <= t:
            continue
        step = next((each for each in reversed(merit.steps) if each.since_us <= t), None)
        if step:
            match metric.kind:
                case Kind.SPEND:
                    total += step.spend
                case Kind.POINTS_EARNED:
                    total += step.points
                case Kind.ORDERS:
                    total += step.counts
    return max(total, 0)


def reached(tiers: Sequence[Tier], metric: int) -> str:
    """The highest one qualifies for; no name for none."""
    return max((tier for tier in tiers if tier.threshold <= metric), key=by_threshold, default=NONE).name


def rank(tiers: Sequence[Tier], name: str) -> int:
    return next((place for place, tier in enumerate(tiers) if tier.name == name), -1)


def taken_up(tiers: Sequence[Tier], name: str, at: int, zone: tzinfo) -> Held:
    """The tier, held from *at* for its validity, which ends at a midnight."""
    found = next((tier for tier in tiers if tier.name == name), NONE)
    if not found.validity_months:
        return Held(name, at)
    return Held(name, at, next_midnight(months_later(at, found.validity_months, zone), zone))


def risen(held: Held, tiers: Sequence[Tier], metric: int, at: int, zone: tzinfo) -> Held:
    """Up at once to the highest reached; otherwise as before."""
    name = reached(tiers, metric)
    return taken_up(tiers, name, at, zone) if rank(tiers, name) > rank(tiers, held.tier) else held


def refunded(held: Held, tiers: Sequence[Tier], metric: int, at: int, zone: tzinfo) -> Held:
    """A refund takes a tier away at once only where that was asked for."""
    mine = next((tier for tier in tiers if tier.name == held.tier), None)
    if mine is None or held.granted or not mine.downgrade_on_refund or metric >= mine.threshold:
        return held
    return taken_up(tiers, reached(tiers, metric), at, zone)


def reviewed(held: Held, tiers: Sequence[Tier], metric: int, at: int, zone: tzinfo) -> Held:
    """What she holds after the review that was due at *at*."""
    mine = next((tier for tier in tiers if tier.name == held.tier), None)
    if mine is None or held.granted:
        return taken_up(tiers, reached(tiers, metric), at, zone)
    if metric >= mine.keeps:
        return taken_up(tiers, mine.name, at, zone)._replace(since_us=held.since_us)
    if mine.grace_days and held.grace_us is None:
        return held._replace(grace_us=midnight(local_date(at, zone) + timedelta(mine.grace_days), zone))
    if mine.reevaluate:
        # Whoever must have more to stay than to come does not come back through the same door.
        lower = [tier for tier in tiers if tier.threshold < mine.threshold]
        return taken_up(tiers, reached(lower, metric), at, zone)
    place = rank(tiers, mine.name)
    return taken_up(tiers, tiers[place - 1].name if place else "", at, zone)


def higher(one: Held, other: Held, tiers: Sequence[Tier]) -> Held:
    """Of two members that turn out to be one the higher tier holds; of equals the longer."""
    mine, theirs = rank(tiers, one.tier), rank(tiers, other.tier)
    if mine != theirs:
        return one if mine > theirs else other
    longer = one.until_us is None or (other.until_us is not None and one.until_us >= other.until_us)
    return one if longer else other


def by_threshold(tier: Tier) -> int:
    return tier.threshold


def sorted_tiers(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    return tuple(sorted(tiers, key=by_threshold))


NONE = Tier("", 0)
