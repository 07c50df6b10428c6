"""A member as a document: what `seen_members` reads, and what `write` writes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from chassis.ids import uuid7
from services.loyalty.domain.ledger import Account, End, Lot, Pin, Reservation, State, Wallet
from services.loyalty.domain.member import Member
from services.loyalty.domain.tiers import Held


def written(members: Sequence[Member], now_us: int) -> dict[str, Any]:
    moved = [each for each in members if each.account.entries]
    entries = [(each, entry) for each in moved for entry in each.account.entries]
    due = [(each.id, each.next_due) for each in members if each.wakes(now_us)]
    return {
        "members": [member_row(each) for each in members],
        "wallets": [
            {
                "member": each.id,
                "currency": wallet.currency,
                **wallet.held._asdict(),
                "debt_us": wallet.debt_us,
            }
            for each in moved
            for wallet in each.account.wallets.values()
        ],
        "lots": [lot_row(each.id, *pair) for each in members for pair in each.account.changed_lots.values()],
        "reservations": [
            reservation_row(each.id, one)
            for each in members
            for one in each.account.changed_reservations.values()
        ],
        "entries": [
            {
                "id": entry.id,
                "member": each.id,
                "number": entry.number,
                "kind": entry.kind,
                "currency": entry.currency,
                "points": entry.points,
                "event_us": entry.event_us,
                "record_us": now_us,
                **entry.about._asdict(),
            }
            for each, entry in entries
        ],
        "postings": [
            {"entry": entry.id, "number": place, **posting._asdict()}
            for _, entry in entries
            for place, posting in enumerate(entry.postings)
        ],
        "due": [{"member": id, "due_us": time} for id, time in due if time is not None],
        "idle": [id for id, time in due if time is None],
        "changes": [
            {
                "member": each.id,
                "number": each.periods - len(each.changes) + place + 1,
                "tier": change.now.tier,
                "start_us": change.at,
                "reason": change.reason,
                "metric": change.metric,
                "note": change.note,
            }
            for each in members
            for place, change in enumerate(each.changes)
        ],
    }


def member_row(member: Member) -> dict[str, Any]:
    member.periods += len(member.changes)
    held = member.held
    return {
        "id": member.id,
        "number": member.account.number,
        "periods": member.periods,
        "tier": held.tier,
        "tier_since_us": held.since_us,
        "tier_until_us": held.until_us,
        "tier_grace_us": held.grace_us,
        "tier_granted": held.granted,
    }


def lot_row(member: int, currency: str, lot: Lot) -> dict[str, Any]:
    row = {name: getattr(lot, name) for name in LOT}
    is_open = bool(lot.pending or lot.active or lot.reserved)
    return row | {"member": member, "currency": currency, "ending": lot.end, "open": is_open}


def reservation_row(member: int, reservation: Reservation) -> dict[str, Any]:
    row = {name: getattr(reservation, name) for name in RESERVATION}
    pins = orjson.dumps([list(pin) for pin in reservation.pins], default=str).decode()
    return row | {"member": member, "pins": pins, "order_name": reservation.order}


def member(text: str) -> Member:
    said = orjson.loads(text)
    row = said["member"]
    account = Account(uuid7, number=row["number"])
    for each in said["wallets"] or ():
        account.wallets[each["currency"]] = Wallet(**each)
    for each in said["lots"] or ():
        one = lot(each)
        account.wallet(each["currency"]).lots[one.id] = one
    for each in said["reservations"] or ():
        kept = reservation(each)
        account.reservations[kept.id] = kept
    held = Held(
        row["tier"], row["tier_since_us"], row["tier_until_us"], row["tier_grace_us"], row["tier_granted"]
    )
    return Member(
        row["id"],
        row["programme"],
        UUID(row["profile"]),
        row["enrol_us"],
        account,
        held,
        row["moved_to"],
        row["periods"],
        said["stamp"],
        said["due_us"],
        known=held,
    )


def lot(row: Any) -> Lot:
    found = Lot(**{name: row[name] for name in LOT}, end=End(row["ending"]))
    found.id = uuid(row["id"])
    return found


def reservation(row: Any) -> Reservation:
    found = Reservation(
        **{name: row[name] for name in RESERVATION},
        order=row["order_name"],
        pins=[Pin(UUID(id), *rest) for id, *rest in orjson.loads(row["pins"])],
    )
    found.id, found.state = uuid(row["id"]), State(row["state"])
    return found


def uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


LOT = (
    "id",
    "points",
    "earned_us",
    "available_us",
    "expires_us",
    "source",
    "rule",
    "version",
    "pending",
    "active",
    "reserved",
)
RESERVATION = (
    "id",
    "currency",
    "points",
    "expires_us",
    "created_us",
    "reward",
    "reference",
    "state",
    "confirmed",
    "ended_us",
    "returned",
)
