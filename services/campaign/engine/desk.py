"""How customers stand with support: what is told of tickets, in any order, and more than once."""

from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from rapport.support.v1 import events_pb2 as support

from chassis.bus import On
from chassis.db import Tx
from services.campaign.store import tickets


async def take_opened(tx: Tx, event: support.TicketOpened) -> None:
    await turn(tx, event.profile, event.ticket, event.event_time, is_open=True)
    if event.by_customer:
        await touch(tx, event.profile, event.event_time)


async def take_reopened(tx: Tx, event: support.TicketReopened) -> None:
    await turn(tx, event.profile, event.ticket, event.event_time, is_open=True)
    if event.by_customer:
        await touch(tx, event.profile, event.event_time)


async def take_resolved(tx: Tx, event: support.TicketResolved) -> None:
    await turn(tx, event.profile, event.ticket, event.event_time, is_open=False)
    if event.HasField("last_contact_time"):
        await touch(tx, event.profile, event.last_contact_time)


async def take_customers_words(tx: Tx, event: support.CustomerReplied) -> None:
    await touch(tx, event.profile, event.event_time)


async def take_our_words(tx: Tx, event: support.TicketReplied) -> None:
    await touch(tx, event.profile, event.event_time)


async def take_merged(tx: Tx, event: support.TicketMerged) -> None:
    """The absorbed one counts no more, whatever is still told of it."""
    if (id := profile_of(event.absorbed_profile or event.profile)) is not None:
        await tickets.absorb(await tx.raw(), tx.workspace, event.absorbed, id)


async def turn(tx: Tx, profile: str, ticket: str, when: Timestamp, *, is_open: bool) -> None:
    if (id := profile_of(profile)) is not None:
        await tickets.turn(
            await tx.raw(), tx.workspace, ticket, id, is_open=is_open, time_us=when.ToMicroseconds()
        )


async def touch(tx: Tx, profile: str, when: Timestamp) -> None:
    """She and the desk were in touch."""
    if (id := profile_of(profile)) is not None:
        await tickets.touch(await tx.raw(), tx.workspace, id, when.ToMicroseconds())


def profile_of(name: str) -> UUID | None:
    """Nobody, for a ticket of somebody who is no customer yet."""
    return UUID(name.removeprefix("profiles/")) if name else None


SUBSCRIPTIONS: tuple[On[Any], ...] = (
    On(support.TicketOpened, take_opened),
    On(support.TicketReopened, take_reopened),
    On(support.TicketResolved, take_resolved),
    On(support.CustomerReplied, take_customers_words),
    On(support.TicketReplied, take_our_words),
    On(support.TicketMerged, take_merged),
)
