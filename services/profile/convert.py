"""Rows and values to messages."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from rapport.profile.v1 import profile_pb2 as pb

from services.profile.domain import carts, kinds, purchases, registers
from services.profile.domain.computed import Computed
from services.profile.domain.lines import Line
from services.profile.domain.registers import Registers
from tracking import money
from tracking.agents import device
from tracking.consent import Consent

Row = asyncpg.Record


def profile_message(anchors: Sequence[Row]) -> pb.Profile:
    """A profile from the rows of its anchors: it is the fold of what was recorded under them."""
    row = anchors[0]
    used = [anchor for anchor in anchors if anchor["activity_count"]]
    found = pb.Profile(
        name=f"profiles/{row['id']}",
        identifiers=identifier_messages(anchors),
        traits=traits_json(folded(anchors)),
        computed=computed_message(json.loads(row["computed"])),
        activity_count=sum(anchor["activity_count"] for anchor in used),
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )
    if used:
        found.first_seen_time.CopyFrom(instant(min(anchor["first_us"] for anchor in used)))
        found.last_seen_time.CopyFrom(instant(max(anchor["last_us"] for anchor in used)))
    return found


def folded(anchors: Iterable[Row]) -> Registers:
    return registers.merged(
        *(registers.load(anchor["registers"]) for anchor in anchors if anchor["registers"])
    )


def identifier_messages(anchors: Iterable[Any]) -> list[pb.Identifier]:
    """Strongest first; a profile's own name is not among what she was seen under."""
    seen = [(kind_of(anchor), value_of(anchor)) for anchor in anchors if kind_of(anchor) != kinds.PROFILE]
    seen.sort(key=lambda one: (kinds.priority(one[0]), *one))
    return [pb.Identifier(kind=kind, value=value) for kind, value in seen]


def kind_of(anchor: Any) -> str:
    return str(anchor["kind"] if isinstance(anchor, Mapping | Row) else anchor.kind)


def value_of(anchor: Any) -> str:
    return str(anchor["value"] if isinstance(anchor, Mapping | Row) else anchor.value)


def traits_json(held: Registers) -> bytes:
    return registers.canonical(registers.values(held)).encode()


def computed_message(kept: Mapping[str, Any]) -> pb.ComputedTraits:
    """From what is kept with the profile; nothing, before anything was counted."""
    if not kept:
        return pb.ComputedTraits()
    computed = Computed(**kept)
    found = pb.ComputedTraits(
        order_count=computed.order_count,
        lifetime_values=[money_message(minor, code) for code, minor in computed.lifetime_values.items()],
        favourite_category=computed.favourite_category,
        locale=computed.locale,
        time_zone=computed.time_zone,
    )
    if computed.first_order_time_us is not None and computed.last_order_time_us is not None:
        found.last_order = order_name(computed.last_order_id)
        found.first_order_time.CopyFrom(instant(computed.first_order_time_us))
        found.last_order_time.CopyFrom(instant(computed.last_order_time_us))
    if computed.user_agent:
        seen = device(computed.user_agent)
        found.device.CopyFrom(pb.Device(type=seen.type, os=seen.os, browser=seen.browser, model=seen.model))
    return found


def activity_message(profile: str, row: Row) -> pb.Activity:
    found = pb.Activity(
        name=f"{profile}/activities/{row['id']}",
        type=row["type"],
        event=row["event"],
        event_time=instant(row["time_us"]),
        receive_time=instant(row["receive_us"]),
        message_id=row["message_id"],
        properties=document(row["properties"]),
        context=document(row["context"]),
        integrations=document(row["integrations"]),
        historical=row["historical"],
    )
    if row["kind"] != kinds.PROFILE:
        found.recorded_under.CopyFrom(pb.Identifier(kind=row["kind"], value=row["value"]))
    if row["original_us"] is not None:
        found.original_time.CopyFrom(instant(row["original_us"]))
    return found


def document(text: str | None) -> bytes:
    return (text or "{}").encode()


def consent_messages(anchors: Sequence[Row], rows: Iterable[Row], now: datetime) -> list[pb.Consent]:
    """Each decision, and whether it holds: it is the newest of those the registers decided for."""
    name = f"profiles/{anchors[0]['id']}"
    holding = registers.decisions(folded(anchors))
    found = []
    for row in rows:
        decision = registers.GRANTED if row["granted"] else registers.DENIED
        holds = row["newest"] and holding.get((row["channel"], row["purpose"])) == decision
        consent = Consent(
            row["channel"],
            row["purpose"],
            row["granted"],
            row["source"],
            row["evidence"],
            row["scope"],
            row["expire_us"],
        )
        # A grant may end by itself; a denial stays.
        ends = row["granted"] and row["expire_us"] is not None
        ended = ends and row["expire_us"] <= microseconds_of(now)
        found.append(consent_message(name, row["id"], row["time_us"], consent, current=holds and not ended))
    return found


def consent_message(
    profile: str, id: UUID | None, time_us: int, told: Consent, *, current: bool
) -> pb.Consent:
    """A decision; without a name of its own when a merge handed it on."""
    found = pb.Consent(
        name=f"{profile}/consents/{id}" if id else "",
        channel=told.channel,
        purpose=told.purpose,
        decision=pb.GRANTED if told.granted else pb.DENIED,
        decision_time=instant(time_us),
        source=told.source,
        evidence=told.evidence,
        scope=told.scope,
        current=current,
        profile=profile,
    )
    if told.expire_time_us is not None:
        found.expire_time.CopyFrom(instant(told.expire_time_us))
    return found


def told_consent(message: pb.Consent) -> Consent:
    """The decision somebody states through the API."""
    return Consent(
        message.channel,
        message.purpose,
        message.decision == pb.GRANTED,
        message.source or "api",
        message.evidence,
        message.scope,
        microseconds(message.expire_time) if message.HasField("expire_time") else None,
    )


def conflict_message(row: Row, known: Mapping[int, Row]) -> pb.Conflict:
    strongest, dropped = known[row["identifiers"][0]], known[row["dropped"]]
    return pb.Conflict(
        name=f"conflicts/{row['id']}",
        identifiers=[identifier_message(known[key]) for key in row["identifiers"]],
        dropped=identifier_message(dropped),
        exceeded_kind=row["exceeded_kind"],
        profile=owner(strongest),
        other_profile=owner(dropped),
        message_id=row["message_id"] or "",
        event_time=instant(row["time_us"]),
    )


def identifier_message(row: Row) -> pb.Identifier:
    return pb.Identifier(kind=row["kind"], value=row["value"])


def owner(row: Row) -> str:
    return f"profiles/{row['profile_id']}" if row["profile_id"] else ""


def quarantined_message(row: Row) -> pb.QuarantinedEvent:
    return pb.QuarantinedEvent(
        name=f"quarantined_events/{row['id']}",
        payload=row["payload"].decode(errors="replace"),
        reason=row["reason"],
        receive_time=instant(row["receive_us"]),
    )


def order_of(profile: str, row: Row) -> pb.Order:
    order = purchases.order(purchases.load(row["state"]))
    assert order is not None, "only placed orders are read"
    return order_message(profile, row["order_id"], order, row["revision"])


def order_message(profile: str, order_id: str, order: purchases.Order, revision: int) -> pb.Order:
    return pb.Order(
        name=order_name(order_id),
        profile=profile,
        state=order.state,
        total=None if order.total is None else money_message(order.total, order.currency),
        refunded=money_message(order.refunded, order.currency),
        lines=[line_message(line, order.currency) for line in order.lines],
        coupon=order.coupon,
        affiliation=order.affiliation,
        order_time=instant(order.order_time_us),
        update_time=instant(order.update_time_us),
        refunds=[refund_message(refund, order.currency) for refund in order.refunds],
        revision=revision,
    )


def refund_message(refund: purchases.Refund, currency: str) -> pb.Refund:
    return pb.Refund(
        refund_id=refund.refund_id,
        amount=money_message(refund.effective if refund.amount is None else refund.amount, currency),
        lines=[line_message(line, currency) for line in refund.lines],
        refund_time=instant(refund.time_us),
        reason=refund.reason,
    )


def line_message(line: Line, currency: str) -> pb.OrderLine:
    found = pb.OrderLine(quantity=line["quantity"])
    for name in LINE_TEXTS:
        if name in line:
            setattr(found, name, line[name])  # type: ignore[literal-required] # LINE_TEXTS are fields of Line
    if "price" in line:
        code = line.get("currency", currency)
        found.price.CopyFrom(money_message(money.minor_units(line["price"], code), code))
    return found


def cart_messages(profile: str, rows: Iterable[Row]) -> list[pb.Cart]:
    """Carts that hold something, the last changed first."""
    shelves: dict[int, dict[str, carts.Operations]] = {}
    for row in rows:
        shelves.setdefault(row["anchor"], {})[row["cart_id"]] = carts.load(row["operations"])
    found = [
        cart_message(profile, id, cart) for id, cart in carts.contents(shelves.values()).items() if cart.lines
    ]
    return sorted(found, key=cart_key, reverse=True)


def cart_message(profile: str, cart_id: str, cart: carts.Cart) -> pb.Cart:
    sums: dict[str, int] = {}
    for line in cart.lines:
        if "price" in line:
            code = line["currency"]
            sums[code] = sums.get(code, 0) + money.minor_units(line["price"], code) * line["quantity"]
    return pb.Cart(
        name=f"{profile}/carts/{quote(cart_id, safe='')}",
        lines=[line_message(line, line.get("currency", "")) for line in cart.lines],
        totals=[money_message(minor, code) for code, minor in sorted(sums.items())],
        update_time=instant(cart.update_time_us),
    )


def cart_key(cart: pb.Cart) -> tuple[int, str]:
    """What carts are listed by."""
    return microseconds(cart.update_time), cart.name


def order_name(order_id: str) -> str:
    return f"orders/{quote(order_id, safe='')}"


def money_message(minor: int, currency: str) -> Money:
    """An exact sum of minor units, as units and nanos."""
    exponent = money.exponent(currency)
    units, rest = divmod(abs(minor), 10**exponent)
    sign = -1 if minor < 0 else 1
    return Money(currency_code=currency, units=sign * units, nanos=sign * rest * 10 ** (9 - exponent))


def timestamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def instant(time_us: int) -> Timestamp:
    return Timestamp(seconds=time_us // 1_000_000, nanos=time_us % 1_000_000 * 1000)


def microseconds(message: Timestamp) -> int:
    return int(message.seconds * 1_000_000 + message.nanos // 1000)


def microseconds_of(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1_000_000)


LINE_TEXTS = ("product_id", "sku", "product_name", "category", "brand", "variant", "url", "image_url")
