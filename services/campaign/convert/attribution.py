"""Orders as the profile service tells them, and how a workspace credits them."""

from rapport.campaign.v1 import content_pb2
from rapport.campaign.v1 import settings_pb2 as pb
from rapport.profile.v1 import profile_pb2 as profile

from services.campaign.domain.attribution import Model, Purchase, Rules, rules_of
from tracking import money


def rules(said: bytes) -> Rules:
    """What a policy says of it, as it is kept."""
    attribution = pb.Attribution.FromString(said)
    return rules_of(
        Model(attribution.model or Model.LAST_TOUCH),
        [window(each) for each in attribution.click_windows],
        [window(each) for each in attribution.open_windows],
    )


def window(said: pb.Attribution.AttributionWindow) -> tuple[str, int]:
    return content_pb2.Channel.Name(said.channel).lower(), said.duration.ToMicroseconds()


def purchase(order: profile.Order, profile_key: int) -> Purchase:
    currency = order.total.currency_code
    gross = minor(order.total.units, order.total.nanos, currency)
    refunded = minor(order.refunded.units, order.refunded.nanos, currency)
    return Purchase(
        order.name,
        profile_key,
        order.revision,
        order.order_time.ToMicroseconds(),
        currency,
        gross,
        min(refunded, gross),
        cancelled=order.state == profile.CANCELLED,
    )


def minor(units: int, nanos: int, currency: str) -> int:
    """In minor units; nothing, where it is of no currency."""
    places = money.EXPONENTS.get(currency)
    return 0 if places is None else max(0, (units * NANOS + nanos) * 10**places // NANOS)


NANOS = 1_000_000_000
