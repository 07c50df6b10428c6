"""An erased customer: nothing is sent to her addresses any more, and a digest is all that is kept of them."""

from collections.abc import Sequence
from datetime import datetime

from chassis.hottx import Connection
from chassis.ids import uuid7
from conditions.calendar import microseconds
from services.campaign.domain import addresses
from services.campaign.domain.person import Contact
from services.campaign.store import sends, suppressions
from services.campaign.store.suppressions import New


async def erase(
    connection: Connection, workspace: str, contact: Contact, numbers: Sequence[int], now: datetime
) -> None:
    """*contact* as she was known until now, *numbers* all of hers. Her row is locked by the caller."""
    reached = {
        (channel, addresses.normal(channel, address) or address)
        for channel, kind in addresses.KINDS.items()
        for address in contact.identifiers.get(kind, ())
    }
    new = [
        New(
            id=uuid7(now),
            channel=channel,
            digest=addresses.digest(channel, address),
            address="",
            reason="ERASED",
            marketing_only=False,
        )
        for channel, address in sorted(reached)
    ]
    await suppressions.erase(connection, workspace, new, microseconds(now))
    await sends.forget(connection, workspace, numbers)
