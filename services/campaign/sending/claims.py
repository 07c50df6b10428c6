"""Claiming a send: from here on it is the sender's, and nobody else will send it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.hottx import Connection
from conditions.calendar import microseconds
from services.campaign.store import sends


@dataclass(frozen=True, slots=True)
class Claim:
    """One message to one customer on one channel, and what shall happen when the policy says no."""

    # From `domain.keys`: the same cause has the same id.
    id: UUID
    # The living one, and her `profiles/{uuid}`. 0 and nil for a test to an address of one's own.
    profile_key: int
    profile: UUID
    # A slug, and what the template says: `email`, `marketing`.
    template: str
    channel: str
    message_class: str
    # `journeys/{slug}` or `broadcasts/{slug}`; empty for a message of its own.
    campaign: str = ""
    run: UUID | None = None
    step: str = ""
    variant: str = ""
    # JSON: `event`, `evidence`, `entry`, `order`, `cart`, `extra`.
    data: bytes = b"{}"
    # Of what brought it about; the span of the send continues it.
    traceparent: str = ""
    # skip, wait or leave; waiting ends at `wait_until_us` by skipping.
    when_held_back: str = "skip"
    wait_until_us: int | None = None
    exempt_from_support_quiet_period: bool = False
    holdout_basis_points: int = 0
    # In no figures, in no timeline, past no cap; goes to `address`.
    test: bool = False
    address: str = ""
    # When it shall go out; at once, when it is left out.
    due_us: int | None = None


async def claim(connection: Connection, workspace: str, claims: Sequence[Claim], now: datetime) -> set[UUID]:
    """Inserts the sends, to go out when they are due; those that were claimed before stay as they are.

    Returns the ids that are new. The customers' rows are locked by the caller.
    """
    if not claims:
        return set()
    now_us = microseconds(now)
    return await sends.insert(connection, workspace, [columns(each, now_us) for each in claims], now_us)


def columns(claim: Claim, now_us: int) -> tuple[object, ...]:
    """As `store.sends.CLAIMED` names them."""
    return (
        claim.id,
        claim.profile_key,
        claim.profile,
        claim.template,
        claim.channel,
        claim.message_class,
        claim.campaign,
        claim.run,
        claim.step,
        claim.variant,
        claim.data.decode(),
        claim.traceparent,
        claim.when_held_back,
        claim.wait_until_us,
        claim.exempt_from_support_quiet_period,
        claim.holdout_basis_points,
        claim.test,
        claim.address,
        now_us if claim.due_us is None else claim.due_us,
    )
